package request

import (
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/workday"
)

// What a body may do is told of the hand that its forms act upon, not of another.
func TestMatterTellsOfTheHandThatIsActedUpon(t *testing.T) {
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	body := authz.Subject{ID: "w", Kind: authz.Staff, Grants: []authz.Grant{{Role: authz.Partner, Org: "b"}}}
	hand := func(id DispatchID, s DispatchState, final bool) Dispatch {
		return Dispatch{ID: id, Body: "b", State: s, Final: final, SentAt: now, Deadline: now.Add(48 * time.Hour)}
	}
	asked := hand("1", DispatchWorking, true)
	asked.AskedUntil = now.Add(72 * time.Hour)
	for _, c := range []struct {
		say             string
		ds              []Dispatch
		bounce, askTime bool
	}{
		{"one that may do all", []Dispatch{hand("1", DispatchSent, false)}, true, true},
		{"one that is final and has asked, before one that may do all", []Dispatch{asked, hand("2", DispatchSent, false)}, false, false},
		{"one that was answered, before one that may do all", []Dispatch{hand("1", DispatchReported, false), hand("2", DispatchSent, false)}, true, true},
		{"one that was answered alone", []Dispatch{hand("1", DispatchReported, false)}, false, false},
	} {
		w := Whole{Request: &Request{ID: "r", Status: StatusDispatched}, Dispatches: c.ds, Limits: Builtin()}
		if m := w.Matter(body, workday.Calendar{}, now); m.MayBounce != c.bounce || m.MayAskTime != c.askTime {
			t.Errorf("%s: got bounce %v, more time %v; want %v, %v", c.say, m.MayBounce, m.MayAskTime, c.bounce, c.askTime)
		}
	}
}
