package request

import (
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/geo"
)

// ID names a request.
type ID string

// DispatchID names the handing of a request to one body.
type DispatchID string

// AttachmentID names a photo or a voice message of a request.
type AttachmentID string

// Ref is how a caller names a request.
type Ref struct {
	ID     ID     // or
	Number string // as printed for people
	Secret string // what was given out at its creation; makes its holder the worker of the matter
	Seen   int64  // the version that the caller looked at; 0: the caller did not look. What others did since is a conflict.
}

// Channel is how a request came.
type Channel string

// The channels.
const (
	ChannelPage    Channel = "page"    // the worker's own phone
	ChannelPhone   Channel = "phone"   // somebody called
	ChannelTalk    Channel = "talk"    // said at a talk
	ChannelVisit   Channel = "visit"   // said at a visit
	ChannelStation Channel = "station" // reported at a station's page
)

// Channels lists what staff may register for others.
func Channels() []Channel { return []Channel{ChannelPhone, ChannelTalk, ChannelVisit} }

// Status is the state of a request; the worker's and the staff's words for it
// are in the catalogue under "request.status.<status>".
type Status string

// The states.
const (
	StatusReceived   Status = "received"
	StatusSeen       Status = "seen"
	StatusDispatched Status = "dispatched"
	StatusBounced    Status = "bounced"
	StatusAccepted   Status = "accepted"
	StatusWorking    Status = "working"
	StatusWaiting    Status = "waiting_worker"
	StatusAnswered   Status = "answered"
	StatusSolved     Status = "solved"
	StatusUnsolved   Status = "unsolved"
	StatusNotOurs    Status = "not_ours"
	StatusWithdrawn  Status = "withdrawn"
	StatusMerged     Status = "merged"
)

// Statuses lists the states in the order of a request's life.
func Statuses() []Status {
	return []Status{StatusReceived, StatusSeen, StatusDispatched, StatusBounced, StatusAccepted, StatusWorking, StatusWaiting, StatusAnswered, StatusSolved, StatusUnsolved, StatusNotOurs, StatusWithdrawn, StatusMerged}
}

// Place is where the matter is.
type Place struct {
	Text    string     `json:"text,omitempty"`
	Point   *geo.Point `json:"point,omitempty"` // WGS-84
	Area    string     `json:"area,omitempty"`  // division code; empty in a draft: not known
	Station string     `json:"station,omitempty"`
}

// Request is the root: what is true of a request as a whole. It says nothing
// of who the worker is but the surname.
type Request struct {
	ID          ID
	Number      string
	Version     int64
	Status      Status
	Place       Place
	AreaKnown   bool // false: nobody said where, or no union answers for it, and the union of the installation got it
	Union       string
	Topic       string // code, see Topics; empty: not chosen
	Title       string // by staff; holds no person
	Channel     Channel
	Source      string
	What        string // of a station's defect
	Hidden      bool   // the worker is not named to platform and company
	Words       string // the first words of the worker
	Heard       string // what staff heard in the voice message
	Surname     string // for 陈师傅; empty for who gave no name
	HasPhone    bool
	Officer     string
	OfficerName string
	Policy      string
	Calendar    int64 // the revision of the calendar at its arrival
	CreatedAt   time.Time
	ChangedAt   time.Time
	SeenAt      time.Time
	AnsweredAt  time.Time
	ClosedAt    time.Time
	DueAt       time.Time // the nearest running clock's; zero while held, finished or unknown
	DueClock    string
	SoonAt      time.Time
	AnswerBy    time.Time
	NotBefore   time.Time // a clock runs into days that are not published and ends no sooner; zero: none does
	Missed      bool      // some clock was missed, ever
	Level       int       // of the ladder: 1 officer reminded, 2 leader, 3 the union above
	RaisedTo    string    // the area that it was raised to; meaningful when Level is 3
	Chases      int
	Followers   int // requests merged into this one
	Bounces     int
	Reopened    int // times that the worker said "not solved"
	MergedInto  ID
	Quiet       bool      // answered, and no word for long
	MendedAt    time.Time // the station says since then that it is mended; zero: it does not, or the worker has said no
	Demo        bool

	// What follows decides about access or is sealed; no page shows it.

	Owner       string    `json:"-"` // the worker's person id; empty: only holders of the secret
	SaidKey     []byte    `json:"-"` // that what the worker said is sealed with; itself sealed
	DataKey     []byte    `json:"-"` // that name and phone are sealed with; itself sealed
	SealedName  []byte    `json:"-"`
	SealedPhone []byte    `json:"-"`
	PhoneIndex  string    `json:"-"`
	PhoneOK     bool      `json:"-"` // confirmed
	LadderAt    time.Time `json:"-"`
	Held        bool      `json:"-"` // the caller showed the secret
	Bodies      []string  `json:"-"` // that hold it now
}

