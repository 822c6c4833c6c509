// Package list reads a list of stations, as an office keeps it or a newspaper
// prints it (messy headers, hours in words, several phones in a cell, one branch
// under two names), and compares it with the stations that are there. It works
// on what it is given: it reads no file, asks no database and knows no rights.
//
// [Read] makes facts and doubts of each row, by the columns and notations of
// package printed, and knows nothing of what is there; [Open] and [Reader.Line]
// do the same for a long list, row by row. [Decide] then says of each [Line]
// whether it adds a station, changes one, repeats what is there or needs a
// person, and [Line.Onto] gives the facts of the changed station.
//
// Nothing is guessed: coordinates without a stated datum are not used, an empty
// cell takes nothing away, hours and positions that a person set by hand are not
// overwritten, and of two rows that may be one place a person decides.
package list
