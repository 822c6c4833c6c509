// Package memberweb holds the pages on which workers join the union and look
// after their membership.
//
// GET /join asks in one minute what a union needs: what one does, where, the
// name, and one tick for each purpose. The union follows from the area that the
// phone remembers ([Config.Here]), else from a list. Whoever is not signed in
// reads what joining is and comes back after the sign-in, with the channel that
// led here (?from=poster, link or station). Under /me/membership stand the
// number for life, the history, what was agreed to, and the ways out of each.
//
// No address holds an id: everybody meets their own membership alone.
package memberweb
