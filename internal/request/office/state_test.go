package office_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/request"
)

// task is an ordinary thing to ask of a body.
func (h *house) task(body string) request.Task {
	return request.Task{Body: body, Words: "请到锦绣家园东门现场协调", Deadline: h.clk.Now().Add(72 * time.Hour)}
}

func msg(words string) request.Message { return request.Message{Words: words} }

// reach brings a fresh request into a state.
func (h *house) reach(s request.Status) request.Ref {
	h.t.Helper()
	ref := request.Ref{ID: h.capture().ID}
	does := map[request.Status]func(){
		request.StatusReceived:   func() {},
		request.StatusSeen:       func() { h.must(h.Look(cadre(), ref)) },
		request.StatusDispatched: func() { h.must(h.Dispatch(cadre(), ref, h.task(street))) },
		request.StatusBounced: func() {
			h.must(h.Dispatch(cadre(), ref, h.task(street)))
			h.must(h.Bounce(partner(street), ref, "", "物业归住建局管", "住建局"))
		},
		request.StatusAccepted: func() {
			h.must(h.Dispatch(cadre(), ref, h.task(street)))
			h.must(h.Sign(partner(street), ref, "", "王科长"))
		},
		request.StatusWorking: func() {
			h.must(h.Dispatch(cadre(), ref, h.task(street)))
			h.must(h.Work(partner(street), ref, "", msg("约了下午到现场"), time.Time{}))
		},
		request.StatusWaiting:  func() { h.must(h.Ask(cadre(), ref, msg("是哪个门"))) },
		request.StatusAnswered: func() { h.must(h.Answer(cadre(), ref, msg("明天起能进"))) },
		request.StatusSolved:   func() { h.must(h.Solved(worker(), ref)) },
		request.StatusUnsolved: func() {
			h.must(h.Answer(cadre(), ref, msg("明天起能进")))
			h.must(h.Unsolved(worker(), ref, "same", request.Say{}))
		},
		request.StatusNotOurs:   func() { h.must(h.NotOurs(cadre(), ref, "示例热线", "12345", "")) },
		request.StatusWithdrawn: func() { h.must(h.Withdraw(worker(), ref)) },
		request.StatusMerged:    func() { h.must(h.Merge(cadre(), request.Ref{ID: h.capture().ID}, "", ref.ID)) },
	}
	does[s]()
	return ref
}

// one letter per state, for the table.
const letters = "received:r seen:s dispatched:d bounced:b accepted:a working:w waiting_worker:q answered:A solved:S unsolved:u not_ours:n withdrawn:x merged:m"

func letter(s request.Status) string {
	for _, pair := range strings.Fields(letters) {
		if name, l, _ := strings.Cut(pair, ":"); name == string(s) {
			return l
		}
	}
	return "?"
}

