//go:build !race

package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/oidc"
	"nuanxin/internal/authz"
	"nuanxin/internal/breach"
	"nuanxin/internal/consent"
	"nuanxin/internal/hold"
	"nuanxin/internal/member"
	memberintake "nuanxin/internal/member/intake"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/org"
	treeintake "nuanxin/internal/org/intake"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/request"
	"nuanxin/internal/request/example"
	"nuanxin/internal/rights"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	stationlist "nuanxin/internal/station/intake/list"
)

// The areas of the matrix: a county in the middle, the one beside it, the city above
// and a street below.
const (
	middle = "220402"
	beside = "220403"
	above  = "2204"
	below  = "220402001"
)

// thing is one thing that addresses name, with what decides about it, as whoever put it
// there knows it: nothing of it is asked of the program.
type thing struct {
	kind    string // of its addresses
	about   string
	stands  string            // the relations of the issue in which it stands to some actor, by commas
	area    string            // of the union that has it
	led     string            // of the union that leads that one
	owner   string            // the worker whose it is
	asker   string            // the cadre who asked for it
	parties string            // the bodies and hosts that have a part in it, by the names of their actors
	ids     map[string]string // by the parameters of addresses
	gone    bool              // nobody reaches it any more
}

// things are all things of the matrix.
type things struct {
	*world
	t      *testing.T
	all    []thing
	unions map[string]org.ID
	people map[string]account.ID // staff, by the names of their actors
	system context.Context
}

func (m *things) add(x thing) { m.all = append(m.all, x) }

func ids(pairs ...string) map[string]string {
	all := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return all
}

// where is how a thing of an area stands to the county's actors.
func where(area string) string {
	return map[string]string{middle: "same county", beside: "sibling county", above: "parent", below: "child"}[area]
}

// leads is the area of the union that leads the union of an area.
func leads(area string) string {
	return map[string]string{middle: above, beside: above, above: above, below: middle}[area]
}

// cadres are who keeps an area, and its other offices, which are there for all four.
var (
	cadres   = map[string]string{middle: "cadre", beside: "sibling", above: "parent", below: "child"}
	admins   = map[string]string{middle: "admin", beside: "admin2", above: "admin3", below: "admin4"}
	security = map[string]string{middle: "security", beside: "security2", above: "security3", below: "security4"}
	counties = []string{middle, beside, above, below}
)

// everything puts one thing of each kind into each relation.
func (w *world) everything(t *testing.T) *things {
	t.Helper()
	m := &things{world: w, t: t, unions: map[string]org.ID{}, people: map[string]account.ID{}, system: authz.AsSystem(t.Context(), "test")}
	for _, name := range []string{"login_pair_free", "login_account_free", "login_address_free"} {
		must[bool](t)(true, w.app.Accounts.SetLimit(m.system, name, "2026-01-01", 1000, "test"))
	}
	w.crowd(t)
	m.offices()
	w.papers(t)
	mine, membership := w.tell(t)
	m.signInAgain()
	m.requests(mine)
	m.members(membership)
	m.ownWorks()
	m.gaps()
	m.children()
	m.asks()
	m.erasable()
	m.relatives()
	m.stations()
	m.lists()
	m.companies()
	m.orgs()
	m.accounts()
	m.providers()
	m.security()
	m.secrets()
	return m
}

// offices are the street's union, and the administrators of the other areas.
func (m *things) offices() {
	for _, o := range must[[]org.Org](m.t)(m.app.Orgs.List(m.system, org.Filter{Kinds: []org.Kind{org.Local}})) {
		m.unions[o.Area] = o.ID
	}
	m.unions[below] = must[org.ID](m.t)(m.app.Orgs.Found(m.system, org.Draft{Kind: org.Local, Level: org.Town, Name: "示例街道总工会", Area: below, Parent: m.unions[middle]}))
	hire := func(name, area string, role authz.Role) {
		if m.tokens[name] == "" {
			m.hire(name, area, authz.Grant{Role: role, Area: area})
		}
	}
	for _, area := range counties {
		hire(admins[area], area, authz.Admin)
		hire(security[area], area, authz.Security)
	}
}

