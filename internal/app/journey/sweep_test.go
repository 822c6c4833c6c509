package journey

import (
	"fmt"
	"html"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/web/webtest"
)

var (
	hexIn    = regexp.MustCompile(`[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{17,}`)
	hrefIn   = regexp.MustCompile(`(?:href|hx-get)="(/[^"#]*)`)
	namedIn  = regexp.MustCompile(`^(/[^?]*/)([0-9a-f]{8}-[0-9a-f-]{27}|\d{8}|\d{4}-\d{4}-\d{4,})(/[^?]*)?$`)
	notPages = regexp.MustCompile(`^/(api/|a/|metrics|healthz|sw\.js|manifest|icon-|gallery)|/files/|/photos/|\.(csv|xlsx)|\.(json|pdf)$|/template|/go\?map=|/peek$|/similar`)
)

// modes are the ways to look at a page, chosen in pairs: two neighbours differ
// in language, and any four hold each text size, any three each light.
func modes(i int) map[string]string {
	m := map[string]string{"lang": []string{"zh-CN", "en"}[i%2], "size": []string{"m", "l", "xl", "xxl"}[i%4]}
	switch i % 3 {
	case 1:
		m["theme"] = "dark"
	case 2:
		m["contrast"] = "high"
	}
	return m
}

// TestEveryPage walks from each role's first page along the links, and opens one
// page of each kind: once on the smallest screen with the largest text in one
// language, once as its turn comes in the other. A route that nobody can reach
// by a link is a fault, too.
func TestEveryPage(t *testing.T) {
	h := open(t)
	seen := map[string]bool{}
	n := 0
	for _, role := range []struct {
		login string
		from  []string
		view  webtest.View
	}{
		{"", []string{"/", "/?lat=42.9000&lng=125.1400", "/help", "/sign-in", "/staff/sign-in", "/privacy", "/offline"}, phoneView()},
		{phone, []string{"/help/mine", "/me"}, phoneView()},
		{memberPhone, []string{"/me"}, phoneView()},
		{movingPhone, []string{"/me"}, phoneView()},
		{"qiuye", []string{"/host", "/desk/me"}, phoneView()},
		{"hejie", []string{"/matters"}, deskView()},
		{"liuting", []string{"/desk/requests", "/desk/stations", "/desk/orgs"}, deskView()},
		{"sunyue", []string{"/desk/requests", "/desk/orgs"}, deskView()},
		{"zhouquan", []string{"/desk/imports"}, deskView()},
		{"hanmin", []string{"/desk/security"}, deskView()},
		{"weidong", []string{"/desk/audit"}, deskView()},
		{"admin", []string{"/desk/staff", "/desk/orgs", "/desk/me/prove"}, deskView()}, // the last comes by itself, when a proof is too old
	} {
		for _, path := range h.walk(t, role.login, role.from) {
			kind := kindOf(path)
			if seen[kind] {
				continue
			}
			seen[kind] = true
			n++
			small, large := modes(n+1), role.view
			small["size"] = "xxl"
			large.Cookies = modes(n)
			t.Run(kind, func(t *testing.T) {
				h.look(t, role.login, path, webtest.View{Width: 320, Height: 640, Cookies: small})
				h.look(t, role.login, path, large)
			})
		}
	}
	for _, missed := range unreached(t, seen) {
		t.Errorf("no link leads to %s", missed)
	}
	t.Logf("%d kinds of pages: %s", n, strings.Join(slices.Sorted(maps.Keys(seen)), " "))
}

func (h *house) look(t *testing.T, login, path string, v webtest.View) {
	t.Helper()
	say := fmt.Sprintf("%s %d px %v", login, v.Width, v.Cookies)
	v.Policy, v.Cookies = true, h.with(t, login, v.Cookies)
	p := h.browser.Turn(t, h.url+path, v)
	whole(t, say, p)
	if urls, bytes := p.Loaded(); v.Width == 360 && !strings.HasPrefix(path, "/desk") && !strings.HasPrefix(path, "/host") && (len(urls) > 4 || bytes > 40<<10) {
		t.Errorf("%s: got %d requests and %d bytes on a first visit, want at most 4 and 40 KB: %s", path, len(urls), bytes, strings.Join(urls, " "))
	}
}

// walk follows the links from the first pages and returns one address of each
// kind of page that opens.
func (h *house) walk(t *testing.T, login string, from []string) (paths []string) {
	t.Helper()
	seen := map[string]bool{}
	for queue := from; len(queue) > 0; queue = queue[1:] {
		path := queue[0]
		if kind := kindOf(path); seen[kind] || notPages.MatchString(path) {
			continue
		} else {
			seen[kind] = true
		}
		status, text := h.get(t, login, path)
		if status >= 400 {
			t.Errorf("%s: a link leads to %s, which answers %d", login, path, status)
		}
		if status != 200 {
			continue
		}
		paths = append(paths, path)
		for _, m := range hrefIn.FindAllStringSubmatch(text, -1) {
			queue = append(queue, html.UnescapeString(m[1]))
		}
	}
	return paths
}

