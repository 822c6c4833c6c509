// Package sheet reads the tables that offices send (CSV and XLSX, in the
// encodings they use) as rows of text, and writes CSV that no spreadsheet
// program will run.
//
// [Read] refuses a file whole when it cannot be trusted to be a table: archives
// that unpack beyond the limits, XML with declarations, NUL bytes, an unclosed
// quotation mark, bytes that are not text in the encoding. It drops nothing: a
// row with more or fewer cells than the header is kept and marked [Row.Ragged].
//
// [Writer] puts an apostrophe before every cell that a spreadsheet program
// could take for a formula; Read takes exactly that apostrophe away again, so
// what was written comes back equal.
package sheet
