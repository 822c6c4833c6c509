package intake_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/intake"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/treefile"
	"nuanxin/internal/sheet"
)

// proven is somebody who has just shown who they are.
func proven(role authz.Role, area string) context.Context {
	who := authz.From(staff(role, area))
	who.Proven = now.Now().Add(time.Hour)
	return authz.With(context.Background(), who)
}

// pasts founds a union with an approval, and ends two: one is taken over, and one is closed.
func pasts(t *testing.T, w *world) {
	t.Helper()
	leader := proven(authz.Leader, "9901")
	asked, err := w.life.AskFor(staff(authz.Cadre, "9901"), life.Ask{Kind: org.Basic, Level: org.Grassroots, Name: "安途司机工会", Area: "990101", Parent: w.county, Chair: "王五", Members: 60, Years: 3, Elected: "2026-10-01"})
	if err == nil {
		_, err = w.life.Approve(leader, asked, 1, "")
	}
	old := w.found("旧快递站工会", org.Town, "990101001", w.county)
	if err == nil {
		err = w.life.Elect(staff(authz.Cadre, "9901"), old, 0, "2021-05-01", 5, []life.Post{{Post: life.Chair, Name: "孙七"}})
	}
	closed := w.found("没办起来的工会", org.Town, "990101002", w.county)
	if err == nil {
		_, err = w.life.Merge(leader, life.Ending{From: old, Version: 1, Into: w.county, How: life.Abolished, Why: "公司没了"})
	}
	if err := errors.Join(err, w.orgs.Close(authz.AsSystem(t.Context(), "test"), closed, 1)); err != nil {
		t.Fatal(err)
	}
}

func (w *world) exportNames(ctx context.Context) []byte {
	w.t.Helper()
	rows, err := w.files.ExportNames(op.With(ctx, op.Call{Purpose: "换届核对"}))
	if err != nil {
		w.t.Fatal(err)
	}
	var out bytes.Buffer
	if err := treefile.WriteBook(sheet.NewBook(&out), rows, "个人信息", true); err != nil {
		w.t.Fatal(err)
	}
	return out.Bytes()
}

// With names the whole goes there and back: who is and was in office, what ended and
// how, what was approved; and all of it is taken back again.
func TestNamesThereAndBack(t *testing.T) {
	from := full(t)
	for about, ctx := range map[string]context.Context{"a cadre": proven(authz.Cadre, "99"), "a leader who proved nothing": staff(authz.Leader, "99"), "nobody": context.Background()} {
		if _, err := from.files.ExportNames(op.With(ctx, op.Call{Purpose: "换届核对"})); err == nil {
			t.Errorf("%s takes names out", about)
		}
	}
	book := from.exportNames(proven(authz.Leader, "99"))
	text := cells(t, book)
	for _, want := range []string{"# 任职（个人信息）\n个人信息\n", "|主席|孙七|2021-05-01|2026-11-24\n", "|主席|李四|2023-05-01\n", "|主席|张三|2020-05-01\n", "|撤销|" + string(from.county) + "|", "没办起来的工会||", "|关闭|||2026-11-24|", "安途司机工会|2026-11-24|", "|2026-11-24|'=龙山县总工会|2026-11-24\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	dbtest.Each(t, now, []fs.FS{op.Schema, org.Schema}, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ctx := proven(authz.Admin, "99")
		which, err := w.Upload(ctx, book, "tree.xlsx")
		if err == nil {
			err = w.Start(ctx, which)
		}
		if err != nil {
			t.Fatal(err)
		}
		if p := w.is(which, ctx, intake.Applied); p.Counts[intake.Left] != 0 {
			t.Errorf("left: %s", w.told(ctx, which))
		}
		if strings.Contains(w.table("org_import_row"), "李四") {
			t.Error("a name lies open in the rows of an import")
		}
		got := cells(t, w.exportNames(ctx))
		for _, row := range strings.Split(text, "\n") {
			if !strings.Contains(got, row) {
				t.Errorf("did not come in: %s", row)
			}
		}
		if again := w.page(ctx, w.upload(ctx, string(book))); again.Counts[intake.Same] != again.Total {
			t.Errorf("again: %v\n%s", again.Counts, w.told(ctx, which))
		}
		if err := w.Undo(ctx, which); err != nil {
			t.Fatal(err)
		}
		if p := w.is(which, ctx, intake.Undone); p.Counts[intake.Left] != 0 {
			t.Errorf("what stays: %s", w.told(ctx, which))
		}
		if got := cells(t, w.exportNames(ctx)); strings.Contains(got, "李四") || strings.Contains(got, "撤销") || strings.Contains(got, "安途司机工会") {
			t.Errorf("what stays:\n%s", got)
		}
	})
}

