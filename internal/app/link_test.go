package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/app/choice"
	"nuanxin/internal/app/door"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/request"
	"nuanxin/internal/sms"
)

// gate is a gateway that works, is away, or refuses.
type gate struct {
	broken, refuses bool
	taken           int
}

func (g *gate) Send(context.Context, sms.Message) error {
	switch {
	case g.broken:
		return fault.New("test", fault.Busy, "sms.busy")
	case g.refuses:
		return errors.New("the gateway refuses: status 400")
	}
	g.taken++
	return nil
}

// doorWith is the door with another gateway.
func (a *App) doorWith(sender sms.Sender) door.Door {
	d := a.door
	d.Sender = sender
	return d
}

// TestLinkOutcome holds what the desk is told about the link to each body: two
// bodies, one of which cannot be reached, must not both look as if they knew.
func TestLinkOutcome(t *testing.T) {
	w := newWorld(t)
	system := authz.AsSystem(t.Context(), "job")
	event := func(r request.ID, d request.DispatchID, body string) job.Event {
		text, err := json.Marshal(request.Dispatched{ID: r, Dispatch: d, Body: body})
		if err != nil {
			t.Fatal(err)
		}
		return job.Event{ID: id.New[string](), Body: text}
	}
	facts := func(r request.ID) (all []string) {
		c := must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), request.Ref{ID: r}))
		for _, e := range c.Timeline {
			if e.Kind == request.KindLinked {
				all = append(all, e.Fact)
			}
		}
		return all
	}
	g := &gate{broken: true}
	handler := w.app.doorWith(g).Dispatched
	first := event(w.request.ID, w.dispatch, string(w.body))
	for range 2 {
		if err := handler(system, first); err == nil {
			t.Error("a link that did not go out must be tried again")
		}
	}
	if got := facts(w.request.ID); !slices.Equal(got, []string{request.LinkFailed}) {
		t.Errorf("while the gateway is down: got %v, want it said once", got)
	}
	g.broken = false
	for range 2 { // events come at least once
		if err := handler(system, first); err != nil {
			t.Error(err)
		}
	}
	if got := facts(w.request.ID); !slices.Equal(got, []string{request.LinkFailed, request.LinkSent}) {
		t.Errorf("when it works again: got %v, want it said once", got)
	}

	c := must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), request.Ref{ID: w.defect.ID}))
	d := c.Dispatches[0] // with the station's host, of whom no phone is known
	if err := handler(system, event(w.defect.ID, d.ID, d.Body)); err != nil {
		t.Error(err)
	}
	if got := facts(w.defect.ID); !slices.Equal(got, []string{request.LinkNoPhone}) {
		t.Errorf("without a phone: got %v", got)
	}
	if err := w.app.doorWith(nil).Dispatched(system, event(w.defect.ID, d.ID, d.Body)); err != nil {
		t.Error(err)
	}
	if got := facts(w.defect.ID); !slices.Equal(got, []string{request.LinkNoPhone, request.LinkOff}) {
		t.Errorf("without a gateway: got %v", got)
	}
	if _, err := w.app.Requests.Sign(w.as(t, "host"), request.Ref{ID: w.defect.ID}, d.ID, ""); err != nil {
		t.Fatal(err)
	}
	if err := handler(system, event(w.defect.ID, d.ID, d.Body)); err != nil || len(facts(w.defect.ID)) != 2 {
		t.Errorf("once it was signed for: %v, %v; want nothing more said", facts(w.defect.ID), err)
	}
	if err := handler(system, event(w.request.ID, "01a20000-0000-7000-8000-000000000000", string(w.body))); err != nil {
		t.Errorf("a handing that is gone: got %v, want it to pass", err)
	}
}

// TestARefusedNumberHoldsUpNothing holds that a number that the gateway refuses is
// told to the cadre and not tried again, since the worker's messages about the
// request wait behind it; and that nobody is called to what was taken back.
func TestARefusedNumberHoldsUpNothing(t *testing.T) {
	w := newWorld(t)
	system := authz.AsSystem(t.Context(), "job")
	text := must[[]byte](t)(json.Marshal(request.Dispatched{ID: w.request.ID, Dispatch: w.dispatch, Body: string(w.body)}))
	g := &gate{refuses: true}
	d := w.app.doorWith(g)
	all := map[string]job.Handler{"dispatched": d.Dispatched, "addressed": d.Addressed, "reminded": d.Reminded}
	for name, h := range all {
		if err := h(system, job.Event{ID: id.New[string](), Body: text}); err != nil {
			t.Errorf("%s: got %v, want it to pass", name, err)
		}
	}
	c := must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), request.Ref{ID: w.request.ID}))
	if got := request.LinkOf(c.Timeline, w.dispatch); got != request.LinkRefused {
		t.Errorf("the cadre reads %q, want that it was refused", got)
	}
	must[request.Receipt](t)(w.app.Requests.Recall(w.as(t, "cadre"), request.Ref{ID: w.request.ID}, w.dispatch, "派错了"))
	g.refuses = false
	for name, h := range all {
		if err := h(system, job.Event{ID: id.New[string](), Body: text}); err != nil || g.taken != 0 {
			t.Errorf("%s, recalled: got %d messages, %v; want none", name, g.taken, err)
		}
	}
}

