package warden

import "nuanxin/internal/authz"

// The actions on sign-ins of others.
const (
	Watch       authz.Action = "account.watch" // who signs in, when and by what
	EndSessions authz.Action = "account.end_sessions"
	Lock        authz.Action = "account.lock"
	Unlock      authz.Action = "account.unlock"
	Sleep       authz.Action = "account.sleep" // locks what nobody uses
)

// Policy says who may do them.
var Policy = authz.Rules{
	Watch:       authz.InArea(authz.Security),
	EndSessions: authz.InArea(authz.Security),
	Lock:        authz.InArea(authz.Security),
	Unlock:      authz.Lately(authz.InArea(authz.Security)),
	Sleep:       authz.Program,
}
