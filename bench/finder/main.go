// Command finder measures the finder's index: the 10 nearest of 180,000 places
// clustered as cities are; u = any, f = with a service that one in ten has,
// fo = f and open now. Beside it, in the same run, the same queries by linear
// scan and by SQLite's R-Tree; only the ratios of one run count.
package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"time"

	"nuanxin/bench/internal/measure"
	"nuanxin/bench/internal/scatter"
	"nuanxin/internal/nearby"
)

const k = 10

// noon is Monday, 2 March 2026, 12:00 in China.
var noon = nearby.MinuteOf(time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC))

// kind is one of the three questions.
type kind struct {
	name string
	want nearby.Filter
}

var kinds = []kind{
	{"u", nearby.Filter{}},
	{"f", nearby.Filter{Services: scatter.Rare}},
	{"fo", nearby.Filter{Services: scatter.Rare, OpenAt: noon}},
}

// engine is one way to answer them. It is used by one goroutine at a time.
type engine interface {
	nearest(dst []nearby.Hit, from nearby.Point, want nearby.Filter) []nearby.Hit
}

func main() {
	points := flag.Int("points", 180_000, "number of places")
	seed := flag.Uint64("seed", 1, "seed of the places")
	long := flag.Duration("time", 2*time.Second, "time for each figure")
	noSQL := flag.Bool("no-sqlite", false, "leave out SQLite's R-Tree")
	flag.Parse()
	if err := run(context.Background(), *points, *seed, *long, !*noSQL); err != nil {
		fmt.Fprintln(os.Stderr, "finder:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, points int, seed uint64, long time.Duration, sql bool) error {
	country := scatter.NewCountry(seed)
	items := itemsOf(country.Places(seed, points))
	asks := asksOf(country, seed, 1<<14)

	before := measure.Heap()
	index := nearby.New(openAt)
	var err error
	took := measure.Took(func() { err = index.Replace(items) })
	if err != nil {
		return err
	}
	fmt.Printf("%d places, %d nearest, %d cores, %s\n", points, k, runtime.GOMAXPROCS(0), runtime.Version())
	fmt.Printf("index: %.1f MB, built in %v\n\n", float64(measure.Heap()-before)/1e6, took.Round(time.Millisecond))

	engines := []struct {
		name string
		make func() (engine, error)
	}{
		{"nearby", func() (engine, error) { return ours{index}, nil }},
		{"linear scan", func() (engine, error) { return newScan(items), nil }},
	}
	if sql {
		path, drop, err := fillRTree(ctx, items)
		if err != nil {
			return err
		}
		defer drop()
		engines = append(engines, struct {
			name string
			make func() (engine, error)
		}{"sqlite r-tree", func() (engine, error) { return openRTree(ctx, path) }})
	}
	rows := [][]string{{"question", "engine", "q/s", "CPU", "p50", "p99", "ours is", "exact"}}
	for _, kd := range kinds {
		var first float64
		for _, e := range engines {
			r, exact, err := figure(e.make, kd, asks, items, long)
			if err != nil {
				return err
			}
			if first == 0 {
				first = r.PerSecond
			}
			rows = append(rows, []string{kd.name, e.name, fmt.Sprintf("%.0f", r.PerSecond),
				fmt.Sprint(r.CPU), fmt.Sprint(r.P50), fmt.Sprint(r.P99), fmt.Sprintf("%.1f ×", first/r.PerSecond), exact})
		}
	}
	measure.Table(os.Stdout, rows)
	fmt.Println()
	changing(index, items, asks, long)
	return nil
}

// figure measures one engine on one question and compares a sample of its
// answers with the linear scan.
func figure(make func() (engine, error), kd kind, asks []nearby.Point, items []nearby.Item, long time.Duration) (measure.Rate, string, error) {
	workers := runtime.GOMAXPROCS(0)
	var es []engine
	for range workers {
		e, err := make()
		if err != nil {
			return measure.Rate{}, "", err
		}
		es = append(es, e)
	}
	exact := compare(es[0], newScan(items), kd.want, asks[:200])
	rooms := [64][k]nearby.Hit{}
	r := measure.Run(workers, long, func(w, i int) {
		es[w].nearest(rooms[w%64][:0], asks[(i+w*7919)%len(asks)], kd.want)
	})
	return r, exact, nil
}

// compare tells how many sample answers have the same keys in the same order.
func compare(e, truth engine, want nearby.Filter, asks []nearby.Point) string {
	same := 0
	for _, from := range asks {
		got, wanted := e.nearest(nil, from, want), truth.nearest(nil, from, want)
		ok := len(got) == len(wanted)
		for i := 0; ok && i < len(got); i++ {
			ok = got[i].Key == wanted[i].Key
		}
		if ok {
			same++
		}
	}
	return fmt.Sprintf("%d/%d", same, len(asks))
}

// changing measures the queries while 200 changes a second come in, and how
// long a change takes until it is seen.
func changing(index *nearby.Index, items []nearby.Item, asks []nearby.Point, long time.Duration) {
	stop, done := make(chan struct{}), make(chan time.Duration)
	go func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		var worst time.Duration
		for i := 0; ; i++ {
			select {
			case <-stop:
				done <- worst
				return
			case <-tick.C:
				it := items[(i*7919)%len(items)]
				it.Flags = nearby.Flags(i)
				worst = max(worst, measure.Took(func() { _ = index.Apply([]nearby.Item{it}, nil) }))
			}
		}
	}()
	fo := kinds[2]
	rooms := [64][k]nearby.Hit{}
	r := measure.Run(runtime.GOMAXPROCS(0), long, func(w, i int) {
		index.Nearest(rooms[w%64][:0], asks[(i+w*7919)%len(asks)], k, 0, fo.want)
	})
	close(stop)
	fmt.Printf("fo while 200 changes/s come in: %.0f q/s, p99 %v; slowest change seen after %v\n", r.PerSecond, r.P99, <-done)
}

func openAt(hours uint32, at nearby.Minute) bool { return scatter.Open(hours, int64(at)) }

func itemsOf(places []scatter.Place) []nearby.Item {
	items := make([]nearby.Item, len(places))
	for i, p := range places {
		items[i] = nearby.Item{Key: keyOf(i), Lat: p.Lat, Lng: p.Lng, Services: p.Services, Hours: p.Hours}
	}
	return items
}

func keyOf(i int) (key nearby.Key) {
	binary.BigEndian.PutUint64(key[8:], uint64(i))
	return key
}

// asksOf draws where people stand: as the places are, since that is where they live.
func asksOf(country *scatter.Country, seed uint64, n int) []nearby.Point {
	r := rand.New(rand.NewPCG(seed, 3))
	asks := make([]nearby.Point, n)
	for i := range asks {
		asks[i].Lat, asks[i].Lng = country.Point(r)
	}
	return asks
}
