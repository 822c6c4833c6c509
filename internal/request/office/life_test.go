package office_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

func TestCaptureByAnybody(t *testing.T) {
	each(t, func(h *house) {
		voice := []request.File{{Kind: request.Voice, Blob: "b1", Seconds: 18, Size: 1}}
		photo := []request.File{{Kind: request.Photo, Blob: "b2", Thumb: "t2", Size: 1}}
		show := true
		for _, test := range []struct {
			about string
			ctx   context.Context
			draft request.Draft
			want  string
			check func(c request.Case) bool
		}{
			{"voice alone", context.Background(), request.Draft{Files: voice}, "ok", func(c request.Case) bool { return len(c.Files) == 1 && c.Words == "" }},
			{"photos alone", context.Background(), request.Draft{Files: photo}, "ok", func(c request.Case) bool { return c.Files[0].Thumb == "t2" }},
			{"words alone", context.Background(), request.Draft{Words: " 没热水 "}, "ok", func(c request.Case) bool { return c.Words == "没热水" }},
			{"nothing at all", worker(), request.Draft{Words: "  "}, "invalid", nil},
			{"no place goes to the union of the installation, marked", worker(), request.Draft{Words: "x"}, "ok", func(c request.Case) bool { return !c.AreaKnown && c.Place.Area == county }},
			{"a matter of pay hides the worker", worker(), request.Draft{Words: "x", Topic: "pay.short"}, "ok", func(c request.Case) bool { return c.Hidden }},
			{"unless the worker says otherwise", worker(), request.Draft{Words: "x", Topic: "pay", Hide: new(bool)}, "ok", func(c request.Case) bool { return !c.Hidden }},
			{"a matter of gates does not", worker(), request.Draft{Words: "x", Topic: "gate"}, "ok", func(c request.Case) bool { return !c.Hidden }},
			{"unless the worker wants it", worker(), request.Draft{Words: "x", Topic: "gate", Hide: &show}, "ok", func(c request.Case) bool { return c.Hidden }},
			{"without a name", worker(), request.Draft{Words: "x", Name: canaryName, Anonymous: true}, "ok", func(c request.Case) bool { return c.Surname == "" && !c.HasPhone }},
			{"an unknown topic", worker(), request.Draft{Words: "x", Topic: "nope"}, "invalid", nil},
			{"a point in the sea of zeros", worker(), request.Draft{Words: "x", Place: request.Place{Point: &geo.Point{}}}, "invalid", nil},
			{"a phone that is none", worker(), request.Draft{Words: "x", Phone: "123"}, "invalid", nil},
			{"a defect of no station", worker(), request.Draft{What: "locked"}, "invalid", nil},
			{"a station that is not", worker(), request.Draft{What: "locked", Place: request.Place{Station: other}}, "missing", nil},
			{"an area with letters", worker(), request.Draft{Words: "x", Place: request.Place{Area: "51x"}}, "invalid", nil},
			{"on the phone, by a cadre", cadre(), request.Draft{Words: "x", Channel: request.ChannelPhone, Source: "12351 转来", Name: "李某", Title: "工钱"}, "ok",
				func(c request.Case) bool {
					return c.Status == request.StatusSeen && c.Source == "12351 转来" && c.Surname == "李" && c.Officer == liu
				}},
			{"on the phone, by a worker", worker(), request.Draft{Words: "x", Channel: request.ChannelPhone}, "missing", nil},
			{"on the phone, by a sibling's cadre", staff(other, "邻县", authz.Grant{Role: authz.Cadre, Area: sibling}), request.Draft{Words: "x", Channel: request.ChannelVisit}, "missing", nil},
			{"by a channel that is none", cadre(), request.Draft{Words: "x", Channel: "pigeon"}, "invalid", nil},
		} {
			r, err := h.Capture(test.ctx, test.draft)
			if got := code(err); got != test.want {
				h.t.Errorf("%s: %s, want %s (%v)", test.about, got, test.want, err)
				continue
			}
			if err != nil {
				continue
			}
			c, err := h.Case(cadre(), request.Ref{ID: r.ID})
			if err != nil || !test.check(c) {
				h.t.Errorf("%s: %+v, %v", test.about, c.Request, err)
			}
			held := request.Ref{Number: r.Number, Secret: h.Secret(r.ID)}
			if _, err := h.Progress(context.Background(), held); err != nil {
				h.t.Errorf("%s: its holder reads it: %v", test.about, err)
			}
			if _, err := h.Solved(context.Background(), held); err != nil {
				h.t.Errorf("%s: its holder says solved: %v", test.about, err)
			}
		}
		h.sound()
	})
}

