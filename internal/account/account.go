package account

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/plain"
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

// Staff is what an administrator writes about a new staff member.
type Staff struct {
	Login  string
	Name   string
	Area   string
	Org    string
	Grants []Grant
	// Password is set by the program's own commands. Administrators leave it
	// empty: the person gets a first password that must be changed.
	Password string
}

// Signed is the outcome of a sign-in. Token is the secret for the cookie and is
// kept nowhere else.
type Signed struct {
	Token      string
	Person     ID
	EndsAt     time.Time
	Half       bool          // the code of the second factor is still to come: Token is good for EnterCode alone
	FactorLost bool          // somebody took the second factor away since the last sign-in
	Lasts      time.Duration // until then; a phone's own clock may be wrong
	MustChange bool          // the password must be changed before anything else
	Device     string        // staff: the secret that marks this device as known
}

const (
	maxName  = 40
	maxLogin = 40
)

// draw returns the person that st describes, or what is wrong with it.
func (st Staff) draw() (Person, error) {
	var f fault.Form
	p := Person{Kind: authz.Staff, Login: foldLogin(st.Login), Name: plain.Line(st.Name), Area: st.Area, Org: st.Org, Active: true, Version: 1}
	if !isLogin(p.Login) {
		f.Add("login", "account.login.form", fault.Args{"Limit": maxLogin})
	}
	if !isName(p.Name) {
		f.Add("name", "account.name.length", fault.Args{"Limit": maxName})
	}
	if !isArea(p.Area) {
		f.Add("area", "account.area.unknown", nil)
	}
	return p, f.Err("account.draw")
}

func isName(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 1 && n <= maxName
}

// isLogin allows Latin letters, digits, points and hyphens, and Chinese names.
func isLogin(s string) bool {
	n := utf8.RuneCountInString(s)
	ok := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' || r >= 0x4e00 && r <= 0x9fff
	}
	return n >= 2 && n <= maxLogin && !strings.ContainsFunc(s, func(r rune) bool { return !ok(r) })
}

func isArea(s string) bool {
	return len(s) <= 12 && len(s) != 1 && strings.Trim(s, "0123456789") == ""
}

// checkGrant refuses a grant that makes no sense by itself.
func checkGrant(g Grant, now time.Time) error {
	var f fault.Form
	if !slices.Contains(authz.AllRoles, g.Role) {
		f.Add("role", "account.role.unknown", nil)
	}
	if OfOrg(g.Role) && g.Org == "" {
		f.Add("org", "account.org.needed", nil)
	}
	if !isArea(g.Area) {
		f.Add("area", "account.area.unknown", nil)
	}
	if !g.Until.IsZero() && (!g.Until.After(g.From) || !g.Until.After(now)) {
		f.Add("until", "account.until.past", nil)
	}
	return f.Err("account.grant")
}

// reach is the smallest area that contains home and all grants not yet over.
func reach(home string, grants []Grant) string {
	for _, g := range grants {
		for !strings.HasPrefix(g.Area, home) {
			home = home[:len(home)-1]
		}
	}
	return home
}

// subject is who p is when signed in, by the grants in force at t.
func (p Person) subject(t time.Time) authz.Subject {
	s := authz.Subject{ID: string(p.ID), Kind: p.Kind, Name: cmp.Or(p.Name, p.Login)}
	for _, g := range p.Grants {
		if g.InForce(t) {
			s.Grants = append(s.Grants, authz.Grant{Role: g.Role, Area: g.Area, Org: g.Org})
		}
	}
	s.Grants = authz.Apart(s.Grants)
	return s
}
