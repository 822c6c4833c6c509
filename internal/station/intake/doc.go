// Package intake takes lists of stations in, as offices keep them and
// newspapers print them: messy headers, hours in words, several phones in a
// cell, one branch under two names.
//
// [Read] makes facts and doubts of each row and knows nothing of what is there.
// [Service.DryRun] and [Service.Stage] say row by row what was understood, what
// is doubtful and why, and what would change; [Service.Apply] does that in one
// transaction, and [Service.Undo] takes it back where nobody has touched a
// station since. Nothing is guessed: coordinates without a stated datum are not
// used, an empty cell takes nothing away, hours and positions that a person set
// by hand are not overwritten, and of two rows that may be one place a person
// decides.
//
// The tables are those of package station, whose policy holds the actions; rows
// outside the importer's area are refused one by one.
package intake
