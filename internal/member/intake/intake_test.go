package intake_test

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
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
	"nuanxin/internal/member/intake"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const county, sibling = "990101", "990102"

// around is the rest of the house: a union for each county, accounts with phones.
type around map[string]string

func (around) UnionFor(_ context.Context, _ *op.Tx, area string) (member.Union, error) {
	if len(area) < 6 {
		return member.Union{ID: id.Of[string](area), Name: "工会" + area, Area: area}, nil
	}
	return member.Union{ID: id.Of[string](area[:6]), Name: "工会" + area[:6], Area: area[:6]}, nil
}

func (a around) Contact(_ context.Context, _ *op.Tx, person string) (name, phone string, err error) {
	return "", a[person], nil
}

type world struct {
	*intake.Service
	members *member.Service
	db      *db.DB
	desk    *op.Desk
	clock   *clock.Fake
	phones  around
	ring    *seal.Ring
	t       *testing.T
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, hold.Schema, consent.Schema, job.Schema, member.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{db: d, clock: at, t: t, phones: around{}, desk: op.New(d, member.Policy), ring: ring}
		w.members = member.NewService(w.desk, member.Config{Ring: ring, Orgs: w.phones, People: w.phones})
		w.Service = intake.New(w.desk, w.members, w.phones, ring)
		f(t, w)
	})
}

func staff(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Proven: start.AddDate(1, 0, 0), Name: "柳婷", Grants: []authz.Grant{{Role: role, Area: area}}})
}

var cadre, system = staff(authz.Cadre, county), authz.AsSystem(context.Background(), "job")

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
	return fault.KindOf(err).Code()
}

var options = intake.Options{File: "某公司.csv", Basis: intake.OnPaper, Where: "入会申请书在某公司工会"}

const head = "姓名,手机号,身份证号,工种,单位\n"

// document is an identity number of somebody invented: a birthday and a running number.
func document(n int) string {
	s := fmt.Sprintf("220402%d%02d%02d%03d", 1960+n%40, 1+n/40%12, 1+n/480%28, n%1000)
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(s[i]-'0')
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

// list is a list of so many people.
func list(n int) string {
	var b strings.Builder
	b.WriteString(head)
	for i := range n {
		fmt.Fprintf(&b, "%s,139%08d,,外卖骑手,某公司\n", name(i), i)
	}
	return b.String()
}

// name is a name that no two of a list share.
func name(i int) string {
	return string([]rune{rune(0x4e00 + i%2000), rune(0x5000 + i/2000), rune(0x5100 + i%7)})
}

func (w *world) upload(ctx context.Context, text string) intake.ID {
	w.t.Helper()
	which, err := w.Upload(ctx, []byte(text), options)
	w.must(err)
	return which
}

// rows says what becomes of each row: its line, action and why.
func (w *world) rows(which intake.ID) string {
	w.t.Helper()
	p, err := w.Lines(cadre, which, "", 1, 100)
	w.must(err)
	var all []string
	for _, l := range p.Lines {
		s := fmt.Sprintf("%d %s", l.No, l.Action)
		if l.Why != "" {
			s += " " + l.Why
		}
		if l.With > 0 {
			s += fmt.Sprintf(" %d", l.With)
		}
		all = append(all, s)
	}
	return strings.Join(all, "; ")
}

// members counts those who belong.
func (w *world) count(table string) (n int) {
	w.t.Helper()
	w.must(w.db.View(w.t.Context(), func(tx *db.Tx) error { return tx.One(w.t.Context(), `select count(*) from `+table, nil, &n) }))
	return n
}

func (w *world) state(which intake.ID) intake.Batch {
	w.t.Helper()
	b, err := w.Head(cadre, which)
	w.must(err)
	return b
}

func TestADryRun(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		// who is there: a member by phone, one by identity number, one by name
		w.must(w.Start(cadre, w.upload(cadre, head+"老会员,13900000001,"+document(1)+",,\n同名人,13900000002,,,\n同生日,13900000003,"+document(3)+",,\n"), false))
		who := id.New[string]()
		applicant := authz.With(context.Background(), authz.Subject{ID: who, Kind: authz.Worker})
		w.phones[who] = "13900000009"
		_, err := w.members.Apply(applicant, member.Application{Name: "申请人", Occupation: member.Rider, Area: county, Consents: []member.Consent{{Purpose: "membership", Version: 1}}})
		w.must(err)
		before := w.count("member")
		which := w.upload(cadre, "某公司会员名单\n会员姓名*, 手机 号码 ：,证件号码（18位）,岗位工种,备注\n"+strings.Join([]string{
			"张三,139 1111 0001," + document(11) + ",外卖骑手,x",
			"李四,+86-13911110002,,快递员,",
			"王五,13911110003,110101199003070012,,",
			"赵六,0437-3226207,,,",
			",13911110005,,,",
			"<b>,13911110006,,,",
			"孙七,13911110001,,,",
			"周八,13911110008," + document(11) + ",,",
			"换手机,13911110009," + document(1) + ",,",
			"换名字,13900000001,,,",
			"同名人,13911110011,,,",
			"同生日,13911110012," + document(3)[:14] + "9999,,",
			"申请人,13900000009,,,",
			"小朋友,13911110014," + young("2012") + ",,",
			"小娃娃,13911110015," + young("2016") + ",,", // nothing of a child is kept
		}, "\n"))
		want := "3 add; 4 add; 5 refuse document; 6 refuse phone; 7 refuse name; 8 refuse name; 9 refuse phone_twice 3; 10 refuse document_twice 3; 11 same same_document; 12 same same_phone; " +
			"13 doubt same_name_area; 14 doubt same_name_birth; 15 same same_phone; 16 doubt young; 17 refuse child"
		if got := w.rows(which); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		if b := w.state(which); w.count("member") != before || b.State != intake.Staged || len(b.Unused) != 1 || b.Unused[0] != "备注" {
			t.Errorf("got %d members and %+v, want nothing written, and the column told", w.count("member"), b)
		}
		p, err := w.Lines(cadre, which, intake.WillAdd, 1, 10)
		if w.must(err); len(p.Lines) != 2 || p.Lines[0].Phone != "13911110001" || p.Lines[1].Occupation != member.Courier || p.Lines[0].Occupation != member.Rider {
			t.Errorf("got %+v", p.Lines)
		}
		p, err = w.Lines(cadre, which, intake.WillDoubt, 1, 10)
		if w.must(err); len(p.Lines) != 3 || len(p.Lines[0].Others) != 1 || p.Lines[0].Others[0].Other == "" {
			t.Errorf("got the doubts %+v, want whom it may be", p.Lines)
		}
	})
}

