// Package nation opens the real program over a SQLite file with invented
// stations all over the country, for the benches to measure.
package nation

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"nuanxin/internal/app"
	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/station"
	"nuanxin/internal/web"
)

// Noon is the clock of the program under measurement: it goes on from tomorrow's
// noon, whatever the hour is. What a page shows depends on the hour (at night it
// has more to say of stations that are shut), and two runs should ask the same.
var Noon clock.Clock = shifted(time.Until(noonAfter(time.Now())))

// shifted is how far a clock is ahead of the machine's.
type shifted time.Duration

// Now implements [clock.Clock].
func (s shifted) Now() time.Time { return clock.System.Now().Add(time.Duration(s)) }

func noonAfter(t time.Time) time.Time {
	y, m, d := t.In(clock.Zone).Date()
	return time.Date(y, m, d+1, 12, 0, 0, 0, clock.Zone)
}

// Options say which stations, and where the file is kept from run to run, since
// filling it takes minutes.
type Options struct {
	Stations int
	Seed     uint64
	Data     string
}

// Flags defines the options as flags.
func Flags() *Options {
	o := &Options{}
	flag.IntVar(&o.Stations, "stations", 180_000, "number of stations")
	flag.Uint64Var(&o.Seed, "seed", 1, "seed of the stations")
	flag.StringVar(&o.Data, "data", "", "folder of the database; empty: one under the system's temporary folder, kept for the next run")
	return o
}

// Open returns the program over the stations, which it first makes if they are
// not there. The finder is still empty.
func Open(ctx context.Context, o Options) (*app.App, error) {
	if o.Data == "" {
		o.Data = filepath.Join(os.TempDir(), fmt.Sprintf("nuanxin-bench-%d-%d", o.Stations, o.Seed))
	}
	c, full := app.Config{Data: o.Data, Clock: Noon}, filepath.Join(o.Data, "BENCH-READY")
	if _, err := os.Stat(full); err == nil {
		return app.Open(ctx, c)
	}
	if entries, err := os.ReadDir(o.Data); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("%s is not empty, and not a finished bench folder; remove it or name another one", o.Data)
	}
	a, err := app.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := fill(ctx, a, o); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, os.WriteFile(full, nil, 0o600)
}

func fill(ctx context.Context, a *app.App, o Options) error {
	fmt.Fprintf(os.Stderr, "making %d stations in %s\n", o.Stations, o.Data)
	begin := time.Now()
	w, err := world.Make(world.Options{Seed: o.Seed, Now: begin, Stations: o.Stations})
	if err != nil {
		return err
	}
	var list []station.Facts
	add := func() error {
		_, err := a.Stations.AddAll(authz.AsSystem(ctx, "bench"), list, station.FromFile)
		list = list[:0]
		return err
	}
	for _, s := range w.Stations {
		list = append(list, s.Facts)
	}
	for s := range w.Nation() {
		if list = append(list, s.Facts); len(list) >= 2000 {
			if err := add(); err != nil {
				return err
			}
		}
	}
	err = add()
	fmt.Fprintf(os.Stderr, "made in %v\n", time.Since(begin).Round(time.Second))
	return err
}

// Serve answers with h on an address of this machine until stop is called.
func Serve(ctx context.Context, h http.Handler) (addr string, stop func(), err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	web.CollectLess()
	server := web.Server(listener.Addr().String(), h)
	go func() { _ = server.Serve(listener) }() // ends with Close
	return listener.Addr().String(), func() { _ = server.Close() }, nil
}
