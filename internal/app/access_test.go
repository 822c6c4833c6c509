package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/account/oidc"
	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/hold"
	"nuanxin/internal/id"
	memberintake "nuanxin/internal/member/intake"
	treeintake "nuanxin/internal/org/intake"
	"nuanxin/internal/request"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	stationlist "nuanxin/internal/station/intake/list"
	"nuanxin/internal/web"
)

// actors are everybody who tries every route. The outsiders have no part in the
// county's matters, stations or organisations.
var (
	actors = []string{"nobody", "worker", "worker2", "cadre", "sibling", "leader", "admin", "security", "auditor", "host", "host2", "partner", "partner2", "link", "link2",
		"parent", "child", "nation", "leader2", "admin2", "host3", "partner3", "link3", "ended", "future", "away", "locked", "erased"}
	outsiders = []string{"nobody", "worker2", "sibling", "host2", "partner2", "link2", "child", "leader2", "admin2", "host3", "partner3", "link3", "ended", "future", "away", "locked", "erased"}
)

// TestAccess tries every route as everybody and holds the outcome against a
// table that people review. Beside it stands a rule that needs no table: who
// has no part in a thing is told "missing", or is led to a sign-in that says
// nothing, wherever an address names that thing.
func TestAccess(t *testing.T) {
	proves.That(t, "authz-matrix")
	var b strings.Builder
	fmt.Fprintf(&b, "%-58s", "")
	for _, a := range actors {
		fmt.Fprintf(&b, " %-8s", a)
	}
	b.WriteByte('\n')
	w := newWorld(t)
	for _, name := range []string{"login_pair_free", "login_account_free", "login_address_free"} { // so that no cell depends on the tries before it
		if err := w.app.Accounts.SetLimit(authz.AsSystem(t.Context(), "test"), name, "2026-01-01", 1000, "test"); err != nil {
			t.Fatal(err)
		}
	}
	w.papers(t)
	w.crowd(t)
	rows := map[string]string{}
	for _, r := range w.inTurn() {
		if names(r.Pattern) {
			continue // the matrix tries these
		}
		path, names := w.path(r.Pattern)
		var row strings.Builder
		for _, actor := range actors {
			if path == "/sign-out" {
				continue // it would end the actors' sessions; accountweb tries it
			}
			got := w.try(t, r.Method, path, actor)
			fmt.Fprintf(&row, " %-8s", got)
			if names && slices.Contains(outsiders, actor) && !slices.Contains([]string{"missing", "sign-in", "again"}, got) {
				t.Errorf("%s %s tells %s %q; want missing", r.Method, path, actor, got)
			}
			if got == "internal" {
				t.Errorf("%s %s fails for %s", r.Method, path, actor)
			}
		}
		rows[r.Method+" "+r.Pattern] = row.String()
	}
	for _, r := range w.app.routes {
		if names(r.Pattern) {
			continue
		}
		fmt.Fprintf(&b, "%-58s%s\n", r.Method+" "+r.Pattern, rows[r.Method+" "+r.Pattern])
	}
	golden(t, "testdata/access.golden", b.String())
}

// names reports whether an address by the pattern names a thing.
func names(pattern string) bool {
	return strings.Contains(strings.TrimSuffix(pattern, "{$}"), "{") && !strings.HasPrefix(pattern, "/a/")
}

// inTurn are the routes as they are tried: those of bodies first, as long as they
// have the matter.
func (w *world) inTurn() []web.Route {
	all := slices.Clone(w.app.routes)
	slices.SortStableFunc(all, func(x, y web.Route) int {
		last := func(r web.Route) int {
			if strings.HasPrefix(r.Pattern, "/matters/") || strings.HasPrefix(r.Pattern, "/p/") {
				return 0
			}
			return 1
		}
		return last(x) - last(y)
	})
	return all
}

// papers are a list of stations that the cadre is about to import, and a photo,
// of the station and of the request, that bodies may see.
func (w *world) papers(t *testing.T) {
	t.Helper()
	w.incident = w.noticed(t, w.request.Number)
	w.assessed = w.assess(t, "security")
	w.stays = w.hold(t, hold.Matter, w.request.Number, "2027-03-01")
	list := must[sheet.Table](t)(sheet.Read(strings.NewReader("站点名称,地址\n示例新驿站,示例路 9 号\n"), sheet.Auto, sheet.Limits{}))
	w.batch = must[intake.Batch](t)(w.app.Intake.Stage(w.as(t, "cadre"), list, stationlist.Options{Area: "220402"})).ID
	w.roll = must[memberintake.ID](t)(w.app.Lists.Upload(w.as(t, "cadre"), []byte("姓名,手机号\n示例丙,19900000300\n"), memberintake.Options{Basis: memberintake.OnPaper, Where: "示例"}))
	w.tree = must[treeintake.ID](t)(w.app.Trees.Upload(w.as(t, "admin"), []byte("名称,类别,级别,区划代码,上级名称\n示例公司工会,基层工会,基层,220402001,查无此会\n"), "tree.csv"))
	w.draft = must[string](t)(w.app.Unions.Propose(w.as(t, "admin"), oidc.Draft{Org: string(w.body), Issuer: "https://idp.example.org", ClientID: "nuanxin", Secret: "0123456789"}))
	w.died = w.relatives(t, "cadre", "19900000002", "王示例")
	w.photo = id.New[string]()
	if err := (fileStore{Blobs: w.app.blobs}).Put(t.Context(), w.photo, []byte("x")); err != nil {
		t.Fatal(err)
	}
	must[station.Done](t)(w.app.Stations.AddPictures(w.as(t, "cadre"), w.station.ID, station.Picture{File: w.photo, Thumb: w.photo}))
	photo := request.File{Kind: request.Photo, Blob: w.photo, Size: 1}
	ref := request.Ref{ID: w.request.ID}
	must[request.Receipt](t)(w.app.Requests.Add(w.as(t, "worker"), ref, request.Say{Files: []request.File{photo}}))
	w.file = must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), ref)).Files[0].ID
	must[bool](t)(true, w.app.Shares.Decide(w.as(t, "worker"), ref, string(w.body), request.SharePhoto))
	must[request.Receipt](t)(w.app.Requests.Release(w.as(t, "cadre"), ref, w.file, true))
}

