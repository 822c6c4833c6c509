// Package verify has name and identity number of members checked by a government's
// identity service (实名核验), in the background: joining never waits for it.
//
// A number is checked where its member agreed to exactly that (consent.Realname) and an
// account says so; who stands on a list and never signed in is not. A record whose name
// or number is new has named = 0 and is lined up by the job, which then asks one question
// after the other, within the day's budget (rule realname_day), and asks again with
// growing pauses where there is no answer. What is kept is a [Standing]: the result, the
// time, who answered; nothing else of the answer. The audit trail has each question and
// each result.
//
// A number that is not the name's, or that the service does not know, is a doubt about an
// application (package roll) and stays one until somebody ends it: the member, who writes
// name and number anew (a few times, rule realname_fixes: the pages must not be used to
// guess whose a number is) and is checked again; a cadre, who looked at the original; or a
// refusal. Nothing is decided by the program.
//
// Without a service ([Config.Checker]) only form, check digit and age of a number are
// judged, as at every input, and the pages say so.
package verify

import (
	"context"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
)

// State is where the check of a record stands. Its words are "memberdesk.check."+State.
type State string

// The states; of a record that is not to be checked there is none.
const (
	None     State = ""
	Due      State = "due"       // it waits for the service
	Match    State = "match"     // the number is the name's
	Mismatch State = "mismatch"  // the number is somebody else's
	NoRecord State = "no_record" // the service knows no such number
	Seen     State = "seen"      // a cadre saw the original
)

// Open reports whether somebody has to look.
func (s State) Open() bool { return s == Mismatch || s == NoRecord }

// The reasons of doubts.
const (
	NameNumber    member.Why = "name_number"    // 姓名和证件号对不上
	NumberUnknown member.Why = "number_unknown" // 查不到这个证件号
)

// Why is the doubt that an open state is.
func (s State) Why() member.Why {
	if s == NoRecord {
		return NumberUnknown
	}
	return NameNumber
}

// Standing is what is known of a record's check. Its zero value is that of a record that
// nobody checked.
type Standing struct {
	State     State
	Source    string // who answered
	CheckedAt time.Time
	Tries     int64
	Fixes     int64  // how often the member wrote name or number anew
	Wanted    string // what a cadre asks the member to look at
	WantedBy  string
	WantedAt  time.Time
	SeenBy    string // who saw the original
	SeenAt    time.Time
	Note      string
}

// The actions.
const (
	Verify  authz.Action = "member.verify"         // by the service
	Confirm authz.Action = "member.check_original" // the original was seen
	Want    authz.Action = "member.ask_correction" // the member is asked to look again
	Fix     authz.Action = "member.fix_identity"   // the member writes name and number anew
)

// Policy says who may do them.
var Policy = authz.Rules{
	Verify:  authz.Program,
	Confirm: authz.InArea(authz.Cadre),
	Want:    authz.InArea(authz.Cadre),
	Fix:     authz.Owner,
}

// Question is what a service is asked.
type Question struct{ ID, Name, Number string }

// Checker asks an identity service.
type Checker interface {
	// Check returns [Match], [Mismatch] or [NoRecord]; an error says that nothing was
	// checked, and names nobody.
	Check(ctx context.Context, q Question) (State, error)
}

// Config is what the service needs.
type Config struct {
	Members *member.Service
	Checker Checker // nil: none is connected
	Source  string  // what the identity service is called
}

// Service checks, and keeps what came of it.
type Service struct {
	desk *op.Desk
	Config
}

// New returns the service.
func New(desk *op.Desk, c Config) *Service { return &Service{desk, c} }

// Ready reports whether an identity service is connected.
func (s *Service) Ready() bool { return s.Checker != nil }

// Doubted says that a number was found not to be the name's, or not to exist.
type Doubted struct {
	ID member.ID `json:"id"`
}

// EventName implements op.Event.
func (Doubted) EventName() string { return "member.doubted" }

// Wanted says that a cadre asks a member to look at name and number again.
type Wanted struct {
	ID member.ID `json:"id"`
}

// EventName implements op.Event.
func (Wanted) EventName() string { return "member.wanted" }
