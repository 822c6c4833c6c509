// Package station keeps the directory of stations (工会驿站): where they are,
// what they offer, how one gets in, when they are open, and what is true of
// them right now.
//
// # Words
//
// A [Station] is the record that cadres keep. Its [Live] part is what changes
// by the hour: special days that its host or a cadre set, and the reports that
// workers made and nobody has settled. [Station.Now] answers "is it open?" as a
// pure function of both, the moment and the calendar, and says on what the
// answer rests and how old that is. A station "closed for good" stays in the
// tables as a tombstone. A station that is not public (sample rows, drafts) is
// seen only by those who run or oversee it.
//
// # Invariants
//
//   - Every record has a short code that no other station ever had.
//   - A position is WGS-84 and keeps the numbers and the datum it was given in;
//     a station without one is "not yet on the map", never somewhere.
//   - An edit names the version that its editor saw; of two editors of one
//     version one gets a conflict and loses nothing but the race.
//   - Unknown stays unknown: hours, badge, services and area that nobody stated
//     are empty, and the printed words of the source are kept beside what was
//     understood of them.
//
// # Changes in order
//
// Whatever a reader outside may see of a station has a number in
// station_change, taken from one counter row after the station's own rows were
// written and held until the transaction ends. So numbers become visible in
// their own order: who has read up to number n has missed nothing at or below
// n, however many writers there are. [Service.Sync] stands on it, and on that
// package finder, which answers from memory where one can go.
//
// The package announces [Opened], [Changed], [Moved], [Closed] and
// [StatusChanged]; it needs nothing from other domains. Reports reach it as
// calls to [Service.Reported] and [Service.Settled] from event handlers, which
// may repeat them.
package station
