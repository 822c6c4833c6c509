package request

import (
	"slices"

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

// Busy reports whether the matter is with the union or with a body.
func (s Status) Busy() bool { return slices.Contains(busy, s) }

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
