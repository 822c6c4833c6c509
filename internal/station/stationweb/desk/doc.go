// Package desk holds the staff pages on which stations are kept: list, record,
// hours, special days, the map, closing for good. Lists are taken in by the
// pages of imports; those of a station's host are in hosting, the words of all
// in tell.
//
// Every page asks the directory ([station.Service]) and shows what it answers.
// A station that the reader neither oversees nor runs is missing here, also
// when it is public: its public page is elsewhere. A form that was refused
// comes back as it was filled in; a form over a record that somebody else has
// changed meanwhile comes back with both values side by side.
package desk

import (
	"context"

	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/stationweb/desk/hosting"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need. Stations, Calendar and Frame are required.
type Config struct {
	Stations *station.Service
	Intake   *intake.Service // nil: nothing can be imported
	Calendar hours.Calendar
	Album    Album                                  // nil: stations have no photos
	Finder   *finder.Finder                         // finds by pinyin in areas of more than a few thousand stations; nil: by characters only
	Frame    func(ctx context.Context) ui.StaffPage // the reader's name, organisation and menu; pages fill in the rest
	Defects  Defects                                // nil: hosts see what was reported, but no requests
	Hosts    Hosts                                  // nil: a station's host cannot be chosen
	Changed  func(ctx context.Context, id station.ID) string
	Name     func(ctx context.Context, person string) string // of whoever imported; nil: not told
	Origin   string                                          // printed on posters, such as "https://union.example"; empty: as the poster was asked for
}

// Defects are the requests behind what workers reported at a station. The
// request domain has them; app connects it.
type Defects = hosting.Defects

// Defect is one open request about a station.
type Defect = hosting.Defect

// Heard is what a worker said of a defect.
type Heard = hosting.Heard

// Hosts are the organisations that may run a station. The org domain has them.
type Hosts interface {
	// HostsIn lists those that may run stations in an area, by name.
	HostsIn(ctx context.Context, area string) ([]Host, error)
}

// Host is an organisation that runs stations.
type Host struct{ ID, Name string }

// Texts returns the words of these pages, and those of the directory's faults.
func Texts() web.Words { return tell.Texts() }

// pages are the handlers.
type pages struct{ Config }