// table is all of a table as text.
func (w *world) table(name string) string {
	w.t.Helper()
	var b strings.Builder
	err := w.d.View(w.t.Context(), func(tx *db.Tx) error {
		return tx.Each(w.t.Context(), `select name, body, was, problems from `+name, nil, func(r db.Row) error {
			var cols [4]string
			err := r.Scan(&cols[0], &cols[1], &cols[2], &cols[3])
			b.WriteString(strings.Join(cols[:], "|") + "\n")
			return err
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return b.String()
}

// sheets are a workbook of sheets, each a table.
func sheets(t *testing.T, all ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	b := sheet.NewBook(&out)
	var err error
	for _, s := range all {
		name, rows, _ := strings.Cut(strings.TrimSpace(s), "\n")
		err = errors.Join(err, b.Sheet(name))
		for _, row := range strings.Split(rows, "\n") {
			err = errors.Join(err, b.Write(strings.Split(row, ",")...))
		}
	}
	if err := errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A dry run says of each row of the past what is wrong with it, and what is right is done
// and can be taken back, but for what somebody changed meanwhile.
func TestPast(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		made := sheets(t, `已结束的工会
名称,类别,级别,区划代码,上级名称,结束方式,并入工会,结束日期,批准工会,批准文号
旧甲工会,基层工会,基层,990101,龙山县总工会,合并,龙山县总工会,2020-03-01,云川市总工会,云工〔2020〕3号
旧乙工会,基层工会,基层,990101,龙山县总工会,,,,,
旧丙工会,基层工会,基层,990101,龙山县总工会,搬走,,2020-03-01,,
旧丁工会,基层工会,基层,990101,龙山县总工会,撤销,,2030-01-01,,
旧戊工会,基层工会,基层,990101,龙山县总工会,合并,查无此会,2020-03-01,,
旧己工会,基层工会,基层,990201,龙山县总工会,合并,,2020-03-01,,`, `成立批准
工会名称,成立日期,批准工会,批准日期,批准文号
龙山县总工会,1985-05-01,云川市总工会,1985-04-20,云工〔1985〕1号
龙山县总工会,,,,
查无此会,1985-05-01,,,
云川市总工会,1984-05-01,,,`, `届次
工会名称,当选日期,每届年数
龙山县总工会,2024-05-01,5`, `任职
工会名称,当选日期,职务,姓名,任职开始,任职结束
龙山县总工会,2024-05-01,主席,赵甲,,2025-06-01
龙山县总工会,2024-05-01,主席,钱乙,2025-06-01,
龙山县总工会,2024-05-01,主席,孙丙,,
龙山县总工会,2024-05-01,班长,李丁,,
龙山县总工会,2024-05-01,委员,周戊,2024-01-01,
龙山县总工会,2019-05-01,委员,吴己,,
龙山县总工会,2024-05-01,女工主任,郑庚,,`)
		which, err := w.Upload(admin, made, "past.xlsx")
		if err != nil {
			t.Fatal(err)
		}
		says := func(about string, want string) {
			t.Helper()
			var got []string
			for _, it := range w.page(admin, which).Items {
				line := string(it.Sheet) + " " + string(it.Action)
				for _, p := range it.Problems {
					line += " " + p.Name + ":" + p.Msg
				}
				got = append(got, line)
			}
			if g := strings.Join(got, "\n"); g != strings.TrimSpace(want) {
				t.Errorf("%s:\n%s\nwant\n%s", about, g, want)
			}
		}
		const looked = `
ended new
ended new
ended left how:org.approval.how
ended left day:org.approval.day
ended left into:tree.union.unknown
ended left area:org.area.denied
begun new
begun same
begun left union:tree.union.unknown
begun left area:org.area.denied
terms new
posts new
posts new
posts left post:life.post.one_chair
posts left post:life.post.unknown
posts left since:life.post.day
posts left term:tree.term.unknown
posts new`
		says("dry run", looked)
		if err := w.Start(admin, which); err != nil {
			t.Fatal(err)
		}
		says("done", looked)
		said, err := w.orgs.Approvals(admin, w.county)
		if err != nil || len(said) != 1 || said[0].Day != "1985-05-01" || said[0].Approver != "云川市总工会" || said[0].Paper != "云工〔1985〕1号" {
			t.Errorf("%+v, %v", said, err)
		}
		terms, err := w.life.Tenures(admin, w.county)
		if err != nil || len(terms) != 1 || len(terms[0].Posts) != 3 || terms[0].Lead() != "钱乙" {
			t.Errorf("%+v, %v", terms, err)
		}
		// What is new again is the same.
		if p := w.page(admin, w.upload(admin, string(made))); p.Counts[intake.New] != 0 || p.Counts[intake.Same] != 8 {
			t.Errorf("again: %v", p.Counts)
		}
		// Somebody replaces the head of the women's committee: she stays, and her term with her.
		if err := errors.Join(w.life.Replace(admin, w.county, 1, []life.Post{{Post: life.Chair, Name: "钱乙"}}), w.Undo(admin, which)); err != nil {
			t.Fatal(err)
		}
		says("taken back", strings.NewReplacer("terms new", "terms left :tree.touched", "unknown\nposts new", "unknown\nposts left :tree.touched").Replace(looked))
		if got, err := w.orgs.List(admin, org.Filter{Kinds: org.Unions(), Closed: true}); err != nil || len(got) != 2 {
			t.Errorf("%d unions, %v", len(got), err)
		}
		if said, err := w.orgs.Approvals(admin, w.county); err != nil || len(said) != 0 {
			t.Errorf("%+v, %v", said, err)
		}
	})
}
