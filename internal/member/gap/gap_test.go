package gap_test

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
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
	"nuanxin/internal/member"
	"nuanxin/internal/member/gap"
	"nuanxin/internal/member/lead"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// bare is a county of the city without a union, far one of another province.
const (
	county, bare, far = "990101", "990103", "880101"
)

// around is the rest of the house: unions, and the phones of accounts.
type around struct {
	mu     sync.Mutex
	unions map[string]lead.Union // by area
	phones map[string]string
}

func (a *around) UnionFor(_ context.Context, _ *op.Tx, area string) (lead.Union, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for n := min(6, len(area)); n >= 0; n -= 2 {
		if u, ok := a.unions[area[:n]]; ok {
			return u, nil
		}
	}
	if area == "" {
		return a.unions["99"], nil
	}
	return lead.Union{}, fault.New("test", fault.Missing, "")
}

func (a *around) Union(_ context.Context, _ *op.Tx, which string) (lead.Union, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, u := range a.unions {
		if u.ID == which {
			return u, nil
		}
	}
	return lead.Union{}, fault.New("test", fault.Missing, "")
}

func (a *around) Contact(_ context.Context, _ *op.Tx, who string) (name, phone string, err error) {
	return "", a.phones[who], nil
}

func (a *around) found(area, name string) lead.Union {
	a.mu.Lock()
	defer a.mu.Unlock()
	u := lead.Union{ID: id.Of[string](area + name), Name: name, Area: area, Officer: "柳婷"}
	a.unions[area] = u
	return u
}

type world struct {
	*member.Service
	t    *testing.T
	gaps *gap.Service
	roll *roll.Service
	desk *op.Desk
	clk  *clock.Fake
	*around
	n int
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, hold.Schema, consent.Schema, job.Schema, member.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, clk: at, around: &around{unions: map[string]lead.Union{}, phones: map[string]string{}}, desk: op.New(d, authz.Merge(member.Policy, gap.Policy))}
		w.found("99", "某省总工会")
		w.found("9901", "某市总工会")
		w.found(county, "云川县总工会")
		w.Service = member.NewService(w.desk, member.Config{Ring: ring, People: w.around, Orgs: w.around})
		w.gaps, w.roll = gap.New(w.desk, w.Service, w.around), roll.New(w.desk, w.Service)
		f(t, w)
	})
}

func staff(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: "柳婷", Grants: []authz.Grant{{Role: role, Area: area}}})
}

var (
	city     = staff(authz.Cadre, "9901")
	province = staff(authz.Cadre, "99")
)

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	if f := fault.Of(err); f.Kind == fault.Conflict {
		return f.Msg
	}
	return fault.KindOf(err).Code()
}

func (w *world) worker() context.Context {
	w.n++
	who := id.New[string]()
	w.phones[who] = fmt.Sprintf("139%08d", w.n)
	return authz.With(context.Background(), authz.Subject{ID: who, Kind: authz.Worker})
}

func (w *world) apply(ctx context.Context, area string) member.Receipt {
	w.t.Helper()
	name := []rune("甲乙丙丁戊己庚辛壬癸")[w.n%10]
	r, err := w.Apply(ctx, member.Application{Name: "王" + string(name), Occupation: member.Rider, Area: area, Consents: []member.Consent{{Purpose: "membership", Version: 1}}})
	w.must(err)
	return r
}

func (w *world) get(who context.Context, which member.ID) roll.File {
	w.t.Helper()
	f, err := w.roll.Get(who, which)
	w.must(err)
	return f
}

func (w *world) lines(who context.Context) []gap.Line {
	w.t.Helper()
	all, err := w.gaps.Lines(who)
	w.must(err)
	return all
}

// Nobody is sent away: from a county without a union one's application goes to the next
// above, from where there is none at all to the highest; and that is a doubt on top.
func TestAsking(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, test := range []struct {
			tells, area, union string
			doubts             int
		}{
			{"a county with a union", county + "001", "云川县总工会", 0},
			{"a county without one", bare + "001", "某市总工会", 1},
			{"a city without one", "990201", "某省总工会", 1},
			{"a province without one", far, "某省总工会", 1},
		} {
			me := w.worker()
			offer, err := w.Offer(me, test.area)
			w.must(err)
			r := w.apply(me, test.area)
			if r.Union != test.union || offer.Union.Name != test.union || r.Officer == "" || r.DueAt.IsZero() {
				t.Errorf("%s: offered %q, got %+v", test.tells, offer.Union.Name, r)
			}
			f := w.get(province, r.ID)
			g, waits, err := w.gaps.Mine(me)
			w.must(err)
			if len(f.Doubts) != test.doubts || waits != (test.doubts == 1) || waits && (f.Doubts[0].Why != gap.UnionAbove || g.Asked != test.area || f.Gap.Asked != test.area) {
				t.Errorf("%s: doubts %v, gap %+v", test.tells, f.Doubts, g)
			}
		}
		p, err := w.roll.List(province, roll.Filter{Waits: true})
		w.must(err)
		if len(p.Rows) != 4 || len(p.Rows[3].Doubts) != 0 {
			t.Errorf("those without a union are not on top: %+v", p.Rows)
		}
		if n, err := w.roll.Doubtful(province); err != nil || n != 3 {
			t.Errorf("doubtful: got %d, %v", n, err)
		}
		if _, _, err := w.gaps.Mine(province); code(err) != "missing" {
			t.Errorf("a cadre has no gap: got %v", err)
		}
	})
}

