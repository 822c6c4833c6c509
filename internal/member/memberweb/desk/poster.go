package desk

import (
	"net/http"
	"net/url"

	"nuanxin/internal/authz"
	"nuanxin/internal/member"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// poster is a page to print by which workers join in the reader's area, and the link
// for a group of theirs. Where the area is wider than a county, they choose theirs.
func (p *pages) poster(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all := tops(ctx, authz.Cadre, authz.Leader)
	if len(all) == 0 {
		return missing()
	}
	join := func(by member.Channel) string {
		q := url.Values{"from": {string(by)}}
		if len(all[0]) >= 6 {
			q.Set("area", all[0])
		}
		return p.origin(r) + "/join?" + q.Encode()
	}
	drawing, err := ui.QR(join(member.ByPoster))
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, posterPage(p.below(ctx, t(ctx, "poster")), all[0], drawing, join(member.ByPoster), join(member.ByLink)))
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
