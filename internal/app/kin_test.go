package app

import (
	"context"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/op"
	"nuanxin/internal/rights"
	"nuanxin/internal/rights/kin"
)

// relatives writes down what relatives ask about somebody, and proposes it.
func (w *world) relatives(t *testing.T, cadre, number, name string) rights.ID {
	t.Helper()
	ask := w.kinAsk(t, cadre)
	must[bool](t)(true, w.app.Kin.Propose(w.as(t, cadre), ask, kinDraft(number, name)))
	return ask
}

func (w *world) kinAsk(t *testing.T, cadre string) rights.ID {
	t.Helper()
	return must[rights.Receipt](t)(w.app.Rights.Write(w.as(t, cadre), rights.Note{Draft: rights.Draft{Kind: rights.Kin, Words: "他走了，要办抚恤"}, Channel: rights.AtCounter, Name: "陈家属", Phone: "19900000077"})).ID
}

func kinDraft(number, name string) kin.Draft {
	return kin.Draft{Number: number, Name: name, Wants: kin.TheLot, Parts: kin.Parts(), Relation: "spouse", Proof: "certificate", Seen: true}
}

// both runs a test over a world on either database.
func both(t *testing.T, do func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { do(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { do(t, pgWorld(t)) })
}

func kindOf(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

// inDays moves the clock and signs everybody of the case in again.
func (w *world) inDays(t *testing.T, days int) {
	t.Helper()
	w.clock.Move(time.Duration(days) * 24 * time.Hour)
	for _, who := range []string{"cadre", "leader", "sibling"} {
		w.tokens[who] = w.staffAgain(t, who)
	}
}

// Whose account it is takes a number and the name together, in the area of who asks; and a
// bad proposal is none.
func TestKinFindNobodyByHalf(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.tell(t)
		ask, cadre := w.kinAsk(t, "cadre"), op.With(w.as(t, "cadre"), op.Call{Purpose: "家属来办"})
		for what, c := range map[string]struct{ number, name, want string }{
			"rightly":               {"19900000003", "陈立冬", "ok"},
			"another name":          {"19900000003", "陈立", "invalid"},
			"no name":               {"19900000003", "", "invalid"},
			"a number of nobody":    {"19900000999", "陈立冬", "invalid"},
			"no number":             {"", "陈立冬", "invalid"},
			"no number of anything": {"'; drop table person", "陈立冬", "invalid"},
		} {
			f, err := w.app.Kin.Find(cadre, ask, c.number, c.name)
			if kindOf(err) != c.want || err != nil && f.ID != "" {
				t.Errorf("%s: got %+v, %v", what, f, err)
			}
		}
		for what, change := range map[string]func(*kin.Draft){
			"nothing wanted": func(d *kin.Draft) { d.Wants = "" },
			"no part":        func(d *kin.Draft) { d.Parts = []kin.Part{"all"} },
			"no relative":    func(d *kin.Draft) { d.Relation = "neighbour" },
			"no proof":       func(d *kin.Draft) { d.Proof = "" },
			"not seen":       func(d *kin.Draft) { d.Seen = false },
			"another name":   func(d *kin.Draft) { d.Name = "王示例" },
		} {
			d := kinDraft("19900000003", "陈立冬")
			change(&d)
			if err := w.app.Kin.Propose(cadre, ask, d); kindOf(err) != "invalid" {
				t.Errorf("%s: got %v", what, err)
			}
		}
		if _, ok, err := w.app.Kin.Of(cadre, ask); ok || err != nil {
			t.Errorf("there is a case, %v", err)
		}
		other := w.kinAsk(t, "sibling")
		if err := w.app.Kin.Propose(w.as(t, "sibling"), other, kinDraft("19900000003", "陈立冬")); kindOf(err) != "invalid" || !strings.Contains(fault.Of(err).Fields[0].Msg, "elsewhere") {
			t.Errorf("of another county's member: got %v", err)
		}
		if err := w.app.Kin.Propose(cadre, w.about, kinDraft("19900000003", "陈立冬")); kindOf(err) != "missing" {
			t.Errorf("on an ask of another kind: got %v", err)
		}
	})
}

