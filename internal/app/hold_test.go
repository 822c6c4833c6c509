package app

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// hold lets the security administrator hold something until a day.
func (w *world) hold(t *testing.T, kind hold.Kind, number, until string) hold.ID {
	t.Helper()
	return must[hold.ID](t)(w.app.Holds.Set(w.as(t, "security"), hold.Draft{Kind: kind, Number: number, Basis: "court", Reason: "法院来函要求保全", Until: until}))
}

// calledCase is the matter of the worker of [told] that a cadre wrote down.
func (w *world) calledCase(t *testing.T) *request.Request {
	t.Helper()
	for _, q := range must[request.Page[*request.Request]](t)(w.app.Requests.MineList(w.as(t, "own"), request.Filter{Group: request.GroupAll})).Rows {
		if q.Channel == request.ChannelPhone {
			return q
		}
	}
	t.Fatal("no matter was written down")
	return nil
}

// What is held stays when its person ends the account, locked, and they are told until
// when and why; the rest goes at once, and what was held goes in the night after its day.
func TestHeldWhenAnAccountEnds(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { heldEnds(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { heldEnds(t, pgWorld(t)) })
}

func heldEnds(t *testing.T, w *world) {
	worker := w.end(t)
	held := w.calledCase(t)
	w.hold(t, hold.Matter, held.Number, "2027-03-01")
	line := "这部分要留到 2027年3月1日，因为法院要求保全证据：法院来函要求保全"
	page := w.ask(t, "/me/data/erase", "nx="+w.tokens["own"])
	if s := page.Body.String(); !strings.Contains(s, line) || !strings.Contains(s, "第八十四条") || !strings.Contains(s, held.Number) {
		t.Errorf("before: the page does not say what is held: %s", s)
	}
	w.clock.Move(2 * time.Minute)
	w.ask(t, "/me/data/erase/code", "nx="+w.tokens["own"], "x", "")
	a := w.ask(t, "/me/data/erase", "nx="+w.tokens["own"], "code", w.app.CodeTo(ownPhone))
	if s := a.Body.String(); a.Code != http.StatusOK || !strings.Contains(s, line) || !strings.Contains(s, "除了下面写的") {
		t.Fatalf("got %d: %s", a.Code, a.Body)
	}
	if a := w.ask(t, "/me/data", "nx="+w.tokens["own"]); a.Code != http.StatusSeeOther {
		t.Errorf("the old session: got %d", a.Code)
	}
	w.lockedAway(t, held)
	w.clock.Move(2 * time.Minute)
	w.tokens["again"] = w.worker(t, ownPhone).Token
	if again := authz.From(w.as(t, "again")); again.ID == worker.ID {
		t.Error("the number opens the account that is locked")
	}
	system := authz.AsSystem(t.Context(), "test")
	for _, night := range []string{"2027-02-01T18:00:00Z", "2027-03-01T15:59:00Z"} {
		w.clock.Set(must[time.Time](t)(time.Parse(time.RFC3339, night)))
		if err := w.app.redo().Settle(system); err != nil {
			t.Fatal(err)
		}
		w.lockedAway(t, held)
	}
	w.clock.Set(time.Date(2027, 3, 1, 18, 0, 0, 0, time.UTC))
	for range 2 {
		if err := w.app.redo().Settle(system); err != nil {
			t.Fatal(err)
		}
	}
	if got := slices.DeleteFunc(w.app.traces(t), func(s string) bool { return strings.HasPrefix(s, ownPhone+" in person.phone") }); len(got) > 0 { // of the new account
		t.Errorf("after its day: got %v", got)
	}
	if report := must[CheckReport](t)(w.app.Check(t.Context())); !report.OK {
		t.Errorf("check finds %v", report)
	}
}

// lockedAway says that the matter has its name, that nothing else is left and that nobody
// can use it.
func (w *world) lockedAway(t *testing.T, held *request.Request) {
	t.Helper()
	got := w.app.traces(t)
	for _, gone := range []string{"110101199003070118", "1990-03-07", "手机丢了", "19900000013", "in member."} {
		if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, gone) }) {
			t.Errorf("%s is not held and still there: %v", gone, got)
		}
	}
	if !slices.ContainsFunc(got, func(s string) bool { return s == "陈师傅 in request.name" }) {
		t.Errorf("what is held is gone: %v", got)
	}
	w.tokens["cadre"] = w.staffAgain(t, "cadre")
	i := must[request.Identity](t)(w.app.Requests.Reveal(op.With(w.as(t, "cadre"), op.Call{Purpose: "核对"}), request.Ref{ID: held.ID}))
	if i.Name != "陈师傅" || i.Phone != "" {
		t.Errorf("got %+v, want the name, and no phone to call", i)
	}
}

