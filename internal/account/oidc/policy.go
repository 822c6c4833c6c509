package oidc

import "nuanxin/internal/authz"

// The actions on providers.
const (
	Offer     authz.Action = "account.offer_providers"
	Begin     authz.Action = "account.begin_provider"
	Back      authz.Action = "account.back_provider"
	Enter     authz.Action = "account.enter_provider"
	BeginLink authz.Action = "account.begin_link_provider"
	Link      authz.Action = "account.link_provider"
	Unlink    authz.Action = "account.unlink_provider"
	Links     authz.Action = "account.links_provider"

	Invite      authz.Action = "account.invite_provider"
	SeeInvite   authz.Action = "account.see_invite"
	BeginInvite authz.Action = "account.begin_invite"
	Accept      authz.Action = "account.accept_invite"

	See      authz.Action = "account.see_providers"
	Propose  authz.Action = "account.propose_provider"
	Withdraw authz.Action = "account.withdraw_provider"
	Set      authz.Action = "account.set_provider" // put a proposal into force
	Refuse   authz.Action = "account.refuse_provider"
	End      authz.Action = "account.end_provider"
)

// Policy says who may do them. A provider lets in whom it names: so an administrator
// proposes it, a security administrator puts it into force, and both are asked again who
// they are. Nobody has both powers.
var Policy = authz.Rules{
	Offer:     authz.Anyone,
	Begin:     authz.Anyone, // what is begun proves nothing
	Back:      authz.Anyone, // whoever shows the secret of what was begun
	Enter:     authz.Anyone, // whom the provider names
	BeginLink: authz.Lately(authz.SignedIn),
	Link:      authz.SignedIn,
	Unlink:    authz.Lately(authz.SignedIn),
	Links:     authz.SignedIn,

	Invite:      authz.Lately(authz.InArea(authz.Admin)),
	SeeInvite:   authz.Anyone, // whoever shows the secret of an invitation
	BeginInvite: authz.Anyone,
	Accept:      authz.Anyone, // and whom the provider names

	See:      authz.InArea(authz.Security, authz.Admin),
	Propose:  authz.Lately(authz.InArea(authz.Admin)),
	Withdraw: authz.InArea(authz.Admin),
	Set:      authz.Lately(authz.InArea(authz.Security)),
	Refuse:   authz.InArea(authz.Security),
	End:      authz.Lately(authz.InArea(authz.Security)),
}
