package intake_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/org"
	"nuanxin/internal/org/intake"
	"nuanxin/internal/sheet"
)

// Rows go when they are of no more use, and what was done can be taken back no more.
func TestSweep(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		old, staged := w.upload(admin, many(3)), w.upload(admin, many(2))
		if err := w.Start(admin, old); err != nil {
			t.Fatal(err)
		}
		if err := w.d.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `update org_import set stepped_at = $1`, tx.Now().Add(-8*24*time.Hour).UnixMicro())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := w.Sweep(authz.AsSystem(t.Context(), "test")); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Head(admin, staged); !fault.Is(err, fault.Missing) {
			t.Errorf("a staged import after a week: %v", err)
		}
		if p := w.page(admin, old); p.State != intake.Applied || len(p.Items) != 0 {
			t.Errorf("%s with %d rows", p.State, len(p.Items))
		}
		if err := w.Undo(admin, old); !fault.Is(err, fault.Conflict) {
			t.Errorf("taken back without its rows: %v", err)
		}
	})
}

// Names that lead in a circle, or to several, are told, and the others come in; so are
// numbers that are none, rows about one union, and what is wrong in other sheets.
func TestOddRows(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.found("同名街道总工会", org.Town, "990101001", w.county)
		w.found("同名街道总工会", org.Town, "990101002", w.county)
		which := w.upload(admin, `编号,名称,类别,级别,区划代码,上级编号,上级名称
,甲工会,基层工会,基层,990101001,,乙工会
,乙工会,基层工会,基层,990101001,,甲工会
,丙工会,基层工会,基层,990101001,,同名街道总工会
x,丁工会,基层工会,基层,990101001,,龙山县总工会
,戊工会,基层工会,基层,990101001,x,
,己工会,基层工会,基层,990101001,`+string(w.county)+`,
,己工会,基层工会,基层,990101001,`+string(w.county)+`,
`+string(w.county)+`,新名总工会,,,,,
`+string(w.county)+`,旧名总工会,,,,,
`)
		const want = `2 left parent:tree.parent.unknown
3 left parent:tree.parent.unknown
4 left parent:tree.parent.several
5 left id:tree.id.unknown
6 left parent:org.parent.unfit
7 new
8 left id:tree.row.twice
9 change
10 left id:tree.row.twice`
		if got := w.told(admin, which); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func book(t *testing.T, sheets map[string][]string) string {
	t.Helper()
	var out bytes.Buffer
	b := sheet.NewBook(&out)
	for name, rows := range sheets {
		if err := b.Sheet(name); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			_ = b.Write(strings.Split(r, ",")...)
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestOddSheets(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, x := range map[string]struct {
			rows []string
			want string
		}{
			"产业联系": {[]string{"工会名称,产业工会名称,开始", "龙山县总工会,云川市总工会,2025-01-01", "龙山县总工会,查无此会,2025-01-01", ",云川市总工会,2025-01-01", "龙山县总工会,云川市总工会,2027-01-01"},
				"2 left to:org.link.unfit\n3 left union:tree.union.unknown\n4 left union:tree.union.unknown\n5 left since:org.link.since"},
			"届次": {[]string{"工会名称,当选日期,每届年数", "龙山县总工会,2024-01-01,5", "龙山县总工会,2024-01-01,5", "龙山县总工会,2023-01-01,5", "龙山县总工会,2025-13-01,五", "云川市总工会,2024-01-01,5"},
				"2 new\n3 same\n4 left since:life.day.after\n5 left since:life.day.past years:life.years.unfit\n6 left area:org.area.denied"},
			"企业": {[]string{"单位名称,区划代码,工会名称,建会日期", "甲公司,990101,,", "甲 公司,990101,,", "乙公司,9902,,", "丙公司,990101,查无此会,", "丁公司,990101,龙山县总工会,"},
				"2 new\n3 left name:firm.twice\n4 left area:org.area.denied\n5 left union:tree.union.unknown\n6 left since:firm.day.past"},
			"建会步骤": {[]string{"单位名称,区划代码,步骤,期限", "甲公司,990101,约谈,2026-12-01"}, "2 left name:tree.firm.unknown"},
		} {
			which, err := w.Upload(admin, []byte(book(t, map[string][]string{name: x.rows})), "")
			if err != nil {
				t.Fatal(name, err)
			}
			if got := w.told(admin, which); got != x.want {
				t.Errorf("%s: got\n%s\nwant\n%s", name, got, x.want)
			}
		}
	})
}

// A tree that is too deep is not made: whatever hangs below is kept with all above it.
func TestDeep(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var b strings.Builder
		b.WriteString("名称,类别,级别,区划代码,上级名称\n第0工会,基层工会,基层,990101001,龙山县总工会\n")
		for i := 1; i < 40; i++ {
			fmt.Fprintf(&b, "第%d工会,基层工会,基层,990101001,第%d工会\n", i, i-1)
		}
		p := w.page(admin, w.upload(admin, b.String()))
		if p.Counts[intake.New] != 22 || p.Items[22].Problems[0].Msg != "tree.deep" || p.Items[23].Problems[0].Msg != "tree.parent.unknown" {
			t.Errorf("%v %+v", p.Counts, p.Items[22:24])
		}
	})
}

func TestFilesThatAreNone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for text, want := range map[string]string{
			"a,b\n1,2\n": "sheet.no_header", "名称,类别\n": "sheet.no_rows", "": "sheet.empty",
			book(t, map[string][]string{"别的": {"a,b", "1,2"}}): "sheet.no_header",
		} {
			if _, err := w.Upload(admin, []byte(text), ""); fault.Of(err).Msg != want {
				t.Errorf("%.20q: %v, want %s", text, err, want)
			}
		}
	})
}
