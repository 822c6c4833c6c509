//go:build !race

package app

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"

	"nuanxin/internal/account"
	"nuanxin/internal/assess"
	"nuanxin/internal/authz"
	"nuanxin/internal/breach"
	"nuanxin/internal/hours"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/half"
	memberintake "nuanxin/internal/member/intake"
	treeintake "nuanxin/internal/org/intake"
	"nuanxin/internal/request"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	stationlist "nuanxin/internal/station/intake/list"
)

// full is a county with one of everything, in each of the states in which a page shows a
// form, and with browsers that are in the middle of something.
type full struct {
	*things
	beside map[string]string // cookies of an actor besides the session's
	extra  []page            // addresses that ask for more than they name
}

// fullWorld is a full county. keep says whether what is done there from then on is kept.
func fullWorld(t *testing.T) (f *full, keep func(bool)) {
	t.Helper()
	w := emptyWorld(t)
	w.config.Origin = here
	on := w.keepNothing(t)
	w.identity(t, map[string]string{"440524188001010014": "李四光"})
	w.open(t)
	f = &full{things: w.everything(t), beside: map[string]string{}}
	must[bool](t)(true, f.app.Accounts.SetName(f.as(t, "worker"), "王安静"))
	f.clock.Move(8 * 24 * time.Hour) // relatives wait a week, and who says nothing for longer than that is silent
	for _, name := range []string{"cadre", "leader", "admin", "security", "auditor", "host", "partner", "parent", "sibling"} {
		f.tokens[name] = f.staffAgain(t, name)
	}
	f.matters()
	f.records()
	f.relativesGranted()
	f.incidents()
	f.files()
	f.places()
	f.unions()
	f.signIns()
	f.clock.Move(2 * time.Minute) // a message a minute
	return f, func(yes bool) { on.Store(!yes) }
}

// does lets an actor send a form, and keeps the cookies that come back.
func (f *full) does(actor, path string, pairs ...string) (page string) {
	f.t.Helper()
	a := f.ask(f.t, path, f.cookies(actor), pairs...)
	if a.Code >= http.StatusBadRequest {
		f.t.Fatalf("%s of %s: got %d: %s", path, actor, a.Code, a.Body)
	}
	for _, c := range a.Result().Cookies() {
		if c.Name == "nx" {
			f.tokens[actor] = c.Value
		} else if c.Value != "" {
			f.beside[actor] += "; " + c.Name + "=" + c.Value
		}
	}
	return a.Body.String()
}

func (f *full) cookies(actor string) string { return "nx=" + f.tokens[actor] + f.beside[actor] }

// stands adds a thing of the middle county in a state.
func (f *full) stands(kind, about, which string) {
	f.add(thing{kind: kind, about: about, stands: "same county", area: middle, ids: ids("id", which)})
}

// matters are the phrase of a union, a matter of nobody that a phone holds, and a place
// that it remembers.
func (f *full) matters() {
	t := f.t
	must[string](t)(f.app.Requests.SavePhrase(f.as(t, "cadre"), request.Phrase{Area: middle, Kind: request.KindTold, ZH: "明天去看", EN: "Tomorrow"}))
	f.tokens["passer-by"] = ""
	f.does("passer-by", "/help", "words", "没地方歇脚", "topic", "gate", "area", middle, "hide_asked", "1", "req_id", id.New[string]())
	number := regexp.MustCompile(`held=([0-9-]+)\.`).FindStringSubmatch(f.beside["passer-by"])
	if number == nil {
		t.Fatalf("the phone holds nothing: %s", f.beside["passer-by"])
	}
	f.sent("in time", "worker")
	ref, asks := f.sent("for which the body asks more time", "worker2")
	must[request.Receipt](t)(f.app.Requests.AskTime(f.as(t, "partner"), ref, asks, "要等零件", f.clock.Now().Add(72*time.Hour)))
	f.does("passer-by", "/here", "lat", "42.9", "lng", "125.14")
	for _, step := range []string{"", "/phone", "/add", "/withdraw"} {
		f.extra = append(f.extra, page{"passer-by", "/help/" + number[1] + step})
	}
}

