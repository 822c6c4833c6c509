// Package finder answers workers' question "where can I go?" from memory: the
// stations nearest to somebody, those in a rectangle of the map, those of an
// area, those found by words.
//
// Each process has one [Finder]. It knows the stations that the directory shows
// to everybody, and stays close behind by [station.Service.Sync], as any reader
// outside could: it needs no event, and a new process nothing but a read. What
// it keeps of a station is a [Card] in a tenth of its room; positions lie in
// an index of nearby, words in one piece of memory that a search reads through.
// A search finds what looking at every station would find; tests hold that.
//
// Nothing here may be seen by some and not by others, so nobody is asked who
// they are. Hidden stations, and those closed for good, have to be read from
// the directory.
package finder
