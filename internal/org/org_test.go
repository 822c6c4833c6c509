package org_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

type world struct {
	*org.Service
	desk *op.Desk
	db   *db.DB
	t    *testing.T
}

func each(t *testing.T, f func(t *testing.T, w world)) {
	dbtest.Each(t, clock.At(start), []fs.FS{op.Schema, org.Schema}, func(t *testing.T, d *db.DB) {
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		desk := op.New(d, org.Policy)
		f(t, world{org.NewService(desk, ring), desk, d, t})
	})
}

func as(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: "0190a1b2-0000-7000-8000-00000000000a", Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Grants: []authz.Grant{{Role: role, Area: area}}})
}

var system = authz.AsSystem(context.Background(), "test")

// found adds an organisation as the program and returns its id.
func (w world) found(kind org.Kind, level org.Level, name, area string, parent org.ID) org.ID {
	w.t.Helper()
	id, err := w.Found(system, org.Draft{Kind: kind, Level: level, Name: name, Area: area, Parent: parent})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// tx runs f as another domain would, inside an operation.
func (w world) tx(f func(tx *op.Tx)) {
	w.t.Helper()
	_, err := op.List(system, w.desk, org.See, func(tx *op.Tx, _ op.Scope) (bool, error) { f(tx); return true, nil })
	if err != nil {
		w.t.Fatal(err)
	}
}

func names(os []org.Org) string {
	var all []string
	for _, o := range os {
		all = append(all, o.Called())
	}
	return strings.Join(all, " ")
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

func TestWhoMayFound(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		city := w.found(org.Local, org.City, "云川市总工会", "9901", "")
		other := w.found(org.Local, org.County, "青石县总工会", "990102", city)
		for _, test := range []struct {
			about string
			ctx   context.Context
			draft org.Draft
			want  string
		}{
			{"the city's administrator founds a county union", as(authz.Admin, "9901"), org.Draft{Kind: org.Local, Level: org.County, Name: "龙山县总工会", Area: "990101", Parent: city}, "ok"},
			{"the county's administrator founds a partner without a parent", as(authz.Admin, "990101"), org.Draft{Kind: org.Partner, Level: org.Town, Name: "南康街道办事处", Area: "990101001"}, "ok"},
			{"not in a sibling county", as(authz.Admin, "990101"), org.Draft{Kind: org.Partner, Level: org.Town, Name: "北门街道办事处", Area: "990102001"}, "denied"},
			{"a body may stand under another's union", as(authz.Admin, "990101"), org.Draft{Kind: org.Partner, Level: org.Town, Name: "东门街道办事处", Area: "990101002", Parent: city}, "ok"},
			{"no union under a leader who did not approve", as(authz.Admin, "990101"), org.Draft{Kind: org.Trade, Level: org.County, Name: "某某行业工会联合会", Area: "990101", Parent: city}, "invalid"},
			{"a cadre does not found", as(authz.Cadre, "9901"), org.Draft{Kind: org.Basic, Level: org.Grassroots, Name: "某某公司工会", Area: "990101"}, "denied"},
			{"nobody does not found", context.Background(), org.Draft{Kind: org.Basic, Level: org.Grassroots, Name: "某某公司工会", Area: "990101"}, "denied"},
			{"a county needs six digits", as(authz.Admin, ""), org.Draft{Kind: org.Local, Level: org.County, Name: "短号县总工会", Area: "9901"}, "invalid"},
			{"an area is digits", as(authz.Admin, ""), org.Draft{Kind: org.Local, Level: org.County, Name: "怪号县总工会", Area: "99010a"}, "invalid"},
			{"a name is needed", as(authz.Admin, ""), org.Draft{Kind: org.Local, Level: org.County, Name: " ", Area: "990103"}, "invalid"},
			{"a parent must contain the area", as(authz.Admin, ""), org.Draft{Kind: org.Local, Level: org.Town, Name: "南康街道工会", Area: "990101001", Parent: other}, "invalid"},
			{"a parent must exist", as(authz.Admin, ""), org.Draft{Kind: org.Local, Level: org.Town, Name: "南康街道工会", Area: "990101001", Parent: id.New[org.ID]()}, "invalid"},
			{"what is no id is no parent", as(authz.Admin, ""), org.Draft{Kind: org.Local, Level: org.Town, Name: "南康街道工会", Area: "990101001", Parent: "x"}, "invalid"},
			{"a contact is a mobile number", as(authz.Admin, ""), org.Draft{Kind: org.Partner, Level: org.Town, Name: "环卫所", Area: "990101", Contact: "0437-3226207"}, "invalid"},
		} {
			_, err := w.Found(test.ctx, test.draft)
			if got := code(err); got != test.want {
				t.Errorf("%s: %s, want %s (%v)", test.about, got, test.want, err)
			}
		}
	})
}

