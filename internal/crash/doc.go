// Package crash holds the tests which prove that nothing acknowledged is lost
// and that no act is half done, whatever ends the program: a kill -9 under load
// and a power cut on a simulated disk. It has no code of its own.
//
//	go test ./internal/crash -run Cut -powercuts 10000       as many cuts as you like
//	go test ./internal/crash -run Cut -powercut-seed 4711    one of them again
//	go test ./internal/crash -run Kill -kill-for 10m         a longer load
package crash
