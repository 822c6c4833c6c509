package rights_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
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
	"nuanxin/internal/op"
	"nuanxin/internal/rights"
	"nuanxin/internal/seal"
	"nuanxin/internal/workday"
)

// A Tuesday in Beijing, ten in the morning.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const county, sibling, canary = "990101", "990102", "门牌写错了，应该是三单元"

// house is two counties that have a union each, and the accounts of workers.
type house struct {
	homes, phones map[string]string
	told          []string
	stands        map[string]string // a field of everybody's
}

func (h *house) UnionFor(_ context.Context, _ *op.Tx, area string) (rights.Union, error) {
	switch {
	case strings.HasPrefix(area, county):
		return rights.Union{ID: "01a20000-0000-7000-8000-000000000001", Name: "云川县总工会", Area: county, Officer: "柳婷"}, nil
	case strings.HasPrefix(area, sibling):
		return rights.Union{ID: "01a20000-0000-7000-8000-000000000002", Name: "青石县总工会", Area: sibling}, nil
	case area == "":
		return rights.Union{ID: "01a20000-0000-7000-8000-000000000003", Name: "云川市总工会", Area: "9901"}, nil
	}
	return rights.Union{}, fault.New("test", fault.Missing, "")
}

func (h *house) Union(ctx context.Context, tx *op.Tx, which string) (rights.Union, error) {
	for _, area := range []string{county, sibling, ""} {
		if u, err := h.UnionFor(ctx, tx, area); err == nil && u.ID == which {
			return u, nil
		}
	}
	return rights.Union{}, fault.New("test", fault.Missing, "")
}

func (h *house) HomeOf(_ context.Context, _ *op.Tx, worker string) (string, error) {
	return h.homes[worker], nil
}

func (h *house) Contact(_ context.Context, _ *op.Tx, worker string) (name, phone string, err error) {
	return "陈示例", h.phones[worker], nil
}

func (h *house) Notify(_ context.Context, _, phone string) error {
	h.told = append(h.told, phone)
	return nil
}

func (h *house) Known(context.Context, *op.Tx, string) ([]rights.Field, error) {
	return []rights.Field{{Name: "name", Value: h.stands["name"], Masked: "陈*东"}}, nil
}

func (h *house) Correct(_ context.Context, _ *op.Tx, _, field, value string) (string, error) {
	if value == "不行" {
		var f fault.Form
		f.Add("wanted", "test.wrong", nil)
		return "", f.Err("test")
	}
	was := h.stands[field]
	h.stands[field] = value
	return was, nil
}

type world struct {
	*rights.Service
	*house
	t     *testing.T
	db    *db.DB
	clock *clock.Fake
	days  *workday.Calendar
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, hold.Schema, consent.Schema, job.Schema, rights.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{house: &house{map[string]string{}, map[string]string{}, nil, map[string]string{"name": "陈立东"}}, t: t, db: d, clock: at, days: &workday.Calendar{}}
		w.Service = rights.NewService(op.New(d, rights.Policy), rights.Config{Ring: ring, Orgs: w.house, People: w.house, Fields: w.house, Notifier: w.house, Calendar: func() workday.Calendar { return *w.days }})
		f(t, w)
	})
}

func (w *world) worker(home string) context.Context {
	who := id.New[string]()
	w.homes[who], w.phones[who] = home, "19900000001"
	return authz.With(context.Background(), authz.Subject{ID: who, Kind: authz.Worker})
}

func staff(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "柳婷", Grants: []authz.Grant{{Role: role, Area: area}}})
}

var cadre = staff(authz.Cadre, county)

