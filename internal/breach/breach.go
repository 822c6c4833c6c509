package breach

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/plain"
)

// ID is an incident's id.
type ID string

// State is how an incident stands.
type State string

// The states.
const (
	Open   State = "open"
	Closed State = "closed"
)

// Level is how grave an incident is as the security administrator judged it by the
// 《网络安全事件分级指南》. Its words are "breach.level."+Level, or "breach.level.open".
type Level string

// The levels.
const (
	Unjudged Level = ""        // counts as grave, for the clock runs from the finding
	General  Level = "general" // 一般
	Grave    Level = "grave"   // 较大以上
)

// Kinds are the kinds of data that an incident can concern. Their words are
// "breach.kind."+kind.
func Kinds() []string {
	return []string{"name", "phone", "document", "words", "photos", "place", "membership", "account"}
}

// Decision is whether people are told. Its words are "breach.decision."+Decision.
type Decision string

// The decisions.
const (
	Undecided Decision = ""
	Told      Decision = "told"
	Waived    Decision = "waived" // art. 57: measures that effectively avoid harm
)

// Incident is one in the register.
type Incident struct {
	ID       ID
	Area     string // whose security administrator keeps it
	State    State
	What     string // happened
	Kinds    []string
	BeganAt  time.Time // zero: not known
	FoundAt  time.Time
	OpenedAt time.Time
	OpenedBy string
	Persons  int // whom it concerns, as computed so far
	Level    Level
	Graver   bool // it concerns so many that it is grave, whatever was judged
	Decision Decision
	Notice   string // to the people, or why they are not told
	DecidedAt,
	ReportedAt time.Time
	Report   string // to whom, and its number
	ClosedAt time.Time
	Lessons  string
	Version  int64

	ReportBy, TellBy, SumUpBy, KeepTo time.Time // by the rules of the day on which it was found
}

// IsGrave reports whether the short clock of the report runs: it was judged so, was not
// judged so far, or concerns very many.
func (i Incident) IsGrave() bool { return i.Level != General || i.Graver }

// AuthzObject implements op.Target.
func (i Incident) AuthzObject() authz.Object {
	return authz.Object{Kind: "breach", ID: string(i.ID), Group: "person", Area: i.Area}
}

// Step is what was done about an incident.
type Step struct {
	At    time.Time
	Kind  string // "measure", "level", "list", "decision", "report", "closed"
	Words string
	By    string
}

// Draft is what is known when an incident is found.
type Draft struct {
	What    string
	Kinds   []string
	BeganAt time.Time
	FoundAt time.Time
}

const (
	minWords = 4
	maxWords = 4000
)

func text(f *fault.Form, field, words string) string {
	words = plain.Text(words)
	if n := utf8.RuneCountInString(words); n < minWords || n > maxWords {
		f.Add(field, "breach.words.length", fault.Args{"Least": minWords, "Limit": maxWords})
	}
	return words
}

func (d *Draft) check(now time.Time) error {
	var f fault.Form
	d.What = text(&f, "what", d.What)
	if len(d.Kinds) == 0 || slices.ContainsFunc(d.Kinds, func(k string) bool { return !slices.Contains(Kinds(), k) }) {
		f.Add("kinds", "breach.kinds.choose", nil)
	}
	if d.FoundAt.IsZero() || d.FoundAt.After(now) {
		f.Add("found", "breach.found.when", nil)
	}
	if d.BeganAt.After(d.FoundAt) {
		f.Add("began", "breach.began.when", nil)
	}
	return f.Err(string(Begin))
}

// By says how the people concerned are found.
type By struct {
	Area     string // everybody of an area
	Actor    string // whose data the account of this login name opened or took out, between From and To
	From, To time.Time
	Numbers  []string // of members and requests
	Export   string   // the number on the watermark of a list that was taken out
}

// how is what a step tells about the way.
func (b By) how() string {
	switch {
	case b.Area != "":
		return "area"
	case b.Actor != "":
		return "actor"
	case b.Export != "":
		return "export"
	}
	return "numbers"
}

func (b *By) check(now time.Time) error {
	var f fault.Form
	for i, n := range b.Numbers {
		b.Numbers[i] = strings.TrimSpace(n)
	}
	b.Numbers = slices.DeleteFunc(b.Numbers, func(n string) bool { return n == "" })
	switch {
	case b.Area != "" && strings.Trim(b.Area, "0123456789") != "":
		f.Add("area", "breach.area.digits", nil)
	case b.Area == "" && b.Actor == "" && b.Export == "" && len(b.Numbers) == 0:
		f.Add("by", "breach.by.choose", nil)
	case b.Actor != "" && (b.From.IsZero() || !b.To.After(b.From) || b.From.After(now)):
		f.Add("from", "breach.window", nil)
	}
	return f.Err(string(Compute))
}
