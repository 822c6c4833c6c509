// Package redo tells a restored database what it has to know and a backup from before
// cannot: which accounts ended since, what was erased of people without one, and what is held by law. All are written beside the
// keys, as ids and days alone, and are in no backup.
package redo

import (
	"context"
	"path/filepath"

	"nuanxin/internal/account/erase"
	"nuanxin/internal/hold"
	"nuanxin/internal/job"
	"nuanxin/internal/rights/forget"
)

// Redo has the journals and who acts on them.
type Redo struct {
	Keys     string // the key file
	Erasures *erase.Service
	Holds    *hold.Service
	Unowned  *forget.Service
}

// Erased is the journal of accounts that ended at their own wish.
func (r Redo) Erased() erase.Journal[erase.Erased] {
	return erase.Journal[erase.Erased](filepath.Join(filepath.Dir(r.Keys), "erased.jsonl"))
}

// Held is the journal of holds.
func (r Redo) Held() erase.Journal[hold.Changed] {
	return erase.Journal[hold.Changed](filepath.Join(filepath.Dir(r.Keys), "held.jsonl"))
}

// Forgotten is the journal of what was erased of people without an account.
func (r Redo) Forgotten() erase.Journal[forget.Forgotten] {
	return erase.Journal[forget.Forgotten](filepath.Join(filepath.Dir(r.Keys), "forgotten.jsonl"))
}

// Register gives the worker what is written down, and the nightly task.
func (r Redo) Register(w *job.Worker) {
	w.On(erase.Erased{}.EventName(), func(_ context.Context, e job.Event) error { return note(r.Erased(), e) })
	w.On(hold.Changed{}.EventName(), func(_ context.Context, e job.Event) error { return note(r.Held(), e) })
	w.On(forget.Forgotten{}.EventName(), func(_ context.Context, e job.Event) error { return note(r.Forgotten(), e) })
	w.Every("hold.settle", hold.Nightly, r.Settle)
}

func note[T any](j erase.Journal[T], e job.Event) error {
	var what T
	if err := e.Decode(&what); err != nil {
		return err
	}
	return j.Add(what)
}

// Run tells a database all that it has forgotten, before anybody is answered: first what
// is held, so that nothing of it is deleted.
func (r Redo) Run(ctx context.Context) error {
	held, err := r.Held().All()
	if err != nil {
		return err
	}
	if _, err := r.Holds.Redo(ctx, held); err != nil {
		return err
	}
	ended, err := r.Erased().All()
	if err == nil {
		_, err = r.Erasures.Redo(ctx, ended)
	}
	if err != nil {
		return err
	}
	gone, err := r.Forgotten().All()
	if err == nil {
		_, err = r.Unowned.Redo(ctx, gone)
	}
	return err
}

// Settle lets go what is over, and forgets whom that alone kept.
func (r Redo) Settle(ctx context.Context) error {
	_, err := r.Holds.Sweep(ctx)
	if err == nil {
		_, err = r.Erasures.Finish(ctx)
	}
	if err == nil {
		_, err = r.Unowned.Finish(ctx)
	}
	return err
}
