// Package coverweb holds the desk's page of how far unions reach: an area with those
// within it, what is still to be organised, each number leading to what is behind it,
// and all of it as a workbook.
package coverweb