// AuthzObject implements op.Target.
func (r *Request) AuthzObject() authz.Object {
	return authz.Object{Kind: "request", ID: string(r.ID), Group: "request", Area: r.Place.Area, Owner: r.Owner, Bodies: r.Bodies, Held: r.Held}
}

// DispatchState is the state of one handing.
type DispatchState string

// The states of a handing.
const (
	DispatchSent     DispatchState = "sent"
	DispatchOpened   DispatchState = "opened"   // the body's page was opened: its receipt
	DispatchSigned   DispatchState = "accepted" // signed for
	DispatchWorking  DispatchState = "working"
	DispatchReported DispatchState = "reported"
	DispatchBounced  DispatchState = "bounced"
	DispatchSettled  DispatchState = "settled" // bounced, and the union has acted on it
	DispatchRecalled DispatchState = "recalled"
)

// Dispatch is a request in the hands of one body.
type Dispatch struct {
	ID         DispatchID
	Body       string
	BodyName   string
	Lead       bool
	State      DispatchState
	Attempt    int  // which handing of this request, from 1
	Final      bool // the union decided: it may not be sent back
	Task       string
	Reason     string // why it was sent back
	Suggest    string // who should do it, in the body's words
	SentAt     time.Time
	SignBy     time.Time
	Deadline   time.Time // that holds now
	First      time.Time // the deadline that was set first; zero: it was never moved
	AskedUntil time.Time // more time is asked for, and the union has not said; zero: not
	DueBy      time.Time // when its clock ends, with what waited for the worker; zero: as Deadline
	OpenedAt   time.Time
	SignedAt   time.Time
	SignedBy   string
	ReportedAt time.Time
	EndedAt    time.Time // sent back or recalled
	MissedSign bool      // was not signed for in time, as of the last act
	Missed     bool      // was not answered in time, as of the last act; more time takes it away no more
}

// Holds reports whether the body still has the matter.
func (d Dispatch) Holds() bool {
	return d.State != DispatchBounced && d.State != DispatchSettled && d.State != DispatchRecalled
}

// Until is the date that the body reads: its deadline, or the later one that
// waiting for the worker has made of it.
func (d Dispatch) Until() time.Time { return later(d.Deadline, d.DueBy) }

// InHand is which of a body's hands is to be acted upon: the first that it has
// not answered, else the last that it has; -1: none.
func InHand(ds []Dispatch, own func(Dispatch) bool) int {
	at := -1
	for i, d := range ds {
		switch {
		case !d.Holds() || !own(d):
		case d.State != DispatchReported:
			return i
		default:
			at = i
		}
	}
	return at
}

// ByHost reports whether the dispatch is a defect that went to the station's
// host at once: the host reads what the worker says of it, and answers directly.
func (r *Request) ByHost(d Dispatch) bool { return r.What != "" && d.Attempt == 1 && d.Task == "" }

// Asks reports whether the body waits for the union's word on more time.
func (d Dispatch) Asks() bool {
	return !d.AskedUntil.IsZero() && d.Holds() && d.State != DispatchReported
}

// Silent reports whether the body has the matter because it said nothing in time.
func (d Dispatch) Silent(l Limits) bool { return l.Silent && !d.SignedAt.IsZero() && d.SignedBy == "" }

// FileKind is photo or voice.
type FileKind string

// The kinds of attachments.
const (
	Photo FileKind = "photo"
	Voice FileKind = "voice"
)

// File is a photo or voice message whose bytes are already kept.
type File struct {
	Kind    FileKind
	Blob    string
	Thumb   string
	Seconds int
	Size    int64
	Digest  string
	Key     []byte // that seals it, itself sealed; nil: the store's own does
}