func (w *world) send(ctx context.Context) rights.Receipt {
	w.t.Helper()
	r, err := w.Send(ctx, rights.Draft{Kind: rights.Correct, Words: canary})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) get(ctx context.Context, which rights.ID) rights.Ask {
	w.t.Helper()
	a, err := w.Get(ctx, which)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

// An ask goes to the worker's union with a name and a day, is answered once, and
// the worker reads what was said and is told by message that it was.
func TestAnAskIsAnswered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		worker := w.worker(county)
		r := w.send(worker)
		// Fifteen working days from Tuesday 24 November: Tuesday 15 December, 17:30 in Beijing.
		if want := time.Date(2026, 12, 15, 9, 30, 0, 0, time.UTC); r.Union != "云川县总工会" || r.Officer != "柳婷" || !r.DueAt.Equal(want) {
			t.Errorf("got %+v, want 云川县总工会, 柳婷 and %v", r, want)
		}
		p, err := w.List(cadre, rights.Filter{})
		if err != nil || len(p.Rows) != 1 || p.Rows[0].Words != canary || p.Rows[0].Late(w.clock.Now()) {
			t.Fatalf("the desk: got %+v, %v", p, err)
		}
		w.clock.Set(r.DueAt.Add(time.Minute))
		if a := w.get(cadre, r.ID); !a.Late(w.clock.Now()) {
			t.Error("a minute past its day: got it in time")
		}
		if err := w.Answer(cadre, r.ID, 1, "  "); code(err) != "invalid" {
			t.Errorf("an answer without words: got %v", err)
		}
		if err := w.Answer(cadre, r.ID, 1, "改好了：三单元。"); err != nil {
			t.Fatal(err)
		}
		a := w.get(worker, r.ID)
		if a.State != rights.Done || a.Answer != "改好了：三单元。" || a.AnsweredBy != "柳婷" || a.Late(w.clock.Now()) {
			t.Errorf("the worker reads %+v", a)
		}
		for name, err := range map[string]error{"refused after the answer": w.Reject(cadre, r.ID, 2, "不"), "taken back after it": w.Take(worker, r.ID), "an old version": w.Answer(cadre, r.ID, 1, "再")} {
			if code(err) != "conflict" {
				t.Errorf("%s: got %v, want a conflict", name, err)
			}
		}
		jobs := job.New(w.db, op.Groups)
		w.Register(jobs)
		if _, err := jobs.Deliver(context.Background()); err != nil {
			t.Fatal(err)
		}
		if len(w.told) != 1 || w.told[0] != "19900000001" {
			t.Errorf("told %v, want the worker once", w.told)
		}
	})
}

// Who is no member asks the union of where they are, and where there is none the
// highest.
func TestWhoAnswers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct{ home, area, want string }{
			{county, sibling, "云川县总工会"}, {"", sibling + "001", "青石县总工会"}, {"", "880101", "云川市总工会"}, {"", "", "云川市总工会"},
		} {
			r, err := w.Send(w.worker(c.home), rights.Draft{Kind: rights.Delete, Words: canary, Area: c.area})
			if err != nil || r.Union != c.want {
				t.Errorf("home %q in %q: got %q, %v, want %s", c.home, c.area, r.Union, err, c.want)
			}
		}
	})
}

// What others see: a sibling county, a leader, an administrator, another worker.
func TestWhoSeesAnAsk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		worker := w.worker(county)
		r := w.send(worker)
		why := op.With(cadre, op.Call{Purpose: "回电话核实"})
		for name, c := range map[string]struct {
			ctx               context.Context
			see, list, answer string
		}{
			"its worker":        {worker, "ok", "0", "denied"},
			"another worker":    {w.worker(county), "missing", "0", "missing"},
			"the cadre":         {cadre, "ok", "1", "ok"},
			"a leader":          {staff(authz.Leader, county), "ok", "1", "denied"},
			"the city's cadre":  {staff(authz.Cadre, "9901"), "ok", "1", "conflict"},
			"a sibling's cadre": {staff(authz.Cadre, sibling), "missing", "0", "missing"},
			"an administrator":  {staff(authz.Admin, county), "missing", "0", "missing"},
			"nobody":            {context.Background(), "missing", "0", "missing"},
		} {
			if _, err := w.Get(c.ctx, r.ID); code(err) != c.see {
				t.Errorf("%s sees: got %v, want %s", name, err, c.see)
			}
			p, err := w.List(c.ctx, rights.Filter{})
			if got := string(rune('0' + len(p.Rows))); err != nil || got != c.list {
				t.Errorf("%s lists: got %s, %v, want %s", name, got, err, c.list)
			}
			if c.answer == "denied" || c.answer == "missing" {
				if err := w.Answer(c.ctx, r.ID, 1, "好"); code(err) != c.answer {
					t.Errorf("%s answers: got %v, want %s", name, err, c.answer)
				}
				if _, err := w.Phone(op.With(c.ctx, op.Call{Purpose: "看看"}), r.ID); code(err) != c.answer {
					t.Errorf("%s opens the phone: got %v, want %s", name, err, c.answer)
				}
			}
		}
		if phone, err := w.Phone(why, r.ID); err != nil || phone != "19900000001" {
			t.Errorf("the cadre with a reason: got %q, %v", phone, err)
		}
		if _, err := w.Phone(cadre, r.ID); code(err) != "invalid" {
			t.Errorf("the cadre without one: got %v", err)
		}
		if _, phone, err := w.Who(cadre, w.get(cadre, r.ID)); err != nil || strings.Contains(phone, "0000") {
			t.Errorf("who asked: got %q, %v, want a masked phone", phone, err)
		}
	})
}

