// Package intake takes in the list of members that a company's union keeps, as CSV
// or XLSX: first it says row by row what it understood and what would become of it,
// and nothing is written about anybody until a cadre says so.
//
// [Service.Upload] finds the columns by their headings in Chinese or English, checks
// name, phone and identity number, and compares each row with the others of the file
// and with the members that are there: by phone and identity number, and by name
// with birthday or area for a person to look at. [Service.Start] takes the good rows
// in, in steps of one short transaction each; a long list is done in the background,
// goes on after a restart where it stood, and can be stopped, which takes back what it
// did. [Service.Undo] takes everybody back to whom nothing has happened since.
//
// Whoever brings a list says by what right the union has it ([Basis]); it stands in
// each member's history. No consent is made up: these people have agreed to nothing
// here, and are told what is kept of them when they first sign in.
//
// The rows are sealed, and removed when they are of no more use ([Service.Sweep]).
package intake