func TestFirstAnswerIsForEver(t *testing.T) {
	each(t, func(h *house) {
		ctx := op.With(context.Background(), op.Call{ClientID: other, Digest: "d"})
		a := h.captured(ctx, request.Draft{Words: "x"})
		b := h.captured(ctx, request.Draft{Words: "x"})
		if a.ID != b.ID || a.Number != b.Number || h.Secret(a.ID) != h.Secret(b.ID) {
			h.t.Errorf("the outbox sent it twice: %+v and %+v", a, b)
		}
		if p, _ := h.List(cadre(), request.Filter{}); len(p.Rows) != 1 {
			h.t.Errorf("%d requests, want 1", len(p.Rows))
		}
	})
}

func TestMergedAreEachTold(t *testing.T) {
	each(t, func(h *house) {
		main := request.Ref{ID: h.capture().ID}
		var others []request.ID
		var holders []request.Ref
		for i := range 3 {
			r := h.captured(context.Background(), request.Draft{Words: fmt.Sprint("同一个门 ", i), Phone: "1391234567" + fmt.Sprint(i), PhoneOK: true, Place: request.Place{Area: county}})
			others, holders = append(others, r.ID), append(holders, request.Ref{ID: r.ID, Secret: h.Secret(r.ID)})
		}
		foreign := h.captured(context.Background(), request.Draft{Words: "别处", Place: request.Place{Area: city + "99"}})
		if _, err := h.Merge(cadre(), main, "", foreign.ID); !fault.Is(err, fault.Missing) {
			h.t.Errorf("merging another county's request = %v, want missing", err)
		}
		h.must(h.Merge(cadre(), main, "同一个门，一起办", others...))
		if _, err := h.Merge(cadre(), request.Ref{ID: h.capture().ID}, "", main.ID); fault.Of(err).Msg != "request.merge.main" {
			h.t.Errorf("merging a main request away = %v", err)
		}
		c, err := h.Case(cadre(), main)
		if err != nil || c.Request.Followers != 3 || len(c.Followers) != 3 {
			h.t.Errorf("followers %d and %d, %v", c.Request.Followers, len(c.Followers), err)
		}
		for _, ref := range holders {
			own, err := h.Progress(context.Background(), ref)
			last := own.Timeline[len(own.Timeline)-1]
			if err != nil || own.Status != request.StatusMerged || last.Kind != request.KindMerged || last.Words != "同一个门，一起办" {
				h.t.Errorf("a merged worker reads %+v, %v", last, err)
			}
		}
		if own, err := h.Progress(worker(), main); err != nil || own.Followers != 3 || slices.ContainsFunc(own.Timeline, func(e request.Entry) bool { return e.Kind == request.KindAbsorbed && e.Fact != "" }) {
			h.t.Errorf("the main worker reads others' numbers: %+v, %v", own.Timeline, err)
		}
		h.must(h.Unmerge(cadre(), request.Ref{ID: others[2]}, "不是一回事"))
		h.must(h.Answer(cadre(), main, request.Message{Words: "明天起能进", Followers: true}))
		for i, ref := range holders {
			own, _ := h.Progress(context.Background(), ref)
			want := request.StatusAnswered
			if i == 2 {
				want = request.StatusSeen
			}
			if own.Status != want {
				h.t.Errorf("worker %d: %s, want %s", i, own.Status, want)
			}
		}
		h.must(h.Unsolved(context.Background(), holders[0], "same", request.Say{Words: "还是不让进"}))
		h.must(h.Solved(context.Background(), holders[1]))
		if own, _ := h.Progress(worker(), main); own.Status != request.StatusAnswered {
			h.t.Errorf("the others' judgement changed the main one: %s", own.Status)
		}
		told := h.deliver()
		for i, n := range map[int]int{0: 2, 1: 2, 2: 2} { // merged and answered; the third merged and parted
			if got := told["1391234567"+fmt.Sprint(i)]; got != n {
				h.t.Errorf("worker %d got %d messages, want %d", i, got, n)
			}
		}
		h.sound()
	})
}

