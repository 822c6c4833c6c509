package app

import (
	"context"
	"path/filepath"

	"nuanxin/internal/account/erase"
	"nuanxin/internal/job"
)

// erasedFile is the journal of accounts that ended, beside the keys.
func (c Config) erasedFile() string { return filepath.Join(filepath.Dir(c.keyFile()), "erased.jsonl") }

// noteErased writes an ending to the journal.
func (a *App) noteErased(_ context.Context, e job.Event) error {
	var what erase.Erased
	if err := e.Decode(&what); err != nil {
		return err
	}
	return erase.Journal(a.config.erasedFile()).Add(what)
}

// redoErased forgets again whom a restored database still knows, before anybody is
// answered.
func (a *App) redoErased() error {
	all, err := erase.Journal(a.config.erasedFile()).All()
	if err == nil {
		_, err = a.Erasures.Redo(a.background(), all)
	}
	return err
}
