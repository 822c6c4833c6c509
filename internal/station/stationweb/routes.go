package stationweb

import (
	"context"
	"embed"
	"net/http"

	"nuanxin/internal/memo"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
)

// Reporter takes what a worker found wrong at a station to whoever keeps the
// requests. The context carries the worker's call with its client-made id: told
// the same twice, it answers the same.
type Reporter interface {
	// Report makes a request to the station's host and returns its number and
	// the secret with which its progress can be seen.
	Report(ctx context.Context, id station.ID, what station.What, words string) (number, token string, err error)
}

// Config is what the pages and the API need. Stations and Finder are required.
type Config struct {
	Stations *station.Service
	Finder   *finder.Finder
	Reporter Reporter                                                            // nil: faults cannot be reported
	Hold     func(w http.ResponseWriter, r *http.Request, number, secret string) // lets the phone keep a report that has no owner; nil: it cannot
	Wish     func(area string) string                                            // the page that asks the union for a station; nil means "/help?topic=station"
	Photo    func(ctx context.Context, file string) ([]byte, error)              // reads a kept photo; nil: none are shown
	Secure   bool                                                                // served over TLS: cookies are Secure
}

// pages are the handlers.
type pages struct {
	Config
	texts memo.Map[*finder.Card, []byte] // stations as the API tells them, for those who ask in the same minute
}

// Routes lists the workers' pages of stations.
func Routes(c Config) []web.Route {
	p := &pages{Config: c}
	all := []web.Route{
		p.page("GET", "/{$}", "find the nearest station that is open", p.home),
		p.page("GET", "/place", "choose a place when the phone does not say where it is", p.choose),
		p.page("POST", "/place", "forget where the reader was", p.forget),
		p.page("POST", "/here", "let the phone remember where it is", p.here),
		p.page("GET", "/stations", "look through all stations by district", p.list),
		p.page("GET", "/stations/{code}", "read everything about a station", p.station),
		p.page("GET", "/stations/{code}/go", "choose the map that leads to a station", p.way),
	}
	if c.Photo != nil {
		all = append(all, p.page("GET", "/stations/{code}/photos/{file}", "see a photo of a station", p.photo))
	}
	if c.Reporter == nil {
		return all
	}
	report := p.page("POST", "/stations/{code}/report", "tell a station's host what is wrong", p.report)
	report.Action, report.BodyLimit = "request.capture", 8<<10
	return append(all, report)
}

func (p *pages) page(method, pattern, purpose string, h web.Handler) web.Route {
	return web.Route{Method: method, Pattern: pattern, Action: string(station.See), Purpose: purpose,
		Roles: []string{"anyone"}, BodyLimit: 4 << 10, Look: web.LookWorker, Handler: web.HTML(h)}
}

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func (p *pages) keep(w http.ResponseWriter, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: p.Secure}) //nolint:gosec // Secure follows the site: on one machine it may be plain HTTP
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}
