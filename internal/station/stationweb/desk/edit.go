package desk

import (
	"context"
	"net/http"
	"strconv"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// factsForm is the form of a record with everything around it.
type factsForm struct {
	draft
	action  string
	back    string
	version int64
	hosts   []Host
	errors  ui.FormErrors
	clash   *clash
	fresh   bool // a new station
}

// version reads the version that the form was made of.
func version(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return 0 // no record has it: a conflict
	}
	return n
}

// edit shows the record as a form.
func (p *pages) edit(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r, station.Edit)
	if err != nil {
		return err
	}
	return p.showForm(w, r, http.StatusOK, v, factsForm{draft: draftOf(r.Context(), v.Facts)})
}

// save stores the form, or shows it again.
func (p *pages) save(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	ctx := r.Context()
	v, err := p.load(r, station.Edit)
	if err != nil {
		return err
	}
	d, err := readDraft(v.Facts, r.PostForm)
	if err == nil {
		err = p.listed(ctx, d.facts, v.HostID)
	}
	if err == nil {
		_, err = p.Stations.Edit(web.Named(r), v.ID, version(r), d.facts)
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return p.showForm(w, r, tell.HTTPStatus(err), v, factsForm{draft: d, version: version(r), errors: tell.Errors(ctx, err)})
	case fault.Conflict:
		if v.InUse() && v.Version != version(r) {
			return p.showForm(w, r, http.StatusConflict, v, factsForm{draft: d, clash: p.clashOf(ctx, v.ID, d.facts, v.Facts)})
		}
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, r, "stationdesk.flash.saved")
	return web.See(w, r, tell.Href(v))
}

func (p *pages) showForm(w http.ResponseWriter, r *http.Request, status int, v station.View, f factsForm) error {
	ctx := r.Context()
	hosts, err := p.hostOptions(ctx, f.facts.Area)
	if err != nil {
		return err
	}
	f.hosts, f.action, f.back = hosts, tell.Href(v)+"/edit", tell.Href(v)
	if f.version == 0 {
		f.version = v.Version
	}
	page := p.under(ctx, v, tell.T(ctx, "edit"))
	page.Main = "stack"
	return web.Show(w, r, status, editPage(page, f))
}

// blank shows the form of a new station.
func (p *pages) blank(w http.ResponseWriter, r *http.Request) error {
	own := tell.Tops(r.Context(), authz.Cadre)
	if len(own) == 0 {
		return tell.Missing()
	}
	return p.showNew(w, r, http.StatusOK, factsForm{draft: draftOf(r.Context(), station.Facts{Area: own[0], Public: true})})
}

// add adds the station of the form.
func (p *pages) add(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	ctx := r.Context()
	if !tell.IsCadre(ctx) {
		return tell.Missing()
	}
	d, err := readDraft(station.Facts{}, r.PostForm)
	var done station.Done
	if err == nil {
		err = within(ctx, d.facts.Area)
	}
	if err == nil {
		err = p.listed(ctx, d.facts, "")
	}
	if err == nil {
		// The id of the write names the station, too: whoever sends it twice adds it once.
		own, _ := id.Parse[station.ID](r.PostForm.Get("req_id"))
		done, err = p.Stations.Add(web.Named(r), own, d.facts)
	}
	if fault.KindOf(err) == fault.Invalid && err != nil {
		return p.showNew(w, r, tell.HTTPStatus(err), factsForm{draft: d, errors: tell.Errors(ctx, err)})
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, r, "stationdesk.flash.added")
	return web.See(w, r, HrefStations+"/"+string(done.ID))
}

// within says in the form, not on a page of its own, that an area is not the
// reader's.
func within(ctx context.Context, area string) error {
	var form fault.Form
	if !station.Policy.May(authz.From(ctx), station.Add, station.Station{Facts: station.Facts{Area: area}}.AuthzObject()) {
		form.Add("area", "stationdesk.wrong.area_foreign", nil)
	}
	return form.Err("station.add")
}

func (p *pages) showNew(w http.ResponseWriter, r *http.Request, status int, f factsForm) error {
	ctx := r.Context()
	hosts, err := p.hostOptions(ctx, f.facts.Area)
	if err != nil {
		return err
	}
	f.fresh, f.hosts, f.action, f.back = true, hosts, HrefStations, HrefStations
	page := p.frame(ctx, tell.T(ctx, "new"), ui.Crumb{Text: tell.T(ctx, "title"), Href: HrefStations})
	page.Main = "stack"
	return web.Show(w, r, status, editPage(page, f))
}

// serviceOptions are all services, those of the record ticked.
func serviceOptions(ctx context.Context, has amenity.Set) []ui.Option {
	var out []ui.Option
	for i, a := range amenity.All() {
		out = append(out, ui.Option{Value: string(a.Code), Text: tell.Service(ctx, a.Zh, a.En), Icon: a.Icon, On: has.Has(1 << i)})
	}
	return out
}

func entryOptions(ctx context.Context, on station.EntryMethod) []ui.Option {
	icons := map[station.EntryMethod]string{station.WalkIn: "door", station.DoorCode: "lock", station.MemberCode: "qr", station.AskHost: "phone"}
	var out []ui.Option
	for _, m := range entries() {
		out = append(out, ui.Option{Value: string(m), Text: tell.T(ctx, "entry."+string(m)), Icon: icons[m], On: m == on})
	}
	return out
}

func badgeOptions(ctx context.Context, on station.Badge) []ui.Option {
	var out []ui.Option
	for _, b := range badges() {
		out = append(out, ui.Option{Value: string(b), Text: tell.T(ctx, "badge."+string(b)), On: b == on})
	}
	return out
}

func levelOptions(ctx context.Context, on string) []ui.Option {
	var out []ui.Option
	for _, l := range levels() {
		out = append(out, ui.Option{Value: l, Text: tell.T(ctx, "level."+l), On: l == on})
	}
	return out
}

func starOptions(ctx context.Context, on string) []ui.Option {
	var out []ui.Option
	for _, n := range []string{"1", "2", "3", "4", "5"} {
		out = append(out, ui.Option{Value: n, Text: tell.T(ctx, "stars", "Count", n), On: n == on})
	}
	return out
}

func (f factsForm) hostOptions() []ui.Option {
	var out []ui.Option
	found := f.facts.HostID == ""
	for _, h := range f.hosts {
		found = found || h.ID == f.facts.HostID
		out = append(out, ui.Option{Value: h.ID, Text: h.Name, On: h.ID == f.facts.HostID})
	}
	if !found {
		out = append(out, ui.Option{Value: f.facts.HostID, Text: f.facts.HostName, On: true})
	}
	return out
}

func (f factsForm) areaOptions() []ui.Option {
	var out []ui.Option
	for _, r := range f.areas {
		out = append(out, ui.Option{Value: r.Code, Text: tell.Area(r.Code), Icon: "pin"})
	}
	return out
}

// honourLines are the lines of honours with an empty one to fill in.
func (f factsForm) honourLines() []honourDraft {
	return append(append([]honourDraft{}, f.honours...), honourDraft{})
}

// field is one input of the form with its words and its fault.
func (f factsForm) field(ctx context.Context, name, hint string) ui.FieldProps {
	label := name
	if name == "metres" || name == "printed" {
		label = "size_" + name
	}
	p := ui.FieldProps{Name: name, Label: tell.T(ctx, "field."+label), Error: f.errors.Of(name)}
	if hint != "" {
		p.Hint = tell.T(ctx, hint)
	}
	if name == "metres" && p.Error == "" {
		p.Error = f.errors.Of("size")
	}
	return p
}