func TestFollowersGoTheirOwnWay(t *testing.T) {
	each(t, func(h *house) {
		main := request.Ref{ID: h.capture().ID}
		var refs []request.Ref
		for range 3 {
			r := h.captured(context.Background(), request.Draft{Words: "同一个门", Place: request.Place{Area: county}})
			refs = append(refs, request.Ref{ID: r.ID, Secret: h.Secret(r.ID)})
		}
		h.must(h.Merge(cadre(), main, "", refs[0].ID, refs[1].ID, refs[2].ID))
		h.must(h.Withdraw(context.Background(), refs[0]))
		h.must(h.Answer(cadre(), main, request.Message{Words: "能进了", Followers: true}))
		r := h.must(h.Unsolved(context.Background(), refs[1], "same", request.Say{}))
		c, err := h.Case(cadre(), main)
		if err != nil || c.Request.Followers != 1 || r.Status != request.StatusUnsolved {
			h.t.Errorf("%d followers, %s, %v; want 1: one withdrew, one goes on alone", c.Request.Followers, r.Status, err)
		}
		h.must(h.Solved(worker(), main))
		if own, _ := h.Progress(context.Background(), refs[2]); own.Status != request.StatusAnswered {
			h.t.Errorf("the first worker's judgement is not the others': %s", own.Status)
		}
		h.sound()
	})
}

// TestNoNameLeavesNoTrace: a signed-in worker who does not want to be known is
// not known from the audit either.
func TestNoNameLeavesNoTrace(t *testing.T) {
	each(t, func(h *house) {
		r := h.captured(op.With(worker(), op.Call{ClientID: other, Digest: "d"}), request.Draft{Words: "x", Anonymous: true})
		ref := request.Ref{ID: r.ID, Secret: h.Secret(r.ID)}
		h.must(h.Add(worker(), ref, request.Say{Words: "y"}))
		h.must(h.Chase(worker(), ref))
		for _, table := range []string{"request_audit", "act"} {
			var n int
			err := h.db.View(h.t.Context(), func(tx *db.Tx) error {
				return tx.One(h.t.Context(), `select count(*) from `+table+` where subject = $1`, []any{chen}, &n)
			})
			if err != nil || n != 0 {
				h.t.Errorf("%s names the worker %d times, %v", table, n, err)
			}
		}
		if p, _ := h.MineList(worker(), request.Filter{}); len(p.Rows) != 0 {
			h.t.Error("it is in the worker's own list")
		}
	})
}

func TestNumbersAtOnce(t *testing.T) {
	each(t, func(h *house) {
		var wg sync.WaitGroup
		numbers := make([]string, 24)
		for i := range numbers {
			wg.Go(func() {
				r, err := h.Capture(worker(), request.Draft{Words: "x"})
				if err != nil {
					h.t.Error(err)
				}
				numbers[i] = r.Number
			})
		}
		wg.Wait()
		slices.Sort(numbers)
		if len(slices.Compact(numbers)) != 24 {
			h.t.Errorf("numbers given twice: %v", numbers)
		}
		h.clk.Move(24 * time.Hour)
		if r := h.capture(); r.Number != "2026-1125-0001" {
			h.t.Errorf("the next day begins with %s", r.Number)
		}
		h.clk.Set(time.Date(2026, 11, 24, 16, 30, 0, 0, time.UTC)) // half past midnight in China
		if r := h.capture(); r.Number[:9] != "2026-1125" {
			h.t.Errorf("the day is the civil day: %s", r.Number)
		}
	})
}

