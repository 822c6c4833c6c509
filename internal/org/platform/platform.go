package platform

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/width"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/org"
	"nuanxin/internal/plain"
)

// ID is the id of a company in an area.
type ID string

// Firm is the id of a company.
type Firm string

// Branch is a company in an area.
type Branch struct {
	ID       ID
	Firm     Firm
	Name     string // the company's
	Platform bool   // work is given out through an app
	Area     string
	Plan
	Due     string // of the first step that is not done, YYYY-MM-DD; empty: none waits
	Version int64
}

// AuthzObject implements op.Target.
func (b Branch) AuthzObject() authz.Object {
	return authz.Object{Kind: "firm", ID: string(b.ID), Group: "org", Area: b.Area}
}

// Late reports whether a step is overdue on a day.
func (b Branch) Late(today string) bool { return b.Due != "" && b.Due < today }

// Steps are what is to be done for a union to stand.
type Steps []Step

// Step is one thing to do.
type Step struct {
	Text string
	Due  string // YYYY-MM-DD
	Done string // the day it was done; empty: it waits
}

// Next is the day of the first step that waits; empty: none does.
func (s Steps) Next() (day string) {
	for _, x := range s {
		if x.Done == "" && (day == "" || x.Due < day) {
			day = x.Due
		}
	}
	return day
}

// Plan is what is kept of a company in an area.
type Plan struct {
	Union    org.ID // that stands there; empty: none
	Since    string // the day since when it does
	Owner    string // who sees to it
	Obstacle string
	Result   string
	Also     string // how else members write the company's name, one to a line
	Steps    Steps
}

// Fact is how many people somebody says work for a company in an area.
type Fact struct {
	Occupation string // as members have it; empty: not told apart
	N          int64
	Day        string // on which it was so, YYYY-MM-DD
	Source     string
	By         string
	At         time.Time
}

const (
	maxName  = 60
	maxText  = 300
	maxSteps = 40
	maxN     = 100_000_000
)

// draw returns the plan as it is kept, or what is wrong with it.
func (p Plan) draw(today string) (Plan, error) {
	var f fault.Form
	p.Owner = plain.Line(p.Owner)
	p.Obstacle, p.Result = text(p.Obstacle), text(p.Result)
	var also []string
	for line := range strings.Lines(plain.Visible(p.Also)) {
		if line = plain.Line(line); line != "" {
			also = append(also, line)
		}
	}
	p.Also = strings.Join(also, "\n")
	for _, x := range [][2]string{{"owner", p.Owner}, {"obstacle", p.Obstacle}, {"result", p.Result}, {"also", p.Also}} {
		if utf8.RuneCountInString(x[1]) > maxText {
			f.Add(x[0], "firm.text.length", fault.Args{"Limit": maxText})
		}
	}
	switch {
	case p.Union == "":
		p.Since = ""
	case !isDay(p.Since) || p.Since > today:
		f.Add("since", "firm.day.past", nil)
	}
	var steps Steps
	for _, s := range p.Steps {
		s.Text = plain.Line(s.Text)
		if s == (Step{}) {
			continue
		}
		if n := utf8.RuneCountInString(s.Text); n == 0 || n > maxText || !isDay(s.Due) || s.Done != "" && (!isDay(s.Done) || s.Done > today) {
			f.Add("steps", "firm.step.wrong", nil)
			break
		}
		steps = append(steps, s)
	}
	if len(steps) > maxSteps {
		f.Add("steps", "firm.steps.many", fault.Args{"Limit": maxSteps})
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return strings.Compare(a.Due, b.Due) })
	p.Steps = steps
	return p, f.Err(string(SetPlan))
}

// draw returns the fact as it is kept, or what is wrong with it.
func (a Fact) draw(today string) (Fact, error) {
	var f fault.Form
	a.Source = plain.Line(a.Source)
	if n := utf8.RuneCountInString(a.Source); n < 2 || n > maxText {
		f.Add("source", "firm.source.needed", nil)
	}
	if a.N < 0 || a.N > maxN {
		f.Add("n", "firm.n.range", nil)
	}
	if !isDay(a.Day) || a.Day > today {
		f.Add("day", "firm.day.past", nil)
	}
	if a.Occupation != "" && strings.Trim(a.Occupation, "abcdefghijklmnopqrstuvwxyz_") != "" {
		f.Add("occupation", "firm.occupation.unknown", nil)
	}
	return a, f.Err(string(Tell))
}

func text(s string) string { return strings.TrimSpace(plain.Visible(s)) }

// key is what two writings of one name share.
func key(name string) string {
	return strings.ToLower(strings.ReplaceAll(width.Fold.String(plain.Line(name)), " ", ""))
}

// isDay reports whether s is a day, as YYYY-MM-DD.
func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func isArea(s string) bool {
	return len(s) >= 2 && len(s) <= 12 && strings.Trim(s, "0123456789") == ""
}
