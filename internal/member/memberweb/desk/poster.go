package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/member"
	"nuanxin/internal/plain"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// mostFirm is how long the name of a company on a poster may be, in characters: a longer
// one makes the code too fine for old phones.
const mostFirm = 30

// invitation is a poster and the link that belongs to it.
type invitation struct {
	area  string
	areas []string // that the reader may choose
	firm  string   // for whose workers it is; empty: for all
}

// link is the address that it opens.
func (v invitation) link(origin string, by member.Channel) string {
	q := url.Values{"from": {string(by)}}
	if len(v.area) >= 6 {
		q.Set("area", v.area)
	}
	if v.firm != "" {
		q.Set("works", v.firm)
	}
	return origin + "/join?" + q.Encode()
}

// options are the areas to choose from.
func (v invitation) options(ctx context.Context) (all []ui.Option) {
	for _, a := range v.areas {
		all = append(all, ui.Option{Value: a, Text: areaName(ctx, a), On: a == v.area})
	}
	return all
}

// poster is a page to print by which workers join in an area of the reader's, those of a
// company if they say so, and the link for a group of theirs. Where the area is wider than
// a county, workers choose theirs.
func (p *pages) poster(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	v := invitation{areas: tops(ctx, authz.Cadre, authz.Leader), firm: plain.Line(q.Get("works"))}
	if len(v.areas) == 0 {
		return missing()
	}
	if v.area = q.Get("area"); !slices.Contains(v.areas, v.area) {
		v.area = v.areas[0]
	}
	if utf8.RuneCountInString(v.firm) > mostFirm {
		v.firm = ""
	}
	address := v.link(p.origin(r), member.ByPoster)
	drawing, err := ui.QR(address)
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, posterPage(p.below(ctx, t(ctx, "poster")), v, drawing, address, v.link(p.origin(r), member.ByLink)))
}

// origin is what the printed address begins with.
func (p *pages) origin(r *http.Request) string {
	switch {
	case p.Origin != "":
		return p.Origin
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
