package own

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/plain"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// HrefChildren is where guardians agree for children in their care (个人信息保护法 art. 31).
const HrefChildren = HrefConsents + "/children"

// childForm is the form for a child who is not written down so far, with what is.
type childForm struct {
	consent.Entry
	all      []consent.Child
	purposes []consent.Purpose
	today    string
	reqID    string
	ui.Trouble
}

func (p *pages) children(w http.ResponseWriter, r *http.Request) error {
	said, err := p.contact(r.Context())
	if err != nil {
		return err
	}
	return p.showChildren(w, r, http.StatusOK, childForm{Entry: consent.Entry{Guardian: said.Name}})
}

func (p *pages) showChildren(w http.ResponseWriter, r *http.Request, status int, f childForm) (err error) {
	ctx := r.Context()
	if f.all, err = p.Children.Mine(ctx); err != nil {
		return err
	}
	if f.purposes, err = p.Children.Purposes(ctx); err != nil {
		return err
	}
	f.reqID, f.today = web.NewReqID(), clock.Day(web.Now(ctx))
	return web.Show(w, r, status, childrenView(f))
}

// addChild writes a child down with what its guardian agrees to.
func (p *pages) addChild(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New("own.children", fault.Invalid, "fault.form").Because(err)
	}
	v := r.PostForm
	e := consent.Entry{Name: plain.Line(v.Get("name")), Born: v.Get("born"), Guardian: plain.Line(v.Get("guardian")), Relation: consent.Relation(v.Get("relation")), Evidence: consent.Evidence(v.Get("evidence"))}
	for name := range v {
		purpose, ok := strings.CutPrefix(name, "purpose_")
		if version, err := strconv.ParseInt(v.Get(name), 10, 64); ok && err == nil {
			e.Purposes = append(e.Purposes, consent.Said{Purpose: purpose, Version: version})
		}
	}
	slices.SortFunc(e.Purposes, func(a, b consent.Said) int { return strings.Compare(a.Purpose, b.Purpose) })
	if _, err := p.Children.Give(web.Named(r), e); err != nil {
		trouble, status, err := ui.TroubleOf(r.Context(), err)
		if err != nil {
			return err
		}
		return p.showChildren(w, r, status, childForm{Entry: e, Trouble: trouble})
	}
	web.SetFlash(w, r, "own.consents.given")
	return web.See(w, r, HrefChildren)
}

func (p *pages) agreeForChild(w http.ResponseWriter, r *http.Request) error {
	return p.forChild(w, r, "own.consents.given", func(ctx context.Context) error {
		version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
		if err != nil {
			return fault.New(string(consent.GiveWard), fault.Missing, "fault.missing")
		}
		return p.Children.Agree(ctx, r.PostForm.Get("child"), consent.Said{Purpose: r.PostForm.Get("purpose"), Version: version})
	})
}

func (p *pages) withdrawForChild(w http.ResponseWriter, r *http.Request) error {
	return p.forChild(w, r, "own.children.withdrawn", func(ctx context.Context) error {
		return p.Children.Withdraw(ctx, r.PostForm.Get("child"), r.PostForm.Get("purpose"))
	})
}

// forChild leads back to the list, with what happened.
func (p *pages) forChild(w http.ResponseWriter, r *http.Request, told string, do func(context.Context) error) error {
	if err := r.ParseForm(); err != nil {
		return fault.New("own.children", fault.Invalid, "fault.form").Because(err)
	}
	if err := do(web.Named(r)); err != nil {
		if !fault.Is(err, fault.Conflict) || !web.HasText(r.Context(), fault.Of(err).Msg) {
			return err
		}
		told = fault.Of(err).Msg
	}
	web.SetFlash(w, r, told)
	return web.See(w, r, HrefChildren)
}

// childTitle names a child, also when the name is gone.
func childTitle(ctx context.Context, i int, c consent.Child) string {
	name := c.Name
	if name == "" {
		name = t(ctx, "children.gone", "When", web.Date(ctx, c.MadeAt))
	}
	return t(ctx, "children.nth", "Number", i+1, "Name", name) // two may be called the same
}

// childFacts tell every time that the guardian agreed.
func childFacts(ctx context.Context, c consent.Child, purposes []consent.Purpose) (all []ui.Pair) {
	if c.Born != "" {
		all = append(all, ui.Pair{Key: t(ctx, "children.born"), Text: c.Born})
	}
	for _, g := range c.Given {
		said := t(ctx, "children.was_on", "When", web.When(ctx, g.At), "Name", g.Name, "Relation", web.T(ctx, "consent.relation."+string(g.Relation)), "Evidence", web.T(ctx, "consent.evidence."+string(g.Evidence)))
		if !g.EndedAt.IsZero() {
			said += t(ctx, "consents.then") + t(ctx, "consents.was_off", "When", web.When(ctx, g.EndedAt))
		}
		all = append(all, ui.Pair{Key: purposeName(ctx, purposes, g.Purpose), Text: said})
	}
	return all
}

func purposeName(ctx context.Context, all []consent.Purpose, code string) string {
	for _, p := range all {
		if p.Purpose == code {
			return p.In(web.Lang(ctx)).Name
		}
	}
	return code
}

func relationOptions(ctx context.Context, on consent.Relation) (all []ui.Option) {
	for _, r := range consent.Relations() {
		all = append(all, ui.Option{Value: string(r), Text: web.T(ctx, "consent.relation."+string(r)), On: r == on})
	}
	return all
}

func evidenceOptions(ctx context.Context, on consent.Evidence) (all []ui.Option) {
	for _, e := range consent.Evidences() {
		all = append(all, ui.Option{Value: string(e), Text: web.T(ctx, "consent.evidence."+string(e)), On: e == on})
	}
	return all
}

// wardFacts tell what a purpose is, in the reader's language.
func wardFacts(ctx context.Context, p consent.Purpose) []ui.Pair {
	w := p.In(web.Lang(ctx))
	return []ui.Pair{
		{Key: t(ctx, "consents.for"), Text: w.For}, {Key: t(ctx, "consents.kinds"), Text: t(ctx, "children.kinds")}, {Key: t(ctx, "consents.who"), Text: w.Who},
		{Key: t(ctx, "consents.long"), Text: w.Long}, {Key: t(ctx, "children.back"), Text: w.Back}, {Key: t(ctx, "consents.source"), Text: p.Source},
	}
}

// ticked reports whether a purpose was ticked in a form that is shown again.
func (f childForm) ticked(purpose string) bool {
	return slices.ContainsFunc(f.Purposes, func(s consent.Said) bool { return s.Purpose == purpose })
}

// childCopies are the children that the worker wrote down.
func (p *pages) childCopies(ctx context.Context) ([]childCopy, error) {
	all := []childCopy{}
	children, err := p.Children.Mine(ctx)
	if err != nil {
		return nil, err
	}
	purposes, err := p.Children.Purposes(ctx)
	for _, c := range children {
		one := childCopy{Name: c.Name, Born: c.Born, MadeAt: c.MadeAt.UTC(), Given: []wardCopy{}}
		for _, g := range c.Given {
			one.Given = append(one.Given, wardCopy{g.Purpose, purposeName(ctx, purposes, g.Purpose), g.Version, g.Name, string(g.Relation), string(g.Evidence), g.At.UTC(), g.EndedAt})
		}
		all = append(all, one)
	}
	return all, err
}