// A cadre gives an application to a union within their area, or keeps it; the date of the
// answer stays.
func TestPlace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		joint := w.found("990199", "外卖行业联合基层工会")
		elsewhere := w.found("9902", "邻市总工会")
		me := w.worker()
		r := w.apply(me, bare)
		for tells, got := range map[string]string{
			"a union that there is not":        code(w.gaps.Place(city, r.ID, 1, id.New[string]())),
			"a union of another city":          code(w.gaps.Place(city, r.ID, 1, elsewhere.ID)),
			"no id":                            code(w.gaps.Place(city, r.ID, 1, "x")),
			"an old page":                      code(w.gaps.Place(city, r.ID, 7, joint.ID)),
			"a leader":                         code(w.gaps.Place(staff(authz.Leader, "9901"), r.ID, 1, joint.ID)),
			"a cadre of a county of the city":  code(w.gaps.Place(staff(authz.Cadre, county), r.ID, 1, joint.ID)),
			"the worker":                       code(w.gaps.Place(me, r.ID, 1, joint.ID)),
			"somebody with a union of theirs ": code(w.gaps.Place(city, w.apply(w.worker(), county).ID, 1, joint.ID)),
		} {
			want := map[string]string{"an old page": "member.changed", "a leader": "denied", "a cadre of a county of the city": "missing", "the worker": "denied", "somebody with a union of theirs ": "member.changed"}[tells]
			if want == "" {
				want = "invalid"
			}
			if hidden := want == "denied" || want == "missing"; got != want && (!hidden || got != "denied" && got != "missing") {
				t.Errorf("%s: got %s, want %s", tells, got, want)
			}
		}
		w.must(w.gaps.Place(city, r.ID, 1, ""))
		if f := w.get(city, r.ID); f.Gap.State != gap.Kept || f.Gap.By != "柳婷" || len(f.Doubts) != 0 || f.UnionName != "某市总工会" || f.Version != 2 {
			t.Errorf("kept: got %+v", f)
		}
		w.must(w.gaps.Place(city, r.ID, 2, joint.ID))
		f := w.get(city, r.ID)
		if f.Gap.State != gap.Placed || f.UnionName != joint.Name || f.Area != joint.Area || !f.DueAt.Equal(r.DueAt) || f.ChangedBy != "柳婷" {
			t.Errorf("placed: got %+v", f)
		}
		w.must(w.Approve(staff(authz.Cadre, "990199"), r.ID, 3))
		if len(w.lines(province)) != 0 {
			t.Error("who has a union is still to be organised")
		}
	})
}

