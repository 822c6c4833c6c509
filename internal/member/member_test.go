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
	"nuanxin/internal/member/roll"
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
	if found, ok := u[area[:6]]; ok {
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
		w.theRoll = roll.New(w.desk, w.Service)
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
	return member.Application{Name: name, Occupation: member.Rider, Works: "某外卖平台", Area: county + "001", Consents: []member.Consent{{Purpose: "membership", Version: 1}}}
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

func TestJoining(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000001")
		r := w.apply(me, form("阿不都·热合曼"))
		if r.Union != "云川县总工会" || r.Officer != "柳婷" || !r.DueAt.Equal(time.Date(2026, 11, 27, 9, 30, 0, 0, time.UTC)) {
			t.Errorf("got %+v, want the county's union, a name and the end of Friday", r)
		}
		if o := w.mine(me); o.State != member.Applied || o.Name != "阿不都·热合曼" || o.Phone != "139****0001" || o.Number != "" || o.Officer != "柳婷" || len(o.Consents) != 1 {
			t.Errorf("after applying: got %+v", o)
		}
		w.must(w.Approve(cadre, r.ID, 1))
		o := w.mine(me)
		if o.State != member.Active || o.Number != "99010126000001" || kinds(o.Terms) != "join 云川县总工会" || o.Terms[0].By != "柳婷" || !o.Terms[0].Until.IsZero() {
			t.Errorf("after the approval: got %+v", o)
		}
		if two := w.join(w.worker("13900000002"), form("王小明")); two == r.ID {
			t.Error("two members have one id")
		}
	})
}

func TestWhatAnApplicationNeeds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, test := range []struct {
			about string
			form  func(*member.Application)
			field string
		}{
			{"no name", func(a *member.Application) { a.Name = "" }, "name"},
			{"a sentence for a name", func(a *member.Application) { a.Name = "<script>alert(1)</script>" }, "name"},
			{"a wrong check digit", func(a *member.Application) { *a = withDocument(*a, "110105194912310021") }, "document"},
			{"no consent of its own for the identity number", func(a *member.Application) { a.Document = "11010519491231002X" }, "consent_document"},
			{"no consent", func(a *member.Application) { a.Consents = nil }, "consent_membership"},
			{"consent to words that are not there", func(a *member.Application) { a.Consents[0].Version = 9 }, "consent_membership"},
			{"no occupation", func(a *member.Application) { a.Occupation = "king" }, "occupation"},
			{"no place", func(a *member.Application) { a.Area = "" }, "area"},
			{"a place without a union", func(a *member.Application) { a.Area = "110101" }, "area"},
			{"a long company", func(a *member.Application) { a.Works = strings.Repeat("长", 61) }, "works"},
		} {
			a := form("李四")
			test.form(&a)
			_, err := w.Apply(w.worker("13900000003"), a)
			if fields := fault.Of(err).Fields; code(err) != "invalid" || len(fields) != 1 || fields[0].Name != test.field {
				t.Errorf("%s: got %v, want %s refused", test.about, err, test.field)
			}
		}
	})
}

func TestNobodyIsAMemberTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000004")
		first := w.apply(me, withDocument(form("赵六"), "11010519491231002X"))
		if _, err := w.Apply(me, form("赵六")); code(err) != "conflict" {
			t.Errorf("the same phone: got %v, want told", err)
		}
		twice := w.apply(w.worker("13900000005"), withDocument(form("赵六"), "11010519491231002x"))
		f, err := w.Get(cadre, twice.ID)
		w.must(err)
		if len(f.Doubts) != 1 || f.Doubts[0].Why != "same_document" || f.Others[first.ID].Name != "赵六" {
			t.Errorf("the same identity number: got doubts %+v, want the other beside", f.Doubts)
		}
		w.must(w.Approve(cadre, first.ID, 1))
		if err := w.Approve(cadre, twice.ID, 1); code(err) != "conflict" {
			t.Errorf("approving the second: got %v, want refused", err)
		}
		w.must(w.Refuse(cadre, twice.ID, 1, "这张身份证已经入会了"))
		if o := w.mine(me); o.State != member.Active {
			t.Errorf("the first: got %s, want untouched", o.State)
		}
	})
}

func TestDoubts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.join(w.worker("13900000006"), form("张三"))
		w.join(w.worker("13900000007"), withDocument(form("钱七"), "440524188001010014"))
		for _, test := range []struct{ name, document, want string }{
			{"张三", "", "same_name_area"},
			{"张三丰", "", ""},
			{"钱七", "440524188001010022", "same_name_birth"},
		} {
			a := form(test.name)
			if test.document != "" {
				a = withDocument(a, test.document)
			}
			ctx := w.worker("139000001" + test.document + test.name)
			r, err := w.Apply(ctx, a)
			w.must(err)
			f, err := w.Get(cadre, r.ID)
			w.must(err)
			var why []string
			for _, d := range f.Doubts {
				why = append(why, string(d.Why))
			}
			if got := strings.Join(why, " "); got != test.want {
				t.Errorf("%s %s: got %q, want %q", test.name, test.document, got, test.want)
			}
		}
	})
}

