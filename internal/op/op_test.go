package op_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

const (
	see    authz.Action = "thing.see"
	change authz.Action = "thing.change"
	peek   authz.Action = "thing.peek"
)

var rules = authz.Rules{
	see:    authz.InArea(authz.Cadre, authz.Leader),
	change: authz.InArea(authz.Cadre),
	peek:   authz.Sensitive(authz.InArea(authz.Cadre)),
}

type thing struct{ id, area string }

func (t thing) AuthzObject() authz.Object {
	return authz.Object{Kind: "thing", ID: t.id, Group: "request", Area: t.area}
}

type changed struct {
	To string `json:"to"`
}

func (changed) EventName() string { return "thing.changed" }

var start = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

func each(t *testing.T, f func(t *testing.T, d *db.DB, desk *op.Desk)) {
	dbtest.Each(t, clock.At(start), []fs.FS{op.Schema}, func(t *testing.T, d *db.DB) { f(t, d, op.New(d, rules)) })
}

func as(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: "0190a1b2-0000-7000-8000-00000000000a", Kind: authz.Staff, Grants: []authz.Grant{{Role: role, Area: area}}})
}

func find(th thing) func(*op.Tx) (thing, error) {
	return func(*op.Tx) (thing, error) { return th, nil }
}

func count(t *testing.T, d *db.DB, table string) (n int) {
	t.Helper()
	if err := d.View(t.Context(), func(tx *db.Tx) error { return tx.One(t.Context(), `select count(*) from `+table, nil, &n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWrite(t *testing.T) {
	proves.That(t, "crash-atomic", "audit-complete", "audit-failclosed")
	each(t, func(t *testing.T, d *db.DB, desk *op.Desk) {
		th := thing{id.New[string](), "510703"}
		do := func(to string) func(*op.Tx, thing) (string, error) {
			return func(tx *op.Tx, _ thing) (string, error) {
				tx.Emit(changed{to})
				if to == "" {
					return "", fault.New("thing.change", fault.Invalid, "thing.empty")
				}
				return to, nil
			}
		}
		for _, test := range []struct {
			about string
			ctx   context.Context
			to    string
			want  string
		}{
			{"a cadre of the county changes it", as(authz.Cadre, "510703"), "a", "ok"},
			{"a cadre of the city changes it", as(authz.Cadre, "5107"), "b", "ok"},
			{"a leader sees but may not", as(authz.Leader, "51"), "c", "denied"},
			{"a sibling county learns nothing", as(authz.Cadre, "510704"), "d", "missing"},
			{"nobody learns nothing", context.Background(), "e", "missing"},
			{"the rule of the domain refuses", as(authz.Cadre, "510703"), "", "invalid"},
		} {
			got := "ok"
			if _, err := op.Write(test.ctx, desk, change, find(th), do(test.to)); err != nil {
				got = fault.KindOf(err).Code()
			}
			if got != test.want {
				t.Errorf("%s: %s, want %s", test.about, got, test.want)
			}
		}
		if a, o := count(t, d, "request_audit"), count(t, d, "request_outbox"); a != 5 || o != 2 {
			t.Errorf("%d audit rows and %d events; want 5 and 2: what the rules refuse leaves a row, and tells nobody", a, o)
		}
	})
}

func TestFirstAnswerIsForEver(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, desk *op.Desk) {
		th := thing{id.New[string](), "510703"}
		runs := 0
		var mu sync.Mutex
		call := func(client, digest string, fail fault.Kind) (int, error) {
			ctx := op.With(as(authz.Cadre, "510703"), op.Call{ClientID: client, Digest: digest})
			return op.Write(ctx, desk, change, find(th), func(tx *op.Tx, _ thing) (int, error) {
				mu.Lock()
				defer mu.Unlock()
				runs++
				tx.Emit(changed{"x"})
				if fail != fault.Internal {
					return 0, (&fault.Error{Kind: fail, Msg: "thing.no"}).With(fault.Args{"Limit": 3})
				}
				return runs, nil
			})
		}
		one, two, three := id.New[string](), id.New[string](), id.New[string]()
		if n, err := call(one, "d", fault.Internal); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := call(one, "d", fault.Internal); n != 1 || err != nil {
			t.Errorf("repeat = %d, %v; want the first answer", n, err)
		}
		if _, err := call(one, "other input", fault.Internal); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same id with other input = %v, want conflict", err)
		}
		if _, err := call(two, "d", fault.SoldOut); !fault.Is(err, fault.SoldOut) {
			t.Errorf("refusal = %v", err)
		}
		if _, err := call(two, "d", fault.Internal); !fault.Is(err, fault.SoldOut) || fault.Of(err).Args["Limit"] != 3.0 {
			t.Errorf("a repeated refusal = %+v, want the same", fault.Of(err))
		}
		if _, err := call(three, "d", fault.Busy); !fault.Is(err, fault.Busy) {
			t.Errorf("busy = %v", err)
		}
		if n, err := call(three, "d", fault.Internal); err != nil || n == 0 {
			t.Errorf("after busy a repeat is tried anew: %d, %v", n, err)
		}
		for client, want := range map[string]string{one: "done", two: "refused", id.New[string](): "unknown"} {
			if o, err := desk.OutcomeOf(t.Context(), client); err != nil || o.State != want {
				t.Errorf("outcome = %+v, %v; want %s", o, err, want)
			}
		}
		var wg sync.WaitGroup
		same, before := id.New[string](), count(t, d, "request_audit")
		answers := make([]int, 16)
		for i := range answers {
			wg.Go(func() { answers[i], _ = call(same, "d", fault.Internal) })
		}
		wg.Wait()
		for _, a := range answers {
			if a != answers[0] || a == 0 {
				t.Errorf("answers to one call differ: %v", answers)
				break
			}
		}
		if got := count(t, d, "request_audit") - before; got != 1 {
			t.Errorf("one call, sent 16 times at once, acted %d times", got)
		}
	})
}

// TestOutrun has somebody take a key between the reading and the writing of an
// act, as can happen on PostgreSQL: the act reads again and refuses by its rules.
func TestOutrun(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, desk *op.Desk) {
		th, key := thing{id.New[string](), "510703"}, id.New[string]()
		take := func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `insert into act (client_id, at, subject, action, root_id, digest, outcome, result, code, msg, detail) values ($1, 0, '', '', '', '', 'done', '', '', '', '')`, key)
			return err
		}
		if err := d.Update(t.Context(), func(tx *db.Tx) error { return take(t.Context(), tx) }); err != nil {
			t.Fatal(err)
		}
		for about, client := range map[string]string{"a call with a name": id.New[string](), "a call without one": ""} {
			runs := 0
			ctx := op.With(as(authz.Cadre, "510703"), op.Call{ClientID: client})
			_, err := op.Write(ctx, desk, change, find(th), func(tx *op.Tx, _ thing) (bool, error) {
				if runs++; runs > 1 {
					return false, fault.New("thing.change", fault.Conflict, "thing.taken")
				}
				return true, take(ctx, tx.Tx) // it was free when the rules looked
			})
			if !fault.Is(err, fault.Conflict) || runs != 2 {
				t.Errorf("%s: %v after %d runs, want the conflict of the second", about, err, runs)
			}
		}
		if n := count(t, d, "request_audit"); n != 0 {
			t.Errorf("%d audit rows, want none: nothing was done", n)
		}
	})
}