// kindOf is the pattern of an address: what it names is left out, and where it
// only narrows a list, that too.
func kindOf(path string) string {
	path, query, _ := strings.Cut(path, "?")
	if m := namedIn.FindStringSubmatch(path); m != nil {
		path = m[1] + "{}" + m[3]
	}
	if path == "/" && strings.Contains(query, "area=") {
		return "/?area"
	} else if path == "/" && strings.Contains(query, "lat=") {
		return "/?lat"
	}
	return path
}

// unreached are the pages of the route table that were not seen.
func unreached(t *testing.T, seen map[string]bool) (missed []string) {
	t.Helper()
	table, err := os.ReadFile("../testdata/routes.golden")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := []string{
		"/desk", "/favicon.ico", "/p/{}", // a redirect, no page, by a message
		"/desk/requests/{}/name/shown", "/help/{}/sent", "/help/{}/phone", "/join/sent", // after a form, and for who has no name: requestweb's tests open them
		"/staff/sign-in/code",                  // after the right password of who has a second factor: accountweb's tests open it
		"/sign-in/again", "/sign-in/again/new", // of who comes back after long: silenceweb's tests open them
		"/desk/me/factor/codes",                                                            // of who has a second factor: likewise
		"/desk/me/factor/passkeys", "/staff/sign-in/union", "/staff/sign-in/union/{}/back", // a redirect; where a union has connected its own sign-in: accountweb's tests open them
		"/desk/security/union-providers/{}", "/staff/sign-in/invited/{}", // what a union proposes, and by the link of an invitation: likewise
		"/sign-in/wechat", "/sign-in/wechat/back", "/me/wechat", "/me/wechat/link", // inside WeChat, where there is an official account: accountweb's tests open them
		"/desk/imports/{}/apply", "/desk/requests/{}/recall", "/desk/requests/{}/more-time", "/desk/requests/{}/unmerge", "/help/{}/unsolved", // not in the state of the first one: the packages' own tests look at them
		"/desk/requests/{}/example",                     // of what is solved: app's tests open it
		"/desk/rights/{}/proof",                         // a photo, no page
		"/desk/holds/{}",                                // of what is held, and may there be nothing: app's tests open it
		"/desk/breaches/{}", "/desk/breaches/{}/report", // of an incident, and may there be none: app's tests open them
		"/desk/orgs/{}/merge", // nobody ends their own union, and that is the first one: lifeweb's tests open it
		"/desk/members/{}/approve", "/desk/members/{}/keep", "/desk/members/{}/resume", "/desk/members/{}/end",
		"/desk/members/{}/ties", "/desk/members/{}/ties/{}", // of who is a member, and tied
		"/desk/members/{}/original", "/desk/members/{}/correct", "/desk/members/{}/place", "/desk/member-gaps/{}", "/me/membership/identity", // of whose number does not match, or whose county has no union: desk's and memberweb's tests open them
		"/desk/members/{}/works/{}", "/me/membership/works/{}", // of who works somewhere: desk's and memberweb's tests open them
		"/desk/org-imports/{}", "/desk/org-imports/{}/apply", "/desk/org-imports/{}/undo", "/desk/organising/bare", // after a file was brought, and of places without a union: fileweb's and app's tests open them
		"/desk/rights/{}/forget", "/desk/rights/{}/kin", "/me/data/relatives", // of somebody without an account who asks to be erased, of who died, and where nothing is asked: app's tests open them
		"/desk/member-lists/{}", "/desk/member-lists/{}/apply", "/desk/member-lists/{}/undo", "/me/membership/found", // after a file was brought: the packages' own tests open them
		"/desk/member-twins/{}/{}", "/desk/member-twins/{}/{}/apart", "/desk/member-twins/{}/{}/up", "/desk/member-twins/{}/{}/merge", "/desk/member-twins/{}/{}/undo", // of who is recorded twice: likewise
	}
	for _, line := range strings.Split(string(table), "\n") {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "GET" {
			continue
		}
		kind := regexp.MustCompile(`\{[a-z_]+\}`).ReplaceAllString(strings.TrimSuffix(f[1], "{$}"), "{}")
		if !seen[kind] && !notPages.MatchString(kind) && !slices.Contains(elsewhere, kind) {
			missed = append(missed, kind)
		}
	}
	return missed
}