func TestTree(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		city := w.found(org.Local, org.City, "市总", "9901", "")
		county := w.found(org.Local, org.County, "县总", "990101", city)
		town := w.found(org.Local, org.Town, "街道", "990101001", county)
		firm := w.found(org.Basic, org.Grassroots, "公司", "990101001", town)
		trade := w.found(org.Trade, org.County, "行业", "990101", county)

		line := func(of org.ID) string {
			os, err := w.Line(context.Background(), of)
			if err != nil {
				t.Fatal(err)
			}
			return names(os)
		}
		if got, want := line(firm), "市总 县总 街道 公司"; got != want {
			t.Errorf("line = %s, want %s", got, want)
		}
		move := func(what, to org.ID) error {
			o, err := w.Get(system, what)
			if err != nil {
				t.Fatal(err)
			}
			d := o.Draft()
			d.Parent = to
			return w.Edit(as(authz.Admin, "990101"), what, o.Version, d)
		}
		if err := move(county, trade); code(err) != "invalid" {
			t.Errorf("a union under one that it leads = %v, want invalid", err)
		}
		if err := move(town, trade); code(err) != "invalid" {
			t.Errorf("a street's union under that of a trade = %v, want invalid", err)
		}
		if err := move(firm, trade); err != nil {
			t.Fatal(err)
		}
		if got, want := line(firm), "市总 县总 行业 公司"; got != want {
			t.Errorf("after the move: %s, want %s", got, want)
		}
		under, err := w.List(context.Background(), org.Filter{Under: county, Depth: 1})
		if got, want := names(under), "县总 行业 街道"; err != nil || got != want {
			t.Errorf("one step below: %s, want %s (%v)", got, want, err)
		}
		if err := move(firm, town); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(as(authz.Admin, "9901"), town, 1); code(err) != "conflict" {
			t.Errorf("closing a union that leads = %v, want conflict", err)
		}
		if err := w.Close(as(authz.Admin, "9901"), firm, 3); err != nil {
			t.Error(err)
		}
		if err := w.Close(as(authz.Admin, "9901"), firm, 4); code(err) != "conflict" {
			t.Errorf("closing twice = %v, want conflict", err)
		}
		if os, _ := w.List(system, org.Filter{Area: "990101001"}); names(os) != "街道" {
			t.Errorf("a closed one is listed: %s", names(os))
		}
	})
}

func TestEdit(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		a := w.found(org.Partner, org.County, "环卫处", "990101", "")
		d := org.Draft{Kind: org.Partner, Level: org.County, Name: "环境卫生处", Area: "990101", Contact: "138 1234 6207"}
		if err := w.Edit(as(authz.Admin, "990101"), a, 1, d); err != nil {
			t.Fatal(err)
		}
		if err := w.Edit(as(authz.Admin, "990101"), a, 1, d); code(err) != "conflict" {
			t.Errorf("over somebody's change = %v, want conflict", err)
		}
		d.Contact = ""
		if err := w.Edit(as(authz.Admin, "990101"), a, 2, d); err != nil {
			t.Fatal(err)
		}
		o, err := w.Get(context.Background(), a)
		if err != nil || o.Contact != "138****6207" || o.Name != "环境卫生处" {
			t.Errorf("got %+v, %v", o, err)
		}
		w.tx(func(tx *op.Tx) {
			if phone, err := w.ContactPhone(t.Context(), tx, string(a)); err != nil || phone != "13812346207" {
				t.Errorf("contact = %q, %v: an empty field keeps the number", phone, err)
			}
			var raw []byte
			if err := tx.One(t.Context(), `select contact from org where org_id = $1`, []any{string(a)}, &raw); err != nil || strings.Contains(string(raw), "1381234") {
				t.Errorf("the number lies open: %q, %v", raw, err)
			}
		})
		d.Area = "990102"
		if err := w.Edit(as(authz.Admin, "990101"), a, 3, d); code(err) != "invalid" {
			t.Errorf("into a sibling county = %v, want invalid", err)
		}
		if err := w.Edit(as(authz.Admin, "9901"), a, 3, d); err != nil {
			t.Errorf("the city moves it: %v", err)
		}
		if err := w.Rename(as(authz.Admin, "990102"), a, 4, "\u200b\u2060", ""); code(err) != "invalid" {
			t.Errorf("a name that nobody sees = %v, want invalid", err)
		}
		if err := w.Rename(as(authz.Admin, "990102"), a, 4, " \u202e环境卫生\x00中心", "环卫"); err != nil {
			t.Error(err)
		}
		if o, err := w.Get(context.Background(), a); err != nil || o.Name != "环境卫生中心" {
			t.Errorf("got %q, %v; want what can be seen of it", o.Name, err)
		}
		w.tx(func(tx *op.Tx) {
			got, err := w.Names(t.Context(), tx, []string{string(a), id.New[string]()})
			if err != nil || len(got) != 1 || got[string(a)] != "环卫" {
				t.Errorf("names = %v, %v", got, err)
			}
		})
	})
}

