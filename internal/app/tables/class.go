package tables

// Class says how a field about a person is kept and shown. There are five, each with
// what the one before it has.
type Class int

// The classes.
const (
	Public    Class = iota + 1 // 公开: anybody may read it, such as where a station is
	Internal                   // 内部: whoever works on the matter reads it; in plain
	Private                    // 个人信息: says who somebody is, or what they said; sealed
	Sensitive                  // 敏感个人信息 (个人信息保护法 art. 28): under the person's own data key, masked, opened for a reason that is told to the person
	Secret                     // 机密: opens doors; sealed, and shown to nobody again
)

// classes says of which class the columns are that are sealed, or tell of a person.
var classes = map[string]Class{
	"person.sealed":          Private,
	"person.phone":           Sensitive,
	"person.made_at":         Internal,
	"person.data_key":        Secret,
	"account_session.device": Internal,

	"person_phone_change.old":  Sensitive,
	"person_phone_change.new":  Sensitive,
	"person_phone_change.note": Private,
	"person_factor.sealed":     Secret,

	"request.data_key":         Secret,
	"request.source":           Private,
	"request.words":            Private,
	"request.heard":            Private,
	"request.place":            Private,
	"request.lat":              Internal, // of what is wrong, not of the person
	"request.name":             Private,
	"request.phone":            Sensitive,
	"request_event.words":      Private,
	"request_attachment.blob":  Internal, // the file's id; the file is sealed
	"request_dispatch.task":    Private,
	"request_dispatch.reason":  Private,
	"request_dispatch.suggest": Private,
	"request_example.what":     Private, // public only while the worker agrees
	"request_example.done":     Private,

	"member.data_key":          Secret,
	"member.number":            Internal,
	"member.name":              Private,
	"member.phone":             Sensitive,
	"member.document":          Sensitive,
	"member.born":              Sensitive,
	"member.before":            Sensitive,
	"member.occupation":        Internal,
	"member.works":             Internal,
	"member_term.from_at":      Internal,
	"member_tie.from_day":      Internal,
	"member_consent.given_at":  Internal,
	"member_import_row.sealed": Private,

	"rights_ask.data_key": Secret,
	"rights_ask.words":    Private,
	"rights_ask.answer":   Private,
	"rights_ask.name":     Private,
	"rights_ask.phone":    Sensitive,
	"rights_hand.at":      Internal,

	"person_passkey.public_key": Private,
	"account_provider.secret":   Secret,

	"account_provider_draft.secret": Secret,

	"rights_ask.wanted": Private,
	"rights_ask.was":    Private,

	"consent.at":            Internal,
	"consent_guardian.name": Private,
	"consent_ward.data_key": Secret,
	"consent_ward.name":     Sensitive, // of a child: 个人信息保护法 art. 28
	"consent_ward.born":     Sensitive,

	"hold.reason":      Private,
	"hold.end_why":     Private,
	"hold_step.reason": Private,

	"breach.what":          Private,
	"breach.notice":        Private,
	"breach.report":        Private,
	"breach.lessons":       Private,
	"breach_step.words":    Private,
	"breach_person.person": Private,
	"breach_list.listed":   Private,

	"org.contact":        Private,
	"org_founding.chair": Private,
	"org_post.name":      Private,
}

// ClassOf returns the class of a column, as "table.column"; 0: it was given none.
func ClassOf(column string) Class { return classes[column] }
