package orgweb

import (
	"net/http"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/org"
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
	Kind   string // "", "union", "partner", "host"
	Words  string
	Next   string
}

// kindsOf are the kinds that a filter shows.
func kindsOf(filter string) []org.Kind {
	switch filter {
	case "union":
		return org.Unions()
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
	f := org.Filter{Area: home(authz.From(ctx)), Kinds: kindsOf(l.Kind), Words: l.Words, Limit: pageSize + 1,
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
	l.Frame.Search = &ui.Search{Action: ListPath, Value: l.Words, Label: t(ctx, "search"), Placeholder: t(ctx, "search"), Keep: []ui.Pair{{Key: "kind", Text: l.Kind}}}
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

// node is a union with those that it leads.
type node struct {
	org.Org
	Below []*node
}

// treePage is a part of the tree of unions.
type treePage struct {
	Frame ui.StaffPage
	Line  []org.Org // above the top that is shown
	Tops  []*node
	Full  bool // too many for one page: the rest is reached from further down
}

// treeLimit is how many unions one page of the tree shows.
const treeLimit = 400

// treeDepth is how many steps below its top a page of the tree shows.
const treeDepth = 3

func (p *pages) tree(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	page := treePage{Frame: p.frame(ctx, t(ctx, "tree"), ui.Crumb{Text: t(ctx, "tree")})}
	f, err := p.part(r)
	if err != nil {
		return err
	}
	if f.Under != "" {
		if page.Line, err = p.Orgs.Line(ctx, f.Under); err != nil {
			return err
		}
		page.Line = page.Line[:max(len(page.Line)-1, 0)]
	}
	os, err := p.Orgs.List(ctx, f)
	if err != nil {
		return err
	}
	page.Tops, page.Full = grow(os), len(os) == treeLimit
	return web.Show(w, r, http.StatusOK, treeView(page))
}

// part is what of the tree to show: below a chosen union, else all of a county,
// else a few steps below the union of the reader's larger area.
func (p *pages) part(r *http.Request) (org.Filter, error) {
	f := org.Filter{Kinds: org.Unions(), Limit: treeLimit, Depth: treeDepth}
	if under := org.ID(r.URL.Query().Get("under")); under != "" {
		o, err := p.Orgs.Get(r.Context(), under)
		f.Under = o.ID
		return f, err
	}
	f.Area = home(authz.From(r.Context()))
	if len(f.Area) >= 6 {
		return f, nil
	}
	// An area sorts before all that it contains, so its own union comes first.
	tops, err := p.Orgs.List(r.Context(), org.Filter{Area: f.Area, Kinds: []org.Kind{org.Local}, Limit: 1})
	if err == nil && len(tops) == 1 {
		f.Under, f.Depth = tops[0].ID, 1+len(f.Area)/2
	}
	return f, err
}

// grow hangs unions under those that lead them; whose leader is not among them
// is a top.
func grow(os []org.Org) []*node {
	byID := map[org.ID]*node{}
	for _, o := range os {
		byID[o.ID] = &node{Org: o}
	}
	var tops []*node
	for _, o := range os {
		n := byID[o.ID]
		if up, ok := byID[o.Parent]; ok {
			up.Below = append(up.Below, n)
		} else {
			tops = append(tops, n)
		}
	}
	return tops
}

// showPage is one organisation.
type showPage struct {
	Frame  ui.StaffPage
	Org    org.Org
	Line   []org.Org
	Below  []org.Org
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
	if s.Below, err = p.Orgs.List(ctx, org.Filter{Parent: o.ID, Limit: pageSize}); err != nil {
		return err
	}
	all, err := p.Orgs.Duties(ctx, o.ID)
	if err != nil {
		return err
	}
	s.Duties = all[o.ID]
	return web.Show(w, r, http.StatusOK, showView(s))
}

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
