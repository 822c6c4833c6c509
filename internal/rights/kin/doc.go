// Package kin does for the near relatives of somebody who died what that person could have
// asked for (个人信息保护法 art. 49): a copy of what is kept, and the end of the account.
//
// It starts from an ask of the kind kin. Whose account it is about is found by a number and
// the name together ([Service.Find]), so that nobody fishes with either. A cadre who saw
// the proofs proposes; then nothing is opened for a dated number of days. The account's
// phone is told ([Told]): whoever still has it says so and stops the case
// ([Service.Stop]). After that a leader, never the one who proposed, decides. What was
// granted stands open for a dated number of days: [Service.Copy] lets the copy be taken,
// a read that the account's trail shows; [Service.End] ends the account as its owner could
// have (package account/erase), and answers the ask.
//
// What somebody arranged in life comes first: who stopped the purpose consent.Kin is not
// opened to anybody.
//
// A case says nothing in words: ids, days and codes. It stands and falls with its ask.
package kin
