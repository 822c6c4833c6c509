package watch

import (
	"context"
	"net/http"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/warden"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

const pageSize = 50

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	people, err := p.Warden.Watch(ctx, account.Filter{Words: q.Get("q"), After: account.ID(q.Get("after")), Limit: pageSize + 1})
	if err != nil {
		return err
	}
	next := ""
	if len(people) > pageSize {
		people = people[:pageSize]
		q.Set("after", string(people[pageSize-1].ID))
		next = HrefSecurity + "?" + q.Encode()
	}
	f := p.frame(ctx, t(ctx, "security"), HrefSecurity)
	f.Search = &ui.Search{Action: HrefSecurity, Value: q.Get("q"), Label: t(ctx, "security.search"), Placeholder: t(ctx, "security.search")}
	f.Buttons = policiesButton()
	return web.Show(w, r, http.StatusOK, listPage(f, people, next, p.Forged()))
}

func (p *pages) policies(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	limits, err := p.Warden.Policies(ctx)
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, policiesPage(p.frame(ctx, t(ctx, "security.policies"), HrefSecurity, ui.Crumb{Text: t(ctx, "security"), Href: HrefSecurity}), limits))
}

// personView is one member of staff as the security administrator sees one.
type personView struct {
	warden.Watched
	orgs map[string]string
	self bool
	why  string
	errs ui.FormErrors
	wait string
}

func (p *pages) person(w http.ResponseWriter, r *http.Request) error {
	return p.showPerson(w, r, personView{}, nil)
}

func (p *pages) showPerson(w http.ResponseWriter, r *http.Request, v personView, refusal error) (err error) {
	ctx := r.Context()
	status, ok := told(r, refusal, &v.errs, &v.wait)
	if !ok {
		return refusal
	}
	if v.Watched, err = p.Warden.WatchOne(ctx, account.ID(r.PathValue("id"))); err != nil {
		return err
	}
	if v.orgs, err = p.called(ctx, v.Grants); err != nil {
		return err
	}
	v.self = string(v.ID) == authz.From(ctx).ID
	f := p.frame(ctx, v.Name, HrefSecurity, ui.Crumb{Text: t(ctx, "security"), Href: HrefSecurity}, ui.Crumb{Text: v.Login})
	f.Main = "two"
	return web.Show(w, r, status, personPage(f, v))
}

// told sorts out what the page tells by itself: what is wrong with its inputs, or that
// somebody was faster. Anything else is not the page's to tell.
func told(r *http.Request, err error, errs *ui.FormErrors, wait *string) (status int, ok bool) {
	switch {
	case err == nil:
		return http.StatusOK, true
	case fault.Is(err, fault.Invalid):
		*errs = ui.FieldErrors(r.Context(), err)
		return http.StatusUnprocessableEntity, true
	case fault.Is(err, fault.Conflict) && web.HasText(r.Context(), fault.Of(err).Msg):
		*wait = web.T(r.Context(), fault.Of(err).Msg)
		return http.StatusConflict, true
	}
	return 0, false
}

