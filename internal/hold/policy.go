package hold

import "nuanxin/internal/authz"

// The actions on a hold.
const (
	See   authz.Action = "hold.see"
	List  authz.Action = "hold.list"
	Set   authz.Action = "hold.set"
	Renew authz.Action = "hold.renew"
	End   authz.Action = "hold.end"
	Sweep authz.Action = "hold.sweep" // what is over, and what a restored database forgot
)

// Policy says who may do them: the security administrator of the area, who reads no
// matters; whoever handles a matter neither keeps it from going nor lets it go.
var Policy = authz.Rules{
	See:   authz.InArea(authz.Security),
	List:  authz.InArea(authz.Security),
	Set:   authz.Lately(authz.InArea(authz.Security)),
	Renew: authz.Lately(authz.InArea(authz.Security)),
	End:   authz.Lately(authz.InArea(authz.Security)),
	Sweep: authz.Program,
}
