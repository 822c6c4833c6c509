package op_test

import (
	"context"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// What the rules refuse leaves a row in the chain of what was reached for; what is
// no secret, and what the state refuses, leaves none.
func TestRefusedActsAreAudited(t *testing.T) {
	proves.That(t, "audit-complete")
	eachBooks(t, func(b books) {
		sibling := as(authz.Cadre, "510704")
		for _, test := range []struct {
			about string
			do    func(thing) error
			want  string // the note; empty: no row
		}{
			{"a secret of another county", func(th thing) error { return b.peek(sibling, th) }, `{"refused":"missing"}`},
			{"a secret that may be known of", func(th thing) error { return b.peek(as(authz.Leader, "510703"), th) }, `{"refused":"denied"}`},
			{"a secret, by nobody", func(th thing) error { return b.peek(op.With(context.Background(), op.Call{Purpose: "x"}), th) }, `{"refused":"missing"}`},
			{"a change", func(th thing) error { return b.try(as(authz.Leader, "510703"), th, nil) }, `{"refused":"denied"}`},
			{"a change of another county's under an id", func(th thing) error {
				return b.try(op.With(sibling, op.Call{ClientID: id.New[string]()}), th, nil)
			}, `{"refused":"missing"}`},
			{"what the state refuses", func(th thing) error {
				return b.try(as(authz.Cadre, ""), th, fault.New("thing.change", fault.Denied, "thing.shut"))
			}, ""},
			{"a look", func(th thing) error {
				_, err := op.Read(sibling, b.desk, see, find(th))
				return err
			}, ""},
			{"a second thing, met on the way", func(th thing) error {
				return b.try(as(authz.Cadre, "510703"), thing{id.New[string](), "510703"}, b.desk.Check(authz.From(sibling), peek, th.AuthzObject()))
			}, `{"refused":"missing"}`},
		} {
			th := thing{id.New[string](), "510703"}
			if err := test.do(th); !fault.Is(err, fault.Denied) && !fault.Is(err, fault.Missing) {
				b.t.Errorf("%s: got %v, want a refusal", test.about, err)
			}
			if got := b.notes(th); test.want == "" && len(got) > 0 || test.want != "" && (len(got) != 1 || got[0] != test.want) {
				b.t.Errorf("%s: got rows %q, want %q", test.about, got, test.want)
			}
		}
		if told := b.faults(); told != "" {
			b.t.Error(told)
		}
	})
}

// From where it came is written down of those who act for a union or a body; of a worker,
// of nobody and of the program it is not.
func TestOriginIsAudited(t *testing.T) {
	proves.That(t, "audit-complete")
	eachBooks(t, func(b books) {
		for kind, want := range map[authz.Kind]string{
			authz.Staff: `{"refused":"missing","via":"192.0.2.7"}`, authz.Link: `{"refused":"missing","via":"192.0.2.7"}`, authz.Worker: `{"refused":"missing"}`, authz.Nobody: `{"refused":"missing"}`,
		} {
			th := thing{id.New[string](), "510703"}
			who := authz.Subject{ID: id.New[string](), Kind: kind, Grants: []authz.Grant{{Role: authz.Cadre, Area: "510704"}}}
			if err := b.peek(op.From(authz.With(op.With(context.Background(), op.Call{Purpose: "x"}), who), "192.0.2.7"), th); err == nil {
				b.t.Errorf("%s: was let in", kind)
			}
			if got := b.notes(th); len(got) != 1 || got[0] != want {
				b.t.Errorf("%s: got %q, want %q", kind, got, want)
			}
		}
	})
}

// Who tries again and again gets twenty rows a minute, of which the last says that
// there is more; others are written down as before. Who hangs up is, too.
func TestRefusalsDoNotFlood(t *testing.T) {
	proves.That(t, "attack-noted")
	eachBooks(t, func(b books) {
		th := thing{id.New[string](), "510703"}
		gone := as(authz.Cadre, "510704")
		for range 30 {
			if err := b.peek(gone, th); !fault.Is(err, fault.Missing) {
				b.t.Fatal(err)
			}
		}
		if got := b.notes(th); len(got) != 20 || got[19] != `{"refused":"missing; no more are written this minute"}` {
			b.t.Errorf("thirty tries in a minute: %d rows, %q", len(got), got)
		}
		other := authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff})
		if err := b.peek(other, th); err == nil || len(b.notes(th)) != 21 {
			b.t.Errorf("another's try: %d rows, %v", len(b.notes(th)), err)
		}
		b.now.Move(time.Minute)
		if err := b.peek(gone, th); err == nil || len(b.notes(th)) != 22 {
			b.t.Errorf("a minute later: %d rows, %v", len(b.notes(th)), err)
		}
		b.now.Move(time.Minute)
		going, hangUp := context.WithCancel(op.With(gone, op.Call{Purpose: "to call back"}))
		_, err := op.Read(going, b.desk, peek, func(*op.Tx) (thing, error) {
			hangUp()
			return th, nil
		})
		if err == nil || len(b.notes(th)) != 23 {
			b.t.Errorf("who hangs up: %d rows, %v", len(b.notes(th)), err)
		}
	})
}

// A refusal stays one where its row cannot be written.
func TestRefusalWithoutItsRow(t *testing.T) {
	proves.That(t, "audit-failclosed")
	each(t, func(t *testing.T, d *db.DB, desk *op.Desk) {
		th := thing{id.New[string](), "510703"}
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `drop table request_audit`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b := books{t, d, desk, clock.At(start)}
		if err := b.peek(as(authz.Leader, ""), th); fault.KindOf(err) != fault.Denied || fault.Of(err).Msg != "fault.denied" {
			t.Errorf("got %v, want what was denied", err)
		}
	})
}

func (b books) peek(ctx context.Context, th thing) error {
	_, err := op.Read(op.With(ctx, op.Call{Purpose: "to call back"}), b.desk, peek, find(th))
	return err
}

// try writes and fails with refusal, if the rules let it come so far.
func (b books) try(ctx context.Context, th thing, refusal error) error {
	_, err := op.Write(ctx, b.desk, change, find(th), func(*op.Tx, thing) (bool, error) { return true, refusal })
	return err
}

// notes are those of the audit rows of th, in order.
func (b books) notes(th thing) (all []string) {
	b.t.Helper()
	err := b.d.View(b.t.Context(), func(tx *db.Tx) error {
		return tx.Each(b.t.Context(), `select note from request_audit where root_id = $1 order by seq`, []any{th.id}, func(r db.Row) error {
			var note string
			err := r.Scan(&note)
			all = append(all, note)
			return err
		})
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}