// Nothing is opened before the days are over, a leader who did not propose it agreed, and
// while the holder says nothing; each step leaves its trace with the account.
func TestKinCase(t *testing.T) {
	both(t, kinCase)
}

func kinCase(t *testing.T, w *world) {
	w.end(t)
	own := authz.From(w.as(t, "own")).ID
	w.tokens["leader"] = w.staffAgain(t, "leader")
	ask := w.relatives(t, "cadre", "19900000003", "陈立冬")
	path := "/desk/rights/" + string(ask) + "/kin"
	must[bool](t)(true, w.app.Deliver(t.Context()))
	if got := w.app.sent.To("19900000003")[0].Text; !strings.Contains(got, "家人身份") || strings.Contains(got, "陈") || strings.Contains(got, "工会") {
		t.Errorf("the account's phone reads %q", got)
	}
	if page := w.ask(t, "/me/data/relatives", "nx="+w.tokens["own"]).Body.String(); !strings.Contains(page, "我还在用，停下") || strings.Contains(page, "陈家属") {
		t.Errorf("the account's page: %s", page)
	}
	copies := func() (code int, body string) {
		a := w.ask(t, path+"/copy", "nx="+w.tokens["cadre"], "do", "file")
		return a.Code, a.Body.String()
	}
	ends := func() int {
		c, _, _ := w.app.Kin.Of(w.as(t, "cadre"), ask)
		return w.ask(t, path+"/end", "nx="+w.tokens["cadre"], "sure", "1", "seen", string('0'+rune(c.Version))).Code
	}
	shut := func(when string, want int) {
		t.Helper()
		if code, body := copies(); code != want || strings.Contains(body, "19900000003") {
			t.Errorf("%s: the copy: got %d", when, code)
		}
		if got := ends(); got != want {
			t.Errorf("%s: the end: got %d", when, got)
		}
	}
	if code := w.ask(t, path, "nx="+w.tokens["leader"], "do", "find", "number", "19900000003", "name", "陈立冬").Code; code != http.StatusForbidden {
		t.Errorf("a leader looks for an account: got %d", code)
	}
	shut("while it waits", http.StatusConflict)
	if err := w.app.Kin.Grant(w.as(t, "leader"), ask, 1); kindOf(err) != "conflict" || fault.Of(err).Msg != "kin.early" {
		t.Errorf("granted at once: got %v", err)
	}
	w.inDays(t, 6)
	if err := w.app.Kin.Grant(w.as(t, "leader"), ask, 1); kindOf(err) != "conflict" {
		t.Errorf("granted a day too early: got %v", err)
	}
	w.inDays(t, 1)
	shut("before it is granted", http.StatusConflict)
	both := authz.From(w.as(t, "cadre"))
	both.Grants = append(both.Grants, authz.Grant{Role: authz.Leader, Area: "220402"})
	if err := w.app.Kin.Grant(authz.With(t.Context(), both), ask, 1); kindOf(err) != "conflict" || fault.Of(err).Msg != "kin.own_proposal" {
		t.Errorf("by the one who proposed it: got %v", err)
	}
	if err := w.app.Kin.Grant(w.as(t, "cadre"), ask, 1); kindOf(err) != "missing" {
		t.Errorf("by a cadre: got %v", err)
	}
	must[bool](t)(true, w.app.Kin.Grant(w.as(t, "leader"), ask, 1))
	if err := w.app.Kin.Deny(w.as(t, "leader"), ask, 2, "alive"); kindOf(err) != "conflict" {
		t.Errorf("decided twice: got %v", err)
	}
	w.copiesOf(t, path)
	if got := ends(); got != http.StatusSeeOther {
		t.Fatalf("the end: got %d", got)
	}
	if got := w.app.traces(t); len(got) > 0 {
		t.Errorf("afterwards: got %v", got)
	}
	a := must[rights.Ask](t)(w.app.Rights.Get(w.as(t, "cadre"), ask))
	if a.State != rights.Done || !strings.Contains(a.Answer, "注销") {
		t.Errorf("the ask: got %s, %s", a.State, a.Answer)
	}
	shut("when it is over", http.StatusNotFound)
	must[bool](t)(true, w.app.Deliver(t.Context()))
	if journal, err := os.ReadFile(string(w.app.redo().Erased())); err != nil || !strings.Contains(string(journal), own) {
		t.Errorf("the journal for a restore: %v", err)
	}
	w.trailOf(t, own)
}

