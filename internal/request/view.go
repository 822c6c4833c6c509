package request

import (
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/workday"
)

// Case is a request as the union's staff read it. Who the worker is beyond the
// surname is not in it; see [Service.Reveal].
type Case struct {
	*Request
	Dispatches []Dispatch
	Timeline   []Entry // oldest first
	Files      []Attachment
	Clocks     []Clock
	Followers  []Follower // requests merged into this one
	MergedInto *Follower  // the request that this one was merged into
	Limits     Limits
	BodyBy     time.Time // the deadline to propose for a body; zero when the calendar is not known
	Kept       bool      // a later notice would move the answer's date; the promised one stands
}

// Silent reports whether nothing is left of what was said: it went with the account that
// it came from, or after its time.
func (c Case) Silent() bool {
	return c.Words == "" && c.Heard == "" && c.What == "" && len(c.Files) == 0
}

// Follower is a request joined to another.
type Follower struct {
	ID      ID
	Number  string
	Status  Status
	Surname string
	Words   string
	At      time.Time // of its capture
}

// Own is a request as its worker reads it.
type Own struct {
	ID         ID
	Number     string
	Version    int64
	Status     Status
	Topic      string
	Title      string
	Place      Place
	What       string
	Words      string
	Hidden     bool
	Owned      bool   // by a signed-in worker; otherwise held by its secret
	Reachable  bool   // an SMS can be sent
	ToHost     bool   // a station's host reads what is added
	Who        string // the officer; empty before the first look
	Union      string // the union's id
	Holders    []Holder
	Waiting    string    // the union's question, while it waits for the worker
	Promised   time.Time // the reply promised to the last chase; zero if given or none
	Clock      Clock     // the answer's
	Clocks     []Clock   // all of them, so that misses stay in sight
	Timeline   []Entry   // oldest first, without the ids of people
	Files      []Attachment
	Followers  int
	Bounces    int
	Reopened   int
	MergedInto ID
	MainStatus Status // of the request that it was merged into
	Quiet      bool
	CreatedAt  time.Time
	Demo       bool
}

// Holder is a body that has the matter now.
type Holder struct {
	Name     string
	State    DispatchState
	SignedBy string
	Deadline time.Time
	Lead     bool
	Asks     bool // for more time
}

// Matter is a request as a body reads it: what the union asks of it, and
// nothing of the person. It has no field for words, name, phone or a worker's
// id, so that none can slip in. Only what the worker says to a station's host of
// a defect there is on the timeline, as words without a person.
type Matter struct {
	ID         ID
	Number     string
	Version    int64
	Status     Status
	Topic      string
	Title      string // by staff
	Said       string // the worker's own words, where the worker agreed that this body reads them
	Place      Place
	What       string
	Union      string
	Officer    string // the union's officer
	CreatedAt  time.Time
	Bounces    int
	MayBounce  bool       // the hand that is acted upon, see [InHand]
	MayAskTime bool       // likewise
	Decided    bool       // likewise: the union's word is that it is theirs, so it is not bounced
	Dispatches []Dispatch // this body's own
	Others     []Holder   // other bodies
	Timeline   []Entry    // about this body's own
	Files      []Attachment
	Clocks     []Clock // of its own dispatches
	Demo       bool
}

// Whole is all that is kept of a request.
type Whole struct {
	*Request
	Dispatches []Dispatch
	Entries    []Entry
	Files      []Attachment
	WordsFor   []string // the bodies that may read the worker's own words
	Limits     Limits
}

// LinkOf is what became of the link to a handing, as far as is known.
func LinkOf(es []Entry, d DispatchID) string {
	for _, e := range slices.Backward(es) {
		if e.Kind == KindLinked && e.Dispatch == d {
			return e.Fact
		}
	}
	return ""
}

// Readable are the entries that a circle may read.
func Readable(es []Entry, to Readers) []Entry {
	return slices.DeleteFunc(slices.Clone(es), func(e Entry) bool { return e.Readers&to == 0 })
}

