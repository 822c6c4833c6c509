// Package id makes the ids of all things: UUID version 7, in Go, so that the
// same id works on every database and in an offline phone's outbox.
package id

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// New returns a fresh id of a domain's own string type: id.New[station.ID]().
// Ids sort by the time they were made.
func New[T ~string]() T {
	u, err := uuid.NewV7()
	if err != nil {
		panic("id: no randomness: " + err.Error()) // a machine without it cannot run
	}
	return T(u.String())
}

// Parse returns s as an id in its canonical form. Any UUID version will do:
// clients make ids too.
func Parse[T ~string](s string) (T, error) {
	u, err := uuid.Parse(s)
	if err != nil || len(s) != 36 {
		return "", fmt.Errorf("id: %q is not a UUID", s)
	}
	return T(u.String()), nil
}

// Valid reports whether s is an id.
func Valid(s string) bool {
	_, err := Parse[string](s)
	return err == nil
}

// Of returns the id that belongs to parts: the same for the same ones, for what
// follows from something that has an id already.
func Of[T ~string](parts ...string) T {
	return T(uuid.NewSHA1(uuid.NameSpaceOID, []byte(strings.Join(parts, "\x00"))).String())
}
