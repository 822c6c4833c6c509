package office_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/request"
)

// asked is a matter whose body asks for more time, with the dates that were
// set and asked for.
func (h *house) asked() (ref request.Ref, did request.DispatchID, first, until time.Time) {
	h.t.Helper()
	ref = request.Ref{ID: h.capture().ID}
	h.must(h.Dispatch(cadre(), ref, h.task(street)))
	d := h.caseOf(request.Receipt{ID: ref.ID}).Dispatches[0]
	h.must(h.Sign(partner(street), ref, "", "王"))
	until = d.Deadline.Add(96 * time.Hour)
	h.must(h.AskTime(partner(street), ref, "", "配件要从外地调", until))
	return ref, d.ID, d.Deadline, until
}

// feedback is the clock of the only body.
func feedback(t *testing.T, cs []request.Clock) request.Clock {
	t.Helper()
	i := slices.IndexFunc(cs, func(c request.Clock) bool { return c.Name == request.ClockFeedback })
	if i < 0 {
		t.Fatal("no clock of the body")
	}
	return cs[i]
}

func TestMoreTimeIsGiven(t *testing.T) {
	each(t, func(h *house) {
		ref, did, first, until := h.asked()
		p, err := h.List(cadre(), request.Filter{})
		if err != nil || len(p.Rows) != 1 || !p.Rows[0].Holder[0].Asks {
			h.t.Errorf("the inbox does not tell that a body asks: %+v, %v", p.Rows, err)
		}
		if c := feedback(t, h.caseOf(request.Receipt{ID: ref.ID}).Clocks); !c.Due.Equal(first) {
			h.t.Errorf("only asked for, the time ends %v, want %v", c.Due, first)
		}
		promised, _ := h.Progress(worker(), ref)
		h.must(h.GiveTime(cadre(), ref, did, "配件在路上", until))
		own, err := h.Progress(worker(), ref)
		last := own.Timeline[len(own.Timeline)-1]
		if err != nil || last.Kind != request.KindGranted || last.Words != "配件在路上" || !last.Until.Equal(until) || !own.Clock.Due.Equal(promised.Clock.Due) {
			h.t.Errorf("the worker reads %+v, and an answer by %v, was %v; %v", last, own.Clock.Due, promised.Clock.Due, err)
		}
		if !slices.ContainsFunc(own.Timeline, func(e request.Entry) bool { return e.Kind == request.KindDispatched && e.Until.Equal(first) }) {
			h.t.Error("the first date is gone from the worker's page")
		}
		h.clk.Set(first.Add(time.Hour))
		m, err := h.Matter(partner(street), ref)
		c := feedback(t, m.Clocks)
		if err != nil || !c.Due.Equal(until) || c.Missed || c.Extended != 1 || !m.Dispatches[0].First.Equal(first) || !m.Dispatches[0].Deadline.Equal(until) {
			h.t.Errorf("the body's clock is %+v of %+v, %v", c, m.Dispatches[0], err)
		}
		if rows, err := h.BodyList(partner(street)); err != nil || rows[0].Late {
			h.t.Errorf("within the time that was given its list says late: %v", err)
		}
		h.clk.Set(until.Add(time.Hour))
		if c := feedback(t, h.caseOf(request.Receipt{ID: ref.ID}).Clocks); !c.Missed || c.State != request.ClockLate {
			h.t.Errorf("after the second date too: %+v, want late", c)
		}
		if n := h.deliver()[canaryPhone]; n != 1 {
			h.t.Errorf("the worker got %d messages, want 1: there is a new date", n)
		}
		h.sound()
	})
}

// The union may answer after the date: what was over by then stays missed.
func TestMoreTimeHidesNoMiss(t *testing.T) {
	each(t, func(h *house) {
		ref, did, first, until := h.asked()
		h.clk.Set(first.Add(time.Hour))
		h.must(h.GiveTime(cadre(), ref, did, "配件在路上", until))
		h.must(h.Report(partner(street), ref, "", msg("装好了")))
		if c := feedback(t, h.caseOf(request.Receipt{ID: ref.ID}).Clocks); !c.Missed {
			h.t.Errorf("given an hour after the first date, the clock is %+v; want missed for ever", c)
		}
		h.sound()
	})
}

