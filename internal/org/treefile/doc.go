// Package treefile takes the tree of unions out to a table and in again.
//
// [Service.Export] writes the unions of the reader's area. [Service.DryRun] says row
// by row what a table would add, change or leave, and why; it does so by doing all of
// it and taking it back, so that [Service.Apply] does the same: one transaction, in
// which a row that cannot be leaves the others be. A union is found by its number, else
// by its name under its leader; an empty cell of a union that stands keeps what is there.
package treefile
