//go:build !race

package app

import (
	"bytes"
	"cmp"
	"html"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"nuanxin/internal/web"
)

// typists are who types: those in the middle of something, then one of each office, and
// workers of whom each has other things.
var typists = []string{"passer-by", "silent", "half-way", "two-steps", "begun", "fresh", "listed", "mistaken",
	"nobody", "worker", "worker2", "own", "away", "cadre", "leader", "admin", "security", "auditor", "host", "partner", "link", "parent", "sibling"}

// officers are the staff among them.
var officers = []string{"half-way", "two-steps", "begun", "cadre", "leader", "admin", "security", "auditor", "host", "partner", "parent", "sibling"}

// typedForm is a form with the route to which it goes and the page that shows it.
type typedForm struct {
	form
	route, page string
	asked       bool // the page is an answer, and is not there to read
}

// key tells a form from the others: by where it goes and by its fields.
func (f typedForm) key() string {
	return f.route + " " + strings.Join(slices.Sorted(maps.Keys(f.values)), " ")
}

// unmet are the routes by POST to which no page of the full county has a form, and why.
var unmet = map[string]string{
	"/api/v1/requests":                  "JSON: TestHostileWords, TestStrictJSON, TestJSONCorpus",
	"/desk/imports/{id}/cancel":         "a lone button, while a long list is read",
	"/desk/member-lists/{id}/again":     "a lone button, after taking a list in was stuck",
	"/desk/member-lists/{id}/stop":      "a lone button, while a long list is taken in",
	"/desk/org-imports/{id}/again":      "a lone button, after an import was stuck",
	"/desk/org-imports/{id}/stop":       "a lone button, while a long tree is read",
	"/desk/me/factor/union/{id}/off":    "a lone button of who signs in by their union's account",
	"/me/wechat/off":                    "a lone button of who signs in by WeChat",
	"/desk/me/factor/passkeys/remove":   "a lone button of who has a passkey",
	"/desk/me/prove/passkey":            "a lone button of who has a passkey",
	"/desk/me/prove/passkey/enter":      "WebAuthn JSON, read as at /staff/sign-in/passkey/enter",
	"/staff/sign-in/code/passkey":       "a lone button of who has a passkey",
	"/staff/sign-in/code/passkey/enter": "WebAuthn JSON, read as at /staff/sign-in/passkey/enter",
}

// scripted are forms that no page has as such: a script of the page sends them.
var scripted = map[string]url.Values{"/here": {"lat": {"42.90"}, "lng": {"125.14"}}}

// goods are values by which a form that asks in steps goes on.
var goods = map[string]string{"phone": "19900000601", "password": testPassword, "old": testPassword, "number": "19900000002"}

// formReader reads the forms of a full county off its pages.
type formReader struct {
	*full
	posts *http.ServeMux // finds the route of an address
	seen  map[string][]typedForm
	order []string // of the keys
}

// everyForm are the forms by POST on all pages of everything there is, and on what answers
// them as they stand, each once. Of those that are alike it is one that is not too late.
func (f *full) everyForm() (all []typedForm) {
	r := &formReader{full: f, posts: http.NewServeMux(), seen: map[string][]typedForm{}}
	for _, route := range f.app.routes {
		if route.Method == http.MethodPost {
			r.posts.Handle("POST "+route.Pattern, http.NotFoundHandler())
		}
	}
	for _, p := range f.pages() {
		r.read(p)
	}
	for action, values := range scripted {
		r.keep(typedForm{form{"nobody", action, values, slices.Sorted(maps.Keys(values)), false}, action, action, true})
	}
	for i := 0; i < len(r.order); i++ {
		all = append(all, r.follow(r.seen[r.order[i]]))
	}
	return all
}

// pages are the addresses of everything there is, with who may see each.
func (f *full) pages() (all []page) {
	for _, route := range f.app.routes {
		if route.Method != http.MethodGet {
			continue
		}
		if names(route.Pattern) {
			all = append(all, f.pagesOf(route)...)
			continue
		}
		path, _ := f.path(route.Pattern)
		for _, actor := range typists {
			if staff := slices.Contains(officers, actor); staff && within(path, "/me", "/help", "/join") || !staff && within(path, "/desk", "/host") {
				continue // they are led away
			}
			all = append(all, page{actor, path})
		}
	}
	return append(all, f.extra...)
}

// pagesOf are the addresses of a route that names a thing.
func (f *full) pagesOf(route web.Route) (all []page) {
	kind := addressOf(route.Pattern).kind
	for _, x := range f.all {
		path, ok := x.fill(route.Pattern)
		if x.kind != kind || !ok {
			continue
		}
		asks := url.Values{}
		for _, name := range []string{"dispatch", "file"} {
			if x.ids[name] != "" {
				asks.Set(name, x.ids[name])
			}
		}
		if len(asks) > 0 {
			path += "?" + asks.Encode()
		}
		who := typists
		if x.owner != "" && !slices.Contains(who, x.owner) {
			who = append(slices.Clone(who), x.owner)
		}
		for _, actor := range who {
			if expected(route, x, actor) == "may" {
				all = append(all, page{actor, path})
			}
		}
	}
	return all
}

// read reads the forms of a page.
func (r *formReader) read(p page) {
	for _, g := range r.formsIn(r.ask(r.t, p.path, r.cookies(p.actor)).Body.String(), p) {
		r.keep(g)
	}
}

