package app

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/account/accountweb/watch"
	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/op"
)

// Every act has words: an auditor reads them in the trail, and everybody in the table
// of who may do what.
func TestActsHaveWords(t *testing.T) {
	proves.That(t, "audit-complete")
	words := watch.Texts()
	for _, act := range slices.Sorted(maps.Keys(Policy)) {
		for _, lang := range []string{"zh-CN", "en"} {
			if words[lang]["watch.act."+string(act)] == nil {
				t.Errorf("%s has no words in %s: add watch.act.%s to internal/account/accountweb/watch/locale", act, lang, act)
			}
		}
	}
	for _, group := range op.Groups {
		if words["zh-CN"]["watch.root."+group] == nil {
			t.Errorf("what lies in group %s has no words: add watch.root.%s", group, group)
		}
	}
}

// The security administrator and the auditor see no case: no act on requests and
// members names their roles.
func TestPowersSeeNoCases(t *testing.T) {
	proves.That(t, "admin3")
	for act := range Policy {
		kind, _, _ := strings.Cut(string(act), ".")
		if kind != "request" && kind != "member" && kind != "request_export" && kind != "rights" && kind != "member_import" {
			continue
		}
		for _, role := range []authz.Role{authz.Security, authz.Auditor, authz.Admin} {
			if slices.Contains(Policy.Roles(act), string(role)) {
				t.Errorf("%s is open to %s", act, role)
			}
		}
	}
}