// TestABodyIsReminded holds that a body that only has a link hears of each step
// of the ladder about its own time, until it has done what it is reminded of.
func TestABodyIsReminded(t *testing.T) {
	w := newWorld(t)
	cadre, partner := w.as(t, "cadre"), w.as(t, "partner") // their sessions end in the days that follow
	climb := func(days int) (all []string) {
		w.clock.Move(time.Duration(days) * 24 * time.Hour)
		before := len(w.app.Messages())
		must[int](t)(w.app.Requests.Climb(authz.AsSystem(t.Context(), "job")))
		if err := w.app.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, m := range w.app.Messages()[:len(w.app.Messages())-before] {
			if m.To == "19900000101" {
				all = append(all, m.Text)
			}
		}
		return all
	}
	reminded := func() (n int) {
		c := must[request.Case](t)(w.app.Requests.Case(cadre, request.Ref{ID: w.request.ID}))
		for _, e := range c.Timeline {
			if e.Kind == request.KindReminded && e.Dispatch != "" {
				n++
			}
		}
		return n
	}
	if err := w.app.Deliver(t.Context()); err != nil { // the first links
		t.Fatal(err)
	}
	got := climb(1)
	if len(got) == 0 || len(got) != reminded() || !strings.Contains(got[0], "/p/") || !strings.Contains(got[0], "还等着你们") || strings.Contains(got[0], "东门") {
		t.Errorf("got %q after %d reminders, want the link for each, and nothing of the matter", got, reminded())
	}
	if again := climb(0); len(again) != 0 {
		t.Errorf("without another step: got %q, want nothing", again)
	}
	must[request.Receipt](t)(w.app.Requests.Sign(partner, request.Ref{ID: w.request.ID}, w.dispatch, "王科长"))
	before := reminded()
	if got := climb(2); len(got) == 0 || len(got) != reminded()-before {
		t.Errorf("signed for and not answered: got %q after %d reminders, want the link for each", got, reminded()-before)
	}
	must[request.Receipt](t)(w.app.Requests.Recall(cadre, request.Ref{ID: w.request.ID}, w.dispatch, "派错了"))
	if got := climb(2); slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "还等着你们") }) {
		t.Errorf("recalled: got %q, want no reminder", got)
	}
}

// TestABodyIsToldByLink holds that the union's words reach a body that only has
// a link, at each time once.
func TestABodyIsToldByLink(t *testing.T) {
	w := newWorld(t)
	deliver := func() int {
		if err := w.app.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		return len(w.app.Messages())
	}
	before := deliver()
	if _, err := w.app.Requests.Brief(w.as(t, "cadre"), request.Ref{ID: w.request.ID}, w.dispatch, request.Message{Words: "本人又说了一句"}); err != nil {
		t.Fatal(err)
	}
	if got := deliver() - before; got != 1 {
		t.Errorf("after the union's words: got %d messages, want one", got)
	}
	if got := w.app.Messages()[0].Text; !strings.Contains(got, "/p/") || strings.Contains(got, "又说了一句") {
		t.Errorf("got %q, want the link and nothing of the matter", got)
	}
}

// TestABodyIsLedToItsMatters holds that a page that tells a failure leads nobody to
// a door that is shut: a body that came by link has no desk, and one whose link is
// over has no account.
func TestABodyIsLedToItsMatters(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ say, path, who, home string }{
		{"a matter of others, by link", "/matters/" + string(w.other.ID), "link", "/matters"},
		{"a link that is over, opened by nobody", "/p/gone", "nobody", "/"},
		{"a body with an account", "/matters/" + string(w.other.ID), "partner", "/desk"},
	} {
		a := w.ask(t, c.path, "nx="+w.tokens[c.who])
		if !strings.Contains(a.Body.String(), `href="`+c.home+`"`) || c.home != "/desk" && strings.Contains(a.Body.String(), `href="/desk"`) {
			t.Errorf("%s: got %d without a way to %s alone: %s", c.say, a.Code, c.home, a.Body)
		}
		if got := w.ask(t, c.home, "nx="+w.tokens[c.who]).Code; got >= 400 {
			t.Errorf("%s: %s answers %d, want a page", c.say, c.home, got)
		}
	}
}

// TestNotYetButToday holds that a host may promise today until the office closes,
// and in the evening, too.
func TestNotYetButToday(t *testing.T) {
	w := newWorld(t)
	host, cadre := w.as(t, "host"), w.as(t, "cadre")
	for _, c := range []struct{ on, want time.Duration }{{7*time.Hour + 10*time.Minute, 7*time.Hour + 30*time.Minute}, {2 * time.Hour, 13*time.Hour + 59*time.Minute}} {
		w.clock.Move(c.on)
		if err := (choice.Defects{Requests: w.app.Requests, Clock: w.clock}).NotYet(host, string(w.defect.ID), "等零件", "2026-11-24"); err != nil {
			t.Fatal(err)
		}
		one := must[request.Case](t)(w.app.Requests.Case(cadre, request.Ref{ID: w.defect.ID}))
		if got := one.Timeline[len(one.Timeline)-1].Until; !got.Equal(morning.Add(c.want)) {
			t.Errorf("at %v: got until %v, want %v", w.clock.Now(), got, morning.Add(c.want))
		}
	}
}
