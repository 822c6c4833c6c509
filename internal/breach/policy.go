package breach

import "nuanxin/internal/authz"

// The actions on an incident.
const (
	See     authz.Action = "breach.see"
	List    authz.Action = "breach.list"
	Begin   authz.Action = "breach.open"
	Compute authz.Action = "breach.compute" // whom it concerns
	Note    authz.Action = "breach.note"    // a measure
	Judge   authz.Action = "breach.judge"   // how grave it is
	Decide  authz.Action = "breach.decide"  // to tell the people, or not
	Report  authz.Action = "breach.report"  // to the authority
	Finish  authz.Action = "breach.close"
	Persons authz.Action = "breach.persons" // read who is concerned
	Take    authz.Action = "breach.take"    // a list out of the house
	Mine    authz.Action = "breach.mine"    // what concerns oneself
	Send    authz.Action = "breach.send"
)

// Policy says who may do them: the security administrator of the area, and each person
// for what concerns them.
var Policy = authz.Rules{
	See:     authz.InArea(authz.Security),
	List:    authz.InArea(authz.Security),
	Begin:   authz.InArea(authz.Security),
	Compute: authz.InArea(authz.Security),
	Note:    authz.InArea(authz.Security),
	Judge:   authz.InArea(authz.Security),
	Decide:  authz.Lately(authz.InArea(authz.Security)),
	Report:  authz.InArea(authz.Security),
	Finish:  authz.InArea(authz.Security),
	Persons: authz.Lately(authz.Sensitive(authz.InArea(authz.Security))),
	Take:    authz.InArea(authz.Cadre, authz.Leader),
	Mine:    authz.Owner,
	Send:    authz.Program,
}
