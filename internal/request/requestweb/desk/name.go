package desk

import (
	"encoding/base64"
	"net/http"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/web"
)

// reasonCookie carries the reason from the form to the page that shows the
// name. It holds no person; it dies with the page.
const reasonCookie = "reveal"

// shortest is the shortest reason, in characters.
const shortest = 4

// nameForm asks why somebody looks at a name.
type nameForm struct {
	c   request.Case
	why string
	reach.Trouble
}

func (p *pages) askName(w http.ResponseWriter, r *http.Request) error {
	c, err := p.load(r, request.Reveal)
	if err != nil {
		return err
	}
	return p.showReason(w, r, http.StatusOK, nameForm{c: c})
}

func (p *pages) showReason(w http.ResponseWriter, r *http.Request, status int, f nameForm) error {
	return web.Show(w, r, status, namePage(p.under(r.Context(), f.c, t(r.Context(), "name.title")), f))
}

// takeReason keeps the reason for the next page. The look itself is noted there,
// when the name is shown, so that nothing is noted that nobody saw.
func (p *pages) takeReason(w http.ResponseWriter, r *http.Request) error {
	if err := reach.Form(r); err != nil {
		return err
	}
	c, err := p.load(r, request.Reveal)
	if err != nil {
		return err
	}
	why := strings.TrimSpace(tell.FirstLine(r.PostForm.Get("why"), 200))
	if len([]rune(why)) < shortest {
		var faults fault.Form
		faults.Add("why", "requestdesk.name.why.short", nil)
		b, status, err := reach.Again(r.Context(), faults.Err("request.reveal"))
		if err != nil {
			return err
		}
		return p.showReason(w, r, status, nameForm{c, why, b})
	}
	http.SetCookie(w, p.reason(c, base64.RawURLEncoding.EncodeToString([]byte(why)), 60))
	return web.See(w, r, Href(c.ID)+"/name/shown")
}

func (p *pages) reason(c request.Case, value string, age int) *http.Cookie {
	return &http.Cookie{Name: reasonCookie, Value: value, Path: Href(c.ID) + "/name", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: p.Secure} //nolint:gosec // Secure follows the site: on one machine it may be plain HTTP
}

// showName shows who the worker is, once: whoever loads it again is asked again.
func (p *pages) showName(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := p.load(r, request.Reveal)
	if err != nil {
		return err
	}
	why := ""
	if cookie, err := r.Cookie(reasonCookie); err == nil {
		raw, err := base64.RawURLEncoding.DecodeString(cookie.Value)
		if err == nil {
			why = string(raw)
		}
	}
	if why == "" {
		return web.See(w, r, Href(c.ID)+"/name")
	}
	who, err := p.Office.Reveal(reach.Purposed(ctx, why), request.Ref{ID: c.ID})
	if err != nil {
		return err
	}
	http.SetCookie(w, p.reason(c, "", -1))
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, http.StatusOK, nameShown(p.under(ctx, c, t(ctx, "name.title")), c, who, why))
}
