package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/evidence/proves"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	var v struct {
		Version, Commit, Go string
		Schema              int64
	}
	mustJSON(t, &v, "version", "--json")
	if v.Version == "" || v.Commit != commit || v.Schema < 202600000000 || !strings.HasPrefix(v.Go, "go1.") {
		t.Errorf("version --json: got %+v", v)
	}
	if text := must(t, "", "version"); !strings.Contains(text, v.Version) {
		t.Errorf("version: got %q, want %s in it", text, v.Version)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"frobnicate"}, {}, {"serve", "--port", "1"}, {"user", "add", "x", "--name", "x", "--role", "king"}} {
		if r := run(t, "", args...); r.code != 2 || r.err == "" {
			t.Errorf("nuanxin %v: got exit code %d and %q, want 2 and a word", args, r.code, r.err)
		}
	}
	if r := run(t, "", "--help"); r.code != 0 || !strings.Contains(r.out, "import stations") && !strings.Contains(r.out, "import") {
		t.Errorf("--help: got exit code %d: %s", r.code, r.out)
	}
}

// route is one line of routes --json.
type route struct {
	Method, Pattern, Action, Purpose string
	Roles                            []string
	BodyLimit                        int64 `json:"body_limit"`
}

func routes(t *testing.T) (all []route) {
	t.Helper()
	mustJSON(t, &all, "routes", "--json")
	return all
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	all := routes(t)
	for _, r := range all {
		if r.Method == "" || !strings.HasPrefix(r.Pattern, "/") || r.Action == "" || r.Purpose == "" || len(r.Roles) == 0 || r.BodyLimit <= 0 {
			t.Errorf("a route says too little: %+v", r)
		}
	}
	for _, want := range []string{"GET /healthz", "GET /metrics", "GET /api/v1/openapi.json", "GET /api/v1/stations/nearest", "GET /api/v1/stations/{id}",
		"GET /api/v1/stations/sync", "POST /api/v1/requests", "GET /api/v1/requests/{number}", "GET /api/v1/acts/{client_id}"} {
		if !slices.ContainsFunc(all, func(r route) bool { return r.Method+" "+r.Pattern == want }) {
			t.Errorf("%s is promised and not listed", want)
		}
	}
	if text := must(t, "", "routes"); !strings.Contains(text, "/api/v1/requests") {
		t.Error("routes without --json lists nothing")
	}
}

// What migrate makes can be used by every other command.
func TestMigrate(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, where []string) {
		first := must(t, "", with([]string{"migrate"}, where...)...)
		if again := must(t, "", with([]string{"migrate"}, where...)...); again != first || !strings.Contains(first, "schema 2026") {
			t.Errorf("migrate twice: got %q and %q", first, again)
		}
		must(t, "", with([]string{"check"}, where...)...)
		must(t, rootPassword+"\n", with([]string{"user", "add", "root", "--name", "管理员", "--area", "all"}, where...)...)
	})
}

// A database without its keys is refused by every command: new keys would hide
// that the old ones are lost.
func TestKeysAreNotMadeAnew(t *testing.T) {
	proves.That(t, "secrets")
	t.Parallel()
	eachDatabase(t, func(t *testing.T, where []string) {
		must(t, "", with([]string{"migrate"}, where...)...)
		if err := os.RemoveAll(filepath.Join(where[1], "keys")); err != nil {
			t.Fatal(err)
		}
		for _, command := range [][]string{{"migrate"}, {"check"}, {"user", "password", "root"}} {
			if r := run(t, rootPassword+"\n", with(command, where...)...); r.code != 1 || !strings.Contains(r.err, "key file") {
				t.Errorf("%v without the key file: got exit code %d, %s", command, r.code, r.err)
			}
		}
		if s, err := launch(with([]string{"serve"}, where...)...); err == nil {
			s.kill()
			t.Error("serve started without the key file")
		}
		if _, err := os.Stat(filepath.Join(where[1], "keys", "ring.json")); err == nil {
			t.Error("new keys were made for old data")
		}
	})
}

