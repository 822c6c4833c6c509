// Package warden is what the security administrator does about sign-ins: see who of the
// staff of an area signs in and by what, with the last tries and the limits that count;
// end sessions; lock an account and open it again. It shows no case and gives no right:
// that is the administrator's (package account), and whoever has one of the two powers has
// not the other. What nobody used for long is locked by itself, every night
// ([Service.Sleep]).
//
// A lock is for danger in delay: it asks for no new proof, ends the sessions in the same
// transaction, and needs a reason that the audit trail keeps. Opening again does ask.
package warden
