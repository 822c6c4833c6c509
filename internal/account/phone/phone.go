package phone

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/plain"
)

// State is where a change stands.
type State string

// The states. A change that waits can take each other one; the others are final.
const (
	Waiting  State = "waiting"  // the old number may object
	Done     State = "done"     // the account has the new number
	Objected State = "objected" // by whoever has the old number
	Revoked  State = "revoked"  // by the desk
	Failed   State = "failed"   // something of its own came to hang on the new number meanwhile
)

// Way is how a change came about.
type Way string

// The ways.
const (
	BySelf Way = "self"
	AtDesk Way = "desk"
)

// Check is what somebody at a desk looked at to know a person.
type Check string

// Checks lists them.
func Checks() []Check { return []Check{"identity_card", "driving_licence", "other_photo", "answers"} }

// Change is one change of a phone, done or on its way.
type Change struct {
	ID      string
	Person  account.ID
	Way     Way
	State   State
	Old     string // whole numbers; empty once they are no longer kept
	New     string
	Checked []Check
	Note    string
	By      string // id, of the desk
	ByName  string
	Office  string // what the union is called whose desk it was
	AskedAt time.Time
	DueAt   time.Time // when it takes effect, of one from a desk
	EndedAt time.Time
	EndedBy string // the name of whom at the desk
}

// Holder is a member as the desk needs one here.
type Holder struct {
	Member string // id of the membership
	Person string // id of the account; empty: nobody has signed in so far
	Name   string
	Number string // the member's
	Area   string
	Union  string // its name
	Live   bool   // the union knows who it is: a member, one who was, or one who applied
	Phone  string // of the account; pages mask it
}

// AuthzObject implements op.Target.
func (h Holder) AuthzObject() authz.Object {
	return authz.Object{Kind: "member_phone", ID: h.Person, Group: "person", Area: h.Area, Owner: h.Person}
}

// File is a member with the changes of their phone, the newest first.
type File struct {
	Holder
	Changes []Change
}

// Waits returns the change that waits, or nil.
func Waits(all []Change) *Change {
	if i := slices.IndexFunc(all, func(c Change) bool { return c.State == Waiting }); i >= 0 {
		return &all[i]
	}
	return nil
}

// Opening is what a cadre writes to open a change at the desk.
type Opening struct {
	Phone   string // the new number
	Code    string // that was sent there, as the person reads it out
	Checked []Check
	Note    string
}

const (
	maxNote = 200
	actOpen = string(Open)
)

// manyDigits is what a number of a document looks like, however it is divided.
var manyDigits = regexp.MustCompile(`(?:\d[\s.\-_/·]*){9,}`)

// draw returns o as it is kept, or all that is wrong with it. What was checked is
// noted; the number of a document never is.
func (o Opening) draw() (Opening, error) {
	var f fault.Form
	var err error
	if o.Phone, err = parse(o.Phone); err != nil {
		f.Add("phone", "account.phone.unknown", nil)
	}
	var known []Check
	for _, c := range Checks() {
		if slices.Contains(o.Checked, c) {
			known = append(known, c)
		}
	}
	if o.Checked = known; len(known) == 0 {
		f.Add("checked", "accountphone.checked.needed", nil)
	}
	o.Note = strings.TrimSpace(plain.Line(o.Note))
	switch n := utf8.RuneCountInString(o.Note); {
	case n < 4 || n > maxNote:
		f.Add("note", "accountphone.note.length", fault.Args{"Least": 4, "Most": maxNote})
	case manyDigits.MatchString(idcard.Plain(o.Note)):
		f.Add("note", "accountphone.note.number", nil)
	}
	return o, f.Err(actOpen)
}

// parse reads a mobile number, or says what is wrong with it.
func parse(text string) (string, error) {
	phone, err := idcard.ParseMobile(text)
	if err != nil {
		return "", wrong("phone", "account.phone.unknown")
	}
	return phone, nil
}

// wrong is the fault of one input.
func wrong(field, msg string) error {
	var f fault.Form
	f.Add(field, msg, nil)
	return f.Err("account.phone")
}
