package tables

import "maps"

// Personal says of every column that is sealed, and of those that tell of a person
// in plain, where the copy that workers take along has it: a path in that JSON, with
// [] for each of a list. Where a column is not in the copy, the text begins with
// "not: " and says why. A test holds the list against the schema and a real copy: a
// new sealed column is in one or the other.
func Personal() map[string]string { return maps.Clone(personal) }

var personal = map[string]string{
	"person.sealed":                 "account.name",
	"person.phone":                  "account.phone",
	"person.made_at":                "account.made_at",
	"account_session.device":        "account.sessions[].device",
	"person_phone_change.old":       "account.phone_changes[].old",
	"person_phone_change.new":       "account.phone_changes[].new",
	"person_phone_change.note":      "account.phone_changes[].note",
	"person_factor.sealed":          "not: the secret of a staff member's second factor, which only their authenticator shows again; workers have none",
	"account_provider.secret":       "not: the secret by which this program shows itself to a union's identity provider; nobody's",
	"account_provider_draft.secret": "not: likewise, of a proposal that waits",
	"person_passkey.public_key":     "not: the public half of a staff member's passkey; workers have none",

	"request.data_key":    "not: the key that name and phone are sealed with",
	"member.data_key":     "not: the key that the row's other values are sealed with",
	"person.data_key":     "not: the key that the account's values are sealed with",
	"rights_ask.data_key": "not: the key that the ask is sealed with",

	"request.source":          "requests[].source",
	"request.words":           "requests[].words",
	"request.heard":           "requests[].heard",
	"request.place":           "requests[].place.text",
	"request.lat":             "requests[].place.point",
	"request.name":            "requests[].name",
	"request.phone":           "requests[].phone",
	"request_event.words":     "requests[].timeline[].words",
	"request_attachment.blob": "requests[].files[].href",

	"request_dispatch.task":    "not: what the union asks of a body; who the worker is must not be in it, and what concerns them is on their timeline",
	"request_dispatch.reason":  "not: a body's word to the union on why a matter is not its own; the worker reads on the timeline what came of it",
	"request_dispatch.suggest": "not: a body's word to the union on whose matter it is",

	"request_example.what": "not: what a cadre wrote anew of a solved matter; the worker reads it where they are asked, and anybody once they agree",
	"request_example.done": "not: likewise",

	"member_import_row.sealed": "not: rows of a list that a union is taking in, or took in lately; whoever becomes a member by it has all of it there, and the rows are removed",

	"member.number":         "memberships[].number",
	"member.name":           "memberships[].name",
	"member.phone":          "memberships[].phone",
	"member.document":       "memberships[].document",
	"member.born":           "memberships[].born",
	"member.before":         "not: what the record that this one went into was before, kept until the merger can no longer be taken back; all of it stands in the two records as they are",
	"member.occupation":     "memberships[].occupation",
	"member.works":          "memberships[].works",
	"consent.at":            "consents[].at",
	"consent_guardian.name": "children[].given[].guardian",
	"consent_ward.data_key": "not: the key that name and birthday of a child are sealed with",
	"consent_ward.name":     "children[].name",
	"consent_ward.born":     "children[].born",
	"member_tie.from_day":   "memberships[].ties[].from",
	"member_term.from_at":   "memberships[].terms[].from",

	"rights_ask.words":     "asks[].words",
	"rights_ask.answer":    "asks[].answer",
	"rights_ask.wanted":    "asks[].wanted",
	"rights_ask.was":       "asks[].was",
	"breach.notice":        "notices[].text",
	"hold.reason":          "holds[].reason",
	"hold.end_why":         "not: why a hold was ended; the copy of before has the hold, and nothing is held any more",
	"hold_step.reason":     "not: why a hold was renewed; the newest is the hold's own",
	"breach.what":          "not: what a security administrator wrote down of an incident; what concerns a person is told in the notice",
	"breach.report":        "not: to whom an incident was reported",
	"breach.lessons":       "not: what was learned from an incident",
	"breach_step.words":    "not: what was done about an incident",
	"breach_person.person": "not: the id of whom an incident concerns; the notice says that it does",
	"breach_list.listed":   "not: who stands on a list that was taken out; whom an incident with it concerns is told in the notice",
	"rights_hand.at":       "asks[].handed_on[].at",
	"rights_ask.name":      "not: what a cadre wrote down for somebody without an account; a worker's own ask has none",
	"rights_ask.phone":     "not: likewise",
	"org_founding.chair":   "not: who was elected to chair a union that is to be founded, as the union tells; no account is tied to it",
	"org_post.name":        "not: who holds a post in a union, as the union tells; no account is tied to it",

	"org.contact": "not: the phone of a body's office, given by the body",
}
