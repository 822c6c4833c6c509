// Command directory measures the finder as the program uses it, over stations
// all over the country: what it keeps in memory, how long it takes to load and
// to take in one change, and how fast it searches by words.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"nuanxin/bench/internal/measure"
	"nuanxin/bench/internal/nation"
	"nuanxin/internal/app"
	"nuanxin/internal/authz"
	"nuanxin/internal/geo"
	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
)

func main() {
	options := nation.Flags()
	rounds := flag.Int("rounds", 50, "how often each search is asked")
	flag.Parse()
	if err := run(context.Background(), *options, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "directory:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o nation.Options, rounds int) (err error) {
	a, err := nation.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = a.Close() }()
	region.Search("warm", "", 1) // its tables are not the finder's
	before := measure.Heap()
	took := measure.Took(func() { err = a.Finder.Refresh(ctx) })
	if err != nil {
		return err
	}
	all, mapped := a.Finder.Len()
	fmt.Printf("%d stations, %d on the map: %.1f MB in memory, loaded in %v\n", all, mapped, float64(measure.Heap()-before)/1e6, took.Round(time.Millisecond))
	if err := oneChange(ctx, a); err != nil {
		return err
	}
	fmt.Println()
	searches(a.Finder, rounds)
	return nil
}

// oneChange tells how long the finder takes to show a change of one station.
func oneChange(ctx context.Context, a *app.App) error {
	ctx = authz.AsSystem(ctx, "bench")
	some := a.Finder.Search(finder.Want{}, station.Cursor{}, 1)[0]
	for _, what := range []struct {
		name string
		do   func() error
	}{
		{"a report", func() error {
			return a.Stations.Reported(ctx, some.ID, station.Locked, time.Now(), fmt.Sprint("B", time.Now().UnixNano()))
		}},
		{"a new station", func() error {
			f := some.Facts
			f.Name = fmt.Sprint("新站 ", time.Now().UnixNano())
			_, err := a.Stations.AddAll(ctx, []station.Facts{f}, station.FromFile)
			return err
		}},
	} {
		var times []time.Duration
		for range 9 {
			if err := what.do(); err != nil {
				return err
			}
			var err error
			times = append(times, measure.Took(func() { err = a.Finder.Refresh(ctx) }))
			if err != nil {
				return err
			}
		}
		slices.Sort(times)
		fmt.Printf("%s taken in within %v (median), %v (worst of 9)\n", what.name, times[4].Round(10*time.Microsecond), times[8].Round(10*time.Microsecond))
	}
	return nil
}

// searches asks as people do, some of it as badly as can be.
func searches(f *finder.Finder, rounds int) {
	some := f.Search(finder.Want{}, station.Cursor{}, 1)[0]
	rows := [][]string{{"words", "hits", "p50", "p95"}}
	var all []time.Duration
	ask := func(label string, w finder.Want) {
		var times []time.Duration
		var hits int
		for range rounds {
			times = append(times, measure.Took(func() { hits = len(f.Search(w, station.Cursor{}, 20)) }))
		}
		slices.Sort(times)
		all = append(all, times...)
		rows = append(rows, []string{label, fmt.Sprint(hits), micros(times[len(times)/2]), micros(times[len(times)*95/100])})
	}
	for _, words := range []string{"朝阳", "chaoyang", "cy", "驿站", "yizhan", "yz", "y", "人民路", "rmlu", "hao", "1234", "第 1234 驿站", "longshanqu", "没有这个", "zzzzq", some.Code} {
		ask(words, finder.Want{Words: words})
	}
	ask("yizhan, open now", finder.Want{Words: "yizhan", OpenAt: nation.Noon.Now()})
	ask("yizhan, in 5107", finder.Want{Words: "yizhan", Area: "5107"})
	ask("(none), in 5107", finder.Want{Area: "5107"})
	slices.Sort(all)
	measure.Table(os.Stdout, rows)
	fmt.Printf("\nall searches: p50 %s, p95 %s, p99 %s\n", micros(all[len(all)/2]), micros(all[len(all)*95/100]), micros(all[len(all)*99/100]))
	near := measure.Run(2, time.Second, func(w, i int) {
		f.Nearest(geo.Point{Lat: 30 + float64(i%97)/100, Lng: 104 + float64(i%89)/100}, 0, 10, finder.Want{OpenAt: nation.Noon.Now()})
	})
	fmt.Printf("nearest 10 that are open, with their cards: %.0f/s, p50 %v, p99 %v\n", near.PerSecond, near.P50, near.P99)
}

func micros(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
