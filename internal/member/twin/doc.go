// Package twin finds records of members that may be one person's, and keeps of each
// two what was decided about them.
//
// Records are compared by blind indexes alone: of the identity number, the phone,
// name and birthday together, and the name within an area. Those of somebody who
// left are compared, too, and one that was merged leads to the record that it went
// into. What is found is a [Pair], kept under both records, for each is its own root.
// A pair that was decided about ("not the same person") does not come back, but for
// new and stronger reasons.
//
// It knows nothing of what a member is; package member calls it where a record comes
// or changes, in the same transaction, and package merge decides.
package twin
