package desk

import (
	"net/http"
	"net/url"

	"nuanxin/internal/fault"
	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// dayForm is one special day as typed.
type dayForm struct {
	day, kind, reason string
	from, to          [2]string
	errors            ui.FormErrors
}

func readDay(v url.Values) dayForm {
	return dayForm{day: v.Get("day"), kind: v.Get("kind"), reason: v.Get("reason"), from: [2]string{v.Get("f0"), v.Get("f1")}, to: [2]string{v.Get("t0"), v.Get("t1")}}
}

// special understands the form: a day that is closed, or its own hours.
func (f dayForm) special() (hours.Special, error) {
	s := hours.Special{Day: f.day, Reason: f.reason}
	var form fault.Form
	if f.kind == "open" {
		for i := range f.from {
			if f.from[i]+f.to[i] == "" && i > 0 {
				continue
			}
			p, ok := tell.Period(f.from[i], f.to[i])
			if !ok {
				form.Add([]string{"f0", "f1"}[i], "stationdesk.wrong.times", fault.Args{"Row": i + 1})
			}
			s.Periods = append(s.Periods, p)
		}
	}
	return s, form.Err("station.set_day")
}

// days shows the days to come that have their own hours.
func (p *pages) days(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r, station.SetDay)
	if err != nil {
		return err
	}
	return p.showDays(w, r, http.StatusOK, v, dayForm{day: web.Day(web.Now(r.Context())), kind: "closed"})
}

func (p *pages) showDays(w http.ResponseWriter, r *http.Request, status int, v station.View, f dayForm) error {
	return web.Show(w, r, status, daysPage(p.under(r.Context(), v, tell.T(r.Context(), "days.title")), v, f))
}

// setDay gives a day its own hours, or closes it.
func (p *pages) setDay(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	v, err := p.load(r, station.SetDay)
	if err != nil {
		return err
	}
	f := readDay(r.PostForm)
	day, err := f.special()
	if err == nil {
		_, err = p.Stations.SetDay(web.Named(r), v.ID, day)
	}
	if err != nil && fault.KindOf(err) == fault.Invalid {
		f.errors = tell.Errors(r.Context(), err)
		return p.showDays(w, r, tell.HTTPStatus(err), v, f)
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, r, "stationdesk.flash.day")
	return web.See(w, r, tell.Href(v)+"/days")
}

// clearDay takes a special day back.
func (p *pages) clearDay(w http.ResponseWriter, r *http.Request) error {
	return tell.Clear(p.Stations, w, r, func(v station.View) string { return tell.Href(v) + "/days" })
}

// closing asks before a station is closed for good.
func (p *pages) closing(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r, station.Close)
	if err != nil {
		return err
	}
	return p.showClosing(w, r, http.StatusOK, v, "", ui.FormErrors{})
}

func (p *pages) showClosing(w http.ResponseWriter, r *http.Request, status int, v station.View, why string, errors ui.FormErrors) error {
	return web.Show(w, r, status, closePage(p.under(r.Context(), v, tell.T(r.Context(), "close")), v, why, errors))
}

// closeForGood closes a station; a tick and a reason are asked for.
func (p *pages) closeForGood(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	v, err := p.load(r, station.Close)
	if err != nil {
		return err
	}
	why := r.PostForm.Get("why")
	var f fault.Form
	if !r.PostForm.Has("sure") {
		f.Add("sure", "stationdesk.wrong.sure", nil)
	}
	if err = f.Err("station.close"); err == nil {
		_, err = p.Stations.CloseForGood(web.Named(r), v.ID, version(r), why)
	}
	switch {
	case err == nil:
		web.SetFlash(w, r, "stationdesk.flash.closed")
		return web.See(w, r, tell.Href(v))
	case fault.KindOf(err) == fault.Invalid:
		return p.showClosing(w, r, tell.HTTPStatus(err), v, why, tell.Errors(r.Context(), err))
	case fault.KindOf(err) == fault.Conflict && v.InUse():
		told := fault.New("station.close", fault.Invalid, fault.Of(err).Msg) // of the whole form
		return p.showClosing(w, r, tell.HTTPStatus(err), v, why, tell.Errors(r.Context(), told))
	}
	return err
}
