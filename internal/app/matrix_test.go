//go:build !race

// Tries some forty thousand cells; scripts/test runs it without the race detector.

package app

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/station"
	"nuanxin/internal/web"
)

// part is what an actor is, as whoever hired them knows it: nothing of it is asked of
// the program.
type part struct {
	kind string // "worker", "staff", "link"; empty: nobody, or whose session is over
	role string
	area string
	org  string // by the name of its first actor
	only string // the one thing that a link opens
}

var matrixActors = map[string]part{
	"nobody": {}, "locked": {}, "erased": {},
	"worker": {kind: "worker"}, "worker2": {kind: "worker"}, "away": {kind: "worker"}, "own": {kind: "worker"},
	"cadre": {"staff", "cadre", middle, "", ""}, "sibling": {"staff", "cadre", beside, "", ""}, "parent": {"staff", "cadre", above, "", ""},
	"child": {"staff", "cadre", below, "", ""}, "nation": {"staff", "cadre", "", "", ""}, "leader": {"staff", "leader", middle, "", ""}, "leader2": {"staff", "leader", beside, "", ""},
	"admin": {"staff", "admin", middle, "", ""}, "admin2": {"staff", "admin", beside, "", ""}, "admin3": {"staff", "admin", above, "", ""},
	"security": {"staff", "security", middle, "", ""}, "security2": {"staff", "security", beside, "", ""}, "security3": {"staff", "security", above, "", ""},
	"auditor": {"staff", "auditor", above, "", ""},
	"host":    {"staff", "host", middle, "host", ""}, "host2": {"staff", "host", middle, "host2", ""}, "host3": {"staff", "host", beside, "host3", ""},
	"partner": {"staff", "partner", middle, "partner", ""}, "partner2": {"staff", "partner", middle, "partner2", ""}, "partner3": {"staff", "partner", middle, "partner3", ""},
	"link":  {"link", "partner", "", "partner", "a matter, handed to a body and its link"},
	"link2": {"link", "partner", "", "partner2", "a matter that was merged into it"},
	"link3": {"link", "partner", "", "partner3", "a matter, handed to a body and its link"},
	"ended": {kind: "staff", area: middle}, "future": {kind: "staff", area: middle}, // whose role is over, and has not begun
}

func actorNames() []string {
	return append(slices.Clone(actors), "admin3", "security2", "security3", "own")
}

// relations are how a thing may stand to an actor; each kind of thing is there in each of
// them, or it is said why it cannot be.
var relations = []string{"own", "same county", "sibling county", "parent", "child", "handed over", "merged", "moved away", "erased", "consent withdrawn", "ended role"}

// address is what an address names: the kind of the thing, and the act by which somebody
// there knows of it at all. To them what they may not do is denied; to others the thing
// is missing.
type address struct{ kind, seen string }

// addressed says what an address names, by what stands before it; the longest that fits
// counts.
var addressed = map[string]address{
	"/api/v1/acts/":      {"outcome", ""},
	"/desk/assessments/": {"assessment", "assess.see"},
	"/desk/breaches/":    {"incident", "breach.see"}, "/desk/children/": {"child", ""}, "/desk/firms/": {"company", "firm.see"}, "/desk/foundings/": {"founding", "founding.see"},
	"/desk/holds/": {"hold", "hold.see"}, "/desk/imports/": {"station list", "station_import.see"}, "/desk/member-lists/": {"member list", "member_import.see"},
	"/desk/member-twins/": {"pair", "member.see"}, "/desk/members/": {"member", "member.see"}, "/desk/members/{id}/phone": {"member", ""},
	"/desk/org-imports/": {"tree import", "org_import.see"}, "/me/membership/works/": {"own work", ""}, "/desk/member-gaps/": {"gap", ""},
	"/desk/orgs/": {"organisation", "org.see"}, "/desk/orgs/{id}/terms": {"term of office", "tenure.see"},
	"/desk/requests/": {"request", "request.read"}, "/desk/requests/{id}/example": {"request", "request.example_see"},
	"/matters/": {"request", "request.see"}, "/help/": {"request", "request.see"}, "/api/v1/requests/": {"request", "request.see"},
	"/desk/rights/": {"ask", "rights.see"}, "/desk/rights/{id}/kin": {"case of relatives", "rights.see"}, "/desk/requests/{id}/share": {"request", "request.see"}, "/me/data/asks/": {"ask", "rights.see"},
	"/desk/roles/": {"account", ""}, "/desk/security/": {"account", "account.watch"}, "/desk/staff/": {"account", "account.see"},
	"/desk/security/union-providers/": {"proposal", ""}, "/desk/security/union-providers/{id}/end": {"provider", ""}, "/desk/staff/union-provider/": {"proposal", "account.see"},
	"/desk/me/factor/union/": {"provider", "org.see"}, "/staff/sign-in/union/": {"provider", ""}, "/staff/sign-in/invited/": {"invitation", ""}, "/p/": {"link", ""},
	"/desk/stations/": {"station", "station_hidden.see"}, "/host/": {"station", "station_hidden.see"}, "/stations/": {"station", ""}, "/api/v1/stations/": {"station", ""},
}