// What broke is in the error, and not what followed from it.
func TestTheFirstFaultIsTold(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, desk *op.Desk) {
		err := d.Update(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), `drop table act`); return err })
		if err != nil {
			t.Fatal(err)
		}
		ctx := op.With(as(authz.Cadre, ""), op.Call{ClientID: id.New[string]()})
		_, err = op.Write(ctx, desk, change, find(thing{id.New[string](), ""}), func(*op.Tx, thing) (bool, error) { return true, nil })
		if err == nil || !strings.Contains(err.Error(), "act") || strings.Contains(err.Error(), "commit") {
			t.Errorf("without the table of outcomes: %v", err)
		}
	})
}

func TestSensitiveRead(t *testing.T) {
	proves.That(t, "audit-complete", "purpose-gate")
	each(t, func(t *testing.T, d *db.DB, desk *op.Desk) {
		th := thing{id.New[string](), "510703"}
		ctx := as(authz.Cadre, "510703")
		if _, err := op.Read(ctx, desk, peek, find(th)); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a purpose = %v, want invalid", err)
		}
		if _, err := op.Read(op.With(ctx, op.Call{Purpose: "call back"}), desk, peek, find(th)); err != nil {
			t.Error(err)
		}
		if _, err := op.Read(ctx, desk, see, find(th)); err != nil {
			t.Error(err)
		}
		if n := count(t, d, "request_audit"); n != 1 {
			t.Errorf("%d audit rows, want 1: the sensitive read alone", n)
		}
	})
}

