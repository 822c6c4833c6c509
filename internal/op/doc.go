// Package op is the only door to the database for domain code. One call finds
// the thing, authorizes the act, does it, and leaves the audit row, the
// outgoing events and the outcome under the client's id in the same
// transaction, so that none of these can be forgotten.
//
//	op.Read (ctx, desk, action, find)       snapshot → find → check → return
//	op.List (ctx, desk, action, find)       snapshot → find within the subject's scope → return
//	op.Write(ctx, desk, action, find, do)   tx → find → check → do → audit → events → outcome → commit
//
// A read whose action is sensitive needs a purpose; its audit row is committed
// before anything is returned. Who may not even see a thing is told that it is
// missing. What the rules refuse (a write, a sensitive read) leaves an audit row,
// too. A write that carries a client's id is answered the same for ever:
// "done" with its result, or "refused" with its reason.
package op