// inside are the parts of a thing that an address does not name, but its form or what it
// asks does: where there is none, whoever may do it may be told that nothing is there.
var inside = map[string]string{
	"/desk/requests/{id}/recall": "dispatch", "/desk/requests/{id}/more-time": "dispatch", "/desk/requests/{id}/release": "file",
	"/desk/requests/{id}/example/back": "words", "/help/{number}/example/agree": "words", "/help/{number}/example/refuse": "words",
	"/desk/rights/{id}/proof": "proof", "/desk/rights/{id}/forget": "records", "/desk/stations/{id}/photos/remove": "file", "/desk/staff/{id}/invite": "union",
}

// acts are those of routes of which more or fewer may than their action says.
var acts = map[string]string{
	"GET /matters/{id}/files/{file}":               "request.see",          // a file is the same at each of its addresses
	"GET /desk/roles/{id}":                         "roles-of-others",      // a page of two administrators
	"GET /desk/security/union-providers/{id}":      "account.set_provider", // of the two who see providers, this page is the one's who decides
	"POST /desk/security/union-providers/{id}/set": "account.set_provider",
}

// may says in plain words who does what: the roles of those of the thing's area or above
// it ("^": of the area of the union that leads), who has a part in it, whose it is.
var may = map[string]string{
	"anyone": `station.see org.see request.capture act.outcome account.send_code account.start_link account.see_invite account.begin_invite
		account.begin_provider account.back_provider`,
	"signed-in":                `account.unlink_provider`,
	"there":                    `account.begin_link_provider`, // staff whose own area lies within the union's
	"asker":                    `founding.withdraw`,
	"owner":                    `request.progress request.add request.chase request.solved request.unsolved request.withdraw request.example_agree request.example_refuse request.share rights.take`,
	"nobody":                   `request.leave_phone`, // but who shows the secret of a request
	"owner cadre":              `request.example_see member.work`,
	"owner cadre leader":       `member.see rights.see`,
	"owner cadre leader party": `request.see`,
	"party":                    `request.matter request.bounce request.more_time request.report request.sign request.work`,
	"cadre leader":             `request.read request.assign request.raise rights.see_kin station_import.see member_import.see account.phone_recovery`,
	"cadre": `request.classify request.dispatch request.example_propose request.example_take_back request.merge request.give_time request.reveal request.not_ours
		request.recall request.release request.unmerge consent.ward_open firm.plan firm.tell station.import member.import member.not_same member.merge
		member.unmerge member.hand_up member.approve member.end member.open member.keep member.refuse member.resume member.tie member.ask_correction member.check_original member.place member.hand_over member.forget rights.see_kept rights.propose_kin rights.copy_kin rights.end_kin request.share_told account.recover_phone account.revoke_recovery
		rights.answer rights.hand_on rights.call station.close station.edit station.put_on_map`,
	"leader":                   `rights.decide_kin`,
	"cadre party":              `station.set_day station.settle`,
	"cadre leader admin":       `firm.see founding.see tenure.see`,
	"cadre leader admin party": `station_hidden.see`,
	"cadre admin":              `org.set_duties org.link tenure.set`,
	"^leader ^admin":           `founding.decide org.merge`,
	"admin": `org.close org.edit account.see account.end_stay account.reset_factor account.grant account.take account.invite_provider account.rename
		account.reset_password account.withdraw_provider org.import org_import.see`,
	"admin security":   `roles-of-others`,
	"security auditor": `assess.see`,
	"security": `assess.again assess.conclude assess.retire assess.revise breach.see breach.close breach.decide breach.judge breach.compute breach.note breach.persons breach.report hold.see hold.end hold.renew
		account.watch account.lock account.unlock account.end_sessions account.end_provider account.refuse_provider account.set_provider`,
}

