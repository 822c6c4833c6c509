package rights

import "nuanxin/internal/authz"

// The actions on an ask.
const (
	See    authz.Action = "rights.see"
	List   authz.Action = "rights.list"
	Send   authz.Action = "rights.send"
	Write  authz.Action = "rights.write" // down, for somebody at a counter or on the phone
	Take   authz.Action = "rights.take"  // back
	Answer authz.Action = "rights.answer"
	Reject authz.Action = "rights.reject"
	Call   authz.Action = "rights.call"    // the phone of who asked, in full
	HandOn authz.Action = "rights.hand_on" // to the union that it belongs to
	Accept authz.Action = "rights.accept"  // a correction, which is made at once

	ByNumber authz.Action = "rights.by_phone" // what was written down for a caller who has the worker's phone
	Reindex  authz.Action = "rights.index"    // asks of before there were indexes
)

// Policy says who may do them. An administrator reads none of it.
var Policy = authz.Rules{
	See:    authz.Any(authz.Owner, authz.InArea(authz.Cadre, authz.Leader)),
	List:   authz.InArea(authz.Cadre, authz.Leader),
	Send:   authz.Owner,
	Write:  authz.InArea(authz.Cadre),
	Take:   authz.Owner,
	Answer: authz.InArea(authz.Cadre),
	Reject: authz.InArea(authz.Cadre),
	HandOn: authz.InArea(authz.Cadre),
	Accept: authz.InArea(authz.Cadre),

	ByNumber: authz.Owner,
	Reindex:  authz.Program,
	Call:     authz.Sensitive(authz.InArea(authz.Cadre)),
}
