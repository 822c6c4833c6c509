// Command writes measures what the group commit of SQLite gives: the same use
// case (find, authorize, change, number, audit row, event row, commit on disk)
// by 64 clients at once, whose writes share commits, and by one client, whose
// every write is a commit of its own. Only the ratio counts.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"nuanxin/bench/internal/measure"
	"nuanxin/bench/internal/nation"
	"nuanxin/internal/app"
	"nuanxin/internal/authz"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
)

const clients = 64

func main() {
	long := flag.Duration("time", 2*time.Second, "time for each figure")
	where := flag.String("data", "", "folder of the database, on the disk to be measured; empty: the system's temporary folder")
	flag.Parse()
	if err := run(context.Background(), *where, *long); err != nil {
		fmt.Fprintln(os.Stderr, "writes:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, where string, long time.Duration) error {
	dir, err := os.MkdirTemp(where, "nuanxin-writes")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system empties its temporary folder
	a, err := nation.Open(ctx, nation.Options{Stations: 300, Seed: 1, Data: dir})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }() // the data is thrown away
	if err := a.Finder.Refresh(ctx); err != nil {
		return err
	}
	var numbers atomic.Int64 // of reports: none comes twice
	rows := [][]string{{"round", "one client/s", "p99", "64 clients/s", "p99", "ratio"}}
	var ratios []float64
	for round := range 3 {
		one, err1 := write(ctx, a, &numbers, 1, long)
		many, err2 := write(ctx, a, &numbers, clients, long)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		ratios = append(ratios, many.PerSecond/one.PerSecond)
		rows = append(rows, []string{fmt.Sprint(round + 1), fmt.Sprintf("%.0f", one.PerSecond), fmt.Sprint(one.P99.Round(10 * time.Microsecond)),
			fmt.Sprintf("%.0f", many.PerSecond), fmt.Sprint(many.P99.Round(10 * time.Microsecond)), fmt.Sprintf("%.1f ×", ratios[round])})
	}
	measure.Table(os.Stdout, rows)
	slices.Sort(ratios)
	fmt.Printf("\nmiddle ratio: %.1f ×\n", ratios[1])
	return nil
}

// write lets workers report faults at stations, each under a number of its own.
func write(ctx context.Context, a *app.App, numbers *atomic.Int64, workers int, long time.Duration) (measure.Rate, error) {
	ctx = authz.AsSystem(ctx, "bench")
	list := a.Finder.Search(finder.Want{}, station.Cursor{}, 300)
	var once sync.Once
	var failed error
	rate := measure.Run(workers, long, func(w, i int) {
		n := numbers.Add(1)
		if err := a.Stations.Reported(ctx, list[(i+w*37)%len(list)].ID, station.NoWater, time.Now(), fmt.Sprint("B", n)); err != nil {
			once.Do(func() { failed = err })
		}
	})
	return rate, failed
}
