// Package office does what can be done with requests: every use case is a
// method of [Service], one pass through the door of package op.
//
// Files are split by who acts: capture.go (whoever says something is wrong),
// person.go (the worker), desk.go and merge.go (the union's cadres), body.go
// (who it was handed to), ladder.go and keep.go (the program), view.go and
// lists.go (who reads). An act locks the root's row, judges, appends entries to
// the timeline, computes the clocks anew and stores all of it together.
package office
