package office_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/workday"
)

func TestInbox(t *testing.T) {
	each(t, func(h *house) {
		var ids []request.ID
		for i := range 23 {
			d := request.Draft{Words: fmt.Sprintf("第%d件 换电柜打不开", i), Topic: "power.swap", Place: request.Place{Area: county + "10" + fmt.Sprint(i%3+1)}}
			if i%2 == 0 {
				d.Topic, d.Words = "gate", fmt.Sprintf("第%d件 保安不让进", i)
			}
			ids = append(ids, h.captured(worker(), d).ID)
			h.clk.Move(3 * time.Minute)
		}
		h.captured(worker(), request.Draft{Words: "邻县的事", Place: request.Place{Area: city + "04"}}) // a county of the city without a union of its own
		h.must(h.Ask(cadre(), request.Ref{ID: ids[3]}, msg("哪里")))
		h.must(h.Solved(worker(), request.Ref{ID: ids[4]}))
		h.must(h.Dispatch(colleague(), request.Ref{ID: ids[5]}, h.task(street)))
		h.clk.Move(30 * time.Minute)

		var seen []request.ID
		var last time.Time
		f := request.Filter{Limit: 5}
		for {
			p, err := h.List(cadre(), f)
			if err != nil {
				h.t.Fatal(err)
			}
			for _, r := range p.Rows {
				if !r.DueAt.IsZero() && r.DueAt.Before(last) {
					h.t.Errorf("%s stands after what is due later", r.Number)
				}
				seen, last = append(seen, r.ID), r.DueAt
			}
			if f.After = p.Next; p.Next == "" {
				break
			}
		}
		if len(seen) != 22 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 22 || seen[21] != ids[3] {
			h.t.Errorf("pages give %d requests; want the 22 open ones once each, the held one last", len(seen))
		}
		counts, err := h.Counts(cadre(), request.Filter{})
		want := map[request.Group]int{request.GroupOpen: 22, request.GroupAll: 23, request.GroupClosed: 1, request.GroupWaiting: 1, request.GroupMine: 1, request.GroupTodo: 20, request.GroupBounced: 0}
		for g, n := range want {
			if counts[g] != n || err != nil {
				h.t.Errorf("%q counts %d, want %d (%v)", g, counts[g], n, err)
			}
		}
		for _, g := range request.Groups() {
			if p, err := h.List(cadre(), request.Filter{Group: g, Limit: 200}); err != nil || len(p.Rows) != counts[g] {
				h.t.Errorf("%q lists %d and counts %d, %v", g, len(p.Rows), counts[g], err)
			}
		}
		for _, test := range []struct {
			about string
			f     request.Filter
			want  int
		}{
			{"a topic", request.Filter{Topic: "gate", Group: request.GroupAll}, 12},
			{"a topic with its finer kinds", request.Filter{Topic: "power", Group: request.GroupAll}, 11},
			{"words", request.Filter{Text: "保安 第2件", Group: request.GroupAll}, 1},
			{"words that nobody said", request.Filter{Text: "直升机"}, 0},
			{"the start of a number", request.Filter{Text: "2026-1124", Group: request.GroupAll}, 23},
			{"a whole number", request.Filter{Text: "2026-1124-0007", Group: request.GroupAll}, 1},
			{"a street", request.Filter{Area: county + "101", Group: request.GroupAll}, 8},
			{"a body", request.Filter{Body: street}, 1},
			{"an id that is none", request.Filter{Body: "x' or 1=1"}, 0},
			{"a phone that nobody gave", request.Filter{Phone: "13900000000"}, 0},
			{"the phone of the account of who sent them, as people write it", request.Filter{Phone: "138 1234 5678"}, 22},
			{"a quoted text", request.Filter{Text: "'; drop table request; --"}, 0},
		} {
			if p, err := h.List(cadre(), test.f); err != nil || len(p.Rows) != test.want {
				h.t.Errorf("by %s: %d rows, want %d (%v)", test.about, len(p.Rows), test.want, err)
			}
		}
		h.capture()
		if p, err := h.List(cadre(), request.Filter{Phone: canaryPhone}); err != nil || len(p.Rows) != 23 {
			h.t.Errorf("by phone: %d rows, %v", len(p.Rows), err)
		}
		for who, n := range map[string]int{sibling: 0, city: 25, "": 25, county: 24} {
			p, err := h.List(staff(other, "某", authz.Grant{Role: authz.Leader, Area: who}), request.Filter{Group: request.GroupAll, Limit: 200})
			if err != nil || len(p.Rows) != n && who != sibling {
				h.t.Errorf("a leader of %q sees %d, want %d (%v)", who, len(p.Rows), n, err)
			}
		}
		for about, ctx := range map[string]context.Context{"nobody": context.Background(), "a body": partner(street), "a worker": worker()} {
			p, err := h.List(ctx, request.Filter{Group: request.GroupAll})
			c, err2 := h.Counts(ctx, request.Filter{})
			if err != nil || err2 != nil || len(p.Rows) != 0 || c[request.GroupAll] != 0 {
				h.t.Errorf("%s lists %d and counts %d", about, len(p.Rows), c[request.GroupAll])
			}
		}
		own, err := h.MineList(worker(), request.Filter{Limit: 10})
		if err != nil || len(own.Rows) != 10 || own.Next == "" || own.Rows[0].ID < own.Rows[1].ID {
			h.t.Errorf("the worker's list: %d rows, %v", len(own.Rows), err)
		}
		if p, _ := h.MineList(context.Background(), request.Filter{}); len(p.Rows) != 0 {
			h.t.Error("nobody has a list")
		}
		if b, err := h.BodyList(partner(housing)); err != nil || len(b) != 0 {
			h.t.Errorf("another body's list: %v, %v", b, err)
		}
		h.sound()
	})
}

