// Package authz decides who may do what. Domains declare their rules in
// policy.go; [Rules] is where all of them are looked up, and package op is the
// only caller. A rule can be asked about one object ([Rules.May]) and can be
// written as a condition on rows ([Rules.Where]); a property test holds the two
// answers together.
//
// Authority is by area and by organisation. An area is a string of division
// code digits: "" the nation, "51" a province, "5107" a city, "510703" a
// county, "510703101" a town; who holds an area holds all that begins with it.
package authz

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Action is something a subject does to an object, such as "station.close".
type Action string

// Kind is what sort of subject asks.
type Kind string

// The kinds of subjects.
const (
	Nobody Kind = ""       // not signed in
	Worker Kind = "worker" // a worker, known by a confirmed phone number
	Staff  Kind = "staff"  // somebody with a name and a password, and grants
	Link   Kind = "link"   // whoever opened a one-time link: a partner body in one matter
	System Kind = "system" // the program itself, in a job or a command
)

// Role is what a grant lets its holder be.
type Role string

// The roles.
const (
	Cadre   Role = "cadre"   // handles requests and stations of an area
	Leader  Role = "leader"  // sees an area, decides what is escalated
	Host    Role = "host"    // runs the stations of an organisation
	Partner Role = "partner" // answers the matters handed to a body
	Admin   Role = "admin"   // keeps organisations and accounts of an area; cannot read cases

	// The two powers beside the administrator's (等保 三权分立): nobody holds two of the
	// three, nor one of them and the union's own work, see [Side].
	Security Role = "security" // watches sign-ins and locks accounts of an area; cannot read cases
	Auditor  Role = "auditor"  // reads the audit trail and verifies it; cannot read cases
)

// AllRoles lists the roles, for tables of rights.
var AllRoles = []Role{Cadre, Leader, Host, Partner, Admin, Security, Auditor}

// Power reports whether role is one of the three of which nobody holds two.
func Power(role Role) bool { return role == Admin || role == Security || role == Auditor }

// Work is the side of those who serve people and read cases; see [Side].
const Work = "work"

// Side is where role stands: each of the three powers is a side of its own, the rest is
// [Work]. Nobody is on two sides: who gives rights, watches or audits reads no cases.
func Side(role Role) string {
	if Power(role) {
		return string(role)
	}
	return Work
}

// Apart returns those of grants that count, whatever wrote them in: of two powers neither,
// and beside one power no work.
func Apart(grants []Grant) []Grant {
	var powers []Role
	for _, g := range grants {
		if Power(g.Role) && !slices.Contains(powers, g.Role) {
			powers = append(powers, g.Role)
		}
	}
	if len(powers) == 0 {
		return grants
	}
	alone := len(powers) == 1
	return slices.DeleteFunc(slices.Clone(grants), func(g Grant) bool { return Power(g.Role) != alone })
}

// Grant is one role, held for an area or within an organisation.
type Grant struct {
	Role Role
	Area string // for Cadre, Leader, Admin, Security, Auditor
	Org  string // organisation id: for Host and Partner the limit, for others where they sit
}

// Subject is who asks.
type Subject struct {
	ID     string // person id; empty for Nobody
	Kind   Kind
	Name   string
	Grants []Grant
	Only   string // for Link: the one root that the link opens
	// Proven is until when what a Staff proved of themselves lately is enough for
	// the acts that ask again; see [Lately].
	Proven time.Time
	// Shown is until when a Worker who typed their whole identity number in this
	// session is shown it, and the birthdays that are kept with it.
	Shown time.Time
}

// Whole reports whether s is shown identity numbers and birthdays in full at t, as far
// as they are shown at all: a worker's own are, for a while.
func (s Subject) Whole(t time.Time) bool { return s.Kind != Worker || t.Before(s.Shown) }

// Has reports whether s holds role anywhere.
func (s Subject) Has(role Role) bool {
	return slices.ContainsFunc(s.Grants, func(g Grant) bool { return g.Role == role })
}

// Object is what an action is done to: a root, with whatever decides about it.
type Object struct {
	Kind   string // "request"; "<kind>.see" is the action of seeing it at all
	ID     string // the root's id
	Group  string // the group of tables that the root lives in
	Area   string
	Org    string   // the organisation that runs it: a station's host
	Owner  string   // the worker whose matter it is
	Bodies []string // the bodies it was handed to
	Held   bool     // the caller showed the secret that was given out at its creation
}

// relation is how a subject is tied to an object.
type relation uint8

const (
	anyone relation = iota
	signedIn
	inArea
	ofOrg
	ofBody
	owner
	held
	system
)

// tie allows the holders of one of its roles, or whoever stands in a relation.
type tie struct {
	by    relation
	roles []Role
}

// Rule allows whatever one of its ties allows. Its zero value allows nothing.
type Rule struct {
	ties      []tie
	sensitive bool
	lately    bool
}

