package platform

import "nuanxin/internal/authz"

// The actions on companies.
const (
	See     authz.Action = "firm.see"
	Add     authz.Action = "firm.add"
	SetPlan authz.Action = "firm.plan"
	Tell    authz.Action = "firm.tell" // how many people work there
)

// Policy says who may do them.
var Policy = authz.Rules{
	See:     authz.InArea(authz.Cadre, authz.Leader, authz.Admin),
	Add:     authz.InArea(authz.Cadre),
	SetPlan: authz.InArea(authz.Cadre),
	Tell:    authz.InArea(authz.Cadre),
}
