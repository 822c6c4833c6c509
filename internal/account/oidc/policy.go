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

	See authz.Action = "account.see_providers"
	Set authz.Action = "account.set_provider"
	End authz.Action = "account.end_provider"
)

// Policy says who may do them. Who sets a provider lets in whom it names, and so asks
// again who it is.
var Policy = authz.Rules{
	Offer:     authz.Anyone,
	Begin:     authz.Anyone, // what is begun proves nothing
	Back:      authz.Anyone, // whoever shows the secret of what was begun
	Enter:     authz.Anyone, // whom the provider names
	BeginLink: authz.Lately(authz.SignedIn),
	Link:      authz.SignedIn,
	Unlink:    authz.Lately(authz.SignedIn),
	Links:     authz.SignedIn,

	See: authz.InArea(authz.Security),
	Set: authz.Lately(authz.InArea(authz.Security)),
	End: authz.Lately(authz.InArea(authz.Security)),
}
