package tell

import (
	"context"
	"net/http"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/station"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Where the pages are.
const (
	HrefStations = "/desk/stations" // the list of the staff
	HrefHost     = "/host"
)

// Missing is the answer to whoever has nothing to look for here.
func Missing() error { return fault.New("station.desk", fault.Missing, "fault.missing") }

// Load returns the station of the request's path if the reader oversees or runs
// it and may do act. Else it is missing, whether or not it is public.
func Load(s *station.Service, r *http.Request, act authz.Action) (station.View, error) {
	own, err := id.Parse[station.ID](r.PathValue("id"))
	if err != nil {
		return station.View{}, Missing()
	}
	v, err := s.Get(r.Context(), own)
	if err != nil {
		return v, err
	}
	switch {
	case !May(r.Context(), station.Inspect, v):
		return v, Missing()
	case !May(r.Context(), act, v):
		return v, fault.New(string(act), fault.Denied, "fault.denied")
	}
	return v, nil
}

// May reports whether the reader may do act to the station.
func May(ctx context.Context, act authz.Action, v station.View) bool {
	return station.Policy.May(authz.From(ctx), act, v.AuthzObject())
}

// Href is a station's staff page.
func Href(v station.View) string { return HrefStations + "/" + string(v.ID) }

// HostHref is a station's page for its host.
func HostHref(v station.View) string { return HrefHost + "/" + string(v.ID) }

// WorkerHref is the station's page for workers.
func WorkerHref(v station.View) string { return "/stations/" + v.Code }

// Settle answers the form that says that the reports of one kind are settled.
func Settle(s *station.Service, w http.ResponseWriter, r *http.Request, back func(station.View) string) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	v, err := Load(s, r, station.Settle)
	if err != nil {
		return err
	}
	what := station.What(r.PostForm.Get("what"))
	if !slices.Contains(station.Whats(), what) {
		return Missing()
	}
	if _, err := s.Fixed(web.Named(r), v.ID, what); err != nil {
		return err
	}
	web.SetFlash(w, r, "stationdesk.flash.mended")
	return web.See(w, r, back(v))
}

// Clear answers the form that takes a special day back.
func Clear(s *station.Service, w http.ResponseWriter, r *http.Request, back func(station.View) string) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	v, err := Load(s, r, station.SetDay)
	if err != nil {
		return err
	}
	if _, err := s.ClearDay(web.Named(r), v.ID, r.PostForm.Get("day")); err != nil {
		return err
	}
	web.SetFlash(w, r, "stationdesk.flash.cleared")
	return web.See(w, r, back(v))
}

// Errors are the faults of a form for its summary, in this package's words
// and under the names of its inputs.
func Errors(ctx context.Context, err error) ui.FormErrors {
	e := *fault.Of(Rename(err, "size", "metres"))
	for i := range e.Fields {
		if e.Fields[i].Msg == "fault.long" {
			e.Fields[i].Msg = "stationdesk.wrong.long"
		}
	}
	return ui.FieldErrors(ctx, &e)
}

// HTTPStatus is the status of a page that shows a form again.
func HTTPStatus(err error) int { return web.Status(fault.KindOf(err)) }

// Rename gives the faults of one input to another input.
func Rename(err error, from, to string) error {
	e := *fault.Of(err)
	e.Fields = slices.Clone(e.Fields)
	for i := range e.Fields {
		if e.Fields[i].Name == from {
			e.Fields[i].Name = to
		}
	}
	return &e
}

// Members reports whether the reader lists members where the station is.
func Members(ctx context.Context, v station.View) bool {
	return lists.May(authz.From(ctx), "member.list", v.AuthzObject())
}

// lists says who lists the members of an area. It shows a link: what stands behind it is
// decided there.
var lists = authz.Rules{"member.list": authz.InArea(authz.Cadre, authz.Leader)}