// Own is the request as its worker reads it.
func (m Whole) Own(cal workday.Calendar, now time.Time) Own {
	v := Own{ID: m.ID, Number: m.Number, Version: m.Version, Status: m.Status, Topic: m.Topic, Title: m.Title, Place: m.Place, What: m.What, Words: m.Words,
		Hidden: m.Hidden, Owned: m.Owner != "", Reachable: m.Owner != "" || m.PhoneOK, Who: m.OfficerName, Union: m.Union,
		Followers: m.Followers, Bounces: m.Bounces, Reopened: m.Reopened, MergedInto: m.MergedInto, Quiet: m.Quiet, CreatedAt: m.CreatedAt, Demo: m.Demo}
	for _, d := range m.Dispatches {
		if d.Holds() {
			v.Holders = append(v.Holders, Holder{d.BodyName, d.State, d.SignedBy, d.Deadline, d.Lead, false})
			v.ToHost = v.ToHost || m.ByHost(d)
		}
	}
	seen := map[int64]bool{}
	for _, e := range Readable(m.Entries, ToWorker) {
		e.ByID, seen[e.Seq] = "", true
		v.Timeline = append(v.Timeline, e)
		if e.Kind == KindAsked && m.Status == StatusWaiting {
			v.Waiting = e.Words
		}
	}
	v.Files = slices.DeleteFunc(slices.Clone(m.Files), func(a Attachment) bool { return !seen[a.Seq] })
	v.Clocks = Clocks(m.Limits, cal, m.Entries, now)
	for _, c := range v.Clocks {
		switch {
		case c.Name == ClockAnswer:
			v.Clock = c
		case c.Name == ClockReply && c.Ended.IsZero():
			v.Promised = c.Due
		}
	}
	return v
}

// Matter is the request as a body reads it.
func (m Whole) Matter(who authz.Subject, cal workday.Calendar, now time.Time) Matter {
	v := Matter{ID: m.ID, Number: m.Number, Version: m.Version, Status: m.Status, Topic: m.Topic, Title: m.Title, Place: m.Place, What: m.What,
		Union: m.Union, Officer: m.OfficerName, CreatedAt: m.CreatedAt, Bounces: m.Bounces, Demo: m.Demo}
	if sitsInOne(who, m.WordsFor) {
		v.Said = m.Words
	}
	own := map[DispatchID]bool{}
	clocks := Clocks(m.Limits, cal, m.Entries, now)
	for _, d := range m.Dispatches {
		switch {
		case Sits(who, d.Body):
			own[d.ID] = true
			v.Dispatches = append(v.Dispatches, d)
		case d.Holds():
			v.Others = append(v.Others, Holder{Name: d.BodyName, State: d.State, Deadline: d.Deadline, Lead: d.Lead})
		}
	}
	if i := InHand(v.Dispatches, func(Dispatch) bool { return true }); i >= 0 { // the one that forms act upon
		d := v.Dispatches[i]
		v.MayAskTime = m.MayAskTime(d, FeedbackOf(clocks, d.ID), AskedTime(m.Entries, d.ID), m.Limits) == nil
		err := m.MayBounce(d, m.Limits)
		v.MayBounce, v.Decided = err == nil, strings.HasPrefix(fault.Of(err).Msg, "request.bounce.")
	}
	for _, e := range Readable(m.Entries, ToBody) {
		if own[e.Dispatch] {
			e.ByID = ""
			v.Timeline = append(v.Timeline, e)
		}
	}
	for _, a := range m.Files {
		if a.ForBody(m.Request, who) {
			v.Files = append(v.Files, a)
		}
	}
	for _, c := range clocks {
		if own[c.Dispatch] {
			v.Clocks = append(v.Clocks, c)
		}
	}
	return v
}

// ForBody reports whether a body may have the file: its own, or one that the
// union released. A hidden worker's voice is never released: it tells who speaks.
func (a Attachment) ForBody(q *Request, who authz.Subject) bool {
	if a.Body != "" {
		return Sits(who, a.Body)
	}
	if a.Asked && !sitsInOne(who, a.To) {
		return false
	}
	return a.Released && (a.By != ByWorker || a.Kind != Voice || !q.Hidden)
}

// sitsInOne reports whether who handles matters for one of some organisations.
func sitsInOne(who authz.Subject, orgs []string) bool {
	return slices.ContainsFunc(orgs, func(org string) bool { return Sits(who, org) })
}

// Sits reports whether who handles matters for the organisation.
func Sits(who authz.Subject, org string) bool {
	return slices.ContainsFunc(who.Grants, func(g authz.Grant) bool {
		return (g.Role == authz.Partner || g.Role == authz.Host) && g.Org == org && org != ""
	})
}
