// Package arch_test keeps the shape of the house: the direction of imports,
// who may touch what, and how large a room may grow. Where it complains, the
// design is wrong, not the test; an exception is a line here with its reason.
package arch_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	module   = "nuanxin/"
	root     = "../.."
	maxFile  = 500  // lines
	maxFunc  = 60   // lines
	maxRoom  = 2500 // lines of a package, without tests and generated code
	internal = module + "internal/"
)

// ground knows no domain; each may import those before it.
var ground = []string{"id", "fault", "clock", "db", "seal", "authz", "op", "hold", "consent", "job", "outbound"}

// facts are data and arithmetic; any package above the ground may import them,
// and they may import one another.
var facts = []string{"region", "workday", "hours", "geo", "idcard", "pinyin", "nearby", "sheet", "media", "plain", "memo", "paper"}

// adapters stand behind interfaces that domains own; only app and cmd know them.
var adapters = []string{"blob", "guard", "idp", "realname", "scan", "sms", "wechat"}

// drivers are packages that may import what others may not, with the reason.
var drivers = map[string]map[string]string{
	"database/sql": {
		"db":          "the one package that speaks to a database",
		"db/powercut": "the simulated disk of the crash tests wraps a driver",
		"db/dbtest":   "makes the databases of tests, which is no act of a transaction",
	},
	"net/http": {
		"web":         "the edge",
		"web/ui":      "the edge's components read cookies",
		"web/webtest": "the edge's tests start a server",
		"outbound":    "the one way out",
		"sms":         "the gateway adapter makes requests for it",
		"idp":         "a library wants a client; it gets outbound's",
		"wechat":      "the adapter makes requests for outbound",
		"guard":       "a key service is asked over it",
		"realname":    "the adapter makes requests for outbound",

		"realname/realnametest": "the tests' service",

		"app":         "the whole program is one handler",
		"app/door":    "partner bodies come in by a link",
		"app/own":     "pages that tell of one person from every domain",
		"app/wardweb": "pages on children, whom package consent keeps, which is ground and has none",
		"app/holdweb": "pages on what package hold keeps, which is ground and has none",
	},
}

type pkg struct {
	ImportPath string
	Doc        string
	Dir        string
	GoFiles    []string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Doc,Dir,GoFiles,Imports", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		for _, imp := range p.Imports {
			if why := forbidden(p.ImportPath, imp); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, imp, why)
			}
		}
	}
}

// forbidden says why from may not import to, or "".
func forbidden(from, to string) string {
	from, inside := strings.CutPrefix(from, internal)
	if !inside {
		return "" // cmd and bench put things together
	}
	if allowed, ok := drivers[to]; ok && allowed[from] == "" && !isWeb(from) {
		return "only a few packages may; see drivers in internal/arch"
	}
	if to == internal+"db/powercut" {
		return "the simulated disk is for tests alone"
	}
	to, ok := strings.CutPrefix(to, internal)
	if !ok || from == "app" || strings.HasPrefix(from, "app/") {
		return ""
	}
	return between(from, to)
}

// between judges two packages under internal.
func between(from, to string) string {
	domain, target := top(from), top(to)
	switch f, g := slices.Index(ground, domain), slices.Index(ground, target); {
	case domain == target:
		if isWeb(to) && !isWeb(from) {
			return "a domain does not know its pages"
		}
		return ""
	case target == "app":
		return "only cmd imports app"
	case target == "outbound" && !slices.Contains(adapters, domain):
		return "only adapters speak to other machines"
	case f >= 0 && (g < 0 || g >= f):
		return "the ground knows only the ground before it"
	case g >= 0:
		return ""
	case slices.Contains(facts, target):
		return ""
	case slices.Contains(facts, domain):
		return "facts know only the ground and one another"
	case slices.Contains(adapters, target):
		return "adapters are connected in app"
	case target == "web" && isWeb(from):
		return ""
	case target == "web":
		return "only pages know the edge"
	}
	return "domains meet only in app"
}

func top(path string) string {
	first, _, _ := strings.Cut(path, "/")
	return first
}

// isWeb reports whether path is web itself or a domain's pages: station/stationweb.
func isWeb(path string) bool {
	domain, sub, _ := strings.Cut(path, "/")
	return domain == "web" || strings.HasPrefix(sub, domain+"web")
}

func TestDocs(t *testing.T) {
	for _, p := range packages(t) {
		if p.Doc == "" && len(p.GoFiles) > 0 {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

// bigFiles are files that may be longer, with the reason.
var bigFiles = map[string]string{}

// bigFuncs are functions that may be longer, with the reason.
var bigFuncs = map[string]string{}

// bigRooms are packages that may be larger, with the reason.
var bigRooms = map[string]string{}

func TestSizes(t *testing.T) {
	rooms := map[string]int{}
	for _, path := range sources(t) {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Count(text, []byte("\n"))
		if lines > maxFile && bigFiles[path] == "" {
			t.Errorf("%s has %d lines; %d at most", path, lines, maxFile)
		}
		rooms[filepath.Dir(path)] += lines
		checkFile(t, path, text)
	}
	for room, lines := range rooms {
		if lines > maxRoom && bigRooms[room] == "" {
			t.Errorf("%s has %d lines; %d at most", room, lines, maxRoom)
		}
	}
}

// checkFile looks at the functions and declarations of one file.
func checkFile(t *testing.T, path string, text []byte) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			length := set.Position(n.End()).Line - set.Position(n.Pos()).Line + 1
			if length > maxFunc && bigFuncs[path+":"+n.Name.Name] == "" {
				t.Errorf("%s: %s has %d lines; %d at most", path, n.Name.Name, length, maxFunc)
			}
			if n.Name.Name == "init" && n.Recv == nil {
				t.Errorf("%s has an init function", path)
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && n.Sel.Name == "Now" && !mayTellTime(path) {
				t.Errorf("%s:%d calls time.Now; the time comes from clock", path, set.Position(n.Pos()).Line)
			}
		}
		return true
	})
}

// mayTellTime reports whether path may ask the machine's clock itself.
func mayTellTime(path string) bool {
	return strings.HasPrefix(path, "internal/clock/") || strings.HasPrefix(path, "bench/")
}

// sources are the hand-written Go files of the program, without tests.
func sources(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "testdata") && path != root {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, "_templ.go") {
			rel, err := filepath.Rel(root, path)
			all = append(all, rel)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
