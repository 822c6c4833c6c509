package silence_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ways are all places from which a worker's session begins, and by which test each is
// held. A new one stands here, or the test fails.
var ways = []string{
	"account/session/session.go: insert into account_session",
	"account/signin.go: session.Insert",    // of begin
	"account/signin.go: begin",             // staff
	"account/signin.go: begin",             // a body's link
	"account/held.go: begin",               // workers: of enterWorker
	"account/held.go: enterWorker",         // of admit, once nothing is asked
	"account/held.go: enterWorker",         // of Admit, once it was answered
	"account/signin.go: admit",             // by a code: TestWhatIsAsked
	"account/arrive.go: admit",             // by WeChat: TestWeChatIsAsked
	"account/silence/service.go: Admit",    // answered: TestAnswers
	"account/silence/service.go: Admit",    // the number is new: TestNewHolder
	"account/accountweb/signin.go: SignIn", // the page and all that lead to it, such as a poster: app.TestARecycledNumber
	"account/wechat/service.go: Welcome",   // the way back from WeChat
	"app/demo/fill/fill.go: SignIn",        // the demo's people, who were made a moment ago
}

// Every place where a worker's session begins is known: it goes by what asks.
func TestWaysIn(t *testing.T) {
	var got []string
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		at, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		found, err := begins(path, filepath.ToSlash(at))
		got = append(got, found...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	want := slices.Sorted(slices.Values(ways))
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// begins are the calls in a file by which a session may begin.
func begins(path, at string) (all []string, err error) {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return nil, err
	}
	account := filepath.ToSlash(filepath.Dir(at)) == "account"
	ast.Inspect(f, func(n ast.Node) bool {
		if text, ok := n.(*ast.BasicLit); ok && strings.Contains(text.Value, "into account_session") {
			all = append(all, at+": insert into account_session")
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch name := called(call.Fun); {
		case name == "session.Insert",
			account && (name == "begin" || name == "enterWorker" || name == "s.admit"),
			strings.HasSuffix(name, ".Admit"), strings.HasSuffix(name, "Accounts.Welcome"), strings.HasSuffix(name, "ccounts.SignIn") && len(call.Args) == 4:
			if name != "session.Insert" {
				name = name[strings.LastIndex(name, ".")+1:]
			}
			all = append(all, fmt.Sprintf("%s: %s", at, name))
		}
		return true
	})
	return all, nil
}

// called is what a call names, such as p.Accounts.SignIn.
func called(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return called(x.X) + "." + x.Sel.Name
	}
	return ""
}
