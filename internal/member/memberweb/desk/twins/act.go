package twins

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// what is something that is done to two records for a reason. Its words are
// "act."+what.
type what string

// The acts that need a reason and no more.
const (
	apart what = "apart"
	up    what = "up"
	undo  what = "undo"
)

// action is the right that an act needs.
func (a what) action() authz.Action {
	return map[what]authz.Action{apart: member.NotSame, up: member.HandUp, undo: member.Divide}[a]
}

// allowed refuses who reads the two, and may not decide about them.
func allowed(ctx context.Context, act authz.Action, v merge.Two) error {
	if may(ctx, act, v.A.Member) {
		return nil
	}
	return fault.New(string(act), fault.Denied, "fault.denied")
}

// actForm is an act as it is shown.
type actForm struct {
	merge.Two
	what  what
	why   string
	take  []merge.Field
	reqID string
	errs  ui.FormErrors
	text  string // what happened meanwhile
}

// gone is the record that went into the other one.
func (v actForm) gone() member.ID {
	if len(v.Mergers) > 0 {
		return v.Mergers[0].Gone
	}
	return ""
}

func (p *pages) ask(a what) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := p.load(r)
		if err == nil {
			err = allowed(r.Context(), a.action(), v)
		}
		if err != nil {
			return err
		}
		return p.show(w, r, http.StatusOK, actForm{Two: v, what: a})
	}
}

func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, v actForm) error {
	ctx := r.Context()
	v.reqID = web.NewReqID()
	shut(w)
	return web.Show(w, r, status, actPage(p.below(ctx, t(ctx, "act."+string(v.what))), v))
}

// do runs an act, and leads back to the two.
func (p *pages) do(a what) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := p.form(r)
		if err != nil {
			return err
		}
		v.what = a
		ctx := web.Named(r)
		switch a {
		case apart:
			err = p.Twins.NotSame(ctx, v.A.ID, v.B.ID, v.why)
		case up:
			err = p.Twins.HandUp(ctx, v.A.ID, v.B.ID, v.why)
		default:
			_, err = p.Twins.Undo(ctx, v.gone(), v.why)
		}
		if err != nil {
			return p.again(w, r, v, err, p.show)
		}
		web.SetFlash(w, r, "membertwin.flash."+string(a))
		if a == undo {
			return web.See(w, r, HrefTwo(v.A.ID, v.B.ID))
		}
		return web.See(w, r, Href)
	}
}

// form reads what was sent about the two of the path.
func (p *pages) form(r *http.Request) (v actForm, err error) {
	if err := r.ParseForm(); err != nil {
		return v, fault.New("member.form", fault.Invalid, "fault.form").Because(err)
	}
	v.Two, err = p.load(r)
	v.why = r.PostForm.Get("reason")
	return v, err
}

// again shows a form once more with what was wrong, or what happened meanwhile.
func (p *pages) again(w http.ResponseWriter, r *http.Request, v actForm, err error, show func(http.ResponseWriter, *http.Request, int, actForm) error) error {
	ctx := r.Context()
	switch {
	case fault.Is(err, fault.Invalid):
		v.errs = ui.FieldErrors(ctx, err)
		return show(w, r, http.StatusUnprocessableEntity, v)
	case fault.Is(err, fault.Conflict):
		v.text = whyNot(ctx, err)
		if now, lost := p.load(r); lost == nil {
			v.Two = now
		}
		return show(w, r, http.StatusConflict, v)
	}
	return err
}

// askMerge asks for each field that differs which record is right. The first stays.
func (p *pages) askMerge(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err == nil {
		err = allowed(r.Context(), member.Combine, v)
	}
	if err != nil {
		return err
	}
	if v.Beyond {
		return missing()
	}
	return p.showMerge(w, r, http.StatusOK, actForm{Two: v})
}

func (p *pages) showMerge(w http.ResponseWriter, r *http.Request, status int, v actForm) error {
	ctx := r.Context()
	v.reqID = web.NewReqID()
	shut(w)
	return web.Show(w, r, status, mergePage(p.below(ctx, t(ctx, "act.merge")), v))
}

// merge puts the second record into the first, and shows what came of it.
func (p *pages) merge(w http.ResponseWriter, r *http.Request) error {
	v, err := p.form(r)
	if err != nil {
		return err
	}
	if v.Beyond {
		return missing()
	}
	o := merge.Order{Keep: v.A.ID, Gone: v.B.ID, KeepVersion: number(r, "seen_a"), GoneVersion: number(r, "seen_b"), Why: v.why}
	for _, f := range merge.Fields() {
		if r.PostForm.Get("take_"+string(f)) == "b" {
			o.Take = append(o.Take, f)
		}
	}
	v.take = o.Take
	if _, err := p.Twins.Merge(web.Named(r), o); err != nil {
		return p.again(w, r, v, err, p.showMerge)
	}
	web.SetFlash(w, r, "membertwin.flash.merge")
	return web.See(w, r, HrefTwo(v.A.ID, v.B.ID))
}

func number(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.PostForm.Get(name), 10, 64)
	if err != nil {
		return 0 // no version of anything
	}
	return n
}

// choosable are the fields that differ and that one chooses: both know something, and
// the phone does not go with an account.
func (v actForm) choosable() (all []merge.Field) {
	for _, f := range v.Differ {
		known := func(m member.Member) bool {
			switch f {
			case merge.Document:
				return m.Document != ""
			case merge.Number:
				return m.Number != ""
			}
			return true
		}
		if known(v.A.Member) && known(v.B.Member) && (f != merge.Phone || !merge.Fixed(v.A.Member, v.B.Member)) {
			all = append(all, f)
		}
	}
	return all
}

// choices are the two that one chooses among.
func (v actForm) choices(ctx context.Context, f merge.Field) []ui.Option {
	b := slices.Contains(v.take, f)
	return []ui.Option{
		{Value: "a", Text: t(ctx, "choice.a", "Text", value(ctx, f, v.A.Member)), On: !b},
		{Value: "b", Text: t(ctx, "choice.b", "Text", value(ctx, f, v.B.Member)), On: b},
	}
}
