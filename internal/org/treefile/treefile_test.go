package treefile_test

import (
	"bytes"
	"context"
	"fmt"
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
	"nuanxin/internal/org/treefile"
	"nuanxin/internal/seal"
	"nuanxin/internal/sheet"
)

type world struct {
	*treefile.Service
	orgs         *org.Service
	t            *testing.T
	city, county org.ID
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	dbtest.Each(t, clock.At(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)), []fs.FS{op.Schema, org.Schema}, func(t *testing.T, d *db.DB) {
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		desk := op.New(d, authz.Merge(org.Policy, treefile.Policy))
		w := &world{orgs: org.NewService(desk, ring), t: t}
		w.Service = treefile.NewService(desk, w.orgs)
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

func read(t *testing.T, text string) []treefile.Row {
	t.Helper()
	table, err := sheet.Read(strings.NewReader(text), sheet.Auto, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := treefile.Read(table)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// told is what became of each row.
func told(r treefile.Report) string {
	var all []string
	for _, l := range r.Lines {
		words := fmt.Sprintf("%d %s", l.Row, l.Action)
		for _, p := range l.Problems {
			words += " " + p.Name + ":" + p.Msg
		}
		all = append(all, words)
	}
	return strings.Join(all, "\n")
}

func (w *world) names(ctx context.Context) string {
	w.t.Helper()
	os, err := w.orgs.List(ctx, org.Filter{Kinds: org.Unions()})
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, o := range os {
		all = append(all, o.Name)
	}
	return strings.Join(all, " ")
}

// A dry run tells what an import does, row by row, and does nothing; the import then
// does just that. Whoever leads may stand further down in the table.
func TestImport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rows := read(t, `工会名称,工会类别,级别,区划代码,上级工会,电话
速达公司工会,基层工会,基层,990101001,南康街道总工会,
南康街道总工会,地方总工会,乡镇街道,990101001,龙山县总工会,0437-3226207
龙山县总工会,,,,,0437-1
云川市总工会,,,,,0437-2
龙山县总工会,,,,云川市总工会,
骑手小组,工会小组,基层,990101001,龙山县总工会,
外县工会,基层工会,基层,990102001,云川市总工会,
没有上级的,基层工会,基层,990101001,查无此会,
街道办,协办单位,乡镇街道,990101001,,
怪类别,怪,怪,990101001,龙山县总工会,
`)
		want := `2 new
3 new
4 change
5 left area:org.area.denied
6 same
7 left parent:org.parent.rank
8 left area:org.area.denied
9 left parent:tree.parent.unknown
10 left kind:org.kind.unknown level:org.level.unknown
11 left kind:org.kind.unknown level:org.level.unknown`
		want = strings.Replace(want, "10 left kind:org.kind.unknown level:org.level.unknown", "10 left kind:org.kind.unknown", 1)
		dry, err := w.DryRun(admin, rows)
		if err != nil || told(dry) != want {
			t.Fatalf("dry run, %v:\n%s\nwant\n%s", err, told(dry), want)
		}
		if got := w.names(admin); got != "云川市总工会 龙山县总工会" {
			t.Errorf("a dry run left %s", got)
		}
		done, err := w.Apply(admin, rows)
		if err != nil || told(done) != want {
			t.Fatalf("import, %v:\n%s\nwant\n%s", err, told(done), want)
		}
		if got := w.names(admin); got != "云川市总工会 龙山县总工会 南康街道总工会 速达公司工会" && got != "云川市总工会 龙山县总工会 速达公司工会 南康街道总工会" {
			t.Errorf("there are %s", got)
		}
		o, err := w.orgs.Get(admin, w.county)
		if err != nil || o.Phone != "0437-1" || o.Parent != w.city {
			t.Errorf("%+v, %v: an empty cell keeps what is there", o, err)
		}
		again, err := w.Apply(admin, rows)
		if err != nil || again.Count(treefile.New) != 0 || again.Count(treefile.Change) != 0 || again.Count(treefile.Same) != 4 {
			t.Errorf("again, %v:\n%s", err, told(again))
		}
	})
}

func TestWhoImports(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rows := read(t, "名称,类别,级别,区划代码,上级名称\n新街道总工会,总工会,街道,990101002,龙山县总工会\n")
		for about, ctx := range map[string]context.Context{"a cadre": staff(authz.Cadre, "990101"), "a leader": staff(authz.Leader, "990101"), "nobody": context.Background()} {
			if _, err := w.Apply(ctx, rows); err == nil {
				t.Errorf("%s imports", about)
			}
			if r, err := w.DryRun(ctx, rows); err == nil {
				t.Errorf("%s looks: %+v", about, r)
			}
		}
		if r, err := w.Apply(staff(authz.Admin, "990102"), rows); err != nil || told(r) != "2 left area:org.area.denied" {
			t.Errorf("next door: %s, %v", told(r), err)
		}
	})
}

