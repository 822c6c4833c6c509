package calendar_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/calendar"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/workday"
)

const county = "510703"

var start = time.Date(2026, 11, 28, 2, 0, 0, 0, time.UTC)

// notice is an invented notice for 2027, with further days off.
func notice(t testing.TB, more ...string) []byte {
	t.Helper()
	n := workday.Notice{Year: 2027, Papers: []string{"https://example.org/2027"}}
	for _, d := range append(strings.Fields("-2027-01-01 -2027-01-02 -2027-01-03 -2027-02-05 -2027-02-06 -2027-02-07 -2027-02-08 -2027-02-09 +2027-02-13 -2027-05-01 -2027-05-02 -2027-05-03 -2027-10-01 -2027-10-02 -2027-10-03"), more...) {
		n.Days = append(n.Days, workday.Day{Date: d[1:], Name: "示例", Off: d[0] == '-'})
	}
	text, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func staff(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "管理员", Grants: []authz.Grant{{Role: role, Area: area}}})
}

// whole is the area of the installation.
func whole(context.Context, *op.Tx) (string, error) { return county, nil }

func admin() context.Context { return staff(authz.Admin, county) }

// each runs fn on both databases.
func each(t *testing.T, fn func(t *testing.T, s *calendar.Service, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, clock.At(start), []fs.FS{op.Schema, job.Schema, calendar.Schema}, func(t *testing.T, d *db.DB) {
		fn(t, calendar.NewService(op.New(d, calendar.Policy), whole), d)
	})
}

func publish(t *testing.T, s *calendar.Service, text []byte, corrects bool) int64 {
	t.Helper()
	n, err := s.Publish(admin(), calendar.Entry{Text: text, Base: s.Current(), Corrects: corrects})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPublish(t *testing.T) {
	each(t, func(t *testing.T, s *calendar.Service, d *db.DB) {
		other := calendar.NewService(op.New(d, calendar.Policy), whole) // another process
		p, err := s.Preview(admin(), calendar.Entry{Text: notice(t)})
		if err != nil || p.Published || len(p.Changes) != 15 || p.Source != "https://example.org/2027" {
			t.Fatalf("the preview: %+v, %v; want a new year of 15 days with its paper", p, err)
		}
		if s.Current() != 0 {
			t.Error("the preview changed something")
		}
		if n := publish(t, s, notice(t), false); n != 1 {
			t.Errorf("got revision %d, want 1", n)
		}
		if ok, err := s.IsWorkday("2026-12-31"); !ok || err != nil {
			t.Errorf("31 December: got %v, %v; want a known workday", ok, err)
		}
		if _, err := other.IsWorkday("2027-02-13"); err == nil {
			t.Error("the other process knows without a look")
		}
		if err := other.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if ok, err := other.IsWorkday("2027-02-13"); !ok || err != nil {
			t.Errorf("the other process: got %v, %v; want the make-up day", ok, err)
		}
		book, err := s.Book(staff(authz.Cadre, county))
		if err != nil || len(book.Revisions()) != 1 || book.Revisions()[0].ByName != "管理员" || !book.Revisions()[0].At.Equal(start) {
			t.Errorf("the book: %+v, %v; want who and when", book.Revisions(), err)
		}
		events := 0
		if err := d.View(t.Context(), func(tx *db.Tx) error {
			return tx.One(t.Context(), `select count(*) from org_outbox where name = 'calendar.published'`, nil, &events)
		}); err != nil || events != 1 {
			t.Errorf("got %d events, %v; want one", events, err)
		}
	})
}

func TestRefused(t *testing.T) {
	empty, err := os.ReadFile("../../../shared/vectors/holiday-cn/2027.json")
	if err != nil {
		empty = []byte(`{"year": 2027, "papers": [], "days": []}`)
	}
	var old workday.Notice
	if err := json.Unmarshal(notice(t), &old); err != nil {
		t.Fatal(err)
	}
	old.Year = 2019
	past, err := json.Marshal(old)
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, s *calendar.Service, _ *db.DB) {
		for _, c := range []struct {
			say  string
			text string
			want string
		}{
			{"no notice is out", string(empty), "calendar.unpublished"},
			{"no JSON", "元旦放假三天", "calendar.unreadable"},
			{"a day that is none", strings.Replace(string(notice(t)), "2027-02-05", "2027-02-30", 1), "calendar.unreadable"},
			{"a year long past", string(past), "calendar.bad_year"},
			{"half a notice", `{"year":2027,"papers":["x"],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true}]}`, "calendar.flaw.fixed"},
			{"no source", strings.Replace(string(notice(t)), `"https://example.org/2027"`, ``, 1), "calendar.no_source"},
		} {
			_, err := s.Publish(admin(), calendar.Entry{Text: []byte(c.text)})
			if f := fault.Of(err); !fault.Is(err, fault.Invalid) || len(f.Fields) == 0 || f.Fields[0].Msg != c.want {
				t.Errorf("%s: got %v, want %s", c.say, err, c.want)
			}
		}
		publish(t, s, notice(t), false)
		if _, err := s.Preview(admin(), calendar.Entry{Text: notice(t)}); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[0].Msg != "calendar.same" {
			t.Errorf("the same again: got %v, want refused", err)
		}
		if _, err := s.Publish(admin(), calendar.Entry{Text: notice(t, "-2027-05-04"), Base: 0}); !fault.Is(err, fault.Conflict) {
			t.Errorf("entered upon an old preview: got %v, want a conflict", err)
		}
	})
}