func TestVerifyAudit(t *testing.T) {
	proves.That(t, "audit-tamper")
	each(t, func(t *testing.T, d *db.DB, desk *op.Desk) {
		th := thing{id.New[string](), "510703"}
		for range 4 {
			if _, err := op.Write(as(authz.Cadre, ""), desk, change, find(th), func(tx *op.Tx, _ thing) (bool, error) { tx.Note("to", "x"); return true, nil }); err != nil {
				t.Fatal(err)
			}
		}
		verify := func() (rows int64, breaks []op.Break) {
			err := d.View(t.Context(), func(tx *db.Tx) (err error) { rows, breaks, err = op.VerifyAudit(t.Context(), tx); return err })
			if err != nil {
				t.Fatal(err)
			}
			return rows, breaks
		}
		if rows, breaks := verify(); rows != 4 || len(breaks) != 0 {
			t.Errorf("whole chain: %d rows, %v", rows, breaks)
		}
		for about, tamper := range map[string]string{
			"a changed row": `update request_audit set note = '{}' where seq = 2`,
			"a removed row": `delete from request_audit where seq = 2`,
			"a cut tail":    `delete from request_audit where seq = 4`,
			"a lost head":   `delete from request_audit_head`,
			"a lost chain":  `delete from request_audit`,
			"a moved row":   `update request_audit set seq = 9 where seq = 3`,
		} {
			undo := context.Canceled
			err := d.Update(t.Context(), func(tx *db.Tx) error {
				if _, err := tx.Exec(t.Context(), tamper); err != nil {
					return err
				}
				_, breaks, err := op.VerifyAudit(t.Context(), tx)
				if err != nil || len(breaks) == 0 {
					t.Errorf("%s is not found: %v", about, err)
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Fatal(err)
			}
		}
	})
}

// TestAlsoAll writes into many chains at once, some of them begun: they hold
// as if each had been written by itself.
func TestAlsoAll(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, desk *op.Desk) {
		var ids []string
		for range 250 {
			ids = append(ids, id.New[string]())
		}
		for _, some := range [][]string{ids[:30], ids} {
			_, err := op.Write(as(authz.Cadre, ""), desk, change, find(thing{id.New[string](), ""}), func(tx *op.Tx, _ thing) (bool, error) {
				return true, tx.AlsoAll(t.Context(), change, "request", some)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		err := d.View(t.Context(), func(tx *db.Tx) error {
			rows, breaks, err := op.VerifyAudit(t.Context(), tx)
			if rows != 2+30+250 || len(breaks) > 0 {
				t.Errorf("%d rows, %v", rows, breaks)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = op.Write(as(authz.Cadre, ""), desk, change, find(thing{id.New[string](), ""}), func(tx *op.Tx, _ thing) (bool, error) {
			return true, tx.AlsoAll(t.Context(), change, "nowhere", ids)
		})
		if err == nil {
			t.Error("roots of no group are written about")
		}
	})
}
