package phone_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
)

func TestRecovery(t *testing.T) {
	proves.That(t, "auth-recovery")
	each(t, func(t *testing.T, w *world) {
		in := w.member(lost)
		c := w.open(fresh)
		if c.DueAt.Sub(c.AskedAt) != 24*time.Hour || c.Office != "示例县总工会" || c.ByName != "柳婷" {
			t.Errorf("got %+v", c)
		}
		w.deliver()
		if got := w.phones.told(lost); len(got) != 1 || strings.Contains(got[0], "工会") || !strings.Contains(got[0], "不是我") {
			t.Errorf("the old number was told %q", got)
		}
		if all, _, err := w.Mine(w.again(in)); err != nil || phone.Waits(all) == nil {
			t.Errorf("the worker sees %v, %v, want the change", all, err)
		}
		w.clock.Set(c.DueAt.Add(-time.Second))
		w.must(w.Settle(system))
		if got := w.file(); got.Phone != lost {
			t.Fatalf("a second before: got %q, want the old number", got.Phone)
		}
		w.clock.Set(c.DueAt)
		w.must(w.Settle(system))
		if got := w.file(); got.Phone != fresh || got.Changes[0].State != phone.Done {
			t.Fatalf("then: got %q, %s", got.Phone, got.Changes[0].State)
		}
		if _, err := w.accounts.Resolve(t.Context(), in.Token); code(err) != "missing" {
			t.Errorf("the lost phone's session: got %v, want missing", err)
		}
		w.deliver()
		if len(w.phones.told(fresh)) != 1 || len(w.phones.told(lost)) != 2 {
			t.Errorf("told: new %q, old %q", w.phones.told(fresh), w.phones.told(lost))
		}
		if got := w.whose(fresh); got != in.Person {
			t.Errorf("the new number opens another account")
		}
	})
}

// The number of a lost phone is often dead: that holds up nothing that the new one is
// told. A gateway that is busy is asked again.
func TestDeadNumber(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.member(lost)
		w.phones.dead = map[string]error{lost: errors.New("the gateway refuses: no such number")}
		c := w.open(fresh)
		w.clock.Set(c.DueAt)
		w.must(w.Settle(system))
		w.phones.dead[fresh] = fault.New("test.send", fault.Busy, "sms.busy")
		w.deliver()
		if got := w.phones.told(fresh); len(got) != 0 {
			t.Fatalf("a busy gateway sent %q", got)
		}
		delete(w.phones.dead, fresh)
		w.clock.Move(time.Minute)
		w.deliver()
		if got := w.phones.told(fresh); len(got) != 1 || len(w.phones.told(lost)) != 0 {
			t.Errorf("got %q to the new number and %q to the dead one", got, w.phones.told(lost))
		}
	})
}

func TestRecoveryIsStopped(t *testing.T) {
	proves.That(t, "auth-recovery")
	each(t, func(t *testing.T, w *world) {
		in := w.member(lost)
		c := w.open(fresh)
		if err := w.Revoke(cadre(sibling), w.union.holder.Member, c.ID); code(err) != "missing" {
			t.Errorf("the sibling county takes it back: got %v, want missing", err)
		}
		stranger, _ := w.signIn(other)
		if err := w.Object(stranger, c.ID); code(err) != "conflict" {
			t.Errorf("a stranger objects: got %v, want conflict", err)
		}
		// Whoever has the account must answer what waits before they change it.
		w.clock.Move(2 * time.Minute)
		w.must(w.SendNew(w.again(in), "13612340004"))
		if err := w.Change(w.again(in), in.Token, "13612340004", w.phones.code("13612340004")); code(err) != "conflict" {
			t.Errorf("a change meanwhile: got %v, want conflict", err)
		}
		w.must(w.Object(w.again(in), c.ID))
		if err := w.Object(w.again(in), c.ID); code(err) != "conflict" {
			t.Errorf("objecting twice: got %v, want conflict", err)
		}
		second := w.open("13512340005")
		w.must(w.Revoke(cadre(county), w.union.holder.Member, second.ID))
		w.clock.Move(100 * time.Hour)
		w.must(w.Settle(system))
		f := w.file()
		if f.Phone != lost || f.Changes[0].State != phone.Revoked || f.Changes[0].EndedBy != "柳婷" || f.Changes[1].State != phone.Objected {
			t.Errorf("got %q, %+v", f.Phone, f.Changes)
		}
		w.deliver()
		if len(w.phones.told(fresh)) != 1 {
			t.Errorf("the new number was told %q, want once", w.phones.told(fresh))
		}
	})
}

