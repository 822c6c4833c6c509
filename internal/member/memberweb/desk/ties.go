package desk

import (
	"context"
	"net/http"
	"strconv"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// tieForm is a new tie of a member, or the end of one.
type tieForm struct {
	f         roll.File
	kind, org string
	day       string // on which it begins, or ends
	ends      member.Tie
	bodies    []ui.Option
	reqID     string
	ui.Trouble
}

// hrefTies is where a member's ties are kept.
func hrefTies(which member.ID) string { return Href(which) + "/ties" }

// hrefEnd is the page on which a tie is ended.
func hrefEnd(which member.ID, t member.Tie) string {
	return hrefTies(which) + "/" + strconv.FormatInt(t.Seq, 10)
}

// askTie shows the form of a new tie.
func (p *pages) askTie(w http.ResponseWriter, r *http.Request) error {
	f, err := p.load(r, member.Bind)
	if err != nil {
		return err
	}
	return p.showTie(w, r, http.StatusOK, tieForm{f: f, day: web.Day(web.Now(r.Context()))})
}

func (p *pages) showTie(w http.ResponseWriter, r *http.Request, status int, v tieForm) (err error) {
	ctx := r.Context()
	if p.Bodies != nil {
		if v.bodies, err = p.Bodies(ctx, v.f.Area); err != nil {
			return err
		}
	}
	for i := range v.bodies {
		v.bodies[i].On = v.bodies[i].Value == v.org
	}
	v.reqID = web.NewReqID()
	shut(w)
	return web.Show(w, r, status, tiePage(p.under(ctx, v.f.Member, t(ctx, "tie.new")), v))
}

// tie adds one.
func (p *pages) tie(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	f, err := p.load(r, member.Bind)
	if err != nil {
		return err
	}
	v := tieForm{f: f, kind: r.PostForm.Get("kind"), org: r.PostForm.Get("org"), day: r.PostForm.Get("from")}
	if err := p.Members.Tie(web.Named(r), f.ID, member.TieKind(v.kind), v.org, v.day); err != nil {
		return p.tieAgain(w, r, v, err, p.showTie)
	}
	web.SetFlash(w, r, "memberdesk.tie.added")
	return web.See(w, r, Href(f.ID))
}

// tieAgain shows a form once more with what was wrong, or what happened meanwhile.
func (p *pages) tieAgain(w http.ResponseWriter, r *http.Request, v tieForm, err error, show func(http.ResponseWriter, *http.Request, int, tieForm) error) error {
	ctx := r.Context()
	if fault.Is(err, fault.Conflict) && fault.Of(err).Msg == "member.tie.there" {
		v.Text = t(ctx, "tie.there")
		return show(w, r, http.StatusConflict, v)
	}
	again, status, err := p.again(ctx, v.f.ID, err)
	if err != nil {
		return err
	}
	v.Trouble = again
	return show(w, r, status, v)
}

// tieOf is the form of the end of the tie that the path names.
func (p *pages) tieOf(r *http.Request) (tieForm, error) {
	f, err := p.load(r, member.Bind)
	if err != nil {
		return tieForm{}, err
	}
	for _, t := range f.Ties {
		if strconv.FormatInt(t.Seq, 10) == r.PathValue("seq") {
			return tieForm{f: f, ends: t, day: web.Day(web.Now(r.Context()))}, nil
		}
	}
	return tieForm{}, missing()
}

// askUntie asks on which day a tie ends.
func (p *pages) askUntie(w http.ResponseWriter, r *http.Request) error {
	v, err := p.tieOf(r)
	if err != nil {
		return err
	}
	if v.ends.Until != "" {
		return web.See(w, r, Href(v.f.ID))
	}
	return p.showUntie(w, r, http.StatusOK, v)
}

func (p *pages) showUntie(w http.ResponseWriter, r *http.Request, status int, v tieForm) error {
	v.reqID = web.NewReqID()
	shut(w)
	return web.Show(w, r, status, untiePage(p.under(r.Context(), v.f.Member, t(r.Context(), "tie.end")), v))
}

// untie ends one.
func (p *pages) untie(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	v, err := p.tieOf(r)
	if err != nil {
		return err
	}
	v.day = r.PostForm.Get("until")
	if err := p.Members.Untie(web.Named(r), v.f.ID, v.ends.Seq, v.day); err != nil {
		return p.tieAgain(w, r, v, err, p.showUntie)
	}
	web.SetFlash(w, r, "memberdesk.tie.ended")
	return web.See(w, r, Href(v.f.ID))
}

// tieLine says since when a tie is, or from when to when it was, and who says so.
func tieLine(ctx context.Context, tie member.Tie) string {
	if tie.Until != "" {
		return t(ctx, "tie.was", "From", tie.From, "Until", tie.Until, "By", tie.By)
	}
	return t(ctx, "tie.since", "From", tie.From, "By", tie.By)
}

// tieKinds are the kinds to choose from.
func tieKinds(ctx context.Context, chosen string) []ui.Option {
	var all []ui.Option
	for _, k := range member.TieKinds() {
		all = append(all, ui.Option{Value: string(k), Text: t(ctx, "tie."+string(k)), On: string(k) == chosen})
	}
	return all
}