func TestWithdrawnMainSetsOthersFree(t *testing.T) {
	each(t, func(h *house) {
		main, f := request.Ref{ID: h.capture().ID}, h.captured(context.Background(), request.Draft{Words: "同一个门", Place: request.Place{Area: county}})
		h.must(h.Dispatch(cadre(), request.Ref{ID: f.ID}, h.task(fire)))
		h.must(h.Dispatch(cadre(), main, h.task(street)))
		h.must(h.Merge(cadre(), main, "", f.ID))
		h.must(h.Withdraw(worker(), main))
		for body, rid := range map[string]request.ID{street: main.ID, fire: f.ID} {
			if _, err := h.Matter(partner(body), request.Ref{ID: rid}); !fault.Is(err, fault.Missing) {
				h.t.Errorf("what was withdrawn or merged is still with a body: %v", err)
			}
		}
		h.clk.Move(10 * 24 * time.Hour)
		c, err := h.Case(cadre(), request.Ref{ID: f.ID})
		if err != nil || c.Status != request.StatusSeen || c.Request.MergedInto != "" || c.DueAt.IsZero() {
			h.t.Errorf("the other goes on by itself: %+v, %v", c.Request, err)
		}
		for _, k := range c.Clocks {
			if k.Dispatch != "" && (k.State != request.ClockDone || k.Missed) {
				h.t.Errorf("a clock of a body that has it no more runs on: %+v", k)
			}
		}
		h.sound()
	})
}