// young is the number of somebody who was born in a year.
func young(year string) string {
	s := "220402" + year + "0101001"
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(s[i]-'0')
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

func TestWhatAListNeeds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, test := range []struct {
			about, text string
			change      func(*intake.Options)
			field       string
		}{
			{"no phones", "姓名,单位\n张三,x\n", nil, "file"},
			{"no names", "手机号,单位\n13900000001,x\n", nil, "file"},
			{"no right", list(1), func(o *intake.Options) { o.Basis = "because" }, "basis"},
			{"no place where it is proven", list(1), func(o *intake.Options) { o.Where = " " }, "where"},
			{"no headings", "张三,13900000001\n", nil, ""},
			{"no rows", head, nil, ""},
			{"nothing", "", nil, ""},
			{"a picture", "\x89PNG\r\n", nil, ""},
		} {
			o := options
			if test.change != nil {
				test.change(&o)
			}
			_, err := w.Upload(cadre, []byte(test.text), o)
			if code(err) != "invalid" || test.field != "" && (len(fault.Of(err).Fields) == 0 || fault.Of(err).Fields[0].Name != test.field) {
				t.Errorf("%s: got %v, want a fault at %q", test.about, err, test.field)
			}
		}
		if n := w.count("member_import"); n != 0 {
			t.Errorf("got %d imports kept, want none", n)
		}
	})
}

// One cell holds several platforms; stations stand in a column of their own.
func TestSeveralPlatforms(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		which := w.upload(cadre, "姓名,手机号,所属平台,站点\n甲示例,13800000001,甲达、乙达；甲 达/丙达,乙达城南站\n乙示例,13800000002,丁达,\n丙示例,13800000003,,城北站\n丁示例,13800000004,一、二、三、四、五、六、七、八、九,\n")
		w.must(w.Start(cadre, which, false))
		page, err := roll.New(w.desk, w.members).List(cadre, roll.Filter{})
		w.must(err)
		var got []string
		for _, r := range page.Rows {
			m, err := roll.New(w.desk, w.members).Get(cadre, r.ID)
			w.must(err)
			for _, one := range m.Worked {
				got = append(got, strings.TrimSpace(m.Name+" "+one.Name+" "+one.Station+" "+one.By))
			}
		}
		slices.Sort(got)
		if strings.Join(got, ", ") != "乙示例 丁达  柳婷, 甲示例 丙达  柳婷, 甲示例 乙达 乙达城南站 柳婷, 甲示例 甲达  柳婷" {
			t.Errorf("got %s", strings.Join(got, ", "))
		}
		if all := w.rows(which); !strings.Contains(all, "works") {
			t.Errorf("more than anybody has: got %s", all)
		}
		w.must(w.Undo(cadre, which))
		if n := w.count("member_work"); n != 0 {
			t.Errorf("%d rows are left of those who were taken back", n)
		}
	})
}

