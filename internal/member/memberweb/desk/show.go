package desk

import (
	"context"
	"net/http"
	"slices"

	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// show tells everything about one member.
func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := p.load(r, member.See)
	if err != nil {
		return err
	}
	if asked, _ := id.Parse[member.ID](r.PathValue("id")); asked != m.ID { // it went into another one
		web.SetFlash(w, r, "memberdesk.flash.merged")
		return web.See(w, r, Href(m.ID))
	}
	mergers, err := p.Twins.Of(ctx, m.ID)
	if err != nil {
		return err
	}
	f := p.frame(ctx, m.Name, ui.Crumb{Text: t(ctx, "title"), Href: HrefMembers + "?open=" + string(m.ID)}, ui.Crumb{Text: orElse(m.Number, m.Name)})
	f.Main, f.Chips, f.Buttons = "two", showChips(m), showButtons(m)
	if m.Waits() && may(ctx, member.Approve, m.Member) {
		f.Actions = decideButtons(m, false, ui.Primary)
	}
	shut(w)
	return web.Show(w, r, http.StatusOK, showPage(f, m, mergers, p.Checks != nil && p.Checks.Ready()))
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// mergerLine says who merged, or parted again.
func mergerLine(ctx context.Context, m merge.Merger) string {
	if !m.UndoneAt.IsZero() {
		return t(ctx, "merger.undone", "Who", m.UndoneBy, "When", web.When(ctx, m.UndoneAt))
	}
	return t(ctx, "merger", "Union", m.Union, "Who", m.By, "When", web.When(ctx, m.At))
}

// other is the record that a merger is about besides which.
func other(m merge.Merger, which member.ID) member.ID {
	if m.Gone == which {
		return m.Kept
	}
	return m.Gone
}

// rarer are the acts that fit a member, besides the two answers.
func rarer(ctx context.Context, m roll.File) []act {
	var out []act
	for _, a := range acts() {
		if a.name != "approve" && a.name != "refuse" && a.fits(m) && may(ctx, a.action, m.Member) {
			out = append(out, a)
		}
	}
	return out
}

// consents are what the member agreed to.
func consents(ctx context.Context, f roll.File) []ui.Pair {
	var all []ui.Pair
	for _, g := range f.Consents {
		text := t(ctx, "consent.given", "When", web.Date(ctx, g.At), "Version", g.Version)
		if !g.WithdrawnAt.IsZero() {
			text = t(ctx, "consent.back", "When", web.Date(ctx, g.WithdrawnAt))
		}
		key := "memberdesk.consent." + g.Purpose
		name := g.Purpose
		if web.HasText(ctx, key) {
			name = web.T(ctx, key)
		}
		all = append(all, ui.Pair{Key: name, Text: text})
	}
	return all
}

// blocks reports whether a doubt is none: the identity number is a member's
// already, and cannot be approved twice.
func blocks(f roll.File, d member.Doubt) bool {
	return d.Why == member.SameDocument && f.Others[d.Other].State.Belongs()
}

// blocked reports whether somebody who waits cannot be approved.
func blocked(f roll.File) bool {
	return slices.ContainsFunc(f.Doubts, func(d member.Doubt) bool { return blocks(f, d) })
}
