package work

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// Work is a platform or company that a member works for.
type Work struct {
	Seq     int64
	Firm    string // the company as it is kept among companies; empty: it is not
	Post    string // the station of ours that they belong to; then there is no company, and no station of it
	Closed  bool   // the station of ours is closed for good
	Name    string // as the company is called, or in the member's words; of a station of ours, see [Call]
	Station string // the platform's depot there, in their words; empty: not said
	From    string // the day, YYYY-MM-DD
	Until   string // the day on which it ended; empty: it lasts
	By      string // who wrote it down; empty: the member
	EndedBy string // who ended it; empty while it lasts, and where the member did
	Wrong   bool   // it was not so, and was put right
}

// Said is what somebody says of where they work: a company and its depot there, or the
// station of ours that they belong to.
type Said struct{ Name, Station, Post string }

// Firm is a company that is known.
type Firm struct{ ID, Name string }

// Firms knows companies.
type Firms interface {
	// Around returns the platforms that are known where somebody works: in the area,
	// around it, or in its prefecture.
	Around(ctx context.Context, tx *op.Tx, area string) ([]Firm, error)
	// Called returns the company that somebody means by a name there; a zero one where
	// none is known.
	Called(ctx context.Context, tx *op.Tx, name, area string) (Firm, error)
}

const (
	MaxName    = 60
	MaxStation = 60
	Most       = 8 // at once
	mostRows   = 200
)

// marks part the names that stand in one line.
const marks = "、;；，,/／\n"

// Split parts a line of names. What stands twice stays once.
func Split(line string) []string { return tidy(parts(line)) }

func parts(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(marks, r) })
}

func tidy(names []string) (all []string) {
	for _, name := range names {
		name = plain.Line(name)
		if name != "" && !slices.ContainsFunc(all, func(x string) bool { return Same(x, name) }) {
			all = append(all, name)
		}
	}
	return all
}

// Same reports whether two names are one, but for how they are written.
func Same(a, b string) bool { return fold(a) == fold(b) }

func fold(name string) string { return strings.ToLower(strings.ReplaceAll(plain.Line(name), " ", "")) }

// Say puts names together with the stations there: one station to each name where there
// are as many, else each to the name that it holds, or to the first one. ok is false where
// there is a station and no name.
func Say(names, stations []string) (all []Said, ok bool) {
	names, stations = tidy(names), tidy(stations)
	for _, name := range names {
		all = append(all, Said{Name: name})
	}
	if len(all) == 0 {
		return nil, len(stations) == 0
	}
	for i, station := range stations {
		at := slices.IndexFunc(all, func(s Said) bool { return strings.Contains(fold(station), fold(s.Name)) })
		if at < 0 && len(stations) == len(all) {
			at = i
		}
		at = max(at, 0)
		all[at].Station = strings.Trim(all[at].Station+"、"+station, "、")
	}
	return all, true
}

// Clean is what somebody says without what is empty or stands there twice.
func Clean(said []Said) (all []Said) {
	for _, s := range said {
		if s.Post != "" {
			s.Name, s.Station = "", ""
		}
		s.Name, s.Station = plain.Line(s.Name), plain.Line(s.Station)
		if s.Name+s.Post != "" && !slices.ContainsFunc(all, func(x Said) bool { return x.Post == s.Post && Same(x.Name, s.Name) }) {
			all = append(all, s)
		}
	}
	return all
}

// Check says what is wrong with what somebody says: the message, and its limit; empty:
// nothing.
func Check(all []Said) (field, msg string, limit int) {
	if len(all) > Most {
		return "works", "member.works.many", Most
	}
	for _, s := range all {
		if utf8.RuneCountInString(s.Name) > MaxName {
			return "works", "member.works.length", MaxName
		}
		if utf8.RuneCountInString(s.Station) > MaxStation {
			return "station", "member.works.length", MaxStation
		}
	}
	return "", "", 0
}

// Now are those that last, in the order in which they came.
func Now(all []Work) (now []Work) {
	for _, w := range all {
		if w.Until == "" {
			now = append(now, w)
		}
	}
	slices.SortStableFunc(now, func(a, b Work) int { return cmp.Compare(a.Seq, b.Seq) })
	return now
}

// Past are those that ended, the newest first.
func Past(all []Work) (past []Work) {
	for _, w := range all {
		if w.Until != "" {
			past = append(past, w)
		}
	}
	slices.SortStableFunc(past, func(a, b Work) int {
		return cmp.Or(strings.Compare(b.Until, a.Until), cmp.Compare(b.Seq, a.Seq))
	})
	return past
}

// Names are what some are called, in one line.
func Names(all []Work) string {
	names := make([]string, len(all))
	for i, w := range all {
		names[i] = w.Name
	}
	return strings.Join(names, "、")
}