// Who names the wrong folder is not told that all is well.
func TestNoData(t *testing.T) {
	t.Parallel()
	none := filepath.Join(t.TempDir(), "typo")
	for _, args := range [][]string{{"check"}, {"check", "--json"}, {"backup", filepath.Join(t.TempDir(), "b.tar.gz")}} {
		if r := run(t, "", with(args, "--data", none)...); r.code != 1 || !strings.Contains(r.err, none) {
			t.Errorf("%v of nothing: got exit code %d, %s%s", args, r.code, r.out, r.err)
		}
	}
	if _, err := os.Stat(none); err == nil {
		t.Error("a folder was made for nothing")
	}
}

func TestUser(t *testing.T) {
	t.Parallel()
	where := sqlite(t)
	add := func(stdin, login string, more ...string) result {
		return run(t, stdin, with(with([]string{"user", "add", login, "--name", "刘婷"}, where...), more...)...)
	}
	if r := add(cadrePassword+"\n", "liuting", "--role", "cadre", "--area", area); r.code != 0 || strings.Contains(r.out+r.err, cadrePassword) {
		t.Fatalf("user add: got exit code %d, %s%s", r.code, r.out, r.err)
	}
	for about, r := range map[string]result{
		"twice the same login":  add(cadrePassword+"\n", "liuting", "--role", "cadre", "--area", area),
		"no password":           add("", "sunyue", "--area", area),
		"an empty password":     add("\n", "sunyue", "--area", area),
		"a password of a list":  add("1234567890\n", "sunyue", "--area", area),
		"neither area nor body": add(cadrePassword+"\n", "sunyue"),
		"an area that is none":  add(cadrePassword+"\n", "sunyue", "--role", "cadre", "--area", "99"),
		"a factor that is none": run(t, "", with([]string{"user", "factor", "liuting"}, where...)...),
		"nobody's factor":       run(t, "", with([]string{"user", "factor", "nobody"}, where...)...),
		"a rule without a day":  run(t, "", with([]string{"user", "require", "all", "--since", "soon"}, where...)...),
		"rules without a day":   run(t, "", with([]string{"user", "passwords", "djbh3", "--since", "soon"}, where...)...),
		"nobody's password":     run(t, cadrePassword+"\n", with([]string{"user", "password", "nobody"}, where...)...),
	} {
		if r.code != 1 || r.err == "" || strings.Contains(r.err, "goroutine") || strings.Contains(r.err, "%!") {
			t.Errorf("%s: got exit code %d, %s", about, r.code, r.err)
		}
	}
	s := start(t, serveFlags(where)...)
	old := s.signIn(t, "liuting", cadrePassword)
	if got := old.get(t, "/desk/requests"); got.status != http.StatusOK {
		t.Errorf("the inbox: got %d, want 200", got.status)
	}
	must(t, rootPassword+"\n", with([]string{"user", "password", "liuting"}, where...)...)
	if got := old.get(t, "/desk/requests"); strings.Contains(got.body, "刘婷") {
		t.Error("a session outlived the password")
	}
	s.signIn(t, "liuting", rootPassword)
	must(t, "", with([]string{"user", "passwords", "djbh3", "--since", "2026-01-02"}, where...)...)
	if got := s.signIn(t, "liuting", rootPassword).get(t, "/desk/me"); !strings.Contains(got.body, "GB/T 22239") {
		t.Errorf("the page on passwords says nothing of the rules: %d", got.status)
	}
	must(t, "", with([]string{"user", "passwords", "usual", "--since", "2026-01-03"}, where...)...)
	must(t, "", with([]string{"user", "require", "all", "--since", clock.Day(time.Now())}, where...)...)
	if got := s.signIn(t, "liuting", rootPassword).get(t, "/desk/requests"); got.location() != "/desk/me/factor" {
		t.Errorf("who must have a second factor is led to %q: %d", got.location(), got.status)
	}
}

func TestOneServerForAFolder(t *testing.T) {
	t.Parallel()
	where := sqlite(t)
	s := start(t, serveFlags(where)...)
	second, err := launch(serveFlags(where)...)
	if err == nil {
		second.kill()
		t.Fatal("a second process serves the same folder")
	}
	if code := second.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(second.said(), "another nuanxin") {
		t.Errorf("the second process ended with %d and said %s", code, second.said())
	}
	if got := s.client().get(t, "/healthz"); got.status != http.StatusOK {
		t.Errorf("the first one, after that: got %d", got.status)
	}
	s.stop(t)
	start(t, serveFlags(where)...) // its place is free at once
}
