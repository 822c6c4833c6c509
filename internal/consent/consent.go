package consent

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
)

// The purposes that reads know. There may be rows of others.
const (
	Membership = "membership" // to be a member
	Document   = "document"   // the identity number
	Realname   = "realname"   // name and identity number go to an identity service
	News       = "news"       // news about benefits and events
	Messages   = "messages"   // short messages about what one asked
	Call       = "call"       // staff who handle something see the phone
	Photos     = "photos"     // bodies see photos and voice that the union released

	Kin = "kin" // near relatives may see what is kept, after death

	Publication = "publication" // a solved matter is an example that anybody may read
)

// Ground is why a use is allowed.
type Ground string

// The grounds.
const (
	Asked  Ground = "consent" // 个人信息保护法 art. 13 (1): only who agreed
	Needed Ground = "service" // art. 13 (2), (3): needed for what was asked of the union, until the person stops it (art. 44)
)

// Words are what a person reads about a purpose, in one language.
type Words struct {
	Name  string `json:"name"`
	Tick  string `json:"tick"` // what one says by agreeing
	For   string `json:"for"`
	Who   string `json:"who"`  // reads it
	Long  string `json:"long"` // it is kept
	Back  string `json:"back"` // how to take it back
	After string `json:"after"`
}

// Purpose is what data is used for, in a version of its words.
type Purpose struct {
	Purpose  string
	Version  int64
	Since    string   // the day
	Kinds    []string // of data
	Ground   Ground
	Required bool   // at joining: without it nobody can be a member
	Separate bool   // the law asks for a consent of its own
	Joins    bool   // asked for at joining
	Receiver string // who else receives the data; empty: nobody but the union
	Source   string // the article
	words    map[string]Words
}

// In returns the words in a language, Chinese where it has none.
func (p Purpose) In(lang string) Words {
	if w, ok := p.words[lang]; ok {
		return w
	}
	return p.words["zh-CN"]
}

func (p *Purpose) read(kinds, words string) error {
	p.Kinds = strings.Split(kinds, ",")
	return json.Unmarshal([]byte(words), &p.words)
}

// Said names a purpose in the words of a version.
type Said struct {
	Purpose string `json:"purpose"`
	Version int64  `json:"version"`
}

// Way is where a decision was made.
type Way string

// The ways.
const (
	AtJoining Way = "join"
	OnPage    Way = "page"
	AtMerger  Way = "merge" // of two records of one person, and when that is taken back
)

// Decision is one time that a person gave a consent, or took it back.
type Decision struct {
	Said
	Given bool
	At    time.Time
	Way   Way
}

// Standing is a purpose and what a person has decided about it, the first first.
type Standing struct {
	Purpose
	History []Decision
}

// Last is the decision that counts; false: there is none.
func (s Standing) Last() (Decision, bool) {
	if len(s.History) == 0 {
		return Decision{}, false
	}
	return s.History[len(s.History)-1], true
}

// On reports whether the use is allowed.
func (s Standing) On() bool {
	d, ok := s.Last()
	return ok && d.Given || !ok && s.Ground == Needed
}

// Newer reports whether the words changed since the person agreed.
func (s Standing) Newer() bool {
	d, ok := s.Last()
	return ok && d.Given && d.Version < s.Version
}

// Latest are the decisions that count, one of each purpose.
func Latest(all []Decision) (list []Decision) {
	for _, d := range all {
		if i := slices.IndexFunc(list, func(x Decision) bool { return x.Purpose == d.Purpose }); i >= 0 {
			list[i] = d
			continue
		}
		list = append(list, d)
	}
	return list
}

// one is the person whose decisions they are.
type one struct{ id string }

// AuthzObject implements op.Target.
func (o one) AuthzObject() authz.Object {
	return authz.Object{Kind: "consent", ID: o.id, Group: "person", Owner: o.id}
}
