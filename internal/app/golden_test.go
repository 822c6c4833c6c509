package app

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden holds got against a file, so that a change of anyone's rights shows up
// in review as a changed line.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s no longer says what the program does; run go test -update if that was meant.\ngot:\n%s", file, got)
	}
}

// TestPolicy writes down who may do what: each action with everybody it allows.
func TestPolicy(t *testing.T) {
	proves.That(t, "authz-matrix")
	staff := func(role authz.Role, area, org string) authz.Subject {
		return authz.Subject{ID: "s", Kind: authz.Staff, Grants: []authz.Grant{{Role: role, Area: area, Org: org}}}
	}
	people := []struct {
		name string
		s    authz.Subject
	}{
		{"nobody", authz.Subject{}},
		{"worker", authz.Subject{ID: "w", Kind: authz.Worker}},
		{"owner", authz.Subject{ID: "o", Kind: authz.Worker}},
		{"cadre", staff(authz.Cadre, "510703", "")},
		{"cadre-above", staff(authz.Cadre, "51", "")},
		{"cadre-sibling", staff(authz.Cadre, "510704", "")},
		{"leader", staff(authz.Leader, "510703", "")},
		{"admin", staff(authz.Admin, "510703", "")},
		{"security", staff(authz.Security, "510703", "")},
		{"auditor", staff(authz.Auditor, "510703", "")},
		{"host", staff(authz.Host, "510703", "h")},
		{"host-other", staff(authz.Host, "510703", "x")},
		{"partner", staff(authz.Partner, "510703", "b")},
		{"partner-other", staff(authz.Partner, "510703", "x")},
		{"link", authz.Subject{ID: "l", Kind: authz.Link, Only: "r", Grants: []authz.Grant{{Role: authz.Partner, Org: "b"}}}},
		{"link-other", authz.Subject{ID: "l", Kind: authz.Link, Only: "q", Grants: []authz.Grant{{Role: authz.Partner, Org: "b"}}}},
	}
	object := authz.Object{ID: "r", Area: "510703101", Org: "h", Owner: "o", Bodies: []string{"b", "h"}}
	held := object
	held.Held = true
	var b strings.Builder
	for _, act := range slices.Sorted(maps.Keys(Policy)) {
		fmt.Fprintf(&b, "%s:", act)
		for _, p := range people {
			if Policy.May(p.s, act, object) {
				b.WriteString(" " + p.name)
			}
		}
		if Policy.May(authz.Subject{}, act, held) && !Policy.May(authz.Subject{}, act, object) {
			b.WriteString(" holder")
		}
		if Policy.Sensitive(act) {
			b.WriteString(" (purpose needed)")
		}
		if Policy.Lately(act) {
			b.WriteString(" (asks again)")
		}
		b.WriteByte('\n')
	}
	golden(t, "testdata/policy.golden", b.String())
}

// TestRoutes writes down every route with its action, roles, limit and purpose.
func TestRoutes(t *testing.T) {
	proves.That(t, "http-limits")
	var b strings.Builder
	for _, r := range Routes() {
		fmt.Fprintf(&b, "%-4s %-50s %-26s %-34s %9d  %s\n", r.Method, r.Pattern, r.Action, strings.Join(r.Roles, ","), r.BodyLimit, r.Purpose)
		if r.Purpose == "" || len(r.Roles) == 0 || r.BodyLimit <= 0 {
			t.Errorf("%s %s lacks a purpose, roles or a limit", r.Method, r.Pattern)
		}
	}
	golden(t, "testdata/routes.golden", b.String())
}
