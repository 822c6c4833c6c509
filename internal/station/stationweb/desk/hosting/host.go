package hosting

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// hostForm is what a host's page shows again after a form was refused.
type hostForm struct {
	kind, until, today string // of today's form
	day, reason        string // of the day to come
	errors             ui.FormErrors
	defect, act        string // whose form was refused, and which
	words, later       string
}

// hosted are the stations that the reader runs, at most 200 of an organisation: those that somebody reported first.
func (p *pages) hosted(ctx context.Context) ([]station.View, error) {
	var all []station.View
	for _, g := range authz.From(ctx).Grants {
		if g.Role != authz.Host || g.Org == "" {
			continue
		}
		list, err := p.Stations.List(ctx, station.Filter{HostID: g.Org, Limit: 200})
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, byNeed)
	return all, nil
}

// byNeed puts first what workers found locked, then what has most reports.
func byNeed(a, b station.View) int {
	locked := func(v station.View) int {
		if v.Now.Status == station.LockedNow {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(locked(b), locked(a)), cmp.Compare(len(b.Live.Reports), len(a.Live.Reports)))
}

// hostPage is the frame of a host's page.
func (p *pages) hostPage(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	return p.Frame(ctx).At(tell.HrefHost, title, crumbs...)
}

// hostHome lists a host's stations; who runs one goes straight to it.
func (p *pages) hostHome(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !authz.From(ctx).Has(authz.Host) {
		return tell.Missing()
	}
	list, err := p.hosted(ctx)
	if err != nil {
		return err
	}
	if len(list) == 1 {
		return web.See(w, r, tell.HostHref(list[0]))
	}
	return web.Show(w, r, http.StatusOK, hostListPage(p.hostPage(ctx, tell.T(ctx, "host.title")), list))
}

func (p *pages) hostOne(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r, station.Inspect)
	if err != nil {
		return err
	}
	return p.showHost(w, r, http.StatusOK, v, hostForm{})
}

func (p *pages) showHost(w http.ResponseWriter, r *http.Request, status int, v station.View, f hostForm) error {
	ctx := r.Context()
	var defects []Defect
	if p.Defects != nil {
		var err error
		if defects, err = p.Defects.Open(ctx, string(v.ID)); err != nil {
			return err
		}
	}
	if f.until == "" {
		f.until = closesToday(v, web.Now(ctx), p.Calendar)
	}
	if f.day == "" {
		f.day = web.Day(web.Now(ctx).AddDate(0, 0, 1))
	}
	up := ui.Crumb{Text: tell.T(ctx, "host.title"), Href: tell.HrefHost}
	if !authz.From(ctx).Has(authz.Host) { // a cadre who looks on has no stations of their own
		up = ui.Crumb{Text: tell.T(ctx, "title"), Href: tell.HrefStations}
	}
	page := p.hostPage(ctx, v.Name, up, ui.Crumb{Text: tell.Code(v.Code)})
	page.Main = "two"
	h := hostView{View: v, form: f, defects: defects, reports: uncovered(v, defects)}
	return web.Show(w, r, status, hostStationPage(page, h))
}

// hostView is a host's station as its page shows it.
type hostView struct {
	station.View
	form    hostForm
	defects []Defect
	reports []tell.Group // reported, without a request that the host could answer
}

// uncovered are the reports that no listed defect is about.
func uncovered(v station.View, defects []Defect) []tell.Group {
	var rest []station.Report
	for _, rep := range v.Live.Reports {
		if !slices.ContainsFunc(defects, func(d Defect) bool { return d.Number == rep.Number }) {
			rest = append(rest, rep)
		}
	}
	return tell.Groups(rest)
}

// today is the special day of today, if there is one.
func (h hostView) today(ctx context.Context) (station.Day, bool) {
	i := slices.IndexFunc(h.Live.Days, func(d station.Day) bool { return d.Day == web.Day(web.Now(ctx)) })
	if i < 0 {
		return station.Day{}, false
	}
	return h.Live.Days[i], true
}

// coming are the special days after today.
func (h hostView) coming(ctx context.Context) []station.Day {
	var out []station.Day
	for _, d := range h.Live.Days {
		if d.Day > web.Day(web.Now(ctx)) {
			out = append(out, d)
		}
	}
	return out
}

