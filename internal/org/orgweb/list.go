package orgweb

import (
	"context"
	"net/http"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

const pageSize = 50

// listPage is one page of organisations.
type listPage struct {
	Frame  ui.StaffPage
	Orgs   []org.Org
	Duties map[org.ID][]org.Duty
	Topics map[string]string
	Kind   string // "", "union", "grass", "partner", "host"
	Area   string // of those alone; empty: of the reader's
	Words  string
	Next   string
}

// kindsOf are the kinds that a filter shows.
func kindsOf(filter string) []org.Kind {
	switch filter {
	case "union":
		return org.Unions()
	case "grass":
		return []org.Kind{org.Basic, org.Joint}
	case "partner":
		return []org.Kind{org.Partner}
	case "host":
		return []org.Kind{org.Host}
	}
	return nil
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	l := listPage{Kind: q.Get("kind"), Words: q.Get("q"), Topics: p.topicWords(r)}
	area := home(authz.From(ctx))
	if l.Area = q.Get("area"); strings.HasPrefix(l.Area, area) {
		area = l.Area
	}
	f := org.Filter{Area: area, Kinds: kindsOf(l.Kind), Words: l.Words, Limit: pageSize + 1,
		After: org.Place{Area: q.Get("after_area"), ID: org.ID(q.Get("after"))}}
	var err error
	if l.Orgs, err = p.Orgs.List(ctx, f); err != nil {
		return err
	}
	if len(l.Orgs) > pageSize {
		l.Orgs = l.Orgs[:pageSize]
		last := l.Orgs[pageSize-1].Place()
		q.Set("after", string(last.ID))
		q.Set("after_area", last.Area)
		l.Next = ListPath + "?" + q.Encode()
	}
	if l.Duties, err = p.Orgs.Duties(ctx, ids(l.Orgs)...); err != nil {
		return err
	}
	l.Frame = p.frame(ctx, t(ctx, "orgs"))
	if l.Area != "" {
		l.Frame.Heading = t(ctx, "orgs.in", "Area", areaWords(ctx, area))
	}
	l.Frame.Search = &ui.Search{Action: ListPath, Value: l.Words, Label: t(ctx, "search"), Placeholder: t(ctx, "search"), Keep: []ui.Pair{{Key: "kind", Text: l.Kind}, {Key: "area", Text: l.Area}}}
	if founder(ctx) {
		l.Frame.Buttons = foundButton()
	}
	return web.Show(w, r, http.StatusOK, listView(l))
}

// home is the smallest area that contains all that the reader holds.
func home(s authz.Subject) string {
	if len(s.Grants) == 0 {
		return ""
	}
	area := s.Grants[0].Area
	for _, g := range s.Grants {
		for !strings.HasPrefix(g.Area, area) {
			area = area[:len(area)-1]
		}
	}
	return area
}

func ids(os []org.Org) []org.ID {
	all := make([]org.ID, len(os))
	for i, o := range os {
		all[i] = o.ID
	}
	return all
}

// showPage is one organisation.
type showPage struct {
	Frame  ui.StaffPage
	Org    org.Org
	Line   []org.Org
	Into   org.Org // who took it over; zero when none did
	Below  []org.Branch
	More   bool // it leads more than are shown
	Past   []org.Past
	Said   []org.Approval // how it was approved to begin, and to end
	Links  []org.Link
	Duties []org.Duty
	Topics map[string]string
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	o, err := p.Orgs.Get(ctx, org.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	s := showPage{Org: o, Topics: p.topicWords(r), Frame: p.frame(ctx, o.Name, ui.Crumb{Text: o.Called()})}
	s.Frame.Main = "two"
	if s.Line, err = p.Orgs.Line(ctx, o.ID); err != nil {
		return err
	}
	if s.Below, err = p.Orgs.Branches(ctx, org.Filter{Parent: o.ID, Limit: belowShown + 1}); err != nil {
		return err
	}
	if s.More = len(s.Below) > belowShown; s.More {
		s.Below = s.Below[:belowShown]
	}
	if o.Into != "" {
		if s.Into, err = p.Orgs.Get(ctx, o.Into); err != nil {
			return err
		}
	}
	if s.Past, err = p.Orgs.History(ctx, o.ID); err != nil {
		return err
	}
	if s.Said, err = p.Orgs.Approvals(ctx, o.ID); err != nil {
		return err
	}
	if s.Links, err = p.Orgs.Links(ctx, o.ID); err != nil {
		return err
	}
	all, err := p.Orgs.Duties(ctx, o.ID)
	if err != nil {
		return err
	}
	s.Duties = all[o.ID]
	return web.Show(w, r, http.StatusOK, showView(s))
}

// leader is who leads the organisation; nil at the top.
func (s showPage) leader() *org.Org {
	if len(s.Line) < 2 {
		return nil
	}
	return &s.Line[len(s.Line)-2]
}

// lives reports whether the reader may do act of package life to o.
func lives(ctx context.Context, act authz.Action, o authz.Object) bool {
	return life.Policy.May(authz.From(ctx), act, o)
}

// belowShown is how many of those that a union leads its own page shows.
const belowShown = 12

// topics are what a body can be responsible for; the first is everything.
func (p *pages) topics(r *http.Request) []ui.Option {
	all := []ui.Option{{Value: everything, Text: t(r.Context(), "duty.all")}}
	if p.Topics != nil {
		all = append(all, p.Topics(r.Context())...)
	}
	return all
}

// everything is the form's value for the topic that takes all: an empty value
// is no choice.
const everything = "*"

func (p *pages) topicWords(r *http.Request) map[string]string {
	words := map[string]string{}
	for _, o := range p.topics(r) {
		words[o.Value] = o.Text
	}
	words[""] = words[everything]
	return words
}
