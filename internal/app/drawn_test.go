//go:build !race

package app

import (
	"cmp"
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"nuanxin/internal/id"
	"nuanxin/internal/plain"
	"nuanxin/internal/web/webtest"
)

// scripts types scripts of the corpus into every field of every form of the county, where
// they are kept: they stand wherever words of somebody stand, as they were typed, in plain
// or sealed. Then it opens every page in the browser, as who may see it, and what answered
// each form: nothing of it runs, and nothing even tries.
func (f *full) scripts(t *testing.T, forms []typedForm) {
	t.Helper()
	d := &drawer{full: f, texts: shortScripts(t), taken: map[string]field{}, answers: map[string]*httptest.ResponseRecorder{}}
	for _, g := range inOrder(forms) {
		d.fill(g)
	}
	kept := d.stored(t, d.taken)
	pages := d.read()
	shown := d.shown(pages)
	t.Logf("%d scripts were typed, %d taken, %d of these stand as typed; %d pages show %d of them", d.typed, len(d.taken), kept, len(pages), shown)
	if len(d.taken) < 150 || kept < 120 || shown < 100 {
		t.Error("too few were taken, or are shown")
	}
	t.Run("in the browser", func(t *testing.T) { d.draw(t, d.choose(pages)) })
}

// drawer types scripts where they stay, and looks at what shows them.
type drawer struct {
	*full
	texts   []string
	typed   int
	taken   map[string]field // by the word that tells a text from the others
	answers map[string]*httptest.ResponseRecorder
}

// shown is a page with the words on it.
type shown struct {
	page
	route string
	words []string
}

// shortScripts are those of the corpus that fit into a name with a word beside them, and
// that no field has to tidy.
func shortScripts(t *testing.T) (all []string) {
	t.Helper()
	for _, a := range attacks(t) {
		short := utf8.RuneCountInString(a.S) <= 40 && plain.Text(a.S) == a.S && strings.Join(strings.Fields(a.S), " ") == a.S
		if short && (strings.Contains(a.Cls, "xss") || a.Cls == "html_js_fuzz") && strings.ContainsAny(a.S, "<:\"'") {
			all = append(all, a.S)
		}
	}
	if len(all) < 100 {
		t.Fatalf("only %d scripts", len(all))
	}
	return all
}

// endsIn ends what is a thing's form by which others of it go.
var endsIn = regexp.MustCompile(`/(close|end|retire|conclude|refuse|approve|answer|lock|raise|not-ours|merge|report|unsolved|solved|fixed|later|bounce|withdraw|erase|off|undo|leave|take|object|again)$`)

// inOrder are forms with those last by which somebody or something ends.
func inOrder(forms []typedForm) []typedForm {
	last := func(g typedForm) int {
		if leaves(g.action) || endsIn.MatchString(g.action) {
			return 1
		}
		return 0
	}
	return slices.SortedStableFunc(slices.Values(forms), func(a, b typedForm) int { return cmp.Compare(last(a), last(b)) })
}

// fill types scripts into all fields of a form; what is refused then into each alone.
func (d *drawer) fill(g typedForm) {
	if len(g.texts) == 0 {
		return
	}
	if d.try(g, g.texts...) {
		return
	}
	for _, name := range g.texts {
		d.try(g, name)
	}
}

// try sends a form with scripts in some fields, as its page has it now, and reports
// whether it was taken.
func (d *drawer) try(g typedForm, names ...string) bool {
	if !g.asked {
		now := d.formsIn(d.ask(d.t, g.page, d.cookies(g.actor)).Body.String(), page{g.actor, g.page})
		at := slices.IndexFunc(now, func(n typedForm) bool { return n.action == g.action && len(n.values) == len(g.values) })
		if at < 0 {
			return true // it was sent, and its page has none any more
		}
		g.form = now[at].form
	}
	values := maps.Clone(g.values)
	typed := map[string]field{}
	for _, name := range names {
		d.typed++
		text := d.texts[d.typed*37%len(d.texts)] + " " + word(d.typed)
		values[name], typed[word(d.typed)] = []string{text}, field{g.action, name, text}
	}
	if values.Has("req_id") {
		values.Set("req_id", id.New[string]())
	}
	d.clock.Move(1)
	a := d.sends(g.form, values, "")
	if a.Code >= http.StatusInternalServerError {
		d.t.Errorf("%s: %v got %d", g.action, values, a.Code)
	}
	if len(names) == len(g.texts) && strings.Contains(a.Header().Get("Content-Type"), "html") {
		d.answers[g.route] = a
	}
	if a.Code != http.StatusSeeOther && a.Code != http.StatusOK {
		return false
	}
	maps.Copy(d.taken, typed)
	return true
}

var (
	linkIn  = regexp.MustCompile(`\shref="(/[^"#]*)`)
	wordsIn = regexp.MustCompile(`[bdfghjkmpqvwxz]{5}`)
)

// mostLinks are how many addresses of one route are looked at that only links name.
const mostLinks = 3