// can reports whether p may do act to x, by the words above.
func (p part) can(actor, act string, x thing) bool {
	for who, acts := range may {
		if slices.Contains(strings.Fields(acts), act) {
			return slices.ContainsFunc(strings.Fields(who), func(word string) bool { return p.is(actor, word, x) })
		}
	}
	panic("nobody is said to do " + act)
}

// is reports whether word of [may] is said of p.
func (p part) is(actor, word string, x thing) bool {
	role, up := strings.CutPrefix(word, "^")
	area := x.area
	if up {
		area = x.led
	}
	switch word {
	case "anyone":
		return true
	case "signed-in":
		return p.kind == "worker" || p.kind == "staff"
	case "there":
		return p.kind == "staff" && len(p.area) >= len(x.area) && p.area[:len(x.area)] == x.area
	case "owner":
		return p.kind == "worker" && actor == x.owner
	case "asker":
		return actor == x.asker
	case "party":
		return p.org != "" && slices.Contains(strings.Fields(x.parties), p.org) && (p.only == "" || p.only == x.about)
	}
	return p.role == role && len(area) >= len(p.area) && area[:len(p.area)] == p.area
}

// expected is what becomes of an actor's try of a route with a thing, by the words above
// alone: "may", "denied", or "" where nothing is told.
func expected(r web.Route, x thing, actor string) string {
	p, at, name := matrixActors[actor], addressOf(r.Pattern), r.Method+" "+r.Pattern
	for _, e := range exceptions {
		if e.of(name, x, actor) {
			return e.want
		}
	}
	switch act := cmp.Or(acts[name], r.Action); {
	case x.gone || p.outside(r.Pattern):
		return ""
	case p.can(actor, act, x):
		return "may"
	case at.seen != "" && p.can(actor, at.seen, x):
		return "denied"
	}
	return ""
}

// outside reports whether p is not of those for whom this part of the site is.
func (p part) outside(pattern string) bool {
	switch {
	case within(pattern, "/desk", "/host"):
		return p.kind != "staff"
	case within(pattern, "/matters"):
		return p.kind == ""
	case within(pattern, "/me"):
		return p.kind != "worker"
	}
	return false
}

// exception is where a page does not follow from the words above, and why that is right.
type exception struct {
	routes, thing, actors string // routes and actors by commas; empty: all; the actor "owner" is whose the thing is
	want                  string // or "back": they may, and are led to another page than the thing's
	why                   string
}