// A cadre writes down what was asked at the counter: it is sealed, theirs, and
// wrong input is told input by input.
func TestWrittenDown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		n := rights.Note{Draft: rights.Draft{Kind: rights.Kin, Words: canary, Area: sibling}, Channel: rights.AtCounter, Name: "王示例", Phone: "199 0000 0009"}
		r, err := w.Write(cadre, n)
		if err != nil || r.Union != "云川县总工会" {
			t.Fatalf("got %+v, %v, want the cadre's own union", r, err)
		}
		a := w.get(cadre, r.ID)
		if a.Name != "王示例" || strings.Contains(a.Phone, "0000") || a.TakenBy != "柳婷" || a.Person != "" {
			t.Errorf("got %+v", a)
		}
		_, err = w.Write(cadre, rights.Note{Draft: rights.Draft{Kind: "?"}, Phone: "12"})
		var names []string
		for _, f := range fault.Of(err).Fields {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); code(err) != "invalid" || got != "kind words channel name phone" {
			t.Errorf("an empty form: got %v for %q", err, got)
		}
		for name, ctx := range map[string]context.Context{"a leader": staff(authz.Leader, county), "an administrator": staff(authz.Admin, county), "a worker": w.worker(county)} {
			if _, err := w.Write(ctx, n); err == nil {
				t.Errorf("%s may write down what others ask", name)
			}
		}
		err = w.db.View(context.Background(), func(tx *db.Tx) error {
			var rows strings.Builder
			_, err := tx.Dump(context.Background(), &rows)
			for _, s := range []string{canary, "王示例", "19900000009"} {
				if strings.Contains(rows.String(), s) {
					t.Errorf("%s stands in plain in the database", s)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Two cadres answer at once: one of them is told that it is answered.
func TestTwoAnswerAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r := w.send(w.worker(county))
		var all sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			all.Go(func() { errs[i] = w.Answer(staff(authz.Cadre, county), r.ID, 1, "改好了") })
		}
		all.Wait()
		done := 0
		for _, err := range errs {
			switch code(err) {
			case "ok":
				done++
			case "conflict":
			default:
				t.Errorf("got %v, want a conflict", err)
			}
		}
		if done != 1 {
			t.Errorf("%d answers went through, want one", done)
		}
	})
}

// So many wait at a time; one that was taken back waits no more.
func TestManyAsks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		worker := w.worker(county)
		first := w.send(worker)
		for range 4 {
			w.send(worker)
		}
		if _, err := w.Send(worker, rights.Draft{Kind: rights.Other, Words: canary}); code(err) != "conflict" {
			t.Errorf("the sixth: got %v, want it refused", err)
		}
		if err := w.Take(worker, first.ID); err != nil {
			t.Fatal(err)
		}
		w.send(worker)
		mine, err := w.Mine(worker)
		if err != nil || len(mine) != 6 || mine[5].State != rights.Taken {
			t.Errorf("mine: got %d, %v", len(mine), err)
		}
		seen := map[rights.ID]bool{}
		for f, more := (rights.Filter{Limit: 2}), true; more; {
			p, err := w.List(cadre, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range p.Rows {
				seen[a.ID] = true
			}
			f.After, more = p.Next, p.Next != ""
		}
		if closed, err := w.List(cadre, rights.Filter{Closed: true}); err != nil || len(seen) != 5 || len(closed.Rows) != 1 {
			t.Errorf("got %d open in pages and %d closed, %v; want 5 and 1", len(seen), len(closed.Rows), err)
		}
	})
}

// In a year whose holidays are not published there is no day, and no lie.
func TestNoDayIsPublished(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.clock.Set(time.Date(2026, 12, 28, 2, 0, 0, 0, time.UTC))
		if r := w.send(w.worker(county)); !r.DueAt.IsZero() {
			t.Errorf("got %v, want no day: 2027 is not published", r.DueAt)
		}
	})
}

// An ask without a place reaches the highest union, which hands it to the right one:
// that one answers it, by the day that it had, and its worker sees the way it went.
func TestHandedOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		worker, city := w.worker(""), staff(authz.Cadre, "9901")
		r := w.send(worker)
		beside, err := w.UnionFor(context.Background(), nil, sibling)
		if err != nil {
			t.Fatal(err)
		}
		a := w.get(city, r.ID)
		for name, c := range map[string]struct {
			ctx     context.Context
			version int64
			to      string
			want    string
		}{
			"a cadre of a county that has nothing to do with it": {staff(authz.Cadre, county), 1, beside.ID, "missing"},
			"a leader":                {staff(authz.Leader, "9901"), 1, beside.ID, "denied"},
			"its worker":              {worker, 1, beside.ID, "denied"},
			"to a union that is none": {city, 1, id.New[string](), "invalid"},
			"to the one that has it":  {city, 1, a.Union, "invalid"},
			"as it was not":           {city, 9, beside.ID, "conflict"},
		} {
			if err := w.HandOn(c.ctx, r.ID, c.version, c.to); code(err) != c.want {
				t.Errorf("%s: got %v, want %s", name, err, c.want)
			}
		}
		w.clock.Set(start.Add(time.Hour))
		if err := w.HandOn(city, r.ID, 1, beside.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.Answer(cadre, r.ID, 2, "好了"); code(err) != "missing" {
			t.Errorf("another county answers: got %v", err)
		}
		if err := w.Answer(staff(authz.Cadre, sibling), r.ID, 2, "好了"); err != nil {
			t.Errorf("the right county does not answer: %v", err)
		}
		a = w.get(worker, r.ID)
		if !a.DueAt.Equal(r.DueAt) || len(a.Hands) != 1 || a.Hands[0] != (rights.Handed{At: start.Add(time.Hour), FromName: "云川市总工会", ToName: "青石县总工会", By: "柳婷"}) {
			t.Errorf("the worker reads %+v, want the same day and one step", a)
		}
		if err := w.HandOn(city, r.ID, 3, a.Union); code(err) == "ok" {
			t.Error("what is answered was handed on")
		}
	})
}

