package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"nuanxin/internal/evidence/proves"
)

// builds finds what makes HTML or code out of text.
var builds = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|createContextualFragment|setTimeout\(['"]|srcdoc|javascript:`)

// Our own scripts make neither HTML nor code out of text, and repeat nothing in a
// pattern that itself repeats, which could take for ever.
func TestOurScriptsBuildNoMarkup(t *testing.T) {
	proves.That(t, "js-lint")
	files, err := filepath.Glob("static/*.js")
	if err != nil || len(files) < 6 {
		t.Fatalf("got %q, %v", files, err)
	}
	nested := regexp.MustCompile(`\([^()]*[+*][^()]*\)[+*{]`)
	regexps := regexp.MustCompile(`/(?:[^/\\\n]|\\.)+/[gimsuy]*\.(?:test|exec)|\.(?:match|replace|split)\(/(?:[^/\\\n]|\\.)+/`)
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := builds.FindString(string(src)); got != "" {
			t.Errorf("%s uses %s", file, got)
		}
		for _, re := range regexps.FindAllString(string(src), -1) {
			if nested.MatchString(re) {
				t.Errorf("%s: %s may take for ever", file, re)
			}
		}
	}
}