// read opens all pages, and those to which they lead, as a reader without a browser, and
// returns those that are pages, with the words on them.
func (d *drawer) read() (all []shown) {
	gets, seen, linked, readers := http.NewServeMux(), map[page]bool{}, map[string]int{}, map[string]bool{}
	for _, r := range d.app.routes {
		if r.Method == http.MethodGet {
			gets.Handle("GET "+r.Pattern, http.NotFoundHandler())
		}
	}
	for queue := d.pages(); len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		if seen[p] || p.path == "/sign-out" {
			continue
		}
		seen[p] = true
		if readers[p.path] && !within(p.path, "/me", "/help", "/join") { // what is typed is the same for others
			continue
		}
		a := d.ask(d.t, p.path, d.cookies(p.actor))
		body := a.Body.String()
		if a.Code != http.StatusOK || !strings.Contains(a.Header().Get("Content-Type"), "html") {
			continue
		}
		readers[p.path] = true
		if got := runs(body); got != "" {
			d.t.Errorf("%s as %s: gives %q, which could run", p.path, p.actor, got)
		}
		_, route := gets.Handler(httptest.NewRequest(http.MethodGet, p.path, nil))
		all = append(all, shown{p, route, d.wordsOn(body)})
		for _, m := range linkIn.FindAllStringSubmatch(body, -1) {
			next := page{p.actor, html.UnescapeString(m[1])}
			u, err := url.Parse(next.path)
			if err != nil {
				d.t.Errorf("%s as %s: leads to %q: %v", p.path, p.actor, next.path, err)
				continue
			}
			_, to := gets.Handler(&http.Request{Method: http.MethodGet, URL: u, Host: "localhost"})
			if key := p.actor + to; !seen[next] && linked[key] < mostLinks {
				linked[key]++
				queue = append(queue, next)
			}
		}
	}
	return all
}

// wordsOn are the words of what was typed that a page has on it.
func (d *drawer) wordsOn(body string) (words []string) {
	for _, w := range wordsIn.FindAllString(body, -1) {
		if _, ok := d.taken[w]; ok && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

func (d *drawer) shown(pages []shown) int {
	all := map[string]bool{}
	for _, p := range pages {
		for _, w := range p.words {
			all[w] = true
		}
	}
	return len(all)
}

// choose takes of each route the page with the most on it, and what it takes beside these to
// see each text wherever a route shows it.
func (d *drawer) choose(pages []shown) (some []shown) {
	drawn := map[string]bool{}
	slices.SortStableFunc(pages, func(a, b shown) int { return cmp.Compare(len(b.words), len(a.words)) })
	for _, p := range pages {
		fresh := !drawn[p.route]
		for _, w := range p.words {
			fresh = fresh || !drawn[p.route+" "+w]
		}
		if !fresh {
			continue
		}
		drawn[p.route] = true
		for _, w := range p.words {
			drawn[p.route+" "+w] = true
		}
		some = append(some, p)
	}
	slices.SortStableFunc(some, func(a, b shown) int { return cmp.Compare(a.actor, b.actor) })
	return some
}

// replies is where the browser finds what answered the form to a route.
const replies = "/replies"

// draw opens pages in the browser, each as its reader, and then what answered forms.
func (d *drawer) draw(t *testing.T, pages []shown) {
	browser := webtest.Start(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route, ok := strings.CutPrefix(r.URL.Path, replies)
		if !ok {
			d.app.Handler().ServeHTTP(w, r)
			return
		}
		a := d.answers[route]
		maps.Copy(w.Header(), a.Header())
		w.Header().Del("Content-Length")
		_, _ = w.Write(a.Body.Bytes())
	}))
	t.Cleanup(server.Close)
	for route := range d.answers {
		pages = append(pages, shown{page{"", replies + route}, route, nil})
	}
	var p *webtest.Page
	who, routes := "-", map[string]bool{}
	for _, c := range pages {
		if c.actor != who {
			who = c.actor
			if p != nil {
				p.Close()
			}
			p = browser.Open(t, server.URL+"/healthz", webtest.View{Width: 1280, Height: 900, Policy: true, Cookies: cookiesOf(d.cookies(who))})
			p.Trap()
		}
		routes[c.route] = true
		p.Go(server.URL + strings.ReplaceAll(c.path, "{", "%7B"))
		if got := p.Trapped(); got != "" {
			t.Errorf("%s as %s: got %q, want nothing that runs or could", c.path, c.actor, got)
		}
		if got := p.Exceptions(); len(got) > 0 {
			t.Errorf("%s as %s: got %q, want nothing stopped because nothing tried", c.path, c.actor, got)
		}
		urls, _ := p.Loaded()
		for _, u := range urls {
			if !strings.HasPrefix(u, server.URL+"/") {
				t.Errorf("%s as %s: asks for %s", c.path, c.actor, u)
			}
		}
	}
	webtest.Eval[bool](p, `(alert(7),true)`) // the trap itself
	if got := p.Trapped(); !strings.Contains(got, "alert 7") || len(pages) < 250 {
		t.Errorf("%d pages, and the trap holds %q", len(pages), got)
	}
	t.Logf("%d pages of %d routes", len(pages), len(routes))
}

// cookiesOf are cookies as a browser is given them.
func cookiesOf(header string) map[string]string {
	all := map[string]string{}
	for _, c := range strings.Split(header, "; ") {
		if name, value, ok := strings.Cut(c, "="); ok && value != "" {
			all[name] = value
		}
	}
	return all
}
