package life

import "nuanxin/internal/authz"

// The actions of beginning, renewing and ending unions.
const (
	SeeFounding authz.Action = "founding.see"
	AskFounding authz.Action = "founding.ask"
	TakeBack    authz.Action = "founding.withdraw"
	Decide      authz.Action = "founding.decide"
	Date        authz.Action = "founding.date" // an application that had no date
	SeeTenure   authz.Action = "tenure.see"    // who is in office, since when
	SetTenure   authz.Action = "tenure.set"
	Merge       authz.Action = "org.merge"
)

// Policy says who may do them. Founding and ending are decided where the leading
// union is, by its leader or administrator.
var Policy = authz.Rules{
	SeeFounding: authz.InArea(authz.Cadre, authz.Leader, authz.Admin),
	AskFounding: authz.InArea(authz.Cadre),
	TakeBack:    authz.InArea(authz.Cadre),
	Decide:      authz.InArea(authz.Leader, authz.Admin),
	Date:        authz.Program,
	SeeTenure:   authz.InArea(authz.Cadre, authz.Leader, authz.Admin),
	SetTenure:   authz.InArea(authz.Cadre, authz.Admin),
	Merge:       authz.Lately(authz.InArea(authz.Leader, authz.Admin)),
}
