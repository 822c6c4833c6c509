package request

import (
	"time"

	"nuanxin/internal/workday"
)

// The clocks of a request.
const (
	ClockLook     = "look"     // somebody of the union has looked
	ClockSign     = "sign"     // a body has signed for it
	ClockFeedback = "feedback" // a body has said what it did
	ClockAnswer   = "answer"   // the worker has an answer
	ClockReply    = "reply"    // the worker who chased was told something
)

// ClockState says how a clock stands.
type ClockState string

// The states of a clock.
const (
	ClockOK      ClockState = "ok"
	ClockSoon    ClockState = "soon"
	ClockLate    ClockState = "late"
	ClockHeld    ClockState = "hold"    // waiting for the worker, visibly
	ClockDone    ClockState = "done"    // stopped; Missed still tells
	ClockUnknown ClockState = "unknown" // it runs into a year whose holidays are not published
)

// Clock is one promise of the office and how it stands.
type Clock struct {
	Name      string
	Dispatch  DispatchID // of sign and feedback
	BodyName  string
	Start     time.Time
	Due       time.Time // zero while held or unknown
	NotBefore time.Time // unknown: the true due time is not before this
	SoonAt    time.Time
	Ended     time.Time
	Limit     time.Duration // working time allowed
	Spent     time.Duration // working time used, without the time that waited for the worker
	Left      time.Duration // working time left; negative when late
	DaysLeft  int           // working days left, for the answer
	State     ClockState
	Missed    bool // was over its limit at some time; never forgotten
	Extended  int  // how often the union gave more time
}

// Clocks tells how every clock of a request stands at now. It is a function of
// what happened, the calendar and the limits that the request arrived under, so
// it can be computed again at any time. Nothing in it can set a clock back: a
// bounce opens new clocks for the next body and leaves the answer's running.
func Clocks(l Limits, cal workday.Calendar, es []Entry, now time.Time) []Clock {
	b := book(es)
	if b.start.IsZero() {
		return nil
	}
	m := meter{l: l, cal: cal, now: now, book: b}
	all := []Clock{m.look()}
	for _, h := range b.hands {
		all = append(all, m.sign(h), m.feedback(h))
	}
	for _, c := range b.chases {
		all = append(all, m.measure(Clock{Name: ClockReply, Start: c.asked, Ended: c.told, Limit: minutes(l.ReplyMinutes)}, time.Time{}, 0))
	}
	return append(all, m.answer())
}

// span is a stretch of time; a zero to is open.
type span struct{ from, to time.Time }

// hand is one handing to a body, as the clocks see it.
type hand struct {
	id                DispatchID
	name              string
	sent, signed, end time.Time
	deadline          time.Time
	given             []given
}

// given is more time that the union gave.
type given struct{ at, until time.Time }

// chase is a reply that the worker was promised.
type chase struct{ asked, until, told time.Time }

// ledger is what the entries say to the clocks.
type ledger struct {
	start, looked time.Time
	runs          []span // when the office's time ran
	stop          Kind   // why it does not run now
	hands         []*hand
	chases        []chase
}

// book reads the entries.
func book(es []Entry) ledger {
	var b ledger
	for _, e := range es {
		switch e.Kind {
		case KindCaptured:
			b.start, b.runs = e.At, []span{{from: e.At}}
		case KindAsked, KindAnswered, KindNotOurs, KindSolved, KindWithdrawn:
			b.halt(e)
		case KindReplied, KindUnsolved, KindMerged: // joined to another, nobody waits for its worker, and what was promised stands
			if b.stop != "" {
				b.runs, b.stop = append(b.runs, span{from: e.At}), ""
			}
		case KindChased:
			b.chase(e)
		}
		b.note(e)
	}
	return b
}

// halt stops the office's time, for as long as the entry says.
func (b *ledger) halt(e Entry) {
	if b.stop == "" && len(b.runs) > 0 {
		b.runs[len(b.runs)-1].to = e.At
	}
	b.stop = e.Kind
}

// chase opens a promise to reply. While one is open and in time it holds for
// this chase, too; one that is over stays open and late, and there is a new one.
func (b *ledger) chase(e Entry) {
	if n := len(b.chases); n > 0 && b.chases[n-1].told.IsZero() {
		if until := b.chases[n-1].until; until.IsZero() || !e.At.After(until) {
			return
		}
	}
	b.chases = append(b.chases, chase{asked: e.At, until: e.Until})
}

