package member_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/body"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

// known lets some companies be known, the unions of none of which is asked.
func known(w *world, names ...string) {
	firms := offices{}
	for _, name := range names {
		firms[name] = member.Union{}
	}
	w.Service = member.NewService(w.desk, member.Config{Ring: w.ring, People: w.phones, Orgs: unions{county: {ID: id.Of[string](county), Name: "云川县总工会", Area: county}, sibling: {ID: id.Of[string](sibling), Name: "青石县总工会", Area: sibling}}, Firms: firms})
	w.theRoll = roll.New(w.desk, w.Service)
}

// worked writes works in short.
func worked(all []work.Work) string {
	var out []string
	for _, w := range all {
		s := w.Name
		if w.Firm != "" {
			s += "*"
		}
		for _, more := range []string{w.Station, w.From[5:], strings.TrimPrefix(w.Until, "2026-"), w.By, w.EndedBy} {
			if more != "" {
				s += " " + more
			}
		}
		if w.Wrong {
			s += " !"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// Somebody works for several at once, each from its day; another station and an end are
// added, and nothing is written over.
func TestWorks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		known(w, "速达外卖", "静达快递")
		me := w.worker("13900000001")
		a := form("王小明")
		a.Works = []work.Said{{Name: "速达 外卖", Station: "城南站"}, {Name: "自己的单子"}}
		which := w.join(me, a)
		if got := worked(w.mine(me).Worked); got != "速达外卖* 城南站 11-24, 自己的单子 11-24" {
			t.Errorf("joined: got %s", got)
		}
		if o := w.mine(me); o.Works != "速达外卖、自己的单子" || w.list(cadre, roll.Filter{}).Rows[0].Works != o.Works {
			t.Errorf("in one line: got %s", o.Works)
		}
		w.clock.Move(48 * time.Hour)
		w.must(w.Work(me, which, []work.Said{{Name: "静达快递"}, {Name: "速达外卖"}}, "2026-11-20"))
		w.must(w.MoveStation(me, which, 1, "城北站", "2026-11-25"))
		w.must(w.StopWork(cadre, which, 2, "2026-11-26"))
		o := w.mine(me)
		if got := worked(work.Now(o.Worked)); got != "静达快递* 11-20, 速达外卖* 城北站 11-25" {
			t.Errorf("now: got %s", got)
		}
		if got := worked(work.Past(o.Worked)); got != "自己的单子 11-24 11-26 柳婷, 速达外卖* 城南站 11-24 11-25" {
			t.Errorf("before: got %s", got)
		}
		w.must(w.MendWork(cadre, which, 3, work.Said{Name: "慢达快递", Station: "东门站"}, "2026-11-21"))
		w.must(w.MendWork(cadre, which, 4, work.Said{Name: "速达外卖", Station: "城西站"}, "2026-11-25"))
		if got := worked(work.Now(w.mine(me).Worked)); got != "慢达快递 东门站 11-21 柳婷, 速达外卖* 城西站 11-25 柳婷" {
			t.Errorf("put right: got %s", got)
		}
		if got := worked(work.Past(w.mine(me).Worked)[:2]); got != "速达外卖* 城北站 11-25 11-26 柳婷 !, 静达快递* 11-20 11-26 柳婷 !" {
			t.Errorf("what was wrong stands beside it: got %s", got)
		}
		w.must(w.Quit(me, which))
		for about, err := range map[string]error{
			"add":     w.Work(me, which, []work.Said{{Name: "又一家"}}, "2026-11-26"),
			"end":     w.StopWork(me, which, 6, "2026-11-26"),
			"station": w.MoveStation(me, which, 6, "某站", "2026-11-26"),
		} {
			if code(err) != "conflict" {
				t.Errorf("%s of who left: got %v", about, err)
			}
		}
	})
}

