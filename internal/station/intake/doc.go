// Package intake takes lists of stations in, as offices keep them and
// newspapers print them. What a row says and what would become of it is the
// business of package list below.
//
// [Service.DryRun], [Service.Stage] and [Service.Upload] say row by row what was
// understood, what is doubtful and why, and what would change; [Service.Apply]
// does that, and [Service.Undo] takes it back where nobody has touched a station
// since.
//
// Readers see all of an import or nothing, and other writers go on meanwhile:
// the records of its stations are written beside the others in small steps
// ([Work]), and one short transaction takes them over. A short list is done while
// one waits, a long one in the background; either goes on from its last step when
// it was cut off, and what is stopped is taken away again.
//
// Stations and imports are tables of package station, whose policy holds the
// actions; rows outside the importer's area are refused one by one.
package intake