// called names the organisations in grants.
func (p *pages) called(ctx context.Context, grants []account.Grant) (map[string]string, error) {
	var ids []string
	for _, g := range grants {
		if g.Org != "" {
			ids = append(ids, g.Org)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return p.Orgs(ctx, ids)
}

func (p *pages) endSessions(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	return p.done(w, r, p.Warden.EndSessions(web.Named(r), account.ID(r.PathValue("id")), r.PostForm.Get("session")), "watch.ended")
}

func (p *pages) lock(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	return p.done(w, r, p.Warden.Lock(web.Named(r), account.ID(r.PathValue("id")), r.PostForm.Get("why")), "watch.lock.done")
}

func (p *pages) unlock(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	return p.done(w, r, p.Warden.Unlock(web.Named(r), account.ID(r.PathValue("id")), r.PostForm.Get("why")), "watch.unlock.done")
}

// done goes back to the person with a word, or shows what was refused.
func (p *pages) done(w http.ResponseWriter, r *http.Request, err error, said string) error {
	if err != nil {
		return p.showPerson(w, r, personView{why: r.PostForm.Get("why")}, err)
	}
	web.SetFlash(w, r, said)
	return web.See(w, r, hrefWatched(account.ID(r.PathValue("id"))))
}

// rows are the staff as a table.
func rows(ctx context.Context, people []warden.Watched) (all [][]ui.Cell) {
	for _, p := range people {
		how := ui.Cell{Text: t(ctx, "factor.off")}
		switch {
		case !p.LockedAt.IsZero():
			how = ui.Cell{Node: ui.Chip(ui.Rose, "lock", t(ctx, "locked"))}
		case p.MustChange:
			how = ui.Cell{Node: ui.Chip(ui.Amber, "alert", t(ctx, "must_change"))}
		case p.Factor:
			how = ui.Cell{Node: ui.Chip(ui.Pine, "shield", t(ctx, "factor.on"))}
		}
		seen := t(ctx, "fact.used.never")
		if !p.UsedAt.IsZero() {
			seen = web.When(ctx, p.UsedAt)
		}
		if len(p.Sessions) > 0 {
			seen = web.When(ctx, p.Sessions[0].SeenAt) + " · " + t(ctx, "sessions.n", "Count", len(p.Sessions))
		}
		all = append(all, []ui.Cell{{Text: p.Name, Href: hrefWatched(p.ID)}, {Text: p.Login}, {Text: roles(ctx, p.Person)}, {Text: seen}, how})
	}
	return all
}

// roles names somebody's roles.
func roles(ctx context.Context, p account.Person) string {
	var held []authz.Grant
	for _, g := range p.Grants {
		held = append(held, authz.Grant{Role: g.Role})
	}
	return accountweb.RoleWords(ctx, held)
}

// facts say how somebody signs in.
func facts(ctx context.Context, v personView) []ui.Pair {
	second := t(ctx, "factor.off")
	if v.Factor {
		second = t(ctx, "factor.on")
	}
	set := web.Date(ctx, v.PasswordAt)
	if v.MustChange {
		set += " · " + t(ctx, "must_change")
	}
	used := t(ctx, "fact.used.never")
	if !v.UsedAt.IsZero() {
		used = web.When(ctx, v.UsedAt)
	}
	return []ui.Pair{
		{Key: t(ctx, "col.login"), Text: v.Login}, {Key: t(ctx, "fact.area"), Text: accountweb.AreaWords(ctx, v.Area)},
		{Key: t(ctx, "fact.roles"), Text: roles(ctx, v.Person)}, {Key: t(ctx, "fact.password"), Text: set}, {Key: t(ctx, "fact.factor"), Text: second},
		{Key: t(ctx, "fact.used"), Text: used},
	}
}

// lockedWords say who locked the account, when and why.
func lockedWords(ctx context.Context, v personView) string {
	if v.LockedBy == "" && v.LockedWhy == warden.Dormant {
		return t(ctx, "locked.dormant", "When", web.When(ctx, v.LockedAt))
	}
	return t(ctx, "locked.by", "Name", v.LockedBy, "When", web.When(ctx, v.LockedAt), "Why", v.LockedWhy)
}

// tries are what happened to how somebody signs in.
func tries(ctx context.Context, v personView) (all []ui.Step) {
	for _, x := range v.Tries {
		s := ui.Step{State: ui.Next, Icon: "user", Title: actWords(ctx, x.Action), At: x.At, When: web.When(ctx, x.At)}
		switch {
		case refused(x):
			s.State, s.Icon, s.Title = ui.Back, "x", s.Title+" · "+t(ctx, "audit.was_refused")
		case x.Subject != "" && x.Subject != string(v.ID):
			s.Text = t(ctx, "tries.by", "Who", t(ctx, "tries.other"))
		}
		all = append(all, s)
	}
	return all
}

// limitRows are the rules of signing in as a table.
func limitRows(ctx context.Context, limits []pace.Dated) (all [][]ui.Cell) {
	for _, l := range limits {
		name, value := l.Name, t(ctx, "unit."+l.Name, "N", l.Value)
		if web.HasText(ctx, "watch.limit."+l.Name) {
			name = t(ctx, "limit."+l.Name)
		}
		if l.Coming {
			value = t(ctx, "policies.coming", "Day", l.Since) + " " + value
		}
		all = append(all, []ui.Cell{{Text: name}, {Text: value}, {Text: l.Source}})
	}
	return all
}

func refused(x op.Trace) bool { return len(x.Note) > 12 && x.Note[:12] == `{"`+op.Refused+`":` }