func TestBodiesFor(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		body := func(name, area string, ds ...org.Duty) org.ID {
			b := w.found(org.Partner, org.County, name, area, "")
			if err := w.SetDuties(system, b, 1, ds); err != nil {
				t.Fatal(err)
			}
			return b
		}
		body("城管", "990101", org.Duty{Topic: "place", Area: "990101"})
		body("街道", "990101001", org.Duty{Topic: "place", Area: "990101001"}, org.Duty{Topic: "", Area: "990101001"})
		body("物业", "990101001", org.Duty{Topic: "place.gate", Area: "990101001"})
		body("市局", "9901", org.Duty{Topic: "", Area: "9901"})
		gone := body("旧所", "990101001", org.Duty{Topic: "place.gate", Area: "990101001"})
		if err := w.Close(system, gone, 2); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct{ about, topic, area, want string }{
			{"the street first, its narrower topic before its wider", "place.gate", "990101001", "物业 街道 城管 市局"},
			{"a topic is cut at its points only", "place.gateway", "990101001", "街道 城管 市局"},
			{"another street falls to the county", "place.gate", "990101002", "城管 市局"},
			{"another topic falls to who takes all", "pay", "990101001", "街道 市局"},
			{"another county falls to the city", "place.gate", "990102", "市局"},
			{"another city has nobody", "place.gate", "9902", ""},
		} {
			w.tx(func(tx *op.Tx) {
				got, err := w.BodiesFor(t.Context(), tx, test.topic, test.area)
				if names(got) != test.want || err != nil {
					t.Errorf("%s: %s, want %s (%v)", test.about, names(got), test.want, err)
				}
			})
		}
	})
}

func TestWhoSetsDuties(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		b := w.found(org.Partner, org.County, "劳动监察", "990101", "")
		wide := []org.Duty{{Topic: "pay", Area: "9901"}}
		own := []org.Duty{{Topic: "pay", Area: "990101"}}
		for _, test := range []struct {
			about string
			ctx   context.Context
			ds    []org.Duty
			want  string
		}{
			{"a cadre of the county, for the county", as(authz.Cadre, "990101"), own, "ok"},
			{"not for the whole city", as(authz.Cadre, "990101"), wide, "invalid"},
			{"the city may", as(authz.Admin, "9901"), wide, "ok"},
			{"the county does not take away what the city gave", as(authz.Admin, "990101"), nil, "invalid"},
			{"a cadre next door does not", as(authz.Cadre, "990102"), own, "denied"},
			{"a leader looks on", as(authz.Leader, "9901"), own, "denied"},
			{"a topic is a code", as(authz.Admin, "9901"), []org.Duty{{Topic: "欠薪", Area: "9901"}}, "invalid"},
		} {
			o, err := w.Get(context.Background(), b)
			if err != nil {
				t.Fatal(err)
			}
			if got := code(w.SetDuties(test.ctx, b, o.Version, test.ds)); got != test.want {
				t.Errorf("%s: %s, want %s", test.about, got, test.want)
			}
		}
	})
}

// A union with people in it is not closed over their heads, nor made no union.
func TestCloseWithMembers(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		county := w.found(org.Local, org.County, "县总", "990101", "")
		held := true
		w.HeldBy(func(_ context.Context, _ *op.Tx, id string) (bool, error) { return held && id == string(county), nil })
		if err := w.Close(authz.AsSystem(t.Context(), "test"), county, 1); fault.Of(err).Msg != "org.has_members" {
			t.Errorf("with members: %v", err)
		}
		other := org.Draft{Kind: org.Partner, Level: org.County, Name: "县总", Area: "990101"}
		err := w.Edit(authz.AsSystem(t.Context(), "test"), county, 1, other)
		if f := fault.Of(err).Fields; len(f) != 1 || f[0].Name != "kind" || f[0].Msg != "org.has_members" {
			t.Errorf("made a partner with members: %v", err)
		}
		held = false
		if err := w.Close(authz.AsSystem(t.Context(), "test"), county, 1); err != nil {
			t.Errorf("without: %v", err)
		}
	})
}

