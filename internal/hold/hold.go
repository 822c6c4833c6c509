package hold

import (
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
)

// ID names a hold.
type ID string

// Kind is what is held. Its words are "hold.kind."+Kind.
type Kind string

// The kinds.
const (
	Account Kind = "account" // all that is kept of a worker
	Member  Kind = "member"  // one record of a member
	Matter  Kind = "request" // one matter
)

// Kinds lists them in the order in which a form offers them.
func Kinds() []Kind { return []Kind{Matter, Member, Account} }

// Subject is what is held.
type Subject struct {
	Kind   Kind
	ID     string
	Area   string // whose security administrator may hold it; empty: any
	Called string // the number of a matter or member; empty for an account
}

// Hold is one hold.
type Hold struct {
	ID ID
	Subject
	Basis   string // its code
	Reason  string // that the person is told, too
	From    string // the day
	Until   string // the last day
	SetAt   time.Time
	SetBy   string
	EndedAt time.Time // zero: it was not ended
	EndedBy string    // empty: its day came
	EndWhy  string
	Version int64

	Ground Basis // of those of today; zero in lists
}

// Over reports whether it holds nothing more on a day.
func (h Hold) Over(day string) bool { return !h.EndedAt.IsZero() || h.Until < day }

// AuthzObject implements op.Target.
func (h Hold) AuthzObject() authz.Object {
	return authz.Object{Kind: "hold", ID: string(h.ID), Group: "person", Area: h.Area}
}

// Step is one time that a hold was set, renewed or ended.
type Step struct {
	At     time.Time
	Kind   string // "set", "renewed" or "ended"; its words are "hold.step."+Kind
	Until  string
	Reason string
	By     string
}

// Basis is a ground on which something may be held.
type Basis struct {
	Code   string
	Source string // the article, in Chinese
	words  map[string]string
}

// In says it in a language, Chinese where it has none.
func (b Basis) In(lang string) string {
	if w, ok := b.words[lang]; ok {
		return w
	}
	return b.words["zh-CN"]
}

// Draft is what a form says.
type Draft struct {
	Kind   Kind
	Number string // of the matter or member, or the phone of the account
	Basis  string
	Reason string
	Until  string // the day
}

const maxReason = 500

// reasoned reads a reason.
func reasoned(f *fault.Form, text string) string {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < 4 || n > maxReason {
		f.Add("reason", "hold.reason.needed", fault.Args{"Limit": maxReason})
	}
	return text
}

// dated reads a last day: one to come, and not beyond the longest.
func dated(f *fault.Form, text, today string, most int) {
	at, err := time.Parse(time.DateOnly, text)
	begin, _ := time.Parse(time.DateOnly, today)
	if err != nil || text < today || at.After(begin.AddDate(0, 0, most)) {
		f.Add("until", "hold.until.wrong", fault.Args{"Limit": most})
	}
}
