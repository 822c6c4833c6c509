package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
)

// oneLayer are kinds of things of which the database is not asked, and why not.
var oneLayer = map[string]string{
	"keys":           "the program's own work",
	"member_round":   "the program's own work",
	"retain":         "the program's own work",
	"release":        "the program's own file",
	"member_code":    "a door, which no row knows; the member behind the code is asked about by the code's secret",
	"member_export":  "an area that somebody asks for: what is read in it is a list, limited by the scope",
	"request_export": "an area that somebody asks for: what is read in it is a list, limited by the scope",
	"request_policy": "an area, which no row knows before the rule is written",
	"request_phrase": "an area, which no row knows before the phrase is written",
	"org_copy":       "an area that somebody asks for: what is read in it is limited by the scope",
	"cover":          "an area that somebody asks for: what is read in it are counts",
	"retain_rule":    "the whole installation, which no row knows before the rule is written",
	"rights_index":   "the program's own work",
	"breach_list":    "made in this very act",
}

// named are kinds that stand in the source by what computes them.
var named = map[string][]string{"kindOf(s.Public)": {"station", "station_hidden"}, "string(t.Kind)": {"member", "request"}, "a.Kind": {"request_policy", "request_phrase", "request_export"}}

// openLists are listings that do not ask whose something is, and why that is right: by
// the function they stand in.
var openLists = map[string]string{
	"account/phone.Mine":        "asks both layers about the worker who asks",
	"app/own.contact":           "asks both layers about the worker who asks",
	"breach.Mine":               "asks both layers about the worker who asks",
	"account/trail.List":        "asks both layers about the installation, whose trail it is",
	"account/trail.Checks":      "asks both layers about the installation, whose trail it is",
	"account.Rights":            "of the program, for work that goes on in somebody's name",
	"account.unused":            "one's own passwords, for one's own next",
	"app/own.looksAt":           "names those in looks that both layers let through",
	"account/warden.Policies":   "limits that are the same for all",
	"breach.Rules":              "limits that are the same for all",
	"hold.Terms":                "limits that are the same for all",
	"assess.Terms":              "cases and limits that are the same for all",
	"retain.Rules":              "limits that are the same for all",
	"retain.Endless":            "what no rule drops, which is the same for all",
	"consent.Purposes":          "purposes that are the same for all",
	"retain.MaySet":             "whether the reader may set rules for the whole installation",
	"org/platform.Platforms":    "names of platforms around where somebody works, which the join page tells everybody",
	"org/intake.Refused":        "rows of an import that both layers have let through",
	"org/intake.beside":         "unions beside rows that somebody brings; each is judged",
	"rights.Known":              "fields that are the same for all",
	"member.Offer":              "what a union offers whoever is about to apply",
	"member.Choice":             "what a union offers whoever is about to apply",
	"request/office.Hears":      "the union that hears a place, which it tells everybody",
	"request/rules.LimitsFor":   "the time that an area gives itself, which it tells everybody",
	"request/rules.DatedLimits": "the times that areas give themselves, which they tell everybody",
	"request/rules.Phrases":     "texts without anybody in them",
	"member/card.find":          "the member behind a number, who is then judged at the door",
	"member/intake.Found":       "what waits for the phone of the worker who asks; it names nobody",
	"member/intake.Upload":      "an age that is the same for all",
	"member/intake.Refused":     "rows of a list that both layers have let through",
	"rights.Proofs":             "of the program, which sweeps files",
	"rights.notify":             "of the program, which tells that there is an answer",
	"station/intake.number":     "a number that counts changes",
	"station/intake.rows":       "rows of an import that both layers have let through",
	"station/intake.reversed":   "stations of an import that both layers have let through; each is judged",
	"station/intake.glance":     "stations beside rows that somebody brings; each is judged",
	"station/intake.Apply":      "what came of an import that both layers have let through",
	"station/intake.Undo":       "what came of an import that both layers have let through",
	"station/intake.due":        "of the program, which goes on with imports",
}

