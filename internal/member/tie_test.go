package member_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/member"
	"nuanxin/internal/member/body"
	"nuanxin/internal/op"
)

// bodies are organisations that are active, by id.
type bodies map[string]string

func (b bodies) Called(_ context.Context, _ *op.Tx, org string) (string, error) {
	if name, ok := b[org]; ok {
		return name, nil
	}
	return "", fault.New("test", fault.Missing, "")
}

// tied is a world in which members can be tied to three organisations.
func tied(w *world) (street, platform, closed string) {
	street, platform, closed = id.New[string](), id.New[string](), id.New[string]()
	w.Service = member.NewService(w.desk, member.Config{Ring: w.ring, People: w.phones, Bodies: bodies{street: "东关街道工会", platform: "某外卖平台工会"}, Orgs: unions{
		county: {ID: id.Of[string](county), Name: "云川县总工会", Area: county}, sibling: {ID: id.Of[string](sibling), Name: "青石县总工会", Area: sibling},
	}})
	return street, platform, closed
}

func TestTies(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		street, platform, closed := tied(w)
		me := w.worker("13900000001")
		which := w.join(me, form("陈立冬"))
		for _, test := range []struct {
			about     string
			ctx       context.Context
			kind      member.TieKind
			org, from string
			want      string
		}{
			{"an organisation that is not active", cadre, member.OfStreet, closed, "2026-11-01", "invalid"},
			{"the union itself", cadre, member.OfStreet, id.Of[string](county), "2026-11-01", "invalid"},
			{"no kind", cadre, "friend", street, "2026-11-01", "invalid"},
			{"a day to come", cadre, member.OfStreet, street, "2026-11-25", "invalid"},
			{"no day", cadre, member.OfStreet, street, "2026-13-01", "invalid"},
			{"a day before all unions", cadre, member.OfStreet, street, "1949-09-30", "invalid"},
			{"a leader", staff(authz.Leader, county), member.OfStreet, street, "2026-11-01", "denied"},
			{"a cadre of the next county", staff(authz.Cadre, sibling), member.OfStreet, street, "2026-11-01", "missing"},
			{"the member", me, member.OfStreet, street, "2026-11-01", "denied"},
			{"today", cadre, member.OfStreet, street, "2026-11-24", "ok"},
			{"the same again", cadre, member.OfStreet, street, "2026-11-01", "conflict"},
			{"another at once", cadre, member.OfPlatform, platform, "2020-02-29", "ok"},
		} {
			if got := code(w.Tie(test.ctx, which, test.kind, test.org, test.from)); got != test.want {
				t.Errorf("%s: got %s, want %s", test.about, got, test.want)
			}
		}
		for _, test := range []struct {
			about string
			ctx   context.Context
			seq   int64
			until string
			want  string
		}{
			{"before it began", cadre, 1, "2026-11-23", "invalid"},
			{"a day to come", cadre, 1, "2026-11-25", "invalid"},
			{"none of that number", cadre, 9, "2026-11-24", "missing"},
			{"a leader", staff(authz.Leader, county), 1, "2026-11-24", "denied"},
			{"the day on which it began", cadre, 1, "2026-11-24", "ok"},
			{"a second time", cadre, 1, "2026-11-24", "conflict"},
		} {
			if got := code(w.Untie(test.ctx, which, test.seq, test.until)); got != test.want {
				t.Errorf("ending, %s: got %s, want %s", test.about, got, test.want)
			}
		}
		w.must(w.Tie(cadre, which, member.OfIndustry, street, "2026-11-24"))
		own := w.mine(me)
		want := []member.Tie{
			{Seq: 3, Kind: member.OfIndustry, Org: street, OrgName: "东关街道工会", From: "2026-11-24", By: "柳婷"},
			{Seq: 2, Kind: member.OfPlatform, Org: platform, OrgName: "某外卖平台工会", From: "2020-02-29", By: "柳婷"},
			{Seq: 1, Kind: member.OfStreet, Org: street, OrgName: "东关街道工会", From: "2026-11-24", Until: "2026-11-24", By: "柳婷", EndedBy: "柳婷"},
		}
		if len(own.Ties) != 3 || own.Ties[0] != want[0] || own.Ties[1] != want[1] || own.Ties[2] != want[2] {
			t.Errorf("got %+v, want %+v", own.Ties, want)
		}
		if own.UnionName != "云川县总工会" || len(own.Terms) != 1 {
			t.Errorf("got %+v, want the union and the history as they were", own)
		}
	})
}

