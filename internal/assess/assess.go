package assess

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/plain"
)

// ID is an entry's id.
type ID string

// Kind is what an entry is. Its words are "assess.kind."+Kind.
type Kind string

// The kinds.
const (
	Impact Kind = "impact" // art. 55
	Audit  Kind = "audit"  // art. 54
)

// Kinds lists them in the order in which a page offers them.
func Kinds() []Kind { return []Kind{Impact, Audit} }

// State is how an entry stands. Its words are "assess.state."+State.
type State string

// The states.
const (
	Open State = "open" // is written on
	Done State = "done" // in force
	Over State = "over" // a newer one is in force, or the processing has ended
)

// Processing is something that this program does with personal data and that needs an
// impact assessment. Its words are "assess.of."+Code.
type Processing struct {
	Code string
	Case string // of art. 55
}

// Processings are those that need one. What checks files for malware and what keeps keys
// need none: they learn of nobody.
func Processings() []Processing {
	return []Processing{
		{"identity", "share"},     // names and identity numbers go to a service that checks them
		{"bodies", "share"},       // matters are handed to other bodies
		{"wechat", "share"},       // who signs in by WeChat
		{"children", "sensitive"}, // of workers' children below fourteen: art. 28
	}
}

func known(code string) bool {
	return slices.ContainsFunc(Processings(), func(p Processing) bool { return p.Code == code })
}

// Draft is what an entry says.
type Draft struct {
	Kind     Kind     `json:"kind"`
	Of       string   `json:"of"`      // code of a processing of this program; empty: another
	Subject  string   `json:"subject"` // which processing, in words
	Cases    []string `json:"cases"`   // of art. 55; none for an audit
	Lawful   string   `json:"lawful"`  // whether purpose and manner are lawful, proper and necessary
	Effect   string   `json:"effect"`  // on persons' rights, and the security risks
	Measures string   `json:"measures"`
	MadeBy   string   `json:"by"`     // who made it, or which body
	On       string   `json:"on"`     // the day
	Review   string   `json:"review"` // the day of the next look; empty: as the rule proposes
}

// Entry is one in the register.
type Entry struct {
	Draft
	ID          ID
	Area        string // whose security administrator keeps it
	State       State
	Prior       ID // the one that it looks at again
	Next        ID // the one that looks at it again
	WrittenAt   time.Time
	WrittenBy   string
	ConcludedAt time.Time
	ConcludedBy string
	EndedAt     time.Time
	EndWhy      string // empty: a newer one is in force
	Version     int64
}

// Overdue reports whether it is in force and its next look was due before a day.
func (e Entry) Overdue(day string) bool { return e.State == Done && e.Review < day }

// AuthzObject implements op.Target.
func (e Entry) AuthzObject() authz.Object {
	return authz.Object{Kind: "assess", ID: string(e.ID), Group: "person", Area: e.Area}
}

// Saved is an entry as it was saved once. The words of its step are "assess.step."+Step.
type Saved struct {
	Draft
	Version int64
	At      time.Time
	Step    string // "written", "again", "revised", "concluded", "replaced" or "retired"
	By      string // who saved it
}

// Case is one of those of art. 55, by a dated row.
type Case struct {
	Code   string
	Source string // the article, in Chinese
	words  map[string]string
}

// In says it in a language, Chinese where it has none.
func (c Case) In(lang string) string {
	if w, ok := c.words[lang]; ok {
		return w
	}
	return c.words["zh-CN"]
}

// Rule is a number that holds, with its source. Its words are "assess.rule."+Name.
type Rule struct {
	Name   string
	Value  int64
	Source string
}

// Gap is processing that is switched on and has no concluded impact assessment.
type Gap struct {
	Processing
	Open ID // one that is being written; empty: none
}

// Terms are what an entry is written by today.
type Terms struct {
	Cases []Case
	Rules []Rule
	Today string
}

func (t Terms) rule(name string) int {
	for _, r := range t.Rules {
		if r.Name == name {
			return int(r.Value)
		}
	}
	return 0
}

// Proposed is the day of the next look that the rules propose for an entry of a day.
func (t Terms) Proposed(k Kind, of, on string) string {
	day, err := time.Parse(time.DateOnly, on)
	if err != nil {
		return ""
	}
	rule := "impact_days"
	switch {
	case k == Audit && of == "children":
		rule = "minors_days"
	case k == Audit:
		rule = "audit_days"
	}
	return day.AddDate(0, 0, t.rule(rule)).Format(time.DateOnly)
}

const (
	minWords   = 4
	maxSubject = 200
	maxWords   = 4000
	maxName    = 100
)

// text reads words of a field; what is wrong is said by "assess.length."+says.
func text(f *fault.Form, field, says, words string, least, most int) string {
	words = strings.TrimSpace(plain.Text(words))
	if n := utf8.RuneCountInString(words); n < least || n > most {
		f.Add(field, "assess.length."+says, fault.Args{"Least": least, "Limit": most})
	}
	return words
}

// check reads a draft by the terms of a day, or says everything that is wrong with it.
func (d Draft) check(op string, t Terms) (Draft, error) {
	var f fault.Form
	if !slices.Contains(Kinds(), d.Kind) {
		f.Add("kind", "assess.kind.choose", nil)
	}
	if d.Of != "" && !known(d.Of) {
		f.Add("of", "assess.of.choose", nil)
	}
	of := "impact"
	if d.Kind == Audit {
		of = "audit"
	}
	d.Subject = text(&f, "subject", "subject."+of, plain.Line(d.Subject), minWords, maxSubject)
	d.Cases = d.cases(&f, t)
	d.Lawful = text(&f, "lawful", "lawful."+of, d.Lawful, minWords, maxWords)
	d.Effect = text(&f, "effect", "effect."+of, d.Effect, minWords, maxWords)
	d.Measures = text(&f, "measures", "measures."+of, d.Measures, minWords, maxWords)
	d.MadeBy = text(&f, "by", "by", plain.Line(d.MadeBy), 2, maxName)
	if _, err := time.Parse(time.DateOnly, d.On); err != nil || d.On > t.Today {
		f.Add("on", "assess.on.when", nil)
	} else {
		d.Review = d.review(&f, t)
	}
	return d, f.Err(op)
}

// cases are those of art. 55 that were chosen: one at least, and none for an audit.
func (d Draft) cases(f *fault.Form, t Terms) []string {
	if d.Kind != Impact {
		return nil
	}
	for _, c := range d.Cases {
		if !slices.ContainsFunc(t.Cases, func(x Case) bool { return x.Code == c }) {
			f.Add("cases", "assess.cases.choose", nil)
			return nil
		}
	}
	if len(d.Cases) == 0 {
		f.Add("cases", "assess.cases.choose", nil)
	}
	return d.Cases
}

// review is the day of the next look: after the day of this one, and not beyond the longest.
func (d Draft) review(f *fault.Form, t Terms) string {
	if d.Review == "" {
		return t.Proposed(d.Kind, d.Of, d.On)
	}
	begin, _ := time.Parse(time.DateOnly, d.On)
	at, err := time.Parse(time.DateOnly, d.Review)
	if most := t.rule("most_days"); err != nil || !at.After(begin) || at.After(begin.AddDate(0, 0, most)) {
		f.Add("review", "assess.review.when", fault.Args{"Limit": most})
	}
	return d.Review
}
