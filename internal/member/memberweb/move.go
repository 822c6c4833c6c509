package memberweb

import (
	"net/http"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// moveForm is the way to another union.
type moveForm struct {
	own    member.Own
	place  place
	offer  member.Offer
	reqID  string
	errors ui.FormErrors
}

// move shows the union of the place that the address names or the phone
// remembers, or where that is the own one the list of places.
func (p *pages) move(w http.ResponseWriter, r *http.Request) error {
	own, ok, err := p.mine(r.Context())
	if err != nil {
		return err
	}
	if !ok || !own.State.Belongs() || own.To != "" {
		return web.See(w, r, HrefOwn)
	}
	f := moveForm{own: own, place: p.placeOf(r)}
	asked := r.URL.Query().Get("area")
	if _, ok := region.Lookup(asked); ok {
		f.place = place{area: asked, within: province(asked)}
	}
	return p.showMove(w, r, http.StatusOK, f, asked != "")
}

// showMove completes the form; asked says that the reader chose the place.
func (p *pages) showMove(w http.ResponseWriter, r *http.Request, status int, f moveForm, asked bool) (err error) {
	f.reqID = web.NewReqID()
	if f.offer, err = p.Members.Offer(r.Context(), f.place.area); err != nil {
		return err
	}
	union := f.offer.Union.ID
	if !region.Contains(f.offer.Union.Area, f.place.area) { // a transfer goes to no union from far away
		union = ""
	}
	if union == "" || union == f.own.Union || f.place.choose {
		f.place.choose, f.place.area = true, ""
		if asked && len(f.errors.All()) == 0 {
			why := fault.Form{}
			why.Add("area", map[bool]string{true: "member.transfer.same", false: "member.area.nobody"}[union == f.own.Union], nil)
			f.errors, status = ui.FieldErrors(r.Context(), why.Err(string(member.Move))), http.StatusUnprocessableEntity
		}
	}
	if err := p.choices(r.Context(), &f.place); err != nil {
		return err
	}
	return web.Show(w, r, status, movePage(f))
}

// askMove asks the union of the place.
func (p *pages) askMove(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	own, ok, err := p.mine(r.Context())
	if err != nil {
		return err
	}
	if !ok {
		return web.See(w, r, HrefJoin)
	}
	area := r.PostForm.Get("area")
	_, err = p.Members.AskTransfer(web.Named(r), own.ID, area)
	if !fault.Is(err, fault.Invalid) {
		return back(w, r, err, "member.move.asked")
	}
	f := moveForm{own: own, place: place{area: area, choose: true, within: province(area)}, errors: ui.FieldErrors(r.Context(), err)}
	return p.showMove(w, r, http.StatusUnprocessableEntity, f, true)
}