func (m *things) hire(name, area string, grants ...authz.Grant) account.ID {
	m.t.Helper()
	var all []account.Grant
	for _, g := range grants {
		all = append(all, account.Grant{Role: g.Role, Area: g.Area, Org: g.Org})
	}
	who, _, err := m.app.Accounts.AddStaff(m.system, account.Staff{Login: name, Name: name, Area: area, Password: testPassword, Grants: all})
	if err != nil {
		m.t.Fatal(name, err)
	}
	m.people[name] = who
	m.tokens[name] = must[account.Signed](m.t)(m.app.Accounts.SignInStaff(m.t.Context(), name, testPassword)).Token
	return who
}

// signInAgain lets the staff prove themselves once more: time has passed.
func (m *things) signInAgain() {
	m.t.Helper()
	for _, name := range append(actorNames(), "admin4", "security4") {
		if p := matrixActors[name]; m.tokens[name] != "" && (p.kind == "staff" || p.kind == "") && name != "nobody" && name != "locked" && name != "erased" {
			m.tokens[name] = must[account.Signed](m.t)(m.app.Accounts.SignInStaff(m.t.Context(), name, testPassword)).Token
		}
	}
}

// someone is a worker who is no actor.
func (m *things) someone() (name string) {
	name = fmt.Sprintf("someone%d", len(m.tokens))
	m.tokens[name] = m.worker(m.t, fmt.Sprintf("199%08d", 70000000+len(m.tokens))).Token
	return name
}

// requests are matters of each place, handed over, merged, with a photo whose worker took
// the consent back, of who moved away, of who is erased, and one that a station told of.
func (m *things) requests(phoned request.Receipt) {
	t := m.t
	file := func(r request.Receipt) string {
		return string(must[request.Case](t)(m.app.Requests.Case(m.as(t, "cadre"), request.Ref{ID: r.ID})).Files[0].ID)
	}
	add := func(r request.Receipt, x thing, file string) {
		x.kind, x.ids = "request", ids("id", string(r.ID), "number", r.Number)
		if file != "" {
			x.ids["file"] = file
		}
		if x.parties != "" {
			x.ids["dispatch"] = string(must[request.Case](t)(m.app.Requests.Case(m.as(t, "cadre"), request.Ref{ID: r.ID})).Dispatches[0].ID)
		}
		m.add(x)
	}
	given, withdrawn, away := m.withPhoto(t, "own"), m.withPhoto(t, "worker2"), m.withPhoto(t, "away")
	stays, gone, elsewhere := file(given), file(withdrawn), file(away)
	must[bool](t)(true, m.app.Consents.Withdraw(m.as(t, "worker2"), consent.Photos))
	must[request.Receipt](t)(m.app.Requests.Merge(m.as(t, "cadre"), request.Ref{ID: m.request.ID}, "是一件事", m.other.ID))
	add(m.request, thing{about: "a matter, handed to a body and its link", stands: "own,same county,handed over,ended role", area: middle, owner: "worker", parties: "partner"}, string(m.file))
	add(m.other, thing{about: "a matter that was merged into it", stands: "own,merged", area: middle, owner: "worker2"}, "")
	add(given, thing{about: "a matter with a photo that a body was given", stands: "own,handed over", area: middle, owner: "own", parties: "partner"}, stays)
	add(withdrawn, thing{about: "the same with the consent withdrawn", stands: "consent withdrawn,handed over", area: middle, owner: "worker2", parties: "partner"}, gone)
	add(away, thing{about: "of a worker who moved away since", stands: "moved away,handed over", area: middle, owner: "away", parties: "partner"}, elsewhere)
	add(phoned, thing{about: "that a cadre wrote down for a worker", stands: "own", area: middle, owner: "own"}, "")
	add(m.orphan, thing{about: "of a worker who is erased", stands: "erased", area: middle}, "")
	add(m.defect, thing{about: "that a station's host was handed", stands: "handed over", area: middle, parties: "host"}, "")
	for _, area := range []string{beside, above, below} {
		whose := "away"
		if area != beside {
			whose = m.someone()
		}
		r := must[request.Receipt](t)(m.app.Requests.Capture(m.as(t, whose), request.Draft{Words: "门也不让进", Place: request.Place{Text: "路口", Area: area}}))
		add(r, thing{about: "of " + where(area), stands: where(area), area: area, owner: whose}, "")
	}
	ref := m.solve(t, "worker")
	must[bool](t)(true, m.app.Examples.Propose(m.as(t, "cadre"), request.Ref{ID: ref.ID}, retold))
	add(request.Receipt{ID: ref.ID, Number: ref.Number}, thing{about: "that is solved and could be an example", stands: "own", area: middle, owner: "worker"}, "")
	m.all[len(m.all)-1].ids["words"] = must[example.Example](t)(m.app.Examples.Of(m.as(t, "worker"), request.Ref{ID: ref.ID})).ID
}

