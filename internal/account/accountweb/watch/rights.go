package watch

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/warden"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// right is an act, and why somebody may do it or what they would have to be.
type right struct {
	act string // in words
	why string
}

// staffRoles are the roles that may do an act.
func (p *pages) staffRoles(act authz.Action) (all []authz.Role) {
	roles := p.Rules.Roles(act)
	for _, r := range authz.AllRoles {
		if slices.Contains(roles, string(r)) {
			all = append(all, r)
		}
	}
	return all
}

// said is an act in words, with what it asks for.
func (p *pages) said(ctx context.Context, act authz.Action) string {
	words := actWords(ctx, act)
	if p.Rules.Lately(act) {
		words += t(ctx, "rights.lately")
	}
	if p.Rules.Sensitive(act) {
		words += t(ctx, "rights.purpose")
	}
	return words
}

// roleView is a role with what it may do.
type roleView struct {
	role authz.Role
	acts []string
}

func (p *pages) roles(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var all []roleView
	for _, role := range authz.AllRoles {
		v := roleView{role: role}
		for _, act := range slices.Sorted(maps.Keys(p.Rules)) {
			if slices.Contains(p.staffRoles(act), role) {
				v.acts = append(v.acts, p.said(ctx, act))
			}
		}
		all = append(all, v)
	}
	return web.Show(w, r, http.StatusOK, rolesPage(p.frame(ctx, t(ctx, "rights"), HrefRights), all))
}

// rightsView is what one person may do and may not.
type rightsView struct {
	account.Person
	may, not []right
	none     string // why they may do nothing at all
}

// weigh sorts every act into what somebody may do and may not at this moment.
func (p *pages) weigh(ctx context.Context, who account.Person, orgs map[string]string) rightsView {
	v := rightsView{Person: who}
	now := web.Now(ctx)
	held := slices.DeleteFunc(slices.Clone(who.Grants), func(g account.Grant) bool { return !g.InForce(now) })
	var powers, work []authz.Role
	for _, g := range held {
		of := &work
		if authz.Power(g.Role) {
			of = &powers
		}
		if !slices.Contains(*of, g.Role) {
			*of = append(*of, g.Role)
		}
	}
	switch {
	case !who.Active:
		v.none, held = t(ctx, "rights.ended"), nil
	case !who.LockedAt.IsZero():
		v.none, held = t(ctx, "rights.locked"), nil
	case len(powers) > 1:
		v.none = t(ctx, "rights.apart", "First", roleWord(ctx, powers[0]), "Second", roleWord(ctx, powers[1]))
		held = slices.DeleteFunc(held, func(g account.Grant) bool { return authz.Power(g.Role) })
	case len(powers) == 1 && len(work) > 0:
		v.none = t(ctx, "rights.side", "Power", roleWord(ctx, powers[0]), "Work", roleWord(ctx, work[0]))
		held = slices.DeleteFunc(held, func(g account.Grant) bool { return !authz.Power(g.Role) })
	case len(held) == 0:
		v.none = t(ctx, "rights.none")
	}
	for _, act := range slices.Sorted(maps.Keys(p.Rules)) {
		roles := p.staffRoles(act)
		if len(roles) == 0 {
			continue // everybody's, or the program's
		}
		var because []string
		for _, g := range held {
			if slices.Contains(roles, g.Role) {
				because = append(because, t(ctx, "rights.because", "Role", roleWord(ctx, g.Role), "Where", accountweb.Where(ctx, g, orgs)))
			}
		}
		if len(because) > 0 {
			v.may = append(v.may, right{p.said(ctx, act), strings.Join(because, "；")})
			continue
		}
		var needs []string
		for _, r := range roles {
			needs = append(needs, roleWord(ctx, r))
		}
		v.not = append(v.not, right{p.said(ctx, act), t(ctx, "rights.needs", "Roles", web.List(ctx, needs...))})
	}
	return v
}

func roleWord(ctx context.Context, r authz.Role) string {
	return web.T(ctx, "account.role."+string(r))
}

func (p *pages) rights(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), account.ID(r.PathValue("id"))
	person, err := p.Accounts.Get(ctx, who)
	if fault.Is(err, fault.Missing) {
		var seen warden.Watched
		seen, err = p.Warden.WatchOne(ctx, who)
		person = seen.Person
	}
	if err != nil {
		return err
	}
	orgs, err := p.called(ctx, person.Grants)
	if err != nil {
		return err
	}
	f := p.frame(ctx, t(ctx, "rights.person", "Name", person.Name), HrefRights, ui.Crumb{Text: t(ctx, "rights"), Href: HrefRights})
	f.Main = "two"
	return web.Show(w, r, http.StatusOK, rightsPage(f, p.weigh(ctx, person, orgs)))
}
