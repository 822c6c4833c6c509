package phone

import "nuanxin/internal/authz"

// The actions on the phone of an account.
const (
	Prove  authz.Action = "account.prove_phone"    // confirm the number that one has
	Swap   authz.Action = "account.change_phone"   // by the worker
	Own    authz.Action = "account.phone_changes"  // see one's own
	Object authz.Action = "account.object"         // to a change that waits
	See    authz.Action = "account.phone_recovery" // of a member
	Open   authz.Action = "account.recover_phone"  // at the desk
	Revoke authz.Action = "account.revoke_recovery"
	Settle authz.Action = "account.settle_phone" // what waited long enough
	Tell   authz.Action = "account.tell_phone"   // the numbers concerned
)

// Policy says who may do them. What would give an account to whoever holds another
// phone asks the cadre once more who they are; taking it back does not.
var Policy = authz.Rules{
	Prove:  authz.Owner,
	Swap:   authz.Owner,
	Own:    authz.Owner,
	Object: authz.Owner,
	See:    authz.InArea(authz.Cadre, authz.Leader),
	Open:   authz.Lately(authz.InArea(authz.Cadre)),
	Revoke: authz.InArea(authz.Cadre),
	Settle: authz.Program,
	Tell:   authz.Program,
}
