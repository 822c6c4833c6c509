package requestweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// mineRow is one of the reader's requests.
type mineRow struct {
	number string
	state  show.State
	about  string
	place  string
	at     time.Time
	due    time.Time
	dark   time.Time // due is not known, and not before this
	words  string
}

type minePage struct {
	rows     []mineRow
	next     string
	holds    bool // some are kept by this phone alone
	signedIn bool
	signIn   string
}

// mine lists what the reader made, signed in or held by this phone.
func (p *pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	page := minePage{signedIn: authz.From(ctx).Kind == authz.Worker, signIn: p.signIn() + "?next=" + HrefMine}
	after := r.URL.Query().Get("after")
	seen := map[string]bool{}
	if page.signedIn {
		list, err := p.Office.MineList(ctx, request.Filter{Group: request.GroupAll, After: after, Limit: 20})
		if err != nil {
			return err
		}
		page.next = list.Next
		for _, q := range list.Rows {
			seen[q.Number] = true
			page.rows = append(page.rows, rowOf(ctx, q))
		}
	}
	if after == "" {
		if err := p.heldRows(r, &page, seen); err != nil {
			return err
		}
	}
	return web.Show(w, r, http.StatusOK, mineView(page))
}

// heldRows adds what this phone keeps. A request that is gone is left out.
func (p *pages) heldRows(r *http.Request, page *minePage, seen map[string]bool) error {
	for _, h := range p.heldBy(r) {
		if seen[h.number] {
			continue
		}
		own, err := p.Office.Progress(r.Context(), request.Ref{Number: h.number, Secret: h.secret})
		if fault.Is(err, fault.Missing) {
			continue
		}
		if err != nil {
			return err
		}
		page.holds = true
		g := progressPage{own: own}
		row := mineRow{number: own.Number, state: show.State{Status: own.Status, Who: own.Who, Body: g.holder(r.Context())}, about: g.about(r.Context()), place: own.Place.Text, at: own.CreatedAt, words: own.Words}
		if own.Status.Promises() {
			row.due, row.dark = own.Clock.Due, own.Clock.NotBefore
		}
		page.rows = append(page.rows, row)
	}
	slices.SortStableFunc(page.rows, func(a, b mineRow) int { return cmp.Compare(b.at.UnixNano(), a.at.UnixNano()) })
	return nil
}

func rowOf(ctx context.Context, q *request.Request) mineRow {
	row := mineRow{number: q.Number, state: show.State{Status: q.Status, Who: q.OfficerName}, about: show.About(ctx, q.Title, q.What, q.Topic), place: q.Place.Text, at: q.CreatedAt, words: q.Words}
	if q.Status.Promises() {
		row.due, row.dark = q.AnswerBy, q.NotBefore
	}
	return row
}

func (m mineRow) title(ctx context.Context) string {
	if m.words == "" {
		return m.about
	}
	line, _, _ := strings.Cut(strings.TrimSpace(m.words), "\n")
	if r := []rune(line); len(r) > 24 {
		line = string(r[:23]) + "…"
	}
	return line
}

// sub says what the list tells beside the state: where, since when, by when.
func (m mineRow) sub(ctx context.Context) string {
	parts := []string{show.Status(ctx, show.Worker, m.state)}
	switch {
	case !m.due.IsZero():
		parts = append(parts, t(ctx, "row.due", "By", web.Deadline(ctx, m.due)))
	case m.dark.After(web.Now(ctx)):
		parts = append(parts, t(ctx, "row.dark", "Day", web.Date(ctx, m.dark)))
	}
	return strings.Join(parts, t(ctx, "comma"))
}

// forget makes this phone forget what it holds: for a phone that others use.
func (p *pages) forget(w http.ResponseWriter, r *http.Request) error {
	p.setHeld(w, nil)
	web.SetFlash(w, r, "help.forgotten")
	return web.See(w, r, HrefMine)
}

// findForm asks for number and secret.
type findForm struct {
	number, secret string
	errors         ui.FormErrors
}

func (p *pages) askFind(w http.ResponseWriter, r *http.Request) error {
	return web.Show(w, r, http.StatusOK, findView(findForm{}))
}

// find lets this phone hold the request whose number and secret were typed. A
// wrong secret and a wrong number are told alike.
func (p *pages) find(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	f := findForm{number: strings.TrimSpace(r.PostForm.Get("number")), secret: ungrouped(r.PostForm.Get("secret"))}
	ref := request.Ref{Number: tidyNumber(f.number), Secret: f.secret}
	if numberForm.MatchString(ref.Number) && secretForm.MatchString(ref.Secret) {
		if _, gone := p.Office.Progress(authz.With(r.Context(), authz.Subject{}), ref); gone == nil {
			p.Hold(w, r, ref.Number, ref.Secret)
			return web.See(w, r, Href(ref.Number))
		} else if !fault.Is(gone, fault.Missing) {
			return gone
		}
	}
	var form fault.Form
	form.Add("secret", "help.find.wrong", nil)
	f.errors = ui.FieldErrors(r.Context(), form.Err("requestweb.find"))
	return web.Show(w, r, http.StatusUnprocessableEntity, findView(f))
}

// tidyNumber puts the dashes in that people leave out.
func tidyNumber(s string) string {
	var digits strings.Builder
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits.WriteRune(c)
		case c >= '０' && c <= '９':
			digits.WriteRune(c - '０' + '0')
		}
	}
	d := digits.String()
	if len(d) < 12 {
		return s
	}
	return d[:4] + "-" + d[4:8] + "-" + d[8:]
}