// TestListsAgreeWithTheRule walks random requests and readers: a list holds a
// request exactly when its page opens.
func TestListsAgreeWithTheRule(t *testing.T) {
	each(t, func(h *house) {
		rnd := rand.New(rand.NewPCG(1, 2))
		var refs []request.Ref
		for range 40 {
			area := []string{county, county + "101", city, city + "05"}[rnd.IntN(4)]
			r := h.captured(worker(), request.Draft{Words: "x", Place: request.Place{Area: area}})
			refs = append(refs, request.Ref{ID: r.ID})
			boss := staff(liu, "刘婷", authz.Grant{Role: authz.Cadre, Area: city})
			if rnd.IntN(2) == 0 {
				body := []string{street, housing}[rnd.IntN(2)]
				h.must(h.Dispatch(boss, refs[len(refs)-1], h.task(body)))
				if rnd.IntN(3) == 0 {
					h.must(h.Bounce(partner(body), refs[len(refs)-1], "", "不归", "别"))
				}
			}
		}
		for _, ctx := range []context.Context{cadre(), partner(street), partner(housing), worker(), context.Background(), hostOf(street),
			staff(other, "x", authz.Grant{Role: authz.Cadre, Area: city + "05"}), staff(other, "x", authz.Grant{Role: authz.Leader, Area: ""}), staff(other, "x", authz.Grant{Role: authz.Admin, Area: ""})} {
			p, err := h.List(ctx, request.Filter{Group: request.GroupAll, Limit: 200})
			b, err2 := h.BodyList(ctx)
			if err != nil || err2 != nil {
				h.t.Fatal(err, err2)
			}
			for _, ref := range refs {
				_, err := h.Case(ctx, ref)
				if got := slices.ContainsFunc(p.Rows, func(r request.Row) bool { return r.ID == ref.ID }); got != (err == nil) {
					h.t.Errorf("%v: in the list %v, page %v", authz.From(ctx).Grants, got, err)
				}
				_, err = h.Matter(ctx, ref)
				if got := slices.ContainsFunc(b, func(r request.MatterRow) bool { return r.ID == ref.ID }); got != (err == nil) {
					h.t.Errorf("%v: in the body's list %v, page %v", authz.From(ctx).Grants, got, err)
				}
			}
		}
	})
}