// A whole account that is held keeps all of it; when the hold is ended by word it goes.
func TestAWholeAccountIsHeld(t *testing.T) {
	w := newWorld(t)
	w.end(t)
	before := w.app.traces(t)
	which := w.hold(t, hold.Account, ownPhone, "2027-03-01")
	if got := w.erase(t); got != http.StatusOK {
		t.Fatalf("got %d", got)
	}
	got := w.app.traces(t)
	for _, trace := range before {
		if !slices.Contains(got, trace) {
			t.Errorf("%s is held and gone", trace)
		}
	}
	if all := must[[]consent.Child](t)(w.app.Children.List(w.as(t, "cadre"), "ward_events", "")); len(all) != 0 {
		t.Errorf("what is held is used: a cadre reads %+v", all)
	}
	must[bool](t)(true, w.app.Holds.End(w.as(t, "security"), which, 1, "案子撤了"))
	if err := w.app.redo().Settle(authz.AsSystem(t.Context(), "test")); err != nil {
		t.Fatal(err)
	}
	if got := w.app.traces(t); len(got) > 0 {
		t.Errorf("afterwards: got %v", got)
	}
}

// The nightly dropping passes by what is held, and takes it when nothing holds it.
func TestRetentionPassesByWhatIsHeld(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { heldInTheNight(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { heldInTheNight(t, pgWorld(t)) })
}

func heldInTheNight(t *testing.T, w *world) {
	w.end(t)
	held, system := w.calledCase(t), authz.AsSystem(t.Context(), "test")
	night := func(days int) (has bool) {
		w.clock.Set(w.clock.Now().AddDate(0, 0, days))
		must[bool](t)(true, w.app.redo().Settle(system))
		must[bool](t)(true, w.app.Retain.Run(system))
		return slices.Contains(w.app.traces(t), "陈师傅 in request.name")
	}
	w.clock.Set(w.clock.Now().AddDate(0, 0, 1000))
	w.tokens["security"] = w.staffAgain(t, "security")
	w.hold(t, hold.Matter, held.Number, w.clock.Now().AddDate(0, 0, 300).Format(time.DateOnly))
	if !night(200) {
		t.Error("what is held went with the night")
	}
	if night(101) {
		t.Error("what is held no more stayed")
	}
}

// A backup from before knows neither the hold nor the end: the program that is restored
// from it keeps what is held and forgets the rest.
func TestARestoreHoldsAgain(t *testing.T) {
	w := newWorld(t)
	w.end(t)
	held := w.calledCase(t)
	file := filepath.Join(t.TempDir(), "old.backup")
	must[Sum](t)(Backup(t.Context(), w.app.config, file))
	w.hold(t, hold.Matter, held.Number, "2027-03-01")
	if got := w.erase(t); got != http.StatusOK {
		t.Fatalf("got %d", got)
	}
	if err := w.app.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := w.app.config
	c.Data, c.Keys = t.TempDir(), c.keyFile()
	must[Sum](t)(Restore(t.Context(), c, file))
	restored, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = restored.Close() }()
	got := restored.traces(t)
	if !slices.Contains(got, "陈师傅 in request.name") || slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "110101") }) {
		t.Errorf("restored: got %v", got)
	}
	w.clock.Set(time.Date(2027, 3, 1, 18, 0, 0, 0, time.UTC))
	must[bool](t)(true, restored.redo().Settle(authz.AsSystem(context.Background(), "test")))
	if got := restored.traces(t); len(got) > 0 {
		t.Errorf("after its day: got %v", got)
	}
}

