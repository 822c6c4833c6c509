package silence_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/account/session"
	"nuanxin/internal/account/silence"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// What is asked follows from how long an account was silent, and what is known of its
// holder; nothing opens before it is answered.
func TestWhatIsAsked(t *testing.T) {
	proves.That(t, "sms-otp", "auth-recovery")
	for _, c := range []struct {
		about string
		known silence.Known
		after time.Duration
		want  silence.Question
	}{
		{"used lately", numbered, 179 * day, silence.None},
		{"not a minute longer than the limit", numbered, 180*day - 2*time.Minute, silence.None},
		{"a minute longer", numbered, 180*day - time.Minute, silence.Tail},
		{"a number and a name", numbered, 400 * day, silence.Tail},
		{"a name alone", named, 400 * day, silence.Name},
		{"nothing of a person", silence.Known{Names: []string{"", "·"}}, 400 * day, silence.None},
		{"what was forgotten names nobody", silence.Known{Names: []string{"已注销"}}, 400 * day, silence.None},
	} {
		t.Run(c.about, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				first, again := w.silent(c.known, c.after)
				if again.Held != (c.want != silence.None) {
					t.Fatalf("held: got %v", again.Held)
				}
				if c.want == silence.None {
					if w.opens(again.Token) != string(first.Person) {
						t.Error("it does not open")
					}
					return
				}
				if w.opens(again.Token) != "" {
					t.Error("the secret of what waits opens a session")
				}
				if got, err := w.Asked(t.Context(), again.Token); err != nil || got.Question != c.want || got.Shut || !got.ByCode {
					t.Errorf("got %+v, %v", got, err)
				}
			})
		})
	}
}

// A number of days that is 0 asks nobody; use counts, also that of a session long ago begun.
func TestUseCounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.signIn(number)
		w.house.known[string(first.Person)] = numbered
		w.clock.Move(100 * day)
		if w.opens(first.Token) == "" {
			t.Fatal("the session is over")
		}
		w.clock.Move(100 * day)
		if in := w.signIn(number); in.Held {
			t.Error("asked 100 days after a session was used")
		}
		w.clock.Move(300 * day)
		w.must(w.accounts.SetLimit(system, "silence_days", clock.Day(w.clock.Now()), 0, "试"))
		if in := w.signIn(number); in.Held {
			t.Error("asked where nobody is")
		}
	})
}

func TestAnswers(t *testing.T) {
	proves.That(t, "sms-otp")
	for _, c := range []struct {
		known silence.Known
		said  string
		right bool
	}{
		{numbered, "31002X", true},
		{numbered, " 31002x ", true},
		{numbered, document, true},
		{numbered, "31002", false},
		{numbered, "1002X", false},
		{numbered, "231002X", false},
		{numbered, "", false},
		{numbered, "陈建国", false}, // where a number is kept a name is not enough
		{named, "阿不都·热合曼", true},
		{named, "阿不都熱合曼", true},
		{named, "阿不都", false},
		{named, "", false},
		{named, "·", false},
	} {
		each(t, func(t *testing.T, w *world) {
			first, again := w.silent(c.known, 200*day)
			in, err := w.Answer(t.Context(), again.Token, c.said)
			if c.right != (err == nil) || err != nil && code(err) != "invalid" {
				t.Fatalf("%q: got %v", c.said, err)
			}
			if c.right && w.opens(in.Token) != string(first.Person) {
				t.Errorf("%q: it does not open", c.said)
			}
			if _, err := w.Answer(t.Context(), again.Token, c.said); c.right && code(err) != "missing" {
				t.Errorf("%q: answered twice: got %v, want missing", c.said, err)
			}
			if c.right && w.signIn(number).Held {
				t.Errorf("%q: the session does not count as use", c.said)
			}
		})
	}
}

// Wrong answers are counted for the account and the day, by whatever sign-in they come;
// the right one comes too late then, and is right the next day.
func TestTooMany(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, a := w.silent(numbered, 200*day)
		b := w.signIn(number)
		for i := range 5 {
			if _, err := w.Answer(t.Context(), []string{a.Token, b.Token}[i%2], "000000"); code(err) != "invalid" {
				t.Fatalf("try %d: got %v", i, err)
			}
		}
		if _, err := w.Answer(t.Context(), b.Token, "31002X"); code(err) != "busy" {
			t.Errorf("one more: got %v, want busy", err)
		}
		if got, err := w.Asked(t.Context(), b.Token); err != nil || !got.Shut {
			t.Errorf("got %+v, %v", got, err)
		}
		w.clock.Move(day)
		if _, err := w.Answer(t.Context(), b.Token, "31002X"); code(err) != "missing" {
			t.Errorf("what waited a day: got %v, want missing", err)
		}
		if _, err := w.Answer(t.Context(), w.signIn(number).Token, "31002X"); err != nil {
			t.Errorf("the next day: got %v", err)
		}
	})
}

