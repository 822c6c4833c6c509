// Package cover tells how far unions reach in an area and all within it: unions,
// grass-roots unions, members by occupation and platform, companies with a union and
// without, plans that are behind, and what is still to be organised.
//
// Everything is counted anew every few minutes ([Service.Count]), by one grouped query
// for each source, and kept for the nation, each province, city, county and town
// (org_cover), of which only what differs is written. So nothing drifts, a page reads a
// few rows however large the nation is, and says when that was.
//
// Numbers of members below ten are not told in tables that leave the house, nor are
// those from which they could be worked out ([Hide]).
package cover
