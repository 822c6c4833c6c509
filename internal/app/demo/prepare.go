package demo

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"nuanxin/internal/app"
	"nuanxin/internal/app/demo/fill"
	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/org"
)

//go:embed sample/stations_public.csv
var sample []byte

// Options say which demo is made.
type Options struct {
	Fresh    bool // throw away what is there
	Stations int  // 0 means the county's 300
	Seed     uint64
	Progress io.Writer // told what is being done; may be nil
}

// The marker files. Everything in a folder with the first one was made by the
// demo and may be removed.
const (
	markName = "DEMO"
	lockName = "serve.lock" // the server's; the demo holds it while it fills
	fullName = "DEMO-READY"
	markText = "This folder belongs to \"nuanxin demo\". All people in it are invented.\nnuanxin demo --fresh removes everything here.\n"
)

// full is what the second marker says.
type full struct {
	Seed     uint64    `json:"seed"`
	Stations int       `json:"stations"`
	MadeAt   time.Time `json:"made_at"`
	DB       string    `json:"db,omitempty"`
}

// errNotDemo refuses to touch a folder that the demo did not make.
var errNotDemo = errors.New("is not a folder of the demo, and is left alone; name another one with --data")

// Prepare makes the demo's data, unless it is there: the folder, the database,
// everything in it. It takes one that is full as it is, whatever o says of its
// size, and starts over where one was cut off.
func Prepare(ctx context.Context, c app.Config, o Options) (err error) {
	say := func(text string) {
		if o.Progress != nil {
			fmt.Fprintln(o.Progress, "demo:", text)
		}
	}
	was, err := look(c.Data)
	switch {
	case err != nil:
		return err
	case was.ready && !o.Fresh:
		_, err := app.Migrate(ctx, c) // invented data may follow a newer program without a word
		return err
	}
	lock, err := app.Lock(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if was.marked {
		if err := wipe(c.Data); err != nil {
			return err
		}
	}
	if err := mark(c.Data, markName, []byte(markText)); err != nil {
		return err
	}
	began := clock.System.Now()
	if err := build(ctx, c, o, say); err != nil {
		return err
	}
	text, err := json.Marshal(full{o.Seed, o.Stations, began, c.DB})
	if err != nil {
		return err
	}
	say(fmt.Sprintf("ready after %.1f s", clock.System.Now().Sub(began).Seconds()))
	return mark(c.Data, fullName, append(text, '\n'))
}

// state is what a folder is.
type state struct{ marked, ready bool }

// look says what the folder is, or that it is somebody else's.
func look(dir string) (s state, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	for _, e := range entries {
		s.marked = s.marked || e.Name() == markName
		s.ready = s.ready || e.Name() == fullName
	}
	if len(entries) > 0 && !s.marked {
		return s, fmt.Errorf("%s %w", dir, errNotDemo)
	}
	return s, nil
}

// wipe removes what is in a demo folder, its marker last: whatever happens
// meanwhile, it stays known as one.
func wipe(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, first := range []string{fullName, ""} { // no longer full, before anything else goes
		for _, e := range entries {
			if e.Name() == markName || e.Name() == lockName || first != "" && e.Name() != first {
				continue
			}
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// mark writes a marker file.
func mark(dir, name string, text []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), text, 0o600)
}

// build opens the program over a clock of its own and fills it.
func build(ctx context.Context, c app.Config, o Options, say func(string)) (err error) {
	now := clock.System.Now()
	if c.Clock != nil {
		now = c.Clock.Now()
	}
	// A minute back: the leases that filling takes are over when the server starts.
	w, err := world.Make(world.Options{Seed: o.Seed, Now: now.Add(-time.Minute), Stations: o.Stations})
	if err != nil {
		return err
	}
	fake := clock.At(w.Start)
	c.Clock = fake
	a, err := app.Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := empty(ctx, a); err != nil {
		return err
	}
	return fill.Fill(ctx, fill.Services{
		Orgs: a.Orgs, Life: a.Life, Firms: a.Firms, Accounts: a.Accounts, Stations: a.Stations, Intake: a.Intake, Requests: a.Requests, Members: a.Members, Roll: a.Roll, Rights: a.Rights, Kin: a.Kin, Examples: a.Examples, Assess: a.Assess,
		Keep: a.Keep, Hang: a.Hang, Deliver: a.Deliver, CodeTo: a.CodeTo, Clock: fake,
	}, fill.Plan{World: w, Sample: sample, File: "stations_public.csv", Say: say})
}

// empty refuses a database that holds something: a server's may be anybody's.
func empty(ctx context.Context, a *app.App) error {
	there, err := a.Orgs.List(authz.AsSystem(ctx, "demo"), org.Filter{Closed: true, Limit: 1})
	if err == nil && len(there) > 0 {
		err = errors.New("the database holds data already, and is left alone; give the demo an empty one")
	}
	return err
}
