// Package crash holds the tests which prove that nothing acknowledged is lost
// and that no act is half done when the power goes, on a simulated disk. It has
// no code of its own. The kill -9 under load is tested from outside the
// process, in cmd/nuanxin.
//
//	go test ./internal/crash -run Cut -powercuts 10000       as many cuts as you like
//	go test ./internal/crash -run Cut -powercut-seed 4711    one of them again
//	go test ./cmd/nuanxin -run Kill -kill-for 10m            a longer load
package crash