// TestAtOnce has several administrators enter a notice at the same instant.
func TestAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *calendar.Service, _ *db.DB) {
		const people = 8
		begin, answers := make(chan struct{}), make(chan error, people)
		for range people {
			go func() {
				<-begin
				_, err := s.Publish(admin(), calendar.Entry{Text: notice(t)})
				answers <- err
			}()
		}
		close(begin)
		entered := 0
		for range people {
			switch err := <-answers; {
			case err == nil:
				entered++
			case !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid): // who came later finds it changed, or the same
				t.Errorf("got %v, want a conflict", err)
			}
		}
		if revisions := s.Ledger().Revisions(); entered != 1 || len(revisions) != 1 {
			t.Errorf("%d were told that it is entered, %d revisions; want one each", entered, len(revisions))
		}
	})
}

func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, s *calendar.Service, _ *db.DB) {
		for _, c := range []struct {
			say  string
			ctx  context.Context
			want fault.Kind
		}{
			{"a cadre", staff(authz.Cadre, county), fault.Denied},
			{"a leader", staff(authz.Leader, county), fault.Denied},
			{"the administrator of a street", staff(authz.Admin, county+"101"), fault.Denied},
			{"the administrator of a sibling county", staff(authz.Admin, "510704"), fault.Denied},
			{"a worker", authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Worker}), fault.Denied},
			{"nobody", context.Background(), fault.Denied},
		} {
			if _, err := s.Publish(c.ctx, calendar.Entry{Text: notice(t)}); !fault.Is(err, c.want) {
				t.Errorf("%s publishes: got %v, want %v", c.say, err, c.want)
			}
			if _, err := s.Preview(c.ctx, calendar.Entry{Text: notice(t)}); !fault.Is(err, c.want) {
				t.Errorf("%s previews: got %v, want %v", c.say, err, c.want)
			}
		}
		if s.Current() != 0 {
			t.Error("somebody published")
		}
		if _, err := s.Publish(authz.AsSystem(context.Background(), "calendar.import"), calendar.Entry{Text: notice(t)}); err != nil {
			t.Errorf("the command: %v", err)
		}
	})
}

func TestAs(t *testing.T) {
	kind := func(l calendar.Ledger, n int64, day string) workday.Kind {
		k, _ := l.As(n).Kind(day)
		return k
	}
	each(t, func(t *testing.T, s *calendar.Service, _ *db.DB) {
		publish(t, s, notice(t), false)                              // 1: the notice
		publish(t, s, notice(t, "-2027-05-04"), false)               // 2: a day off granted late
		publish(t, s, notice(t, "-2027-05-04", "-2027-05-05"), true) // 3: which was two days, mended
		l := s.Ledger()
		for _, c := range []struct {
			say string
			n   int64
			day string
			was workday.Kind
		}{
			{"before any: the first that was published", 0, "2027-05-04", workday.Workday},
			{"after the first: as it was", 1, "2027-05-04", workday.Workday},
			{"after the second: the late day off", 2, "2027-05-04", workday.Holiday},
			{"after the second: mended", 2, "2027-05-05", workday.Holiday},
			{"after the third", 3, "2027-05-05", workday.Holiday},
			{"a number not known yet counts as the last", 9, "2027-05-05", workday.Holiday},
			{"the built-in years stay", 3, "2026-10-01", workday.Holiday},
		} {
			if got := kind(l, c.n, c.day); got != c.was {
				t.Errorf("%s: got %v, want %v", c.say, got, c.was)
			}
		}
	})
}

// The year of a notice is held against the year in Beijing.
func TestTheYearBeginsInBeijing(t *testing.T) {
	c := clock.At(time.Date(2027, 12, 31, 15, 59, 0, 0, time.UTC))
	d := dbtest.SQLite(t, c, []fs.FS{op.Schema, job.Schema, calendar.Schema})
	s := calendar.NewService(op.New(d, calendar.Policy), whole)
	text := []byte(strings.ReplaceAll(string(notice(t)), "2027", "2030"))
	look := func() error {
		_, err := s.Preview(admin(), calendar.Entry{Text: text})
		return err
	}
	if err := look(); len(fault.Of(err).Fields) == 0 || fault.Of(err).Fields[0].Msg != "calendar.bad_year" {
		t.Errorf("a minute before midnight: %v, want a notice too far ahead", err)
	}
	c.Move(time.Minute)
	if err := look(); err != nil {
		t.Errorf("at midnight: %v", err)
	}
}
