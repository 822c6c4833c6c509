package account

import (
	"time"

	"nuanxin/internal/account/people"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/plain"
)

// What room people keeps, under the names by which others ask.
type (
	ID     = people.ID
	Person = people.Person
	Grant  = people.Grant
	Filter = people.Filter

	Seat      = people.Seat
	Colleague = people.Colleague
)

// OfOrg reports whether role is held within an organisation rather than an area.
func OfOrg(role authz.Role) bool { return people.OfOrg(role) }

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
	Held       bool          // more is asked than a code: Token is good for package silence alone
	FactorLost bool          // somebody took the second factor away since the last sign-in
	Lasts      time.Duration // until then; a phone's own clock may be wrong
	MustChange bool          // the password must be changed before anything else
	Device     string        // staff: the secret that marks this device as known
}

// draw returns the person that st describes, or what is wrong with it.
func (st Staff) draw() (Person, error) {
	var f fault.Form
	p := Person{Kind: authz.Staff, Login: people.FoldLogin(st.Login), Name: plain.Line(st.Name), Area: st.Area, Org: st.Org, Active: true, Version: 1}
	if !people.IsLogin(p.Login) {
		f.Add("login", "account.login.form", fault.Args{"Limit": people.MaxLogin})
	}
	if !people.IsName(p.Name) {
		f.Add("name", "account.name.length", fault.Args{"Limit": people.MaxName})
	}
	if !people.IsArea(p.Area) {
		f.Add("area", "account.area.unknown", nil)
	}
	return p, f.Err("account.draw")
}
