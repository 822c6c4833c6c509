// Package journey opens the whole program in a real browser, as each kind of
// person does: the demo's county on SQLite, served over HTTP through a wire
// that can be cut. It has no code of its own.
//
// The pages of each domain have browser tests of their own, with every state a
// page can be in. Here stands what crosses domains, and what no single page can
// promise: that a matter goes from the worker through the union to whoever
// mends it and back, that nobody sees what is not theirs, that nothing that was
// sent is lost or sent twice.
//
// TestShots draws the README's pictures:
//
//	NUANXIN_SHOTS=docs/shots go test -run TestShots ./internal/app/journey
package journey
