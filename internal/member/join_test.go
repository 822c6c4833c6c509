package member_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

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
			{"a long company", func(a *member.Application) { a.Works = []work.Said{{Name: strings.Repeat("长", 61)}} }, "works"},
			{"a long station", func(a *member.Application) { a.Works[0].Station = strings.Repeat("长", 61) }, "station"},
			{"more companies than anybody has", func(a *member.Application) {
				a.Works, _ = work.Say(work.Split("甲、乙；丙;丁，戊,己/庚、辛、壬"), nil)
			}, "works"},
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

func (o offices) Around(context.Context, *op.Tx, string) (all []work.Firm, err error) {
	for name := range o {
		all = append(all, work.Firm{ID: id.Of[string](name), Name: name})
	}
	return all, nil
}

func (o offices) Called(_ context.Context, _ *op.Tx, name, _ string) (work.Firm, error) {
	for known := range o {
		if work.Same(known, name) {
			return work.Firm{ID: id.Of[string](known), Name: known}, nil
		}
	}
	return work.Firm{}, nil
}

// Whoever works for a company with a union there may choose it or the place's, and no
// other; who chooses nothing goes to the place's.
func TestChoosingAUnion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		firm := member.Union{ID: id.New[string](), Name: "某外卖平台工会", Area: "9901"}
		w.Service = member.NewService(w.desk, member.Config{Ring: w.ring, People: w.phones, Orgs: unions{county: {ID: id.New[string](), Name: "云川县总工会", Area: county}}, Firms: offices{"某外卖平台": firm}})
		c, err := w.Choice(context.Background(), county+"001", []work.Said{{Name: "别家"}, {Name: "某外卖平台"}})
		w.must(err)
		if !c.Any() || len(c.Firms) != 1 || c.Firms[0] != firm || c.Here.Name != "云川县总工会" {
			t.Errorf("got %+v, want both", c)
		}
		for _, none := range [][2]string{{county, "别家"}, {county, ""}, {"", "某外卖平台"}, {"110101", "某外卖平台"}} {
			if c, err := w.Choice(context.Background(), none[0], []work.Said{{Name: none[1]}}); err != nil || c.Any() {
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
			a.Works, a.Union = []work.Said{{Name: test.works}}, test.union
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
		if o.Union.ID != "" || o.Phone != "" || o.Days != 3 || o.DueAt.IsZero() || len(o.Purposes) != 4 || o.Purposes[0].Purpose != "membership" || !o.Purposes[0].Required {
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