// sent adds a matter that a body was handed and has time for.
func (f *full) sent(about, actor string) (request.Ref, request.DispatchID) {
	t := f.t
	r := must[request.Receipt](t)(f.app.Requests.Capture(f.as(t, actor), request.Draft{Words: "北门也不让进", Topic: "gate", Place: request.Place{Text: "示例家园北门", Area: middle}}))
	ref := request.Ref{ID: r.ID}
	must[request.Receipt](t)(f.app.Requests.Dispatch(f.as(t, "cadre"), ref, request.Task{Body: string(f.body), Lead: true, Words: "请去看一下", Deadline: f.clock.Now().Add(48 * time.Hour)}))
	sent := must[request.Case](t)(f.app.Requests.Case(f.as(t, "cadre"), ref)).Dispatches[0].ID
	f.add(thing{kind: "request", about: about, stands: "same county", area: middle, parties: "partner", ids: ids("id", string(r.ID), "dispatch", string(sent))})
	return ref, sent
}

// records are a member whose number is another's, somebody whom a list brought, and a
// worker with nothing but a half application.
func (f *full) records() {
	t := f.t
	f.tokens["mistaken"] = f.worker(t, "19955510021").Token
	must[member.Receipt](t)(f.app.Members.Apply(f.as(t, "mistaken"), member.Application{Name: "李四", Document: "440524188001010014", Occupation: member.Rider, Area: middle,
		Consents: []member.Consent{{Purpose: "membership", Version: 1}, {Purpose: "document", Version: 1}, {Purpose: "realname", Version: 1}}}))
	own := must[member.Own](t)(f.app.Members.Mine(f.as(t, "mistaken")))
	must[bool](t)(true, f.app.Members.Approve(f.as(t, "cadre"), own.ID, own.Version))
	f.checkNow(t)
	f.stands("member", "whose number is another's", string(own.ID))
	who := f.someone()
	rests := must[member.Receipt](t)(f.app.Members.Apply(f.as(t, who), member.Application{Name: "歇会员", Occupation: member.Rider, Area: middle, Consents: []member.Consent{{Purpose: "membership", Version: 1}}})).ID
	must[bool](t)(true, f.app.Members.Approve(f.as(t, "cadre"), rests, 1))
	must[bool](t)(true, f.app.Members.Keep(f.as(t, "cadre"), rests, 2, "不跑单了"))
	f.stands("member", "who rests", string(rests))
	f.tokens["listed"] = f.worker(t, "19900000301").Token
	f.tokens["fresh"] = f.worker(t, "19900000302").Token
	must[bool](t)(true, f.app.Halves.Save(f.as(t, "fresh"), half.Form{Name: "陈半途", Occupation: "rider", Area: middle}))
	f.tokens["fresh"] = f.again("19900000302")
	f.extra = append(f.extra, page{"own", "/me/membership/move?area=" + beside}, page{"fresh", "/me/data/erase"})
	who = f.someone()
	joined := must[member.Receipt](t)(f.app.Members.Apply(f.as(t, who), member.Application{Name: "没有工会的", Occupation: member.Rider, Area: "220421", Consents: []member.Consent{{Purpose: "membership", Version: 1}}})).ID
	f.add(thing{kind: "member", about: "who asked where there is no union", stands: "parent", area: above, owner: who, ids: ids("id", string(joined))})
}

// again signs a worker in once more.
func (f *full) again(phone string) string {
	f.t.Helper()
	f.clock.Move(2 * time.Minute)
	return f.worker(f.t, phone).Token
}

// relativesGranted are an ask of relatives that nobody has proposed, and one that a leader
// has granted.
func (f *full) relativesGranted() {
	t := f.t
	f.stands("case of relatives", "fresh", string(f.kinAsk(t, "cadre")))
	must[bool](t)(true, f.app.Kin.Grant(f.as(t, "leader"), f.died, 1))
	f.stands("case of relatives", "granted", string(f.died))
}

// incidents are one that can be told of, and one that can be closed.
func (f *full) incidents() {
	t, b, security := f.t, f.app.Breaches, f.as(f.t, "security")
	for _, about := range []string{"whose people are found", "that is reported"} {
		which := must[breach.ID](t)(b.Begin(security, breach.Draft{What: "发错了一封信", Kinds: []string{"phone"}, FoundAt: f.clock.Now()}))
		must[bool](t)(true, b.Compute(security, which, 1, breach.By{Numbers: []string{f.request.Number}}))
		if about == "that is reported" {
			must[bool](t)(true, b.Decide(security, which, 2, breach.Waived, "已经追回，没有人看过"))
			must[bool](t)(true, b.Report(security, which, 3, "网信办，收文 9 号"))
		}
		f.stands("incident", about, string(which))
	}
}