// keep keeps a form, if that is not of a kind of which there is enough.
func (r *formReader) keep(g typedForm) {
	if g.route == "" {
		g.route = r.routeOf(g.action)
	}
	key := g.key()
	if have := r.seen[key]; g.route == "" || g.route == "/sign-out" || len(have) > 0 && have[len(have)-1].page == g.page {
		return
	}
	if r.seen[key] == nil {
		r.order = append(r.order, key)
	}
	r.seen[key] = append(r.seen[key], g)
}

// sentTo is an address to which a part of a form sends it.
var sentTo = regexp.MustCompile(`\s(?:formaction|hx-post)="([^"]*)"`)

// formsIn are the forms by POST of a page.
func (f *full) formsIn(body string, p page) (all []typedForm) {
	for _, m := range formIn.FindAllStringSubmatch(body, -1) {
		tag := m[0][:strings.IndexByte(m[0], '>')]
		if !strings.Contains(tag, "post") {
			continue
		}
		g := form{p.actor, "", valuesOf(m[2]), typable(m[2]), strings.Contains(tag, "multipart")}
		plausible(g.values, m[2])
		for _, to := range append([][]string{{"", m[1]}}, sentTo.FindAllStringSubmatch(m[2], -1)...) {
			if g.action, _, _ = strings.Cut(html.UnescapeString(to[1]), "#"); strings.HasPrefix(g.action, "/") {
				all = append(all, typedForm{form: g, page: p.path})
			}
		}
	}
	return all
}

var (
	choiceIn = regexp.MustCompile(`(?s)<select[^>]*?\sname="([^"]*)"[^>]*>(.*?)</select>`)
	optionIn = regexp.MustCompile(`<option[^>]*?\svalue="([^"]+)"[^>]*>`)
	needIn   = regexp.MustCompile(`<(?:input|textarea)[^>]*\srequired[^>]*>`)
)

// plausible fills what a form leaves open and somebody would not: choices, and fields that
// have to be filled. A day to come is one when the county is full, too.
func plausible(values url.Values, inner string) {
	for _, m := range choiceIn.FindAllStringSubmatch(inner, -1) {
		var all []string
		for _, o := range optionIn.FindAllStringSubmatch(m[2], -1) {
			all = append(all, html.UnescapeString(o[1]))
			if strings.Contains(o[0], " selected") {
				values.Set(m[1], all[len(all)-1])
			}
		}
		if len(all) > 0 && !slices.Contains(all, values.Get(m[1])) {
			values.Set(m[1], all[0])
		}
	}
	for _, tag := range needIn.FindAllString(inner, -1) {
		if name := nameIn.FindStringSubmatch(tag); name != nil && values.Has(name[1]) && values.Get(name[1]) == "" {
			values.Set(name[1], cmp.Or(needed[name[1]], "东门修好了"))
		}
	}
	for name := range values {
		if good := needed[name]; good != "" && (values.Get(name) == "" || values.Get(name) == filled[name]) && slices.Contains([]string{"day", "until", "deadline", "phone", "since"}, name) {
			values.Set(name, good)
		}
	}
}

// needed are plausible values for fields that are not words.
var needed = map[string]string{
	"day": "2026-12-02", "since": "2026-11-20", "password": testPassword, "old": testPassword, "until": "2026-12-20", "deadline": "2026-12-20", "phone": "19900000601", "members": "30", "years": "3", "n": "5", "elected": "2026-11-20", "born": "2018-05-21",
	"issuer": "https://idp9.example.org", "document": "110101199003070134", "on": "2026-11-24", "days": "90", "code": "000000",
}

// routeOf is the pattern of the route to which a form is sent; none for what is none of
// ours by POST.
func (r *formReader) routeOf(action string) string {
	_, pattern := r.posts.Handler(httptest.NewRequest(http.MethodPost, action, nil))
	return strings.TrimPrefix(pattern, "POST ")
}

// follow sends forms that are alike as they stand, until one is heard, and reads what that
// one's answer shows. It returns that one, or the first.
func (r *formReader) follow(alike []typedForm) typedForm {
	for _, g := range alike {
		values := maps.Clone(g.values)
		for name, good := range goods {
			if values.Has(name) {
				values.Set(name, good)
			}
		}
		for _, name := range g.texts {
			values.Set(name, cmp.Or(values.Get(name), "东门修好了"))
		}
		a := r.sends(g.form, values, "")
		if !heard(a.Code) {
			continue
		}
		if strings.Contains(a.Header().Get("Content-Type"), "html") {
			for _, next := range r.formsIn(a.Body.String(), page{g.actor, g.page}) {
				next.asked = true
				r.keep(next)
			}
		}
		return g
	}
	return alike[0]
}

// heard reports whether an answer is of somebody who read what was sent.
func heard(code int) bool {
	return code == http.StatusOK || code == http.StatusSeeOther || code == http.StatusUnprocessableEntity
}

// sends sends a form as its page would; from is the address of who sends it, if any.
func (f *full) sends(g form, values url.Values, from string) *httptest.ResponseRecorder {
	var body bytes.Buffer
	kind := "application/x-www-form-urlencoded"
	if body.WriteString(values.Encode()); g.parts {
		body.Reset()
		parts := multipart.NewWriter(&body)
		for name := range values {
			_ = parts.WriteField(name, values.Get(name)) // a buffer takes all
		}
		_, kind = parts.Close(), parts.FormDataContentType()
	}
	r := httptest.NewRequest(http.MethodPost, g.action, &body)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Cookie", f.cookies(g.actor))
	if from != "" {
		r.RemoteAddr = from
	}
	answer := httptest.NewRecorder()
	f.app.Handler().ServeHTTP(answer, r)
	return answer
}
