// Package consent keeps what people agreed to: for which purpose, in the words of
// which version, since when, and since when no longer (个人信息保护法 art. 13–17, 23, 25,
// 29, 31).
//
// A purpose is a dated row (table consent_purpose): its words in both languages, the
// kinds of data, the ground, who else receives them, whether the law asks for a
// consent of its own, the article. New words are a new version; whoever agreed to the
// old ones has agreed to those.
//
// A [Decision] is a row that is only ever added (table consent), keyed by the person.
// The newest one of a purpose counts. What stopped stands in consent_stop as well: a
// table that is whole on every node, so that each read of other domains carries the
// condition in its own SQL, without crossing from one root to another:
//
//	... and not `+consent.Stopped("q.owner_id", consent.Call)
//
// So what was withdrawn is gone from lists, exports and messages with the commit, and
// is there again with the commit that gives it back. Where something is kept only by
// consent, its domain hears of it in the same transaction ([Follower]).
//
// Records stay when an account ends: for three years at least they are the proof
// that a use had a ground (art. 56). They say nothing but ids and days.
//
// A [Guardian] agrees for a child below the age of a dated rule (art. 31). Nothing
// about a child is stored before ([Ward]).
//
// It is ground: it knows no domain, and domains ask it inside their transactions.
package consent
