// Package firmweb holds the desk's pages about the companies that people work for:
// the list with what is late, the page of one with its plan and the numbers that
// somebody said, and the roll-ups of members by occupation, company and union.
package firmweb