// A correction says which field is wrong and what is right. Accepting it changes the
// field and answers in one transaction, and what stood there stays with the ask.
func TestCorrection(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stands["name"] = "陈立东"
		worker := w.worker(county)
		for name, c := range map[string]struct {
			d    rights.Draft
			want string
		}{
			"no value":             {rights.Draft{Kind: rights.Correct, Field: "name"}, "wanted"},
			"what stands there":    {rights.Draft{Kind: rights.Correct, Field: "name", Wanted: "陈立东"}, "wanted"},
			"a field that is none": {rights.Draft{Kind: rights.Correct, Field: "age", Wanted: "30"}, "field"},
			"another kind":         {rights.Draft{Kind: rights.Delete, Field: "name", Wanted: "陈"}, "field"},
		} {
			_, err := w.Send(worker, c.d)
			if f := fault.Of(err); code(err) != "invalid" || len(f.Fields) != 1 || f.Fields[0].Name != c.want {
				t.Errorf("%s: got %v, want it refused at %s", name, err, c.want)
			}
		}
		send := func(value string) rights.ID {
			r, err := w.Send(worker, rights.Draft{Kind: rights.Correct, Field: "name", Wanted: value, Proof: "photo1"})
			if err != nil {
				t.Fatal(err)
			}
			return r.ID
		}
		which := send("陈立冬")
		a := w.get(cadre, which)
		now, err := w.Now(cadre, a)
		if err != nil || now != "陈立东" || a.Wanted != "陈立冬" || a.Proof != "photo1" {
			t.Errorf("the cadre sees %q now, %+v, %v", now, a, err)
		}
		if err := w.Accept(staff(authz.Cadre, sibling), which, 1, "改了"); code(err) != "missing" {
			t.Errorf("a cadre beside: got %v", err)
		}
		if err := w.Accept(cadre, which, 9, "改了"); code(err) != "conflict" || w.stands["name"] != "陈立东" {
			t.Errorf("an old version: got %v, and %s stands there", err, w.stands["name"])
		}
		if err := w.Accept(cadre, which, 1, "看过身份证，改了"); err != nil {
			t.Fatal(err)
		}
		a = w.get(worker, which)
		if a.State != rights.Done || a.Was != "陈立东" || w.stands["name"] != "陈立冬" || a.Answer == "" {
			t.Errorf("got %+v, and %s stands there", a, w.stands["name"])
		}
		if err := w.Accept(cadre, which, 2, "再来"); code(err) != "conflict" {
			t.Errorf("twice: got %v", err)
		}
		bad := send("不行")
		if err := w.Accept(cadre, bad, 1, "改了"); code(err) != "invalid" || w.get(cadre, bad).State != rights.Open {
			t.Errorf("a value that cannot be: got %v; the ask must stay open", err)
		}
		if err := w.Reject(cadre, bad, 1, "和身份证不一样"); err != nil || w.stands["name"] != "陈立冬" {
			t.Errorf("refused: got %v", err)
		}
		w.stands["name"] = "x"
		if err := w.Accept(cadre, w.send(worker).ID, 1, "改了"); code(err) != "missing" {
			t.Errorf("an ask without a field: got %v", err)
		}
		err = w.db.View(context.Background(), func(tx *db.Tx) error {
			var rows strings.Builder
			_, err := tx.Dump(context.Background(), &rows)
			for _, s := range []string{"陈立东", "陈立冬"} {
				if strings.Contains(rows.String(), s) {
					t.Errorf("%s stands in plain in the database", s)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		files, err := w.Proofs(authz.AsSystem(context.Background(), "test"))
		if err != nil || !files["photo1"] {
			t.Errorf("got the files %v, %v; they must be kept", files, err)
		}
	})
}