// Twelve at once get no more tries than one by one, and one of them enters.
func TestAnswersAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, again := w.silent(numbered, 200*day)
		var all sync.WaitGroup
		var mu sync.Mutex
		got := map[string]int{}
		for range 12 {
			all.Go(func() {
				_, err := w.Answer(t.Context(), again.Token, "31002X")
				mu.Lock()
				defer mu.Unlock()
				got[code(err)]++
			})
		}
		all.Wait()
		if got["ok"] != 1 {
			t.Errorf("got %v, want one", got)
		}
	})
}

// The new holder of a number begins anew; the account that had it keeps all but the number.
func TestNewHolder(t *testing.T) {
	proves.That(t, "sms-otp", "auth-recovery")
	each(t, func(t *testing.T, w *world) {
		first := w.signIn(number)
		w.house.known[string(first.Person)] = numbered
		w.clock.Move(100 * day)
		w.opens(first.Token)
		w.clock.Move(181 * day)
		again := w.signIn(number)
		if !again.Held {
			t.Fatal("not asked")
		}
		other := w.signIn(number)
		in, err := w.Renew(t.Context(), again.Token)
		w.must(err)
		if in.Person == first.Person || w.opens(in.Token) != string(in.Person) || in.Held {
			t.Fatalf("got %+v", in)
		}
		if w.opens(first.Token) != "" {
			t.Error("a session of the first account is left")
		}
		for _, token := range []string{again.Token, other.Token} {
			if _, err := w.Renew(t.Context(), token); code(err) != "missing" {
				t.Errorf("again: got %v, want missing", err)
			}
			if _, err := w.Answer(t.Context(), token, "31002X"); code(err) != "missing" {
				t.Errorf("an answer that waited: got %v, want missing", err)
			}
		}
		if got := w.house.lost; len(got) != 1 || got[0] != string(first.Person)+" "+number {
			t.Errorf("what follows was told %q", got)
		}
		if later := w.signIn(number); later.Held || later.Person != in.Person {
			t.Errorf("the number opens %+v", later)
		}
		if n := w.count(`select count(*) from person where person_id = $1 and active and phone is null and data_key is not null`, string(first.Person)); n != 1 {
			t.Error("the first account is not there, without a number")
		}
		if n := w.count(`select count(*) from person_outbox where name = 'account.number_passed_on'`); n != 1 {
			t.Errorf("got %d events", n)
		}
		if n := w.count(`select count(*) from person_audit where action = 'account.number_is_new' and root_id in ($1, $2)`, string(first.Person), string(in.Person)); n != 2 {
			t.Errorf("got %d audit rows of the two accounts", n)
		}
		w.recover(first, in)
	})
}

// recover gives the account back at a desk, under another number.
func (w *world) recover(first, in account.Signed) {
	w.t.Helper()
	const next = "13912340002"
	cadre := authz.With(context.Background(), authz.Subject{ID: id.Of[string]("staff"), Kind: authz.Staff, Name: "柳婷", Proven: w.clock.Now().Add(1000 * time.Hour), Grants: []authz.Grant{{Role: authz.Cadre, Area: county}}})
	w.clock.Move(2 * time.Minute)
	w.must(w.desk.SendTo(cadre, string(first.Person), next))
	at, err := w.desk.Open(cadre, string(first.Person), phone.Opening{Phone: next, Code: w.phones.code(next), Checked: []phone.Check{"identity_card"}, Note: "本人带身份证来的"})
	w.must(err)
	w.clock.Set(at)
	w.must(w.desk.Settle(system))
	if got := w.signIn(next); got.Held || got.Person != first.Person {
		w.t.Errorf("after the desk: got %+v, want the first account, open", got)
	}
	if got := w.signIn(number); got.Person != in.Person {
		w.t.Errorf("the number that passed on opens %s", got.Person)
	}
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.db.View(context.Background(), func(tx *db.Tx) error { return tx.One(context.Background(), query, args, &n) }))
	return n
}

