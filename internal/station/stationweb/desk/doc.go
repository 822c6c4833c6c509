// Package desk holds the pages on which stations are kept and run: the staff
// pages of cadres (list, record, hours, special days, the map, closing for
// good, imports) and the small pages of a station's host.
//
// Every page asks the directory ([station.Service]) and shows what it answers.
// A station that the reader neither oversees nor runs is missing here, also
// when it is public: its public page is elsewhere. A form that was refused
// comes back as it was filled in; a form over a record that somebody else has
// changed meanwhile comes back with both values side by side.
package desk

import (
	"context"
	"embed"
	"time"

	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need. Stations, Intake, Calendar and Frame are required.
type Config struct {
	Stations *station.Service
	Intake   *intake.Service
	Calendar hours.Calendar
	Finder   *station.Finder                        // finds by pinyin in areas of more than a few thousand stations; nil: by characters only
	Frame    func(ctx context.Context) ui.StaffPage // the reader's name, organisation and menu; pages fill in the rest
	Defects  Defects                                // nil: hosts see what was reported, but no requests
	Hosts    Hosts                                  // nil: a station's host cannot be chosen
	Changed  func(ctx context.Context, id station.ID) string
	Name     func(ctx context.Context, person string) string // of whoever imported; nil: not told
	Origin   string                                          // printed on posters, such as "https://union.example"; empty: as the poster was asked for
}

// Defects are the requests behind what workers reported at a station. The
// request domain has them; app connects it.
type Defects interface {
	// Open lists what is not mended yet, the oldest first.
	Open(ctx context.Context, station string) ([]Defect, error)
	// Fixed says that it is mended, in words that the worker will read.
	Fixed(ctx context.Context, id, words string) error
	// NotYet says why it is not, and by which day (YYYY-MM-DD) it will be.
	NotYet(ctx context.Context, id, reason, day string) error
}

// Defect is one open request about a station.
type Defect struct {
	ID     string
	Number string // as the worker knows it
	What   string // in words, such as "没热水"
	Words  string // what the worker added
	At     time.Time
	Due    time.Time // when an answer is due; zero: not said
	Said   string    // what the host last said, and why it is not mended
	Count  int       // how many workers reported it; 0 and 1 are one
}

// Hosts are the organisations that may run a station. The org domain has them.
type Hosts interface {
	// HostsIn lists those that may run stations in an area, by name.
	HostsIn(ctx context.Context, area string) ([]Host, error)
}

// Host is an organisation that runs stations.
type Host struct{ ID, Name string }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words, and those of the directory's faults.
func Texts() web.Words { return web.Catalogue(locale) }

// t says a word of this package.
func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "stationdesk."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }
