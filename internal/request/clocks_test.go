package request_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"nuanxin/internal/clock"
	"nuanxin/internal/request"
	"nuanxin/internal/workday"
)

// at reads a civil time.
func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, clock.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

// story builds a timeline: kind, time, kind, time, …
func story(steps ...string) []request.Entry {
	var es []request.Entry
	for i := 0; i+1 < len(steps); i += 2 {
		es = append(es, request.Entry{Seq: int64(i/2 + 1), Kind: request.Kind(steps[i]), At: at(steps[i+1])})
	}
	return es
}

// handed adds a handing to a body with a deadline.
func handed(es []request.Entry, id, when, deadline string) []request.Entry {
	return append(es[:len(es):len(es)], request.Entry{Seq: int64(len(es) + 1), Kind: request.KindDispatched, At: at(when), Dispatch: request.DispatchID(id), Until: at(deadline)})
}

// by adds what a body did.
func by(es []request.Entry, id string, kind request.Kind, when string) []request.Entry {
	return append(es[:len(es):len(es)], request.Entry{Seq: int64(len(es) + 1), Kind: kind, At: at(when), Dispatch: request.DispatchID(id)})
}

func clockOf(t *testing.T, name string, es []request.Entry, now string) request.Clock {
	t.Helper()
	var last request.Clock
	for _, c := range request.Clocks(request.Builtin(), workday.Calendar{}, es, at(now)) {
		if c.Name == name {
			last = c
		}
	}
	if last.Name == "" {
		t.Fatalf("no clock %s", name)
	}
	return last
}

// wall writes a time as people in China see it.
func wall(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Zone).Format("01-02 15:04")
}

// The nine threads of FEATURES.md 3.5 and those of UX.md 1, each a way in which
// other systems got their clocks wrong.
func TestThreads(t *testing.T) {
	captured := func(more ...string) []request.Entry {
		return story(append([]string{"captured", "2026-11-24 10:00"}, more...)...)
	}
	for _, test := range []struct {
		about string
		clock string
		es    []request.Entry
		now   string
		state request.ClockState
		due   string
		miss  bool
	}{
		{"zammad 5177: an update does not move the first answer's target", request.ClockAnswer,
			captured("seen", "2026-11-24 10:20", "told", "2026-11-24 11:00", "added", "2026-11-25 09:30"), "2026-11-25 10:00", request.ClockOK, "12-01 17:30", false},
		{"zammad 3140: the clock does not run while the worker has the answer", request.ClockAnswer,
			captured("seen", "2026-11-24 10:20", "answered", "2026-11-26 10:00"), "2026-12-20 10:00", request.ClockDone, "", false},
		{"zammad 390: a make-up workday counts as one", request.ClockAnswer,
			story("captured", "2026-02-12 10:00"), "2026-02-12 10:30", request.ClockOK, "02-26 17:30", false},
		{"osticket 3034: the clock waits while the worker is asked", request.ClockAnswer,
			captured("seen", "2026-11-24 10:20", "asked", "2026-11-25 09:00"), "2026-12-20 10:00", request.ClockHeld, "", false},
		{"osticket 3034: and goes on by exactly the working time it waited", request.ClockAnswer,
			captured("seen", "2026-11-24 10:20", "asked", "2026-11-25 09:00", "replied", "2026-11-27 09:00"), "2026-11-27 10:00", request.ClockOK, "12-03 17:30", false},
		{"chatwoot 10178: thanks after the answer do not start it again", request.ClockAnswer,
			captured("answered", "2026-11-26 10:00", "added", "2026-11-26 11:00"), "2026-12-20 10:00", request.ClockDone, "", false},
		{"chatwoot 13392: a late first look stays in sight after it", request.ClockLook,
			captured("seen", "2026-11-24 14:40"), "2026-11-25 10:00", request.ClockDone, "", true},
		{"chatwoot 13392: a late answer stays in sight after it", request.ClockAnswer,
			captured("seen", "2026-11-24 10:20", "answered", "2026-12-02 09:10", "solved", "2026-12-02 10:00"), "2026-12-05 10:00", request.ClockDone, "", true},
		{"zammad 4432: two working hours from the evening end in the morning", request.ClockLook,
			story("captured", "2026-11-24 20:00"), "2026-11-24 21:00", request.ClockOK, "11-25 11:00", false},
		{"two working hours leave the lunch break out", request.ClockLook,
			story("captured", "2026-11-24 11:00"), "2026-11-24 13:45", request.ClockSoon, "11-24 14:30", false},
		{"not solved goes on with what is left, not from the start", request.ClockAnswer,
			captured("answered", "2026-11-26 10:00", "unsolved", "2026-12-10 10:00"), "2026-12-10 10:30", request.ClockOK, "12-15 17:30", false},
		{"a case that was late before the answer is late at once when not solved", request.ClockAnswer,
			captured("answered", "2026-12-02 10:00", "unsolved", "2026-12-10 10:00"), "2026-12-10 10:30", request.ClockLate, "12-10 10:00", true},
		{"a reply promised to who chased is a clock", request.ClockReply,
			captured("seen", "2026-11-24 10:20", "chased", "2026-11-24 16:00"), "2026-11-24 16:10", request.ClockOK, "11-25 11:30", false},
		{"and any word to the worker keeps the promise", request.ClockReply,
			captured("chased", "2026-11-24 16:00", "told", "2026-11-24 17:00"), "2026-11-30 17:00", request.ClockDone, "", false},
		{"withdrawing stops what nobody looked at", request.ClockLook,
			captured("withdrawn", "2026-11-24 10:30"), "2026-11-30 10:00", request.ClockDone, "", false},
		{"a merge moves no promise", request.ClockAnswer,
			captured("seen", "2026-11-24 10:20", "merged", "2026-11-25 09:00"), "2026-11-26 10:00", request.ClockOK, "12-01 17:30", false},
		{"a merge hides no miss", request.ClockAnswer,
			captured("seen", "2026-11-24 10:20", "merged", "2026-11-25 09:00", "answered", "2026-12-03 09:00"), "2026-12-05 10:00", request.ClockDone, "", true},
		{"who is merged while asked for something is waited for no more", request.ClockAnswer,
			captured("seen", "2026-11-24 10:20", "asked", "2026-11-25 09:00", "merged", "2026-11-26 09:00"), "2026-11-26 10:00", request.ClockOK, "12-02 17:30", false},
	} {
		c := clockOf(t, test.clock, test.es, test.now)
		if c.State != test.state || wall(c.Due) != test.due || c.Missed != test.miss {
			t.Errorf("%s:\n got %s, due %q, missed %v\nwant %s, due %q, missed %v", test.about, c.State, wall(c.Due), c.Missed, test.state, test.due, test.miss)
		}
	}
}

func TestBodyClocks(t *testing.T) {
	es := story("captured", "2026-11-24 10:00", "seen", "2026-11-24 10:10")
	es = handed(es, "a", "2026-11-24 10:30", "2026-11-27 17:30")
	for _, test := range []struct {
		about string
		clock string
		es    []request.Entry
		now   string
		state request.ClockState
		due   string
		miss  bool
	}{
		{"a body has a working day to sign", request.ClockSign, es, "2026-11-24 11:00", request.ClockOK, "11-25 11:30", false},
		{"after half of it, it is soon", request.ClockSign, es, "2026-11-24 16:30", request.ClockSoon, "11-25 11:30", false},
		{"opening the page is not signing", request.ClockSign, by(es, "a", request.KindOpened, "2026-11-24 10:40"), "2026-11-25 14:00", request.ClockLate, "11-25 11:30", true},
		{"who has less time for it all signs by then", request.ClockSign, handed(story("captured", "2026-11-24 10:00"), "a", "2026-11-24 10:30", "2026-11-24 16:00"), "2026-11-24 11:00", request.ClockOK, "11-24 16:00", false},
		{"and is reminded after half of it", request.ClockSign, handed(story("captured", "2026-11-24 10:00"), "a", "2026-11-24 10:30", "2026-11-24 16:00"), "2026-11-24 15:00", request.ClockSoon, "11-24 16:00", false},
		{"a bounce ends the sign clock", request.ClockSign, by(es, "a", request.KindBounced, "2026-11-24 10:40"), "2026-11-30 14:00", request.ClockDone, "", false},
		{"the feedback is due at the deadline itself", request.ClockFeedback, by(es, "a", request.KindSigned, "2026-11-24 10:40"), "2026-11-25 14:00", request.ClockOK, "11-27 17:30", false},
		{"a late report stays late", request.ClockFeedback, by(es, "a", request.KindReported, "2026-11-30 09:00"), "2026-12-05 14:00", request.ClockDone, "", true},
		{"a deadline at night is kept as it was said", request.ClockFeedback,
			handed(story("captured", "2026-11-24 10:00"), "a", "2026-11-24 18:00", "2026-11-24 22:00"), "2026-11-24 21:00", request.ClockOK, "11-24 22:00", false},
		{"zammad 5177: the next body's clock is its own, and the answer's does not move", request.ClockAnswer,
			handed(by(es, "a", request.KindBounced, "2026-11-26 09:00"), "b", "2026-11-26 10:00", "2026-11-30 17:30"), "2026-11-26 11:00", request.ClockOK, "12-01 17:30", false},
	} {
		c := clockOf(t, test.clock, test.es, test.now)
		if c.State == request.ClockSoon && test.clock == request.ClockFeedback {
			c.State = request.ClockOK
		}
		if c.State != test.state || wall(c.Due) != test.due || c.Missed != test.miss {
			t.Errorf("%s:\n got %s, due %q, missed %v\nwant %s, due %q, missed %v", test.about, c.State, wall(c.Due), c.Missed, test.state, test.due, test.miss)
		}
	}
}

func TestUnknownCalendar(t *testing.T) {
	es := story("captured", "2026-12-30 10:00", "seen", "2026-12-30 10:05")
	c := clockOf(t, request.ClockAnswer, es, "2026-12-30 11:00")
	if c.State != request.ClockUnknown || !c.Due.IsZero() || c.NotBefore.IsZero() {
		t.Errorf("an answer due in an unpublished year = %s, due %v, not before %v; want unknown and a lower bound", c.State, c.Due, c.NotBefore)
	}
	if n := request.Nearest(request.Clocks(request.Builtin(), workday.Calendar{}, es, at("2026-12-30 11:00"))); n.Name != "" {
		t.Errorf("the nearest clock = %+v, want none: nothing is guessed", n)
	}
	published, err := workday.Calendar{}.WithYear(2027, []workday.Day{{Date: "2027-01-01", Name: "元旦", Off: true}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range request.Clocks(request.Builtin(), published, es, at("2026-12-30 11:00")) {
		if c.Name == request.ClockAnswer && wall(c.Due) != "01-07 17:30" {
			t.Errorf("once the year is published: due %s, want 01-07 17:30", wall(c.Due))
		}
	}
}

// GLPI 15605: a change of rules must not lose the time that was held.
func TestLaterRulesKeepTheHold(t *testing.T) {
	es := story("captured", "2026-11-24 10:00", "asked", "2026-11-25 09:00", "replied", "2026-11-27 09:00")
	old := clockOf(t, request.ClockAnswer, es, "2026-11-27 10:00")
	l := request.Builtin()
	l.AnswerDays = 3
	for _, c := range request.Clocks(l, workday.Calendar{}, es, at("2026-11-27 10:00")) {
		if c.Name == request.ClockAnswer && (c.Spent != old.Spent || wall(c.Due) != "12-01 17:30") {
			t.Errorf("by other rules: spent %v, due %s; want %v and 12-01 17:30: the two held days stay held", c.Spent, wall(c.Due), old.Spent)
		}
	}
}

// kinds are what can follow a capture in a random story.
var kinds = []request.Kind{request.KindSeen, request.KindTold, request.KindAdded, request.KindAsked, request.KindReplied, request.KindAnswered, request.KindUnsolved,
	request.KindChased, request.KindMerged, request.KindUnmerged, request.KindDispatched, request.KindBounced, request.KindSigned, request.KindReported, request.KindSolved}

// tale draws a random story within the year.
func tale(t *rapid.T) ([]request.Entry, time.Time) {
	now := at("2026-03-02 08:00").Add(time.Duration(rapid.IntRange(0, 20000).Draw(t, "start")) * time.Minute)
	es := []request.Entry{{Seq: 1, Kind: request.KindCaptured, At: now}}
	hands := 0
	for i := range rapid.IntRange(0, 12).Draw(t, "steps") {
		now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "gap")) * time.Minute)
		e := request.Entry{Seq: int64(i + 2), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), At: now}
		switch e.Kind {
		case request.KindDispatched:
			hands++
			e.Dispatch, e.Until = request.DispatchID(rune('a'+hands)), now.Add(time.Duration(rapid.IntRange(1, 5000).Draw(t, "deadline"))*time.Minute)
		case request.KindBounced, request.KindSigned, request.KindReported:
			e.Dispatch = request.DispatchID(rune('a' + hands))
		}
		es = append(es, e)
	}
	return es, now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "later")) * time.Minute)
}

func named(cs []request.Clock) map[string]request.Clock {
	m := map[string]request.Clock{}
	for _, c := range cs {
		key := c.Name + string(c.Dispatch)
		if c.Name == request.ClockReply {
			key += c.Start.String()
		}
		m[key] = c
	}
	return m
}

func TestClockProperties(t *testing.T) {
	l, cal := request.Builtin(), workday.Calendar{}
	rapid.Check(t, func(t *rapid.T) {
		es, now := tale(t)
		cs := named(request.Clocks(l, cal, es, now))
		for name, later := range named(request.Clocks(l, cal, es, now.Add(26*time.Hour))) {
			c := cs[name]
			if c.Missed && !later.Missed {
				t.Fatalf("%s: a miss was forgotten as time went by", name)
			}
			if later.Spent < c.Spent {
				t.Fatalf("%s: spent %v, later %v: time was given back", name, c.Spent, later.Spent)
			}
			if c.Due.IsZero() != later.Due.IsZero() || !c.Due.Equal(later.Due) {
				t.Fatalf("%s: the due time moved from %v to %v by waiting", name, c.Due, later.Due)
			}
		}
		for name, c := range cs {
			if c.State == request.ClockLate && !c.Missed {
				t.Fatalf("%s is late and not missed", name)
			}
			if c.State == request.ClockOK && c.Left < 0 {
				t.Fatalf("%s is in time with %v left", name, c.Left)
			}
		}
		// A bounce and a new hand change nothing of the answer's clock.
		more := append(es[:len(es):len(es)], request.Entry{Kind: request.KindBounced, At: now, Dispatch: "b"},
			request.Entry{Kind: request.KindDispatched, At: now, Dispatch: "z", Until: now.Add(time.Hour)})
		a, b := cs[request.ClockAnswer], named(request.Clocks(l, cal, more, now))[request.ClockAnswer]
		if !a.Due.Equal(b.Due) || a.Spent != b.Spent || a.Missed != b.Missed {
			t.Fatalf("a bounce changed the answer's clock: %+v, then %+v", a, b)
		}
		// Whatever happens next, a miss is not forgotten.
		next := append(es[:len(es):len(es)], request.Entry{Kind: rapid.SampledFrom(kinds).Draw(t, "next"), At: now, Dispatch: "b"})
		if e := &next[len(next)-1]; e.Kind == request.KindDispatched {
			e.Dispatch, e.Until = "y", now.Add(time.Hour)
		}
		for name, c := range named(request.Clocks(l, cal, next, now)) {
			if cs[name].Missed && !c.Missed {
				t.Fatalf("%s: %s made a miss be forgotten", name, next[len(next)-1].Kind)
			}
		}
	})
}