// join applies. Whoever is in a county without a union is the city's.
func (m *things) join(who, area, name, document string) member.ID {
	m.t.Helper()
	if area == above {
		area = "220421"
	}
	a := member.Application{Name: name, Occupation: member.Rider, Area: area, Document: document, Consents: []member.Consent{{Purpose: "membership", Version: 1}}}
	if document != "" {
		a.Consents = append(a.Consents, member.Consent{Purpose: "document", Version: 1})
	}
	return must[member.Receipt](m.t)(m.app.Members.Apply(m.as(m.t, who), a)).ID
}

// members are an applicant, members of each place, one who moved, one whose record went
// into another, one who is erased, and one who took a consent back; and pairs of them.
func (m *things) members(own member.ID) {
	t := m.t
	add := func(which member.ID, x thing) {
		x.kind, x.ids = "member", ids("id", string(which))
		m.add(x)
	}
	version := func(which member.ID) int64 {
		return must[roll.File](t)(m.app.Roll.Get(m.as(t, "parent"), which)).Version
	}
	enter := func(who, area, name, document string) member.ID {
		which := m.join(who, area, name, document)
		must[bool](t)(true, m.app.Members.Approve(m.as(t, cadres[area]), which, 1))
		return which
	}
	add(m.member, thing{about: "who applied", stands: "own,same county", area: middle, owner: "worker2"})
	add(own, thing{about: "a member", stands: "own,same county", area: middle, owner: "own"})
	m.all[len(m.all)-1].ids["seq"] = "1"
	add(m.moved, thing{about: "who moved to the county beside", stands: "moved away,consent withdrawn", area: beside, owner: "away"})
	per := map[string]member.ID{middle: own}
	for _, area := range []string{beside, above} {
		who := m.someone()
		per[area] = enter(who, area, "同名者", "")
		add(per[area], thing{about: "of " + where(area), stands: where(area), area: area, owner: who})
	}
	first, second, third := m.someone(), m.someone(), m.someone()
	keep, gone, twin := enter(first, middle, "双名者", ""), enter(second, middle, "双名者", ""), enter(third, middle, "双名者", "")
	must[merge.Done](t)(m.app.Twins.Merge(m.as(t, "cadre"), merge.Order{Keep: keep, Gone: gone, KeepVersion: version(keep), GoneVersion: version(gone), Why: "同一个人"}))
	add(gone, thing{about: "whose record went into another", stands: "merged", area: middle})
	leaver := m.someone()
	left := enter(leaver, middle, "走了的人", "")
	must[bool](t)(true, m.app.Members.Quit(m.as(t, leaver), left))
	m.erase(leaver)
	add(left, thing{about: "whose account is erased", stands: "erased", area: middle})
	m.add(thing{kind: "gap", about: "a county without a union, whose people the city's has", stands: "parent", area: above, ids: ids("county", "220421")})
	pair := func(about, stands string, area string, a, b member.ID) {
		m.add(thing{kind: "pair", about: about, stands: stands, area: area, ids: ids("a", string(a), "b", string(b))})
	}
	must[int](t)(m.app.Twins.Seek(m.system))
	pair("two records of a county", "same county", middle, keep, twin)
	pair("a record and what was merged into it", "merged", middle, keep, gone)
}

