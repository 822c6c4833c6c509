package tables

import (
	"slices"
	"strings"
	"testing"
)

// What columns.txt says can be read.
func TestColumnsAreRead(t *testing.T) {
	l, wrong := parse(listed)
	for _, w := range wrong {
		t.Error(w)
	}
	if len(l.by) < 800 || len(l.said) == 0 {
		t.Errorf("got %d columns and %d fields", len(l.by), len(l.said))
	}
}

// What is personal and in no copy is refused, unless a reason says why.
func TestColumnsAreJudged(t *testing.T) {
	for _, c := range []struct {
		what, text string
		sound      bool
	}{
		{"in the copy", "table member of worker : stays\n  internal nickname = memberships[].nickname", true},
		{"not in it, with a reason", "table member of worker : stays\n  internal nickname : nobody has one", true},
		{"about nobody", "table member of worker : stays\n  work version", true},
		{"personal and in no copy", "table member of worker : stays\n  internal nickname", false},
		{"personal in a table of nobody", "table firm of nobody\n  internal nickname = memberships[].nickname", false},
		{"of no class", "table member of worker : stays\n  nickname", false},
		{"about nobody and in the copy", "table member of worker : stays\n  work version = memberships[].version", false},
		{"twice", "table member of worker : stays\n  work version\n  key version", false},
		{"kept by a rule", "table member of worker keeps member.gone\n  work version", true},
		{"kept for ever, and nobody says why", "table member of worker\n  work version", false},
		{"of nobody known", "table member of them\n  work version", false},
	} {
		if _, wrong := parse(c.text); (len(wrong) == 0) != c.sound {
			t.Errorf("%s: got %q, want sound %v", c.what, wrong, c.sound)
		}
	}
	if i := slices.IndexFunc(strings.Split(listed, "\n"), func(line string) bool { return strings.HasPrefix(line, "table *_audit ") }); i < 0 {
		t.Error("the traces are not listed")
	}
}
