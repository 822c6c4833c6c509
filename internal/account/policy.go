package account

import "nuanxin/internal/authz"

// The actions on accounts. Those on oneself are open to whoever is signed in:
// their target is always the one who asks.
const (
	SendCode    authz.Action = "account.send_code"
	CheckCode   authz.Action = "account.check_code"
	SignIn      authz.Action = "account.sign_in"
	TryPassword authz.Action = "account.try_password"
	SignInStaff authz.Action = "account.sign_in_staff"
	EnterCode   authz.Action = "account.enter_code"
	StartLink   authz.Action = "account.start_link"
	Resolve     authz.Action = "account.resolve"
	Prove       authz.Action = "account.prove" // show once more that it is oneself
	Touch       authz.Action = "account.touch"
	SignOut     authz.Action = "account.sign_out"
	Me          authz.Action = "account.me"
	Looks       authz.Action = "account.looks" // see who opened what is kept of oneself
	EndSession  authz.Action = "account.end_session"
	SetName     authz.Action = "account.set_name"
	SetPassword authz.Action = "account.set_password"

	StartFactor   authz.Action = "account.start_factor"
	ConfirmFactor authz.Action = "account.confirm_factor"
	RenewCodes    authz.Action = "account.renew_codes"
	DropFactor    authz.Action = "account.drop_factor"

	StartPasskey  authz.Action = "account.start_passkey"
	AddPasskey    authz.Action = "account.add_passkey"
	RemovePasskey authz.Action = "account.remove_passkey"
	OfferPasskey  authz.Action = "account.offer_passkey"
	EnterPasskey  authz.Action = "account.enter_passkey"

	See           authz.Action = "account.see"
	Add           authz.Action = "account.add"
	Rename        authz.Action = "account.rename"
	Give          authz.Action = "account.grant"
	Take          authz.Action = "account.take"
	ResetPassword authz.Action = "account.reset_password"
	ResetFactor   authz.Action = "account.reset_factor"
	EndStay       authz.Action = "account.end_stay"

	Sweep    authz.Action = "account.sweep"
	SetLimit authz.Action = "account.set_limit"
)

// Policy says who may do them. An administrator touches an account only when
// all that it may reach lies in the administrator's area, and nobody's own. What
// would let a stranger at an open screen in for good asks again who it is; taking
// a role away does not, because that may be urgent and opens nothing.
var Policy = authz.Rules{
	SendCode:    authz.Anyone,
	CheckCode:   authz.Anyone,
	SignIn:      authz.Anyone,
	TryPassword: authz.Anyone, // who succeeds, signs in
	SignInStaff: authz.Anyone,
	EnterCode:   authz.Anyone, // whoever shows the secret of a sign-in by the right password
	StartLink:   authz.Program,
	Resolve:     authz.Anyone, // whoever shows the secret
	Touch:       authz.Anyone,
	SignOut:     authz.Anyone,
	Prove:       authz.SignedIn,
	Me:          authz.SignedIn,
	Looks:       authz.Owner,
	EndSession:  authz.SignedIn,
	SetName:     authz.Owner,
	SetPassword: authz.SignedIn,

	StartFactor:   authz.SignedIn,
	ConfirmFactor: authz.SignedIn,
	RenewCodes:    authz.Lately(authz.SignedIn),
	DropFactor:    authz.SignedIn,

	StartPasskey:  authz.Lately(authz.SignedIn),
	AddPasskey:    authz.Lately(authz.SignedIn),
	RemovePasskey: authz.Lately(authz.SignedIn),
	OfferPasskey:  authz.Anyone, // what is offered proves nothing; its use does
	EnterPasskey:  authz.Anyone, // whoever shows a passkey

	See:           authz.InArea(authz.Admin),
	Add:           authz.Lately(authz.InArea(authz.Admin)),
	Rename:        authz.InArea(authz.Admin),
	Give:          authz.Lately(authz.InArea(authz.Admin)),
	Take:          authz.InArea(authz.Admin),
	ResetPassword: authz.Lately(authz.InArea(authz.Admin)),
	ResetFactor:   authz.Lately(authz.InArea(authz.Admin)),
	EndStay:       authz.Lately(authz.InArea(authz.Admin)),

	Sweep:    authz.Program,
	SetLimit: authz.Program,
}
