package desk

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/gap"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// missing is the answer to whoever has nothing to look for here.
func missing() error { return fault.New("member.desk", fault.Missing, "fault.missing") }

// tops are the areas in which the reader holds one of the roles.
func tops(ctx context.Context, roles ...authz.Role) []string {
	var areas []string
	for _, g := range authz.From(ctx).Grants {
		if slices.Contains(roles, g.Role) && !slices.Contains(areas, g.Area) {
			areas = append(areas, g.Area)
		}
	}
	slices.Sort(areas)
	return areas
}

// isStaff reports whether the reader sees members anywhere: a worker sees the
// own membership, but not at these addresses.
func isStaff(ctx context.Context) bool { return len(tops(ctx, authz.Cadre, authz.Leader)) > 0 }

// isCadre reports whether the reader decides about members anywhere.
func isCadre(ctx context.Context) bool { return len(tops(ctx, authz.Cadre)) > 0 }

// policy says who may do what these pages offer.
var policy = authz.Merge(member.Policy, verify.Policy, gap.Policy)

// may reports whether the reader has the right to an act on a member.
func may(ctx context.Context, act authz.Action, m member.Member) bool {
	return policy.May(authz.From(ctx), act, m.AuthzObject())
}

// load returns the member of the path as the reader may read it; else it is
// missing, whatever the act.
func (p *pages) load(r *http.Request, act authz.Action) (roll.File, error) {
	which, err := id.Parse[member.ID](r.PathValue("id"))
	if err != nil || !isStaff(r.Context()) {
		return roll.File{}, missing()
	}
	f, err := p.follow(r.Context(), which)
	if err == nil && !may(r.Context(), act, f.Member) {
		err = fault.New(string(act), fault.Denied, "fault.denied")
	}
	return f, err
}

// follow returns a member, and for a record that went into another one that one, as
// far as the reader may see it.
func (p *pages) follow(ctx context.Context, which member.ID) (roll.File, error) {
	f, err := p.Roll.Get(ctx, which)
	for err == nil && f.State == member.Merged {
		next, lost := p.Roll.Get(ctx, f.Into)
		if fault.Is(lost, fault.Missing) {
			return f, nil
		}
		f, err = next, lost
	}
	return f, err
}

// readForm reads a form without files.
func readForm(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New("member.form", fault.Invalid, "fault.form").Because(err)
	}
	return nil
}

// seen is the version that the form was on.
func seen(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostForm.Get("seen"), 10, 64)
	if err != nil {
		return 0 // no version of anything
	}
	return n
}

// frame is the reader's frame with a title.
func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	return p.Frame(ctx).At(HrefMembers, title, crumbs...)
}

// under is the frame of a page about one member.
func (p *pages) under(ctx context.Context, m member.Member, title string) ui.StaffPage {
	return p.frame(ctx, title, ui.Crumb{Text: t(ctx, "title"), Href: HrefMembers}, ui.Crumb{Text: m.Name, Href: Href(m.ID)})
}

// shut keeps a page with a person's data out of every store on the way.
func shut(w http.ResponseWriter) { w.Header().Set("Cache-Control", "private, no-store") }

// again is [ui.TroubleOf] for an act on a member: what happened meanwhile is told by
// what is true of them now.
func (p *pages) again(ctx context.Context, which member.ID, err error) (ui.Trouble, int, error) {
	b, status, rest := ui.TroubleOf(ctx, err)
	if status != http.StatusConflict {
		return b, status, rest
	}
	f, lost := p.Roll.Get(ctx, which)
	if lost != nil {
		return ui.Trouble{}, 0, lost
	}
	return ui.Trouble{Text: whyNot(ctx, f.Member, err)}, status, nil
}

// whyNot says why an act on a member did not happen, and what is true now.
func whyNot(ctx context.Context, now member.Member, err error) string {
	switch f := fault.Of(err); {
	case f.Kind == fault.Conflict && f.Msg == "member.document.taken":
		return web.TArgs(ctx, "memberdesk.taken", f.Args)
	case f.Kind == fault.Conflict && f.Msg == "member.changed":
		return changed(ctx, now)
	case f.Kind == fault.Internal || f.Kind == fault.Busy:
		return t(ctx, "accident")
	default:
		return web.FailureOf(ctx, err).Detail
	}
}

// below is the frame of a page that the list leads to.
func (p *pages) below(ctx context.Context, title string) ui.StaffPage {
	return p.frame(ctx, title, ui.Crumb{Text: t(ctx, "title"), Href: HrefMembers}, ui.Crumb{Text: title})
}
