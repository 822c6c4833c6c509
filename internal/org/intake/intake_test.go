package intake_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
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
	"nuanxin/internal/org/intake"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/org/treefile"
	"nuanxin/internal/seal"
	"nuanxin/internal/sheet"
)

type world struct {
	*intake.Service
	files        *treefile.Service
	orgs         *org.Service
	life         *life.Service
	firms        *platform.Service
	held         map[string]bool // unions of which another domain keeps something
	d            *db.DB
	t            *testing.T
	city, county org.ID
}

var now = clock.At(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC))

func open(t *testing.T, d *db.DB) *world {
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	desk := op.New(d, authz.Merge(org.Policy, life.Policy, platform.Policy, treefile.Policy, intake.Policy))
	w := &world{t: t, d: d, orgs: org.NewService(desk, ring), held: map[string]bool{}}
	w.life = life.NewService(desk, life.Config{Orgs: w.orgs, Ring: ring})
	w.firms = platform.NewService(desk, platform.Config{Orgs: w.orgs})
	w.files = treefile.NewService(desk, w.orgs, w.life, w.firms)
	w.Service = intake.NewService(desk, intake.Config{Orgs: w.orgs, Life: w.life, Firms: w.firms, Ring: ring, Parts: []life.Part{{Name: "test", Count: func(_ context.Context, _ *op.Tx, union string) (int64, error) {
		if w.held[union] {
			return 1, nil
		}
		return 0, nil
	}}}})
	return w
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	dbtest.Each(t, now, []fs.FS{op.Schema, org.Schema}, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.city = w.found("云川市总工会", org.City, "9901", "")
		w.county = w.found("龙山县总工会", org.County, "990101", w.city)
		f(t, w)
	})
}

func (w *world) found(name string, level org.Level, area string, parent org.ID) org.ID {
	w.t.Helper()
	made, err := w.orgs.Found(authz.AsSystem(w.t.Context(), "test"), org.Draft{Kind: org.Local, Level: level, Name: name, Area: area, Parent: parent})
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

func staff(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "管理员", Grants: []authz.Grant{{Role: role, Area: area}}})
}

var admin = staff(authz.Admin, "990101")

func (w *world) upload(ctx context.Context, text string) intake.ID {
	w.t.Helper()
	which, err := w.Upload(ctx, []byte(text), "tree.csv")
	if err != nil {
		w.t.Fatal(err)
	}
	return which
}

func (w *world) page(ctx context.Context, which intake.ID) intake.Page {
	w.t.Helper()
	p, err := w.Items(ctx, which, "", 1, 2000)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// told is what became of each row, in the order of the file.
func (w *world) told(ctx context.Context, which intake.ID) string {
	w.t.Helper()
	all := map[int]string{}
	last := 0
	for _, it := range w.page(ctx, which).Items {
		words := fmt.Sprintf("%d %s", it.Line, it.Action)
		for _, p := range it.Problems {
			words += " " + p.Name + ":" + p.Msg
		}
		all[it.Line], last = words, max(last, it.Line)
	}
	var lines []string
	for i := 1; i <= last; i++ {
		if all[i] != "" {
			lines = append(lines, all[i])
		}
	}
	return strings.Join(lines, "\n")
}

func (w *world) names() string {
	w.t.Helper()
	os, err := w.orgs.List(admin, org.Filter{Kinds: org.Unions()})
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, o := range os {
		all = append(all, o.Name)
	}
	return strings.Join(all, " ")
}

func (w *world) is(which intake.ID, ctx context.Context, want intake.State) intake.Page {
	w.t.Helper()
	p := w.page(ctx, which)
	if p.State != want {
		w.t.Fatalf("the import is %s, want %s", p.State, want)
	}
	return p
}

// A dry run tells what an import does, row by row, and does nothing; the import then
// does just that. Whoever leads may stand further down in the table.
func TestImport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const text = `工会名称,工会类别,级别,区划代码,上级工会,电话
速达公司工会,基层工会,基层,990101001,南康街道总工会,
南康街道总工会,地方总工会,乡镇街道,990101001,龙山县总工会,0437-3226207
龙山县总工会,,,,,0437-1
云川市总工会,,,,,0437-2
外县工会,基层工会,基层,990102001,云川市总工会,
没有上级的,基层工会,基层,990101001,查无此会,
街道办,协办单位,乡镇街道,990101001,,
怪类别,怪,怪,990101001,龙山县总工会,
骑手小组,工会小组,基层,990101001,龙山县总工会,
`
		const want = `2 new
3 new
4 change
5 left area:org.area.denied
6 left area:org.area.denied
7 left parent:tree.parent.unknown
8 left kind:org.kind.unknown
9 left kind:org.kind.unknown level:org.level.unknown
10 left parent:org.parent.rank`
		which := w.upload(admin, text)
		if got := w.told(admin, which); got != strings.ReplaceAll(want, "9 left kind:org.kind.unknown level:org.level.unknown", "9 left kind:org.kind.unknown level:org.level.unknown") {
			t.Fatalf("dry run:\n%s\nwant\n%s", got, want)
		}
		if got := w.names(); got != "云川市总工会 龙山县总工会" {
			t.Errorf("a dry run left %s", got)
		}
		if err := w.Start(admin, which); err != nil {
			t.Fatal(err)
		}
		if got := w.told(admin, which); got != want {
			t.Fatalf("import:\n%s\nwant\n%s", got, want)
		}
		w.is(which, admin, intake.Applied)
		if got := w.names(); !strings.Contains(got, "速达公司工会") || !strings.Contains(got, "南康街道总工会") || strings.Contains(got, "没有上级的") {
			t.Errorf("there are %s", got)
		}
		o, err := w.orgs.Get(admin, w.county)
		if err != nil || o.Phone != "0437-1" || o.Parent != w.city {
			t.Errorf("%+v, %v: an empty cell keeps what is there", o, err)
		}
		again := w.page(admin, w.upload(admin, text))
		if again.Counts[intake.New] != 0 || again.Counts[intake.Change] != 0 || again.Counts[intake.Same] != 3 {
			t.Errorf("again: %v", again.Counts)
		}
		line, err := w.orgs.Line(admin, w.id("速达公司工会"))
		if err != nil || len(line) != 4 {
			t.Errorf("%d above, %v", len(line), err)
		}
		past, err := w.orgs.History(admin, w.id("速达公司工会"))
		if err != nil || len(past) != 1 || past[0].ParentName != "南康街道总工会" {
			t.Errorf("%+v, %v", past, err)
		}
	})
}

