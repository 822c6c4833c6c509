// Package hosting holds the small pages of a station's host: is it open, change
// today, close a day to come, answer what workers reported, print the poster.
// They are made for a phone held in one hand.
package hosting

import (
	"context"
	"time"

	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need; see the desk's.
type Config struct {
	Stations *station.Service
	Calendar hours.Calendar
	Frame    func(ctx context.Context) ui.StaffPage
	Defects  Defects // nil: hosts see what was reported, but no requests
	Origin   string
}

// Defects are the requests behind what workers reported at a station. The
// request domain has them; app connects it.
type Defects interface {
	// Open lists what is not mended yet, the oldest first.
	Open(ctx context.Context, station string) ([]Defect, error)
	// Fixed says that it is mended, in words that the worker will read.
	Fixed(ctx context.Context, id, words string) error
	// NotYet says why it is not, and by which day (YYYY-MM-DD) it will be; ""
	// where nobody can say.
	NotYet(ctx context.Context, id, reason, day string) error
}

// Defect is one open request about a station.
type Defect struct {
	ID     string
	Number string // as the worker knows it
	What   string // in words, such as "没热水"
	Task   string // what the union asks; then it is answered to the union, not here
	Heard  []Heard
	At     time.Time
	Due    time.Time // when an answer is due; zero: not said
	Said   string    // what the host last said, and why it is not mended
	Count  int       // how many workers reported it; 0 and 1 are one
}

// Heard is what a worker said of a defect, with the report or later.
type Heard struct {
	At    time.Time
	Words string
}

// pages are the handlers.
type pages struct{ Config }