// Once the county has a union, those who wait are handed over together: applicants with
// their date, members by a dated transfer; those who asked for another county stay.
func TestHandOver(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		waits, kept, joined, moving, gone, other := w.apply(w.worker(), bare+"002"), w.apply(w.worker(), bare), w.apply(w.worker(), bare), w.worker(), w.apply(w.worker(), bare), w.apply(w.worker(), "990104")
		w.must(w.gaps.Place(city, kept.ID, 1, ""))
		w.must(w.Approve(city, joined.ID, 1))
		w.must(w.Refuse(city, gone.ID, 1, "不在这里干活"))
		mover := w.apply(moving, bare)
		w.must(w.Approve(city, mover.ID, 1))
		_, err := w.AskTransfer(moving, mover.ID, county)
		w.must(err)
		if _, err := w.gaps.HandOver(city, bare, "本县工会成立了"); code(err) != "member.hand.nobody" {
			t.Errorf("before there is a union: got %v", err)
		}
		ls := w.lines(city)
		if len(ls) != 2 || ls[0].County != bare || ls[0].Applied != 2 || ls[0].Members != 2 || ls[0].Handable {
			t.Errorf("got %+v", ls)
		}
		own := w.found(bare, "新立县总工会")
		w.clk.Move(24 * time.Hour)
		ls = w.lines(city)
		if !ls[0].Handable || ls[0].Union.ID != own.ID || !ls[0].Eldest.Equal(start) {
			t.Errorf("once there is one: got %+v", ls[0])
		}
		if w.lines(staff(authz.Leader, "9901"))[0].Handable {
			t.Error("a leader hands over")
		}
		for tells, who := range map[string]context.Context{"a leader": staff(authz.Leader, "9901"), "a worker": w.worker(), "a cadre of elsewhere": staff(authz.Cadre, "9902")} {
			o, err := w.gaps.HandOver(who, bare, "本县工会成立了")
			if o.Done != 0 {
				t.Errorf("%s: got %+v, %v", tells, o, err)
			}
		}
		if _, err := w.gaps.HandOver(city, bare, ""); code(err) != "invalid" {
			t.Errorf("without words: got %v", err)
		}
		if _, err := w.gaps.HandOver(city, "99", "本县工会成立了"); code(err) != "missing" {
			t.Errorf("of no county: got %v", err)
		}
		o, err := w.gaps.HandOver(op.With(city, op.Call{ClientID: id.New[string]()}), bare, "本县工会成立了")
		w.must(err)
		if o.Done != 3 || o.Left != 0 || o.More || o.Fault != nil {
			t.Errorf("got %+v", o)
		}
		f := w.get(city, joined.ID)
		if last := f.Terms[len(f.Terms)-1]; f.UnionName != own.Name || last.Kind != member.Transfer || last.Reason != "本县工会成立了" || last.By != "柳婷" || !last.From.Equal(start.Add(24*time.Hour)) || f.Terms[0].Until.IsZero() {
			t.Errorf("a member: got %+v", f)
		}
		for _, which := range []member.ID{waits.ID, kept.ID} {
			if f := w.get(city, which); f.UnionName != own.Name || f.Gap.State != gap.Handed || f.State != member.Applied || !f.DueAt.Equal(waits.DueAt) || len(f.Terms) != 0 || len(f.Doubts) != 0 {
				t.Errorf("an applicant: got %+v", f)
			}
		}
		if w.get(city, mover.ID).UnionName != "某市总工会" || w.get(city, other.ID).UnionName != "某市总工会" || w.get(city, gone.ID).UnionName != "某市总工会" {
			t.Error("somebody else was moved")
		}
		if o, err := w.gaps.HandOver(city, bare, "本县工会成立了"); err != nil || o.Done != 0 {
			t.Errorf("again: got %+v, %v", o, err)
		}
		w.must(w.Approve(staff(authz.Cadre, county), mover.ID, w.get(city, mover.ID).Version))
		if ls := w.lines(city); len(ls) != 1 || ls[0].County != "990104" {
			t.Errorf("who went elsewhere is still to be organised: got %+v", ls)
		}
	})
}

// Two who hand over at once move each once.
func TestHandOverTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 6 {
			r := w.apply(w.worker(), bare)
			w.must(w.Approve(city, r.ID, 1))
		}
		w.found(bare, "新立县总工会")
		var both sync.WaitGroup
		done := make([]int, 2)
		for i := range done {
			both.Go(func() {
				o, err := w.gaps.HandOver(city, bare, "本县工会成立了")
				if err != nil || o.Fault != nil {
					w.t.Error(err, o.Fault)
				}
				done[i] = o.Done
			})
		}
		both.Wait()
		if done[0]+done[1] != 6 {
			t.Errorf("moved %v", done)
		}
		p, err := w.roll.List(city, roll.Filter{States: []member.State{member.Active}})
		w.must(err)
		for _, r := range p.Rows {
			if f := w.get(city, r.ID); len(f.Terms) != 2 {
				t.Errorf("got %d terms", len(f.Terms))
			}
		}
	})
}

// Figures of coverage count who is still to be organised, by county.
func TestOrganise(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, area := range []string{bare, bare + "001", "990201", far, county} {
			w.apply(w.worker(), area)
		}
		count := func(areas ...string) map[string]int64 {
			got, err := op.List(city, w.desk, member.List, func(tx *op.Tx, _ op.Scope) (map[string]int64, error) {
				return gap.Organise(context.Background(), tx, areas...)
			})
			w.must(err)
			return got
		}
		if got := count("9901"); len(got) != 1 || got[bare] != 2 {
			t.Errorf("of a city: got %v", got)
		}
		if got := count(); len(got) != 3 || got[far] != 1 {
			t.Errorf("of all: got %v", got)
		}
		if got := count("9901", "88"); len(got) != 2 {
			t.Errorf("of two: got %v", got)
		}
	})
}