// deliver runs the event handlers and counts the messages by phone.
func (h *house) deliver() map[string]int {
	h.t.Helper()
	w := job.New(h.db, op.Groups)
	h.Register(w)
	if _, err := w.Deliver(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	told := map[string]int{}
	for _, n := range h.rest.notices {
		told[n.Phone]++
		if text, _ := json.Marshal(n); len(text) > 300 {
			h.t.Errorf("a notice says too much: %s", text)
		}
	}
	return told
}

func TestChase(t *testing.T) {
	each(t, func(h *house) {
		ref := request.Ref{ID: h.capture().ID}
		h.must(h.Dispatch(cadre(), ref, h.task(street)))
		h.clk.Move(5 * time.Hour) // 15:00
		r := h.must(h.Chase(worker(), ref))
		if got := r.By.In(clock.Zone).Format("01-02 15:04"); got != "11-25 10:30" {
			h.t.Errorf("the reply is promised for %s, want 11-25 10:30", got)
		}
		own, _ := h.Progress(worker(), ref)
		if !own.Promised.Equal(r.By) {
			h.t.Errorf("the worker's page promises %v, want %v", own.Promised, r.By)
		}
		h.must(h.Chase(worker(), ref))
		if _, err := h.Chase(worker(), ref); fault.Of(err).Msg != "request.chase.limit" {
			h.t.Errorf("a third chase on one day = %v", err)
		}
		h.must(h.Tell(cadre(), ref, msg("下午去")))
		if own, _ = h.Progress(worker(), ref); !own.Promised.IsZero() {
			h.t.Errorf("the promise was kept and still stands: %v", own.Promised)
		}
		h.clk.Move(24 * time.Hour)
		h.must(h.Chase(worker(), ref))
		h.sound()
	})
}

func TestWaitingForTheWorker(t *testing.T) {
	each(t, func(h *house) {
		r := h.capture()
		ref := request.Ref{ID: r.ID}
		h.must(h.Ask(cadre(), ref, msg("哪个门")))
		own, _ := h.Progress(worker(), ref)
		p, _ := h.List(cadre(), request.Filter{Group: request.GroupWaiting})
		if own.Waiting != "哪个门" || own.Clock.State != request.ClockHeld || len(p.Rows) != 1 || p.Rows[0].State != request.ClockHeld || !p.Rows[0].DueAt.IsZero() {
			h.t.Errorf("waiting: %q, %s, %+v", own.Waiting, own.Clock.State, p.Rows)
		}
		h.clk.Move(48 * time.Hour)
		after := h.must(h.Add(worker(), ref, request.Say{Words: "东门"})) // not the reply button, and yet the reply
		if after.Status != request.StatusSeen || after.By.Sub(r.By) != 48*time.Hour {
			h.t.Errorf("after the reply: %s, the answer by %v; want two days after %v", after.Status, after.By, r.By)
		}
		h.sound()
	})
}

func TestStationDefect(t *testing.T) {
	each(t, func(h *house) {
		r := h.captured(worker(), request.Draft{What: "no_hot_water", Place: request.Place{Station: station}, Channel: request.ChannelStation})
		ref := request.Ref{ID: r.ID}
		if r.Status != request.StatusDispatched {
			h.t.Errorf("a defect is %s, want dispatched to the host at once", r.Status)
		}
		m, err := h.Matter(hostOf(host), ref)
		if err != nil || m.What != "no_hot_water" || len(m.Dispatches) != 1 {
			h.t.Fatalf("the host's page = %+v, %v", m, err)
		}
		if got := m.Dispatches[0].Deadline.In(clock.Zone).Format("15:04"); got != "15:30" {
			h.t.Errorf("to be mended by %s, want 15:30", got)
		}
		h.must(h.NotYet(hostOf(host), ref, "等零件", h.clk.Now().Add(48*time.Hour)))
		h.must(h.Fixed(hostOf(host), ref, request.Message{}))
		own, err := h.Progress(worker(), ref)
		if err != nil || own.Status != request.StatusAnswered || !slices.ContainsFunc(own.Timeline, func(e request.Entry) bool { return e.Words == "等零件" && !e.Until.IsZero() }) {
			h.t.Errorf("the worker reads %s, %+v, %v", own.Status, own.Timeline, err)
		}
		h.must(h.Unsolved(worker(), ref, "same", request.Say{}))
		if got := h.events("request.station"); !slices.Equal(got, []string{"request.station_reported", "request.station_fixed", "request.station_reported"}) {
			h.t.Errorf("the station was told %v", got)
		}
		words := h.captured(worker(), request.Draft{What: request.WhatOther, Words: "店长骂人", Place: request.Place{Station: station}})
		if words.Status != request.StatusReceived {
			h.t.Errorf("free words about a host go to a cadre first: %s", words.Status)
		}
		if _, err := h.Matter(hostOf(host), request.Ref{ID: words.ID}); !fault.Is(err, fault.Missing) {
			h.t.Errorf("the host reads them: %v", err)
		}
		h.must(h.Dispatch(cadre(), request.Ref{ID: words.ID}, h.task(host)))
		if _, err := h.Fixed(hostOf(host), request.Ref{ID: words.ID}, request.Message{}); fault.Of(err).Msg != "request.mend.only" {
			h.t.Errorf("a task of the union is reported, not fixed: %v", err)
		}
		h.sound()
	})
}

// events lists the names of stored events that begin with prefix, in order.
func (h *house) events(prefix string) []string {
	h.t.Helper()
	var names []string
	err := h.db.View(h.t.Context(), func(tx *db.Tx) error {
		return tx.Each(h.t.Context(), `select name from request_outbox where substr(name, 1, $1) = $2 order by id`, []any{len(prefix), prefix}, func(r db.Row) error {
			var n string
			err := r.Scan(&n)
			names = append(names, n)
			return err
		})
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return names
}

func TestNotSolvedGoesOn(t *testing.T) {
	each(t, func(h *house) {
		r := h.capture()
		ref := request.Ref{ID: r.ID}
		h.must(h.Dispatch(cadre(), ref, h.task(street)))
		h.must(h.Report(partner(street), ref, "", msg("通知门岗了")))
		h.clk.Move(24 * time.Hour)
		h.must(h.Answer(cadre(), ref, msg("通知门岗了，去试试")))
		h.clk.Move(10 * 24 * time.Hour)
		u := h.must(h.Unsolved(worker(), ref, "same", request.Say{Words: "还是不让进"}))
		if u.Number != r.Number || u.Status != request.StatusUnsolved {
			h.t.Errorf("not solved = %+v; want the same case", u)
		}
		own, _ := h.Progress(worker(), ref)
		if got := own.Clock.Spent.Hours(); got != 7 || own.Clock.State != request.ClockOK || own.Reopened != 1 {
			h.t.Errorf("spent %v working hours, %s; want the 7 before the answer", got, own.Clock.State)
		}
		h.must(h.Dispatch(cadre(), ref, h.task(street))) // to the same body again
		h.must(h.Answer(cadre(), ref, msg("这回开了")))
		h.must(h.Solved(worker(), ref))
		if _, err := h.Unsolved(worker(), ref, "nope", request.Say{}); !fault.Is(err, fault.Invalid) {
			h.t.Errorf("an unknown reason = %v", err)
		}
		h.sound()
	})
}

func TestLadder(t *testing.T) {
	each(t, func(h *house) {
		r := h.capture()
		ref := request.Ref{ID: r.ID}
		climb := func(move time.Duration, want int) {
			h.t.Helper()
			h.clk.Move(move)
			if n, err := h.Climb(program()); err != nil || n != want {
				h.t.Errorf("at %s: %d climbed, %v; want %d", h.clk.Now().In(clock.Zone).Format("01-02 15:04"), n, err, want)
			}
		}
		level := func() int {
			c, err := h.Case(cadre(), ref)
			if err != nil {
				h.t.Fatal(err)
			}
			return c.Level
		}
		climb(0, 0)
		climb(70*time.Minute, 1) // 11:10, an hour before the look is due
		climb(0, 0)              // once
		if level() != 1 {
			h.t.Errorf("level %d, want 1: the officer", level())
		}
		climb(11*time.Hour+50*time.Minute, 0) // 23:00: late, and nobody is woken
		climb(10*time.Hour+5*time.Minute, 1)  // 9:05
		if level() != 2 {
			h.t.Errorf("level %d, want 2: the leader", level())
		}
		climb(24*time.Hour+20*time.Minute, 1) // a working day later, 9:25
		c, _ := h.Case(staff(other, "市工会", authz.Grant{Role: authz.Cadre, Area: city}), ref)
		if c.Level != 3 || c.RaisedTo != city || !c.Missed {
			h.t.Errorf("level %d, raised to %q; want 3 and the city", c.Level, c.RaisedTo)
		}
		own, _ := h.Progress(worker(), ref)
		if !slices.ContainsFunc(own.Timeline, func(e request.Entry) bool { return e.Kind == request.KindReminded }) {
			h.t.Error("the worker does not see that the union above was told")
		}
		h.must(h.Dispatch(cadre(), ref, h.task(street)))
		climb(5*time.Hour+30*time.Minute, 1) // four working hours unsigned, and the answer's time nears as well
		m, _ := h.Matter(partner(street), ref)
		if !slices.ContainsFunc(m.Timeline, func(e request.Entry) bool { return e.Kind == request.KindReminded }) {
			h.t.Error("the body is not reminded to sign")
		}
		if _, err := h.Climb(cadre()); err != nil {
			h.t.Errorf("nothing to climb is no fault: %v", err)
		}
		h.must(h.Answer(cadre(), ref, msg("好了")))
		climb(10*24*time.Hour, 0)
		climb(15*24*time.Hour, 1)
		c, _ = h.Case(cadre(), ref)
		if !c.Quiet || c.Status != request.StatusAnswered {
			h.t.Errorf("after 15 working days without a word: quiet %v, %s; want quiet and still answered", c.Quiet, c.Status)
		}
		h.sound()
	})
}

// TestSilenceOwns: where the rule says so, a body that has not signed in time has
// the matter and cannot send it back; where it does not, nothing is taken for said.
func TestSilenceOwns(t *testing.T) {
	for _, silent := range []bool{true, false} {
		each(t, func(h *house) {
			l := request.Builtin()
			l.Area, l.From, l.Cite, l.Silent = county, clock.Day(h.clk.Now()), "天津12345办法：逾期不退的由承办单位办理", silent
			if _, err := h.SetLimits(staff(other, "领导", authz.Grant{Role: authz.Leader, Area: county}), l); err != nil {
				h.t.Fatal(err)
			}
			r := h.capture()
			ref := request.Ref{ID: r.ID}
			h.must(h.Dispatch(cadre(), ref, h.task(street)))
			h.clk.Move(26 * time.Hour) // Wednesday 12:00: eight working hours are over
			h.clk.Move(2 * time.Hour)
			if _, err := h.Climb(program()); err != nil {
				h.t.Fatal(err)
			}
			c, err := h.Case(cadre(), ref)
			if err != nil {
				h.t.Fatal(err)
			}
			want := request.StatusDispatched
			if silent {
				want = request.StatusAccepted
			}
			missed := slices.ContainsFunc(c.Clocks, func(k request.Clock) bool { return k.Name == request.ClockSign && k.Missed })
			if c.Status != want || !missed || !c.Missed {
				h.t.Errorf("silence counts %v: got %s, sign missed %v; want %s and the miss in sight", silent, c.Status, missed, want)
			}
			_, err = h.Bounce(partner(street), ref, "", "不归我们", "住建局")
			if refused := fault.Is(err, fault.Conflict); refused != silent || err != nil && fault.Of(err).Msg != "request.bounce.silent" {
				h.t.Errorf("silence counts %v: sending back gave %v", silent, err)
			}
			h.sound()
		})
	}
}