// erase ends a worker's account.
func (m *things) erase(who string) {
	m.t.Helper()
	m.clock.Move(2 * time.Minute) // a message a minute
	var phone string
	for n := range len(m.tokens) + 1 {
		if p := fmt.Sprintf("199%08d", 70000000+n); who == fmt.Sprintf("someone%d", n) {
			phone = p
		}
	}
	must[bool](m.t)(true, m.app.Erasures.SendCode(m.as(m.t, who)))
	must[bool](m.t)(true, m.app.Erasures.Erase(m.as(m.t, who), m.app.CodeTo(phone)))
}

// children are those for whom a guardian agreed: of each place, one whose guardian took
// everything back, and one whose guardian is erased.
func (m *things) children() {
	t := m.t
	add := func(child string, x thing) {
		x.kind, x.ids = "child", ids("id", child)
		m.add(x)
	}
	add(m.childOf(t, "own"), thing{about: "of a member", stands: "own,same county", area: middle, owner: "own"})
	add(m.childOf(t, "away"), thing{about: "of who moved away", stands: "moved away,sibling county", area: beside, owner: "away"})
	for _, area := range []string{above} {
		who := m.someone()
		must[bool](t)(true, m.app.Members.Approve(m.as(t, cadres[area]), m.join(who, area, "家长", ""), 1))
		add(m.childOf(t, who), thing{about: "of " + where(area), stands: where(area), area: area, owner: who})
	}
	back := m.childOf(t, "worker2")
	must[bool](t)(true, m.app.Children.Withdraw(m.as(t, "worker2"), back, "ward_events"))
	add(back, thing{about: "for whom all was taken back", stands: "consent withdrawn", area: middle, owner: "worker2", gone: true})
	who := m.someone()
	lost := m.childOf(t, who)
	m.erase(who)
	add(lost, thing{about: "whose guardian is erased", stands: "erased", area: middle, gone: true})
}

// asks are what people asked about their data.
func (m *things) asks() {
	t := m.t
	add := func(which rights.ID, x thing) {
		x.kind, x.ids = "ask", ids("id", string(which))
		m.add(x)
	}
	send := func(who, area string) rights.ID {
		return must[rights.Receipt](t)(m.app.Rights.Send(m.as(t, who), rights.Draft{Kind: rights.Explain, Words: "给过谁", Area: area})).ID
	}
	add(m.about, thing{about: "of a worker", stands: "own,same county", area: middle, owner: "worker"})
	wrong := must[rights.Receipt](t)(m.app.Rights.Send(m.as(t, "own"), rights.Draft{Kind: rights.Correct, Field: "member.works", Wanted: "示例跑腿", Proof: m.photo})).ID
	add(wrong, thing{about: "of a member, with a photo that proves it", stands: "own,same county", area: middle, owner: "own"})
	m.all[len(m.all)-1].ids["proof"] = m.photo
	add(send("away", ""), thing{about: "of who moved away", stands: "moved away,sibling county", area: beside, owner: "away"})
	for _, area := range []string{above} {
		who := m.someone()
		add(send(who, area), thing{about: "of " + where(area), stands: where(area), area: area, owner: who})
	}
	handed := send("worker2", middle)
	must[bool](t)(true, m.app.Rights.HandOn(m.as(t, "cadre"), handed, 1, string(m.unions[beside])))
	add(handed, thing{about: "that was handed to the union beside", stands: "handed over", area: beside, owner: "worker2"})
	who := m.someone()
	lost := send(who, middle)
	m.erase(who)
	add(lost, thing{about: "of who is erased", stands: "erased", area: middle})
	add(m.unowned(t).ask, thing{about: "of somebody without an account who wants to be erased", stands: "same county", area: middle})
	m.all[len(m.all)-1].ids["records"] = "1"
}

