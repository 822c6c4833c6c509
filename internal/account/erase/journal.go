package erase

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Journal is the name of a file of what a restored database has to be told again, such as
// the accounts that ended at their own wish: a line of JSON each, ids and times alone. It lies beside the keys and in no backup, for it has to
// know more than the backup that is restored.
type Journal[T any] string

// Add writes one, and is back when it is on disk.
func (j Journal[T]) Add(what T) (err error) {
	line, err := json.Marshal(what)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(string(j), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(append(line, '\n')); err != nil {
		return err
	}
	return f.Sync()
}

// All returns them. A line that was cut short by a crash is the last, and is
// written again with its event.
func (j Journal[T]) All() (all []T, err error) {
	f, err := os.Open(string(j))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // was only read
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		var what T
		if err == nil {
			err = json.Unmarshal(line, &what)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", string(j), err)
		}
		all = append(all, what)
	}
}