var exceptions = []exception{
	{"GET /help/{number}/phone,POST /help/{number}/phone", "", "owner", "may", "they are led back: whoever has signed in has left a phone"},
	{"GET /help/{number}/files/{id},GET /matters/{id}/files/{file}", "the same with the consent withdrawn", "partner", "", "a body sees a photo while its worker agrees"},
	{"GET /desk/rights/{id}/hand,POST /desk/rights/{id}/hand,POST /desk/rights/{id}/answer,POST /desk/rights/{id}/phone,POST /desk/rights/{id}/forget", "", "owner", "denied", "they know of their own question"},
	{"GET /desk/orgs/{id}/terms/edit", "in a union that went into the county's", "leader", "may", "they are led back: nobody is in office there"},
	{"POST /desk/member-twins/{a}/{b}/undo", "two records of a county", "", "", "nothing was merged"},
	{"POST /desk/requests/{id}/share", "", "owner", "denied", "they know of their own matter"},
	{"POST /desk/requests/{id}/share", "a matter, handed to a body and its link", "link", "denied", "the link opens this matter elsewhere"},
	{"GET /desk/rights/{id}/forget", "", "leader,leader2", "", "what is kept is looked up by a cadre alone, and a leader is not told that there is something"},
	{"GET /desk/member-gaps/{county},POST /desk/member-gaps/{county}", "", "cadre,sibling,child", "back", "a county's number is public: they are led to the gaps of their own area, and move nobody"},
	{"GET /desk/member-gaps/{county},POST /desk/member-gaps/{county}", "a county without a union, whose people the city's has", "parent,nation", "back", "there is no union to hand anybody to"},
	{"GET /me/membership/works/{seq},POST /me/membership/works/{seq}", "", "worker,worker2,away", "back", "the number is of a line of their own record, which has none of it: another's opens to nobody"},
	{"GET /me/membership/works/{seq},POST /me/membership/works/{seq}", "a line that nobody's record has", "own", "back", "their record has no such line"},
	{"GET /desk/rights/{id}/proof", "of a member, with a photo that proves it", "owner", "denied", "it is their own photo, perhaps of an identity card, and a code alone does not open that"},
	{"POST /desk/staff/{id}/end,POST /desk/staff/{id}/factor,POST /desk/staff/{id}/password", "the administrator's own", "admin", "denied", "nobody does this to themselves"},
}

func (e exception) of(route string, x thing, actor string) bool {
	in := func(list, one string) bool { return list == "" || slices.Contains(strings.Split(list, ","), one) }
	return in(e.routes, route) && (e.thing == "" || e.thing == x.about) && (in(e.actors, actor) || e.actors == "owner" && x.owner == actor)
}

// led are the kinds of whose things a page is told from one that leads elsewhere.
var led = []string{"gap", "own work"}

// class is what an outcome tells.
func class(outcome string) string {
	switch outcome {
	case "missing", "sign-in", "again":
		return ""
	case "denied":
		return "denied"
	case "ok", "done", "invalid", "conflict", "busy", "sold_out":
		return "may"
	}
	return outcome
}

// addressOf is what a pattern names; the zero value where the matrix does not know it.
func addressOf(pattern string) address {
	longest := ""
	for prefix := range addressed {
		if strings.HasPrefix(pattern, prefix) && len(prefix) > len(longest) {
			longest = prefix
		}
	}
	return addressed[longest]
}

// fill puts a thing's ids into a pattern; ok is false where it lacks one.
func (x thing) fill(pattern string) (path string, ok bool) {
	path = strings.NewReplacer("/files/{id}", "/files/{file}", "/works/{seq}", "/works/{work}").Replace(pattern)
	for {
		before, rest, more := strings.Cut(path, "{")
		if !more {
			return path, true
		}
		name, after, _ := strings.Cut(rest, "}")
		id := x.ids[name]
		if id == "" {
			return "", false
		}
		path = before + id + after
	}
}

// naming are the routes whose addresses name a thing.
func naming(all []web.Route) (some []web.Route) {
	for _, r := range all {
		if names(r.Pattern) {
			some = append(some, r)
		}
	}
	return some
}

// here is an address of the program, without which no union has a sign-in of its own.
const here = "http://localhost:8080"

// cells are the outcomes of a matrix: by route, thing and actor.
type cells struct {
	mu  sync.Mutex
	all map[string]map[string]map[string]string
}

