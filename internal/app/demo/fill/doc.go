// Package fill plays an invented world into a database, through the same
// services that pages use: each act is done in the name of who did it, at the
// time at which it happened, so that rights, clocks, audit and events are as
// they would be. Only time is not real: it is a clock that the filler turns.
package fill
