// Package hours keeps opening hours as data and answers from them.
//
// A [Table] holds what a station printed: rows (on which days, from when to
// when, in which season), special days that beat the rows, and whether anybody
// has said anything at all. [Table.At] is pure: the same table, calendar and
// moment give the same [State] for ever.
//
// Three values run through the package: open, closed and unknown. A table
// without hours is unknown, never closed. A row that speaks of workdays or
// holidays needs the calendar of that year; while the year is not published
// such a row may or may not apply, so the minutes that depend on it are
// unknown, and only those.
//
// [Parse] reads hours as public pages print them. It guesses nothing: a piece
// that it does not understand becomes a [Doubt] that quotes the piece, and the
// hours are known only if nothing that was left over could change them.
package hours