func TestSimilar(t *testing.T) {
	each(t, func(h *house) {
		gate := geo.Point{Lat: 31.4612, Lng: 104.7412}
		say := func(words string, p *geo.Point) request.Receipt {
			return h.captured(worker(), request.Draft{Words: words, Place: request.Place{Area: county, Point: p}})
		}
		same := say("锦绣家园东门保安不让电动车进去", &gate)
		far := geo.Point{Lat: 31.60, Lng: 104.90}
		say("换电柜三个仓打不开", &far)
		words := say("锦绣家园东门不让电动车进，绕路", nil)
		to := request.SimilarTo{Words: "锦绣家园东门不让电动车进", Point: &geo.Point{Lat: 31.4615, Lng: 104.7415}}
		got, err := h.Similar(cadre(), to)
		if err != nil || len(got) != 2 || got[0].ID != words.ID && got[0].ID != same.ID {
			h.t.Errorf("similar = %+v, %v; want the two about the gate", got, err)
		}
		for _, a := range got {
			if a.ID == same.ID && (a.Metres < 20 || a.Metres > 80) {
				h.t.Errorf("%.0f m away, want about 44", a.Metres)
			}
		}
		if n, err := h.AlikeCount(context.Background(), to); err != nil || n != 0 {
			h.t.Errorf("two are told to a stranger: %d, %v", n, err)
		}
		say("东门不让电动车进", &gate)
		if n, err := h.AlikeCount(context.Background(), to); err != nil || n != 3 {
			h.t.Errorf("alike = %d, %v; want 3", n, err)
		}
		if got, err := h.Similar(staff(other, "邻县", authz.Grant{Role: authz.Cadre, Area: sibling}), to); err != nil || len(got) != 0 {
			h.t.Errorf("a sibling's cadre is shown %v, %v", got, err)
		}
		if got, err := h.Similar(cadre(), request.SimilarTo{Words: "锦绣家园东门不让电动车进", Not: words.ID, Limit: 1}); err != nil || len(got) != 1 || got[0].ID == words.ID {
			h.t.Errorf("without itself: %+v, %v", got, err)
		}
		for about, to := range map[string]request.SimilarTo{"nothing": {}, "a sign": {Words: "？"}, "another matter": {Words: "头盔坏了想换一个"}} {
			if got, err := h.Similar(cadre(), to); err != nil || len(got) != 0 {
				h.t.Errorf("similar to %s: %+v, %v", about, got, err)
			}
		}
	})
}

func TestHealthAndExport(t *testing.T) {
	each(t, func(h *house) {
		for range 3 {
			ref := request.Ref{ID: h.capture().ID}
			h.must(h.Dispatch(cadre(), ref, h.task(street), h.task(fire)))
			h.must(h.Open(partner(street), ref, ""))
			h.must(h.Sign(partner(street), ref, "", "王"))
			h.must(h.Bounce(partner(street), ref, "", "不归", "别"))
		}
		h.clk.Move(30 * 24 * time.Hour)
		all, err := h.Health(cadre())
		if err != nil || len(all) != 2 {
			h.t.Fatalf("health = %+v, %v", all, err)
		}
		silent, good := all[0], all[1]
		if silent.Body != fire || !silent.Silent() || silent.Sent != 3 || silent.LateSign != 3 || silent.LateReport != 3 {
			h.t.Errorf("a body that never looked: %+v", silent)
		}
		if good.Silent() || good.Bounced != 3 || good.Signed != 3 || good.LateSign != 0 || good.InHand != 0 {
			h.t.Errorf("a body that signed and sent back: %+v", good)
		}
		if all, err := h.Health(partner(fire)); err != nil || len(all) != 0 {
			h.t.Errorf("a body reads the health of bodies: %v, %v", all, err)
		}
		ctx := op.With(cadre(), op.Call{Purpose: "月报"})
		e, err := h.Export(ctx, request.Filter{Area: county, Group: request.GroupAll})
		if err != nil || len(e.Rows) != 3 || len(e.Rows[0]) != len(e.Heads) || e.Rows[0][7] != "南康街道、消防大队" || e.Cut {
			h.t.Errorf("export = %+v, %v", e, err)
		}
		if _, err := h.Export(cadre(), request.Filter{Area: county}); !fault.Is(err, fault.Invalid) {
			h.t.Errorf("an export without a purpose = %v", err)
		}
		if _, err := h.Export(ctx, request.Filter{Area: city}); !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Denied) {
			h.t.Errorf("an export of more than one's own = %v", err)
		}
	})
}

