// Package card is the code that a member shows at a door, and what whoever looks
// at it learns: that this is a member, of which union, the masked name and the
// occupation; never the phone or the identity number.
//
// A code has two forms. The one that a phone with a network shows lasts [Kind.Life],
// half a minute, and a new one is made every ten seconds; the other lasts ten
// minutes, for a phone without a network. Both are a member's id, the form and the
// time, signed by Ed25519 with a key that is derived from the key ring ([Code.Sign]),
// and beside it eight digits to be read aloud, a keyed hash of the same three: by
// them and the member's number a code is found where no camera works. Codes are
// computed and not stored: whoever makes one twice in a step of time makes the same.
//
// Each code counts once: whoever looked at it first may look again while it lasts,
// for anybody else it is used. A check is a sensitive act ([member.Check]): its audit
// row is on disk before anything is shown, and the member reads it among those who
// looked. What was no valid code of a member is in the audit trail as well, and
// shows nothing.
//
// A guess at the eight digits of a member whose number is known is right once in
// some five million tries, each of which is written down with the name of who tried.
package card