// note keeps the first look, the first word after a chase, and the hands.
func (b *ledger) note(e Entry) {
	if b.looked.IsZero() && e.Kind == KindSeen {
		b.looked = e.At
	}
	switch e.Kind {
	case KindTold, KindAnswered, KindAsked, KindNotOurs, KindMerged:
		for i := range b.chases {
			if b.chases[i].told.IsZero() {
				b.chases[i].told = e.At
			}
		}
	}
	if e.Kind == KindDispatched {
		b.hands = append(b.hands, &hand{id: e.Dispatch, name: e.BodyName, sent: e.At, deadline: e.Until})
	}
	for _, h := range b.hands {
		if h.id == e.Dispatch && e.Dispatch != "" {
			h.note(e)
		}
	}
}

func (h *hand) note(e Entry) {
	switch e.Kind {
	case KindSigned, KindOwned, KindWorking, KindReported, KindBounced, KindRecalled:
		if h.signed.IsZero() {
			h.signed = e.At
		}
	}
	switch e.Kind {
	case KindReported, KindBounced, KindRecalled:
		if h.end.IsZero() {
			h.end = e.At
		}
	case KindGranted:
		h.given = append(h.given, given{e.At, e.Until})
	}
}

// meter measures clocks against the calendar.
type meter struct {
	l    Limits
	cal  workday.Calendar
	now  time.Time
	book ledger
}

func (m meter) look() Clock {
	c := Clock{Name: ClockLook, Start: m.book.start, Ended: m.book.looked, Limit: minutes(m.l.LookMinutes)}
	return m.measure(c, time.Time{}, 0)
}

// sign ends with the time for the whole matter where that is shorter: a station
// has less for an answer than others have for signing.
func (m meter) sign(h *hand) Clock {
	c := Clock{Name: ClockSign, Dispatch: h.id, BodyName: h.name, Start: h.sent, Ended: h.signed, Limit: minutes(m.l.SignMinutes)}
	soon := minutes(m.l.SignMinutes - m.l.RemindMinutes)
	if all, err := m.cal.WorkingBetween(h.sent, h.deadline, m.l.Hours); err == nil && all > 0 && all < c.Limit {
		c.Limit, soon = all, min(soon, all/2)
	}
	return m.measure(c, time.Time{}, soon)
}

// feedback runs to the deadline, and to a later one from when the union gave it:
// what was over before that stays missed.
func (m meter) feedback(h *hand) Clock {
	from, until := h.sent, h.deadline
	var before Clock
	for _, g := range h.given {
		leg := m.leg(h, from, until, g.at)
		before.Missed, before.Spent = before.Missed || leg.Missed, before.Spent+leg.Spent
		from, until = g.at, g.until
	}
	c := m.leg(h, from, until, h.end)
	c.Start, c.Missed, c.Extended = h.sent, c.Missed || before.Missed, len(h.given)
	c.Limit, c.Spent = c.Limit+before.Spent, c.Spent+before.Spent
	return c
}

// leg is the clock of a hand from a moment to a deadline.
func (m meter) leg(h *hand, from, until, end time.Time) Clock {
	c := Clock{Name: ClockFeedback, Dispatch: h.id, BodyName: h.name, Start: from, Ended: end}
	limit, err := m.cal.WorkingBetween(from, until, m.l.Hours)
	c.Limit = max(limit, 0)
	if err != nil {
		c.NotBefore = until // the date itself is known whatever the calendar
	}
	return m.measure(c, until, 0)
}

func (m meter) answer() Clock {
	c := Clock{Name: ClockAnswer, Start: m.book.start}
	if n := len(m.book.runs); m.book.stop != "" && m.book.stop != KindAsked {
		c.Ended = m.book.runs[n-1].to
	}
	due, err := m.cal.AddWorkdays(c.Start, m.l.AnswerDays, m.l.Hours)
	if err != nil {
		c.NotBefore = due
	} else if c.Limit, err = m.cal.WorkingBetween(c.Start, due, m.l.Hours); err != nil {
		c.NotBefore = due
	}
	c = m.measure(c, due, 0)
	if !c.Due.IsZero() {
		if c.DaysLeft, err = m.cal.WorkdaysBetween(m.now, c.Due); err != nil {
			c.DaysLeft = 0
		}
	}
	return c
}

