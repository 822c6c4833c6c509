package member

import "nuanxin/internal/authz"

// The actions on a membership.
const (
	See      authz.Action = "member.see"
	List     authz.Action = "member.list"
	Apply    authz.Action = "member.apply"
	Withdraw authz.Action = "member.withdraw"
	Move     authz.Action = "member.ask_transfer"
	Quit     authz.Action = "member.leave"
	Approve  authz.Action = "member.approve"
	Refuse   authz.Action = "member.refuse"
	Pause    authz.Action = "member.keep"
	Continue authz.Action = "member.resume"
	Finish   authz.Action = "member.end"
	Open     authz.Action = "member.open" // phone and identity number in full
	Export   authz.Action = "member.export"
	Tell     authz.Action = "member.tell"    // by message, that a union has answered
	Date     authz.Action = "member.date"    // an answer that had no date
	Check    authz.Action = "member.check"   // a member's code, at a door
	Mend     authz.Action = "member.correct" // what the member says is wrong
	Miss     authz.Action = "member.check_failed"

	Import    authz.Action = "member.import"
	ImportSee authz.Action = "member_import.see"
	Tidy      authz.Action = "member_import.tidy"
	Bind      authz.Action = "member.tie"   // to an organisation beside the union
	Employ    authz.Action = "member.work"  // where a member works
	Claim     authz.Action = "member.claim" // a membership by a list, as one's own

	Seek    authz.Action = "member.seek"     // for whom records may be the same as
	Combine authz.Action = "member.merge"    // two records of one person
	Divide  authz.Action = "member.unmerge"  // what was merged
	NotSame authz.Action = "member.not_same" // two records that are two people's
	HandUp  authz.Action = "member.hand_up"  // two records to the union above both
)

// Policy says who may do them. An administrator, who gives the rights, reads no
// member.
var Policy = authz.Rules{
	See:      authz.Any(authz.Owner, authz.InArea(authz.Cadre, authz.Leader)),
	List:     authz.InArea(authz.Cadre, authz.Leader),
	Apply:    authz.Owner,
	Withdraw: authz.Owner,
	Move:     authz.Owner,
	Quit:     authz.Owner,
	Approve:  authz.InArea(authz.Cadre),
	Refuse:   authz.InArea(authz.Cadre),
	Pause:    authz.InArea(authz.Cadre),
	Continue: authz.InArea(authz.Cadre),
	Finish:   authz.InArea(authz.Cadre),
	Open:     authz.Lately(authz.Sensitive(authz.InArea(authz.Cadre))),
	Export:   authz.Lately(authz.Sensitive(authz.InArea(authz.Cadre, authz.Leader))),
	Tell:     authz.Program,
	Date:     authz.Program,
	Check:    authz.Sensitive(authz.Any(authz.OfOrg(authz.Host), authz.InArea(authz.Cadre, authz.Leader))), // the area and organisation of the door

	Import:    authz.InArea(authz.Cadre),
	ImportSee: authz.InArea(authz.Cadre, authz.Leader),
	Tidy:      authz.Program,
	Claim:     authz.Owner,
	Bind:      authz.InArea(authz.Cadre),
	Employ:    authz.Any(authz.Owner, authz.InArea(authz.Cadre)),
	Mend:      authz.InArea(authz.Cadre),

	Seek:    authz.Program,
	Combine: authz.Lately(authz.InArea(authz.Cadre)),
	Divide:  authz.Lately(authz.InArea(authz.Cadre)),
	NotSame: authz.InArea(authz.Cadre),
	HandUp:  authz.InArea(authz.Cadre),

	Miss: authz.Any(authz.OfOrg(authz.Host), authz.InArea(authz.Cadre, authz.Leader)),
}