func TestMoreTimeIsRefused(t *testing.T) {
	each(t, func(h *house) {
		ref, did, first, until := h.asked()
		h.must(h.RefuseTime(cadre(), ref, did, "门口天天堵，等不得"))
		m, err := h.Matter(partner(street), ref)
		last := m.Timeline[len(m.Timeline)-1]
		if err != nil || last.Kind != request.KindRefused || last.Words != "门口天天堵，等不得" || !m.Dispatches[0].Deadline.Equal(first) || m.MayAskTime {
			h.t.Errorf("the body reads %+v of %+v, may ask again %v, %v", last, m.Dispatches[0], m.MayAskTime, err)
		}
		if _, err := h.AskTime(partner(street), ref, "", "还是来不及", until); fault.Of(err).Msg != "request.more.limit" {
			h.t.Errorf("asked a second time = %v, want the limit of one", err)
		}
		own, _ := h.Progress(worker(), ref)
		if slices.ContainsFunc(own.Timeline, func(e request.Entry) bool { return e.Kind == request.KindMoreTime || e.Kind == request.KindRefused }) {
			h.t.Error("what moved nothing stands on the worker's page")
		}
		h.sound()
	})
}

func TestMoreTimeHasLimits(t *testing.T) {
	each(t, func(h *house) {
		ref := request.Ref{ID: h.capture().ID}
		h.must(h.Dispatch(cadre(), ref, h.task(street)))
		d := h.caseOf(request.Receipt{ID: ref.ID}).Dispatches[0]
		later := d.Deadline.Add(24 * time.Hour)
		for _, c := range []struct {
			say   string
			do    func() (request.Receipt, error)
			fault string
		}{
			{"no reason", func() (request.Receipt, error) { return h.AskTime(partner(street), ref, "", " ", later) }, "invalid"},
			{"no later than now", func() (request.Receipt, error) { return h.AskTime(partner(street), ref, "", "忙", d.Deadline) }, "invalid"},
			{"in two years", func() (request.Receipt, error) {
				return h.AskTime(partner(street), ref, "", "忙", later.AddDate(2, 0, 0))
			}, "invalid"},
			{"another body", func() (request.Receipt, error) { return h.AskTime(partner(fire), ref, "", "忙", later) }, "missing"},
			{"the worker", func() (request.Receipt, error) { return h.AskTime(worker(), ref, "", "忙", later) }, "denied"},
			{"given unasked", func() (request.Receipt, error) { return h.GiveTime(cadre(), ref, d.ID, "忙", later) }, "conflict"},
			{"given by the body", func() (request.Receipt, error) { return h.GiveTime(partner(street), ref, d.ID, "忙", later) }, "denied"},
			{"refused by the worker", func() (request.Receipt, error) { return h.RefuseTime(worker(), ref, d.ID, "忙") }, "denied"},
		} {
			if _, err := c.do(); code(err) != c.fault {
				h.t.Errorf("%s: got %v, want %s", c.say, err, c.fault)
			}
		}
		h.clk.Set(d.Deadline.Add(time.Minute))
		if _, err := h.AskTime(partner(street), ref, "", "忙", later); fault.Of(err).Msg != "request.more.late" {
			h.t.Errorf("asked after the end = %v", err)
		}
		h.must(h.Report(partner(street), ref, "", msg("好了")))
		if _, err := h.AskTime(partner(street), ref, "", "忙", later); fault.Of(err).Msg != "request.dispatch.over" {
			h.t.Errorf("asked after the report = %v", err)
		}
	})
}

