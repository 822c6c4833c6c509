package member_test

import (
	"context"
	"errors"
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
	"nuanxin/internal/hold"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/member"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/workday"
)

// A Tuesday in Beijing, ten in the morning.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const county, sibling = "990101", "990102"

// unions are two counties that have a union each.
type unions map[string]member.Union

func (u unions) UnionFor(_ context.Context, _ *op.Tx, area string) (member.Union, error) {
	if found, ok := u[area[:min(6, len(area))]]; ok {
		return found, nil
	}
	return member.Union{}, fault.New("test", fault.Missing, "")
}

// phones are the accounts: a person's id leads to a phone.
type phones map[string]string

func (p phones) Contact(_ context.Context, _ *op.Tx, person string) (name, phone string, err error) {
	return "", p[person], nil
}

type theRoll = roll.Service

type world struct {
	*member.Service
	*theRoll
	db     *db.DB
	clock  *clock.Fake
	t      *testing.T
	phones phones
	told   *inbox
	twins  *merge.Service
	desk   *op.Desk
	ring   *seal.Ring
	days   *workday.Calendar
}

// inbox is who was told by message; it fails while down is set.
type inbox struct {
	got  []string
	down bool
}

func (i *inbox) Notify(_ context.Context, _, phone string) error {
	if i.down {
		return errors.New("the gateway is down")
	}
	i.got = append(i.got, phone)
	return nil
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, hold.Schema, consent.Schema, job.Schema, member.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{db: d, clock: at, t: t, phones: phones{}, told: &inbox{}, desk: op.New(d, member.Policy), ring: ring, days: &workday.Calendar{}}
		w.Service = member.NewService(w.desk, member.Config{Ring: ring, People: w.phones, Notifier: w.told, Calendar: func() workday.Calendar { return *w.days }, Orgs: unions{
			county:  {ID: id.New[string](), Name: "云川县总工会", Area: county, Officer: "柳婷"},
			sibling: {ID: id.New[string](), Name: "青石县总工会", Area: sibling},
		}})
		w.theRoll, w.twins = roll.New(w.desk, w.Service), merge.New(w.desk, w.Service, nil)
		f(t, w)
	})
}

// worker is somebody who signed in with a phone of their own.
func (w *world) worker(phone string) context.Context {
	who := id.New[string]()
	w.phones[who] = phone
	return authz.With(context.Background(), authz.Subject{ID: who, Kind: authz.Worker})
}

func staff(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: "柳婷", Grants: []authz.Grant{{Role: role, Area: area}}})
}

var cadre = staff(authz.Cadre, county)

func form(name string) member.Application {
	return member.Application{Name: name, Occupation: member.Rider, Works: []work.Said{{Name: "某外卖平台"}}, Area: county + "001", Consents: []member.Consent{{Purpose: "membership", Version: 1}}}
}

func withDocument(a member.Application, document string) member.Application {
	a.Document = document
	a.Consents = append(a.Consents, member.Consent{Purpose: "document", Version: 1})
	return a
}

func (w *world) apply(ctx context.Context, a member.Application) member.Receipt {
	w.t.Helper()
	r, err := w.Apply(ctx, a)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// join makes somebody a member.
func (w *world) join(ctx context.Context, a member.Application) member.ID {
	w.t.Helper()
	r := w.apply(ctx, a)
	w.must(w.Approve(cadre, r.ID, 1))
	return r.ID
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) mine(ctx context.Context) member.Own {
	w.t.Helper()
	o, err := w.Mine(ctx)
	w.must(err)
	return o
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

func kinds(ts []member.Term) string {
	var all []string
	for _, t := range ts {
		all = append(all, string(t.Kind)+" "+t.UnionName)
	}
	return strings.Join(all, ", ")
}

func TestWhoMayDoWhat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000011")
		r := w.apply(me, form("郑一"))
		for _, test := range []struct {
			about string
			ctx   context.Context
			see   string
			decid string
		}{
			{"another worker", w.worker("13900000012"), "missing", "missing"},
			{"nobody", context.Background(), "missing", "missing"},
			{"a sibling county's cadre", staff(authz.Cadre, sibling), "missing", "missing"},
			{"an administrator", staff(authz.Admin, county), "missing", "missing"},
			{"a leader", staff(authz.Leader, county), "ok", "denied"},
			{"oneself", me, "ok", "denied"},
			{"the city's cadre", staff(authz.Cadre, "9901"), "ok", "conflict"}, // the version is another
		} {
			_, err := w.Get(test.ctx, r.ID)
			if code(err) != test.see {
				t.Errorf("%s sees: got %s, want %s", test.about, code(err), test.see)
			}
			if err := w.Approve(test.ctx, r.ID, 9); code(err) != test.decid {
				t.Errorf("%s approves: got %s, want %s", test.about, code(err), test.decid)
			}
			page, err := w.List(test.ctx, roll.Filter{Waits: true})
			w.must(err)
			if listed := len(page.Rows) == 1; listed != (test.see == "ok" && test.about != "oneself") {
				t.Errorf("%s lists %d", test.about, len(page.Rows))
			}
		}
		if _, err := w.Open(cadre, r.ID); code(err) != "invalid" {
			t.Errorf("without a purpose: got %v", err)
		}
		full, err := w.Open(op.With(cadre, op.Call{Purpose: "打电话核对"}), r.ID)
		if err != nil || full.Phone != "13900000011" {
			t.Errorf("with a purpose: got %+v, %v", full, err)
		}
	})
}

func TestNothingPersonalIsPlain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.join(w.worker("13955667788"), withDocument(form("机密人"), "11010519491231002X"))
		w.must(w.db.View(context.Background(), func(tx *db.Tx) error {
			for _, column := range []string{"name", "phone", "document", "born"} {
				var b []byte
				if err := tx.One(context.Background(), `select `+column+` from member`, nil, &b); err != nil {
					return err
				}
				for _, secret := range []string{"机密人", "13955667788", "11010519491231002X", "1949-12-31"} {
					if strings.Contains(string(b), secret) || len(b) == 0 {
						t.Errorf("%s is kept plain or not at all", column)
					}
				}
			}
			return nil
		}))
	})
}
