package desk

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// act is what a cadre does to one member, asked once more on a page of its own.
type act struct {
	name    string // of its page and its words
	icon    string
	look    ui.Look
	action  authz.Action
	purpose string
	silent  bool // needs no reason
	fits    func(roll.File) bool
	do      func(p *pages, ctx context.Context, which member.ID, version int64, why string) error
}

// acts are the acts, in the order in which a page lists them.
func acts() []act {
	waits := func(f roll.File) bool { return f.Waits() }
	return []act{
		{name: "approve", icon: "check", look: ui.Primary, action: member.Approve, purpose: "make an applicant a member, or take a transfer over", silent: true, fits: waits,
			do: func(p *pages, ctx context.Context, which member.ID, version int64, _ string) error {
				return p.Members.Approve(ctx, which, version)
			}},
		{name: "refuse", icon: "x", look: ui.Danger, action: member.Refuse, purpose: "do not approve, with a reason that the applicant reads", fits: waits, do: of((*member.Service).Refuse)},
		{name: "original", icon: "eye", look: ui.Primary, action: verify.Confirm, purpose: "write down that the original of the identity card was seen", fits: unseen, do: checking((*verify.Service).Confirm)},
		{name: "correct", icon: "chat", look: ui.Primary, action: verify.Want, purpose: "ask a member to look at name and identity number again", fits: unmatched, do: checking((*verify.Service).Want)},
		{name: "keep", icon: "pause", look: ui.Primary, action: member.Pause, purpose: "keep a membership while there is no work", fits: in(member.Active), do: of((*member.Service).Keep)},
		{name: "resume", icon: "play", look: ui.Primary, action: member.Continue, purpose: "take up a membership that was kept", fits: in(member.Kept), do: of((*member.Service).Resume)},
		{name: "end", icon: "door", look: ui.Danger, action: member.Finish, purpose: "end a membership, with a reason that the member reads", fits: belongs, do: of((*member.Service).Finish)},
	}
}

// of does an act of the members' service.
func of(do func(s *member.Service, ctx context.Context, which member.ID, version int64, why string) error) func(*pages, context.Context, member.ID, int64, string) error {
	return func(p *pages, ctx context.Context, which member.ID, version int64, why string) error {
		return do(p.Members, ctx, which, version, why)
	}
}

// checking does an act of the checks of names and numbers.
func checking(do func(s *verify.Service, ctx context.Context, which member.ID, version int64, why string) error) func(*pages, context.Context, member.ID, int64, string) error {
	return func(p *pages, ctx context.Context, which member.ID, version int64, why string) error {
		return do(p.Checks, ctx, which, version, why)
	}
}

func in(s member.State) func(roll.File) bool {
	return func(f roll.File) bool { return f.State == s && f.To == "" }
}

func belongs(f roll.File) bool { return f.State.Belongs() }

// unseen reports whether an original would tell more than is known.
func unseen(f roll.File) bool {
	return f.State.Holds() && f.Document != "" && f.Check.State != verify.Match && f.Check.State != verify.Seen
}

// unmatched reports whether somebody can be asked to look at what does not match.
func unmatched(f roll.File) bool { return f.State.Holds() && f.Person != "" && f.Check.State.Open() }

// actForm is an act as it is shown.
type actForm struct {
	act
	f     roll.File
	why   string
	reqID string
	ui.Trouble
}

func (p *pages) askAct(a act) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := p.load(r, a.action)
		if err != nil {
			return err
		}
		v, status := actForm{act: a, f: f}, http.StatusOK
		if !a.fits(f) {
			v.Text, status = t(r.Context(), "notnow", "State", stateOf(r.Context(), f.Member)), http.StatusConflict
		}
		return p.showAct(w, r, status, v)
	}
}

func (p *pages) showAct(w http.ResponseWriter, r *http.Request, status int, v actForm) error {
	ctx := r.Context()
	v.reqID = web.NewReqID()
	shut(w)
	return web.Show(w, r, status, actPage(p.under(ctx, v.f.Member, t(ctx, "act."+v.name)), v))
}

func (p *pages) doAct(a act) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		if err := readForm(r); err != nil {
			return err
		}
		f, err := p.load(r, a.action)
		if err != nil {
			return err
		}
		v := actForm{act: a, f: f, why: r.PostForm.Get("reason")}
		if r.PostForm.Get("do") == "phrase" {
			v.why = strings.TrimLeft(v.why+"\n"+r.PostForm.Get("phrase"), "\n")
			return p.showAct(w, r, http.StatusOK, v)
		}
		if err = a.do(p, web.Named(r), f.ID, seen(r), v.why); err == nil {
			web.SetFlash(w, r, "memberdesk.flash."+a.name)
			return web.See(w, r, p.back(ctx, f.ID, a))
		}
		var status int
		if v.Trouble, status, err = p.again(ctx, f.ID, err); err != nil {
			return err
		}
		if v.f, err = p.Roll.Get(ctx, f.ID); err != nil {
			return err
		}
		return p.showAct(w, r, status, v)
	}
}

// back is where an act leads: to the next who waits after an answer, else to the
// member, or to the list where the member went out of the reader's sight.
func (p *pages) back(ctx context.Context, which member.ID, a act) string {
	if _, err := p.Roll.Get(ctx, which); fault.Is(err, fault.Missing) || a.name == "approve" || a.name == "refuse" {
		return HrefMembers
	}
	return Href(which)
}

// phrases are reasons that are used often.
func (a act) phrases(ctx context.Context) []ui.Option {
	var out []ui.Option
	for i := 1; ; i++ {
		key := "memberdesk.phrase." + a.name + "." + strconv.Itoa(i)
		if !web.HasText(ctx, key) {
			return out
		}
		text := web.T(ctx, key)
		out = append(out, ui.Option{Value: text, Text: text})
	}
}
