package app

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/hold"
	"nuanxin/internal/member"
	memberintake "nuanxin/internal/member/intake"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/rights"
)

// unowned is somebody without an account, as a list and a call brought them.
type unowned struct {
	*world
	t     *testing.T
	who   member.Member
	other member.Member // who stands on the same list
	call  request.Receipt
	ask   rights.ID
}

// unownedMarks are what tells who that is; the list has another beside them.
var unownedMarks = []string{"石无号", "19900000300", "110101197707070037", "1977-07-07"}

// unowned brings them in, ends what is under way, and writes down what they ask.
func (w *world) unowned(t *testing.T) (u *unowned) {
	t.Helper()
	u = &unowned{world: w, t: t}
	cadre := w.as(t, "cadre")
	list := must[memberintake.ID](t)(w.app.Lists.Upload(cadre, []byte("姓名,手机号,身份证号\n石无号,19900000300,110101197707070037\n旁示例,19900000301,\n"), memberintake.Options{Basis: memberintake.OnPaper, Where: "示例"}))
	for _, state := range []memberintake.State{memberintake.Staged, memberintake.Applied} {
		if state == memberintake.Applied {
			must[bool](t)(true, w.app.Lists.Start(cadre, list, true))
		}
		for i := 0; must[memberintake.Batch](t)(w.app.Lists.Head(cadre, list)).State != state; i++ {
			if must[bool](t)(true, w.app.Deliver(t.Context())); i > 30 {
				t.Fatalf("the list is not %s", state)
			}
		}
	}
	u.who, u.other = w.byPhone(t, "19900000300"), w.byPhone(t, "19900000301")
	must[bool](t)(true, w.app.Members.Finish(cadre, u.who.ID, u.who.Version, "本人不干了"))
	u.call = must[request.Receipt](t)(w.app.Requests.Capture(cadre, request.Draft{Words: "没地方歇脚", Place: request.Place{Text: "示例路口", Area: "220402"}, Name: "石无号", Phone: "19900000300", Channel: request.ChannelPhone}))
	u.ask = must[rights.Receipt](t)(w.app.Rights.Write(cadre, rights.Note{Draft: rights.Draft{Kind: rights.Delete, Words: "我的都删了吧"}, Channel: rights.AtCounter, Name: "石无号", Phone: "19900000300"})).ID
	return u
}

func (w *world) byPhone(t *testing.T, phone string) member.Member {
	t.Helper()
	page := must[roll.Page](t)(w.app.Roll.List(w.as(t, "cadre"), roll.Filter{Phone: phone}))
	if len(page.Rows) != 1 {
		t.Fatalf("%s: got %d members", phone, len(page.Rows))
	}
	return page.Rows[0].Member
}

func (u *unowned) path() string { return "/desk/rights/" + string(u.ask) + "/forget" }

// close ends the matter of the call.
func (u *unowned) close() {
	u.t.Helper()
	must[request.Receipt](u.t)(u.app.Requests.Withdraw(u.t.Context(), request.Ref{ID: u.call.ID, Secret: u.app.Requests.Secret(u.call.ID)}))
}

// send sends the form with all that is theirs ticked.
func (u *unowned) send(actor string, more ...string) (int, string) {
	u.t.Helper()
	a := must[rights.Ask](u.t)(u.app.Rights.Get(u.as(u.t, "cadre"), u.ask))
	pairs := append([]string{"seen", "1", "why", "看过身份证，本人来的", "checked", "1", "things", "member/" + string(u.who.ID)}, more...)
	if a.Version != 1 {
		u.t.Fatalf("the ask has version %d", a.Version)
	}
	answer := u.world.ask(u.t, u.path(), "nx="+u.tokens[actor], pairs...)
	return answer.Code, answer.Body.String()
}

// found lists where something of the marks stands but in the ask itself.
func (u *unowned) found() []string {
	u.t.Helper()
	before := marks
	marks = unownedMarks
	defer func() { marks = before }()
	return slices.DeleteFunc(u.app.traces(u.t), func(s string) bool { return strings.Contains(s, "in rights_ask.") })
}