func (w *world) id(name string) org.ID {
	w.t.Helper()
	os, err := w.orgs.List(admin, org.Filter{Words: name})
	if err != nil || len(os) != 1 {
		w.t.Fatalf("%s: %d, %v", name, len(os), err)
	}
	return os[0].ID
}

func TestWhoImports(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const text = "名称,类别,级别,区划代码,上级名称\n新街道总工会,总工会,街道,990101002,龙山县总工会\n"
		for about, ctx := range map[string]context.Context{"a cadre": staff(authz.Cadre, "990101"), "a leader": staff(authz.Leader, "990101"), "nobody": context.Background()} {
			if _, err := w.Upload(ctx, []byte(text), ""); err == nil {
				t.Errorf("%s imports", about)
			}
		}
		next := staff(authz.Admin, "990102")
		which := w.upload(next, text)
		if got := w.told(next, which); got != "2 left area:org.area.denied" {
			t.Errorf("next door: %s", got)
		}
		if _, err := w.Head(admin, which); !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Denied) {
			t.Errorf("another county's import: %v", err)
		}
		if err := w.Start(admin, which); err == nil {
			t.Error("another county's import is done")
		}
		if all, err := w.Imports(admin, 10); err != nil || len(all) != 0 {
			t.Errorf("%d imports, %v", len(all), err)
		}
	})
}

