// Package intake takes the tree of unions in from a workbook (package treefile): first
// it says row by row what would be added, changed or left, and why; nothing of the tree
// is written until an administrator says so.
//
// [Service.Upload] holds the rows against the tree as it stands, in memory and by the
// same rules that the tree itself has. A union is found by its number, else by its name
// under its leader; a number that nobody here has becomes the new union's own, so that
// a tree comes over from another installation as it was. An empty cell of what stands
// keeps what is there.
//
// [Service.Start] does the good rows, leaders before whom they lead, in steps of one
// short transaction each; much is done in the background, goes on after a restart where
// it stood, and can be stopped, which takes back what it did. [Service.Undo] takes all
// back to which nothing has happened since: the new go, the changed are as they were.
// What the tree says now is asked again in each step, and a row that has become
// impossible is left, with the reason.
package intake
