package stationweb

import (
	"context"
	"net/http"
	"slices"
	"unicode/utf8"

	"nuanxin/internal/fault"
	"nuanxin/internal/plain"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// mostReport is how long the words of a report may be, in characters.
const mostReport = 300

// reportForm is a report as the form holds it.
type reportForm struct {
	reqID string
	what  station.What
	words string
}

// report takes a report to the station's host and leads to its progress.
func (p *pages) report(w http.ResponseWriter, r *http.Request) error {
	f, err := p.find(r)
	if err != nil {
		return err
	}
	if !f.InUse() {
		return fault.New("stationweb.report", fault.Conflict, "stations.report_gone")
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	form := reportForm{what: station.What(r.PostForm.Get("what")), words: plain.Text(r.PostForm.Get("words"))}
	if err := form.check(); err != nil {
		return p.again(w, r, f, form, err)
	}
	number, token, err := p.Reporter.Report(web.Named(r), f.ID, form.what, form.words)
	if fault.Is(err, fault.Invalid) {
		return p.again(w, r, f, form, err)
	}
	if err != nil {
		return err
	}
	if p.Hold != nil && token != "" {
		p.Hold(w, r, number, token)
	}
	web.SetFlash(w, r, "stations.reported", "Number", number)
	return web.See(w, r, ui.HrefHelp+"/"+number)
}

// again shows the station with the form as it was sent and what is wrong with it.
func (p *pages) again(w http.ResponseWriter, r *http.Request, f finder.Found, form reportForm, err error) error {
	form.reqID = web.NewReqID() // the refused one is spent
	page := p.stationPage(r, f)
	page.report, page.faults = &form, ui.FieldErrors(r.Context(), err)
	return web.Show(w, r, http.StatusUnprocessableEntity, stationView(page))
}

func (f reportForm) check() error {
	var form fault.Form
	if !slices.Contains(station.Whats(), f.what) {
		form.Add("what", "stations.report_what", nil)
	}
	if f.what == station.Other && f.words == "" {
		form.Add("words", "stations.report_words", nil)
	}
	if utf8.RuneCountInString(f.words) > mostReport {
		form.Add("words", "fault.long", fault.Args{"Limit": mostReport})
	}
	return form.Err("stationweb.report")
}

// reportable is what can be reported, with its icon and the things of which a
// station must have one for it to be offered.
type reportable struct {
	what  station.What
	icon  string
	needs amenity.Set
	usual bool // offered also where nobody has said what the station has
}

func reportables() []reportable {
	of := func(codes ...amenity.Code) amenity.Set {
		set, _ := amenity.Of(codes...)
		return set
	}
	return []reportable{
		{station.Locked, "lock", 0, true},
		{station.NoWater, "cup", of("hot_water", "water"), true},
		{station.Microwave, "microwave", of("heat_meal"), true},
		{station.Charging, "plug", of("charging"), false},
		{station.Swap, "swap", of("battery_swap"), false},
		{station.Toilet, "wc", of("toilet"), false},
		{station.Other, "chat", 0, true},
	}
}

// reportOptions are what can be wrong at a station.
func reportOptions(ctx context.Context, f finder.Found, chosen station.What) []ui.Option {
	var list []ui.Option
	for _, r := range reportables() {
		if r.needs == 0 || f.Services&r.needs != 0 || f.Services == 0 && r.usual {
			list = append(list, ui.Option{Value: string(r.what), Text: web.T(ctx, "stations.report_"+string(r.what)), Icon: r.icon, On: r.what == chosen})
		}
	}
	return list
}
