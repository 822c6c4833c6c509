// Package fileweb holds the desk's pages that take the tree of unions out to a table
// and in again. What a table would do is shown row by row first; the page carries the
// rows along, so that nothing of them is kept before it is done.
package fileweb
