package arch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
)

// waysOut are names by which a program reaches another machine past the rules
// of internal/outbound.
var waysOut = map[string][]string{
	"net/http": {
		"Client", "DefaultClient", "Transport", "DefaultTransport", "Get", "Head", "Post", "PostForm", "NewClientConn", "NewProxyClientConn",
	},
	"net": {
		"Dialer", "Dial", "DialTimeout", "DialIP", "DialTCP", "DialUDP", "DialUnix", "Resolver", "DefaultResolver",
	},
	"crypto/tls":        {"Dialer", "Dial", "DialWithDialer", "Client"},
	"net/http/httputil": {"ReverseProxy", "NewSingleHostReverseProxy"},
	"net/smtp":          {"Dial", "SendMail"},
	"net/rpc":           {"Dial", "DialHTTP", "DialHTTPPath"},
}

// mayGoOut are the files that may use those names, with the reason.
var mayGoOut = map[string]string{
	"internal/outbound/": "the one way out",
	"internal/scan/":     "the malware scanner's Unix socket, on the machine itself",
	"bench/":             "measures servers, and is no part of the program",
}

func TestOneWayOut(t *testing.T) {
	proves.That(t, "egress-allowlist")
	used := map[string]bool{}
	for _, file := range sources(t) {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		found := exits(t, file, text)
		room := ""
		for prefix := range mayGoOut {
			if strings.HasPrefix(file, prefix) {
				room = prefix
			}
		}
		if room != "" {
			used[room] = used[room] || len(found) > 0
			continue
		}
		for _, f := range found {
			t.Errorf("%s; what goes out goes through internal/outbound", f)
		}
	}
	for room := range mayGoOut {
		if !used[room] {
			t.Errorf("%s uses none of the names; its exception can go", room)
		}
	}
}

// exits are the places in a file where a way out is named.
func exits(t *testing.T, file string, text []byte) (found []string) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, file, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{} // in this file → import path
	for _, imp := range f.Imports {
		from, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		name := path.Base(from)
		if imp.Name != nil {
			name = imp.Name.Name
		}
		if name == "." && waysOut[from] != nil {
			found = append(found, file+" imports "+from+" without its name")
		}
		names[name] = from
	}
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(waysOut[names[x.Name]], sel.Sel.Name) {
			found = append(found, set.Position(n.Pos()).String()+" uses "+names[x.Name]+"."+sel.Sel.Name)
		}
		return true
	})
	return found
}

func TestExitsAreSeen(t *testing.T) {
	const head = "package p\n"
	for text, want := range map[string]int{
		head + `import "net/http"` + "\nvar c = &http.Client{}":                            1,
		head + `import "net/http"` + "\nfunc f(c *http.Client) { http.Get(\"\") }":         2,
		head + `import web "net/http"` + "\nvar c = web.DefaultClient":                     1,
		head + `import . "net/http"` + "\nvar c = DefaultClient":                           1,
		head + `import "net"` + "\nvar d net.Dialer":                                       1,
		head + `import "net/http"` + "\nvar s http.Server":                                 0,
		head + `import "example.org/http"` + "\nvar c = http.Client{}":                     0,
		head + `import "crypto/tls"` + "\nvar c = tls.Config{}; var d = tls.Dialer{}":      1,
		head + `import "net/http"` + "\ntype own struct{}\nfunc (own) Get() {}; var o own": 0,
	} {
		if got := exits(t, "p.go", []byte(text)); len(got) != want {
			t.Errorf("%q: got %v, want %d", text, got, want)
		}
	}
}

func TestOnlyAdaptersGoOut(t *testing.T) {
	proves.That(t, "egress-allowlist")
	for from, may := range map[string]bool{"sms": true, "idp": true, "wechat": true, "account/oidc": false, "request": false, "request/requestweb": false, "op": false, "region": false, "web": false} {
		if why := between(from, "outbound"); (why == "") != may {
			t.Errorf("%s: got %q, want it allowed: %v", from, why, may)
		}
	}
}