// Attachment is a file of a request.
type Attachment struct {
	ID       AttachmentID
	Seq      int64 // of the entry it came with
	At       time.Time
	By       ActorKind
	Body     string   // for a body's
	Released bool     // the union shows it to those bodies that may see it
	Asked    bool     // its worker is asked which bodies may see it
	To       []string // those that its worker agreed to
	File
}

// Shut reports whether its worker has agreed to no body.
func (a Attachment) Shut() bool { return a.Asked && len(a.To) == 0 }

// ActorKind is who did something.
type ActorKind string

// The kinds of actors.
const (
	ByWorker ActorKind = "worker"
	ByStaff  ActorKind = "staff"
	ByBody   ActorKind = "body"
	BySystem ActorKind = "system"
)

// Readers is a set of circles that may read an entry.
type Readers int

// The circles.
const (
	ToWorker Readers = 1 << iota
	ToStaff
	ToBody // the one that the entry is about
)

// Kind is what happened.
type Kind string

// What happens to a request; the catalogue has words under "request.did.<kind>".
const (
	KindCaptured  Kind = "captured"
	KindAdded     Kind = "added"
	KindReplied   Kind = "replied"
	KindChased    Kind = "chased"
	KindSolved    Kind = "solved"
	KindUnsolved  Kind = "unsolved"
	KindWithdrawn Kind = "withdrawn"
	KindLeft      Kind = "left_phone" // whoever had no name can be reached now

	KindSeen       Kind = "seen"
	KindAssigned   Kind = "assigned"
	KindClassified Kind = "classified"
	KindDispatched Kind = "dispatched"
	KindRecalled   Kind = "recalled"
	KindTold       Kind = "told"
	KindBriefed    Kind = "briefed" // a body, by the union
	KindAnswered   Kind = "answered"
	KindAsked      Kind = "asked"
	KindNoted      Kind = "noted"
	KindReleased   Kind = "released"
	KindMerged     Kind = "merged"   // into another
	KindAbsorbed   Kind = "absorbed" // another
	KindUnmerged   Kind = "unmerged"
	KindNotOurs    Kind = "not_ours"
	KindRaised     Kind = "raised"

	KindOpened   Kind = "opened"
	KindSigned   Kind = "signed"
	KindBounced  Kind = "bounced"
	KindWorking  Kind = "working"
	KindReported Kind = "reported"
	KindMoreTime Kind = "more_time" // asked for, until Until
	KindGranted  Kind = "granted"   // more time, by the union
	KindRefused  Kind = "refused"   // more time, by the union
	KindMended   Kind = "mended"    // the station says so, when no host has the matter in hand

	KindLinked   Kind = "linked" // what became of the message that brings a body its link; the Fact is a Link…
	KindReminded Kind = "reminded"
	KindOwned    Kind = "owned" // a body has said nothing in time: by the rule it has the matter
	KindQuiet    Kind = "quiet"
	KindDated    Kind = "dated" // the calendar was published or mended: the answer's date is now Until
)

// What became of the message that was to bring a body the link to a handing.
const (
	LinkSent    = "sent"
	LinkNoPhone = "no_phone" // the union knows no phone of the body
	LinkOff     = "off"      // this installation sends no messages
	LinkFailed  = "failed"   // not yet: the program goes on trying
	LinkRefused = "refused"  // the gateway will not take it
)

// Entry is one line of the timeline.
type Entry struct {
	Seq      int64
	At       time.Time
	Kind     Kind
	By       ActorKind
	ByID     string
	ByName   string // of staff; a worker's is never kept here
	Readers  Readers
	Dispatch DispatchID
	Body     string
	BodyName string
	Words    string
	Until    time.Time // a deadline, a promise, a date
	Fact     string    // a code: the new topic, the ladder's clock and level, a phone, a number
}

// Receipt is what an act answers. It is kept in plain text for ever, so it
// names no worker and holds no secret.
type Receipt struct {
	ID      ID        `json:"id"`
	Number  string    `json:"number"`
	Status  Status    `json:"status"`
	Version int64     `json:"version"`
	Who     string    `json:"who,omitempty"`   // the officer, or the union
	By      time.Time `json:"by,omitzero"`     // when an answer is due; for a chase, the reply
	NotBy   time.Time `json:"not_by,omitzero"` // By is not known: the days after this are not published
}