func TestTransfer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000008")
		who := w.join(me, form("孙八"))
		if _, err := w.AskTransfer(me, who, county); code(err) != "invalid" {
			t.Errorf("to the own union: got %v", err)
		}
		r, err := w.AskTransfer(me, who, sibling+"003")
		w.must(err)
		if r.Union != "青石县总工会" || r.DueAt.IsZero() {
			t.Errorf("got %+v", r)
		}
		if err := w.Approve(cadre, who, 3); code(err) != "missing" && code(err) != "denied" {
			t.Errorf("the old union takes it over: got %v, want refused", err)
		}
		there := staff(authz.Cadre, sibling)
		w.must(w.Refuse(there, who, 3, "请先联系原工会"))
		if o := w.mine(me); o.State != member.Active || o.UnionName != "云川县总工会" || o.Area != county || o.To != "" || o.Reason == "" {
			t.Errorf("refused: got %+v, want a member as before, with the reason", o)
		}
		_, err = w.AskTransfer(me, who, sibling)
		w.must(err)
		w.must(w.Approve(there, who, 5))
		o := w.mine(me)
		if o.UnionName != "青石县总工会" || o.Number != "99010126000001" || kinds(o.Terms) != "join 云川县总工会, transfer 青石县总工会" || o.Terms[0].Until.IsZero() {
			t.Errorf("taken over: got %+v, want the number for life and both terms", o)
		}
		if _, err := w.Get(cadre, who); code(err) != "missing" {
			t.Errorf("the old union reads on: got %v, want missing", err)
		}
	})
}

func TestHistoryIsNeverOverwritten(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000009")
		who := w.join(me, form("周九"))
		w.must(w.Keep(cadre, who, 2, "暂时没有工作"))
		w.clock.Move(24 * time.Hour)
		w.must(w.Resume(cadre, who, 3, "又上岗了"))
		w.must(w.Quit(me, who))
		o := w.mine(me)
		if o.State != member.Left || kinds(o.Terms) != "join 云川县总工会, keep 云川县总工会, resume 云川县总工会, leave 云川县总工会" {
			t.Errorf("got %s %s", o.State, kinds(o.Terms))
		}
		if again := w.join(me, form("周九")); again == who {
			t.Error("joined again under the old record")
		}
		if err := w.Quit(me, who); code(err) != "conflict" {
			t.Errorf("leaving twice: got %v", err)
		}
	})
}

func TestTakingBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000010")
		r := w.apply(me, form("吴十"))
		w.must(w.Withdraw(me, r.ID))
		if err := w.Approve(cadre, r.ID, 2); code(err) != "conflict" {
			t.Errorf("approving what was taken back: got %v", err)
		}
		w.apply(me, form("吴十"))
	})
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

// In a year whose holidays are not published nothing is promised by a date, and
// whoever waits is on the list all the same, behind those with one.
func TestWaitingWithoutADate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.clock.Move(35 * 24 * time.Hour)
		dark := w.apply(w.worker("13900000015"), form("陈十五"))
		w.clock.Set(start)
		w.apply(w.worker("13900000016"), form("楚十六"))
		rows := w.list(cadre, roll.Filter{Waits: true}).Rows
		if !dark.DueAt.IsZero() || len(rows) != 2 || rows[1].ID != dark.ID || rows[1].Late {
			t.Errorf("got %+v on the list, due %v; want the one without a date last", rows, dark.DueAt)
		}
	})
}

func TestTakingConsentBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me, other := w.worker("13900000018"), w.worker("13900000019")
		who := w.join(me, withDocument(form("褚十八"), "11010519491231002X"))
		consents := consent.NewService(op.New(w.db, consent.Policy), w.Service)
		w.must(consents.Withdraw(other, "document")) // changes nothing of another's
		if o := w.mine(me); o.Document == "" || !o.Consents[0].WithdrawnAt.IsZero() {
			t.Errorf("after another took theirs back: got %+v", o)
		}
		w.must(consents.Withdraw(me, "document"))
		o := w.mine(me)
		if o.State != member.Active || o.Document != "" || o.Born != "" || o.Consents[0].WithdrawnAt.IsZero() {
			t.Errorf("got %+v, want a member without a number", o)
		}
		full, err := w.Open(op.With(cadre, op.Call{Purpose: "核对"}), who)
		if err != nil || full.Document != "" {
			t.Errorf("opened: got %+v, %v, want no number", full, err)
		}
		w.join(other, withDocument(form("卫十九"), "11010519491231002X"))
	})
}