// Another date has reminders of its own.
func TestMoreTimeRemindsAgain(t *testing.T) {
	each(t, func(h *house) {
		ref, did, first, until := h.asked()
		for _, at := range []time.Time{first.Add(-30 * time.Minute), until.Add(-30 * time.Minute)} {
			h.clk.Set(at)
			if _, err := h.Climb(program()); err != nil {
				h.t.Fatal(err)
			}
			if at.Before(first) {
				h.must(h.GiveTime(cadre(), ref, did, "配件在路上", until))
			}
		}
		n := 0
		for _, e := range h.caseOf(request.Receipt{ID: ref.ID}).Timeline {
			if e.Kind == request.KindReminded && strings.HasPrefix(e.Fact, "feedback:1:") {
				n++
			}
		}
		if n != 2 {
			h.t.Errorf("the officer was reminded of the body's date %d times, want once for each of the two", n)
		}
		h.sound()
	})
}

// Two cadres answer at once, and the body reports meanwhile: one answer counts.
func TestMoreTimeIsAnsweredOnce(t *testing.T) {
	each(t, func(h *house) {
		ref, did, _, until := h.asked()
		var wg sync.WaitGroup
		done := make([]error, 8)
		for i := range done {
			wg.Go(func() {
				if i%2 == 0 {
					_, done[i] = h.GiveTime(cadre(), ref, did, "同意", until)
				} else {
					_, done[i] = h.RefuseTime(colleague(), ref, did, "不同意")
				}
			})
		}
		wg.Wait()
		won := 0
		for _, err := range done {
			switch {
			case err == nil:
				won++
			case !fault.Is(err, fault.Conflict):
				h.t.Errorf("a second answer = %v, want a conflict", err)
			}
		}
		c := h.caseOf(request.Receipt{ID: ref.ID})
		answers := 0
		for _, e := range c.Timeline {
			if e.Kind == request.KindGranted || e.Kind == request.KindRefused {
				answers++
			}
		}
		if won != 1 || answers != 1 || c.Dispatches[0].Asks() {
			h.t.Errorf("%d of 8 answers were taken and %d are on the timeline; want 1: %+v", won, answers, c.Dispatches[0])
		}
		h.sound()
	})
}

// A hold moves the body's date as it moves its clock: its list must not say late
// where its page does not.
func TestBodyListKnowsTheHold(t *testing.T) {
	each(t, func(h *house) {
		ref := request.Ref{ID: h.capture().ID}
		h.must(h.Dispatch(cadre(), ref, h.task(street)))
		h.must(h.Sign(partner(street), ref, "", "王"))
		d := h.caseOf(request.Receipt{ID: ref.ID}).Dispatches[0]
		h.must(h.Ask(cadre(), ref, msg("哪个门")))
		h.clk.Set(d.Deadline.Add(72 * time.Hour))
		h.must(h.Reply(worker(), ref, request.Say{Words: "东门"}))
		rows, err := h.BodyList(partner(street))
		m, _ := h.Matter(partner(street), ref)
		if c := feedback(t, m.Clocks); err != nil || rows[0].Late || c.Missed {
			h.t.Errorf("the worker was waited for; the list says late %v, the clock %+v, %v", rows[0].Late, c, err)
		}
		health, err := h.Health(cadre())
		if err != nil || health[0].LateReport != 0 {
			h.t.Errorf("the body's record says late: %+v, %v", health, err)
		}
	})
}