// files are lists that were taken in, and what became of an assessment.
func (f *full) files() {
	t := f.t
	cadre, admin := f.as(t, "cadre"), f.as(t, "admin")
	done := f.assess(t, "security")
	e, _, err := f.app.Assess.Get(f.as(t, "security"), done)
	must[assess.Entry](t)(e, err)
	must[bool](t)(true, f.app.Assess.Conclude(f.as(t, "security"), done, e.Version))
	f.stands("assessment", "concluded", string(done))
	b := must[intake.ID](t)(f.app.Intake.Upload(cadre, []byte("站点名称,地址\n示例又一驿站,示例路 11 号\n"), stationlist.Options{Area: middle}))
	must[bool](t)(true, f.app.worker.RunBeside(t.Context(), "station.import"))
	must[[]intake.Outcome](t)(f.app.Intake.Apply(cadre, b))
	f.stands("station list", "taken in", string(b))
	for _, l := range must[[]memberintake.Batch](t)(f.app.Lists.Imports(cadre, 20)) {
		if l.State == memberintake.Applied {
			f.stands("member list", "taken in", string(l.ID))
		}
	}
	tree := must[treeintake.ID](t)(f.app.Trees.Upload(admin, []byte("名称,类别,级别,区划代码,上级名称\n示例甲公司工会,基层工会,基层,220402001,示例区总工会\n"), "tree.csv"))
	must[bool](t)(true, f.app.Deliver(t.Context()))
	must[bool](t)(true, f.app.Trees.Start(admin, tree))
	f.stands("tree import", "taken in", string(tree))
}

// places are a special day, and what somebody told of a station that nobody runs.
func (f *full) places() {
	t := f.t
	must[station.Done](t)(f.app.Stations.SetDay(f.as(t, "cadre"), f.station.ID, hours.Special{Day: "2026-12-20", Reason: "检修"}))
	must[request.Receipt](t)(f.app.Requests.Capture(t.Context(), request.Draft{What: string(station.NoWater), Place: request.Place{Station: string(f.shut.ID)}, Anonymous: true}))
	must[bool](t)(true, f.app.Deliver(t.Context()))
	f.add(thing{kind: "station", about: "with a report", stands: "same county", area: middle, ids: ids("id", string(f.shut.ID), "code", f.shut.Code)})
}

// unions are a street's union that goes into the county's, and an account that is locked.
func (f *full) unions() {
	t := f.t
	f.extra = append(f.extra, page{"leader", "/desk/orgs/" + string(f.things.unions[below]) + "/merge?into=" + string(f.things.unions[middle])})
	shut := f.hire("shut", middle, authz.Grant{Role: authz.Cadre, Area: middle})
	must[bool](t)(true, f.app.Warden.Lock(f.as(t, "security"), shut, "丢了手机"))
	f.stands("account", "locked", string(shut))
	for _, x := range f.all {
		if x.ids["union"] != "" {
			f.extra = append(f.extra, page{"nobody", "/staff/sign-in/invited/" + must[string](t)(f.app.Unions.Invite(f.as(t, "admin"), account.ID(x.ids["id"]), x.ids["union"]))})
		}
	}
}

// signIns are browsers in the middle of a sign-in.
func (f *full) signIns() {
	t := f.t
	f.hire("two-steps", middle, authz.Grant{Role: authz.Cadre, Area: middle})
	f.does("two-steps", "/desk/me/factor/start", "password", testPassword)
	f.hire("begun", middle, authz.Grant{Role: authz.Cadre, Area: middle})
	f.does("begun", "/desk/me/factor/start", "password", testPassword)
	shown := f.does("two-steps", "/desk/me/factor")
	secret := regexp.MustCompile(`(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}`).FindString(shown)
	code := must[string](t)(hotp.GenerateCode(strings.ReplaceAll(secret, " ", ""), uint64(f.clock.Now().Unix()/30)))
	f.does("two-steps", "/desk/me/factor/confirm", "code", code)
	f.tokens["half-way"] = ""
	f.does("half-way", "/staff/sign-in", "login", "two-steps", "password", testPassword)
	must[bool](t)(true, f.app.Accounts.SetLimit(f.system, "silence_days", "2026-01-01", 5, "test"))
	f.tokens["cadre"] = f.staffAgain(t, "cadre") // on a second machine
	const phone = "19900000004"
	f.does("silent", "/sign-in/code", "phone", phone, "req_id", id.New[string]())
	f.does("silent", "/sign-in", "phone", phone, "code", f.app.CodeTo(phone), "own", "1")
}