// relatives are cases about somebody of each place who died.
func (m *things) relatives() {
	t := m.t
	for _, area := range []string{middle, beside, above} {
		who, cadre := m.someone(), m.as(t, cadres[area])
		must[bool](t)(true, m.app.Members.Approve(cadre, m.join(who, area, "逝者甲", ""), 1))
		of := must[[]member.Copy](t)(m.app.Members.Copies(m.as(t, who)))[0]
		ask := m.world.relatives(t, cadres[area], of.Number, "逝者甲")
		m.add(thing{kind: "case of relatives", about: "of " + where(area), stands: where(area), area: area, ids: ids("id", string(ask))})
	}
}

// stations are of each place, one of them run by a host.
func (m *things) stations() {
	t := m.t
	add := func(s station.Done, x thing) {
		x.kind = "station"
		x.ids = ids("id", string(s.ID), "code", s.Code, "defect", string(m.defect.ID))
		m.add(x)
	}
	add(m.station, thing{about: "that a host runs", stands: "own,handed over", area: middle, parties: "host"})
	m.all[len(m.all)-1].ids["file"] = m.photo
	for _, area := range counties {
		s := must[station.Done](t)(m.app.Stations.Add(m.system, "", station.Facts{Name: "驿站" + area, Address: "示例路 3 号", Area: area, Public: true}))
		add(s, thing{about: "of " + where(area), stands: where(area), area: area})
	}
}

// lists are lists of stations and of members that were brought.
func (m *things) lists() {
	t := m.t
	for _, area := range counties {
		list := must[sheet.Table](t)(sheet.Read(strings.NewReader("站点名称,地址\n新驿站"+area+",示例路 9 号\n"), sheet.Auto, sheet.Limits{}))
		b := must[intake.Batch](t)(m.app.Intake.Stage(m.as(t, cadres[area]), list, stationlist.Options{Area: area})).ID
		m.add(thing{kind: "station list", about: "of " + where(area), stands: where(area), area: area, ids: ids("id", string(b))})
		i := must[treeintake.ID](t)(m.app.Trees.Upload(m.as(t, admins[area]), []byte("名称,类别,级别,区划代码,上级名称\n示例公司工会,基层工会,基层,"+area+"02001"[len(area)-4:]+",查无此会\n"), "tree.csv"))
		m.add(thing{kind: "tree import", about: "of " + where(area), stands: where(area), area: area, ids: ids("id", string(i))})
		if area == below {
			continue // a county's union takes members in, or one above
		}
		l := must[memberintake.ID](t)(m.app.Lists.Upload(m.as(t, cadres[area]), []byte("姓名,手机号\n名单者,1990000"+fmt.Sprint(5000+len(area))+"\n"), memberintake.Options{Basis: memberintake.OnPaper, Where: "示例"}))
		m.add(thing{kind: "member list", about: "of " + where(area), stands: where(area), area: area, ids: ids("id", string(l))})
	}
}

// companies are companies and applications to found unions.
func (m *things) companies() {
	t := m.t
	for _, area := range counties {
		f := must[platform.ID](t)(m.app.Firms.Add(m.system, platform.Draft{Name: "示例外卖", Area: area}))
		m.add(thing{kind: "company", about: "of " + where(area), stands: where(area), area: area, ids: ids("id", string(f))})
		a := must[life.ID](t)(m.app.Life.AskFor(m.as(t, cadres[area]), life.Ask{Kind: org.Basic, Level: org.Grassroots, Name: "示例公司工会" + area, Area: area, Parent: m.unions[area], Members: 30, Chair: "江示例", Years: 3, Elected: "2026-11-20"}))
		m.add(thing{kind: "founding", about: "of " + where(area), stands: where(area), area: area, led: area, asker: cadres[area], ids: ids("id", string(a))})
	}
}