func TestRulesAreDated(t *testing.T) {
	each(t, func(h *house) {
		leader := staff(other, "主任", authz.Grant{Role: authz.Leader, Area: county})
		before := h.capture()
		l := request.Builtin()
		l.Area, l.From, l.Cite, l.AnswerDays, l.Bounces = county, clock.Day(start), "区总工会〔2026〕1号", 3, 0
		if _, err := h.SetLimits(cadre(), l); !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Denied) {
			h.t.Errorf("a cadre sets the rules: %v", err)
		}
		if _, err := h.SetLimits(leader, l); err != nil {
			h.t.Fatal(err)
		}
		for about, spoil := range map[string]func(*request.Limits){
			"no source": func(l *request.Limits) { l.Cite = " " }, "the past": func(l *request.Limits) { l.From = "2026-11-23" }, "no day": func(l *request.Limits) { l.From = "soon" },
			"no time at all": func(l *request.Limits) { l.AnswerDays = 0 }, "a reminder after the end": func(l *request.Limits) { l.RemindMinutes = l.SignMinutes },
			"hours that end before they begin": func(l *request.Limits) { l.Hours.To = workday.At(8, 0) },
		} {
			bad := l
			spoil(&bad)
			if _, err := h.SetLimits(leader, bad); !fault.Is(err, fault.Invalid) {
				h.t.Errorf("rules with %s = %v, want invalid", about, err)
			}
		}
		after := h.capture()
		if got := after.By.In(clock.Zone).Format("01-02"); got != "11-27" {
			h.t.Errorf("under the new rule an answer by %s, want 11-27", got)
		}
		again := h.must(h.Look(cadre(), request.Ref{ID: before.ID}))
		if !again.By.Equal(before.By) {
			h.t.Errorf("the new rule moved what was under way from %v to %v", before.By, again.By)
		}
		if got, err := h.LimitsFor(cadre(), county+"101"); err != nil || got.AnswerDays != 3 {
			h.t.Errorf("a street follows its county: %+v, %v", got, err)
		}
		if got, err := h.LimitsFor(cadre(), sibling); err != nil || got.ID != request.Builtin().ID {
			h.t.Errorf("the sibling does not: %+v, %v", got, err)
		}
		ref := request.Ref{ID: after.ID}
		h.must(h.Dispatch(cadre(), ref, h.task(street)))
		if _, err := h.Bounce(partner(street), ref, "", "不归", "别"); fault.Of(err).Msg != "request.bounce.limit" {
			h.t.Errorf("where nobody may send back: %v", err)
		}
		h.sound()
	})
}

func TestPhrases(t *testing.T) {
	each(t, func(h *house) {
		pid, err := h.SavePhrase(cadre(), request.Phrase{Area: county, Kind: request.KindTold, ZH: "收到，下午回你。"})
		if err != nil {
			h.t.Fatal(err)
		}
		if ps, err := h.Phrases(cadre(), county+"101", request.KindTold); err != nil || ps[0].ZH != "收到，下午回你。" || len(ps) != 1+len(request.BuiltinPhrases(request.KindTold)) {
			h.t.Errorf("phrases = %+v, %v", ps, err)
		}
		if _, err := h.SavePhrase(partner(street), request.Phrase{Area: county, Kind: request.KindTold, ZH: "x"}); !fault.Is(err, fault.Missing) {
			h.t.Errorf("a body saves a phrase: %v", err)
		}
		if err := h.DropPhrase(cadre(), pid); err != nil {
			h.t.Error(err)
		}
		if err := h.DropPhrase(cadre(), pid); !fault.Is(err, fault.Missing) {
			h.t.Errorf("dropping it twice = %v", err)
		}
	})
}

func TestSweep(t *testing.T) {
	each(t, func(h *house) {
		h.captured(worker(), request.Draft{Files: []request.File{{Kind: request.Photo, Blob: "kept", Thumb: "kept-thumb", Size: 1}}})
		h.blob = map[string]time.Time{"kept": start, "kept-thumb": start, "orphan": start, "young": start.Add(47 * time.Hour)}
		h.clk.Move(49 * time.Hour)
		n, err := h.Sweep(program())
		if _, gone := h.blob["orphan"]; err != nil || n != 1 || gone || len(h.blob) != 3 {
			h.t.Errorf("swept %d, %v: %v left; want the orphan gone alone", n, err, h.blob)
		}
	})
}

func TestCheckFindsDifferences(t *testing.T) {
	each(t, func(h *house) {
		h.capture()
		h.sound()
		for _, spoil := range []string{
			`update request set due_at = due_at + 1`, `update request set followers = 7`, `update request set chases = chases + 1`,
			`update request set bounces = 1`, `update request set reopened = 1`, `update request set status = 'working'`, `update request set version = version + 1`,
			`update request set missed = $1`, `delete from request_number`,
		} {
			h.spoil(spoil)
			if faults, err := h.Check(program()); err != nil || len(faults) == 0 {
				h.t.Errorf("after %q: %v, %v; want a difference", spoil, faults, err)
			}
		}
		if _, err := h.Check(cadre()); err == nil {
			h.t.Error("a cadre runs the check")
		}
	})
}
