package request

import (
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
)

// life are the states in which the union has something to do or wait for.
var life = []Status{StatusReceived, StatusSeen, StatusDispatched, StatusBounced, StatusAccepted, StatusWorking, StatusWaiting, StatusAnswered, StatusUnsolved}

// busy are the states in which the matter is with the union or with a body.
var busy = []Status{StatusReceived, StatusSeen, StatusDispatched, StatusBounced, StatusAccepted, StatusWorking, StatusUnsolved}

// fits says in which states each kind of act may happen. What is not listed may
// always happen. The worker's judgement reaches further than anybody's: a matter
// may be solved or not whatever the office has done so far.
var fits = map[Kind][]Status{
	KindAdded:      without(Statuses(), StatusWithdrawn),
	KindReplied:    {StatusWaiting},
	KindChased:     busy,
	KindSolved:     without(Statuses(), StatusSolved, StatusWithdrawn, StatusMerged),
	KindUnsolved:   {StatusAnswered, StatusNotOurs, StatusSolved},
	KindWithdrawn:  without(Statuses(), StatusSolved, StatusWithdrawn),
	KindLeft:       without(Statuses(), StatusWithdrawn),
	KindSeen:       {StatusReceived},
	KindAssigned:   without(Statuses(), StatusWithdrawn),
	KindDispatched: append(slices.Clone(busy), StatusWaiting),
	KindRecalled:   without(Statuses(), StatusWithdrawn, StatusMerged),
	KindTold:       without(Statuses(), StatusWithdrawn),
	KindBriefed:    without(Statuses(), StatusWithdrawn, StatusMerged),
	KindAnswered:   life,
	KindAsked:      busy,
	KindMerged:     append(slices.Clone(busy), StatusWaiting, StatusAnswered),
	KindUnmerged:   {StatusMerged},
	KindNotOurs:    append(slices.Clone(busy), StatusWaiting),
	KindRaised:     append(slices.Clone(busy), StatusWaiting),
	KindOpened:     without(Statuses(), StatusWithdrawn),
	KindSigned:     append(slices.Clone(busy), StatusWaiting),
	KindBounced:    append(slices.Clone(busy), StatusWaiting),
	KindWorking:    append(slices.Clone(busy), StatusWaiting),
	KindReported:   append(slices.Clone(busy), StatusWaiting, StatusAnswered),
	KindMoreTime:   append(slices.Clone(busy), StatusWaiting),
	KindGranted:    append(slices.Clone(busy), StatusWaiting),
	KindRefused:    append(slices.Clone(busy), StatusWaiting),
	KindMended:     append(slices.Clone(busy), StatusWaiting, StatusMerged),
}

func without(all []Status, not ...Status) []Status {
	return slices.DeleteFunc(slices.Clone(all), func(s Status) bool { return slices.Contains(not, s) })
}

// May reports whether an act of this kind fits a request in state s. Pages ask
// it to show only the buttons that work.
func (s Status) May(k Kind) bool {
	in, limited := fits[k]
	return !limited || slices.Contains(in, s)
}

// Life lists the states in which the union has something to do or wait for.
func Life() []Status { return slices.Clone(life) }

// Closed lists the others.
func Closed() []Status { return without(Statuses(), life...) }

// BusyStatuses lists the states in which the matter is with the union or a body.
func BusyStatuses() []Status { return slices.Clone(busy) }

// Busy reports whether the matter is with the union or with a body.
func (s Status) Busy() bool { return slices.Contains(busy, s) }

// Promises reports whether the date of the answer stands and runs: with the union
// or a body, or joined to another matter.
func (s Status) Promises() bool { return s.Busy() || s == StatusMerged }

// Open reports whether the matter still needs somebody.
func (s Status) Open() bool { return slices.Contains(life, s) }

// Fit refuses an act that does not fit the state.
func (r *Request) Fit(k Kind) error {
	if r.Status.May(k) {
		return nil
	}
	return fault.New("request."+string(k), fault.Conflict, "request.state").With(fault.Args{"Status": string(r.Status)})
}

// MayBounce says why a dispatch may not be sent back, or nil.
func (r *Request) MayBounce(d Dispatch, l Limits) error {
	switch {
	case !d.Holds() || d.State == DispatchReported:
		return fault.New(string(Bounce), fault.Conflict, "request.dispatch.over")
	case d.Silent(l):
		return fault.New(string(Bounce), fault.Conflict, "request.bounce.silent")
	case d.Final || r.Bounces >= l.Bounces:
		return fault.New(string(Bounce), fault.Conflict, "request.bounce.limit").With(fault.Args{"Limit": l.Bounces})
	case !r.Status.May(KindBounced):
		return r.Fit(KindBounced)
	}
	return nil
}

// MayAskTime says why a body may not ask for more time for a dispatch, or nil:
// only before its time ends, and so often as the rule says. The clock is the
// dispatch's own, and asked how often it was asked for.
func (r *Request) MayAskTime(d Dispatch, c Clock, asked int, l Limits) error {
	refuse := func(msg string) error { return fault.New(string(MoreTime), fault.Conflict, msg) }
	switch {
	case !d.Holds() || d.State == DispatchReported:
		return refuse("request.dispatch.over")
	case d.Asks():
		return refuse("request.more.asked")
	case asked >= l.MoreTimes:
		return refuse("request.more.limit")
	case c.State == ClockLate:
		return refuse("request.more.late")
	}
	return r.Fit(KindMoreTime)
}

// CheckLater refuses a date that is no more time than there is, or out of reach.
func (d Dispatch) CheckLater(act authz.Action, until, now time.Time) error {
	var form fault.Form
	switch {
	case !until.After(d.Until()) || !until.After(now):
		form.Add("until", "request.more.sooner", nil)
	case until.After(now.AddDate(1, 0, 0)):
		form.Add("until", "request.deadline.far", nil)
	}
	return form.Err(string(act))
}

// AskedTime counts how often more time was asked for a dispatch.
func AskedTime(es []Entry, d DispatchID) (n int) {
	for _, e := range es {
		if e.Kind == KindMoreTime && e.Dispatch == d {
			n++
		}
	}
	return n
}

// Derive is the state of a request that is neither held nor finished, from the
// hands it is in. What was sent back and not acted upon outweighs the rest: it
// must not hide behind a second body that works.
func Derive(seen bool, reopened int, ds []Dispatch) Status {
	best := StatusReceived
	if seen {
		best = StatusSeen
	}
	if reopened > 0 {
		best = StatusUnsolved
	}
	rank := 0
	for _, d := range ds {
		var s Status
		var n int
		switch d.State {
		case DispatchBounced:
			return StatusBounced
		case DispatchSent, DispatchOpened:
			s, n = StatusDispatched, 1
		case DispatchSigned:
			s, n = StatusAccepted, 2
		case DispatchWorking, DispatchReported:
			s, n = StatusWorking, 3
		default:
			continue
		}
		if n = 2*n + lead(d); n > rank {
			best, rank = s, n
		}
	}
	return best
}

// lead makes the leading body decide between equals.
func lead(d Dispatch) int {
	if d.Lead {
		return 1
	}
	return 0
}
