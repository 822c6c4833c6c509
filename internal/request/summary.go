package request

import (
	"slices"
	"time"

	"nuanxin/internal/geo"
)

// SimilarTo describes a request that is being written.
type SimilarTo struct {
	Words string
	Point *geo.Point
	Area  string // search within it; empty: everywhere the caller may look
	Not   ID     // leave this one out
	Limit int    // 0: 5
}

// Alike is a request that may be about the same matter.
type Alike struct {
	ID        ID
	Number    string
	Status    Status
	Title     string
	Words     string
	Place     string
	At        time.Time
	Followers int
	Metres    float64 // -1: one of the two has no point
	Score     float64 // 0 to 1
}

// BodyHealth is how a body has dealt with what it was handed in the last 90 days.
type BodyHealth struct {
	Body       string
	Name       string
	Sent       int
	Opened     int // receipts
	Signed     int
	LateSign   int
	Reported   int
	LateReport int
	Bounced    int
	InHand     int
	LastAct    time.Time // when it last opened, signed or reported anything; zero: never
}

// Silent reports whether the body seems to have stopped looking: it has matters
// in hand and did nothing at all.
func (h BodyHealth) Silent() bool {
	return h.InHand >= 3 && h.Opened == 0 && h.Signed == 0 && h.Bounced == 0
}

// Export is a table without a person in it. Heads are keys of the catalogue,
// under "request.export.<head>".
type Export struct {
	Heads []string
	Rows  [][]string
	Cut   bool // there are more rows than may be exported at once
}

// Column is what stands below a head.
func (e Export) Column(head string) (all []string) {
	if at := slices.Index(e.Heads, head); at >= 0 {
		for _, row := range e.Rows {
			all = append(all, row[at])
		}
	}
	return all
}
