// Package db opens the database and runs transactions. It is the only package
// that knows a driver, and dialect.go the only file that knows two databases.
//
// SQLite and PostgreSQL run the same SQL text: both accept $1, $2, … so no
// query is rewritten, and what you read is what runs. Times are bound as whole
// microseconds UTC ([Micros], [Time]), ids as text of a UUID, days as
// YYYY-MM-DD.
//
// On SQLite there is one writer: a goroutine that takes whatever [DB.Update]
// calls are waiting, runs each in its own savepoint and commits them together
// with one fsync (group commit). Every call is answered only after that commit.
// A function given to Update therefore runs on that goroutine: it must not
// wait for anything but its Tx, and must not start another Update.
//
// On PostgreSQL each Update is a READ COMMITTED transaction of its own, run
// again when the server says that it collided with another.
package db