// copiesOf takes the copy as a file and on paper; both leave a look that the account reads.
func (w *world) copiesOf(t *testing.T, path string) {
	t.Helper()
	a := w.ask(t, path+"/copy", "nx="+w.tokens["cadre"], "do", "file")
	body := a.Body.String()
	if a.Code != http.StatusOK || !strings.Contains(body, "陈立冬") || !strings.Contains(body, "110101199003070118") || !strings.Contains(body, "电动车在楼下被锁了") {
		t.Errorf("the copy: got %d, %.300s", a.Code, body)
	}
	for _, not := range []string{"looks", "children", "sessions", "2018-05-21", "陈小满", "/files/"} {
		if strings.Contains(body, not) {
			t.Errorf("the copy tells the relatives of %s", not)
		}
	}
	if a := w.ask(t, path+"/copy", "nx="+w.tokens["cadre"], "do", "paper"); a.Code != http.StatusOK || !strings.HasPrefix(a.Body.String(), "%PDF") {
		t.Errorf("on paper: got %d", a.Code)
	}
	for _, actor := range []string{"leader", "sibling", "admin", "partner", "own"} {
		if a := w.ask(t, path+"/copy", "nx="+w.tokens[actor], "do", "file"); a.Code == http.StatusOK || strings.Contains(a.Body.String(), "电动车") {
			t.Errorf("%s takes it: got %d", actor, a.Code)
		}
	}
	if page := w.ask(t, "/me/data/seen", "nx="+w.tokens["own"]).Body.String(); strings.Count(page, "第49条") != 2 {
		t.Errorf("the account reads of %d copies, want both", strings.Count(page, "第49条"))
	}
}

// trailOf holds the steps in the chain of the account.
func (w *world) trailOf(t *testing.T, own string) {
	t.Helper()
	for _, act := range []authz.Action{kin.Propose, kin.Decide, kin.Copy, kin.End} {
		n := 0
		err := w.app.db.View(t.Context(), func(tx *db.Tx) error {
			return tx.One(t.Context(), `select count(*) from person_audit where root_id = $1 and action = $2`, []any{own, string(act)}, &n)
		})
		if err != nil || n == 0 {
			t.Errorf("the account's trail has no %s, %v", act, err)
		}
	}
}

// Whoever has the account stops it with one press, also after it was granted; to begin
// again means another message and another wait.
func TestKinIsStopped(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ask := w.relatives(t, "cadre", "19900000002", "王示例")
		stop := func(actor string) int {
			return w.ask(t, "/me/data/relatives", "nx="+w.tokens[actor], "ask", string(ask)).Code
		}
		if got := stop("worker"); got != http.StatusNotFound {
			t.Errorf("by another worker: got %d", got)
		}
		w.inDays(t, 7)
		must[bool](t)(true, w.app.Kin.Grant(w.as(t, "leader"), ask, 1))
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if got := stop("worker2"); got != http.StatusSeeOther {
					t.Errorf("by whoever has the account: got %d", got)
				}
			})
		}
		all.Wait()
		cadre := w.as(t, "cadre")
		c, _, err := w.app.Kin.Of(cadre, ask)
		if err != nil || c.State != kin.Stopped || c.StoppedAt.IsZero() {
			t.Fatalf("got %+v, %v", c, err)
		}
		if _, err := w.app.Kin.Copy(op.With(cadre, op.Call{Purpose: "抚恤"}), ask); kindOf(err) != "conflict" {
			t.Errorf("the copy afterwards: got %v", err)
		}
		must[bool](t)(true, w.app.Kin.Propose(cadre, ask, kinDraft("19900000002", "王示例")))
		if c, _, err = w.app.Kin.Of(cadre, ask); err != nil || c.State != kin.Waits || !c.ReadyAt.After(w.clock.Now().AddDate(0, 0, 6)) || c.DecidedBy != "" {
			t.Errorf("anew: got %+v, %v", c, err)
		}
		if err := w.app.Kin.Grant(w.as(t, "leader"), ask, 1); kindOf(err) != "conflict" {
			t.Errorf("by who saw the first one: got %v", err)
		}
		if err := w.app.Kin.Propose(cadre, ask, kinDraft("19900000002", "王示例")); kindOf(err) != "conflict" {
			t.Errorf("while one is under way: got %v", err)
		}
	})
}

