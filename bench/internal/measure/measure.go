// Package measure runs a piece of work on all cores and tells how fast it was.
package measure

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Rate is the outcome of a run.
type Rate struct {
	PerSecond float64
	P50, P99  time.Duration
	CPU       time.Duration // processor time for one call, whatever else the machine did; zero: not known
}

// Run calls work(worker, i) from the given number of goroutines for about the
// given time. Every eighth call is timed.
func Run(workers int, long time.Duration, work func(worker, i int)) Rate {
	timed := make([][]time.Duration, workers)
	counts := make([]int, workers)
	var group sync.WaitGroup
	begin, used := time.Now(), CPU()
	for w := range workers {
		group.Go(func() {
			for i := 0; ; i++ {
				if i%8 != 0 {
					work(w, i)
					continue
				}
				before := time.Now()
				work(w, i)
				after := time.Now()
				timed[w] = append(timed[w], after.Sub(before))
				if after.Sub(begin) >= long {
					counts[w] = i + 1
					return
				}
			}
		})
	}
	group.Wait()
	return rate(timed, counts, time.Since(begin), CPU()-used)
}

func rate(timed [][]time.Duration, counts []int, took, used time.Duration) Rate {
	all := slices.Concat(timed...)
	slices.Sort(all)
	var n int
	for _, c := range counts {
		n += c
	}
	return Rate{float64(n) / took.Seconds(), all[len(all)/2], all[len(all)*99/100], used / time.Duration(max(n, 1))}
}

// Took returns how long work takes.
func Took(work func()) time.Duration {
	begin := time.Now()
	work()
	return time.Since(begin)
}

// Heap returns the bytes in use after a collection.
func Heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Table prints rows under a head, in columns.
func Table(w io.Writer, rows [][]string) {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	for n, row := range rows {
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-len([]rune(cell)))
			if i == 0 {
				fmt.Fprint(w, cell+pad)
			} else {
				fmt.Fprint(w, "  "+pad+cell)
			}
		}
		fmt.Fprintln(w)
		if n == 0 {
			fmt.Fprintln(w, strings.Repeat("-", sum(width)+2*(len(width)-1)))
		}
	}
}

func sum(ns []int) (total int) {
	for _, n := range ns {
		total += n
	}
	return total
}
