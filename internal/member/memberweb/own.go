package memberweb

import (
	"context"
	"net/http"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// sent tells who answers what was just sent, and by when.
func (p *pages) sent(w http.ResponseWriter, r *http.Request) error {
	own, ok, err := p.mine(r.Context())
	switch {
	case err != nil:
		return err
	case !ok:
		return web.See(w, r, HrefJoin)
	case own.State != member.Applied:
		return web.See(w, r, HrefOwn)
	}
	offer, err := p.Members.Offer(r.Context(), "")
	if err != nil {
		return err
	}
	line, err := p.gapLine(r.Context(), own)
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, sentPage(own, offer.Days, line))
}

// own shows the membership; who has none is led to the form.
func (p *pages) own(w http.ResponseWriter, r *http.Request) error {
	own, ok, err := p.mine(r.Context())
	if err != nil {
		return err
	}
	if !ok || !own.State.Holds() {
		switch listed, err := p.waits(r); {
		case err != nil:
			return err
		case listed:
			return web.See(w, r, hrefFound)
		}
	}
	if !ok {
		return web.See(w, r, HrefJoin)
	}
	return p.showOwn(w, r, own)
}

func (p *pages) showOwn(w http.ResponseWriter, r *http.Request, own member.Own) error {
	offer, err := p.Members.Offer(r.Context(), "")
	if err != nil {
		return err
	}
	v := ownView{Own: own, offer: offer, ask: p.Ask}
	if p.Twins != nil {
		if v.mergers, err = p.Twins.Of(r.Context(), own.ID); err != nil {
			return err
		}
	}
	if v.gap, err = p.gapLine(r.Context(), own); err != nil {
		return err
	}
	if p.Checks != nil {
		v.ready = p.Checks.Ready()
		if v.check, err = p.Checks.Mine(r.Context()); err != nil {
			return err
		}
	}
	return web.Show(w, r, http.StatusOK, ownPage(v))
}

// ownView is the page of a membership.
type ownView struct {
	member.Own
	offer   member.Offer   // for the rules that count now
	mergers []merge.Merger // of the record with others, the newest first
	ask     string         // where one asks for a correction
	gap     string         // that the place has no union so far
	check   verify.Mine    // whether name and identity number belong together
	ready   bool           // a service checks them
}

// merger is the last merger of the record, while it is news: as long as it can be taken
// back, or for ever where the record went into another one.
func (v ownView) merger(ctx context.Context) (m merge.Merger, ok bool) {
	if len(v.mergers) == 0 {
		return m, false
	}
	m = v.mergers[0]
	return m, v.State == member.Merged || !web.Now(ctx).After(m.Until)
}

// asking is a question before something ends.
type asking string

const (
	askWithdraw asking = "withdraw"
	askBack     asking = "back" // withdrawing a transfer
	askLeave    asking = "leave"
)

// ask shows the question, where there is something to end.
func (p *pages) ask(what asking) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		own, ok, err := p.mine(r.Context())
		if err != nil {
			return err
		}
		what, href := what, HrefOwn+"/"+string(what)
		if what == askWithdraw && own.To != "" {
			what = askBack
		}
		if !ok || what == askWithdraw && own.State != member.Applied || what == askLeave && !own.State.Belongs() {
			return web.See(w, r, HrefOwn)
		}
		return web.Show(w, r, http.StatusOK, askPage(what, href, own))
	}
}

// press runs an act on the reader's membership and tells what came of it there.
func (p *pages) press(do func(context.Context, member.ID) error, told string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return err
		}
		own, ok, err := p.mine(r.Context())
		if err != nil {
			return err
		}
		if !ok {
			return web.See(w, r, HrefJoin)
		}
		return back(w, r, do(web.Named(r), own.ID), told)
	}
}

// back leads to the membership. That things moved on meanwhile is told there,
// beside what they are now.
func back(w http.ResponseWriter, r *http.Request, err error, told string, args ...any) error {
	if fault.Is(err, fault.Conflict) {
		f := fault.Of(err)
		if told, args = f.Msg, nil; !web.HasText(r.Context(), told) {
			told = "member.changed"
		}
		err = nil
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, r, told, args...)
	return web.See(w, r, HrefOwn)
}

