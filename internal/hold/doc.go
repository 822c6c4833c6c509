// Package hold keeps what must not be deleted for a time: a court, an investigator or a
// term of the law asks for it (个人信息保护法 art. 47: where a term that the law sets has not
// passed, what is kept is stored and protected and used for nothing else).
//
// A [Hold] is of one thing (an account, a member's record, a matter), until a day, for a
// reason, on a legal basis that is a dated row (table hold_basis). It is set, renewed and
// ended by the security administrator and never by somebody who also handles matters;
// each is written into the audit trail. No hold is without an end: the longest is a dated
// rule, and one that has to go on is renewed, with a reason again.
//
// What is held now stands in hold_now as well, a table that is whole on every node, so
// that the statements of other domains which delete carry the condition in their own SQL:
//
//	delete from … where … and not `+hold.Held("r.request_id", "r.owner_id")
//
// [Service.Sweep] takes out every night what is over; what waited for it is deleted the
// same night (account/erase, retain).
//
// A backup is older than the holds that were set after it. The program writes each
// change beside the keys, and [Service.Redo] sets again what a restored database does not
// know, before anything is deleted there.
//
// It is ground: it knows no domain, and domains ask it inside their transactions.
package hold
