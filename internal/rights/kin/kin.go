package kin

import (
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/rights"
)

// The actions.
const (
	See     authz.Action = "rights.see_kin"
	Look    authz.Action = "rights.find_kin" // whose account it is: whoever has it reads who looked
	Propose authz.Action = "rights.propose_kin"
	Decide  authz.Action = "rights.decide_kin"
	Copy    authz.Action = "rights.copy_kin"
	End     authz.Action = "rights.end_kin"
	Mine    authz.Action = "rights.own_kin"  // what is asked about one's own account
	Stop    authz.Action = "rights.stop_kin" // by whoever has the account
)

// Policy says who may do them. Who decides is never who proposed.
var Policy = authz.Rules{
	See:     authz.InArea(authz.Cadre, authz.Leader),
	Look:    authz.Sensitive(authz.InArea(authz.Cadre)),
	Propose: authz.Lately(authz.InArea(authz.Cadre)),
	Decide:  authz.Lately(authz.InArea(authz.Leader)),
	Copy:    authz.Sensitive(authz.Lately(authz.InArea(authz.Cadre))),
	End:     authz.Lately(authz.InArea(authz.Cadre)),
	Mine:    authz.Owner,
	Stop:    authz.Owner,
}

// Wants is what the relatives ask for. Its words are "kin.wants."+Wants.
type Wants string

// What can be asked for.
const (
	ACopy  Wants = "copy"
	AnEnd  Wants = "end"
	TheLot Wants = "both" // first the copy, then the end
)

// AllWants lists them in the order in which a form offers them.
func AllWants() []Wants { return []Wants{ACopy, TheLot, AnEnd} }

// Part is a part of the copy: relatives get what their interest needs. Its words are
// "kin.part."+Part.
type Part string

// The parts.
const (
	Membership Part = "membership" // name, number, unions, works
	Matters    Part = "matters"    // what was said, and what became of it
)

// Parts lists them.
func Parts() []Part { return []Part{Membership, Matters} }

// Relation is who asks. Its words are "kin.relation."+Relation.
type Relation string

// Relations lists the near relatives (民法典 art. 1045).
func Relations() []Relation {
	return []Relation{"spouse", "parent", "child", "sibling", "grandparent", "grandchild"}
}

// Proof is by what the death was shown. Its words are "kin.proof."+Proof.
type Proof string

// Proofs lists them: 居民死亡医学证明, 户口注销证明, 宣告死亡判决.
func Proofs() []Proof { return []Proof{"certificate", "household", "court"} }

// State is how a case stands.
type State string

// The states.
const (
	Waits   State = "waits"   // whoever has the account may say no; then a leader decides
	Stopped State = "stopped" // somebody has the account
	Denied  State = "denied"
	Granted State = "granted"
	Ended   State = "ended" // the account is
)

// Ground is why a leader refused. Its words are "kin.ground."+Ground.
type Ground string

// Grounds lists them.
func Grounds() []Ground { return []Ground{"death", "kinship", "interest", "wish", "alive"} }

// Case is what is done about one ask.
type Case struct {
	Ask       rights.ID
	Person    string // the account
	Area      string // of the ask
	Union     string // that answers, by name
	Wants     Wants
	Parts     []Part
	Relation  Relation
	Proof     Proof
	State     State
	ByID, By  string // who proposed
	AskedAt   time.Time
	ReadyAt   time.Time // from then on it may be decided
	DecidedBy string
	DecidedAt time.Time
	Ground    Ground
	OpenUntil time.Time // zero: not granted
	StoppedAt time.Time
	EndedAt   time.Time
	Version   int64
}

// AuthzObject implements op.Target: the account whose data it is about, in the hands of
// those who answer the ask. So the account's own trail has every step.
func (c Case) AuthzObject() authz.Object {
	return authz.Object{Kind: "kin", ID: c.Person, Group: "person", Area: c.Area, Owner: c.Person}
}

// Copies reports whether the copy may be taken at a time.
func (c Case) Copies(now time.Time) bool { return c.open(now) && c.Wants != AnEnd }

// Ends reports whether the account may be ended at a time.
func (c Case) Ends(now time.Time) bool { return c.open(now) && c.Wants != ACopy }

func (c Case) open(now time.Time) bool { return c.State == Granted && now.Before(c.OpenUntil) }

// Live reports whether something may still come of it.
func (c Case) Live(now time.Time) bool { return c.State == Waits || c.open(now) }

// Person is whose account a number leads to.
type Person struct {
	ID     string
	Names  []string // as the account and the roll have it; none: none is kept
	Phone  string
	Number string // of the member; empty: none
	Union  string
	Area   string    // of the union; empty: no member
	SeenAt time.Time // when the account was last used; zero: not since its last session ended
}

// Found is somebody about whom a case may be.
type Found struct {
	Person
	Matters, Members int  // what has to end before the account can
	Barred           bool // in life they arranged that nobody is to see it
}

// Draft is what a cadre says who saw the proofs.
type Draft struct {
	Number   string // the phone or member's number of who died
	Name     string // likewise
	Wants    Wants
	Parts    []Part
	Relation Relation
	Proof    Proof
	Seen     bool // the proofs of death and kinship, and who asks
}

func (d *Draft) check() error {
	var f fault.Form
	if !slices.Contains(AllWants(), d.Wants) {
		f.Add("wants", "kin.choose", nil)
	}
	d.Parts = slices.DeleteFunc(Parts(), func(p Part) bool { return !slices.Contains(d.Parts, p) })
	switch {
	case d.Wants == AnEnd:
		d.Parts = nil
	case len(d.Parts) == 0:
		f.Add("parts", "kin.choose", nil)
	}
	if !slices.Contains(Relations(), d.Relation) {
		f.Add("relation", "kin.choose", nil)
	}
	if !slices.Contains(Proofs(), d.Proof) {
		f.Add("proof", "kin.choose", nil)
	}
	if !d.Seen {
		f.Add("seen", "kin.seen.needed", nil)
	}
	return f.Err(string(Propose))
}

// Told says that a case was proposed: the account's phone is to know.
type Told struct {
	Ask     rights.ID `json:"ask"`
	ReadyAt time.Time `json:"ready_at"`
}

// EventName implements op.Event.
func (Told) EventName() string { return "rights.kin_told" }