// due says by when a union answers what waits; where that is not published so
// far, within how many working days.
func due(ctx context.Context, at time.Time, days int) string {
	if at.IsZero() {
		return t(ctx, "due.dark", "Days", days)
	}
	return t(ctx, "due", "By", web.Deadline(ctx, at))
}

// who is the union that answers, and the person who looks first.
func who(ctx context.Context, union, officer string) string {
	if officer == "" {
		return union
	}
	return t(ctx, "who", "Union", union, "Name", officer)
}

// asked is the union that has something to decide.
func (v ownView) asked(ctx context.Context) string {
	if v.To != "" {
		return who(ctx, v.ToName, v.Officer)
	}
	return who(ctx, v.UnionName, v.Officer)
}

// chip is how the membership stands.
func (v ownView) chip(ctx context.Context) (tone ui.Tone, icon, text string) {
	text = t(ctx, "own.state."+string(v.State))
	switch v.State {
	case member.Applied:
		return ui.Amber, "clock", text
	case member.Active:
		return ui.Pine, "check-c", text
	case member.Kept:
		return ui.Ice, "pause", text
	case member.Refused:
		return ui.Rose, "alert", text
	}
	return ui.Plain, "door", text
}

// termIcons show what began a term.
var termIcons = map[member.TermKind]string{member.Join: "check", member.Transfer: "swap", member.Keep: "pause", member.Resume: "play", member.Leave: "door", member.End: "x", member.Merge: "merge", member.Part: "swap"}

// steps tell the history in words, the newest first.
func (v ownView) steps(ctx context.Context) []ui.Step {
	var all []ui.Step
	for i := len(v.Terms) - 1; i >= 0; i-- {
		term := v.Terms[i]
		s := ui.Step{State: ui.Done, Icon: termIcons[term.Kind], At: term.From, When: web.Date(ctx, term.From), Title: t(ctx, "term."+string(term.Kind), "Union", term.UnionName), Text: term.Reason}
		if term.By != "" {
			s.Title = t(ctx, "term.by", "What", s.Title, "Name", term.By)
		}
		if term.Until.IsZero() {
			s.State = ui.Now
		}
		all = append(all, s)
	}
	return all
}

// given says since when a consent is given, or since when no longer.
func given(ctx context.Context, g member.Given) string {
	if !g.WithdrawnAt.IsZero() {
		return t(ctx, "own.consent.over", "From", web.Date(ctx, g.At), "Until", web.Date(ctx, g.WithdrawnAt))
	}
	return t(ctx, "own.consent.since", "From", web.Date(ctx, g.At))
}

// Row is the line about the membership on the page 我的, for whoever asks: what
// they have, or the way to join.
func Row(ctx context.Context, members *member.Service, lists *intake.Service) (ui.RowProps, error) {
	row := ui.RowProps{Href: HrefJoin, Icon: "card", Tile: true, Tone: ui.Pine, Title: t(ctx, "row.join"), Sub: t(ctx, "row.join.sub"), Chevron: true}
	if !isWorker(ctx) {
		return row, nil
	}
	own, err := members.Mine(ctx)
	if fault.Is(err, fault.Missing) || err == nil && !own.State.Holds() {
		f, none := lists.Found(ctx)
		if none == nil {
			row.Href, row.Title, row.Sub = hrefFound, t(ctx, "found.row"), t(ctx, "found.row.sub", "Union", f.Union)
			return row, nil
		}
		if !fault.Is(none, fault.Missing) {
			return row, none
		}
	}
	switch {
	case fault.Is(err, fault.Missing):
		return row, nil
	case err != nil:
		return row, err
	}
	row.Href, row.Title, row.Sub = HrefOwn, t(ctx, "own.title"), t(ctx, "own.state."+string(own.State))
	switch {
	case own.Number != "" && own.State.Belongs():
		row.Sub = t(ctx, "row.number", "Union", own.UnionName, "Number", own.Number)
	case own.State == member.Applied:
		row.Sub = t(ctx, "row.applied", "Union", own.UnionName)
	}
	return row, nil
}
