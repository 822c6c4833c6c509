package member_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/spread"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

// posts are stations of ours.
type posts []work.Post

func (p posts) Near(_ context.Context, _ *op.Tx, area string) (all []work.Post, err error) {
	for _, one := range p {
		if one.Open && strings.HasPrefix(one.Area, area[:6]) {
			all = append(all, one)
		}
	}
	return all, nil
}

func (p posts) Some(_ context.Context, _ *op.Tx, ids []string) (all []work.Post, err error) {
	for _, one := range p {
		if slices.Contains(ids, one.ID) {
			all = append(all, one)
		}
	}
	return all, nil
}

// Somebody belongs to a station of ours, which is no depot of their platform: it is named as
// it is called now, goes on by itself, and stays in the history when it closes.
func TestStationsOfOurs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		east, west, hidden := id.New[string](), id.New[string](), id.New[string]()
		ours := posts{{ID: east, Name: "城东驿站", Area: county + "001", Open: true}, {ID: west, Name: "城西驿站", Area: county, Open: true}, {ID: hidden, Name: "还没开的", Area: county}}
		w.Service = member.NewService(w.desk, member.Config{Ring: w.ring, People: w.phones, Posts: ours, Orgs: unions{county: {ID: id.Of[string](county), Name: "云川县总工会", Area: county}}})
		w.theRoll = roll.New(w.desk, w.Service)
		offer, err := w.Offer(context.Background(), county+"001")
		if err != nil || len(offer.Posts) != 2 {
			t.Errorf("offered: got %+v, %v", offer.Posts, err)
		}
		me := w.worker("13900000001")
		for about, wrong := range map[string]string{"one not shown": hidden, "none": id.New[string](), "no id": "城东驿站"} {
			a := form("王小明")
			a.Works = append(a.Works, work.Said{Post: wrong})
			if _, err := w.Apply(me, a); code(err) != "invalid" {
				t.Errorf("%s: got %v", about, err)
			}
		}
		a := form("王小明")
		a.Works = []work.Said{{Name: "某外卖平台", Station: "城东站"}, {Post: east}}
		which := w.join(me, a)
		if got := worked(w.mine(me).Worked); got != "某外卖平台 城东站 11-24, 城东驿站 11-24" {
			t.Errorf("joined: got %s", got)
		}
		of := func(post string) int { return len(w.list(cadre, roll.Filter{Post: post}).Rows) }
		if o := w.mine(me); o.Works != "某外卖平台" || of(east) != 1 || of(west) != 0 {
			t.Errorf("got %q in one line, and %d at the station", o.Works, of(east))
		}
		table, err := w.Export(op.With(cadre, op.Call{Purpose: "test"}), roll.Filter{Area: county})
		if err != nil || table.Posts[string(which)] != "城东驿站" {
			t.Errorf("taken along: got %v, %v", table.Posts, err)
		}
		for about, err := range map[string]error{
			"no other one":    w.MoveStation(me, which, 2, east, "2026-11-24"),
			"to nothing":      w.MoveStation(me, which, 2, "", "2026-11-24"),
			"to a hidden one": w.MoveStation(me, which, 2, hidden, "2026-11-24"),
		} {
			if code(err) != "invalid" {
				t.Errorf("%s: got %v", about, err)
			}
		}
		w.clock.Move(48 * time.Hour)
		w.must(w.MoveStation(me, which, 2, west, "2026-11-25"))
		if code(w.Work(me, which, []work.Said{{Post: west}}, "2026-11-26")) != "conflict" {
			t.Error("one belongs to a station twice")
		}
		ours[0].Closed, ours[0].Open = true, false
		all := w.mine(me).Worked
		if got := worked(work.Past(all)); got != "城东驿站 11-24 11-25" || !work.Past(all)[0].Closed || of(east) != 0 || of(west) != 1 {
			t.Errorf("before: got %s", got)
		}
		w.must(w.MendWork(cadre, which, 3, work.Said{}, "2026-11-25"))
		w.must(w.StopWork(me, which, 1, "2026-11-26"))
		w.must(w.Work(cadre, which, []work.Said{{Post: west}}, "2026-11-26"))
		if o := w.mine(me); worked(work.Now(o.Worked)) != "城西驿站 11-26 柳婷" || o.Works != "" {
			t.Errorf("at last: got %s and %q", worked(work.Now(o.Worked)), o.Works)
		}
		w.must(w.db.View(t.Context(), func(raw *db.Tx) error {
			counts, err := spread.ByWorks(t.Context(), &op.Tx{Tx: raw})
			if err == nil && len(counts) != 0 {
				t.Errorf("a station was counted as a company: %v", counts)
			}
			return err
		}))
	})
}

func TestMatch(t *testing.T) {
	all := []work.Post{{ID: "1", Name: "城东 驿站", Others: []string{"老城东"}}, {ID: "2", Name: "双名"}, {ID: "3", Name: "双名"}}
	for name, want := range map[string]string{"城东驿站": "1", "老城东": "1", "双名": "", "城东": "", "": ""} {
		if got, _ := work.Match(all, name); got.ID != want {
			t.Errorf("%q: got %q, want %q", name, got.ID, want)
		}
	}
}
