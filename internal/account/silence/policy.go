package silence

import "nuanxin/internal/authz"

// The actions.
const (
	See    authz.Action = "account.see_silence"   // what is asked
	Answer authz.Action = "account.answer"        // it
	Renew  authz.Action = "account.number_is_new" // to who proved it
	Ask    authz.Action = "account.see_number"    // whether one's own identity number is shown
	Show   authz.Action = "account.show_number"   // it, for a while
)

// Policy says who may do them.
var Policy = authz.Rules{
	See:    authz.Anyone, // whoever shows the secret of a sign-in that waits
	Answer: authz.Anyone, // likewise
	Renew:  authz.Anyone, // likewise, of one by a code
	Ask:    authz.Owner,
	Show:   authz.Owner,
}