func TestWhatAWorkNeeds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000001")
		which := w.join(me, form("王小明"))
		long := strings.Repeat("长", 61)
		add := func(name, station, from string) error {
			return w.Work(me, which, []work.Said{{Name: name, Station: station}}, from)
		}
		many, _ := work.Say(work.Split("甲、乙、丙、丁、戊、己、庚、辛"), nil)
		for about, test := range map[string]struct {
			err  error
			want string
		}{
			"no name":               {add(" ", "站", "2026-11-24"), "invalid"},
			"a long name":           {add(long, "", "2026-11-24"), "invalid"},
			"a long station":        {add("甲", long, "2026-11-24"), "invalid"},
			"a day to come":         {add("甲", "", "2026-11-25"), "invalid"},
			"no day":                {add("甲", "", "24.11.2026"), "invalid"},
			"what is there":         {add("某外卖 平台", "", "2026-11-24"), "conflict"},
			"more than anybody has": {w.Work(me, which, many, "2026-11-24"), "conflict"},
			"the same station":      {w.MoveStation(me, which, 1, " ", "2026-11-24"), "invalid"},
			"a station of none":     {w.MoveStation(me, which, 9, "站", "2026-11-24"), "missing"},
			"an end before it was":  {w.StopWork(me, which, 1, "2026-11-23"), "invalid"},
			"no such one":           {w.StopWork(me, which, -1, "2026-11-24"), "missing"},
		} {
			if got := code(test.err); got != test.want {
				t.Errorf("%s: got %s, want %s", about, got, test.want)
			}
		}
		if got := worked(w.mine(me).Worked); got != "某外卖平台 11-24" {
			t.Errorf("got %s, want it as before", got)
		}
	})
}

func TestWhoMayWriteWorks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000001")
		which := w.join(me, form("王小明"))
		for about, test := range map[string]struct {
			ctx        context.Context
			work, mend string
		}{
			"oneself":           {me, "ok", "denied"},
			"another worker":    {w.worker("13900000002"), "missing", "missing"},
			"nobody":            {context.Background(), "missing", "missing"},
			"the cadre":         {cadre, "ok", "ok"},
			"the city's cadre":  {staff(authz.Cadre, "9901"), "ok", "ok"},
			"a sibling's cadre": {staff(authz.Cadre, sibling), "missing", "missing"},
			"a leader":          {staff(authz.Leader, county), "denied", "denied"},
			"an administrator":  {staff(authz.Admin, county), "missing", "missing"},
			"a host":            {staff(authz.Host, county), "missing", "missing"},
		} {
			w.must(w.Work(me, which, []work.Said{{Name: "对照" + about}}, "2026-11-24"))
			seq := int64(len(w.mine(me).Worked))
			if got := code(w.Work(test.ctx, which, []work.Said{{Name: about}}, "2026-11-24")); got != test.work {
				t.Errorf("%s adds: got %s, want %s", about, got, test.work)
			}
			if got := code(w.MendWork(test.ctx, which, seq, work.Said{}, "2026-11-24")); got != test.mend {
				t.Errorf("%s puts right: got %s, want %s", about, got, test.mend)
			}
			for _, now := range work.Now(w.mine(me).Worked) {
				w.must(w.StopWork(me, which, now.Seq, "2026-11-24"))
			}
		}
	})
}

// Two who write the same down at once write it once, and different ones both.
func TestTwoWorksAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000001")
		which := w.join(me, form("王小明"))
		var wait sync.WaitGroup
		got := make([]string, 6)
		for i := range got {
			wait.Go(func() {
				got[i] = code(w.Work(staff(authz.Cadre, county), which, []work.Said{{Name: []string{"甲达", "乙达"}[i%2]}}, "2026-11-24"))
			})
		}
		wait.Wait()
		count := map[string]int{}
		for _, c := range got {
			count[c]++
		}
		if now := work.Now(w.mine(me).Worked); count["ok"] != 2 || count["conflict"] != 4 || len(now) != 3 {
			t.Errorf("got %v and %s, want each once", count, worked(now))
		}
	})
}