// Whatever can be acted upon stands before both layers, or it is said here why the
// database is not asked; and whatever is listed is limited by its reader's scope.
func TestEveryKindHasTwoLayers(t *testing.T) {
	proves.That(t, "two-layers")
	w := emptyWorld(t)
	w.begin(t)
	w.app = must[*App](t)(Open(t.Context(), w.config))
	t.Cleanup(func() { must[bool](t)(true, w.app.Close()) })
	rows := reflect.ValueOf(w.app.Requests).Elem().FieldByName("desk").Elem().FieldByName("rows")
	src := readSource(t)
	kinds := map[string]bool{}
	for _, kind := range src.kinds {
		kinds[kind] = true
		has, why := rows.MapIndex(reflect.ValueOf(kind)).IsValid(), oneLayer[kind]
		if has == (why != "") {
			t.Errorf("%s: asked of the database: %v, and why not: %q", kind, has, why)
		}
	}
	for kind := range oneLayer {
		if !kinds[kind] {
			t.Errorf("there is no %s", kind)
		}
	}
	if len(kinds) < 25 {
		t.Errorf("only %d kinds were found: the source was not read", len(kinds))
	}
	for _, l := range src.lists {
		act := authz.Action(l.act)
		if _, ok := Policy[act]; !ok {
			t.Errorf("%s lists by %q, which is no act", l.where, l.act)
		}
		roles := Policy.Roles(act)
		if slices.Contains(roles, "anyone") || slices.Equal(roles, []string{"system"}) {
			continue
		}
		if openLists[l.where] == "" {
			t.Errorf("%s lists by %s without the reader's scope", l.where, l.act)
		}
	}
	for where := range openLists {
		if !slices.ContainsFunc(src.lists, func(l listing) bool { return l.where == where }) {
			t.Errorf("%s lists nothing without a scope", where)
		}
	}
}

// source is what the program's text says of the layers.
type source struct {
	kinds []string
	lists []listing
}

// listing is a call of op.List that leaves its scope aside.
type listing struct{ where, act string }

func readSource(t *testing.T) (s source) {
	t.Helper()
	acts, files := map[string]string{}, map[string]*ast.File{}
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		files[name] = file
		maps.Copy(acts, actsOf(path.Dir(name), file))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for _, d := range files[name].Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				s.kinds = append(s.kinds, kindsOf(n)...)
				if expr := unlimited(n); expr != nil {
					s.lists = append(s.lists, listing{path.Dir(name) + "." + f.Name.Name, actOf(acts, name, files[name], expr)})
				}
				return true
			})
		}
	}
	return s
}

// actsOf are the actions that a file names, by folder and name.
func actsOf(dir string, f *ast.File) map[string]string {
	all := map[string]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if ok && len(v.Names) == 1 && len(v.Values) == 1 {
			if lit, ok := v.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				all[dir+"."+v.Names[0].Name], _ = strconv.Unquote(lit.Value)
			}
		}
		return true
	})
	return all
}

// kindsOf are the kinds of an authz.Object that is written out.
func kindsOf(n ast.Node) []string {
	lit, ok := n.(*ast.CompositeLit)
	if !ok || printed(lit.Type) != "authz.Object" {
		return nil
	}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && printed(kv.Key) == "Kind" {
			if kind, err := strconv.Unquote(printed(kv.Value)); err == nil {
				return []string{kind}
			}
			if all := named[printed(kv.Value)]; all != nil {
				return all
			}
			return []string{printed(kv.Value)}
		}
	}
	return nil
}

// unlimited is the action of a call of op.List whose function does not name its scope.
func unlimited(n ast.Node) ast.Expr {
	call, ok := n.(*ast.CallExpr)
	if !ok || printed(call.Fun) != "op.List" || len(call.Args) != 4 {
		return nil
	}
	f, ok := call.Args[3].(*ast.FuncLit)
	if !ok || len(f.Type.Params.List) != 2 || len(f.Type.Params.List[1].Names) != 1 || f.Type.Params.List[1].Names[0].Name != "_" {
		return nil
	}
	return call.Args[2]
}

// actOf is the action that an expression in a file names.
func actOf(acts map[string]string, name string, f *ast.File, expr ast.Expr) string {
	in, called, ok := strings.Cut(printed(expr), ".")
	if !ok {
		return acts[path.Dir(name)+"."+in]
	}
	for _, i := range f.Imports {
		from, _ := strconv.Unquote(i.Path.Value)
		if path.Base(from) == in || i.Name != nil && i.Name.Name == in {
			return acts[strings.TrimPrefix(from, "nuanxin/internal/")+"."+called]
		}
	}
	return ""
}

// printed writes a simple expression as it stands in the source.
func printed(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.BasicLit:
		return e.Value
	case *ast.SelectorExpr:
		return printed(e.X) + "." + e.Sel.Name
	case *ast.CallExpr:
		var args []string
		for _, a := range e.Args {
			args = append(args, printed(a))
		}
		return printed(e.Fun) + "(" + strings.Join(args, ", ") + ")"
	}
	return ""
}