// The pages are the security administrator's alone, and say what is wrong in words.
func TestHoldPages(t *testing.T) {
	w := newWorld(t)
	if _, err := w.app.Holds.Set(w.as(t, "cadre"), hold.Draft{}); !fault.Is(err, fault.Denied) && !fault.Is(err, fault.Missing) {
		t.Errorf("a cadre: got %v", err)
	}
	cookie := "nx=" + w.tokens["security"]
	for _, c := range []struct {
		what, path string
		form       []string
		status     int
		has        string
	}{
		{"none so far", "/desk/holds", nil, 200, "没有留存的"},
		{"the form", "/desk/holds/new", nil, 200, "留到哪天"},
		{"in English", "/desk/holds/new", nil, 200, "Last day"},
		{"nothing in it", "/desk/holds/new", []string{"kind", "request", "number", "0"}, 422, "没有这个编号或手机号"},
		{"rightly", "/desk/holds/new", []string{"kind", "request", "number", w.request.Number, "basis", "court", "reason", "法院来函保全", "until", "2027-03-01"}, 303, ""},
		{"twice", "/desk/holds/new", []string{"kind", "request", "number", w.request.Number, "basis", "court", "reason", "法院来函保全", "until", "2027-03-01"}, 409, "里续期"},
		{"the list", "/desk/holds", nil, 200, w.request.Number},
	} {
		cookies := cookie
		if c.what == "in English" {
			cookies += "; lang=en"
		}
		if a := w.ask(t, c.path, cookies, c.form...); a.Code != c.status || !strings.Contains(a.Body.String(), c.has) {
			t.Errorf("%s: got %d: %s", c.what, a.Code, a.Body)
		}
	}
	which := must[[]hold.Hold](t)(w.app.Holds.List(w.as(t, "security"), ""))[0].ID
	one := "/desk/holds/" + string(which)
	for _, c := range []struct {
		what, path string
		form       []string
		status     int
		has        string
	}{
		{"one", one, nil, 200, "法院来函保全"},
		{"no day", one + "/renew", []string{"seen", "1", "until", "", "reason", "续期一次"}, 422, "日期要在"},
		{"renewed", one + "/renew", []string{"seen", "1", "until", "2027-05-01", "reason", "续期一次"}, 303, ""},
		{"an old page", one + "/end", []string{"seen", "1", "reason", "案子结了"}, 409, "别人刚改过"},
		{"ended", one + "/end", []string{"seen", "2", "reason", "案子结了"}, 303, ""},
		{"over", one, nil, 200, "已解除"},
		{"none", "/desk/holds/x", nil, 404, ""},
	} {
		if a := w.ask(t, c.path, cookie, c.form...); a.Code != c.status || !strings.Contains(a.Body.String(), c.has) {
			t.Errorf("%s: got %d: %s", c.what, a.Code, a.Body)
		}
	}
	for _, actor := range []string{"cadre", "leader", "admin", "auditor", "worker", "partner"} {
		if got := w.try(t, http.MethodGet, one, actor); got == "ok" {
			t.Errorf("%s reads a hold", actor)
		}
	}
}

// staffAgain signs somebody of the staff in anew, long after.
func (w *world) staffAgain(t *testing.T, name string) string {
	t.Helper()
	return must[account.Signed](t)(w.app.Accounts.SignInStaff(t.Context(), name, testPassword)).Token
}