// orgs are unions of each place, a body, a host, and a union that went into another.
func (m *things) orgs() {
	t := m.t
	trade := must[org.ID](t)(m.app.Orgs.Found(m.system, org.Draft{Kind: org.Industry, Level: org.County, Name: "示例物流行业工会", Area: middle, Parent: m.unions[middle]}))
	for _, area := range counties {
		must[bool](t)(true, m.app.Life.Elect(m.as(t, cadres[area]), m.unions[area], 0, "2026-01-01", 5, []life.Post{{Post: life.Chair, Name: "田示例", Since: "2026-01-01"}}))
		m.add(thing{kind: "term of office", about: "in the union of " + where(area), stands: where(area), area: area, ids: ids("id", string(m.unions[area]))})
		link := must[string](t)(m.app.Orgs.Tie(m.system, m.unions[area], trade, "2026-01-01", ""))
		m.add(thing{kind: "organisation", about: "the union of " + where(area), stands: where(area), area: area, led: leads(area), ids: ids("id", string(m.unions[area]), "link", link)})
	}
	m.add(thing{kind: "organisation", about: "a body", stands: "own", area: middle, led: middle, ids: ids("id", string(m.body))})
	over := must[org.ID](t)(m.app.Orgs.Found(m.system, org.Draft{Kind: org.Local, Level: org.Town, Name: "旧街道总工会", Area: "220402002", Parent: m.unions[middle]}))
	chief := authz.With(t.Context(), authz.Subject{ID: "0190a1b2-0000-7000-8000-0000000000c1", Kind: authz.Staff, Name: "市里", Proven: m.clock.Now().Add(time.Hour), Grants: []authz.Grant{{Role: authz.Leader, Area: above}}})
	must[[]life.Count](t)(m.app.Life.Merge(chief, life.Ending{From: over, Version: 1, Into: m.unions[middle], How: life.Merged, Why: "街道撤并"}))
	m.add(thing{kind: "term of office", about: "in a union that went into the county's", stands: "merged", area: "220402002", ids: ids("id", string(over))})
	m.add(thing{kind: "organisation", about: "a union that went into the county's", stands: "merged", area: "220402002", led: middle, ids: ids("id", string(over))})
}

// accounts are accounts of staff of each place, one whose role ended, and one whose stay
// did.
func (m *things) accounts() {
	t := m.t
	add := func(who account.ID, x thing) {
		x.kind, x.ids = "account", ids("id", string(who))
		if p := must[account.Person](t)(m.app.Accounts.Get(m.system, who)); len(p.Grants) > 0 {
			x.ids["grant"] = p.Grants[0].ID
		}
		m.add(x)
	}
	for _, area := range counties {
		who := m.hire("keeper"+area, area, authz.Grant{Role: authz.Cadre, Area: area})
		add(who, thing{about: "of " + where(area), stands: where(area), area: area})
	}
	over := m.hire("over", middle, authz.Grant{Role: authz.Cadre, Area: middle})
	must[bool](t)(true, m.app.Accounts.Take(m.as(t, "admin"), over, must[account.Person](t)(m.app.Accounts.Get(m.system, over)).Grants[0].ID))
	add(over, thing{about: "whose role ended", stands: "ended role", area: middle})
	left := m.hire("left", middle, authz.Grant{Role: authz.Cadre, Area: middle})
	must[bool](t)(true, m.app.Accounts.EndStay(m.as(t, "admin"), left))
	add(left, thing{about: "whose stay ended", stands: "ended role", area: middle})
	self := must[authz.Subject](t)(m.app.Accounts.Resolve(t.Context(), m.tokens["admin"])).ID
	add(account.ID(self), thing{about: "the administrator's own", stands: "own", area: middle})
}

