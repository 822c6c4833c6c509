package member

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/member/work"
	"nuanxin/internal/plain"
)

// ID is a member's id.
type ID string

// State is where a membership stands. Its words are "member.state."+State.
type State string

// The states.
const (
	Applied   State = "applied"   // 已申请: waits for the union
	Active    State = "active"    // 在籍
	Kept      State = "kept"      // 保留会籍: without work for now, and still a member
	Left      State = "left"      // 退会, of one's own will
	Ended     State = "ended"     // by the union, with a reason
	Refused   State = "refused"   // the application was not approved
	Withdrawn State = "withdrawn" // the application was taken back
	Merged    State = "merged"    // it is one with another record, [Member.Into]
)

// States are all states, what waits first.
func States() []State { return []State{Applied, Active, Kept, Left, Ended, Refused, Withdrawn, Merged} }

// Belongs reports whether somebody in the state is a member.
func (s State) Belongs() bool { return s == Active || s == Kept }

// Holds reports whether the state keeps its phone and identity number from
// being used for another application.
func (s State) Holds() bool { return s == Applied || s.Belongs() }

// Occupation is what somebody does. Its words are "member.occupation."+Occupation.
type Occupation string

// The occupations: the four that the national campaign names (货车司机、网约车司机、
// 快递员、外卖配送员), and others.
const (
	Rider   Occupation = "rider"
	Courier Occupation = "courier"
	Driver  Occupation = "driver" // of ride-hailing cars
	Trucker Occupation = "trucker"
	Other   Occupation = "other"
)

// Occupations are all occupations.
func Occupations() []Occupation { return []Occupation{Rider, Courier, Driver, Trucker, Other} }

// Channel is how an application came. Its words are "member.channel."+Channel.
type Channel string

// The channels.
const (
	ByPoster  Channel = "poster"
	ByLink    Channel = "link"
	ByStation Channel = "station"
	ByDesk    Channel = "desk"
	ByWeb     Channel = "web" // found it alone
)

// ByList is how somebody came whose name stood on a list. Nobody says so of
// themselves, so it is none of [Channels].
const ByList Channel = "list"

// Channels are all channels.
func Channels() []Channel { return []Channel{ByPoster, ByLink, ByStation, ByDesk, ByWeb} }

// Member is somebody who belongs to a union or has applied to.
type Member struct {
	ID         ID
	Number     string // for life; empty until approved
	Person     string // the account; empty until they sign in
	Union      string // that they belong to, or applied to
	UnionName  string
	Area       string // of that union: whose cadres decide
	State      State
	Name       string
	Phone      string // masked
	Document   string // masked; empty when none was given
	Born       string // YYYY-MM-DD, from the identity number; empty: not known
	Occupation Occupation
	Works      string // what they work for now, in one line: [Own] has all of it
	Channel    Channel
	To         string // the union that a transfer was asked of; empty: none waits
	ToName     string
	AppliedAt  time.Time // the application, or the transfer that waits
	DueAt      time.Time // by when the union answers it; zero: the calendar is not published so far
	DecidedAt  time.Time
	Reason     string // why it was refused, or ended
	Into       ID     // the record that it was merged into; empty: none
	ChangedBy  string // who changed it last, as it was called then; empty: the member
	ChangedAt  time.Time
	Version    int64
	News       bool // agreed to news about benefits and events

	key []byte // the data key that the row is sealed with; itself sealed
}

// AuthzObject implements op.Target. A transfer that waits is the new union's
// to decide, so that the area is the new one's meanwhile.
func (m Member) AuthzObject() authz.Object {
	return authz.Object{Kind: "member", ID: string(m.ID), Group: "member", Area: m.Area, Owner: m.Person}
}

// Waits reports whether the union has something to decide.
func (m Member) Waits() bool { return m.State == Applied || m.To != "" }

// Late reports whether the union's answer is overdue.
func (m Member) Late(now time.Time) bool {
	return m.Waits() && !m.DueAt.IsZero() && now.After(m.DueAt)
}

// Term is one stretch of a membership. Terms follow each other; the last has no end.
type Term struct {
	Seq       int64
	Kind      TermKind
	Union     string
	UnionName string
	From      time.Time
	Until     time.Time // zero: it lasts
	By        string    // who decided, as it was called then; empty: the member
	Reason    string
	Of        ID // the record that it comes from, where that went into this one; empty: its own
}

