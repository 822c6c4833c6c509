// Package oidc lets staff sign in at the identity provider of their union (OpenID Connect
// Core 1.0, authorization code flow). What is said to the provider and back is an
// adapter's ([Provider]); here is who may use which, and what follows.
//
// # What holds
//
//   - The administrator of a union proposes its provider: issuer, client id and secret
//     (sealed), and the words by which it says that it saw two factors. A security
//     administrator of the area puts it into force, or refuses it with a reason; nobody
//     does both. Without such a word the second factor of who has one is asked for here
//     all the same.
//   - Somebody is known by issuer and subject alone, kept as a blind index; never by a
//     name or an address. The link is made by the person, signed in and lately proved, or
//     by an invitation: an administrator makes one for who has no password of their own,
//     whose first password ends with it, and who comes in at the provider instead of
//     setting one. It is good once, for a few days, until a password is given.
//   - A provider speaks for staff within its union's area only, with all that they may
//     reach: that of a county lets nobody in who has rights in the province. This is
//     asked at the link and at each sign-in.
//   - State, nonce and verifier are kept for one browser and one use ([begun]); each
//     provider has an address of its own to come back to, so that none can pass off
//     another's answer as its own (RFC 9700, 4.4.2).
//   - A provider that is down is told as that; the other ways in stay.
package oidc
