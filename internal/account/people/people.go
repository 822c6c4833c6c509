// Package people keeps who has an account: the row of a person, the roles of staff
// in time, and who sits where. It is the SQL of both.
//
// All of it happens inside an operation of package account, which says who may, or of
// a domain that asks about staff in its own transaction ([Directory]).
package people

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
)

// ID is a person's id.
type ID string

// Person is somebody with an account.
type Person struct {
	ID       ID
	Kind     authz.Kind // Worker or Staff
	Login    string     // staff: the name to sign in with
	Name     string     // staff: the name that workers see; workers: empty unless opened
	Area     string     // staff: whose administrators keep the account
	Org      string     // staff: where they sit
	Reach    string     // the area that contains Area and all grants: who may touch the account must hold it
	Active   bool
	MadeAt   time.Time
	EndedAt  time.Time
	LockedAt time.Time // by the security administrator: no sign-in
	Version  int64
	Grants   []Grant // in force or still to come, where they were asked for
}

// AuthzObject implements op.Target.
func (p Person) AuthzObject() authz.Object {
	return authz.Object{Kind: "account", ID: string(p.ID), Group: "person", Area: p.Reach, Org: p.Org, Owner: string(p.ID)}
}

// Grant is a role that a person holds for a while.
type Grant struct {
	ID    string
	Role  authz.Role
	Area  string    // for Host and Partner: the organisation's area
	Org   string    // for Host and Partner the limit; for others where they sit
	From  time.Time // zero means from now on
	Until time.Time // zero means until it is taken away
}

// InForce reports whether g counts at t.
func (g Grant) InForce(t time.Time) bool {
	return !t.Before(g.From) && (g.Until.IsZero() || t.Before(g.Until))
}

// OfOrg reports whether role is held within an organisation rather than an area.
func OfOrg(role authz.Role) bool { return role == authz.Host || role == authz.Partner }

// The longest names, in signs.
const (
	MaxName  = 40
	MaxLogin = 40
)

// IsName reports whether s is as long as a name may be.
func IsName(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 1 && n <= MaxName
}

// IsLogin allows Latin letters, digits, points and hyphens, and Chinese names.
func IsLogin(s string) bool {
	n := utf8.RuneCountInString(s)
	ok := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' || r >= 0x4e00 && r <= 0x9fff
	}
	return n >= 2 && n <= MaxLogin && !strings.ContainsFunc(s, func(r rune) bool { return !ok(r) })
}

// IsArea reports whether s looks like a division's code.
func IsArea(s string) bool {
	return len(s) <= 12 && len(s) != 1 && strings.Trim(s, "0123456789") == ""
}

// CheckGrant refuses a grant that makes no sense by itself.
func CheckGrant(g Grant, now time.Time) error {
	var f fault.Form
	if !slices.Contains(authz.AllRoles, g.Role) {
		f.Add("role", "account.role.unknown", nil)
	}
	if OfOrg(g.Role) && g.Org == "" {
		f.Add("org", "account.org.needed", nil)
	}
	if !IsArea(g.Area) {
		f.Add("area", "account.area.unknown", nil)
	}
	if !g.Until.IsZero() && (!g.Until.After(g.From) || !g.Until.After(now)) {
		f.Add("until", "account.until.past", nil)
	}
	return f.Err("account.grant")
}

// Reach is the smallest area that contains home and all grants not yet over.
func Reach(home string, grants []Grant) string {
	for _, g := range grants {
		for !strings.HasPrefix(g.Area, home) {
			home = home[:len(home)-1]
		}
	}
	return home
}

// Subject is who p is when signed in, by the grants in force at t.
func (p Person) Subject(t time.Time) authz.Subject {
	s := authz.Subject{ID: string(p.ID), Kind: p.Kind, Name: cmp.Or(p.Name, p.Login)}
	for _, g := range p.Grants {
		if g.InForce(t) {
			s.Grants = append(s.Grants, authz.Grant{Role: g.Role, Area: g.Area, Org: g.Org})
		}
	}
	s.Grants = authz.Apart(s.Grants)
	return s
}

// FoldLogin is a login name as it is kept: width, case and white space do not
// tell two people apart.
func FoldLogin(s string) string {
	return strings.ToLower(width.Fold.String(norm.NFKC.String(strings.TrimSpace(s))))
}