// measure walks the stretches in which the office's time ran and fills in the
// rest of c. fixed is the due time while nothing has been held yet.
func (m meter) measure(c Clock, fixed time.Time, soon time.Duration) Clock {
	unknown := !c.NotBefore.IsZero() && c.Name == ClockAnswer
	runs := m.within(c.Start, c.Ended)
	for i, run := range runs {
		from, to, open := run.from, run.to, run.to.IsZero()
		if open {
			to = m.now
		}
		due, err := m.due(c, from)
		if i == 0 && !fixed.IsZero() && from.Equal(c.Start) {
			due, err = fixed, nil
		}
		switch {
		case unknown || err != nil:
			unknown = true
			c.NotBefore = later(c.NotBefore, due)
		case to.After(due):
			c.Missed = true
		}
		spent, err := m.cal.WorkingBetween(from, to, m.l.Hours)
		if open && !unknown {
			c.Due, c.SoonAt = due, m.soonAt(c, from, due, soon)
		}
		c.Spent += spent
		unknown = unknown || err != nil && c.Name != ClockFeedback
	}
	c.State = m.state(c, runs, unknown)
	if c.State == ClockUnknown {
		c.Due, c.SoonAt = time.Time{}, time.Time{}
	}
	if !c.Due.IsZero() {
		c.Left, _ = m.cal.WorkingBetween(m.now, c.Due, m.l.Hours) // as far as known
	} else {
		c.Left = c.Limit - c.Spent
	}
	return c
}

// due is when the limit will be used up if the time runs on from a moment.
func (m meter) due(c Clock, from time.Time) (time.Time, error) {
	return m.cal.AddWorking(from, max(c.Limit-c.Spent, 0), m.l.Hours)
}

// soonAt is when the end of the clock is near: a while before it, at most half
// the limit.
func (m meter) soonAt(c Clock, from, due time.Time, soon time.Duration) time.Time {
	if soon == 0 {
		soon = min(minutes(m.l.SoonMinutes), c.Limit/2)
	}
	at, err := m.cal.AddWorking(from, max(c.Limit-c.Spent-soon, 0), m.l.Hours)
	if err != nil || at.After(due) {
		return due
	}
	return at
}

func (m meter) state(c Clock, runs []span, unknown bool) ClockState {
	over := m.book.stop != "" && m.book.stop != KindAsked
	switch {
	case !c.Ended.IsZero() || over:
		return ClockDone
	case m.book.stop != "":
		return ClockHeld
	case unknown:
		return ClockUnknown
	case len(runs) == 0:
		return ClockHeld
	case m.now.After(c.Due):
		return ClockLate
	case !m.now.Before(c.SoonAt):
		return ClockSoon
	}
	return ClockOK
}

// within cuts the office's time to what lies between from and to.
func (m meter) within(from, to time.Time) []span {
	var out []span
	for _, r := range m.book.runs {
		if r.from.Before(from) {
			r.from = from
		}
		if !to.IsZero() && (r.to.IsZero() || r.to.After(to)) {
			r.to = to
		}
		if r.to.IsZero() || !r.to.Before(r.from) {
			out = append(out, r)
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// AnswerOf returns the answer's clock, or the zero Clock.
func AnswerOf(cs []Clock) Clock {
	for _, c := range cs {
		if c.Name == ClockAnswer {
			return c
		}
	}
	return Clock{}
}

// FeedbackOf returns the feedback's clock of a dispatch.
func FeedbackOf(cs []Clock, d DispatchID) Clock {
	for _, c := range cs {
		if c.Name == ClockFeedback && c.Dispatch == d {
			return c
		}
	}
	return Clock{}
}

// Nearest returns the running clock that ends first, or the zero Clock.
func Nearest(cs []Clock) Clock {
	var best Clock
	for _, c := range cs {
		if c.State != ClockOK && c.State != ClockSoon && c.State != ClockLate {
			continue
		}
		if best.Name == "" || c.Due.Before(best.Due) {
			best = c
		}
	}
	return best
}