func TestWhoMayRecover(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.member(lost)
		good, member := w.opening(cadre(county), fresh), w.union.holder.Member
		stale := authz.From(cadre(county))
		stale.Proven = start
		for _, test := range []struct {
			about string
			ctx   context.Context
			want  string
		}{
			{"nobody", t.Context(), "missing"},
			{"the worker", w.again(in), "missing"},
			{"a cadre of the sibling county", cadre(sibling), "missing"},
			{"a leader", staff(authz.Leader, county), "missing"},
			{"an administrator", staff(authz.Admin, county), "missing"}, // who knows of no member
			{"a cadre whose proof is old", authz.With(t.Context(), stale), "unproven"},
		} {
			if _, err := w.Open(test.ctx, member, good); code(err) != test.want {
				t.Errorf("%s opens: got %v, want %s", test.about, err, test.want)
			}
			if err := w.SendTo(test.ctx, member, fresh); code(err) != test.want {
				t.Errorf("%s sends a code: got %v, want %s", test.about, err, test.want)
			}
		}
		if err := w.Settle(cadre("")); code(err) != "denied" {
			t.Errorf("a cadre settles: got %v, want denied", err)
		}
		for _, h := range []phone.Holder{{Member: member, Area: county, Live: true}, {Member: member, Person: string(in.Person), Area: county}} {
			w.union.holder = h
			if _, err := w.Open(cadre(county), member, good); code(err) != "conflict" {
				t.Errorf("a member without account, or one of whom nothing was ever known: got %v, want conflict", err)
			}
		}
	})
}

func TestWhatTheDeskWrites(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.member(lost)
		good := w.opening(cadre(county), fresh)
		for _, test := range []struct {
			about string
			edit  func(*phone.Opening)
			field string
		}{
			{"nothing was looked at", func(o *phone.Opening) { o.Checked = nil }, "checked"},
			{"something unknown was", func(o *phone.Opening) { o.Checked = []phone.Check{"face"} }, "checked"},
			{"no note", func(o *phone.Opening) { o.Note = " " }, "note"},
			{"a long note", func(o *phone.Opening) { o.Note = strings.Repeat("长", 201) }, "note"},
			{"an identity number in it", func(o *phone.Opening) { o.Note = "证号 110105 19491231 002X" }, "note"},
			{"of full width", func(o *phone.Opening) { o.Note = "证号１１０１０５１９４９１２３１" }, "note"},
			{"a licence's in it", func(o *phone.Opening) { o.Note = "驾驶证 990-101-234-567" }, "note"},
			{"no number", func(o *phone.Opening) { o.Phone = "" }, "phone"},
			{"the number that they have", func(o *phone.Opening) { o.Phone = lost }, "phone"},
			{"a wrong code", func(o *phone.Opening) { o.Code = "1" }, "code"},
		} {
			o := good
			test.edit(&o)
			_, err := w.Open(cadre(county), w.union.holder.Member, o)
			if code(err) != "invalid" || fault.Of(err).Fields[0].Name != test.field {
				t.Errorf("%s: got %v, want a fault of %s", test.about, err, test.field)
			}
		}
		if _, err := w.Open(cadre(county), w.union.holder.Member, good); err != nil {
			t.Errorf("the form as it was: got %v, want ok", err)
		}
	})
}

// Guesses at a code are counted, and after a few the right one is worth nothing.
func TestGuessing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.member(lost)
		o := w.opening(cadre(county), fresh)
		good := o.Code
		for i := range 5 {
			o.Code = fmt.Sprintf("%06d", i)
			if o.Code == good {
				o.Code = "999999"
			}
			if _, err := w.Open(cadre(county), w.union.holder.Member, o); code(err) != "invalid" {
				t.Fatalf("guess %d: got %v, want invalid", i, err)
			}
		}
		o.Code = good
		if _, err := w.Open(cadre(county), w.union.holder.Member, o); code(err) != "invalid" {
			t.Errorf("the right one after five: got %v, want invalid", err)
		}
	})
}

