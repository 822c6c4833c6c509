package request

import (
	"time"

	"nuanxin/internal/authz"
)

// Draft is what somebody says is wrong. Voice alone, words alone or photos
// alone will do, and so will a station's defect; everything else is optional.
type Draft struct {
	Words     string
	Files     []File
	Topic     string
	Place     Place
	What      string // a station's defect, in the station's codes; needs Place.Station
	Name      string
	Phone     string
	PhoneOK   bool    // an SMS code was confirmed for it just now, or staff heard it
	Anonymous bool    // a signed-in worker does not want to be known even to the union
	AskFirst  bool    // the worker wants to be told when a body has it, to say what that may see
	Hide      *bool   // from platform and company; nil: as the topic's rule says
	Channel   Channel // for staff: how it came; empty for the worker's own
	Source    string  // for staff: where it was heard
	Title     string  // for staff
	Demo      bool
}

// The most files of one act and of one request.
const (
	MaxFiles    = 9
	MaxAllFiles = 60
)

// Say is what the worker adds: words, files, or both.
type Say struct {
	Words string
	Files []File
}

// Reason is why a matter is not solved, in one tap.
type Reason string

// Reasons lists them; the catalogue has words under "request.reason.<reason>".
func Reasons() []Reason { return []Reason{"same", "half", "promise", "other"} }

// Known reports whether r is one of them.
func (r Reason) Known() bool {
	for _, k := range Reasons() {
		if r == k {
			return true
		}
	}
	return false
}

// Class is how staff sort a matter. Nil leaves a part as it is.
type Class struct {
	Topic *string
	Title *string // holds no person: bodies and lists show it
	Heard *string // what the voice message says
	Area  *string // the matter belongs to another union's area
	Place *string
	Hide  *bool
}

// Task is what the union asks of one body.
type Task struct {
	Body     string // organisation id
	Lead     bool
	Words    string // what to do; the body reads these, not the worker's
	Deadline time.Time
}

// Message is what staff say to the worker, or to each other.
type Message struct {
	Words     string
	Files     []File
	Followers bool // those whose requests were merged into this one read it, too
}

// Identity is who the worker is.
type Identity struct {
	Name, Phone string
	PhoneOK     bool // confirmed
	Worker      string
}

// Group is a drawer of the inbox.
type Group string

// The drawers. The zero Group is everything that is open.
const (
	GroupOpen     Group = ""
	GroupMine     Group = "mine"    // the caller is the officer
	GroupSoon     Group = "soon"    // near its time, or late
	GroupLate     Group = "late"    // a clock is over now
	GroupMissed   Group = "missed"  // a clock was over, ever
	GroupTodo     Group = "todo"    // with nobody yet
	GroupBounced  Group = "bounced" // sent back
	GroupWaiting  Group = "waiting" // for the worker
	GroupAnswered Group = "answered"
	GroupRaised   Group = "raised" // to a union above
	GroupClosed   Group = "closed"
	GroupAll      Group = "all"
)

// Groups lists the drawers in the order in which they are shown.
func Groups() []Group {
	return []Group{GroupMine, GroupSoon, GroupLate, GroupTodo, GroupBounced, GroupWaiting, GroupAnswered, GroupRaised, GroupMissed, GroupOpen, GroupClosed, GroupAll}
}

// Filter selects requests. Its zero value selects everything that is open.
type Filter struct {
	Group   Group
	Topic   string // and what is finer
	Area    string // and what lies in it
	Text    string // words that must all occur; or a number
	Phone   string // whole
	Officer string
	Body    string // with a body now
	Station string
	After   string // Page.Next of the page before
	Limit   int    // 0: 50
}

// Row is a request in the staff's list.
type Row struct {
	*Request
	State  ClockState // of the nearest clock
	Left   time.Duration
	Holder []Holder // who has it, or sent it back
}

// Page is a page of a list.
type Page[T any] struct {
	Rows []T
	Next string // for Filter.After; empty on the last page
}

// MatterRow is a request in a body's list.
type MatterRow struct {
	ID       ID
	Number   string
	Status   Status // of the request: what is solved or closed needs nothing more
	Topic    string
	Title    string
	What     string
	Place    string
	Station  string
	Dispatch Dispatch
	Late     bool // not signed, or not answered, in time
	Demo     bool

	Followers int // requests merged into this one
}

// AuthzObject implements op.Target: the row is of the body that holds the matter.
func (m MatterRow) AuthzObject() authz.Object {
	return authz.Object{Kind: "request", ID: string(m.ID), Group: "request", Bodies: []string{m.Dispatch.Body}}
}
