// Package record keeps requests in the database and is the only place with
// their SQL. It seals what people wrote, and judges nothing: who may do what is
// decided by package op before and by the scope in each listing.
package record
