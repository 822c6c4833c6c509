//go:build !race

// With the race detector this takes ten minutes; scripts/test runs it without.

package app

import (
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/id"
)

// hostiles are what people and machines put into fields.
var hostiles = map[string]string{
	"markup, SQL, templates": `"><script>alert(1)</script>'; drop table org; -- {{.Name}} %s ../../etc/passwd`,
	"a formula":              `=HYPERLINK("http://x","y")`,
	"10,000 characters":      strings.Repeat("长", 10_000),
	"turned writing":         "\u202e反过来\u2066",
	"nothing that shows":     "\u200b\ufeff",
	"a NUL, no text":         "东\x00门\xff\xfe",
	"a number beyond all":    "99999999999999999999999999",
}

var (
	formIn  = regexp.MustCompile(`(?s)<form[^>]*?(?:action="([^"]*)")[^>]*>(.*?)</form>`)
	fieldIn = regexp.MustCompile(`(?s)<(input|textarea|select)([^>]*)>`)
	nameIn  = regexp.MustCompile(`\sname="([^"]*)"`)
	valueIn = regexp.MustCompile(`\svalue="([^"]*)"`)
)

// filled are plausible values for fields that a page leaves empty, so that one
// bad field is not hidden behind another.
var filled = map[string]string{
	"name": "试试", "login": "shishi", "level": "county", "kind": "partner", "area": "220402", "role": "cadre", "words": "东门不让进", "task": "请去看看", "deadline": "2026-12-01",
	"from": "2026-12-01", "day": "2026-12-01", "reason": "检修", "suggest": "住建局", "why": "超过时限", "who": "住建局", "phone": "04376000000", "cite": "示例规定", "zh": "明天去看", "title": "东门",
	"hours": "08:00-20:00", "address": "示例街 1 号", "lat": "42.90", "lng": "125.14", "until": "2026-12-01", "source": "示例文", "text": "{}", "numbers": "2026-1124-0001", "document": "11010519491231002X",
}

// form is one form of a page as a browser would send it.
type form struct {
	actor, action string
	values        url.Values
	texts         []string // the fields into which anything can be typed
	parts         bool     // it is sent as one that may bring files
}

// TestHostileFields puts hostile text into every field of every form that
// everybody meets, and into what addresses ask, on both databases: nothing
// breaks inside, no inside shows, and nothing written comes back as markup.
func TestHostileFields(t *testing.T) {
	proves.That(t, "inj-canon", "inj-corpus", "money-overflow")
	if testing.Short() {
		t.Skip("left out with -short: takes half a minute")
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		hostile(t, newWorld(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		hostile(t, pgWorld(t))
	})
}

func hostile(t *testing.T, w *world) {
	t.Helper()
	forms := w.forms(t)
	tries := 0
	for _, f := range forms {
		for name := range f.values {
			for about, bad := range hostiles {
				values := maps.Clone(f.values)
				values[name] = []string{bad}
				if values.Has("req_id") {
					values.Set("req_id", id.New[string]())
				}
				tries++
				w.sound(t, about+" as "+name, http.MethodPost, f.action, f.actor, values)
			}
		}
	}
	if len(forms) < 50 || tries < 1500 {
		t.Errorf("only %d forms and %d tries: the pages were not read", len(forms), tries)
	}
	w.asked(t)
}

// asked puts hostile text into what addresses ask, everything at once, and what
// reaches the database by itself.
func (w *world) asked(t *testing.T) {
	t.Helper()
	names := []string{"q", "area", "after", "group", "topic", "open", "kind", "have", "services", "lat", "lng", "since", "limit", "dispatch", "next"}
	for _, r := range w.app.routes {
		if r.Method != http.MethodGet || strings.HasPrefix(r.Pattern, "/a/") || strings.Contains(r.Pattern, "openapi") {
			continue
		}
		path, _ := w.path(r.Pattern)
		who := "worker"
		for _, role := range []string{"partner", "host", "cadre", "admin"} {
			if slices.Contains(r.Roles, role) {
				who = role
			}
		}
		for about, bad := range hostiles {
			bad = bad[:min(len(bad), 3000)] // an address has its own limit
			all := url.Values{}
			for _, name := range names {
				all.Set(name, bad)
			}
			asked := []url.Values{all}
			if !strings.Contains(r.Pattern, "{") {
				asked = append(asked, url.Values{"q": {bad}}, url.Values{"area": {bad}}, url.Values{"after": {bad}})
			}
			for _, v := range asked {
				w.sound(t, about+" in the address", http.MethodGet, path+"?"+v.Encode(), who, nil)
			}
		}
	}
}

// forms are the forms by POST of all pages, each once.
func (w *world) forms(t *testing.T) (all []form) {
	t.Helper()
	seen := map[string]bool{}
	for _, r := range w.app.routes {
		if r.Method != http.MethodGet {
			continue
		}
		path, _ := w.path(r.Pattern)
		for _, actor := range []string{"cadre", "leader", "admin", "host", "partner", "worker", "worker2", "nobody"} {
			for _, m := range formIn.FindAllStringSubmatch(w.ask(t, path, "nx="+w.tokens[actor]).Body.String(), -1) {
				action, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
				f := form{actor, action, valuesOf(m[2]), typable(m[2]), strings.Contains(m[0][:strings.IndexByte(m[0], '>')], "multipart")}
				key := f.action + strings.Join(slices.Sorted(maps.Keys(f.values)), " ")
				if !seen[key] && strings.Contains(m[0][:strings.IndexByte(m[0], '>')], "post") && strings.HasPrefix(f.action, "/") && f.action != "/sign-out" {
					seen[key] = true
					all = append(all, f)
				}
			}
		}
	}
	return all
}

// valuesOf are a form's fields with what the page has filled in.
func valuesOf(inner string) url.Values {
	values := url.Values{}
	for _, m := range fieldIn.FindAllStringSubmatch(inner, -1) {
		name := nameIn.FindStringSubmatch(m[2])
		if name == nil || strings.Contains(m[2], `type="file"`) {
			continue
		}
		value := ""
		if v := valueIn.FindStringSubmatch(m[2]); v != nil {
			value = html.UnescapeString(v[1])
		}
		if value == "" {
			value = filled[name[1]]
		}
		if !values.Has(name[1]) {
			values.Set(name[1], value)
		}
	}
	return values
}

// sound sends and looks at the answer.
func (w *world) sound(t *testing.T, about, method, path, actor string, values url.Values) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "nx", Value: w.tokens[actor]})
	answer := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(answer, r)
	body := answer.Body.String()
	if answer.Code == http.StatusInternalServerError {
		t.Errorf("%s: %s %.200s fails inside for %s", about, method, path, actor)
	}
	if strings.HasPrefix(path, "/api/") && answer.Code >= 400 && !strings.Contains(body, `"code":`) {
		t.Errorf("%s: %s %.200s answers %d without a problem: %s", about, method, path, answer.Code, body)
	}
	if found := leaks(body); found != "" {
		t.Errorf("%s: %s %.200s shows %q to %s", about, method, path, found, actor)
	}
	if strings.Contains(answer.Header().Get("Content-Type"), "html") && strings.Contains(body, "<script>alert(1)") {
		t.Errorf("%s: %s %.200s gives %s a script", about, method, path, actor)
	}
}
