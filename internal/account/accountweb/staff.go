package accountweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

const pageSize = 50

// staffList is one page of the staff.
type staffList struct {
	Frame  ui.StaffPage
	People []account.Person
	Words  string
	Ended  bool
	Next   string
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	l := staffList{Words: q.Get("q"), Ended: q.Get("ended") != ""}
	f := account.Filter{Words: l.Words, Ended: l.Ended, After: account.ID(q.Get("after")), Limit: pageSize + 1}
	people, err := p.Accounts.List(ctx, f)
	if err != nil {
		return err
	}
	if len(people) > pageSize {
		people = people[:pageSize]
		q.Set("after", string(people[pageSize-1].ID))
		l.Next = StaffPath + "?" + q.Encode()
	}
	l.People = people
	l.Frame = p.frame(ctx, web.T(ctx, "account.staff"), StaffPath)
	l.Frame.Search = &ui.Search{Action: StaffPath, Value: l.Words, Label: web.T(ctx, "account.search"), Placeholder: web.T(ctx, "account.search")}
	l.Frame.Buttons = staffButtons(p.Providers != nil)
	return web.Show(w, r, http.StatusOK, staffListPage(l))
}

// grantForm are the inputs of one role to be given.
type grantForm struct {
	Role, Area, Org, From, Until string
	Areas                        []ui.Option
	Orgs                         []ui.Option
	Errors                       ui.FormErrors
}

// draftPage describes somebody new.
type draftPage struct {
	Frame       ui.StaffPage
	Login, Name string
	Grant       grantForm
	Errors      ui.FormErrors
	ReqID       string
}

func (p *pages) draft(w http.ResponseWriter, r *http.Request) error {
	return p.showDraft(w, r, draftPage{ReqID: web.NewReqID()}, nil)
}

func (p *pages) showDraft(w http.ResponseWriter, r *http.Request, d draftPage, refusal error) (err error) {
	ctx := r.Context()
	status, ok := told(r, refusal, &d.Errors, new(string))
	if !ok {
		return refusal
	}
	if err := p.fill(ctx, &d.Grant); err != nil {
		return err
	}
	d.Grant.Errors = d.Errors
	d.Frame = p.frame(ctx, web.T(ctx, "account.add"), StaffPath)
	d.Frame.Crumbs = []ui.Crumb{{Text: web.T(ctx, "account.staff"), Href: StaffPath}, {Text: web.T(ctx, "account.add")}}
	return web.Show(w, r, status, staffDraftPage(d))
}

// fill adds what can be chosen: the areas of the asker and those below, and the
// organisations there.
func (p *pages) fill(ctx context.Context, g *grantForm) (err error) {
	for _, held := range authz.From(ctx).Grants {
		if held.Role != authz.Admin {
			continue
		}
		g.Areas = append(g.Areas, ui.Option{Value: areaValue(held.Area), Text: AreaWords(ctx, held.Area), On: areaValue(held.Area) == g.Area})
		for _, c := range region.Children(held.Area) {
			g.Areas = append(g.Areas, ui.Option{Value: c.Code, Text: c.Name, Group: AreaWords(ctx, held.Area), On: c.Code == g.Area})
		}
		if p.Orgs == nil {
			continue
		}
		more, err := p.Orgs.Choices(ctx, held.Area)
		if err != nil {
			return err
		}
		for _, o := range more {
			o.On = o.Value == g.Org
			g.Orgs = append(g.Orgs, o)
		}
	}
	return nil
}

// wholeNation is the value of an area that has no digits: an empty value is no
// choice.
const wholeNation = "all"

func areaValue(area string) string {
	if area == "" {
		return wholeNation
	}
	return area
}

// AreaWords names an area.
func AreaWords(ctx context.Context, area string) string {
	if area == "" {
		return web.T(ctx, "account.nation")
	}
	if name := region.FullName(area); name != "" {
		return name
	}
	return area
}

// read takes the inputs of a role from a form.
func (g *grantForm) read(form url.Values) (account.Grant, error) {
	*g = grantForm{Role: form.Get("role"), Area: form.Get("area"), Org: form.Get("org"), From: form.Get("from"), Until: form.Get("until")}
	grant := account.Grant{Role: authz.Role(g.Role), Area: g.Area, Org: g.Org}
	var f fault.Form
	if g.Role == "" {
		f.Add("role", "account.role.unknown", nil)
	}
	switch g.Area {
	case wholeNation:
		grant.Area = ""
	case "":
		f.Add("area", "account.area.unknown", nil)
	}
	for _, x := range []struct {
		name, value string
		to          *time.Time
		days        int
	}{{"from", g.From, &grant.From, 0}, {"until", g.Until, &grant.Until, 1}} {
		if x.value == "" {
			continue
		}
		t, err := time.ParseInLocation(time.DateOnly, x.value, clock.Zone)
		if err != nil {
			f.Add(x.name, "account.day.unknown", nil)
		}
		*x.to = t.AddDate(0, 0, x.days) // the last day counts
	}
	return grant, f.Err("account.form")
}

func (p *pages) add(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	d := draftPage{Login: r.PostForm.Get("login"), Name: r.PostForm.Get("name"), ReqID: web.NewReqID()}
	grant, err := d.Grant.read(r.PostForm)
	if err != nil {
		return p.showDraft(w, r, d, err)
	}
	st := account.Staff{Login: d.Login, Name: d.Name, Area: grant.Area, Org: grant.Org, Grants: []account.Grant{grant}}
	who, password, err := p.Accounts.AddStaff(web.Named(r), st)
	if err != nil {
		return p.showDraft(w, r, d, outside(err))
	}
	return p.showPassword(w, r, who, password)
}

