package merge

import (
	"slices"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
)

// Field is something that two records of one person may know differently. Its words
// are "membertwin.field."+Field.
type Field string

// The fields.
const (
	Name       Field = "name"
	Phone      Field = "phone"
	Document   Field = "document"
	Occupation Field = "occupation"
	Number     Field = "number"  // for life; the other one keeps leading to the record
	Account    Field = "account" // chosen by nobody: that of the kept record, or else the other's
)

// Fields are those among which one chooses.
func Fields() []Field { return []Field{Name, Phone, Document, Occupation, Number} }

// get and set are a field of what a record keeps. The birthday goes with the number
// that says it.
func (f Field) get(r member.Raw) string {
	switch f {
	case Name:
		return r.Name
	case Phone:
		return r.Phone
	case Document:
		return r.Document
	case Occupation:
		return string(r.Occupation)
	case Number:
		return r.Number
	}
	return r.Person
}

func (f Field) set(r *member.Raw, from member.Raw) {
	switch f {
	case Name:
		r.Name = from.Name
	case Phone:
		r.Phone = from.Phone
	case Document:
		r.Document, r.Born = from.Document, from.Born
	case Occupation:
		r.Occupation = from.Occupation
	case Number:
		r.Number = from.Number
	case Account:
		r.Person = from.Person
	}
}

// differ are the fields that two records know differently.
func differ(a, b member.Raw) (all []Field) {
	for _, f := range Fields() {
		if f.get(a) != f.get(b) {
			all = append(all, f)
		}
	}
	return all
}

// choose is what the kept record is to know: its own, but for the fields that are
// taken from the other one, and for what it does not know. The account, and the phone
// that is proven with it, are never chosen apart: they stay, where there are any.
func choose(keep, gone member.Raw, take []Field) member.Raw {
	after := keep
	for _, f := range Fields() {
		if f != Phone && f.get(gone) != "" && (slices.Contains(take, f) || f.get(keep) == "") {
			f.set(&after, gone)
		}
	}
	switch {
	case keep.Person != "":
	case gone.Person != "":
		after.Person, after.Phone = gone.Person, gone.Phone
	case slices.Contains(take, Phone) && gone.Phone != "":
		after.Phone = gone.Phone
	}
	return after
}

// Fixed reports whether the phone is not chosen: it goes with the account.
func Fixed(keep, gone member.Member) bool { return keep.Person != "" || gone.Person != "" }

// fits says whether one record may go into another at all.
func fits(keep, gone member.Member) error {
	no := func(msg string) error { return fault.New(string(member.Combine), fault.Conflict, msg) }
	switch {
	case keep.ID == gone.ID:
		return no("member.twin.itself")
	case keep.State == member.Merged || gone.State == member.Merged:
		return no("member.twin.merged")
	case keep.Erased() || gone.Erased():
		return no("member.twin.erased")
	case gone.To != "":
		return no("member.twin.moving")
	case gone.State.Belongs() && !keep.State.Belongs():
		return no("member.twin.other_way")
	case over(keep) || over(gone):
		return no("member.twin.nothing")
	}
	return nil
}

// over reports whether a record is an application that came to nothing.
func over(m member.Member) bool { return m.State == member.Refused || m.State == member.Withdrawn }

// given is something that was agreed to, as it is kept.
type given struct {
	Purpose     string
	Version     int64
	At          time.Time
	WithdrawnAt time.Time
}

// document is the purpose that belongs to a number: who never gave one was never asked.
const document = "document"

// stands reports whether somebody agrees to a purpose now, and whether they were
// asked. Whom a list brought was asked for nothing.
func stands(all []given, purpose string) (agrees, asked bool) {
	asked = len(all) > 0 && purpose != document
	for _, g := range all {
		if g.Purpose == purpose {
			asked = true
			agrees = agrees || g.WithdrawnAt.IsZero()
		}
	}
	return agrees, asked
}

// narrow is what the kept record agrees to no longer, and what the other one brings:
// a purpose stands where all who were asked for it agree. lost reports whether one of
// them took back that the identity number is kept.
func narrow(keep, gone []given) (back []string, bring []given, lost bool) {
	var purposes []string
	for _, g := range slices.Concat(keep, gone) {
		if !slices.Contains(purposes, g.Purpose) {
			purposes = append(purposes, g.Purpose)
		}
	}
	slices.Sort(purposes)
	for _, p := range purposes {
		k, askedK := stands(keep, p)
		g, askedG := stands(gone, p)
		want := (k || !askedK) && (g || !askedG)
		switch {
		case k && !want:
			back = append(back, p)
		case !k && want:
			i := slices.IndexFunc(gone, func(x given) bool { return x.Purpose == p && x.WithdrawnAt.IsZero() })
			bring = append(bring, gone[i])
		}
		lost = lost || p == document && !want
	}
	return back, bring, lost
}
