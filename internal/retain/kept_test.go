package retain_test

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/retain"
)

// rows drops rules that were entered by a mark, as a class of their own would.
func rows(mark string) func(context.Context, *op.Tx, time.Time, int) (int, error) {
	return func(ctx context.Context, tx *op.Tx, _ time.Time, most int) (int, error) {
		n, err := tx.Exec(ctx, `delete from retain_rule where name in (select r.name from retain_rule r where r.source = $1 order by r.name limit $2)`, mark, most)
		return int(n), err
	}
}

// Counting tells what the night then drops, class after class, and changes nothing: no
// row, no proof, no trail. Past a limit it says that there may be more.
func TestDueIsWhatGoes(t *testing.T) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, job.Schema, retain.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		put := func(mark string, n int) {
			if err := d.Update(t.Context(), func(tx *db.Tx) error {
				for i := range n {
					if _, err := tx.Exec(t.Context(), `insert into retain_rule (name, since, value, source) values ($1, $2, 1, $3)`, mark+string(rune('a'+i%26))+time.Duration(i).String(), "2000-01-01", mark); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		count := func() (n [3]int) {
			if err := d.View(t.Context(), func(tx *db.Tx) error {
				return tx.One(t.Context(), `select (select count(*) from retain_rule), (select count(*) from retain_run), (select count(*) from person_audit)`, nil, &n[0], &n[1], &n[2])
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		after := rows("after") // goes once the first class has none, as the register after its people
		s := retain.NewService(op.New(d, retain.Policy), whole, retain.Class{Name: "breach.persons", Drop: rows("first")},
			retain.Class{Name: "breach.register", Drop: func(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
				var n int
				if err := tx.One(ctx, `select count(*) from retain_rule where source = 'first'`, nil, &n); err != nil || n > 0 {
					return 0, err
				}
				return after(ctx, tx, before, most)
			}}, retain.Class{Name: "rights.words", Drop: rows("many")})
		put("first", 3)
		put("after", 2)
		put("many", 1001)
		was := count()
		now, err := s.Standing(t.Context())
		if err != nil || now.Due["breach.persons"] != (retain.Due{N: 3}) || now.Due["breach.register"] != (retain.Due{N: 2}) || now.Due["rights.words"] != (retain.Due{N: 1000, More: true}) {
			t.Errorf("due: %+v, %v", now.Due, err)
		}
		if got := count(); got != was {
			t.Errorf("counting changed rules, proofs or trail: %v, then %v", was, got)
		}
		if err := s.Run(authz.AsSystem(t.Context(), "test")); err != nil {
			t.Fatal(err)
		}
		now, err = s.Standing(t.Context())
		if err != nil || now.Rules[0].Gone != 3 || now.Rules[1].Gone != 2 || now.Rules[2].Gone != 1001 || now.Due["breach.persons"].N+now.Due["rights.words"].N != 0 {
			t.Errorf("after the night: %+v, %v", now, err)
		}
	})
}

// The audit trail is named as what no rule drops, with what the law asks for; a rule for it
// cannot be entered, and workers are not told.
func TestTrailIsKeptWithoutAnEnd(t *testing.T) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, job.Schema, retain.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		s := retain.NewService(op.New(d, retain.Policy), whole)
		as := func(kind authz.Kind, role authz.Role) context.Context {
			return authz.With(t.Context(), authz.Subject{ID: "01a20000-0000-7000-8000-000000000001", Kind: kind, Name: "安管", Proven: at.Now().Add(time.Hour), Grants: []authz.Grant{{Role: role, Area: "22"}}})
		}
		all, err := s.Endless(as(authz.Staff, authz.Auditor))
		if err != nil || len(all) != 1 || all[0].Name != "audit.trail" || all[0].Least.Days < 181 || all[0].Least.Source == "" {
			t.Errorf("got %+v, %v", all, err)
		}
		if err := s.Set(as(authz.Staff, authz.Security), retain.Draft{Class: "audit.trail", Days: 200, Since: clock.Day(at.Now()), Source: "本级决定2026年第9号"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a rule for the trail: got %v", err)
		}
		if _, err := s.Endless(authz.With(t.Context(), authz.Subject{ID: "01a20000-0000-7000-8000-000000000002", Kind: authz.Worker})); !fault.Is(err, fault.Missing) {
			t.Errorf("a worker: got %v", err)
		}
		if _, err := s.Due(as(authz.Staff, authz.Security)); err == nil {
			t.Error("somebody other than the program counts")
		}
	})
}
