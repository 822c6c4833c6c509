package intake

import "nuanxin/internal/authz"

// The actions on imports of the tree.
const (
	Import authz.Action = "org.import"
	See    authz.Action = "org_import.see"
	Tidy   authz.Action = "org_import.tidy" // what the program does by itself
)

// Policy says who may do them. What a row adds or changes must lie in an area of theirs
// besides; companies and terms are asked for as part of the import.
var Policy = authz.Rules{
	Import: authz.InArea(authz.Admin),
	See:    authz.InArea(authz.Admin),
	Tidy:   authz.Program,
}
