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

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// shelf is a domain that keeps things by the day on which they were over.
type shelf []time.Time

func (s *shelf) drop(_ context.Context, _ *op.Tx, before time.Time, most int) (n int, err error) {
	var left shelf
	for _, over := range *s {
		if over.Before(before) && n < most {
			n++
		} else {
			left = append(left, over)
		}
	}
	*s = left
	return n, nil
}

// For ten years something is over every day, and every night drops what is past its
// days: nothing stays longer, nothing goes early, and the proof adds up.
func TestTenYears(t *testing.T) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, job.Schema, retain.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		const days = 180
		kept, put := &shelf{}, 0
		s := retain.NewService(op.New(d, retain.Policy), retain.Class{Name: "member.refused", Drop: kept.drop})
		ctx := authz.AsSystem(t.Context(), "test")
		for week := range 10 * 52 {
			for day := range 7 {
				*kept = append(*kept, at.Now().Add(time.Duration(day-6)*24*time.Hour))
				put++
			}
			if err := s.Run(ctx); err != nil {
				t.Fatal(err)
			}
			for _, over := range *kept {
				if at.Now().Sub(over) > days*24*time.Hour {
					t.Fatalf("week %d: something over since %v is kept", week, over)
				}
			}
			if want := min(put, days+1); len(*kept) < want-1 {
				t.Fatalf("week %d: %d are kept, want at least %d: some went early", week, len(*kept), want-1)
			}
			at.Move(7 * 24 * time.Hour)
		}
		rules, err := s.Rules(ctx)
		if err != nil || len(rules) != 1 || rules[0].Total != int64(put-len(*kept)) || rules[0].Days != days || rules[0].Source == "" {
			t.Errorf("the proof: got %+v, %v; want %d in all", rules, err, put-len(*kept))
		}
	})
}

// More than one step drops goes in the same night, each step by itself, and the proof
// is one row. Nobody but the program drops; workers do not read the rules.
func TestManySteps(t *testing.T) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, job.Schema, retain.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		kept := &shelf{}
		for range 1000 {
			*kept = append(*kept, start.AddDate(-1, 0, 0))
		}
		s := retain.NewService(op.New(d, retain.Policy), retain.Class{Name: "member.refused", Drop: kept.drop})
		admin := authz.With(t.Context(), authz.Subject{ID: "01a20000-0000-7000-8000-000000000001", Kind: authz.Staff, Grants: []authz.Grant{{Role: authz.Admin}}})
		if err := s.Run(admin); err == nil || len(*kept) != 1000 {
			t.Errorf("an administrator drops data: %v", err)
		}
		for range 2 {
			if err := s.Run(authz.AsSystem(t.Context(), "test")); err != nil {
				t.Fatal(err)
			}
		}
		rules, err := s.Rules(admin)
		if err != nil || len(*kept) != 0 || rules[0].Total != 1000 || rules[0].Gone != 0 {
			t.Errorf("got %d kept and %+v, %v", len(*kept), rules, err)
		}
		if _, err := s.Rules(authz.With(t.Context(), authz.Subject{ID: "01a20000-0000-7000-8000-000000000002", Kind: authz.Worker})); !fault.Is(err, fault.Missing) {
			t.Errorf("a worker reads the rules: %v", err)
		}
	})
}
