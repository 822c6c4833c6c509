// Package silence keeps a phone number from being a person. Operators give a number
// that was given up to somebody else after some months, and whoever gets a second card for a number reads
// its messages. So a code, alone, opens no account that nobody used for long, and shows
// nobody's identity number.
//
// # An account that was silent
//
// Whoever signs in by a code, or by WeChat, to an account that was not used for longer
// than the limit silence_days is asked one thing that its holder knows ([Question]): the
// end of the identity number, else a name, as they are kept ([Records]). Of an account
// with neither nothing is asked. Answers are counted by account and day; what is wrong
// stays counted. The sign-in waits under a secret of its own meanwhile (package session),
// which opens nothing else. Neither the question nor what comes back of an answer tells
// anything of the account.
//
// A desk that looked at a document and moved the account (package phone) counts as use.
//
// # A number that is new to its holder
//
// Whoever proved the number by a code may say that it is new to them ([Service.Renew]).
// The account that had it loses it and stays, with all in it, to be given another number at a desk; a
// fresh one begins under the number. What others keep by the number goes from the first
// ([Follower]). It announces [PassedOn].
//
// # The identity number
//
// A worker's own identity number and birthdays are shown as their ends, until the whole
// number was typed in this very session ([Service.Show]), and then for a while
// ([authz.Subject.Whole]). A number that a worker wrote and no union looked at shows nothing.
package silence
