package org

import "nuanxin/internal/authz"

// The actions on an organisation.
const (
	See       authz.Action = "org.see"
	Found     authz.Action = "org.found"
	Edit      authz.Action = "org.edit"
	SetDuties authz.Action = "org.set_duties"
	Close     authz.Action = "org.close"
	Count     authz.Action = "org.count" // how many members a union has
	Join      authz.Action = "org.link"  // tie a union to one of its industry, or untie it
)

// Policy says who may do them. A founding is approved by the union above: an
// administrator of an area that contains the new one.
var Policy = authz.Rules{
	See:       authz.Anyone,
	Found:     authz.InArea(authz.Admin),
	Edit:      authz.InArea(authz.Admin),
	SetDuties: authz.InArea(authz.Admin, authz.Cadre),
	Close:     authz.Lately(authz.InArea(authz.Admin)),
	Count:     authz.InArea(authz.Cadre, authz.Leader, authz.Admin),
	Join:      authz.InArea(authz.Cadre, authz.Admin),
}
