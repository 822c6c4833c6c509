package memberweb

import (
	"net/http"
	"net/url"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/half"
	"nuanxin/internal/web"
)

// Where an application goes that is saved for later, and where what was saved is dropped.
const (
	hrefSave = HrefJoin + "/save"
	hrefDrop = HrefJoin + "/drop"
)

// save keeps the form as it stands, for later or for another phone. The identity number
// and the ticks are not kept: they are given with the application.
func (p *pages) save(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	f := readJoin(r.PostForm)
	err := p.Halves.Save(r.Context(), half.Form{Name: f.Name, Occupation: string(f.Occupation), Works: others(nil, f.Works), Station: stations(f.Works), Post: postOf(f.Works), Area: f.Area, Union: f.Union, Channel: string(f.Channel)})
	if fault.Is(err, fault.Invalid) {
		f.errors = formErrors(r.Context(), err)
		return p.showJoin(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, r, "member.half.done")
	return web.See(w, r, hrefJoin(f.Channel))
}

// drop removes what was saved.
func (p *pages) drop(w http.ResponseWriter, r *http.Request) error {
	if err := p.Halves.Drop(r.Context()); err != nil {
		return err
	}
	web.SetFlash(w, r, "member.half.dropped")
	return web.See(w, r, HrefJoin)
}

// again fills in what the reader saved, and what the address names before it.
func (p *pages) again(r *http.Request, f *joinForm) error {
	h, ok, err := p.Halves.Mine(r.Context())
	if err != nil || !ok {
		return err
	}
	f.saved = h.SavedAt
	f.Name, f.Occupation, f.Union = h.Name, member.Occupation(h.Occupation), h.Union
	if len(f.Works) == 0 {
		f.Works = readWorks(url.Values{"works": {h.Works}, "station": {h.Station}, "post": {h.Post}})
	} else if len(f.Works) == 1 && f.Works[0].Post != "" { // who came by a station has typed the rest before
		f.Works = append(readWorks(url.Values{"works": {h.Works}, "station": {h.Station}}), f.Works[0])
	}
	if f.Channel == "" {
		f.Channel = channel(h.Channel)
	}
	q := r.URL.Query()
	if area := named(h.Area); area != "" && !q.Has("area") && !q.Has("choose") && !q.Has("within") {
		f.place = place{area: area, within: province(area)}
		f.Area = area
	}
	return nil
}
