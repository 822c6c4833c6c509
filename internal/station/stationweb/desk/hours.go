package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// hoursForm is the weekly hours as they stand in the form.
type hoursForm struct {
	rows    []hourRow
	unknown bool
	printed string        // the words of the source
	doubts  []hours.Doubt // of the words that were just read
	read    bool          // words were just read
	preview string
	version int64
	errors  ui.FormErrors
	clash   *clash
}

// hourRow is one row as typed.
type hourRow struct {
	days        hours.Days
	from, to    string
	start, end  string // of the season, MM-DD
	hasInSeason bool
}

// maxRows is how many rows a table may have in the form.
const maxRows = 30

// dayKey is one box to tick of a row.
type dayKey struct {
	name string
	bit  hours.Days
}

func dayKeys() []dayKey {
	return []dayKey{{"mon", hours.Monday}, {"tue", hours.Tuesday}, {"wed", hours.Wednesday}, {"thu", hours.Thursday}, {"fri", hours.Friday}, {"sat", hours.Saturday}, {"sun", hours.Sunday},
		{"every", hours.EveryDay}, {"work", hours.Workdays}, {"holiday", hours.Holidays}, {"except", hours.ExceptHolidays}}
}

// ticked lists the boxes that say days in the fewest ticks.
func (r hourRow) ticked(k dayKey) bool {
	switch {
	case k.bit == hours.EveryDay:
		return r.days&hours.EveryDay == hours.EveryDay
	case k.bit&hours.EveryDay != 0:
		return r.days&hours.EveryDay != hours.EveryDay && r.days&k.bit != 0
	}
	return r.days&k.bit != 0
}

func formOf(t hours.Table) hoursForm {
	f := hoursForm{unknown: !t.Known, printed: t.Printed}
	for _, r := range t.Rows {
		f.rows = append(f.rows, hourRow{r.Days, tell.TimeText(r.From), tell.TimeText(r.To), r.Season.From, r.Season.To, r.Season != hours.Season{}})
	}
	return f
}

func readHours(v url.Values) hoursForm {
	f := hoursForm{unknown: v.Has("unknown"), printed: strings.TrimSpace(v.Get("printed"))}
	n, _ := strconv.Atoi(v.Get("rows")) // none when it is no number
	for i := range min(n, maxRows) {
		s := strconv.Itoa(i)
		row := hourRow{from: v.Get("f" + s), to: v.Get("t" + s), start: strings.TrimSpace(v.Get("s" + s)), end: strings.TrimSpace(v.Get("e" + s))}
		for _, name := range v["d"+s] {
			if at := slices.IndexFunc(dayKeys(), func(k dayKey) bool { return k.name == name }); at >= 0 {
				row.days |= dayKeys()[at].bit
			}
		}
		row.hasInSeason = row.start+row.end != ""
		f.rows = append(f.rows, row)
	}
	return f
}

// table understands the form. Rows that are wholly empty are left out.
func (f hoursForm) table() (hours.Table, error) {
	t := hours.Table{Known: !f.unknown, Printed: f.printed}
	var form fault.Form
	for i, r := range f.rows {
		if r.days == 0 && r.from == "" && r.to == "" {
			continue
		}
		name, args := "d"+strconv.Itoa(i), fault.Args{"Row": i + 1}
		p, ok := tell.Period(r.from, r.to)
		row := hours.Row{Days: r.days, From: p.From, To: p.To, Season: hours.Season{From: r.start, To: r.end}}
		switch err := (hours.Table{Rows: []hours.Row{row}}).Check(); {
		case !ok:
			form.Add("f"+strconv.Itoa(i), "stationdesk.wrong.times", args)
		case r.days&^hours.ExceptHolidays == 0:
			form.Add(name, "stationdesk.wrong.no_days", args)
		case err != nil:
			form.Add("s"+strconv.Itoa(i), "stationdesk.wrong.season", args)
		default:
			t.Rows = append(t.Rows, row)
		}
	}
	if t.Known && len(t.Rows) == 0 && form.Err("") == nil {
		form.Add("unknown", "stationdesk.wrong.no_hours", nil)
	}
	if f.unknown {
		t.Rows = nil
	}
	return t, form.Err("station.hours")
}

// hours shows the weekly hours as a form.
func (p *pages) hours(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r, station.Edit)
	if err != nil {
		return err
	}
	return p.showHours(w, r, http.StatusOK, v, formOf(v.Hours))
}

// saveHours does what the pressed button says: add or drop a row, read printed
// words, preview, or store.
func (p *pages) saveHours(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	v, err := p.load(r, station.Edit)
	if err != nil {
		return err
	}
	f := readHours(r.PostForm)
	f.version = version(r)
	drop, isDrop := strings.CutPrefix(r.PostForm.Get("do"), "drop-")
	switch do := r.PostForm.Get("do"); {
	case do == "save":
		return p.storeHours(w, r, v, f)
	case do == "read":
		f = understood(f)
	case do == "add" && len(f.rows) < maxRows:
		f.rows, f.unknown = append(f.rows, hourRow{}), false
	case isDrop:
		if i, err := strconv.Atoi(drop); err == nil && i >= 0 && i < len(f.rows) {
			f.rows = slices.Delete(f.rows, i, i+1)
		}
	}
	return p.showHours(w, r, http.StatusOK, v, f)
}

// understood replaces the rows by what the printed words say.
func understood(f hoursForm) hoursForm {
	u := hours.Parse(f.printed)
	next := formOf(u.Table(f.printed))
	if !u.Known { // what was understood so far is shown, for a person to complete
		next = formOf(hours.Table{Rows: u.Rows, Printed: f.printed})
	}
	next.doubts, next.read, next.version = u.Doubts, true, f.version
	return next
}

func (p *pages) storeHours(w http.ResponseWriter, r *http.Request, v station.View, f hoursForm) error {
	ctx := r.Context()
	table, err := f.table()
	if err == nil {
		_, err = p.Stations.SetHours(web.Named(r), v.ID, f.version, table)
	}
	switch {
	case err == nil:
		web.SetFlash(w, r, "stationdesk.flash.hours")
		return web.See(w, r, tell.Href(v))
	case fault.KindOf(err) == fault.Invalid:
		f.errors = tell.Errors(ctx, err)
		return p.showHours(w, r, tell.HTTPStatus(err), v, f)
	case fault.KindOf(err) == fault.Conflict && v.InUse() && v.Version != f.version:
		yours := v.Facts
		yours.Hours = table
		f.clash, f.version = p.clashOf(ctx, v.ID, yours, v.Facts), v.Version
		return p.showHours(w, r, http.StatusConflict, v, f)
	}
	return err
}

func (p *pages) showHours(w http.ResponseWriter, r *http.Request, status int, v station.View, f hoursForm) error {
	ctx := r.Context()
	if f.version == 0 {
		f.version = v.Version
	}
	if t, err := f.table(); err == nil {
		f.preview = tell.Hours(ctx, t)
	}
	if len(f.rows) == 0 {
		f.rows = append(f.rows, hourRow{})
	}
	return web.Show(w, r, status, hoursPage(p.under(ctx, v, tell.T(ctx, "hours.title")), v, f))
}

func dayOptions(ctx context.Context, r hourRow) []ui.Option {
	var out []ui.Option
	for _, k := range dayKeys() {
		out = append(out, ui.Option{Value: k.name, Text: tell.T(ctx, "weekday."+k.name), On: r.ticked(k)})
	}
	return out
}
