package requestweb

import (
	"net/http"

	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// phoneForm lets somebody who had no name be reached. The phone travels in the
// bodies of forms alone, never in an address.
type phoneForm struct {
	number string
	phone  string
	sent   bool   // a code is on its way
	shown  string // the message, where the demo shows it
	wait   string // too many codes, or the gateway failed
	reqID  string
	errors ui.FormErrors
}

// mayLeave reports whether the page offers to leave a phone: nobody can be
// reached, and this phone holds the request.
func (p *pages) mayLeave(own request.Own) bool {
	return p.Codes != nil && !own.Owned && !own.Reachable && own.Status.May(request.KindLeft)
}

// loadPhone is the request of the path, when a phone can be left for it.
func (p *pages) loadPhone(r *http.Request) (request.Own, error) {
	own, err := p.Office.Progress(r.Context(), p.ref(r))
	if err == nil && p.Codes == nil {
		err = fault.New(string(request.Leave), fault.Missing, "fault.missing")
	}
	return own, err
}

func (p *pages) askPhone(w http.ResponseWriter, r *http.Request) error {
	own, err := p.loadPhone(r)
	if err != nil {
		return err
	}
	if !p.mayLeave(own) {
		return web.See(w, r, Href(own.Number))
	}
	return p.showPhone(w, r, phoneForm{number: own.Number}, nil)
}

// leavePhone first sends a code, and takes the phone when the code comes back.
func (p *pages) leavePhone(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	own, err := p.loadPhone(r) // no message goes out for what is not the sender's
	if err != nil {
		return err
	}
	f := phoneForm{number: own.Number, phone: r.PostForm.Get("phone"), sent: r.PostForm.Get("do") == "confirm"}
	if f.sent {
		_, err := p.Office.LeavePhone(web.Named(r), p.ref(r), f.phone, r.PostForm.Get("code"))
		if err == nil || fault.Is(err, fault.Conflict) && !twice(err) {
			return p.back(w, r, err, "help.phone.left")
		}
		return p.showPhone(w, r, f, err)
	}
	if !p.mayLeave(own) {
		return p.back(w, r, fault.New(string(request.Leave), fault.Conflict, "request.phone.there"), "")
	}
	err = p.Codes.SendCode(web.Named(r), office.PhonePurpose(own.Number), f.phone)
	f.sent = err == nil || r.PostForm.Get("again") != ""
	return p.showPhone(w, r, f, err)
}

// showPhone shows the form with what is wrong, or goes on to the code.
func (p *pages) showPhone(w http.ResponseWriter, r *http.Request, f phoneForm, err error) error {
	status := http.StatusOK
	switch {
	case err == nil:
	case fault.Is(err, fault.Invalid) || twice(err):
		status, f.errors = http.StatusUnprocessableEntity, formErrors(r.Context(), err)
		f.sent = f.sent && f.errors.Of("phone") == ""
	case fault.Is(err, fault.Busy):
		told := web.FailureOf(r.Context(), err)
		status, f.wait = told.Status, told.Detail
	default:
		return err
	}
	if phone, err := idcard.ParseMobile(f.phone); err == nil {
		f.phone = phone
	}
	if f.sent && p.Shown != nil {
		f.shown = p.Shown(f.phone)
	}
	f.reqID = web.NewReqID()
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, status, phonePage(f))
}
