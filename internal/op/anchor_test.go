package op_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
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
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

var signer = ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))

// books are a database whose hours are sealed.
type books struct {
	t    *testing.T
	d    *db.DB
	desk *op.Desk
	now  *clock.Fake
}

func eachBooks(t *testing.T, f func(b books)) {
	for _, open := range []func(testing.TB, clock.Clock, []fs.FS) *db.DB{dbtest.SQLite, dbtest.Postgres} {
		now := clock.At(start)
		t.Run("", func(t *testing.T) {
			d := open(t, now, []fs.FS{op.Schema})
			f(books{t, d, op.New(d, rules), now})
		})
	}
}

// act adds rows to the chain of th.
func (b books) act(th thing, times int) {
	b.t.Helper()
	for range times {
		b.now.Move(time.Millisecond)
		if _, err := op.Write(as(authz.Cadre, ""), b.desk, change, find(th), func(*op.Tx, thing) (bool, error) { return true, nil }); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b books) seal() {
	b.t.Helper()
	if err := op.SealAudit(b.t.Context(), b.d, signer); err != nil {
		b.t.Fatal(err)
	}
}

// faults are what both walks find, after the statements; the data stays as it was.
func (b books) faults(statements ...string) (told string) {
	b.t.Helper()
	undo := errors.New("undo")
	err := b.d.Update(b.t.Context(), func(tx *db.Tx) error {
		for _, s := range statements {
			if n, err := tx.Exec(b.t.Context(), s); err != nil || n == 0 {
				return fmt.Errorf("%s: %d rows, %w", s, n, err)
			}
		}
		_, chains, err := op.VerifyAudit(b.t.Context(), tx)
		if err != nil {
			return err
		}
		proof, err := op.VerifyAnchors(b.t.Context(), tx, signer.Public().(ed25519.PublicKey))
		for _, f := range append(chains, proof.Breaks...) {
			told += f.String() + "\n"
		}
		return errors.Join(err, undo)
	})
	if !errors.Is(err, undo) {
		b.t.Fatal(err)
	}
	return told
}

func TestAnchorsFindWhatChainsCannot(t *testing.T) {
	proves.That(t, "audit-tamper")
	eachBooks(t, func(b books) {
		one, two := thing{id.New[string](), "510703"}, thing{id.New[string](), "510703"}
		b.act(one, 5)
		b.act(two, 2)
		b.now.Move(time.Hour + 10*time.Minute)
		b.seal()
		for range 2 {
			b.act(two, 3)
			b.now.Move(time.Hour + 10*time.Minute)
			b.seal()
		}
		b.act(two, 1) // not sealed yet
		if told := b.faults(); told != "" || count(b.t, b.d, "audit_anchor") != 3 {
			b.t.Fatalf("whole: %d anchors, %s", count(b.t, b.d, "audit_anchor"), told)
		}
		in := func(s string) string { return strings.NewReplacer("{one}", one.id, "{two}", two.id).Replace(s) }
		for _, test := range []struct {
			about string
			do    []string
			want  string
		}{
			{"a whole root", []string{`delete from request_audit where root_id = '{one}'`, `delete from request_audit_head where root_id = '{one}'`},
				"request {one} row 5 and all before it are gone: anchor 1 of 2026-11-24T05:00:00Z"},
			{"the newest rows with the head set back", []string{`delete from request_audit where root_id = '{one}' and seq > 3`,
				`update request_audit_head set seq = 3, hash = (select hash from request_audit where root_id = '{one}' and seq = 3) where root_id = '{one}'`},
				"request {one} row 5 is gone: anchor 1 of"},
			{"rows swapped", []string{`update request_audit set seq = 9 where root_id = '{one}' and seq = 2`, `update request_audit set seq = 2 where root_id = '{one}' and seq = 3`,
				`update request_audit set seq = 3 where root_id = '{one}' and seq = 9`}, "request {one} row 2 does not continue"},
			{"a row changed", []string{`update request_audit set note = '{"a":"b"}' where root_id = '{two}' and seq = 4`}, "request {two} row 4 was changed"},
			{"another row in its place", []string{`update request_audit set hash = prev where root_id = '{two}' and seq = 2`}, "request {two} row 2 is not the row that anchor 1"},
			{"an anchor removed", []string{`delete from audit_anchor where seq = 1`}, "request anchor 2 follows anchor 0: those between are gone"},
			{"a signature changed", []string{`update audit_anchor set signature = hash where seq = 2`}, "request anchor 2 of 2026-11-24T06:00:00Z is not signed"},
			{"an anchor's time changed", []string{`update audit_anchor set until = until + 1 where seq = 1`}, "request anchor 1 of 2026-11-24T05:00:00Z is not signed"},
			{"an anchor's list exchanged", []string{`update audit_anchor set heads = (select heads from audit_anchor where seq = 3) where seq = 2`},
				"request anchor 2 of 2026-11-24T06:00:00Z: the list of what it seals was changed"},
			{"an anchor's list cut", []string{`update audit_anchor set heads = prev where seq = 2`}, "request anchor 2 of 2026-11-24T06:00:00Z: the list of what it seals was changed"},
			{"the newest anchor under another hash", []string{`update audit_anchor set hash = root where seq = 3`}, "request anchor 3 of 2026-11-24T07:00:00Z does not have its own hash"},
			{"an anchor under another hash", []string{`update audit_anchor set hash = root where seq = 1`}, "request anchor 2 does not continue the anchor before it"},
		} {
			for i := range test.do {
				test.do[i] = in(test.do[i])
			}
			if told := b.faults(test.do...); !strings.Contains(told, in(test.want)) {
				b.t.Errorf("%s: got %q, want %q", test.about, told, in(test.want))
			}
		}
	})
}

// A quiet hour has no anchor, a late row goes into the next one, and what was
// sealed is never sealed again.
func TestAnchorsByTheHour(t *testing.T) {
	eachBooks(t, func(b books) {
		early, late := thing{id.New[string](), "510703"}, thing{id.New[string](), "510703"}
		want := func(about string, anchors int) {
			b.t.Helper()
			b.seal()
			b.seal()
			if n := count(b.t, b.d, "audit_anchor"); n != anchors {
				b.t.Errorf("%s: got %d anchors, want %d", about, n, anchors)
			}
		}
		want("nothing yet", 0)
		b.now.Move(time.Minute)
		b.act(early, 1)
		b.now.Move(-time.Minute) // the newest row is not the one with the latest time
		b.act(early, 1)
		want("an hour under way", 0)
		b.now.Move(time.Hour + 2*time.Minute)
		want("just over", 0)
		b.now.Move(5 * time.Minute)
		want("over", 1)
		cut := `delete from request_audit where seq = 2`
		back := `update request_audit_head set seq = 1, hash = (select hash from request_audit where seq = 1)`
		if told := b.faults(cut, back); !strings.Contains(told, "request "+early.id+" row 2 is gone") {
			b.t.Errorf("the newest row cut: %q", told)
		}
		b.now.Move(3 * time.Hour)
		want("quiet hours", 1)
		b.act(early, 1)
		b.now.Move(time.Hour)
		want("the next", 2)
		b.now.Move(-time.Hour) // a machine whose clock is behind
		b.act(late, 1)
		b.now.Move(2 * time.Hour)
		want("a late row", 3)
		in := strings.ReplaceAll(`delete from request_audit where root_id = '{}'`, "{}", late.id)
		head := strings.ReplaceAll(`delete from request_audit_head where root_id = '{}'`, "{}", late.id)
		if told := b.faults(in, head); !strings.Contains(told, "request "+late.id+" row 1 and all before it are gone: anchor 3") {
			b.t.Errorf("a late row removed: %q", told)
		}
		if told := b.faults(); told != "" {
			b.t.Error(told)
		}
	})
}

// A busy hour takes several anchors; stopped between them, the next run goes on.
func TestAnchorsOfABusyHour(t *testing.T) {
	const roots = 6500
	eachBooks(t, func(b books) {
		_, err := op.Write(as(authz.Cadre, ""), b.desk, change, find(thing{id.New[string](), ""}), func(tx *op.Tx, _ thing) (bool, error) {
			for range roots - 1 {
				if err := tx.Also(b.t.Context(), change, thing{id.New[string](), ""}.AuthzObject()); err != nil {
					return false, err
				}
			}
			return true, nil
		})
		if err != nil {
			b.t.Fatal(err)
		}
		b.now.Move(2 * time.Hour)
		b.seal()
		all := count(b.t, b.d, "audit_anchor")
		if told := b.faults(); told != "" || all < 2 {
			b.t.Fatalf("%d anchors, %s", all, told)
		}
		err = b.d.Update(b.t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(b.t.Context(), `delete from audit_anchor where seq > 1`) // as after a stop
			return err
		})
		if err != nil {
			b.t.Fatal(err)
		}
		var wg sync.WaitGroup
		faults := make([]error, 3)
		for i := range faults { // several processes at once
			wg.Go(func() { faults[i] = op.SealAudit(b.t.Context(), b.d, signer) })
		}
		wg.Wait()
		if err := errors.Join(faults...); err != nil {
			b.t.Error(err)
		}
		b.seal()
		var heads int
		if err := b.d.View(b.t.Context(), func(tx *db.Tx) error {
			return tx.One(b.t.Context(), `select sum(size) from audit_anchor`, nil, &heads)
		}); err != nil || heads != roots {
			b.t.Errorf("sealed %d heads, want %d once each: %v", heads, roots, err)
		}
		if told := b.faults(); told != "" {
			b.t.Error(told)
		}
	})
}
