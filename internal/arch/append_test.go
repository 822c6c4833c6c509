package arch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
)

// rewrites matches SQL that changes or removes rows of a table of audit rows or
// of anchors. A part of the text that is not constant stands as "·".
var rewrites = regexp.MustCompile(`(?is)\b(update|delete\s+from|truncate|replace\s+into|drop\s+table|alter\s+table)\s+(only\s+|table\s+)?"?([\w·]*_audit|audit_anchor)\b"?(\s|$|·|;)` +
	`|insert\s+into\s+([\w·]*_audit|audit_anchor)\b.*\bdo\s+update\b`)

// sweeps matches SQL that changes a table whose name is not constant.
var sweeps = regexp.MustCompile(`(?is)\b(update|delete\s+from|truncate|drop\s+table|alter\s+table)\s+·(\s|$|;)`)

// sweepers may name any table, with the reason.
var sweepers = map[string]string{
	"internal/db/dump.go":         "a dump is loaded into an empty database",
	"internal/app/keys/reseal.go": "it seals anew the columns that are listed as sealed, of which the trail has none",
}

func TestAuditIsAppendOnly(t *testing.T) {
	proves.That(t, "audit-tamper")
	for _, s := range []string{
		"update request_audit set note = ''", "delete from ·_audit where root_id = $1", "DELETE\n\tFROM audit_anchor", "truncate table org_audit",
		"drop table audit_anchor;", "insert into ·_audit (root_id) values ($1) on conflict (root_id) do update set seq = 1",
	} {
		if !rewrites.MatchString(s) {
			t.Errorf("the test would not see %q", s)
		}
	}
	for _, path := range sources(t) {
		for _, sql := range texts(t, path) {
			if rewrites.MatchString(sql) {
				t.Errorf("%s rewrites what is append-only: %s", path, sql)
			}
			if sweeps.MatchString(sql) && sweepers[path] == "" {
				t.Errorf("%s may rewrite any table, audit rows too: %s", path, sql)
			}
		}
	}
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".sql") {
			return err
		}
		text, err := os.ReadFile(path)
		for statement := range strings.SplitSeq(string(text), ";") {
			if rewrites.MatchString(statement + ";") {
				t.Errorf("%s rewrites what is append-only: %s", path, statement)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// texts are the strings of a file, sums of strings as one.
func texts(t *testing.T, path string) (all []string) {
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, path), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.ADD {
				all = append(all, flat(n))
				return false
			}
		case *ast.BasicLit:
			all = append(all, flat(n))
		}
		return true
	})
	return all
}

func flat(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return flat(e.X) + flat(e.Y)
	case *ast.ParenExpr:
		return flat(e.X)
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return text
		}
	}
	return "·"
}