// spansToday are today's openings by the weekly hours, in minutes.
func spansToday(t hours.Table, now time.Time, cal hours.Calendar) []hours.Period {
	t.Special = nil
	local := now.In(clock.Zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, clock.Zone)
	end := midnight.AddDate(0, 0, 1)
	minute := func(at time.Time) int { return int(at.Sub(midnight) / time.Minute) }
	var out []hours.Period
	for at := midnight; at.Before(end); {
		s := t.At(at, cal)
		switch {
		case s.Status.IsOpen() && (s.Until.IsZero() || s.Until.After(end.AddDate(0, 0, 1))):
			return append(out, hours.Period{From: minute(at), To: 24 * 60})
		case s.Status.IsOpen() && s.Until.After(at):
			out = append(out, hours.Period{From: minute(at), To: minute(s.Until)})
			at = s.Until
		case !s.Next.After(at):
			return out
		default:
			at = s.Next
		}
	}
	return out
}

// closesToday is when the station closes today, as the form says it.
func closesToday(v station.View, now time.Time, cal hours.Calendar) string {
	if v.Now.Status.IsOpen() && !v.Now.Until.IsZero() {
		return web24(v.Now.Until)
	}
	spans := spansToday(v.Hours, now, cal)
	if len(spans) == 0 {
		return ""
	}
	return tell.TimeText(spans[len(spans)-1].To)
}

func web24(at time.Time) string { return at.In(clock.Zone).Format("15:04") }

// openUntil returns today's openings so that the station is open until the
// given time: what lies before stays, what lies after is cut, and where it is
// closed now it opens now. A time that is over means tomorrow when it is in the
// small hours, or not half a day away; else it is a mistake, and refused.
func openUntil(spans []hours.Period, now int, until int) ([]hours.Period, bool) {
	if until <= now {
		if until += 24 * 60; until > 30*60 && until-now > 12*60 {
			return nil, false
		}
	}
	var out []hours.Period
	open := false
	for _, s := range spans {
		if s.From >= until || s.From > now && open {
			continue
		}
		if s.From <= now && now < s.To {
			s.To, open = until, true
		}
		if s.From > now && !open { // opens later today: from then on
			s.To, open = until, true
		}
		out = append(out, s)
	}
	if !open {
		out = append(out, hours.Period{From: now, To: until})
	}
	for i := range out {
		out[i].To = min(out[i].To, out[i].From+24*60)
	}
	return out, true
}

// hostToday changes today's opening: until a time, closed, or as always.
func (p *pages) hostToday(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	ctx := r.Context()
	v, err := p.load(r, station.SetDay)
	if err != nil {
		return err
	}
	f := hostForm{kind: r.PostForm.Get("kind"), until: r.PostForm.Get("until"), today: r.PostForm.Get("today_reason")}
	today := web.Day(web.Now(ctx))
	if f.kind == "usual" {
		_, err = p.Stations.ClearDay(web.Named(r), v.ID, today)
	} else {
		var day hours.Special
		if day, err = p.todayOf(ctx, v, f); err == nil {
			_, err = p.Stations.SetDay(web.Named(r), v.ID, day)
		}
	}
	if err != nil && fault.KindOf(err) == fault.Invalid {
		f.errors = tell.Errors(ctx, tell.Rename(err, "reason", "today_reason"))
		return p.showHost(w, r, tell.HTTPStatus(err), v, f)
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, r, "stationdesk.flash.today")
	return web.See(w, r, tell.HostHref(v))
}

// todayOf understands today's form.
func (p *pages) todayOf(ctx context.Context, v station.View, f hostForm) (hours.Special, error) {
	now := web.Now(ctx).In(clock.Zone)
	day := hours.Special{Day: web.Day(now), Reason: f.today}
	var wrong fault.Form
	switch f.kind {
	case "closed":
	case "until":
		until, ok := tell.Minutes(f.until)
		if ok {
			day.Periods, ok = openUntil(spansToday(v.Hours, now, p.Calendar), now.Hour()*60+now.Minute(), until)
		}
		if !ok {
			wrong.Add("until", "stationdesk.wrong.until", nil)
		}
	default:
		wrong.Add("kind", "stationdesk.wrong.kind", nil)
	}
	return day, wrong.Err("station.set_day")
}

