// Package work keeps for which platforms and companies members work, and at which of
// their stations: several at once, each from a day to a day.
//
// A [Work] is a row under the member's id. It is added and ended, and never written over:
// another station is a new row from that day on, and what was wrong is marked so and
// stands beside what is right. A name that package org/platform keeps is kept with the
// company's id, so that it is the same company however it is written; any other stays as
// the member wrote it, may hold anything, and is shown to nobody but the member and whoever
// reads the record.
//
// Beside them stand the stations of ours (工会驿站) that a member belongs to, each a row with
// the station's id alone: see [Post]. A platform's depot (配送站点) is something else, and stays
// words of a company's row.
//
// It knows nothing of what a member is; package member calls it, in the same transaction.
package work