// TestTransitions says for every act in which states it is done, and to which it leads.
func TestTransitions(t *testing.T) {
	each(t, func(h *house) {
		say := request.Say{Words: "补一句"}
		for _, test := range []struct {
			act   string
			do    func(ref request.Ref) (request.Receipt, error)
			from  string // states in which it is done; in all others it is a conflict
			to    string // the state after, in the same order; one letter: always that
			leave string // states that the act cannot be tried in: the caller has no part in them
		}{
			{"add", func(r request.Ref) (request.Receipt, error) { return h.Add(worker(), r, say) }, "rsdbawqASunm", "rsdbawsASunm", ""},
			{"reply", func(r request.Ref) (request.Receipt, error) { return h.Reply(worker(), r, say) }, "q", "s", ""},
			{"chase", func(r request.Ref) (request.Receipt, error) { return h.Chase(worker(), r) }, "rsdbawu", "rsdbawu", ""},
			{"solved", func(r request.Ref) (request.Receipt, error) { return h.Solved(worker(), r) }, "rsdbawqAun", "S", ""},
			{"unsolved", func(r request.Ref) (request.Receipt, error) {
				return h.Unsolved(worker(), r, "half", request.Say{})
			}, "ASn", "u", ""},
			{"withdraw", func(r request.Ref) (request.Receipt, error) { return h.Withdraw(worker(), r) }, "rsdbawqAunm", "x", ""},
			{"look", func(r request.Ref) (request.Receipt, error) { return h.Look(cadre(), r) }, "rsdbawqASunxm", "ssdbawqASunxm", ""},
			{"dispatch", func(r request.Ref) (request.Receipt, error) { return h.Dispatch(cadre(), r, h.task(housing)) }, "rsdbawqu", "ddddawqd", ""},
			{"tell", func(r request.Ref) (request.Receipt, error) { return h.Tell(cadre(), r, msg("在问了")) }, "rsdbawqASunm", "ssdbawqASunm", ""},
			{"ask", func(r request.Ref) (request.Receipt, error) { return h.Ask(cadre(), r, msg("哪个门")) }, "rsdbawu", "q", ""},
			{"answer", func(r request.Ref) (request.Receipt, error) { return h.Answer(cadre(), r, msg("能进了")) }, "rsdbawqAu", "A", ""},
			{"note", func(r request.Ref) (request.Receipt, error) { return h.Note(cadre(), r, msg("记一下")) }, "rsdbawqASunxm", "rsdbawqASunxm", ""},
			{"not ours", func(r request.Ref) (request.Receipt, error) {
				return h.NotOurs(cadre(), r, "示例热线", "12345", "")
			}, "rsdbawqu", "n", ""},
			{"raise", func(r request.Ref) (request.Receipt, error) { return h.Raise(cadre(), r, "要市里出面") }, "rsdbawqu", "rsdbawqu", ""},
			{"merge into another", func(r request.Ref) (request.Receipt, error) {
				_, err := h.Merge(cadre(), request.Ref{ID: h.capture().ID}, "同一个门", r.ID)
				return h.status(r), err
			}, "rsdbawqAu", "m", ""},
			{"unmerge", func(r request.Ref) (request.Receipt, error) { return h.Unmerge(cadre(), r, "不是一回事") }, "m", "s", ""},
			{"sign", func(r request.Ref) (request.Receipt, error) { return h.Sign(partner(street), r, "", "王") }, "d", "a", "rsbqASunxm"},
			{"bounce", func(r request.Ref) (request.Receipt, error) {
				return h.Bounce(partner(street), r, "", "不归我们", "住建局")
			}, "daw", "b", "rsbqASunxm"},
			{"work", func(r request.Ref) (request.Receipt, error) {
				return h.Work(partner(street), r, "", msg("去看了"), time.Time{})
			}, "daw", "w", "rsbqASunxm"},
			{"report", func(r request.Ref) (request.Receipt, error) {
				return h.Report(partner(street), r, "", msg("办好了"))
			}, "daw", "w", "rsbqASunxm"},
		} {
			for _, s := range request.Statuses() {
				l := letter(s)
				ref := h.reach(s)
				r, err := test.do(ref)
				i := strings.Index(test.from, l)
				want := "conflict"
				switch {
				case strings.Contains(test.leave, l):
					want = "missing"
				case i >= 0:
					want = "ok"
				}
				if got := code(err); got != want {
					t := "%s in state %s: %s, want %s (%v)"
					h.t.Errorf(t, test.act, s, got, want, err)
					continue
				}
				if want != "ok" {
					continue
				}
				to := test.to
				if len(to) > 1 {
					to = string(to[i])
				}
				if got := letter(r.Status); got != to {
					h.t.Errorf("%s in state %s leads to %s, want %s", test.act, s, r.Status, to)
				}
			}
		}
		h.sound()
	})
}

func (h *house) status(ref request.Ref) request.Receipt {
	h.t.Helper()
	c, err := h.Case(cadre(), ref)
	if err != nil {
		h.t.Fatal(err)
	}
	return request.Receipt{Status: c.Status}
}

// sound fails the test when anything stored differs from what it should be.
func (h *house) sound() {
	h.t.Helper()
	faults, err := h.Check(program())
	if err != nil || len(faults) > 0 {
		h.t.Errorf("check: %v %v", faults[:min(3, len(faults))], err)
	}
}

