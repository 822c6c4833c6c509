package app

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/breach"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// An incident from its opening to its end: whom it concerns is computed from the trail,
// from a place and from numbers; they are told without a word of it leaving the house,
// and the list is sealed. On both databases.
func TestIncident(t *testing.T) {
	for name, world := range map[string]func(*testing.T) *world{"sqlite": newWorld, "postgres": pgWorld} {
		t.Run(name, func(t *testing.T) { incident(t, world(t)) })
	}
}

func incident(t *testing.T, w *world) {
	mine, membership := w.tell(t)
	security, cadre := w.as(t, "security"), w.as(t, "cadre")
	why := op.With(cadre, op.Call{Purpose: "核对情况"})
	from := w.clock.Now()
	w.clock.Move(time.Minute)
	if _, err := w.app.Members.Open(why, membership); err != nil { // the one whose data was opened in the window
		t.Fatal(err)
	}
	to := w.clock.Now().Add(time.Minute)
	w.clock.Move(5 * time.Minute)
	must[request.Identity](t)(w.app.Requests.Reveal(why, request.Ref{ID: w.request.ID})) // and one after it

	b := w.app.Breaches
	if _, err := b.Begin(security, breach.Draft{What: "x", FoundAt: w.clock.Now().Add(time.Hour)}); fault.KindOf(err).Code() != "invalid" {
		t.Errorf("an empty draft: got %v", err)
	}
	which := must[breach.ID](t)(b.Begin(security, breach.Draft{What: "一份会员名单发错了群", Kinds: []string{"name", "phone"}, FoundAt: w.clock.Now()}))
	get := func() breach.Incident {
		t.Helper()
		i, _, err := b.Get(security, which)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	if i := get(); !i.ReportBy.Equal(i.FoundAt.Add(4*time.Hour)) || !i.TellBy.Equal(i.FoundAt.Add(72*time.Hour)) || !i.IsGrave() {
		t.Errorf("not judged: got the clocks %v and %v", i.ReportBy, i.TellBy)
	}
	if err := b.Judge(security, which, get().Version, "", "四个字的"); fault.KindOf(err).Code() != "invalid" {
		t.Errorf("judged nothing: got %v", err)
	}
	must[bool](t)(true, b.Judge(security, which, get().Version, breach.General, "一份三个人的名单，不到指南的较大"))
	if i := get(); !i.ReportBy.Equal(i.FoundAt.Add(24*time.Hour)) || i.IsGrave() {
		t.Errorf("judged general: got the clock %v", i.ReportBy)
	}
	early := must[breach.ID](t)(b.Begin(security, breach.Draft{What: "规定以前发现的一件", Kinds: []string{"name"}, FoundAt: time.Date(2025, 10, 31, 1, 0, 0, 0, time.UTC)}))
	if i, _, err := b.Get(security, early); err != nil || !i.ReportBy.Equal(i.FoundAt.Add(24*time.Hour)) {
		t.Errorf("before the law said hours: got %v, %v", i.ReportBy, err)
	}
	w.many(t, early)
	looker, login := authz.From(cadre).ID, " Cadre" // as somebody types it
	compute := func(by breach.By, want int) {
		t.Helper()
		must[bool](t)(true, b.Compute(security, which, get().Version, by))
		if got := get().Persons; got != want {
			t.Errorf("%+v: got %d people, want %d", by, got, want)
		}
	}
	compute(breach.By{Actor: login, From: from, To: to}, 1) // the member alone
	compute(breach.By{Actor: login, From: from, To: to}, 1) // nobody twice
	if err := b.Compute(security, which, get().Version, breach.By{Actor: "nobody", From: from, To: to}); fault.KindOf(err).Code() != "invalid" || fault.Of(err).Fields[0].Name != "actor" {
		t.Errorf("a login name that nobody has: got %v", err)
	}
	compute(breach.By{Numbers: []string{w.request.Number, " " + mine.Number + "\r", "nothing"}}, 2) // and who asked the first matter
	if err := b.Compute(security, which, get().Version, breach.By{Area: "220403"}); fault.KindOf(err).Code() != "invalid" {
		t.Errorf("the people of a place that is not theirs: got %v", err)
	}
	compute(breach.By{Area: "220402"}, 3) // and the second worker

	if err := b.Close(security, which, get().Version, "以后发名单先核对"); fault.KindOf(err).Code() != "conflict" {
		t.Errorf("closed before it is decided: got %v", err)
	}
	must[bool](t)(true, b.Note(security, which, get().Version, "群里已经撤回，请收到的人删掉"))
	if err := b.Note(security, which, 1, "旧的一页"); fault.KindOf(err).Code() != "conflict" {
		t.Errorf("an old version: got %v", err)
	}
	const notice = "你的姓名和手机号被误发到一个工作群，已经撤回。"
	me := w.as(t, "own")
	if got := must[[]breach.Notice](t)(b.Mine(me)); len(got) != 0 {
		t.Errorf("told before it is decided: %+v", got)
	}
	must[bool](t)(true, b.Decide(security, which, get().Version, breach.Told, notice))
	sent := func() int { return len(w.app.sent.To(ownPhone)) }
	before := sent()
	system := w.app.background()
	for range 2 { // a second run tells nobody twice
		must[bool](t)(true, b.Tell(authz.AsSystem(system, "test")))
	}
	if sent() != before+1 || strings.Contains(w.app.lastMessage(ownPhone), "姓名") {
		t.Errorf("sent %d messages, the last %q; want one that says nothing", sent()-before, w.app.lastMessage(ownPhone))
	}
	if got := must[[]breach.Notice](t)(b.Mine(me)); len(got) != 1 || got[0].Text != notice {
		t.Errorf("the worker reads %+v", got)
	}
	if a := w.ask(t, "/me/data", "nx="+w.tokens["own"]); a.Code != http.StatusOK || !strings.Contains(a.Body.String(), notice) {
		t.Errorf("the worker's page: got %d without the notice", a.Code)
	}
	must[bool](t)(true, b.Report(security, which, get().Version, "市网信办，电话，编号 12"))
	must[bool](t)(true, b.Close(security, which, get().Version, "以后发名单先核对收件人"))
	if i := get(); i.State != breach.Closed || i.KeepTo.Before(i.ClosedAt.AddDate(3, 0, 0)) {
		t.Errorf("got %+v, want it closed and kept for three years", i)
	}
	for path, has := range map[string]string{"/desk/breaches": "一份会员名单发错了群", "/desk/breaches/new": "什么时候发现的", "/desk/breaches/" + string(which): "以后发名单先核对收件人", "/desk/breaches/" + string(which) + "/report": "群里已经撤回"} {
		if a := w.ask(t, path, "nx="+w.tokens["security"]); a.Code != http.StatusOK || !strings.Contains(a.Body.String(), has) {
			t.Errorf("%s: got %d without %q", path, a.Code, has)
		}
	}
	w.incidentIsShut(t, which, looker, notice)
	w.lists(t)
}

// lists takes lists out and holds that an incident with one of them, by the number of its
// watermark, concerns those who stood on it then; that nobody finds it from another area,
// and that after its days it is forgotten.
func (w *world) lists(t *testing.T) {
	t.Helper()
	security := w.as(t, "security")
	taken := func(path string) string {
		t.Helper()
		body := w.ask(t, path, "nx="+w.tokens["cadre"], "why", "给上级报数", "area", "220402").Body.String()
		got := regexp.MustCompile(`编号 ([0-9a-f]{8,})`).FindStringSubmatch(body)
		if got == nil {
			t.Fatalf("%s: got no number in %.300s", path, body)
		}
		return got[1]
	}
	members, requests := taken("/desk/members/export"), taken("/desk/requests/export")
	late := must[member.Receipt](t)(w.app.Members.Apply(w.as(t, "worker"), member.Application{Name: "后来的", Occupation: member.Rider, Area: "220402", Consents: []member.Consent{{Purpose: "membership", Version: 1}}}))
	must[bool](t)(true, w.app.Members.Approve(w.as(t, "cadre"), late.ID, 1)) // a member now, and on no list of before
	concerned := func(number string) (int, error) {
		t.Helper()
		which := must[breach.ID](t)(w.app.Breaches.Begin(security, breach.Draft{What: "一份导出的名单流出", Kinds: []string{"name"}, FoundAt: w.clock.Now()}))
		err := w.app.Breaches.Compute(security, which, 1, breach.By{Export: number})
		i, _, _ := w.app.Breaches.Get(security, which)
		return i.Persons, err
	}
	for number, want := range map[string]int{members: 1, requests: 3} {
		if n, err := concerned(number); err != nil || n != want {
			t.Errorf("list %s: got %d, %v; want the %d who stood on it", number, n, err, want)
		}
	}
	if _, err := concerned("0123456789abcdef"); fault.KindOf(err).Code() != "invalid" {
		t.Errorf("a number of no list: got %v", err)
	}
	w.clock.Move(1097 * 24 * time.Hour)
	if err := w.app.Retain.Run(authz.AsSystem(w.app.background(), "test")); err != nil {
		t.Fatal(err)
	}
	if err := w.app.db.View(t.Context(), func(tx *db.Tx) (err error) {
		n := 0
		err = tx.One(t.Context(), `select count(*) from breach_list`, nil, &n)
		if n != 0 {
			t.Errorf("%d lists are kept beyond their days", n)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// many puts a million people on an incident, in the row alone: it is grave then, whatever
// was judged, and its final report is due once it is closed.
func (w *world) many(t *testing.T, which breach.ID) {
	t.Helper()
	security := w.as(t, "security")
	must[bool](t)(true, w.app.Breaches.Judge(security, which, 1, breach.General, "先判成一般"))
	for n, want := range map[int]bool{999_999: false, 1_000_000: true} {
		if err := w.app.db.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `update breach set persons = $1, closed_at = $2 where breach_id = $3`, n, w.clock.Now().UnixMicro(), string(which))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		i, _, err := w.app.Breaches.Get(security, which)
		if err != nil || i.IsGrave() != want || i.SumUpBy.IsZero() == want || want && !i.SumUpBy.Equal(w.clock.Now().AddDate(0, 0, 30)) {
			t.Errorf("%d people: got %+v, %v; grave %v", n, i, err, want)
		}
	}
}

// incidentIsShut holds who may not read it, and that nothing of it stands in plain.
func (w *world) incidentIsShut(t *testing.T, which breach.ID, looker, notice string) {
	t.Helper()
	b, security := w.app.Breaches, w.as(t, "security")
	if _, _, err := b.Persons(security, which, ""); err == nil {
		t.Error("the list was read without a reason")
	}
	people, _, err := b.Persons(op.With(security, op.Call{Purpose: "逐个核对"}), which, "")
	if err != nil || len(people) != 3 || slices.ContainsFunc(people, func(p breach.Person) bool { return strings.Contains(p.Phone, "19900000003") }) {
		t.Errorf("got %+v, %v; want three, masked", people, err)
	}
	for _, actor := range []string{"cadre", "leader", "admin", "auditor", "sibling"} {
		if _, _, err := b.Get(w.as(t, actor), which); err == nil {
			t.Errorf("%s reads an incident", actor)
		}
	}
	err = w.app.db.View(context.Background(), func(tx *db.Tx) error {
		var rows strings.Builder
		_, err := tx.Dump(context.Background(), &rows)
		for line := range strings.Lines(rows.String()) {
			if strings.Contains(line, notice) || strings.Contains(line, "一份会员名单发错了群") {
				t.Errorf("in plain: %s", line)
			}
		}
		n := 0
		err2 := tx.One(context.Background(), `select count(*) from person_audit where action = 'breach.persons'`, nil, &n)
		if n == 0 {
			t.Error("reading the list left no trace")
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// noticed tells whoever asked a matter of an incident.
func (w *world) noticed(t *testing.T, number string) breach.ID {
	t.Helper()
	security := w.as(t, "security")
	which := must[breach.ID](t)(w.app.Breaches.Begin(security, breach.Draft{What: "发错了一份名单", Kinds: []string{"phone"}, FoundAt: w.clock.Now()}))
	must[bool](t)(true, w.app.Breaches.Compute(security, which, 1, breach.By{Numbers: []string{number}}))
	must[bool](t)(true, w.app.Breaches.Decide(security, which, 2, breach.Told, "你的手机号被误发，已经撤回。"))
	return which
}
