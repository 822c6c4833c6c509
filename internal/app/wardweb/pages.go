// Package wardweb is where cadres see the children for whom a guardian has agreed to a
// purpose: with their ends alone, and whole for a reason, which the guardian reads.
package wardweb

import (
	"context"
	"embed"
	"net/http"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need; all of it.
type Config struct {
	Children *consent.Children
	Frame    func(ctx context.Context) ui.StaffPage // the reader's name, organisation and menu
}

// Href is the list.
const Href = "/desk/children"

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "ward."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	route := func(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: consent.WardPolicy.Roles(act), BodyLimit: 4 << 10, Look: web.LookStaff, Handler: web.HTML(ui.Private(h, authz.Cadre))}
	}
	return []web.Route{
		route("GET", Href, consent.ListWards, "children for whom a guardian has agreed to a purpose", p.list),
		route("POST", Href+"/{id}/open", consent.OpenWard, "a child with whole names, for a reason", p.open),
	}
}

// listView is a page of the list, and the child that was opened.
type listView struct {
	purposes []consent.Purpose
	purpose  string
	all      []consent.Child
	next     string
	opened   consent.Child // zero: none
	why      string
	failed   string // the id of the child whose reason was missing
	ui.Trouble
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, http.StatusOK, listView{purpose: r.URL.Query().Get("for")})
}

func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, v listView) (err error) {
	ctx := r.Context()
	if v.purposes, err = p.Children.Purposes(ctx); err != nil {
		return err
	}
	if v.purpose == "" && len(v.purposes) > 0 {
		v.purpose = v.purposes[0].Purpose
	}
	if v.all, err = p.Children.List(ctx, v.purpose, r.URL.Query().Get("after")); err != nil {
		return err
	}
	if len(v.all) > consent.WardPage {
		v.all = v.all[:consent.WardPage]
		v.next = href(v.purpose) + "&after=" + v.all[consent.WardPage-1].ID
	}
	return web.Show(w, r, status, listPage(p.Frame(ctx).At(Href, t(ctx, "title")), v))
}

func (p *pages) open(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New("ward.form", fault.Invalid, "fault.form").Because(err)
	}
	which := r.PathValue("id")
	v := listView{purpose: r.PostForm.Get("for"), why: strings.TrimSpace(plain.Line(r.PostForm.Get("why")))}
	if v.why == "" {
		var f fault.Form
		f.Add("why", "ward.why.needed", nil)
		v.failed, v.Errs = which, ui.FieldErrors(r.Context(), f.Err("ward.open"))
		return p.show(w, r, http.StatusUnprocessableEntity, v)
	}
	c, err := p.Children.Open(op.With(r.Context(), op.Call{Purpose: v.why}), which)
	if err != nil {
		return err
	}
	v.opened = c
	return p.show(w, r, http.StatusOK, v)
}

func href(purpose string) string { return Href + "?for=" + purpose }

// given is the consent to a purpose that stands.
func given(c consent.Child, purpose string) consent.Given {
	for _, g := range c.Given {
		if g.Purpose == purpose && g.EndedAt.IsZero() {
			return g
		}
	}
	return consent.Given{}
}

// facts tell of a child: whole where it was opened.
func (v listView) facts(ctx context.Context, c consent.Child) []ui.Pair {
	g := given(c, v.purpose)
	guardian, born := idcard.MaskName(g.Name), c.Born[:min(4, len(c.Born))]
	if c.ID == v.opened.ID {
		guardian, born = g.Name, c.Born
	}
	return []ui.Pair{
		{Key: t(ctx, "born"), Text: born},
		{Key: t(ctx, "guardian"), Text: t(ctx, "guardian.is", "Name", guardian, "Relation", web.T(ctx, "consent.relation."+string(g.Relation)))},
		{Key: t(ctx, "evidence"), Text: web.T(ctx, "consent.evidence."+string(g.Evidence))},
		{Key: t(ctx, "since"), Text: web.Date(ctx, g.At)},
	}
}

// name is what a card is called.
func (v listView) name(ctx context.Context, i int, c consent.Child) string {
	name := idcard.MaskName(c.Name)
	if c.ID == v.opened.ID {
		name = c.Name
	}
	return t(ctx, "nth", "Number", i+1, "Name", name) // with their ends alone two may look the same
}

// errOf is what is wrong with the reason at a child.
func (v listView) errOf(child string) string {
	if child != v.failed {
		return ""
	}
	return v.Errs.Of("why")
}