// TestAccessMatrix tries every route that names a thing, as everybody, on things in every
// relation, and holds each outcome against what plain words say of it. Nothing that is
// tried is kept, so that every cell meets the same world. The table is for people to
// review.
func TestAccessMatrix(t *testing.T) {
	proves.That(t, "authz-matrix", "authz-cross-tenant")
	if testing.Short() {
		t.Skip("left out with -short: tries some forty thousand cells")
	}
	got := &cells{all: map[string]map[string]map[string]string{}}
	quiet(t)
	w := emptyWorld(t)
	w.config.Origin = here
	w.open(t)
	m := w.everything(t)
	n := min(4, runtime.GOMAXPROCS(0))
	t.Run("cells", func(t *testing.T) {
		for i := range n {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				own := m.copied(t)
				some := naming(own.app.routes)
				for j := i; j < len(some); j += n {
					own.cells(some[j], got)
				}
			})
		}
	})
	related(t, m.all)
	golden(t, "testdata/matrix.golden", got.print(naming(w.app.routes), m.all))
}

// cells tries a route with each thing of its kind as everybody.
func (m *things) cells(r web.Route, into *cells) {
	kind := addressOf(r.Pattern).kind
	if kind == "" {
		m.t.Errorf("%s names a thing of which the matrix knows nothing", r.Pattern)
	}
	tried := map[string]map[string]string{}
	for _, x := range m.all {
		path, ok := x.fill(r.Pattern)
		if x.kind != kind || !ok {
			continue
		}
		row := map[string]string{}
		for _, actor := range actorNames() {
			row[actor] = m.attempt(r.Method, path, x, actor)
			got, want := class(row[actor]), expected(r, x, actor)
			if r.Method == http.MethodGet && slices.Contains(led, kind) && (want == "back") != (row[actor] == "done") {
				m.t.Errorf("%s, %s %s: %s gets %q, want %q", r.Pattern, x.kind, x.about, actor, row[actor], want)
			}
			if want == "back" {
				want = "may"
			}
			if part := inside[r.Pattern]; got != want && (want != "may" || got != "" || part == "" || x.ids[part] != "") {
				m.t.Errorf("%s %s, %s %s: %s gets %q, want %q", r.Method, r.Pattern, x.kind, x.about, actor, row[actor], want)
			}
		}
		tried[x.about] = row
	}
	if len(tried) == 0 && stays(kind, "own") != apart[0].why {
		m.t.Errorf("%s names a %s, and the matrix has none for it", r.Pattern, kind)
	}
	into.mu.Lock()
	into.all[r.Method+" "+r.Pattern] = tried
	into.mu.Unlock()
}

// copied are the same things in a program of their own, over a copy of the data, which
// from then on keeps nothing.
func (m *things) copied(t *testing.T) *things {
	t.Helper()
	w := emptyWorld(t)
	w.clock.Move(m.clock.Now().Sub(w.clock.Now()))
	w.tokens, w.config.Origin = m.tokens, here
	on := w.keepNothing(t)
	if err := os.CopyFS(w.config.Data+"/copy", os.DirFS(m.config.Data)); err != nil {
		t.Fatal(err)
	}
	w.config.Data += "/copy"
	w.app = must[*App](t)(Open(t.Context(), w.config))
	t.Cleanup(func() { must[bool](t)(true, w.app.Close()) })
	must[bool](t)(true, w.app.Finder.Refresh(t.Context()))
	on.Store(true)
	return &things{world: w, t: t, all: m.all}
}