func TestApplyingAndUndoing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		which := w.upload(cadre, list(3)+"同名,13800000001,,,\n")
		w.must(w.Start(cadre, which, false))
		page, err := roll.New(w.desk, w.members).List(cadre, roll.Filter{})
		w.must(err)
		if len(page.Rows) != 4 || w.state(which).State != intake.Applied {
			t.Fatalf("got %d members and %+v", len(page.Rows), w.state(which))
		}
		m, err := roll.New(w.desk, w.members).Get(cadre, page.Rows[3].ID)
		w.must(err)
		if m.State != member.Active || m.Channel != member.ByList || m.Number != "99010126000001" || len(m.Consents) != 0 || m.Person != "" || m.Works != "某公司" ||
			len(m.Terms) != 1 || m.Terms[0].By != "柳婷" || m.Terms[0].Reason != "名单导入：本人签过纸质入会申请书（入会申请书在某公司工会）" {
			t.Errorf("got %+v, want a member with the union's right in the history and no consent", m)
		}
		full, err := w.members.Open(op.With(cadre, op.Call{Purpose: "test"}), m.ID)
		if err != nil || full.Phone != "13900000000" && full.Phone != "13900000001" {
			t.Errorf("got %+v, %v", full, err)
		}
		if code(w.Start(cadre, which, false)) != "conflict" {
			t.Error("a list was taken in twice")
		}
		w.must(w.Undo(cadre, which))
		if n := w.count("member"); n != 1 {
			t.Errorf("got %d members after the undo, want the one whose number somebody looked at", n)
		}
		for _, table := range []string{"member_phone", "member_number", "member_term"} {
			if n := w.count(table); n != 1 {
				t.Errorf("got %d rows in %s", n, table)
			}
		}
		if got := w.rows(which); strings.Count(got, "left touched") != 1 || w.state(which).State != intake.Undone {
			t.Errorf("got %s and %+v", got, w.state(which))
		}
		again := w.upload(cadre, list(3))
		if got := w.rows(again); strings.Count(got, "add") != 2 {
			t.Errorf("the same list again: got %s", got)
		}
	})
}

// A doubtful row is taken in only where somebody says so.
func TestDoubts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.must(w.Start(cadre, w.upload(cadre, head+"陈立冬,13900000001,,,\n"), false))
		which := w.upload(cadre, head+"陈立冬,13900000002,,,\n王满仓,13900000003,,,\n")
		w.must(w.Start(cadre, which, false))
		if n := w.count("member"); n != 2 {
			t.Errorf("got %d members, want the doubtful one left out", n)
		}
		w.must(w.Undo(cadre, which))
		which = w.upload(cadre, head+"陈立冬,13900000002,,,\n")
		w.must(w.Start(cadre, which, true))
		if n := w.count("member"); n != 2 {
			t.Errorf("got %d members, want the doubtful one taken in", n)
		}
	})
}

// A number is for life: who left and comes by a list has the old one, and who goes
// again by an undo leaves it to the membership of before.
func TestTheNumberOfBefore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		row := head + "陈立冬,13900000001," + document(5) + ",,\n"
		w.must(w.Start(cadre, w.upload(cadre, row), false))
		p, err := roll.New(w.desk, w.members).List(cadre, roll.Filter{})
		w.must(err)
		w.must(w.members.Finish(cadre, p.Rows[0].ID, 1, "不在这里了"))
		which := w.upload(cadre, row)
		w.must(w.Start(cadre, which, false))
		now, err := roll.New(w.desk, w.members).List(cadre, roll.Filter{States: []member.State{member.Active}})
		w.must(err)
		if len(now.Rows) != 1 || now.Rows[0].Number != p.Rows[0].Number {
			t.Errorf("got %+v, want the number %s", now.Rows, p.Rows[0].Number)
		}
		w.must(w.Undo(cadre, which))
		var whose member.ID
		w.must(w.db.View(t.Context(), func(tx *db.Tx) error { return tx.One(t.Context(), `select member_id from member_number`, nil, &whose) }))
		if whose != p.Rows[0].ID {
			t.Errorf("got the number with %s, want it with the membership of before", whose)
		}
	})
}