// Somebody without an account is erased at their wish by the cadre of their area, who has
// checked them; the answer says what went and what stays, and a restore forgets again.
func TestWhoHasNoAccountIsErased(t *testing.T) {
	proves.That(t, "crypto-erase")
	t.Run("sqlite", func(t *testing.T) { erasesUnowned(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { erasesUnowned(t, pgWorld(t)) })
}

func erasesUnowned(t *testing.T, w *world) {
	u := w.unowned(t)
	page := func() string { return w.ask(t, u.path(), "nx="+w.tokens["cadre"]).Body.String() }
	if a := w.ask(t, strings.TrimSuffix(u.path(), "/forget"), "nx="+w.tokens["cadre"]); a.Code != http.StatusOK || !strings.Contains(a.Body.String(), u.path()) {
		t.Errorf("the ask leads to no way to erase: %d", a.Code)
	}
	if s := page(); !strings.Contains(s, "还没办完的不能删") || !strings.Contains(s, u.call.Number) || !strings.Contains(s, u.who.Number) || strings.Contains(s, u.other.Number) {
		t.Errorf("while the matter is under way: %s", s)
	}
	if code, _ := u.send("cadre", "things", "request/"+string(u.call.ID)); code != http.StatusConflict {
		t.Errorf("of a matter that is under way: got %d", code)
	}
	u.close()
	for _, c := range []struct {
		what string
		more []string
	}{
		{"without a reason", []string{"checked", "1", "things", "member/" + string(u.who.ID)}},
		{"unchecked", []string{"why", "看过身份证", "things", "member/" + string(u.who.ID)}},
		{"nothing", []string{"why", "看过身份证", "checked", "1"}},
		{"another's record", []string{"why", "看过身份证", "checked", "1", "things", "member/" + string(u.other.ID)}},
	} {
		pairs := append([]string{"seen", "1"}, c.more...)
		if a := w.ask(t, u.path(), "nx="+w.tokens["cadre"], pairs...); a.Code != http.StatusUnprocessableEntity && a.Code != http.StatusConflict {
			t.Errorf("%s: got %d", c.what, a.Code)
		}
	}
	for _, actor := range []string{"sibling", "leader", "admin", "worker", "partner"} {
		if code, _ := u.send(actor); code == http.StatusSeeOther && actor != "worker" || code == http.StatusOK {
			t.Errorf("%s: got %d", actor, code)
		}
	}
	if got := u.found(); len(got) < 5 {
		t.Fatalf("before: got %v, or the test sees nothing", got)
	}
	var file string
	if w.config.DB == "" {
		file = filepath.Join(t.TempDir(), "old.backup")
		must[Sum](t)(Backup(t.Context(), w.config, file))
	}
	if code, s := u.send("cadre", "things", "request/"+string(u.call.ID)); code != http.StatusSeeOther {
		t.Fatalf("got %d: %s", code, s)
	}
	if got := u.found(); len(got) > 0 {
		t.Errorf("afterwards: got %v", got)
	}
	a := must[rights.Ask](t)(w.app.Rights.Get(w.as(t, "cadre"), u.ask))
	for _, has := range []string{u.who.Number, u.call.Number, "钥匙已经销毁", "第4条", "第56条"} {
		if a.State != rights.Done || !strings.Contains(a.Answer, has) {
			t.Errorf("the answer (%s) does not say %s: %s", a.State, has, a.Answer)
		}
	}
	if m := w.byPhone(t, "19900000301"); m.Name == "" || m.Number != u.other.Number {
		t.Errorf("who stood beside them: got %+v", m)
	}
	if report := must[CheckReport](t)(w.app.Check(t.Context())); !report.OK {
		t.Errorf("check finds %v", report)
	}
	if file != "" {
		u.restores(file)
	}
}

// restores forgets again what a backup from before knows.
func (u *unowned) restores(file string) {
	t := u.t
	must[bool](t)(true, u.app.Deliver(t.Context()))
	journal, err := os.ReadFile(string(u.app.redo().Forgotten()))
	if err != nil || !strings.Contains(string(journal), string(u.who.ID)) || strings.Contains(string(journal), "石") {
		t.Fatalf("the journal: got %q, %v", journal, err)
	}
	c := u.app.config
	c.Data, c.Keys = t.TempDir(), c.keyFile()
	must[Sum](t)(Restore(t.Context(), c, file))
	restored := must[*App](t)(Open(t.Context(), c))
	defer func() { _ = restored.Close() }()
	was := u.app
	defer func() { u.app = was }()
	u.app = restored
	if got := u.found(); len(got) > 0 {
		t.Errorf("restored: got %v", got)
	}
}

// What is held stays until its day, is named in the answer, and goes in the night after.
func TestHeldOfWhoHasNoAccount(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { heldUnowned(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { heldUnowned(t, pgWorld(t)) })
}

func heldUnowned(t *testing.T, w *world) {
	u := w.unowned(t)
	u.close()
	w.hold(t, hold.Member, u.who.Number, "2027-03-01")
	if code, s := u.send("cadre", "things", "request/"+string(u.call.ID)); code != http.StatusSeeOther {
		t.Fatalf("got %d: %s", code, s)
	}
	got := u.found()
	if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "in request.") }) || !slices.Contains(got, "石无号 in member.name") {
		t.Errorf("got %v, want the member's record alone", got)
	}
	if a := must[rights.Ask](t)(w.app.Rights.Get(w.as(t, "cadre"), u.ask)); !strings.Contains(a.Answer, "暂时留下："+u.who.Number) || !strings.Contains(a.Answer, "第八十四条") {
		t.Errorf("the answer does not say what is held: %s", a.Answer)
	}
	system := authz.AsSystem(op.With(t.Context(), op.Call{}), "test")
	for _, night := range []struct {
		at   time.Time
		gone bool
	}{{time.Date(2027, 3, 1, 15, 59, 0, 0, time.UTC), false}, {time.Date(2027, 3, 1, 18, 0, 0, 0, time.UTC), true}, {time.Date(2027, 3, 2, 18, 0, 0, 0, time.UTC), true}} {
		w.clock.Set(night.at)
		must[bool](t)(true, w.app.redo().Settle(system))
		if got := u.found(); (len(got) == 0) != night.gone {
			t.Errorf("%s: got %v", night.at, got)
		}
	}
}