// outside tells an area or organisation beyond the asker's as a fault of the
// form: those were chosen from a list that may have changed since.
func outside(err error) error {
	if !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Denied) {
		return err
	}
	var f fault.Form
	f.Add("area", "account.grant.area", nil)
	return f.Err("account.form")
}

// secretPage shows a first password, once.
type secretPage struct {
	Frame    ui.StaffPage
	Person   account.Person
	Password string
	Invite   inviteCard
}

func (p *pages) showPassword(w http.ResponseWriter, r *http.Request, who account.ID, password string) error {
	ctx := r.Context()
	person, err := p.Accounts.Get(ctx, who)
	if err != nil {
		return err
	}
	s := secretPage{Frame: p.frame(ctx, web.T(ctx, "account.first_password"), StaffPath), Person: person, Password: password}
	if s.Invite, err = p.inviting(r, who); err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, staffSecretPage(s))
}

// personPage is one staff member with their rights.
type personPage struct {
	Frame  ui.StaffPage
	Person account.Person
	Orgs   map[string]string
	Self   bool
	Name   string
	Grant  grantForm
	Invite inviteCard
	Errors ui.FormErrors
	ReqID  string
}

func (p *pages) person(w http.ResponseWriter, r *http.Request) error {
	return p.showPerson(w, r, personPage{}, nil)
}

func (p *pages) showPerson(w http.ResponseWriter, r *http.Request, s personPage, refusal error) (err error) {
	ctx := r.Context()
	status, ok := told(r, refusal, &s.Errors, new(string))
	if !ok {
		return refusal
	}
	if s.Person, err = p.Accounts.Get(ctx, account.ID(r.PathValue("id"))); err != nil {
		return err
	}
	if s.Orgs, err = p.called(ctx, s.Person.Grants); err != nil {
		return err
	}
	if err := p.fill(ctx, &s.Grant); err != nil {
		return err
	}
	if s.Invite, err = p.inviting(r, s.Person.ID); err != nil {
		return err
	}
	if s.Name == "" {
		s.Name = s.Person.Name
	}
	s.Grant.Errors, s.ReqID = s.Errors, web.NewReqID()
	s.Self = string(s.Person.ID) == authz.From(ctx).ID
	s.Frame = p.frame(ctx, s.Person.Name, StaffPath)
	s.Frame.Main = "two"
	s.Frame.Crumbs = []ui.Crumb{{Text: web.T(ctx, "account.staff"), Href: StaffPath}, {Text: s.Person.Login}}
	return web.Show(w, r, status, staffPersonPage(s))
}

func (p *pages) give(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	var s personPage
	grant, err := s.Grant.read(r.PostForm)
	if err == nil {
		err = p.Accounts.Give(web.Named(r), account.ID(r.PathValue("id")), grant)
	}
	return p.done(w, r, s, err, "account.granted")
}

func (p *pages) take(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	err := p.Accounts.Take(web.Named(r), account.ID(r.PathValue("id")), r.PathValue("grant"))
	return p.done(w, r, personPage{}, err, "account.taken")
}

func (p *pages) rename(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	s := personPage{Name: r.PostForm.Get("name")}
	err := p.Accounts.Rename(web.Named(r), account.ID(r.PathValue("id")), number(r.PostForm.Get("version")), s.Name)
	if fault.Is(err, fault.Conflict) { // what was typed stands beside what is new
		err = fault.New(string(account.Rename), fault.Invalid, fault.Of(err).Msg)
	}
	return p.done(w, r, s, err, "account.saved")
}

// done goes back to the person with a word, or shows what was refused.
func (p *pages) done(w http.ResponseWriter, r *http.Request, s personPage, err error, said string) error {
	if fault.Is(err, fault.Invalid) {
		return p.showPerson(w, r, s, err)
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, r, said)
	return web.See(w, r, StaffPath+"/"+r.PathValue("id"))
}

// askPage asks before something that cannot be undone by a press.
type askPage struct {
	Frame                    ui.StaffPage
	Title, Text, Action, Yes string
	Back, ReqID              string
	Look                     ui.Look
}

func (p *pages) confirmReset(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, "account.reset", "/password", ui.Primary)
}

func (p *pages) confirmEnd(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, "account.end", "/end", ui.Danger)
}

func (p *pages) ask(w http.ResponseWriter, r *http.Request, key, path string, look ui.Look) error {
	ctx := r.Context()
	person, err := p.Accounts.Get(ctx, account.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	back := StaffPath + "/" + string(person.ID)
	a := askPage{
		Frame: p.frame(ctx, web.T(ctx, key+".title", "Name", person.Name), StaffPath), Title: web.T(ctx, key+".title", "Name", person.Name),
		Text: web.T(ctx, key+".text"), Yes: web.T(ctx, key+".yes"), Action: back + path, Back: back, ReqID: web.NewReqID(), Look: look,
	}
	a.Frame.Crumbs = []ui.Crumb{{Text: web.T(ctx, "account.staff"), Href: StaffPath}, {Text: person.Name, Href: back}}
	return web.Show(w, r, http.StatusOK, staffAskPage(a))
}

func (p *pages) reset(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	who := account.ID(r.PathValue("id"))
	password, err := p.Accounts.ResetPassword(web.Named(r), who)
	if err != nil {
		return err
	}
	return p.showPassword(w, r, who, password)
}

func (p *pages) end(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	if err := p.Accounts.EndStay(web.Named(r), account.ID(r.PathValue("id"))); err != nil {
		return err
	}
	web.SetFlash(w, r, "account.stay_ended")
	return web.See(w, r, StaffPath)
}

// number reads a version; what is none matches no version.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
