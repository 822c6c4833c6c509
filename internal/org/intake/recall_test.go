package intake_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/org"
	"nuanxin/internal/org/intake"
)

// history is how a union stood, the newest first, as its page tells it.
func (w *world) history(which org.ID) string {
	w.t.Helper()
	all, err := w.orgs.History(admin, which)
	if err != nil {
		w.t.Fatal(err)
	}
	var lines []string
	for _, p := range all {
		lines = append(lines, p.From.In(clock.Zone).Format(time.DateOnly)+" "+p.Name+" "+p.ParentName+" "+p.Why)
	}
	return strings.Join(lines, "\n")
}

// What lay before the first that is known comes before it; what this installation knows
// itself stays; and all of it goes again, but for what came to lie before meanwhile.
func TestHistory(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const known = "2026-11-24 龙山县总工会 云川市总工会 "
		made := sheets(t, `沿革
工会名称,从哪天起,当时的名称,当时的类别,当时的级别,当时的区划代码,当时的上级,说明
龙山县总工会,1985-05-01,龙山县工会联合会,总工会,县级,990101,地区工会,成立
龙山县总工会,2001-01-01,龙山县总工会,总工会,县级,990101,云川市总工会,改名
龙山县总工会,1990-02-30,龙山县工会联合会,总工会,县级,990101,,
龙山县总工会,2027-01-01,龙山县总工会,总工会,县级,990101,,
龙山县总工会,1990-01-01,龙山县工会联合会,一般,县级,990101,,
龙山县总工会,1980-01-01,龙山县工会筹备会,总工会,县级,990101,,
云川市总工会,1980-01-01,云川市工会,总工会,市级,9901,,
查无此会,1980-01-01,查无此会,总工会,县级,990101,,`)
		const want = `2 new
3 new
4 left since:org.past.day
5 left since:org.past.day
6 left kind:org.kind.unknown
7 new
8 left area:org.area.denied
9 left union:tree.union.unknown`
		which := w.upload(admin, string(made))
		if got := w.told(admin, which); got != want {
			t.Errorf("dry run:\n%s", got)
		}
		if got := w.history(w.county); got != known {
			t.Errorf("a dry run did\n%s", got)
		}
		if err := w.Start(admin, which); err != nil {
			t.Fatal(err)
		}
		const done = known + `
2001-01-01 龙山县总工会 云川市总工会 改名
1985-05-01 龙山县工会联合会 地区工会 成立
1980-01-01 龙山县工会筹备会  `
		if got := w.history(w.county); got != done {
			t.Errorf("done:\n%s", got)
		}
		if p := w.page(admin, w.upload(admin, string(made))); p.Counts[intake.Same] != 3 || p.Counts[intake.New] != 0 {
			t.Errorf("again: %v", p.Counts)
		}
		// What began before is later than what is known by now.
		late := w.upload(admin, string(sheets(t, `沿革
工会名称,从哪天起,当时的名称,当时的类别,当时的级别,当时的区划代码
龙山县总工会,1995-01-01,龙山县总工会,总工会,县级,990101`)))
		if got := w.told(admin, late); got != "2 left since:org.past.late" {
			t.Errorf("late: %s", got)
		}
		// The newest row of a file that says how the first that is known stood moves its day.
		earlier := w.upload(admin, string(sheets(t, `沿革
工会编号,从哪天起,当时的名称,当时的类别,当时的级别,当时的区划代码
`+string(w.county)+`,1979-01-01,龙山县工会筹备会,总工会,县级,990101`)))
		if err := w.Start(admin, earlier); err != nil {
			t.Fatal(err)
		}
		if got := w.history(w.county); got != strings.Replace(done, "1980-01-01", "1979-01-01", 1) {
			t.Errorf("moved:\n%s", got)
		}
		// It was moved since, and stays; what it lies before cannot go from under it.
		if err := w.Undo(admin, which); err != nil {
			t.Fatal(err)
		}
		if got := w.told(admin, which); strings.Count(got, "tree.touched") != 3 {
			t.Errorf("taken back:\n%s", got)
		}
		if err := w.Undo(admin, earlier); err != nil {
			t.Fatal(err)
		}
		if got := w.history(w.county); got != done {
			t.Errorf("moved back:\n%s", got)
		}
	})
}

// An import that was looked at and not done finds that what is known now begins earlier.
func TestHistoryMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const head = "工会名称,从哪天起,当时的名称,当时的类别,当时的级别,当时的区划代码\n"
		one := w.upload(admin, string(sheets(t, "沿革\n"+head+"龙山县总工会,1985-05-01,龙山县工会,总工会,县级,990101")))
		two := w.upload(admin, string(sheets(t, "沿革\n"+head+"龙山县总工会,1980-05-01,龙山县工会,总工会,县级,990101")))
		if err := errors.Join(w.Start(admin, two), w.Start(admin, one)); err != nil {
			t.Fatal(err)
		}
		if got := w.told(admin, one); got != "2 left :org.past.late" {
			t.Errorf("got %s", got)
		}
		if err := w.Undo(admin, two); err != nil {
			t.Fatal(err)
		}
		if got := w.history(w.county); strings.Count(got, "\n") != 0 {
			t.Errorf("taken back:\n%s", got)
		}
	})
}

// A union that ended keeps the terms of office that it had, and gets none after its end.
func TestTermsOfEnded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		gone := string(w.found("旧站工会", org.Town, "990101001", w.county))
		made := string(sheets(t, `已结束的工会
编号,名称,类别,级别,区划代码,上级名称,结束方式,结束日期,电话,地址
01a22dd4-08b4-712e-94d6-7f67ad38b300,旧甲工会,基层工会,基层,990101,龙山县总工会,撤销,2020-03-01,0437-1,一号路`, `届次
工会编号,当选日期,每届年数
01a22dd4-08b4-712e-94d6-7f67ad38b300,2017-03-01,3
01a22dd4-08b4-712e-94d6-7f67ad38b300,2020-03-02,3
`+gone+`,2020-03-02,5`, `任职
工会编号,当选日期,职务,姓名
01a22dd4-08b4-712e-94d6-7f67ad38b300,2017-03-01,主席,赵甲`))
		which := w.upload(admin, made)
		if err := w.Start(admin, which); err != nil {
			t.Fatal(err)
		}
		if p := w.page(admin, which); p.Counts[intake.New] != 4 || p.Counts[intake.Left] != 1 || p.Items[2].Problems[0].Msg != "tree.term.ended" {
			t.Fatalf("%v %+v", p.Counts, p.Items)
		}
		o, err := w.orgs.Get(admin, "01a22dd4-08b4-712e-94d6-7f67ad38b300")
		terms, err2 := w.life.Tenures(admin, o.ID)
		if err := errors.Join(err, err2); err != nil || o.Active || o.Phone != "0437-1" || o.Address != "一号路" || len(terms) != 1 || terms[0].Lead() != "赵甲" {
			t.Errorf("%+v %+v %v", o, terms, err)
		}
		if err := w.Undo(admin, which); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := w.d.View(t.Context(), func(tx *db.Tx) error {
			return tx.One(t.Context(), `select (select count(*) from org_tenure) + (select count(*) from org_post) + (select count(*) from org where not active)`, nil, &n)
		}); err != nil || n != 0 {
			t.Errorf("%d rows stay, %v", n, err)
		}
	})
}
