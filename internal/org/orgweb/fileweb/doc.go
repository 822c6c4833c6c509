// Package fileweb holds the desk's pages that take the tree of unions out to a workbook
// and in again: bring a file, read row by row what would become of it, do it, watch
// that and stop it, take it back, and take the rows along that were left out.
package fileweb
