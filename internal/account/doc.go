// Package account knows who somebody is: workers by a confirmed phone number,
// staff by a name and a password, and whoever opened a partner body's one-time
// link. It keeps sessions, and the grants from which authority follows.
//
// A Person is a root of the group person. A worker's phone and name are sealed;
// the phone is found by its blind index. A staff member has a login name, a
// password (argon2id) and grants: a role for an area, or in an organisation,
// from a day until a day; perhaps a second factor (room factor, second.go). [Service.Resolve] reads the grants in force each time,
// so that a revocation works at once. A worker who says something without a
// name has no account.
//
// A code is six digits, bound to a purpose and a phone, good for a few minutes,
// a few tries and one use. The code is stored (as a keyed hash) and counted in
// the transaction; the message goes out after the commit under the code's id,
// and when that fails the person is told to try again: nothing is queued, so
// that no code lies about and none arrives late. Known and unknown numbers take
// the same path, because an account is made by its first sign-in.
//
// Guessing is slowed, never locked out: see room pace. All limits are dated
// rows with their source (table account_limit), not constants.
//
// Below it are rooms that keep one thing each, inside its operations: session,
// code, pace (limits and counters), factor, password. Room warden, above it, is what
// the security administrator does about sign-ins.
//
// It announces [StaffAdded], [StayEnded] and [GrantsChanged]; it needs a
// [Sender] of messages and the areas of organisations ([Orgs]).
package account
