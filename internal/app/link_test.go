package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/request"
	"nuanxin/internal/sms"
)

// gate is a gateway that works or does not.
type gate struct{ broken bool }

func (g *gate) Send(context.Context, sms.Message) error {
	if g.broken {
		return errors.New("no route to the gateway")
	}
	return nil
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
	handler := door{app: w.app}.dispatched(texts(), g)
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
	if err := (door{app: w.app}).dispatched(texts(), nil)(system, event(w.defect.ID, d.ID, d.Body)); err != nil {
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