// Two desks at once: one change waits, whoever was first.
func TestTwoRecoveriesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.member(lost)
		forms := []phone.Opening{w.opening(cadre(county), fresh), w.opening(cadre(county), other)}
		got := make([]string, len(forms))
		var all sync.WaitGroup
		for i, o := range forms {
			all.Go(func() {
				_, err := w.Open(cadre(county), w.union.holder.Member, o)
				got[i] = code(err)
			})
		}
		all.Wait()
		if s := strings.Join(got, " "); s != "ok conflict" && s != "conflict ok" {
			t.Errorf("got %s, want one of each", s)
		}
		n := 0
		for _, c := range w.file().Changes {
			if c.State == phone.Waiting {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d wait, want 1", n)
		}
	})
}

// An objection and the end of the waiting time at once: one of them holds.
func TestObjectionAtTheLastMoment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.member(lost)
		c := w.open(fresh)
		ctx := w.again(in)
		w.clock.Set(c.DueAt)
		var all sync.WaitGroup
		var object error
		all.Go(func() { object = w.Object(ctx, c.ID) })
		all.Go(func() { w.must(w.Settle(system)) })
		all.Wait()
		f := w.file()
		want := map[bool]string{true: lost + " objected", false: fresh + " done"}[object == nil]
		if got := f.Phone + " " + string(f.Changes[0].State); got != want {
			t.Errorf("objecting said %v: got %s, want %s", object, got, want)
		}
	})
}

func TestWhatHappensWhileItWaits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.member(lost)
		c := w.open(fresh)
		_, theirs := w.signIn(fresh) // in a hurry
		w.union.busy = string(theirs.Person)
		w.clock.Set(c.DueAt)
		w.must(w.Settle(system))
		if f := w.file(); f.Phone != lost || f.Changes[0].State != phone.Failed {
			t.Errorf("something hangs on the new number: got %q, %s, want failed", f.Phone, f.Changes[0].State)
		}
		w.union.busy = ""
		again := w.open("13612340004")
		w.clock.Set(again.DueAt)
		w.must(w.Settle(system))
		if f := w.file(); f.Phone != "13612340004" {
			t.Errorf("the second time: got %q", f.Phone)
		}
	})
}

func TestLimitsOfADesk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.member(lost)
		c := w.open(fresh)
		w.must(w.Revoke(cadre(county), w.union.holder.Member, c.ID))
		w.member(other)
		if _, err := w.Open(cadre(county), w.union.holder.Member, w.opening(cadre(county), fresh)); code(err) != "invalid" || fault.Of(err).Fields[0].Msg != "accountphone.given" {
			t.Errorf("the same number for another: got %v, want given", err)
		}
		w.must(w.accounts.SetLimit(system, "recovery_cadre_day", clock.Day(w.clock.Now()), 2, "test"))
		if _, err := w.Open(cadre(county), w.union.holder.Member, w.opening(cadre(county), "13612340004")); code(err) != "busy" {
			t.Errorf("the third of a day: got %v, want busy", err)
		}
	})
}

func TestNumbersAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.member(lost)
		c := w.open(fresh)
		w.clock.Set(c.DueAt)
		w.must(w.Settle(system))
		w.clock.Move(179 * 24 * time.Hour)
		w.must(w.Settle(system))
		if got := w.file().Changes[0]; got.Old != lost || got.Note == "" {
			t.Errorf("after 179 days: got %+v, want it kept", got)
		}
		w.clock.Move(25 * time.Hour)
		w.must(w.Settle(system))
		if got := w.file().Changes[0]; got.Old+got.New+got.Note != "" || got.ByName != "柳婷" {
			t.Errorf("after 180: got %+v, want the numbers gone and the hand known", got)
		}
	})
}

// Whoever signs in by the old number at the moment of the change is not in afterwards.
func TestSignInAtTheMomentOfTheChange(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.member(lost)
		w.clock.Move(2 * time.Minute)
		ctx := w.again(in)
		w.must(w.SendNew(ctx, fresh))
		w.must(w.accounts.SendCode(t.Context(), account.ForSignIn, lost))
		var late account.Signed
		var all sync.WaitGroup
		all.Go(func() { late, _ = w.accounts.SignIn(t.Context(), lost, w.phones.code(lost), true) })
		all.Go(func() { w.must(w.Change(ctx, in.Token, fresh, w.phones.code(fresh))) })
		all.Wait()
		if s, err := w.accounts.Resolve(t.Context(), late.Token); err == nil && s.ID == string(in.Person) {
			t.Error("the old number is signed in to the account")
		}
	})
}