// What waited for the worker has moved the body's date: less than that is not more
// time.
func TestMoreTimeIsMore(t *testing.T) {
	each(t, func(h *house) {
		ref := request.Ref{ID: h.capture().ID}
		h.must(h.Dispatch(cadre(), ref, h.task(street)))
		h.must(h.Sign(partner(street), ref, "", "王"))
		h.must(h.Ask(cadre(), ref, msg("哪个门")))
		h.clk.Move(72 * time.Hour)
		h.must(h.Reply(worker(), ref, request.Say{Words: "东门"}))
		d := h.caseOf(request.Receipt{ID: ref.ID}).Dispatches[0]
		if !d.DueBy.After(d.Deadline.Add(2*time.Hour)) || !d.Until().Equal(d.DueBy) {
			h.t.Fatalf("the date after three days of waiting is %v, was %v", d.DueBy, d.Deadline)
		}
		if _, err := h.AskTime(partner(street), ref, "", "忙", d.DueBy.Add(-time.Hour)); code(err) != "invalid" {
			h.t.Errorf("asked for less than there is: %v, want it refused", err)
		}
		h.must(h.AskTime(partner(street), ref, "", "忙", d.DueBy.Add(24*time.Hour)))
		if _, err := h.GiveTime(cadre(), ref, d.ID, "好", d.DueBy.Add(-time.Hour)); code(err) != "invalid" {
			h.t.Errorf("given less than there is: %v, want it refused", err)
		}
		h.must(h.GiveTime(cadre(), ref, d.ID, "好", d.DueBy.Add(time.Hour)))
		h.sound()
	})
}

// More time that is given while the worker is waited for is the date everywhere.
func TestMoreTimeWhileWaiting(t *testing.T) {
	each(t, func(h *house) {
		ref, did, _, until := h.asked()
		h.must(h.Ask(cadre(), ref, msg("哪个门")))
		h.must(h.GiveTime(cadre(), ref, did, "好", until))
		rows, err := h.BodyList(partner(street))
		if d := h.caseOf(request.Receipt{ID: ref.ID}).Dispatches[0]; err != nil || !rows[0].Dispatch.DueBy.Equal(until) || !d.Until().Equal(until) {
			h.t.Errorf("the list says %v, the page %v, %v; want %v", rows[0].Dispatch.DueBy, d.Until(), err, until)
		}
		h.sound()
	})
}

// The body's record says late only of what the body did not do in time: not of
// what waited for the worker, nor of what has its answer, and for ever of what was
// over before more time was given.
func TestHealthIsFair(t *testing.T) {
	each(t, func(h *house) {
		for _, c := range []struct {
			say               string
			sign              bool
			then              func(ref request.Ref, d request.Dispatch)
			late, signs, hand int
		}{
			{"the worker is waited for", true, func(ref request.Ref, d request.Dispatch) {
				h.must(h.Ask(cadre(), ref, msg("哪个门")))
				h.clk.Set(d.Deadline.Add(72 * time.Hour))
			}, 0, 0, 1},
			{"not signed, the worker is waited for", false, func(ref request.Ref, d request.Dispatch) {
				h.must(h.Ask(cadre(), ref, msg("哪个门")))
				h.clk.Set(d.Deadline.Add(72 * time.Hour))
			}, 0, 0, 1},
			{"the union has answered", true, func(ref request.Ref, d request.Dispatch) {
				h.must(h.Answer(cadre(), ref, msg("办好了")))
				h.clk.Set(d.Deadline.Add(300 * time.Hour))
			}, 0, 0, 0},
			{"not signed, the union has answered", false, func(ref request.Ref, d request.Dispatch) {
				h.must(h.Answer(cadre(), ref, msg("办好了")))
				h.clk.Set(d.Deadline.Add(300 * time.Hour))
			}, 0, 0, 0},
			{"answered after its time", false, func(ref request.Ref, d request.Dispatch) {
				h.clk.Set(d.Deadline.Add(72 * time.Hour))
				h.must(h.Answer(cadre(), ref, msg("办好了")))
			}, 1, 1, 0},
			{"asked after its time", true, func(ref request.Ref, d request.Dispatch) {
				h.clk.Set(d.Deadline.Add(72 * time.Hour))
				h.must(h.Ask(cadre(), ref, msg("哪个门")))
			}, 1, 0, 1},
			{"over, and nobody has said anything", true, func(_ request.Ref, d request.Dispatch) {
				h.clk.Set(d.Deadline.Add(72 * time.Hour))
			}, 1, 0, 1},
			{"more time after the first date", true, func(ref request.Ref, d request.Dispatch) {
				h.must(h.AskTime(partner(street), ref, "", "忙", d.Deadline.Add(240*time.Hour)))
				h.clk.Set(d.Deadline.Add(30 * time.Hour))
				h.must(h.GiveTime(cadre(), ref, d.ID, "好", d.Deadline.Add(240*time.Hour)))
				h.must(h.Report(partner(street), ref, "", msg("好了")))
			}, 1, 0, 0},
			{"more time before the first date", true, func(ref request.Ref, d request.Dispatch) {
				h.must(h.AskTime(partner(street), ref, "", "忙", d.Deadline.Add(240*time.Hour)))
				h.must(h.GiveTime(cadre(), ref, d.ID, "好", d.Deadline.Add(240*time.Hour)))
				h.clk.Set(d.Deadline.Add(30 * time.Hour))
				h.must(h.Report(partner(street), ref, "", msg("好了")))
			}, 0, 0, 0},
		} {
			h.clk.Set(start)
			ref := request.Ref{ID: h.capture().ID}
			h.must(h.Dispatch(cadre(), ref, h.task(street)))
			if c.sign {
				h.must(h.Sign(partner(street), ref, "", "王"))
			}
			c.then(ref, h.caseOf(request.Receipt{ID: ref.ID}).Dispatches[0])
			all, err := h.Health(cadre())
			if err != nil || len(all) != 1 || all[0].LateReport != c.late || all[0].LateSign != c.signs || all[0].InHand != c.hand {
				h.t.Errorf("%s: %+v, %v; want %d late, %d signed late, %d in hand", c.say, all, err, c.late, c.signs, c.hand)
			}
			h.sound()
			h.spoil(`delete from request_dispatch`)
			h.spoil(`update request set status = 'seen' where status in ('dispatched', 'accepted', 'working')`)
		}
	})
}