// Members spread over what they work for, each in one line of it; those of a company are
// found by it; and who is forgotten works nowhere.
func TestSpread(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		known(w, "速达外卖", "静达快递")
		join := func(phone, name, works string) (context.Context, member.ID) {
			me := w.worker(phone)
			a := form(name)
			a.Works, _ = work.Say(work.Split(works), nil)
			return me, w.join(me, a)
		}
		one, _ := join("13900000001", "甲示例", "速达外卖、静达快递")
		join("13900000002", "乙示例", "静达快递、速达外卖")
		join("13900000003", "丙示例", "")
		_, ended := join("13900000004", "丁示例", "静达快递")
		w.must(w.StopWork(cadre, ended, 1, "2026-11-24"))
		spread := func() (out []string) {
			w.must(w.db.View(t.Context(), func(raw *db.Tx) error {
				all, err := body.Spreads(t.Context(), &op.Tx{Tx: raw}, []string{county})
				for _, s := range all {
					var names []string
					for _, f := range s.Works {
						names = append(names, f.Name)
						if f.ID != id.Of[string](f.Name) {
							t.Errorf("%s: got id %s", f.Name, f.ID)
						}
					}
					out = append(out, strings.Join(names, "+")+"="+string(rune('0'+s.N)))
				}
				return err
			}))
			return out
		}
		if got := spread(); len(got) != 2 || !strings.Contains(strings.Join(got, " "), "=2") {
			t.Errorf("got %v, want two with both, whatever came first, and two with none", got)
		}
		firm := id.Of[string]("静达快递")
		if got := named(w.list(cadre, roll.Filter{Firm: firm}).Rows); !strings.Contains(got, "甲示例") || !strings.Contains(got, "乙示例") || strings.Contains(got, "丁示例") {
			t.Errorf("of the company: got %s", got)
		}
		if n, err := w.Count(cadre, roll.Filter{Firm: firm}); err != nil || n != 2 {
			t.Errorf("counted: %d, %v", n, err)
		}
		table, err := w.Export(op.With(cadre, op.Call{Purpose: "核对"}), roll.Filter{Area: county, Firm: firm})
		if err != nil || len(table.Rows) != 2 || !strings.Contains(table.Rows[0].Works, "、") {
			t.Errorf("exported: %+v, %v", table, err)
		}
		who := authz.From(one).ID
		w.must(w.db.Update(t.Context(), func(raw *db.Tx) error { return w.Forget(t.Context(), &op.Tx{Tx: raw}, who) }))
		w.must(w.db.View(t.Context(), func(raw *db.Tx) error {
			var n int
			err := raw.One(t.Context(), `select count(*) from member_work`, nil, &n)
			if n != 3 {
				t.Errorf("%d rows are left, want those of the others", n)
			}
			return err
		}))
	})
}

// What stood in the member's row moves to its own, from the day of the application.
func TestWorksMoveOver(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		text, err := member.Schema.ReadFile("migrate/202611301401_member_work.sql")
		w.must(err)
		_, move, _ := strings.Cut(string(text), "-- What stood")
		move = move[strings.Index(move, "insert into"):]
		move, _, _ = strings.Cut(move, ";")
		days := map[member.ID]string{}
		w.must(w.db.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `alter table member add column works text not null default ''`)
			return err
		}))
		for i, day := range []string{"2026-11-24", "2024-02-29", "2023-12-31", "2024-01-01", "2025-03-01", "2000-02-29", "1999-10-05"} {
			at, err := time.Parse(time.DateOnly, day)
			w.must(err)
			me := w.worker("1390000000" + string(rune('0'+i)))
			a := form("王小明")
			a.Works = nil
			r := w.apply(me, a)
			days[r.ID] = day
			w.must(w.db.Update(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `update member set works = '老平台', applied_at = $2 where member_id = $1`, string(r.ID), at.Add(-8*time.Hour).UnixMicro()+int64(i%2)*86_399_999_999)
				return err
			}))
		}
		w.apply(w.worker("13900000099"), form("没写过"))
		w.must(w.db.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), move)
			return err
		}))
		w.must(w.db.View(t.Context(), func(tx *db.Tx) error {
			return tx.Each(t.Context(), `select member_id, words, from_day, until_day, wrong from member_work where words = '老平台'`, nil, func(r db.Row) error {
				var which member.ID
				var words, from, until string
				var wrong bool
				err := r.Scan(&which, &words, &from, &until, &wrong)
				if from != days[which] || until != "" || wrong {
					t.Errorf("got %s %s %v, want from %s", from, until, wrong, days[which])
				}
				delete(days, which)
				return err
			})
		}))
		if len(days) > 0 {
			t.Errorf("not moved: %v", days)
		}
	})
}
