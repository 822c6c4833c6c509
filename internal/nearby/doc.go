// Package nearby answers two questions about places on the Earth, from memory
// and exactly: "which k are nearest to me, within R metres, with all of these
// services, and open at this minute", and "which are in this rectangle".
//
// # Words
//
// An [Item] is one place: its [Key] (a UUID in 16 bytes), its position in
// WGS-84 degrees, a set of services (one bit each, at most 64), a reference to
// its opening hours, and [Flags] whose meaning is the caller's own. The index
// knows nothing else; the caller keeps the records and finds them by Key.
//
// Hours are a small dense number, because many stations keep the same week: the
// caller numbers the distinct schedules and promises that a number never
// changes its meaning. A schedule that changes gets a new number, and the item
// is applied again. Number 0 is "hours unknown" and is never open. Whether a
// schedule is open at a minute is answered by the [OpenFunc] given to [New]; it
// is asked at most about once per schedule and minute, only for schedules that
// a query meets, and from many goroutines at a time. When the ground under all
// schedules moves (a new holiday calendar), call [Index.Forget].
//
// # Promises
//
//   - Exact: the distance is the great-circle distance on a sphere of radius
//     [EarthRadius], everywhere, the poles and the antimeridian included. No
//     item that fits is ever missed. Equal distances are ordered by Key, so an
//     answer does not depend on how the index was built.
//   - A change is seen by every query that starts after [Index.Apply] or
//     [Index.Replace] returned. One query sees one state: all of an Apply or
//     none of it.
//   - Readers take no lock and are never stopped by a change or a rebuild.
//   - A query allocates nothing when dst has room for its answer.
//   - Nothing is guessed: an item without a real position is refused
//     ([Item.Valid]), and with it the whole Apply or Replace.
//
// # Use
//
//	index := nearby.New(func(hours uint32, at nearby.Minute) bool { return table.open(hours, at) })
//	err := index.Replace(items)                         // at start
//	err = index.Apply([]nearby.Item{changed}, removed)  // on an event: adds or replaces, and removes
//
//	var room [20]nearby.Hit
//	hits := index.Nearest(room[:0], nearby.Point{Lat: 31.46, Lng: 104.75}, 20, 5000, nearby.Filter{
//		Services: hotMeal | charging,
//		OpenAt:   nearby.MinuteOf(now),
//	})
//
// # How
//
// Positions become points on the unit sphere and distance becomes the length of
// the chord, which grows as the great-circle distance does; so a three-dimensional
// k-d tree with axis-aligned boxes gives exact lower bounds without a special
// case for any place on Earth. A node also carries the union of its items'
// services, so that a subtree without a wanted service is never entered. The
// tree is immutable; recent changes are a short list beside it and a set of
// places struck out of it, and a new tree is built in the background when the
// list grows.
package nearby
