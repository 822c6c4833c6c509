package request

import (
	"slices"
	"strings"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
)

// Check notes in form what cannot be of the place and the files.
func (d Draft) Check(form *fault.Form) {
	if d.Place.Point != nil && !d.Place.Point.InChina() {
		form.Add("place", "request.place.outside", nil)
	}
	if strings.Trim(d.Place.Area, "0123456789") != "" || len(d.Place.Area) > 12 {
		form.Add("area", "request.area.wrong", nil)
	}
	if d.Place.Station != "" && !id.Valid(d.Place.Station) {
		form.Add("station", "request.station.needed", nil)
	}
	if len(d.Files) > MaxFiles || slices.ContainsFunc(d.Files, func(f File) bool { return f.Blob == "" || f.Kind != Photo && f.Kind != Voice }) {
		form.Add("files", "request.files.wrong", fault.Args{"Limit": MaxFiles})
	}
}

// CheckTasks refuses tasks that name nobody, are late before they start, or go to
// who has the matter already, as ds say.
func CheckTasks(tasks []Task, ds []Dispatch, now time.Time) error {
	if len(tasks) == 0 {
		return wrong("body", "fault.empty")
	}
	leads := 0
	for i, t := range tasks {
		if t.Lead {
			leads++
		}
		twice := slices.ContainsFunc(tasks[:i], func(o Task) bool { return o.Body == t.Body })
		switch {
		case !id.Valid(t.Body):
			return wrong("body", "fault.empty")
		case t.Deadline.IsZero() || !t.Deadline.After(now):
			return wrong("deadline", "request.deadline.past")
		case t.Deadline.After(now.AddDate(1, 0, 0)):
			return wrong("deadline", "request.deadline.far")
		case twice || slices.ContainsFunc(ds, func(d Dispatch) bool { return d.Body == t.Body && d.Holds() && d.State != DispatchReported }):
			return wrong("body", "request.body.twice")
		}
	}
	if leads > 1 {
		return wrong("lead", "request.lead.one")
	}
	return nil
}

// wrong is a fault of one field of a handing-out.
func wrong(field, msg string) error {
	var f fault.Form
	f.Add(field, msg, nil)
	return f.Err(string(Send))
}