// attempt tries an address with what its form asks for, as far as x has it.
func (m *things) attempt(method, path string, x thing, actor string) string {
	form := url.Values{"why": {"核对情况"}, "reason": {"核对情况"}, "version": {"1"}, "what": {string(station.Whats()[0])}}
	for _, name := range []string{"dispatch", "file", "words", "union"} {
		if x.ids[name] != "" {
			form.Set(name, x.ids[name])
		}
	}
	var body string
	if method == http.MethodGet {
		path += "?" + url.Values{"dispatch": form["dispatch"], "file": form["file"]}.Encode()
	} else {
		body = form.Encode()
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if method != http.MethodGet {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if token := m.tokens[actor]; token != "" {
		r.AddCookie(&http.Cookie{Name: "nx", Value: token})
	}
	answer := httptest.NewRecorder()
	m.app.Handler().ServeHTTP(answer, r)
	return outcome(answer)
}

// apart says why kinds of things do not stand in relations.
var apart = []struct{ kinds, relations, why string }{
	{"link,invitation,outcome", "*", "opens to whoever has the address"},
	{"own work", "same county,sibling county,parent,child,handed over,merged,moved away,erased,consent withdrawn,ended role", "names a line of the reader's own record alone"},
	{"gap", "own,same county,sibling county,child,handed over,merged,moved away,erased,consent withdrawn,ended role", "is of a county below the city, whose own union there is none of, or has nobody left to be handed over"},
	{"assessment,company,founding,hold,incident,member list,station list,tree import,pair,provider,proposal,term of office", "own,handed over,moved away,erased,consent withdrawn,ended role", "is the union's alone"},
	{"assessment,company,founding,hold,incident,member list,station list,tree import,provider,proposal,account,station,ask,child", "merged", "nobody merges it"},
	{"case of relatives", "own,child,handed over,merged,moved away,erased,consent withdrawn,ended role", "is about somebody who died, and the union's alone"},
	{"account,station,organisation", "moved away,erased,consent withdrawn", "is no worker's"},
	{"account,organisation,member,child", "handed over", "nobody hands it over"},
	{"station,organisation,ask,child,member", "ended role", "nobody holds it by a role; whose role ended is an actor"},
	{"pair", "sibling county,parent,child", "is a member's, and read with the first of them"},
	{"member,member list,ask,child", "child", "a street has no members: its county's union has"},
	{"ask", "consent withdrawn", "rests on no consent"},
}

// stays is why a kind of thing does not stand in a relation; empty where it has to.
func stays(kind, rel string) string {
	for _, a := range apart {
		if slices.Contains(strings.Split(a.kinds, ","), kind) && (a.relations == "*" || slices.Contains(strings.Split(a.relations, ","), rel)) {
			return a.why
		}
	}
	return ""
}

// related holds that each kind is there in each relation in which it can stand.
func related(t *testing.T, all []thing) {
	t.Helper()
	stands := map[string][]string{}
	for _, x := range all {
		stands[x.kind] = append(stands[x.kind], strings.Split(x.stands, ",")...)
	}
	for _, kind := range slices.Sorted(maps.Keys(stands)) {
		for _, rel := range relations {
			if has, why := slices.Contains(stands[kind], rel), stays(kind, rel); has == (why != "") && why != apart[0].why {
				t.Errorf("%s, %s: in the matrix %v, and why not: %q", kind, rel, has, why)
			}
		}
	}
}

// print writes the matrix with routes of the same cells together.
func (c *cells) print(routes []web.Route, all []thing) string {
	var b strings.Builder
	var n, tells int
	things := map[string]bool{}
	byCells, order := map[string][]string{}, []string{}
	for _, r := range routes {
		name := r.Method + " " + r.Pattern
		var rows strings.Builder
		kind := addressOf(r.Pattern).kind
		fmt.Fprintf(&rows, "%s\n", kind)
		for _, x := range all {
			row, ok := c.all[name][x.about]
			if x.kind != kind || !ok {
				continue
			}
			things[kind+x.about] = true
			by := map[string][]string{}
			for _, actor := range actorNames() {
				n++
				by[class(row[actor])] = append(by[class(row[actor])], actor)
			}
			tells += len(by["may"]) + len(by["denied"])
			fmt.Fprintf(&rows, "  %s (%s)\n    may: %s\n    denied: %s\n", x.about, strings.ReplaceAll(x.stands, ",", ", "), strings.Join(by["may"], " "), strings.Join(by["denied"], " "))
		}
		if byCells[rows.String()] == nil {
			order = append(order, rows.String())
		}
		byCells[rows.String()] = append(byCells[rows.String()], name)
	}
	fmt.Fprintf(&b, "%d routes that name a thing x %d actors x %d things in %d relations = %d cells; %d of them may or are denied, to all others nothing is told\n", len(routes), len(actorNames()), len(things), len(relations), n, tells)
	for _, rows := range order {
		kind, rest, _ := strings.Cut(rows, "\n")
		fmt.Fprintf(&b, "\n%s: %s\n%s", kind, strings.Join(byCells[rows], "\n  "), rest)
	}
	return b.String()
}
