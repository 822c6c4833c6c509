package arch_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
)

// sharp are packages of the standard library that only those may import who are
// named, with the reason.
var sharp = map[string]map[string]string{
	"os/exec":                           {"web/webtest": "starts the browser of the tests", "guard": "asks the commands of a hardware module, which the operator names", "licence/gen": "writes a file of the project, is no part of the program"},
	"unsafe":                            {},
	"plugin":                            {},
	"syscall":                           {"app/lockfile": "the lock of the data folder", "cmd/nuanxin": "the signal to stop", "outbound": "judges the address at the socket", "seal": "the lock of the key file"},
	"text/template":                     {},
	"html/template":                     {},
	"crypto/md5":                        {},
	"crypto/des":                        {},
	"crypto/rc4":                        {},
	"crypto/rsa":                        {},
	"crypto/dsa":                        {},
	"crypto/sha1":                       {},
	"math/rand":                         {},
	"net/smtp":                          {},
	"net/rpc":                           {},
	"net/http/cgi":                      {},
	"net/http/pprof":                    {},
	"expvar":                            {},
	"encoding/gob":                      {},
	"github.com/zitadel/oidc/v3/pkg/op": {}, // gives out tokens to others: for tests alone
	"database/sql/driver":               {"db": "the one package that speaks to a database", "db/powercut": "the simulated disk of the crash tests wraps a driver"},
}

// Nothing in the product runs other programs, steps past the types, draws weak
// randomness for secrets, or uses a broken cipher; the few who come near are named.
func TestSharpTools(t *testing.T) {
	proves.That(t, "no-exec", "mem-go", "rand-allowlist", "crypto-allowlist", "no-user-regex")
	for _, p := range packages(t) {
		from := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, internal), module)
		if strings.HasPrefix(from, "bench") {
			continue
		}
		for _, imp := range p.Imports {
			if allowed, ok := sharp[imp]; ok && allowed[from] == "" {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
			if imp == "math/rand/v2" && !slices.Contains([]string{"app/demo/world", "db", "db/powercut", "memo", "sms"}, from) {
				t.Errorf("%s imports %s: what nobody may guess comes from crypto/rand; an exception is named here", p.ImportPath, imp)
			}
			if imp == "regexp" && from != "station/amenity" { // it makes its own table by a helper
				onlyFixed(t, p)
			}
		}
	}
}

// onlyFixed fails for a pattern that is not written in the program.
func onlyFixed(t *testing.T, p pkg) {
	t.Helper()
	for _, name := range p.GoFiles {
		src, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range strings.Split(string(src), "regexp.")[1:] {
			made, rest, ok := strings.Cut(call, "(")
			if ok && strings.Contains(made, "Compile") && !strings.HasPrefix(rest, "`") && !strings.HasPrefix(rest, `"`) {
				t.Errorf("%s/%s makes a pattern of %.40q", p.ImportPath, name, rest)
			}
		}
	}
}

// Of what many programs have and attackers look for, there is nothing: no module for
// it is linked, and no package of the standard library for it is imported.
func TestNothingOfTheKind(t *testing.T) {
	proves.That(t, "nothing-of-the-kind")
	sum, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"ldap", "xpath", "latex", "memcache", "graphql", "saml", "webrtc", "pion", "websocket", "smtp", "gomail"} {
		for line := range strings.Lines(string(sum)) {
			if strings.Contains(strings.ToLower(line), word) {
				t.Errorf("go.mod requires %s, which speaks of %s: the plan of evidence says that there is none", strings.TrimSpace(line), word)
			}
		}
	}
}

// docs/security.md lists the cryptography that there is: every package of it that is
// imported, and no other.
func TestCryptographyIsListed(t *testing.T) {
	proves.That(t, "crypto-agility")
	text, err := os.ReadFile(filepath.Join(root, "docs/security.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "\n## Cryptography\n")
	list, _, _ = strings.Cut(list, "\n## ")
	used := map[string]bool{}
	for _, p := range packages(t) {
		if strings.HasPrefix(p.ImportPath, module+"bench") || strings.HasSuffix(p.ImportPath, "webtest") {
			continue
		}
		for _, imp := range p.Imports {
			if strings.HasPrefix(imp, "crypto/") || imp == "aead.dev/minisign" || strings.Contains(imp, "/gmsm/") || strings.Contains(imp, "/circl/") || strings.HasPrefix(imp, "golang.org/x/crypto/") {
				used[imp] = true
			}
		}
	}
	for _, imp := range slices.Sorted(maps.Keys(used)) {
		if !strings.Contains(list, "`"+imp+"`") {
			t.Errorf("docs/security.md does not list %s", imp)
		}
	}
	for line := range strings.Lines(list) {
		name, _, found := strings.Cut(strings.TrimPrefix(line, "| `"), "`")
		if found && strings.HasPrefix(line, "| `") && !used[name] {
			t.Errorf("docs/security.md lists %s, which nothing imports", name)
		}
	}
}
