// Package calendar keeps the yearly notices on holidays and make-up workdays that
// the program was not built with: published by the State Council each autumn,
// brought in by an administrator, with their source and who entered them.
//
// # Words
//
// A [Revision] is one entering of one year's notice. Revisions are numbered in one
// row and never changed. A [Ledger] is all of them; it answers with the calendar
// as it was when a promise was made.
//
// # A promise keeps its calendar
//
// A request remembers the number of the last revision at its arrival. Its clocks
// run by [Ledger.As] that number: what was published then counts for it for ever,
// and what was not counts as it was published first. So a day off granted late
// moves no date that somebody was promised; requests that come after it count by
// it. Only a revision that corrects a slip of the pen replaces what it corrects,
// for everybody, and then each moved date is told on its request.
//
// Every process follows the table ([Service.Refresh]). [Published] tells the
// program to compute anew what waited for the notice.
package calendar