// path fills a pattern with the world's own things. names says that the address
// then names a thing of the county that is not public.
func (w *world) path(pattern string) (path string, names bool) {
	link, err := w.app.door.Token(w.request.ID, w.dispatch)
	if err != nil {
		panic(err)
	}
	id := map[string]string{
		"/desk/imports": string(w.batch), "/desk/member-lists": string(w.roll), "/desk/org-imports": string(w.tree),
		"/desk/stations": string(w.station.ID), "/host": string(w.station.ID), "/desk/requests": string(w.request.ID), "/matters": string(w.request.ID),
		"/desk/members": string(w.member), "/desk/orgs": string(w.body), "/desk/staff": string(w.spare), "/desk/security": string(w.spare), "/desk/security/union-providers": w.draft, "/desk/staff/union-provider": w.draft, "/desk/roles": string(w.spare), "/help": w.request.Number, "/api/v1/requests": w.request.Number,
		"/api/v1/stations": string(w.station.ID), "/api/v1/acts": string(w.station.ID), "/stations": w.station.Code, "/p": link,
		"/desk/rights": string(w.about), "/desk/breaches": string(w.incident), "/desk/assessments": string(w.assessed), "/desk/holds": string(w.stays), "/me/data/asks": string(w.about),
	}
	guarded := []string{"/desk/assessments", "/desk/imports", "/desk/org-imports", "/desk/member-lists", "/desk/stations", "/host", "/desk/requests", "/desk/members", "/desk/rights", "/me/data/asks", "/matters", "/desk/staff", "/desk/security", "/desk/security/union-providers", "/desk/staff/union-provider", "/desk/roles", "/help", "/api/v1/requests"}
	path = strings.TrimSuffix(pattern, "{$}")
	for prefix, value := range id {
		rest, ok := strings.CutPrefix(path, prefix+"/{")
		if !ok {
			continue
		}
		_, rest, _ = strings.Cut(rest, "}")
		path, names = prefix+"/"+value+rest, slices.Contains(guarded, prefix)
	}
	if strings.HasPrefix(pattern, "/desk/rights/{id}/kin") {
		path = strings.Replace(path, string(w.about), string(w.died), 1)
	}
	path = strings.NewReplacer("/files/{file}", "/files/"+string(w.file), "/files/{id}", "/files/"+string(w.file), "/photos/{file}", "/photos/"+w.photo).Replace(path)
	for i := strings.IndexByte(path, '{'); i >= 0; i = strings.IndexByte(path, '{') {
		end := i + strings.IndexByte(path[i:], '}')
		path = path[:i] + "01a20000-0000-7000-8000-000000000000" + path[end+1:]
	}
	return path, names
}

// try sends an empty request and names its outcome.
func (w *world) try(t *testing.T, method, path, actor string) string {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(""))
	if method != http.MethodGet {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if token := w.tokens[actor]; token != "" {
		r.AddCookie(&http.Cookie{Name: "nx", Value: token})
	}
	answer := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(answer, r)
	return outcome(answer)
}

func outcome(w *httptest.ResponseRecorder) string {
	switch to := w.Header().Get("Location"); {
	case w.Code == http.StatusSeeOther && strings.Contains(to, "sign-in"):
		return "sign-in"
	case w.Code == http.StatusSeeOther:
		return "done"
	case w.Code == http.StatusForbidden && strings.Contains(w.Body.String(), "登录到期了"):
		return "again" // the session is over: the form comes back, whatever the address
	}
	names := map[int]string{200: "ok", 201: "ok", 302: "done", 304: "ok", 400: "invalid", 403: "denied", 404: "missing", 405: "method", 409: "conflict", 410: "sold_out", 413: "large", 422: "invalid", 429: "busy", 500: "internal", 503: "busy"}
	if name, ok := names[w.Code]; ok {
		return name
	}
	return fmt.Sprint(w.Code)
}
