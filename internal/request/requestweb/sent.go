package requestweb

import (
	"context"
	"net/http"
	"strings"

	"nuanxin/internal/request"
	"nuanxin/internal/web"
)

// Ear is who hears a matter first.
type Ear struct {
	Union   string
	Officer string // the cadre who looks at it; empty where the union has none
}

// called names the person, where there is one, and the union.
func (e Ear) called(ctx context.Context) string {
	if e.Officer == "" {
		return e.Union
	}
	return t(ctx, "ear", "Union", e.Union, "Name", e.Officer)
}

// sentPage is what somebody reads who has just sent a request.
type sentPage struct {
	own    request.Own
	who    string // who looks at it
	secret string // for who has no sign-in; empty for an owner
	leave  bool   // a phone can be left
	alike  int    // how many said about the same nearby; 0: fewer than may be told
}

// sent shows number, name and date, and to who has no sign-in the secret.
func (p *pages) sent(w http.ResponseWriter, r *http.Request) error {
	ref := p.ref(r)
	own, err := p.Office.Progress(r.Context(), ref)
	if err != nil {
		return err
	}
	page := sentPage{own: own, who: own.Who, leave: p.mayLeave(own)}
	if !own.Owned {
		page.secret = ref.Secret
	}
	if page.who == "" && p.Hears != nil {
		if ear, err := p.Hears(r.Context(), own.Place.Area); err == nil { // a name is a courtesy here: the request is kept
			page.who = ear.called(r.Context())
		}
	}
	page.alike, err = p.Office.AlikeCount(r.Context(), request.SimilarTo{Words: own.Words, Point: own.Place.Point, Area: own.Place.Area, Not: own.ID})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store") // it may show the secret
	return web.Show(w, r, http.StatusOK, sentView(page))
}

// whom names who looks at it.
func (s sentPage) whom(ctx context.Context) string {
	if s.who == "" {
		return t(ctx, "union")
	}
	return s.who
}

// groups parts the secret for reading aloud and writing down.
func groups(secret string) []string {
	var all []string
	for len(secret) > 4 {
		all = append(all, secret[:4])
		secret = secret[4:]
	}
	return append(all, secret)
}

// ungrouped undoes [groups], and what phones do to typed words.
func ungrouped(typed string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "　", "", "\t", "", "\n", "", "\r", "").Replace(typed))
}