// Of many decisions at once one counts, and what nobody does in its days is over.
func TestKinDecidedAtOnce(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ask := w.relatives(t, "cadre", "19900000002", "王示例")
		w.inDays(t, 7)
		leader := w.as(t, "leader")
		var all sync.WaitGroup
		got := make([]string, 6)
		for i := range got {
			all.Go(func() {
				if i%2 == 0 {
					got[i] = kindOf(w.app.Kin.Grant(leader, ask, 1))
				} else {
					got[i] = kindOf(w.app.Kin.Deny(leader, ask, 1, "kinship"))
				}
			})
		}
		all.Wait()
		n := 0
		for _, one := range got {
			if one == "ok" {
				n++
			} else if one != "conflict" {
				t.Errorf("got %s", one)
			}
		}
		if n != 1 {
			t.Errorf("%d decisions counted", n)
		}
		second := w.relatives(t, "cadre", "19900000002", "王示例")
		w.inDays(t, 7)
		must[bool](t)(true, w.app.Kin.Grant(w.as(t, "leader"), second, 1))
		w.inDays(t, 31)
		if _, err := w.app.Kin.Copy(op.With(w.as(t, "cadre"), op.Call{Purpose: "抚恤"}), second); kindOf(err) != "conflict" {
			t.Errorf("after its days: got %v", err)
		}
	})
}

// What somebody arranged in life comes first, an account with something under way does not
// end, and what is held by law stays locked.
func TestKinWishHoldAndMatters(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.end(t)
		own := w.as(t, "own")
		must[bool](t)(true, w.app.Consents.Withdraw(own, consent.Kin))
		ask := w.kinAsk(t, "cadre")
		if f, err := w.app.Kin.Find(op.With(w.as(t, "cadre"), op.Call{Purpose: "家属来办"}), ask, "19900000003", "陈立冬"); err != nil || !f.Barred {
			t.Errorf("got %+v, %v", f, err)
		}
		if err := w.app.Kin.Propose(w.as(t, "cadre"), ask, kinDraft("19900000003", "陈立冬")); kindOf(err) != "conflict" {
			t.Errorf("against the wish: got %v", err)
		}
		must[bool](t)(true, w.app.Consents.Give(own, consent.Said{Purpose: consent.Kin, Version: 1}))
		w.tokens["cadre"] = w.staffAgain(t, "cadre")
		must[bool](t)(true, w.app.Kin.Propose(w.as(t, "cadre"), ask, kinDraft("19900000003", "陈立冬")))
		w.hold(t, hold.Account, "19900000003", "2027-03-01")
		w.inDays(t, 8)
		must[bool](t)(true, w.app.Kin.Grant(w.as(t, "leader"), ask, 1))
		answer := func(_ kin.Case, held bool) string {
			if held {
				return "有的先锁住"
			}
			return "都删了"
		}
		other := w.relatives(t, "cadre", "19900000002", "王示例")
		w.inDays(t, 8)
		must[bool](t)(true, w.app.Kin.Grant(w.as(t, "leader"), other, 1))
		if err := w.app.Kin.End(w.as(t, "cadre"), other, 2, answer); kindOf(err) != "conflict" || fault.Of(err).Msg != "kin.under" {
			t.Errorf("with a matter under way: got %v", err)
		}
		must[bool](t)(true, w.app.Kin.End(w.as(t, "cadre"), ask, 2, answer))
		if a := must[rights.Ask](t)(w.app.Rights.Get(w.as(t, "cadre"), ask)); a.Answer != "有的先锁住" {
			t.Errorf("the answer: got %s", a.Answer)
		}
		w.clock.Move(2 * time.Minute)
		if again := authz.From(w.phoneOf(t, "19900000003")); again.ID == authz.From(own).ID {
			t.Error("the phone opens the account that ended")
		}
	})
}

// phoneOf signs a phone in and returns who that is.
func (w *world) phoneOf(t *testing.T, phone string) context.Context {
	t.Helper()
	w.tokens["again"] = w.worker(t, phone).Token
	return w.as(t, "again")
}
