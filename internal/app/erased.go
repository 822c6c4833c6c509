package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"nuanxin/internal/account/erase"
	"nuanxin/internal/job"
)

// erasedFile is the journal of accounts that ended at their own wish: a line of JSON
// each, ids and times alone. It lies beside the keys and in no backup, for it has to
// know more than the backup that is restored.
func (c Config) erasedFile() string { return filepath.Join(filepath.Dir(c.keyFile()), "erased.jsonl") }

// noteErased writes an ending to the journal.
func (a *App) noteErased(_ context.Context, e job.Event) (err error) {
	var what erase.Erased
	if err := e.Decode(&what); err != nil {
		return err
	}
	line, err := json.Marshal(what)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(a.config.erasedFile(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(append(line, '\n')); err != nil {
		return err
	}
	return f.Sync()
}

// redoErased forgets again whom a restored database still knows, before anybody is
// answered. A line that was cut short by a crash is the last, and is written again
// with its event.
func (a *App) redoErased() error {
	f, err := os.Open(a.config.erasedFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // was only read
	var all []erase.Erased
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		var what erase.Erased
		if err == nil {
			err = json.Unmarshal(line, &what)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", a.config.erasedFile(), err)
		}
		all = append(all, what)
	}
	_, err = a.Erasures.Redo(a.background(), all)
	return err
}
