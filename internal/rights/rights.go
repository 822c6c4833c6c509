package rights

import (
	"slices"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/plain"
)

// ID is an ask's id.
type ID string

// Kind is what is asked for.
type Kind string

// The kinds, by article of the 个人信息保护法.
const (
	Correct Kind = "correct" // 46: wrong or incomplete
	Delete  Kind = "delete"  // 47
	Explain Kind = "explain" // 48
	Stop    Kind = "stop"    // 44: limit or refuse a use
	Hand    Kind = "hand"    // 45: hand it to another who is named
	Kin     Kind = "kin"     // 49: about somebody who died
	Other   Kind = "other"
)

// Kinds lists them in the order in which a form offers them.
func Kinds() []Kind { return []Kind{Correct, Delete, Explain, Stop, Hand, Kin, Other} }

// State is how an ask stands.
type State string

// The states. All but Open are final.
const (
	Open    State = "open"
	Done    State = "done"
	Refused State = "refused" // with a reason
	Taken   State = "taken"   // back, by who asked
)

// Channel is how an ask came.
type Channel string

// The channels.
const (
	OnPage    Channel = "page"    // the worker sent it
	AtCounter Channel = "counter" // somebody stood before a cadre, who saw who they are
	ByPhone   Channel = "phone"
)

// Ask is what somebody asked, and what became of it.
type Ask struct {
	ID         ID
	Person     string // the account; empty: written down by a cadre for somebody without one
	Union      string
	UnionName  string
	Area       string // whose cadres answer
	Kind       Kind
	State      State
	Channel    Channel
	Words      string
	Name       string // as a cadre wrote it down
	Phone      string // likewise; masked
	TakenBy    string // the cadre who wrote it down
	AskedAt    time.Time
	DueAt      time.Time // counted when it is read; zero: the working days are not published so far
	AnsweredAt time.Time
	AnsweredBy string
	Answer     string
	Version    int64
	Field      string   // of a correction: what is wrong; empty: only the words say so
	Wanted     string   // what is right
	Was        string   // what stood there, once it was changed
	Proof      string   // the file of a photo that proves it; empty: none
	Hands      []Handed // how it came to the union that answers, the first first; of an ask that is shown alone, or its own worker's

	key []byte // the data key that the row is sealed with; itself sealed
}

// Handed is one time that an ask was handed on to another union. Its day stays: who
// asked does not wait longer for it.
type Handed struct {
	At               time.Time
	FromName, ToName string
	By               string // the cadre
}

// AuthzObject implements op.Target.
func (a Ask) AuthzObject() authz.Object {
	return authz.Object{Kind: "rights", ID: string(a.ID), Group: "person", Area: a.Area, Owner: a.Person}
}

// Late reports whether a is past its day.
func (a Ask) Late(now time.Time) bool {
	return a.State == Open && !a.DueAt.IsZero() && now.After(a.DueAt)
}

// Draft is what somebody asks.
type Draft struct {
	Kind  Kind
	Words string
	Area  string // where they are, for who is no member; may be empty

	Field, Wanted, Proof string // of a correction with a form of its own
}

// Note is what a cadre writes down for somebody.
type Note struct {
	Draft
	Channel Channel
	Name    string
	Phone   string // empty: none was given
}

const (
	maxWords = 2000
	maxName  = 40
	maxValue = 100
)

func (d *Draft) check(f *fault.Form) {
	d.Words = plain.Text(d.Words)
	if !slices.Contains(Kinds(), d.Kind) {
		f.Add("kind", "rights.kind.choose", nil)
	}
	if d.Field != "" {
		d.Wanted = plain.Line(d.Wanted)
		if n := utf8.RuneCountInString(d.Wanted); n == 0 || n > maxValue {
			f.Add("wanted", "rights.wanted.length", fault.Args{"Limit": maxValue})
		}
	}
	if n := utf8.RuneCountInString(d.Words); n == 0 && d.Field == "" || n > maxWords {
		f.Add("words", "rights.words.length", fault.Args{"Limit": maxWords})
	}
}

func (n *Note) check() error {
	var f fault.Form
	n.Draft.check(&f)
	if n.Channel != AtCounter && n.Channel != ByPhone {
		f.Add("channel", "rights.channel.choose", nil)
	}
	n.Name = plain.Line(n.Name)
	if k := utf8.RuneCountInString(n.Name); k == 0 || k > maxName {
		f.Add("name", "rights.name.length", fault.Args{"Limit": maxName})
	}
	if n.Phone != "" {
		phone, err := idcard.ParsePhone(n.Phone)
		if err != nil {
			f.Add("phone", "rights.phone.wrong", nil)
		}
		n.Phone = phone.String()
	}
	return f.Err("rights.note")
}

// answer returns the words of an answer. A refusal needs them in any case, and
// so does a promise kept: the reader must know what was done.
func answer(words string) (string, error) {
	words = plain.Text(words)
	if n := utf8.RuneCountInString(words); n == 0 || n > maxWords {
		var f fault.Form
		f.Add("words", "rights.answer.length", fault.Args{"Limit": maxWords})
		return "", f.Err("rights.answer")
	}
	return words, nil
}