func TestUnionFor(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		city := w.found(org.Local, org.City, "市总", "9901", "")
		county := w.found(org.Local, org.County, "县总", "990101", city)
		w.found(org.Local, org.Town, "街道", "990101001", county)
		w.found(org.Trade, org.County, "行业", "990102", city)
		for area, want := range map[string]string{"990101001": "县总", "990101": "县总", "990102003": "市总", "99": "missing"} {
			w.tx(func(tx *op.Tx) {
				o, err := w.UnionFor(t.Context(), tx, area)
				got := o.Name
				if err != nil {
					got = code(err)
				}
				if got != want {
					t.Errorf("union for %s = %s, want %s", area, got, want)
				}
			})
		}
	})
}

func TestList(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		for _, n := range []string{"甲街道", "乙街道", "丙_街道", "丁街道", "戊街道"} {
			w.found(org.Partner, org.Town, n, "990101001", "")
		}
		var pages []string
		f := org.Filter{Limit: 2}
		for range 4 {
			os, err := w.List(context.Background(), f)
			if err != nil {
				t.Fatal(err)
			}
			if len(os) == 0 {
				break
			}
			pages, f.After = append(pages, names(os)), os[len(os)-1].Place()
		}
		if got, want := strings.Join(pages, "|"), "甲街道 乙街道|丙_街道 丁街道|戊街道"; got != want {
			t.Errorf("pages = %s, want %s", got, want)
		}
		for words, want := range map[string]string{"街道": "甲街道 乙街道 丙_街道 丁街道 戊街道", "_": "丙_街道", "%": "", "dingjie": "丁街道", "YJD": "乙街道"} {
			os, err := w.List(context.Background(), org.Filter{Words: words})
			if got := names(os); got != want || err != nil {
				t.Errorf("search %q = %s, want %s (%v)", words, got, want, err)
			}
		}
	})
}

// A union keeps an area that contains those it leads, and stays a union while it
// leads any.
func TestALeaderCoversWhomItLeads(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		city := w.found(org.Local, org.City, "云川市总工会", "9901", "")
		county := w.found(org.Local, org.County, "青石县总工会", "990102", city)
		for _, test := range []struct {
			about  string
			change func(*org.Draft)
			want   string
		}{
			{"to another city", func(d *org.Draft) { d.Area = "9902" }, "area"},
			{"to a county beside the one it leads", func(d *org.Draft) { d.Area, d.Level = "990101", org.County }, "area"},
			{"to a host", func(d *org.Draft) { d.Kind = org.Host }, "kind"},
			{"to the whole province", func(d *org.Draft) { d.Area, d.Level = "99", org.Province }, ""},
			{"to the very county, on its level", func(d *org.Draft) { d.Area, d.Level = "990102", org.County }, "level"},
		} {
			o, err := w.Get(system, city)
			if err != nil {
				t.Fatal(err)
			}
			d := o.Draft()
			test.change(&d)
			err = w.Edit(as(authz.Admin, "99"), city, o.Version, d)
			got := ""
			if fields := fault.Of(err).Fields; len(fields) == 1 && fields[0].Msg == "org.leads_others" {
				got = fields[0].Name
			}
			if got != test.want || (err == nil) != (test.want == "") {
				t.Errorf("%s: %v, want a fault of the field %q", test.about, err, test.want)
			}
		}
		o, err := w.Get(system, county)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(system, county, o.Version); err != nil {
			t.Fatal(err)
		}
		if o, err = w.Get(system, city); err != nil {
			t.Fatal(err)
		}
		d := o.Draft()
		d.Area = "9903"
		if d.Level = org.City; w.Edit(as(authz.Admin, "99"), city, o.Version, d) != nil {
			t.Error("one that leads none any more may move")
		}
	})
}

// Names that look alike are alike.
func TestNamesAreOneLine(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		o, err := w.Get(system, w.found(org.Host, org.Town, " 南康\u200b街道\n\u3164办事处 ", "990102", ""))
		if err != nil || o.Name != "南康街道 办事处" {
			t.Errorf("got %q, %v", o.Name, err)
		}
	})
}