// hostDay closes the station for a day to come.
func (p *pages) hostDay(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	v, err := p.load(r, station.SetDay)
	if err != nil {
		return err
	}
	f := hostForm{day: r.PostForm.Get("day"), reason: r.PostForm.Get("reason")}
	_, err = p.Stations.SetDay(web.Named(r), v.ID, hours.Special{Day: f.day, Reason: f.reason})
	if err != nil && fault.KindOf(err) == fault.Invalid {
		f.errors = tell.Errors(r.Context(), err)
		return p.showHost(w, r, tell.HTTPStatus(err), v, f)
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, r, "stationdesk.flash.day")
	return web.See(w, r, tell.HostHref(v))
}

func (p *pages) hostClearDay(w http.ResponseWriter, r *http.Request) error {
	return tell.Clear(p.Stations, w, r, tell.HostHref)
}
func (p *pages) hostMended(w http.ResponseWriter, r *http.Request) error {
	return tell.Settle(p.Stations, w, r, tell.HostHref)
}

// The answers to a defect; each is also how the input of its words is called,
// before the defect's id.
const (
	actFixed = "w-"
	actLater = "l-"
)

// hostFixed says that a defect is mended.
func (p *pages) hostFixed(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, actFixed, "stationdesk.flash.mended", func(ctx context.Context, id string, f hostForm) error {
		return p.Defects.Fixed(ctx, id, f.words)
	})
}

// hostLater says why a defect is not mended yet, and by when it will be.
func (p *pages) hostLater(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, actLater, "stationdesk.flash.later", func(ctx context.Context, id string, f hostForm) error {
		var wrong fault.Form
		if f.words == "" {
			wrong.Add("words", "stationdesk.wrong.reason", nil)
		}
		if f.later != "" && (tell.Noon(f.later).IsZero() || f.later < web.Day(web.Now(ctx))) {
			wrong.Add("later", "stationdesk.wrong.later", nil)
		}
		if err := wrong.Err("station.defect"); err != nil {
			return err
		}
		return p.Defects.NotYet(ctx, id, f.words, f.later)
	})
}

// answer answers one defect of the station, and only one that is open there.
func (p *pages) answer(w http.ResponseWriter, r *http.Request, input, told string, do func(context.Context, string, hostForm) error) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	v, err := p.load(r, station.Settle)
	if err != nil {
		return err
	}
	open, err := p.Defects.Open(r.Context(), string(v.ID))
	if err != nil {
		return err
	}
	id := r.PathValue("defect")
	if !slices.ContainsFunc(open, func(d Defect) bool { return d.ID == id }) {
		return fault.New("station.defect", fault.Conflict, "stationdesk.defect_gone")
	}
	f := hostForm{defect: id, act: input, words: r.PostForm.Get("words"), later: r.PostForm.Get("later")}
	err = do(web.Named(r), id, f)
	if err != nil && fault.KindOf(err) == fault.Invalid {
		f.errors = tell.Errors(r.Context(), tell.Rename(tell.Rename(tell.Rename(err, "words", input+id), "later", "t-"+id), "until", "t-"+id))
		return p.showHost(w, r, tell.HTTPStatus(err), v, f)
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, r, told)
	return web.See(w, r, tell.HostHref(v))
}

// of is the form's state for one defect: only the refused one keeps its words.
func (f hostForm) of(d Defect) hostForm {
	if f.defect != d.ID {
		return hostForm{}
	}
	return f
}

// kept are the words of the form that was refused.
func (f hostForm) kept(act string) string {
	if f.act != act {
		return ""
	}
	return f.words
}

// hostSub is the second line of a station in its host's list.
func hostSub(ctx context.Context, v station.View) string {
	return tell.T(ctx, "and", "A", tell.StatusOf(ctx, v).Text, "B", tell.Age(ctx, v.Now))
}

// reported marks a station that waits for its host.
func reported(ctx context.Context, v station.View) templ.Component {
	n := len(v.Live.Reports)
	if n == 0 {
		return nil
	}
	return ui.Chip(ui.Rose, "alert", tell.T(ctx, "reports", "Count", web.Count(int64(n))))
}
