package org_test

import (
	"context"
	"errors"
	"testing"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
)

// Whoever joins a union at the very moment at which it is closed is not left in
// it: either the union is not closed, or somebody else takes them in.
func TestNobodyJoinsAUnionThatCloses(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ctx := t.Context()
		city := w.found(org.Local, org.City, "市总", "9901", "")
		county := w.found(org.Local, org.County, "县总", "990101", city)
		// Who is in a union is a row here, as it is in the program.
		w.HeldBy(func(ctx context.Context, tx *op.Tx, id string) (bool, error) {
			var n int
			err := tx.One(ctx, `select count(*) from org_duty where org_id = $1`, []any{id}, &n)
			return n > 0, err
		})
		closed, tried := make(chan error, 1), false
		err := w.db.Update(ctx, func(raw *db.Tx) error {
			tx := &op.Tx{Tx: raw}
			u, err := w.UnionFor(ctx, tx, "990101001")
			if err != nil || u.ID != county {
				return errors.Join(err, errors.New("the county's union takes nobody in: "+u.Name))
			}
			if !tried {
				tried = true
				go func() { closed <- w.Close(system, county, 1) }()
				w.waits(t, county, closed)
			}
			_, err = tx.Exec(ctx, `insert into org_duty (org_id, topic, area) values ($1, 'joined', '')`, string(u.ID))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-closed; fault.Of(err).Msg != "org.has_members" {
			t.Errorf("closing what somebody was just joining: %v, want org.has_members", err)
		}
		w.tx(func(tx *op.Tx) {
			if u, err := w.UnionFor(ctx, tx, "990101001"); err != nil || u.ID != county {
				t.Errorf("the union is %q, %v; want the one that was joined", u.Name, err)
			}
		})
	})
}

// waits returns once closing a union waits for whoever is joining it, or is over. On
// SQLite every writer waits for the one before.
func (w world) waits(t *testing.T, union org.ID, closed chan error) {
	t.Helper()
	for w.db.Name() == "postgres" && len(closed) == 0 {
		var n int
		err := w.db.View(t.Context(), func(tx *db.Tx) error {
			return tx.One(t.Context(), `select count(*) from pg_locks where locktype = 'advisory' and not granted
				and (cast(classid as bigint) << 32) | cast(objid as bigint) = hashtextextended($1, 0)`, []any{"org " + string(union)}, &n)
		})
		if err != nil {
			t.Error(err)
			return
		}
		if n > 0 {
			return
		}
	}
}

// Whoever looks for a union while it is closed is given the next one.
func TestAClosedUnionIsPassedOver(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		city := w.found(org.Local, org.City, "市总", "9901", "")
		county := w.found(org.Local, org.County, "县总", "990101", city)
		if err := w.Close(system, county, 1); err != nil {
			t.Fatal(err)
		}
		err := w.db.Update(t.Context(), func(raw *db.Tx) error {
			u, err := w.UnionFor(t.Context(), &op.Tx{Tx: raw}, "990101001")
			if u.ID != city {
				t.Errorf("got %q, want the union above", u.Name)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// Whoever keeps something by a union's area is told of a new one, and of nothing else.
func TestAnAreaIsFollowed(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		town := w.found(org.Local, org.Town, "街道", "990101001", "")
		var told []string
		w.FollowedBy(func(_ context.Context, _ *op.Tx, id, area string) error {
			told = append(told, id+" "+area)
			return nil
		})
		d := org.Draft{Kind: org.Local, Level: org.Town, Name: "新街道", Area: "990101001"}
		if err := w.Edit(system, town, 1, d); err != nil || len(told) != 0 {
			t.Errorf("another name: told %v, %v", told, err)
		}
		d.Area = "990101002"
		if err := w.Edit(system, town, 2, d); err != nil || len(told) != 1 || told[0] != string(town)+" 990101002" {
			t.Errorf("another area: told %v, %v", told, err)
		}
	})
}