func TestTwoCadresAtOnce(t *testing.T) {
	each(t, func(h *house) {
		ref := request.Ref{ID: h.capture().ID}
		h.must(h.Look(cadre(), ref))
		c, err := h.Case(cadre(), ref)
		if err != nil {
			h.t.Fatal(err)
		}
		ref.Seen = c.Version
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, ctx := range []context.Context{cadre(), colleague()} {
			wg.Go(func() { _, errs[i] = h.Dispatch(ctx, ref, h.task([]string{street, housing}[i])) })
		}
		wg.Wait()
		got := []string{code(errs[0]), code(errs[1])}
		slices.Sort(got)
		if !slices.Equal(got, []string{"conflict", "ok"}) {
			t := "two cadres dispatched what they both saw: %v; want one conflict"
			h.t.Errorf(t, got)
		}
		for _, err := range errs {
			if err != nil && (fault.Of(err).Msg != "request.changed" || fault.Of(err).Args["Who"] == "") {
				h.t.Errorf("the conflict is %v; want to be told who", err)
			}
		}
		h.must(h.Add(worker(), request.Ref{ID: ref.ID}, request.Say{Words: "补一句"}))
		c, _ = h.Case(cadre(), ref)
		stale := request.Ref{ID: ref.ID, Seen: c.Version - 1}
		if _, err := h.Tell(cadre(), stale, msg("好")); err != nil {
			h.t.Errorf("what the worker added is no conflict: %v", err)
		}
	})
}

func TestBouncesKeepTheClockAndEnd(t *testing.T) {
	each(t, func(h *house) {
		r := h.capture()
		ref := request.Ref{ID: r.ID}
		for i, body := range []string{street, housing} {
			h.clk.Move(time.Hour)
			h.must(h.Dispatch(cadre(), ref, h.task(body)))
			h.clk.Move(time.Hour)
			b := h.must(h.Bounce(partner(body), ref, "", "不归我们管", "别的部门"))
			if !b.By.Equal(r.By) {
				h.t.Errorf("bounce %d moved the answer's time from %v to %v", i+1, r.By, b.By)
			}
		}
		if _, err := h.Bounce(partner(street), ref, "", "还是不归我们", "别的"); !fault.Is(err, fault.Missing) {
			h.t.Errorf("a body that sent it back has it no more: %v", err)
		}
		h.must(h.Dispatch(cadre(), ref, h.task(fire)))
		m, err := h.Matter(partner(fire), ref)
		if err != nil || m.MayBounce || !m.Dispatches[0].Final {
			h.t.Errorf("after two bounces the union decides: %+v, %v", m, err)
		}
		_, err = h.Bounce(partner(fire), ref, "", "不归我们", "别的")
		if fault.Of(err).Msg != "request.bounce.limit" {
			h.t.Errorf("a third bounce = %v, want request.bounce.limit", err)
		}
		own, err := h.Progress(worker(), ref)
		if err != nil || own.Bounces != 2 {
			h.t.Errorf("the worker sees %d bounces, %v; want 2", own.Bounces, err)
		}
		reasons := 0
		for _, e := range own.Timeline {
			if e.Kind == request.KindBounced && e.Words == "不归我们管" {
				reasons++
			}
			if e.ByID != "" {
				h.t.Errorf("the worker's timeline names an id: %+v", e)
			}
		}
		if reasons != 2 {
			h.t.Errorf("the worker reads %d reasons, want 2", reasons)
		}
		h.sound()
	})
}

