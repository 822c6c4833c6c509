package own

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account/accountweb/phoneweb"
	"nuanxin/internal/breach/breachweb"
	"nuanxin/internal/member/memberweb"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/rights/rightsweb"
	"nuanxin/internal/web"
)

func in(t *testing.T, lang string) context.Context {
	t.Helper()
	texts := web.NewTexts(Texts(), show.Texts(), phoneweb.Texts(), memberweb.Texts(), breachweb.Texts(), rightsweb.Texts())
	return (&web.Site{Texts: texts}).With(t.Context(), "/", web.Display{Lang: lang})
}

// each calls do for every field of the copy, with its path.
func each(path string, of reflect.Type, do func(path string, f reflect.StructField)) {
	for of.Kind() == reflect.Slice || of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || of == reflect.TypeFor[time.Time]() || strings.HasSuffix(path, ".point") {
		return
	}
	for i := range of.NumField() {
		f := of.Field(i)
		at := strings.TrimPrefix(path+"."+fieldName(f), ".")
		do(at, f)
		each(at, f.Type, do)
	}
}

// Every field of the copy has a name, and every code in it has words, in both languages.
func TestEveryFieldHasWords(t *testing.T) {
	all := words()
	for _, lang := range []string{"zh-CN", "en"} {
		ctx := in(t, lang)
		each("", reflect.TypeFor[copied](), func(path string, f reflect.StructField) {
			word := f.Tag.Get("word")
			if path != "made_at" && word != "-" && !web.HasText(ctx, "own.label."+path) {
				t.Errorf("%s has no name in %s", path, lang)
			}
			if _, ok := all[word]; !ok && word != "" && word != "-" {
				t.Errorf("%s: there is no vocabulary %s", path, word)
			}
		})
		for name, v := range all {
			for _, code := range v.codes {
				if said := v.in(ctx, code); said == "" || v.word == nil && !web.HasText(ctx, v.key+code) || v.word != nil && said == code || strings.Contains(said, "<no value>") || strings.Contains(said, "{{") {
					t.Errorf("%s %s in %s: got %q", name, code, lang, said)
				}
			}
		}
	}
}

// The kinds of entries are all that there are in package request.
func TestEveryKindIsKnown(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "../../request/request.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(f, func(node ast.Node) bool {
		v, ok := node.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		if of, ok := v.Type.(*ast.Ident); !ok || of.Name != "Kind" {
			return true
		}
		code, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		if n++; err != nil || !slices.Contains(did(), request.Kind(code)) {
			t.Errorf("%s is told in no words on paper: %v", code, err)
		}
		return true
	})
	if n < 30 {
		t.Errorf("got %d kinds: the source is not read", n)
	}
}

// However much is kept, the document stays within its pages, and says so.
func TestMuchIsCut(t *testing.T) {
	c := copied{MadeAt: time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)}
	long := matterCopy{Number: "1", Words: strings.Repeat("很长的一段话。", 700)}
	for range 600 {
		c.Requests = append(c.Requests, long)
	}
	pdf, err := printed(in(t, "zh-CN"), c, "副本", "说明", "示例")
	if err != nil || len(pdf) > 4<<20 {
		t.Errorf("got %d bytes, %v", len(pdf), err)
	}
}