// What was taken out comes in again without a change, whatever stands in its cells, and
// no cell is a formula.
func TestThereAndBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		town := w.found("=HYPERLINK(\"x\")街道总工会", org.Town, "990101001", w.county)
		w.found("  '街道总工会", org.Town, "990101002", w.county)
		rows, err := w.Export(staff(authz.Leader, "990101"))
		if err != nil || len(rows) != 3 {
			t.Fatalf("%+v, %v", rows, err)
		}
		var out bytes.Buffer
		if err := treefile.Write(sheet.NewWriter(&out), rows); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), `"'=HYPERLINK`) {
			t.Errorf("a formula: %s", out.String())
		}
		back := read(t, out.String())
		r, err := w.DryRun(admin, back)
		if err != nil || r.Count(treefile.Same) != 3 {
			t.Errorf("%s, %v", told(r), err)
		}
		for i := range back {
			if back[i].ID == string(town) {
				back[i].Name = "南康街道总工会"
			}
		}
		if r, err = w.Apply(admin, back); err != nil || r.Count(treefile.Change) != 1 {
			t.Errorf("%s, %v", told(r), err)
		}
		if o, err := w.orgs.Get(admin, town); err != nil || o.Name != "南康街道总工会" {
			t.Errorf("%+v, %v", o, err)
		}
		for about, ctx := range map[string]context.Context{"next door": staff(authz.Cadre, "990102"), "a host": staff(authz.Host, "990101"), "nobody": context.Background()} {
			if rows, err := w.Export(ctx); err != nil || len(rows) != 0 {
				t.Errorf("%s takes out %d rows, %v", about, len(rows), err)
			}
		}
	})
}

func TestTablesThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n1,2\n": "sheet.no_header",
		"名称,类别\n":    "sheet.no_rows",
		"名称,类别\n" + strings.Repeat("甲,乙\n", treefile.MaxRows+1): "tree.rows.many",
	} {
		table, err := sheet.Read(strings.NewReader(text), sheet.Auto, sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := treefile.Read(table); fault.Of(err).Msg != want {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
}

// Names that lead in a circle, or to several, are told, and the others come in.
func TestOddLeaders(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.found("同名街道总工会", org.Town, "990101001", w.county)
		w.found("同名街道总工会", org.Town, "990101002", w.county)
		rows := read(t, `编号,名称,类别,级别,区划代码,上级编号,上级名称
,甲工会,基层工会,基层,990101001,,乙工会
,乙工会,基层工会,基层,990101001,,甲工会
,丙工会,基层工会,基层,990101001,,同名街道总工会
x,丁工会,基层工会,基层,990101001,,龙山县总工会
,戊工会,基层工会,基层,990101001,x,
,己工会,基层工会,基层,990101001,`+string(w.county)+`,
`)
		r, err := w.Apply(admin, rows)
		want := `2 left parent:tree.parent.unknown
3 left parent:tree.parent.unknown
4 left parent:tree.parent.several
5 left id:tree.id.unknown
6 left parent:org.parent.unfit
7 new`
		if err != nil || told(r) != want {
			t.Errorf("got %v\n%s\nwant\n%s", err, told(r), want)
		}
	})
}