func TestBriefAndRefer(t *testing.T) {
	each(t, func(h *house) {
		ref := request.Ref{ID: h.capture().ID}
		h.must(h.Dispatch(cadre(), ref, h.task(street), h.task(fire)))
		c, _ := h.Case(cadre(), ref)
		to := c.Dispatches[slices.IndexFunc(c.Dispatches, func(d request.Dispatch) bool { return d.Body == street })].ID
		file := request.File{Kind: request.Photo, Blob: "map", Size: 1}
		h.must(h.Brief(cadre(), ref, to, request.Message{Words: "本人说是东门", Files: []request.File{file}}))
		if m, err := h.Matter(partner(street), ref); err != nil || m.Timeline[len(m.Timeline)-1].Words != "本人说是东门" || len(m.Files) != 1 {
			h.t.Errorf("the body reads %+v, %v", m.Timeline, err)
		}
		if m, err := h.Matter(partner(fire), ref); err != nil || len(m.Timeline) != 1 || len(m.Files) != 0 {
			h.t.Errorf("another body reads %+v, %v", m.Timeline, err)
		}
		if own, _ := h.Progress(worker(), ref); slices.ContainsFunc(own.Timeline, func(e request.Entry) bool { return e.Kind == request.KindBriefed }) || len(own.Files) != 0 {
			h.t.Error("the worker reads what the union tells a body")
		}
		if _, err := h.NotOurs(cadre(), ref, "示例热线", "", ""); !fault.Is(err, fault.Invalid) {
			h.t.Errorf("not ours without a phone number = %v", err)
		}
		h.must(h.NotOurs(cadre(), ref, "示例热线", "12345", "已经递过去了"))
		own, _ := h.Progress(worker(), ref)
		last := own.Timeline[len(own.Timeline)-1]
		if last.BodyName != "示例热线" || last.Fact != "12345" || own.Clock.State != request.ClockDone {
			h.t.Errorf("the worker reads %+v; want who and which number", last)
		}
		h.must(h.Unsolved(worker(), ref, "other", request.Say{Words: "没人接"}))
		h.sound()
	})
}

func TestSeveralBodies(t *testing.T) {
	each(t, func(h *house) {
		ref := request.Ref{ID: h.capture().ID}
		for _, test := range []struct {
			about string
			tasks []request.Task
		}{
			{"nobody", nil},
			{"a deadline in the past", []request.Task{{Body: street, Words: "看看", Deadline: h.clk.Now().Add(-time.Minute)}}},
			{"no deadline", []request.Task{{Body: street, Words: "看看"}}},
			{"no task", []request.Task{{Body: street, Deadline: h.clk.Now().Add(time.Hour)}}},
			{"an unknown body", []request.Task{h.task(id.New[string]())}},
			{"the same body twice", []request.Task{h.task(street), h.task(street)}},
			{"two leads", []request.Task{{Body: street, Lead: true, Words: "看", Deadline: h.clk.Now().Add(time.Hour)}, {Body: fire, Lead: true, Words: "看", Deadline: h.clk.Now().Add(time.Hour)}}},
		} {
			if _, err := h.Dispatch(cadre(), ref, test.tasks...); !fault.Is(err, fault.Invalid) {
				h.t.Errorf("dispatch to %s = %v, want invalid", test.about, err)
			}
		}
		h.must(h.Dispatch(cadre(), ref, h.task(street), h.task(fire)))
		if _, err := h.Dispatch(cadre(), ref, h.task(street)); !fault.Is(err, fault.Invalid) {
			h.t.Errorf("a second time to a body that has it = %v", err)
		}
		r := h.must(h.Sign(partner(street), ref, "", ""))
		if r.Status != request.StatusAccepted {
			h.t.Errorf("the lead signed: %s", r.Status)
		}
		r = h.must(h.Bounce(partner(fire), ref, "", "没有起火", "街道"))
		if r.Status != request.StatusBounced {
			h.t.Errorf("what one body sent back must not hide behind the other: %s", r.Status)
		}
		c, _ := h.Case(cadre(), ref)
		back := c.Dispatches[slices.IndexFunc(c.Dispatches, func(d request.Dispatch) bool { return d.Body == fire })]
		if back.Reason != "没有起火" || back.Suggest != "街道" || back.Lead {
			h.t.Errorf("dispatch = %+v", back)
		}
		if r = h.must(h.Recall(cadre(), ref, back.ID, "街道一家就够")); r.Status != request.StatusAccepted {
			h.t.Errorf("after the union acted on it: %s", r.Status)
		}
		lead := c.Dispatches[0].ID
		if r = h.must(h.Recall(cadre(), ref, lead, "换一家")); r.Status != request.StatusSeen {
			h.t.Errorf("after the recall: %s", r.Status)
		}
		if _, err := h.Matter(partner(street), ref); !fault.Is(err, fault.Missing) {
			h.t.Errorf("a body from which it was recalled reads it: %v", err)
		}
		h.sound()
	})
}
