package assess

import "nuanxin/internal/authz"

// The actions on an entry.
const (
	See      authz.Action = "assess.see"
	List     authz.Action = "assess.list"
	Write    authz.Action = "assess.write" // a new one
	Revise   authz.Action = "assess.revise"
	Conclude authz.Action = "assess.conclude"
	Again    authz.Action = "assess.again" // look at it again, in a new one
	Retire   authz.Action = "assess.retire"
)

// Policy says who may do them: the security administrator of the area writes, and the
// auditor reads.
var Policy = authz.Rules{
	See:      authz.InArea(authz.Security, authz.Auditor),
	List:     authz.InArea(authz.Security, authz.Auditor),
	Write:    authz.InArea(authz.Security),
	Revise:   authz.InArea(authz.Security),
	Conclude: authz.InArea(authz.Security),
	Again:    authz.InArea(authz.Security),
	Retire:   authz.InArea(authz.Security),
}
