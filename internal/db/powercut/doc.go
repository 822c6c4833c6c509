// Package powercut simulates a disk that loses power under SQLite, so that a
// test can prove that what was acknowledged is still there afterwards.
//
// A [Disk] lives in memory and knows, for every file and for the folder, what
// programs see and what has really been kept: writes, truncations, creations
// and deletions become certain only by a sync. At a chosen operation the power
// fails: every call returns an I/O error, and [Disk.Boot] decides by its seed
// what became of the rest: nothing, all, a beginning, or any 512-byte sectors
// in any order, with junk where a file had grown. What was synced stays.
//
// The WAL-index works as on a real disk, through shared memory: a file in a
// real folder, a fresh one for each boot, since memory does not outlive power.
// So the database runs as in production, in WAL mode with a writer and readers
// on connections of their own; no locking mode is changed.
//
// What is assumed of the disk is what SQLite assumes in production: a sector of
// 512 bytes is written whole or not, a write does not disturb the bytes beside
// it (powersafe overwrite), the sync of a new journal or WAL also syncs its
// folder, and a sync that returned did its work. [Options] can break the last
// of these, to prove that a test on this disk can fail.
//
// The driver wraps the Go build of SQLite by ncruces, because the production
// driver has no hook for the file system. It differs from it in two ways that
// the wrapper evens out: it numbers $n by first appearance, which silently
// swaps columns, and its errors tell their extended code under another method.
// The package serves tests only; nothing else imports it.
package powercut
