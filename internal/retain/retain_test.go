package retain_test

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
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
		s := retain.NewService(op.New(d, retain.Policy), whole, retain.Class{Name: "member.refused", Drop: kept.drop})
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
		s := retain.NewService(op.New(d, retain.Policy), whole, retain.Class{Name: "member.refused", Drop: kept.drop})
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

// whole is the area of the installation.
func whole(context.Context, *op.Tx) (string, error) { return "22", nil }

// Rules are entered for a day to come, by the security administrator of the whole
// installation, and never below what the law asks for; what counted before stays.
func TestRulesAreEntered(t *testing.T) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, job.Schema, retain.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		none := func(context.Context, *op.Tx, time.Time, int) (int, error) { return 0, nil }
		s := retain.NewService(op.New(d, retain.Policy), whole, retain.Class{Name: "rights.words", Drop: none}, retain.Class{Name: "request.media", Drop: none})
		as := func(role authz.Role, area string) context.Context {
			return authz.With(t.Context(), authz.Subject{ID: "01a20000-0000-7000-8000-000000000001", Kind: authz.Staff, Name: "安管", Proven: at.Now().Add(time.Hour), Grants: []authz.Grant{{Role: role, Area: area}}})
		}
		today, next := clock.Day(at.Now()), clock.Day(at.Now().AddDate(0, 0, 1))
		sound := retain.Draft{Class: "rights.words", Days: 1096, Since: next, Source: "本级决定2026年第9号"}
		with := func(change func(*retain.Draft)) retain.Draft { d := sound; change(&d); return d }
		for _, c := range []struct {
			what, says string
			d          retain.Draft
		}{
			{"a day short of three years", "retain.days.least", with(func(d *retain.Draft) { d.Days = 1095 })},
			{"no days", "retain.days.between", with(func(d *retain.Draft) { d.Days = 0 })},
			{"for ever", "retain.days.between", with(func(d *retain.Draft) { d.Days = 100000 })},
			{"yesterday", "retain.since.past", with(func(d *retain.Draft) { d.Since = clock.Day(at.Now().AddDate(0, 0, -1)) })},
			{"no day", "retain.since.past", with(func(d *retain.Draft) { d.Since = "soon" })},
			{"no source", "retain.source.length", with(func(d *retain.Draft) { d.Source = " " })},
			{"no class", "retain.class.choose", with(func(d *retain.Draft) { d.Class = "member" })},
		} {
			err := s.Set(as(authz.Security, "22"), c.d)
			if !fault.Is(err, fault.Invalid) || !slices.ContainsFunc(fault.Of(err).Fields, func(f fault.Field) bool { return f.Msg == c.says }) {
				t.Errorf("%s: got %v, want %s", c.what, err, c.says)
			}
		}
		for who, ctx := range map[string]context.Context{"of a county": as(authz.Security, "2204"), "an administrator": as(authz.Admin, "22"), "a cadre": as(authz.Cadre, "22")} {
			if err := s.Set(ctx, sound); err == nil {
				t.Errorf("%s enters a rule", who)
			}
		}
		if err := s.Set(as(authz.Security, "22"), sound); err != nil {
			t.Fatal(err)
		}
		if err := s.Set(as(authz.Security, "22"), sound); !fault.Is(err, fault.Invalid) {
			t.Errorf("a second rule of the same day: got %v", err)
		}
		if err := s.Set(as(authz.Security, "22"), retain.Draft{Class: "request.media", Days: 30, Since: today, Source: "本级决定2026年第9号"}); err != nil {
			t.Errorf("what no law holds: %v", err)
		}
		of := func(class string) (r retain.Rule) {
			all, err := s.Rules(as(authz.Security, "22"))
			for _, x := range all {
				if x.Class == class {
					r = x
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := of("rights.words"); r.Days != 1830 || r.Least.Days != 1096 || len(r.Next) != 1 || r.Next[0].Days != 1096 || r.Next[0].By != "安管" {
			t.Errorf("before its day: got %+v", r)
		}
		if r := of("request.media"); r.Days != 30 || r.By != "安管" || r.Least.Days != 0 {
			t.Errorf("from today on: got %+v", r)
		}
		at.Move(24 * time.Hour)
		if r := of("rights.words"); r.Days != 1096 || r.Since != next || len(r.Next) != 0 {
			t.Errorf("from its day on: got %+v", r)
		}
	})
}

// A class that cannot be dropped is told, and the others are dropped all the same.
func TestOneClassFails(t *testing.T) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, job.Schema, retain.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		broken := func(context.Context, *op.Tx, time.Time, int) (int, error) {
			return 0, errors.New("a row that nobody can read")
		}
		kept := &shelf{start.AddDate(-20, 0, 0)}
		s := retain.NewService(op.New(d, retain.Policy), whole, retain.Class{Name: "member.left", Drop: broken}, retain.Class{Name: "member.refused", Drop: kept.drop})
		err := s.Run(authz.AsSystem(t.Context(), "test"))
		if err == nil || !strings.Contains(err.Error(), "member.left") || len(*kept) != 0 {
			t.Errorf("got %v, and %d are kept", err, len(*kept))
		}
	})
}
