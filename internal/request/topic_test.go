package request_test

import (
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/request"
)

func TestTopics(t *testing.T) {
	if n := len(request.Topics()); n != 8 {
		t.Errorf("%d topics for workers, want 8", n)
	}
	seen := map[string]bool{}
	for _, top := range append(request.Topics(), request.Finer("")...) {
		if seen[top.Code] || top.ZH == "" || top.EN == "" {
			t.Errorf("topic %+v is double or has no words", top)
		}
		seen[top.Code] = true
		parent, _, finer := strings.Cut(top.Code, ".")
		if _, ok := request.TopicOf(parent); !ok || finer == (top.Icon != "") {
			t.Errorf("topic %+v: its parent is missing, or its icon is", top)
		}
	}
	for _, code := range request.Builtin().Veiled {
		if !seen[code] {
			t.Errorf("veiled topic %q does not exist", code)
		}
	}
	for _, k := range request.PhraseKinds() {
		if !slices.ContainsFunc(request.BuiltinPhrases(""), func(p request.Phrase) bool { return p.Kind == k && p.EN != "" }) {
			t.Errorf("no phrase for %s", k)
		}
	}
}