// A change that waited at a desk goes on when the number passes on.
func TestAChangeThatWaitedGoesOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.signIn(number)
		w.house.known[string(first.Person)] = numbered
		w.clock.Move(200 * day)
		const next = "13912340002"
		cadre := authz.With(t.Context(), authz.Subject{ID: id.Of[string]("staff"), Kind: authz.Staff, Name: "柳婷", Proven: w.clock.Now().Add(1000 * time.Hour), Grants: []authz.Grant{{Role: authz.Cadre, Area: county}}})
		w.must(w.desk.SendTo(cadre, string(first.Person), next))
		at, err := w.desk.Open(cadre, string(first.Person), phone.Opening{Phone: next, Code: w.phones.code(next), Checked: []phone.Check{"identity_card"}, Note: "本人带身份证来的"})
		w.must(err)
		in, err := w.Renew(t.Context(), w.signIn(number).Token)
		w.must(err)
		w.clock.Set(at)
		w.must(w.desk.Settle(system))
		if got := w.signIn(next); got.Held || got.Person != first.Person {
			t.Errorf("got %+v, want the first account", got)
		}
		if got := w.signIn(number); got.Person != in.Person {
			t.Errorf("got %+v, want the fresh account", got)
		}
	})
}

// Who has the number still and cannot answer is helped at a desk, at once.
func TestTheDeskLetsIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first, again := w.silent(named, 200*day)
		cadre := authz.With(t.Context(), authz.Subject{ID: id.Of[string]("staff"), Kind: authz.Staff, Name: "柳婷", Proven: w.clock.Now().Add(1000 * time.Hour), Grants: []authz.Grant{{Role: authz.Cadre, Area: county}}})
		open := func() error {
			w.clock.Move(2 * time.Minute)
			w.must(w.desk.SendTo(cadre, string(first.Person), number))
			at, err := w.desk.Open(cadre, string(first.Person), phone.Opening{Phone: number, Code: w.phones.code(number), Checked: []phone.Check{"identity_card"}, Note: "本人带身份证来的"})
			if !at.IsZero() {
				t.Errorf("it waits until %v", at)
			}
			return err
		}
		if _, err := w.Answer(t.Context(), again.Token, "想不起来"); code(err) != "invalid" {
			t.Fatal(err)
		}
		w.must(open())
		if got := w.signIn(number); got.Held || got.Person != first.Person {
			t.Errorf("got %+v", got)
		}
		if err := open(); code(err) != "invalid" {
			t.Errorf("who was seen lately needs no desk: got %v", err)
		}
	})
}

// Two at once, by one sign-in or by two, give one new account.
func TestNewHoldersAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first, a := w.silent(numbered, 200*day)
		b := w.signIn(number)
		var all sync.WaitGroup
		var mu sync.Mutex
		got := map[string]int{}
		for i := range 8 {
			all.Go(func() {
				_, err := w.Renew(t.Context(), []string{a.Token, b.Token}[i%2])
				mu.Lock()
				defer mu.Unlock()
				got[code(err)]++
			})
		}
		all.Wait()
		if got["ok"] != 1 || got["missing"] != 7 {
			t.Errorf("got %v, want one and seven that find nothing", got)
		}
		if n := w.count(`select count(*) from person where kind = 'worker'`); n != 2 {
			t.Errorf("got %d accounts, want the old and a new one", n)
		}
		if n := w.count(`select count(*) from person_phone`); n != 1 {
			t.Errorf("got %d numbers", n)
		}
		if in := w.signIn(number); in.Held || in.Person == first.Person {
			t.Errorf("got %+v", in)
		}
	})
}

// What goes wrong on the way leaves all as it was.
func TestAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first, again := w.silent(numbered, 200*day)
		w.house.refuses = errors.New("no room")
		if _, err := w.Renew(t.Context(), again.Token); err == nil {
			t.Fatal("it went through")
		}
		w.house.refuses = nil
		if in, err := w.Answer(t.Context(), again.Token, "31002X"); err != nil || in.Person != first.Person {
			t.Errorf("got %+v, %v", in, err)
		}
	})
}

// WeChat says who it is and nothing of a number: it is asked alike, and cannot give the
// number away.
func TestWeChatIsAsked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.signIn(number)
		w.house.known[string(first.Person)] = numbered
		w.clock.Move(200 * day)
		desk := op.New(w.db, authz.Rules{"test.welcome": authz.Anyone})
		in, err := op.Write(t.Context(), desk, "test.welcome", func(*op.Tx) (at, error) { return at(first.Person), nil }, func(tx *op.Tx, a at) (*account.Signed, error) {
			return w.accounts.Welcome(t.Context(), tx, string(a), session.ByWeChat)
		})
		w.must(err)
		if !in.Held || w.opens(in.Token) != "" {
			t.Fatalf("got %+v", in)
		}
		if got, err := w.Asked(t.Context(), in.Token); err != nil || got.ByCode {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, err := w.Renew(t.Context(), in.Token); code(err) != "conflict" {
			t.Errorf("got %v, want conflict", err)
		}
		if got, err := w.Answer(t.Context(), in.Token, "31002X"); err != nil || w.opens(got.Token) != string(first.Person) {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}
