// Package stationweb holds the pages on which workers find stations, and the
// JSON API of stations.
//
// The home page answers from memory ([finder.Finder]): the nearest station
// that is open, what it has, how to get in, and the way there. Where the reader
// is comes from the phone or from a place that the reader chose; it is kept in
// a cookie, rounded to some ten metres, with its age, and nowhere else. Without
// a position stations are listed by district; a distance is never invented.
//
// A station's own page reads the record, so that it also tells what was closed
// for good. Reports of faults go to whoever keeps the requests, through
// [Reporter]. Stations that are not public are missing here for everybody: who
// runs them has other pages.
package stationweb