// The station says that it is mended, after the worker had said that it is not:
// both read it, nobody's word is taken for the other's, and it is said once.
func TestStationSaysMended(t *testing.T) {
	each(t, func(h *house) {
		r := h.captured(worker(), request.Draft{What: "locked", Phone: canaryPhone, PhoneOK: true, Place: request.Place{Station: station}, Channel: request.ChannelStation})
		ref := request.Ref{ID: r.ID}
		say := func() {
			h.t.Helper()
			if err := h.StationMended(program(), h.clk.Now(), r.Number, "2026-1124-9999"); err != nil {
				h.t.Fatal(err)
			}
		}
		h.must(h.Fixed(hostOf(host), ref, request.Message{}))
		say()
		if c := h.caseOf(r); !c.MendedAt.IsZero() {
			h.t.Error("what has its answer is told again")
		}
		h.must(h.Unsolved(worker(), ref, "same", request.Say{}))
		h.clk.Move(time.Hour)
		say()
		say()
		p, err := h.List(cadre(), request.Filter{})
		if err != nil || len(p.Rows) != 1 || p.Rows[0].MendedAt.IsZero() || p.Rows[0].Status != request.StatusUnsolved {
			h.t.Errorf("the inbox: %+v, %v; want it marked, and still not solved", p.Rows, err)
		}
		own, _ := h.Progress(worker(), ref)
		said := 0
		for _, e := range own.Timeline {
			if e.Kind == request.KindMended {
				said++
			}
		}
		if said != 1 || own.Clock.State == request.ClockDone {
			h.t.Errorf("said %d times, the clock %s; want once, and the time runs on", said, own.Clock.State)
		}
		h.must(h.Solved(worker(), ref))
		h.clk.Move(time.Minute)
		h.must(h.Unsolved(worker(), ref, "same", request.Say{}))
		if c := h.caseOf(r); !c.MendedAt.IsZero() {
			h.t.Error("the worker said no, and the mark stands")
		}
		if err := h.StationMended(worker(), h.clk.Now(), r.Number); !fault.Is(err, fault.Denied) {
			h.t.Errorf("a worker speaks for the station: %v", err)
		}
		h.sound()
	})
}