func (w *world) export(ctx context.Context) []byte {
	w.t.Helper()
	rows, err := w.files.Export(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	var out bytes.Buffer
	if err := treefile.WriteBook(sheet.NewBook(&out), rows, "", false); err != nil {
		w.t.Fatal(err)
	}
	return out.Bytes()
}

// cells are a workbook as text.
func cells(t *testing.T, book []byte) string {
	t.Helper()
	tables, err := sheet.ReadAll(bytes.NewReader(book), sheet.Auto, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, table := range tables {
		fmt.Fprintln(&b, "#", table.Sheet)
		for _, r := range table.Rows {
			fmt.Fprintln(&b, strings.Join(r.Cells, "|"))
		}
	}
	return b.String()
}

// full is an installation with something of everything.
func full(t *testing.T) *world {
	w := open(t, dbtest.SQLite(t, now, []fs.FS{op.Schema, org.Schema}))
	w.city = w.found("云川市总工会", org.City, "9901", "")
	w.county = w.found("  '=龙山县总工会", org.County, "990101", w.city)
	system := authz.AsSystem(t.Context(), "test")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	trade, err := w.orgs.Found(system, org.Draft{Kind: org.Industry, Level: org.City, Name: "云川市快递业工会", Area: "9901", Parent: w.city})
	must(err)
	basic, err := w.orgs.Found(system, org.Draft{Kind: org.Basic, Level: org.Grassroots, Name: "速达公司工会", Short: "速达", Area: "990101001", Parent: w.county, Phone: "=1+1", Address: "一号路\n二楼"})
	must(err)
	link, err := w.orgs.Tie(system, basic, trade, "2024-01-01", "产业和地方相结合")
	must(err)
	must(w.orgs.Untie(system, basic, link))
	_, err = w.orgs.Tie(system, basic, trade, "2025-01-01", "")
	must(err)
	cadre := staff(authz.Cadre, "9901")
	must(w.life.Elect(cadre, basic, 0, "2020-05-01", 3, []life.Post{{Post: life.Chair, Name: "张三"}}))
	must(w.life.Elect(cadre, basic, 1, "2023-05-01", 5, []life.Post{{Post: life.Chair, Name: "李四"}}))
	pasts(t, w)
	renamed(t, w, basic)
	firm, err := w.firms.Add(cadre, platform.Draft{Name: "速达外卖", Platform: true, Area: "990101"})
	must(err)
	must(w.firms.SetPlan(cadre, firm, 1, platform.Plan{Union: basic, Since: "2024-02-01", Owner: "柳婷", Also: "速达\n速达配送"}))
	must(w.firms.Say(cadre, firm, platform.Fact{Occupation: "rider", N: 120, Day: "2026-06-30", Source: "企业填报"}))
	must(w.firms.Say(cadre, firm, platform.Fact{N: 150, Day: "2026-07-31", Source: "企业填报"}))
	plan, err := w.firms.Add(cadre, platform.Draft{Name: "安途出行", Platform: true, Area: "9901"})
	must(err)
	must(w.firms.SetPlan(cadre, plan, 1, platform.Plan{Owner: "柳婷", Obstacle: "总部不在本地", Steps: platform.Steps{{Text: "约谈", Due: "2026-03-01", Done: "2026-03-05"}, {Text: "成立筹备组", Due: "2026-10-01"}}}))
	return w
}

// renamed gives a union an earlier name and leader, and earlier still another level: the
// clock of these tests stands, so that the days are written by hand.
func renamed(t *testing.T, w *world, basic org.ID) {
	t.Helper()
	err := w.d.Update(t.Context(), func(tx *db.Tx) error {
		for _, q := range []string{
			`update org_past set from_at = 1714521600000000, why = '=改制' where org_id = $1`, // 2024-05-01 08:00
			`insert into org_past (org_id, seq, from_at, name, kind, level, area, parent_id, parent_name, by_name, why) select org_id, 0, 1583596800000000, '速达配送站工会', kind, level, '990101', null, '撤了的上级', '柳婷', '' from org_past where org_id = $1 and seq = 1`,
			`insert into org_past (org_id, seq, from_at, name, kind, level, area, parent_id, parent_name, by_name, why) select org_id, -1, 1583510400000000, '速达配送站工会', kind, level, '9901', $2, '云川市总工会', '柳婷', '成立' from org_past where org_id = $1 and seq = 1`,
		} {
			args := []any{string(basic)}
			if strings.Contains(q, "$2") {
				args = append(args, string(w.city))
			}
			if _, err := tx.Exec(t.Context(), q, args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What was taken out of one installation makes the same tree in an empty one, and comes
// in again without a change; names of those in office do not go along.
func TestThereAndBack(t *testing.T) {
	from := full(t)
	book := from.export(staff(authz.Leader, "99"))
	if text := cells(t, book); strings.Contains(text, "张三") || strings.Contains(text, "李四") || !strings.Contains(text, "安途出行|是|9901") || strings.Contains(text, "孙七") ||
		!strings.Contains(text, "|速达公司工会|2020-03-07|速达配送站工会|基层工会|基层|9901|"+string(from.city)+"|云川市总工会|成立\n") || !strings.Contains(text, "|旧快递站工会|1|2021-05-01|5|2026-05-01\n") {
		t.Errorf("taken out:\n%s", text)
	}
	dbtest.Each(t, now, []fs.FS{op.Schema, org.Schema}, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ctx := staff(authz.Admin, "99")
		which, err := w.Upload(ctx, book, "tree.xlsx")
		if err != nil {
			t.Fatal(err)
		}
		if p := w.page(ctx, which); p.Counts[intake.New] != p.Total || p.Total != 5+2+1+2+5+4+2 {
			t.Fatalf("%v of %d:\n%s", p.Counts, p.Total, w.told(ctx, which))
		}
		if err := w.Start(ctx, which); err != nil {
			t.Fatal(err)
		}
		if p := w.is(which, ctx, intake.Applied); p.Counts[intake.Left] != 0 {
			t.Errorf("left: %s", w.told(ctx, which))
		}
		if got, want := cells(t, w.export(ctx)), cells(t, book); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		again := w.page(ctx, w.upload(ctx, string(book)))
		if again.Counts[intake.Same] != again.Total {
			t.Errorf("again: %v", again.Counts)
		}
		// And all of it goes again.
		if err := w.Undo(ctx, which); err != nil {
			t.Fatal(err)
		}
		w.is(which, ctx, intake.Undone)
		if got := cells(t, w.export(ctx)); strings.Count(got, "\n") != 2*9 {
			t.Errorf("what stays of an import that was taken back:\n%s\n%s", got, w.told(ctx, which))
		}
		if err := w.Undo(ctx, which); !fault.Is(err, fault.Conflict) {
			t.Errorf("taken back twice: %v", err)
		}
	})
}

// Nothing is taken back to which something happened since, nor whoever leads one that
// stays; what was changed is as it was before.
func TestUndo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		which := w.upload(admin, `名称,类别,级别,区划代码,上级名称,电话
龙山县总工会,,,,,0437-9
甲街道总工会,总工会,街道,990101001,龙山县总工会,
乙街道总工会,总工会,街道,990101002,龙山县总工会,
丙街道总工会,总工会,街道,990101003,龙山县总工会,
甲工会,基层工会,基层,990101001,甲街道总工会,
乙工会,基层工会,基层,990101002,乙街道总工会,
`)
		if err := w.Start(admin, which); err != nil {
			t.Fatal(err)
		}
		o, err := w.orgs.Get(admin, w.id("甲工会"))
		if err == nil {
			err = w.orgs.Rename(admin, o.ID, o.Version, "甲公司工会", "")
		}
		if err != nil {
			t.Fatal(err)
		}
		w.held[string(w.id("乙工会"))] = true // a member came
		if err := w.Undo(admin, which); err != nil {
			t.Fatal(err)
		}
		const want = `2 change
3 left :tree.touched
4 left :tree.touched
5 new
6 left :tree.touched
7 left :tree.touched`
		if got := w.told(admin, which); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		if got := w.names(); strings.Contains(got, "丙") || !strings.Contains(got, "甲公司工会") || !strings.Contains(got, "乙街道") {
			t.Errorf("there are %s", got)
		}
		if o, err := w.orgs.Get(admin, w.county); err != nil || o.Phone != "" {
			t.Errorf("%+v, %v", o, err)
		}
	})
}

// What has become impossible since the dry run is left, with the reason, and does not
// hold up the others.
func TestMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const text = `名称,类别,级别,区划代码,上级名称,电话
龙山县总工会,,,,,0437-9
甲街道总工会,总工会,街道,990101001,龙山县总工会,
乙街道总工会,总工会,街道,990101002,龙山县总工会,
`
		one, two := w.upload(admin, text), w.upload(admin, text)
		w.found("乙街道总工会", org.Town, "990101002", w.county)
		if err := errors.Join(w.Start(admin, one), w.Start(admin, two)); err != nil {
			t.Fatal(err)
		}
		if got, want := w.told(admin, one), "2 change\n3 new\n4 left name:tree.meanwhile"; got != want {
			t.Errorf("the first: %s", got)
		}
		if got, want := w.told(admin, two), "2 left name:tree.meanwhile\n3 left name:tree.meanwhile\n4 left name:tree.meanwhile"; got != want {
			t.Errorf("the second: %s", got)
		}
	})
}

// Of two who start, or apply the same at once, one wins each row.
func TestTwoAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const text = "名称,类别,级别,区划代码,上级名称\n甲街道总工会,总工会,街道,990101001,龙山县总工会\n"
		ids := []intake.ID{w.upload(admin, text), w.upload(admin, text)}
		ids = append(ids, ids[0])
		errs := make([]error, len(ids))
		var wg sync.WaitGroup
		for i, which := range ids {
			wg.Go(func() { errs[i] = w.Start(admin, which) })
		}
		wg.Wait()
		won := 0
		for _, i := range []int{0, 2} {
			if errs[i] == nil {
				won++
			} else if !fault.Is(errs[i], fault.Conflict) {
				t.Error(errs[i])
			}
		}
		if won != 1 || errs[1] != nil {
			t.Errorf("%d started one import, %v", won, errs)
		}
		if got := strings.Count(w.names(), "甲街道"); got != 1 {
			t.Errorf("%d unions of one name: %s", got, w.names())
		}
	})
}