// TermKind is what began a term. Its words are "member.term."+TermKind.
type TermKind string

// The kinds of terms.
const (
	Join     TermKind = "join"     // 入会
	Transfer TermKind = "transfer" // 接转
	Keep     TermKind = "keep"     // 保留会籍
	Resume   TermKind = "resume"   // 恢复
	Leave    TermKind = "leave"    // 退会
	End      TermKind = "end"      // 终止
	Merge    TermKind = "merge"    // 并入另一条记录
	Part     TermKind = "part"     // 合并撤回
)

// Doubt is why a cadre should look twice before approving.
type Doubt struct {
	Why   Why
	Other ID // the one that it may be; empty for doubts about the application itself
}

// Why is the reason of a doubt.
type Why = twin.Why

// The reasons, the strongest first. Those of [twin.Whys] name another record.
const (
	SameDocument      = twin.SameDocument
	SamePhone         = twin.SamePhone
	SameNameBirth     = twin.SameNameBirth
	SameNameArea      = twin.SameNameArea
	Young         Why = "young"         // below the age of work
	UnknownArea   Why = "document_area" // the identity number names an area that there never was
	OldDocument   Why = "document_old"  // it had fifteen digits; the check digit was made here
)

// Application is what somebody writes to join.
type Application struct {
	Name       string
	Document   string // identity number; may be empty
	Occupation Occupation
	Works      []work.Said // platforms and companies
	Area       string      // where they work: the union is proposed from it
	Union      string      // which of the two that may be chosen; empty: that of the area
	Channel    Channel
	Consents   []Consent
}

// Consent is a purpose that somebody agreed to, in the words of a version.
type Consent = consent.Said

const (
	maxReason = 300
	adult     = 16 // 劳动法 art. 15: nobody younger may be employed
)

// draft is an application that passed.
type draft struct {
	Application
	resident idcard.Resident
}

// draw returns the application as it is kept, or all that is wrong with it, in
// the order in which it is asked. Without what is required nobody can be a
// member, and an identity number needs the consent of its own.
func (a Application) draw(today string, asked []consent.Purpose) (draft, error) {
	var f fault.Form
	d := draft{Application: a}
	if !slices.Contains(Occupations(), a.Occupation) {
		f.Add("occupation", "member.occupation.needed", nil)
	}
	if len(a.Area) < 6 || len(a.Area) > 12 || strings.Trim(a.Area, "0123456789") != "" {
		f.Add("area", "member.area.needed", nil)
	}
	var err error
	if d.Name, err = idcard.ParseName(a.Name); err != nil {
		f.Add("name", "member.name.unknown", nil)
	}
	d.Works = work.Clean(a.Works)
	if field, msg, limit := work.Check(d.Works); field != "" {
		f.Add(field, msg, fault.Args{"Limit": limit})
	}
	if d.Document = idcard.Plain(a.Document); d.Document != "" {
		if d.resident, err = idcard.ParseResident(d.Document, today); err != nil {
			f.Add("document", "member.document.wrong", nil)
		}
		d.Document = d.resident.Number
	}
	for _, p := range asked {
		needed := p.Required || p.Purpose == consent.Document && d.Document != ""
		if needed && !slices.Contains(a.Consents, Consent{Purpose: p.Purpose, Version: p.Version}) {
			f.Add("consent_"+p.Purpose, "member.consent.needed", nil)
		}
	}
	if !slices.Contains(Channels(), a.Channel) {
		d.Channel = ByWeb
	}
	return d, f.Err(string(Apply))
}

// DoubtsOf are those that an identity number raises by itself on a day.
func DoubtsOf(r idcard.Resident, today string) (all []Doubt) {
	if r.Number == "" {
		return nil
	}
	if r.AgeOn(today) < adult {
		all = append(all, Doubt{Why: Young})
	}
	if r.Doubt != "" {
		all = append(all, Doubt{Why: UnknownArea})
	}
	return all
}

// reason is why somebody decides as they do, in words that are needed.
func reason(act authz.Action, text string) (string, error) {
	text = strings.TrimSpace(plain.Visible(text))
	if n := utf8.RuneCountInString(text); n < 2 || n > maxReason {
		var f fault.Form
		f.Add("reason", "member.reason.length", fault.Args{"Limit": maxReason})
		return "", f.Err(string(act))
	}
	return text, nil
}