// With the membership its ties end.
func TestTiesEndWithTheMembership(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		street, platform, _ := tied(w)
		me := w.worker("13900000001")
		which := w.join(me, form("陈立冬"))
		w.must(w.Tie(cadre, which, member.OfStreet, street, "2026-11-01"))
		w.must(w.Tie(cadre, which, member.OfPlatform, platform, "2026-11-01"))
		w.must(w.Untie(cadre, which, 2, "2026-11-10"))
		w.clock.Set(start.Add(24 * time.Hour))
		w.must(w.Quit(me, which))
		worker := job.New(w.db, op.Groups)
		w.Register(worker)
		for range 2 { // whoever hears it twice does no harm
			_, err := worker.Deliver(t.Context())
			w.must(err)
		}
		own := w.mine(me)
		if len(own.Ties) != 2 || own.Ties[0].Until != "2026-11-10" || own.Ties[1].Until != "2026-11-25" || own.Ties[1].EndedBy != "" {
			t.Errorf("got %+v, want both ended, the second with the membership", own.Ties)
		}
		if got := code(w.Tie(cadre, which, member.OfStreet, street, "2026-11-01")); got != "conflict" {
			t.Errorf("a tie of who left: got %s", got)
		}
	})
}

// Two cadres tie somebody to the same organisation at once: it is there once.
func TestTwoTiesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		street, _, _ := tied(w)
		me := w.worker("13900000001")
		which := w.join(me, form("陈立冬"))
		var wait sync.WaitGroup
		got := make([]string, 8)
		for i := range got {
			wait.Go(func() { got[i] = code(w.Tie(staff(authz.Cadre, county), which, member.OfStreet, street, "2026-11-01")) })
		}
		wait.Wait()
		count := map[string]int{}
		for _, c := range got {
			count[c]++
		}
		if count["ok"] != 1 || count["conflict"] != 7 || len(w.mine(me).Ties) != 1 {
			t.Errorf("got %v and %d ties, want one", count, len(w.mine(me).Ties))
		}
	})
}

// Ties to an organisation that goes up in another follow, each from its day: but for who
// is tied there already, and who belongs there.
func TestTiesFollow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		street, platform, _ := tied(w)
		one, two, three := w.worker("13900000001"), w.worker("13900000002"), w.worker("13900000003")
		for i, me := range []context.Context{one, two, three} {
			which := w.join(me, form([]string{"甲示例", "乙示例", "丙示例"}[i]))
			w.must(w.Tie(cadre, which, member.OfStreet, street, "2026-11-01"))
		}
		w.must(w.Tie(cadre, w.mine(two).ID, member.OfPlatform, platform, "2026-11-02"))
		move := func(into member.Union) (n int64) {
			t.Helper()
			w.must(w.db.Update(t.Context(), func(raw *db.Tx) (err error) {
				tx := &op.Tx{Tx: raw, Subject: authz.Subject{Kind: authz.Staff, Name: "市里"}}
				if told, err := body.Tied(t.Context(), tx, street); err != nil || told != 3 {
					t.Errorf("told %d, %v before", told, err)
				}
				n, err = body.MoveTies(t.Context(), tx, street, into)
				return err
			}))
			return n
		}
		if n := move(member.Union{ID: platform, Name: "新的平台工会"}); n != 3 {
			t.Errorf("got %d, want three", n)
		}
		for say, c := range map[string]struct {
			ties []member.Tie
			want string
		}{
			"who was not tied there": {w.mine(one).Ties, "新的平台工会 2026-11-24 , 东关街道工会 2026-11-01 2026-11-24 市里"},
			"who was":                {w.mine(two).Ties, "某外卖平台工会 2026-11-02 , 东关街道工会 2026-11-01 2026-11-24 市里"},
		} {
			var all []string
			for _, tie := range c.ties {
				all = append(all, tie.OrgName+" "+tie.From+" "+tie.Until+strings.TrimRight(" "+tie.EndedBy, " "))
			}
			if got := strings.Join(all, ", "); got != c.want {
				t.Errorf("%s: got %q, want %q", say, got, c.want)
			}
		}
	})
}

// Who belongs to the union that takes an organisation over needs no tie to it.
func TestTiesEndWhereOneBelongs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		street, _, _ := tied(w)
		me := w.worker("13900000001")
		w.must(w.Tie(cadre, w.join(me, form("甲示例")), member.OfStreet, street, "2026-11-01"))
		w.must(w.db.Update(t.Context(), func(raw *db.Tx) error {
			_, err := body.MoveTies(t.Context(), &op.Tx{Tx: raw, Subject: authz.Subject{Kind: authz.Staff, Name: "市里"}}, street, member.Union{ID: w.mine(me).Union, Name: "云川县总工会"})
			return err
		}))
		if ties := w.mine(me).Ties; len(ties) != 1 || ties[0].Until != "2026-11-24" {
			t.Errorf("got %+v, want it ended, and no other", ties)
		}
	})
}
