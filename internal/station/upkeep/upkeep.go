// Package upkeep is how a station came to be and is kept up (建管用): who runs
// it, when it was built and accepted, what it cost, and on which maps it is
// published. It is data without I/O.
package upkeep

import (
	"regexp"
	"slices"
	"time"

	"nuanxin/internal/fault"
)

// Life is how a station came to be and is kept up (建管用).
type Life struct {
	Operator string    `json:"operator,omitempty"` // who does the daily upkeep, where it is not the host
	Keeper   string    `json:"keeper,omitempty"`   // the person in charge; for those inside alone
	Funds    string    `json:"funds,omitempty"`    // what it cost, as printed; for those inside alone
	Built    When      `json:"built,omitempty"`
	Accepted When      `json:"accepted,omitempty"` // 验收
	Extended bool      `json:"extended,omitempty"` // 延时: open beyond its host's office hours
	Listings []Listing `json:"listings,omitempty"` // by map, in the order of [Maps]
}

// When is a day, a month or a year (2023-05-01, 2023-05, 2023), or whether at
// all: yes or no. The empty one is unknown.
type When string

// Said without a date.
const (
	Yes When = "yes"
	No  When = "no"
)

var whens = regexp.MustCompile(`^(yes|no|(19|20)\d\d(-(0[1-9]|1[0-2])(-\d\d)?)?)?$`)

// Valid reports whether w is any of what it may be.
func (w When) Valid() bool {
	if len(w) == len(time.DateOnly) {
		_, err := time.Parse(time.DateOnly, string(w))
		return err == nil
	}
	return whens.MatchString(string(w))
}

// Listing says that a station is on a map, or not: one station is several
// points on several maps, and each is published by itself.
type Listing struct {
	Map   string `json:"map"`           // one of [Maps]
	Since When   `json:"since"`         // yes, no, or since when
	Point string `json:"poi,omitempty"` // the provider's own id of the point
}

// Maps lists where stations are published: the three maps and the union's app.
func Maps() []string { return []string{"amap", "baidu", "tencent", "app"} }

// Check reports what no record may hold.
func (l Life) Check(form *fault.Form) {
	for name, w := range map[string]When{"built": l.Built, "accepted": l.Accepted} {
		if !w.Valid() {
			form.Add(name, "station.when.wrong", nil)
		}
	}
	for i, m := range l.Listings {
		again := slices.ContainsFunc(l.Listings[:i], func(o Listing) bool { return o.Map == m.Map })
		if again || !slices.Contains(Maps(), m.Map) || m.Since == "" || !m.Since.Valid() || len(m.Point) > 80 {
			form.Add("listings", "station.listings.wrong", nil)
		}
	}
}