// Of somebody without an account relatives have erased what is kept, by the number alone:
// their own phone leads to nobody.
func TestRelativesHaveErasedWhoHadNoAccount(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		u := w.unowned(t)
		u.close()
		u.ask = must[rights.Receipt](t)(w.app.Rights.Write(w.as(t, "cadre"), rights.Note{Draft: rights.Draft{Kind: rights.Kin, Words: "他不在了，都删了吧"}, Channel: rights.AtCounter, Name: "石无号", Phone: "19900000300"})).ID
		if page := w.ask(t, u.path(), "nx="+w.tokens["cadre"]).Body.String(); strings.Contains(page, u.who.Number) || strings.Contains(page, u.call.Number) {
			t.Error("who asks is taken for who died, by phone or name")
		}
		if code, s := u.send("cadre", "number", u.who.Number); code != http.StatusSeeOther {
			t.Fatalf("got %d: %s", code, s)
		}
		if a := must[rights.Ask](t)(w.app.Rights.Get(w.as(t, "cadre"), u.ask)); a.State != rights.Done || !strings.Contains(a.Answer, u.who.Number) {
			t.Errorf("the ask: got %s, %s", a.State, a.Answer)
		}
		for _, s := range u.found() {
			if !strings.Contains(s, "in request") && !strings.Contains(s, "in rights_ask") {
				t.Errorf("still there: %s", s)
			}
		}
	})
}