// A child joins only when a guardian has agreed, and is told so at the number.
func TestAChildDoesNotJoin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.Apply(w.worker("13900000020"), withDocument(form("小示例"), "110105201512310023"))
		if f := fault.Of(err); code(err) != "invalid" || len(f.Fields) != 1 || f.Fields[0].Name != "document" || f.Fields[0].Msg != "consent.child" {
			t.Errorf("got %+v, want it refused at the identity number", err)
		}
		w.apply(w.worker("13900000021"), withDocument(form("大示例"), "110105201012310027"))
	})
}

// offices are the unions of companies, by how somebody calls the company.
type offices map[string]member.Union

func (o offices) UnionOf(_ context.Context, _ *op.Tx, works, area string) (member.Union, error) {
	if u, ok := o[works]; ok && area[:4] == county[:4] {
		return u, nil
	}
	return member.Union{}, fault.New("test", fault.Missing, "")
}

// Whoever works for a company with a union there may choose it or the place's, and no
// other; who chooses nothing goes to the place's.
func TestChoosingAUnion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		firm := member.Union{ID: id.New[string](), Name: "某外卖平台工会", Area: "9901"}
		w.Service = member.NewService(w.desk, member.Config{Ring: w.ring, People: w.phones, Orgs: unions{county: {ID: id.New[string](), Name: "云川县总工会", Area: county}}, Firms: offices{"某外卖平台": firm}})
		c, err := w.Choice(context.Background(), county+"001", " 某外卖平台 ")
		w.must(err)
		if !c.Both() || c.Firm != firm || c.Here.Name != "云川县总工会" {
			t.Errorf("got %+v, want both", c)
		}
		for _, none := range [][2]string{{county, "别家"}, {county, ""}, {"", "某外卖平台"}, {"110101", "某外卖平台"}} {
			if c, err := w.Choice(context.Background(), none[0], none[1]); err != nil || c.Both() {
				t.Errorf("%v: got %+v, %v; want no choice", none, c, err)
			}
		}
		for i, test := range []struct{ works, union, want string }{
			{"某外卖平台", "", "云川县总工会"},
			{"某外卖平台", c.Here.ID, "云川县总工会"},
			{"某外卖平台", firm.ID, firm.Name},
			{"别家", firm.ID, "invalid"},
			{"某外卖平台", id.New[string](), "invalid"},
			{"某外卖平台", "x", "invalid"},
		} {
			a := form("张三")
			a.Works, a.Union = test.works, test.union
			me := w.worker("1390000050" + string(rune('0'+i)))
			r, err := w.Apply(me, a)
			got := r.Union
			if err != nil {
				got = code(err)
			}
			if got != test.want {
				t.Errorf("%+v: got %s, %v", test, got, err)
			}
			if test.want == firm.Name {
				w.must(w.Approve(staff(authz.Cadre, "9901"), r.ID, 1))
				own, err := w.Mine(me)
				if err != nil || own.Union != firm.ID || own.Number != "99010026000001" {
					t.Errorf("got %+v, %v; want a member of the company's union", own.Member, err)
				}
			}
		}
	})
}

func TestOffer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o, err := w.Offer(context.Background(), "")
		w.must(err)
		if o.Union.ID != "" || o.Phone != "" || o.Days != 3 || o.DueAt.IsZero() || len(o.Purposes) != 3 || o.Purposes[0].Purpose != "membership" || !o.Purposes[0].Required {
			t.Errorf("for nobody, nowhere: got %+v", o)
		}
		o, err = w.Offer(w.worker("13900000017"), sibling+"001")
		w.must(err)
		if o.Union.Name != "青石县总工会" || o.Phone != "139****0017" {
			t.Errorf("for a worker in the sibling county: got %+v", o)
		}
		if o, err = w.Offer(context.Background(), "110101"); err != nil || o.Union.ID != "" {
			t.Errorf("where no union is: got %+v, %v", o, err)
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

func TestTheNumberIsForLife(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		again := func(who context.Context, a member.Application) string {
			w.join(who, a)
			own := w.mine(who)
			w.must(w.Quit(who, own.ID))
			return own.Number
		}
		who := w.worker("13900000201")
		first := again(who, withDocument(form("陈立冬"), "11010519491231002X"))
		second := again(who, form("陈立冬"))
		if second != first {
			t.Errorf("joined again by the same account and name: got %s, want %s", second, first)
		}
		if third := again(w.worker("13900000202"), withDocument(form("陈立冬"), "11010519491231002X")); third != first {
			t.Errorf("joined again by another phone, name and identity number the same: got %s, want %s", third, first)
		}
		for what, other := range map[string]string{
			"the same account under another name":    again(who, form("王满仓")),
			"the same name from another account":     again(w.worker("13900000203"), form("陈立冬")),
			"the identity number under another name": again(w.worker("13900000204"), withDocument(form("赵春来"), "11010519491231002X")),
		} {
			if other == first {
				t.Errorf("%s: got the number of somebody else, %s", what, other)
			}
		}
		p := w.list(cadre, roll.Filter{Number: first})
		if len(p.Rows) != 3 {
			t.Errorf("got %d memberships under the number, want all three of the person", len(p.Rows))
		}
	})
}
