package memberweb

import (
	"context"
	"net/http"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// gapLine tells somebody whose place has no union so far who looks after them meanwhile;
// of who has one it is nothing.
func (p *pages) gapLine(ctx context.Context, own member.Own) (string, error) {
	if p.Gaps == nil || !own.State.Holds() {
		return "", nil
	}
	g, waits, err := p.Gaps.Mine(ctx)
	if err != nil || !waits {
		return "", err
	}
	key := "gap.member"
	if own.State == member.Applied {
		key = "gap.applied"
	}
	return t(ctx, key, "Place", region.FullName(g.Asked[:min(len(g.Asked), countyDigits)]), "Union", own.UnionName), nil
}

// checkText says in one line whether name and number belong together; of what is not
// worth a word it is nothing. What does not match has a card of its own.
func (v ownView) checkText(ctx context.Context) string {
	if v.Document == "" || !v.State.Holds() {
		return ""
	}
	switch v.check.State {
	case verify.Match, verify.Due:
		if v.check.State == verify.Due && !v.ready {
			break
		}
		return t(ctx, "check."+string(v.check.State))
	case verify.Seen:
		return t(ctx, "check.seen", "Who", v.check.SeenBy, "When", web.Date(ctx, v.check.SeenAt))
	case verify.Mismatch, verify.NoRecord:
		return ""
	}
	if !v.ready {
		return t(ctx, "check.off")
	}
	return t(ctx, "check.not_agreed")
}

// fixForm is name and number as they are written anew.
type fixForm struct {
	own    member.Own
	check  verify.Mine
	name   string
	reqID  string
	errors ui.FormErrors
}

// fixable is the reader's record, where name and number can be written anew.
func (p *pages) fixable(ctx context.Context) (f fixForm, ok bool, err error) {
	if f.own, ok, err = p.mine(ctx); err != nil || !ok {
		return f, false, err
	}
	f.check, err = p.Checks.Mine(ctx)
	f.name = f.own.Name
	return f, f.own.State.Holds() && f.check.State.Open() && f.check.Left > 0, err
}

func (p *pages) askFix(w http.ResponseWriter, r *http.Request) error {
	f, ok, err := p.fixable(r.Context())
	if err != nil {
		return err
	}
	if !ok {
		return web.See(w, r, HrefOwn)
	}
	return p.showFix(w, r, http.StatusOK, f)
}

func (p *pages) showFix(w http.ResponseWriter, r *http.Request, status int, f fixForm) error {
	f.reqID = web.NewReqID()
	w.Header().Set("Cache-Control", "private, no-store")
	return web.Show(w, r, status, fixPage(f))
}

// fix corrects name and number. What is refused comes back with the name in it; the number
// is typed again.
func (p *pages) fix(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	err := p.Checks.Fix(web.Named(r), r.PostForm.Get("name"), r.PostForm.Get("document"))
	if !fault.Is(err, fault.Invalid) && !reused(err) {
		return back(w, r, err, "member.fix.done")
	}
	f, ok, lost := p.fixable(r.Context())
	if lost != nil {
		return lost
	}
	if !ok {
		return web.See(w, r, HrefOwn)
	}
	f.name, f.errors = r.PostForm.Get("name"), formErrors(r.Context(), err)
	return p.showFix(w, r, http.StatusUnprocessableEntity, f)
}