// providers are what unions sign in by: proposals, and what is in force.
func (m *things) providers() {
	t := m.t
	draft := func(area string) string {
		return must[string](t)(m.app.Unions.Propose(m.as(t, admins[area]), oidc.Draft{Org: string(m.unions[area]), Issuer: "https://idp" + area + ".example.org", ClientID: "nuanxin", Secret: "0123456789"}))
	}
	for _, area := range counties {
		must[bool](t)(true, m.app.Unions.Set(m.as(t, security[area]), draft(area)))
		for _, e := range must[[]oidc.Entry](t)(m.app.Unions.Offered(m.system)) {
			if e.Area == area {
				m.add(thing{kind: "provider", about: "of " + where(area), stands: where(area), area: area, ids: ids("id", e.ID)})
			}
		}
		m.add(thing{kind: "proposal", about: "of " + where(area), stands: where(area), area: area, ids: ids("id", draft(area))})
	}
}

// security are incidents, and what must not be deleted for a time.
func (m *things) security() {
	t := m.t
	numbers := map[string]string{}
	for _, x := range m.all {
		if x.kind == "request" {
			numbers[x.area] = x.ids["number"]
		}
	}
	m.add(thing{kind: "incident", about: "whose people were told", stands: "same county", area: middle, ids: ids("id", string(m.incident))})
	m.add(thing{kind: "assessment", about: "that is being written", stands: "same county", area: middle, ids: ids("id", string(m.assessed))})
	m.add(thing{kind: "hold", about: "of a worker's matter", stands: "same county", area: middle, ids: ids("id", string(m.stays))})
	for _, area := range []string{beside, above, below} {
		who := m.as(t, security[area])
		b := must[breach.ID](t)(m.app.Breaches.Begin(who, breach.Draft{What: "发错了一份名单", Kinds: []string{"phone"}, FoundAt: m.clock.Now()}))
		m.add(thing{kind: "incident", about: "of " + where(area), stands: where(area), area: area, ids: ids("id", string(b))})
		m.add(thing{kind: "assessment", about: "of " + where(area), stands: where(area), area: area, ids: ids("id", string(m.assessAs(who, t)))})
		h := must[hold.ID](t)(m.app.Holds.Set(who, hold.Draft{Kind: hold.Matter, Number: numbers[area], Basis: "court", Reason: "法院来函要求保全", Until: "2027-03-01"}))
		m.add(thing{kind: "hold", about: "of " + where(area), stands: where(area), area: area, ids: ids("id", string(h))})
	}
}

// secrets are addresses that open something to whoever has them.
func (m *things) secrets() {
	t := m.t
	m.add(thing{kind: "link", about: "to a matter that a body was handed", stands: "handed over", area: middle, ids: ids("token", must[string](t)(m.app.door.Token(m.request.ID, m.dispatch)))})
	m.add(thing{kind: "outcome", about: "of a write that somebody named", stands: "own", area: middle, ids: ids("client_id", "01a20000-0000-7000-8000-000000000000")})
	var provider string
	for _, x := range m.all {
		if x.kind == "provider" && x.area == middle {
			provider = x.ids["id"]
		}
	}
	guest, _, err := m.app.Accounts.AddStaff(m.system, account.Staff{Login: "guest", Name: "guest", Area: middle, Grants: []account.Grant{{Role: authz.Cadre, Area: middle}}})
	must[bool](t)(true, err)
	m.add(thing{kind: "account", about: "of a new colleague who has no password", stands: "same county", area: middle, ids: ids("id", string(guest), "union", provider)})
	m.add(thing{kind: "invitation", about: "to a new colleague", stands: "own", area: middle, ids: ids("token", must[string](t)(m.app.Unions.Invite(m.as(t, "admin"), guest, provider)))})
}