// The rules that need no role.
var (
	Anyone   = Rule{ties: []tie{{by: anyone}}}   // people who are not signed in, too
	SignedIn = Rule{ties: []tie{{by: signedIn}}} // any worker or staff
	Owner    = Rule{ties: []tie{{by: owner}}}    // the worker whose matter it is
	Held     = Rule{ties: []tie{{by: held}}}     // who shows its secret
	Program  = Rule{ties: []tie{{by: system}}}   // the program itself
)

// InArea allows holders of one of roles for an area that contains the object.
func InArea(roles ...Role) Rule { return Rule{ties: []tie{{inArea, roles}}} }

// OfOrg allows holders of one of roles in the organisation that runs the object.
func OfOrg(roles ...Role) Rule { return Rule{ties: []tie{{ofOrg, roles}}} }

// OfBody allows holders of one of roles in a body that the object was handed to.
func OfBody(roles ...Role) Rule { return Rule{ties: []tie{{ofBody, roles}}} }

// Any allows what any of rules allows.
func Any(rules ...Rule) Rule {
	var all Rule
	for _, r := range rules {
		all.ties = append(all.ties, r.ties...)
		all.sensitive = all.sensitive || r.sensitive
		all.lately = all.lately || r.lately
	}
	return all
}

// Sensitive marks r: each use needs a purpose, and its audit row is on disk
// before anything is shown.
func Sensitive(r Rule) Rule {
	r.sensitive = true
	return r
}

// Lately marks r: staff do it only while [Subject.Proven] lasts, so that an open
// screen or a stolen session is not enough. Others prove nothing but who they are.
func Lately(r Rule) Rule {
	r.lately = true
	return r
}

// allows reports whether t lets s act on o. What is open to anyone is open to
// who came by link, too; everything else only in the link's own matter.
func (t tie) allows(s Subject, o Object) bool {
	if t.by == anyone {
		return true
	}
	if s.Only != "" && s.Only != o.ID {
		return false
	}
	switch t.by {
	case signedIn:
		return s.Kind == Worker || s.Kind == Staff
	case owner:
		return s.ID != "" && s.Kind == Worker && s.ID == o.Owner
	case held:
		return o.Held
	case system:
		return s.Kind == System
	}
	return slices.ContainsFunc(s.Grants, func(g Grant) bool { return slices.Contains(t.roles, g.Role) && t.reaches(g, o) })
}

// reaches reports whether grant g extends to o in t's relation.
func (t tie) reaches(g Grant, o Object) bool {
	switch t.by {
	case inArea:
		return strings.HasPrefix(o.Area, g.Area)
	case ofOrg:
		return g.Org != "" && g.Org == o.Org
	case ofBody:
		return g.Org != "" && slices.Contains(o.Bodies, g.Org)
	}
	return false
}

// Rules maps every action to its rule. An action without a rule is denied.
type Rules map[Action]Rule

// May reports whether s may do act to o. The program itself may do whatever
// has a rule.
func (r Rules) May(s Subject, act Action, o Object) bool {
	rule, ok := r[act]
	if !ok {
		return false
	}
	return s.Kind == System || slices.ContainsFunc(rule.ties, func(t tie) bool { return t.allows(s, o) })
}

// Sensitive reports whether act needs a purpose and an audit row even to read.
func (r Rules) Sensitive(act Action) bool { return r[act].sensitive }

// Lately reports whether act asks staff to have proved themselves lately.
func (r Rules) Lately(act Action) bool { return r[act].lately }

// Stale reports whether s must prove themselves again at now before act.
func (r Rules) Stale(s Subject, act Action, now time.Time) bool {
	return r.Lately(act) && s.Kind == Staff && !now.Before(s.Proven)
}

// Roles says in stable words who may do act, for tables of rights.
func (r Rules) Roles(act Action) []string {
	names := map[relation]string{anyone: "anyone", signedIn: "signed-in", owner: "owner", held: "holder", system: "system"}
	var all []string
	for _, t := range r[act].ties {
		if name, ok := names[t.by]; ok {
			all = append(all, name)
		}
		for _, role := range t.roles {
			all = append(all, string(role))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Merge returns the union of the domains' rules. It panics when two domains
// claim the same action: such a program must not start.
func Merge(domains ...Rules) Rules {
	all := Rules{}
	for _, d := range domains {
		for act, rule := range d {
			if _, ok := all[act]; ok {
				panic("authz: two rules for " + string(act))
			}
			all[act] = rule
		}
	}
	return all
}

type subjectKey struct{}

// With returns a context in which s asks.
func With(ctx context.Context, s Subject) context.Context {
	return context.WithValue(ctx, subjectKey{}, s)
}

// From returns who asks in ctx; the zero Subject is nobody.
func From(ctx context.Context) Subject {
	s, _ := ctx.Value(subjectKey{}).(Subject)
	return s
}

// AsSystem returns a context in which the program itself asks, under the name
// of the job or command that does.
func AsSystem(ctx context.Context, name string) context.Context {
	return With(ctx, Subject{Kind: System, Name: name})
}
