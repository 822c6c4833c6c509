package office_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/hold"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	"nuanxin/internal/seal"
)

// start is a Tuesday, 10:00 in China.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const (
	county  = "510703"
	sibling = "510704"
	city    = "5107"
)

var (
	union   = id.New[string]()
	cityID  = id.New[string]()
	street  = id.New[string]()
	housing = id.New[string]()
	fire    = id.New[string]()
	host    = id.New[string]()
	station = id.New[string]()
	liu     = id.New[string]()
	zhou    = id.New[string]()
	chen    = id.New[string]()
	other   = id.New[string]()
)

// The canaries: who the worker is. They may show nowhere but where they are asked for.
const (
	canaryName  = "陈金丝雀"
	canaryPhone = "13812345678"
	canaryWords = "东门保安不让电动车进，每单要绕六百多米"
)

// around is the rest of the house, as far as requests see it.
type around struct {
	notices []request.Notice
	unions  string // "": the county's and the city's; "one": the county's alone, which is then the highest; "none"
}

func (a *around) UnionFor(_ context.Context, _ *op.Tx, area string) (request.Union, error) {
	switch {
	case a.unions == "none" || a.unions == "one" && area != "" && !strings.HasPrefix(area, county):
	case len(area) >= 6 && area[:6] == county, a.unions == "one":
		return request.Union{ID: union, Name: "示例区总工会", Area: county}, nil
	case len(area) >= 4 && area[:4] == city:
		return request.Union{ID: cityID, Name: "示例市总工会", Area: city}, nil
	}
	return request.Union{}, fault.New("org.union", fault.Missing, "fault.missing")
}

func (*around) BodiesFor(context.Context, *op.Tx, string, string) ([]request.Body, error) {
	return []request.Body{{ID: street, Name: "南康街道", Why: "area"}}, nil
}

func (*around) Names(_ context.Context, _ *op.Tx, ids []string) (map[string]string, error) {
	known := map[string]string{street: "南康街道", housing: "住建局物业科", fire: "消防大队", host: "示例驿站运营方"}
	out := map[string]string{}
	for _, i := range ids {
		if n, ok := known[i]; ok {
			out[i] = n
		}
	}
	return out, nil
}

func (*around) Place(_ context.Context, _ *op.Tx, sid string) (request.StationPlace, error) {
	if sid != station {
		return request.StationPlace{}, fault.New("station", fault.Missing, "fault.missing")
	}
	return request.StationPlace{ID: sid, Name: "示例驿站", Area: county, Point: &geo.Point{Lat: 31.46, Lng: 104.74}, HostID: host, HostName: "示例驿站运营方"}, nil
}

func (*around) Contact(context.Context, *op.Tx, string) (string, string, error) {
	return canaryName, canaryPhone, nil
}

func (a *around) Notify(_ context.Context, n request.Notice) error {
	a.notices = append(a.notices, n)
	return nil
}

// house is a running system for one test.
type house struct {
	*office.Service
	t    testing.TB
	db   *db.DB
	desk *op.Desk
	clk  *clock.Fake
	rest *around
	blob map[string]time.Time

	ring  *seal.Ring
	needs request.Needs
}

// dbOf is the database, under a name that tables of tests can use.
type dbOf = db.DB

// spoil changes rows behind the program's back.
func (h *house) spoil(query string) {
	h.t.Helper()
	err := h.db.Update(h.t.Context(), func(tx *db.Tx) error {
		var args []any
		if strings.Contains(query, "$1") {
			args = []any{true}
		}
		_, err := tx.Exec(h.t.Context(), query, args...)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) Older(_ context.Context, t time.Time, each func(string) error) error {
	for b, at := range h.blob {
		if at.Before(t) {
			if err := each(b); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *house) Remove(_ context.Context, b string) error {
	delete(h.blob, b)
	return nil
}

var schemas = []fs.FS{op.Schema, hold.Schema, consent.Schema, job.Schema, request.Schema}

// each runs f in a fresh house on each database.
func each(t *testing.T, f func(h *house)) {
	t.Helper()
	clk := clock.At(start)
	dbtest.Each(t, clk, schemas, func(t *testing.T, d *db.DB) {
		clk.Set(start)
		f(build(t, d, clk))
	})
}

func build(t testing.TB, d *db.DB, clk *clock.Fake) *house {
	t.Helper()
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys.json"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, db: d, desk: op.New(d, request.Policy), clk: clk, rest: &around{}, blob: map[string]time.Time{}}
	h.ring, h.needs = ring, request.Needs{Orgs: h.rest, Stations: h.rest, People: h.rest, Notifier: h.rest, Files: h}
	h.Service = office.NewService(h.desk, ring, office.Config{HomeArea: county}, h.needs)
	return h
}

func staff(who, name string, grants ...authz.Grant) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: who, Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: name, Grants: grants})
}

func cadre() context.Context {
	return staff(liu, "刘婷", authz.Grant{Role: authz.Cadre, Area: county, Org: union})
}

func colleague() context.Context {
	return staff(zhou, "周敏", authz.Grant{Role: authz.Cadre, Area: county, Org: union})
}

func partner(org string) context.Context {
	return staff(org, "王科长", authz.Grant{Role: authz.Partner, Org: org})
}

func hostOf(org string) context.Context {
	return staff(org, "张店长", authz.Grant{Role: authz.Host, Org: org})
}

func worker() context.Context {
	return authz.With(context.Background(), authz.Subject{ID: chen, Kind: authz.Worker, Name: canaryName})
}

func program() context.Context { return authz.AsSystem(context.Background(), "test") }

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

// capture stores an ordinary request of the worker.
func (h *house) capture() request.Receipt {
	h.t.Helper()
	return h.captured(worker(), request.Draft{Words: canaryWords, Topic: "gate", Phone: canaryPhone, PhoneOK: true,
		Place: request.Place{Text: "锦绣家园东门", Area: county + "101", Point: &geo.Point{Lat: 31.4612, Lng: 104.7412}}})
}

func (h *house) captured(ctx context.Context, d request.Draft) request.Receipt {
	h.t.Helper()
	r, err := h.Capture(ctx, d)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// must fails the test when an act was refused.
func (h *house) must(r request.Receipt, err error) request.Receipt {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func TestCapture(t *testing.T) {
	each(t, func(h *house) {
		r := h.capture()
		if r.Number != "2026-1124-0001" || r.Who != "示例区总工会" || r.Status != request.StatusReceived {
			t.Errorf("receipt = %+v", r)
		}
		if got, want := r.By.In(clock.Zone).Format("01-02 15:04"), "12-01 17:30"; got != want {
			t.Errorf("an answer by %s, want %s: the fifth working day", got, want)
		}
		c, err := h.Case(cadre(), request.Ref{ID: r.ID})
		if err != nil {
			t.Fatal(err)
		}
		if c.Words != canaryWords || c.Surname != "陈" || len(c.Timeline) != 1 || len(c.Clocks) != 2 {
			t.Errorf("case = %+v", c)
		}
		p, err := h.List(cadre(), request.Filter{})
		if err != nil || len(p.Rows) != 1 || p.Rows[0].State != request.ClockOK || p.Rows[0].Left != 2*time.Hour {
			t.Errorf("list = %+v, %v", p, err)
		}
		own, err := h.Progress(worker(), request.Ref{Number: r.Number})
		if err != nil || own.Words != canaryWords {
			t.Errorf("progress = %+v, %v", own, err)
		}
	})
}
