// Package evidence says of each requirement of OWASP ASVS 5.0 and of GB/T
// 22239-2019 level 3 (8.1.4) what shows that it holds. Which tests answer which
// requirement is planned (plan/*.csv, our own); whether they are there and passed
// comes from their results alone: each says by [proves.That] what it shows, and a
// document is shown by the test that looks for it.
package evidence

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"strings"
)

// The plans. The texts of ASVS stand under CC BY-SA and are not carried; the short
// words of GB/T 22239 are our own.
//
//go:embed plan/asvs.csv
var asvs []byte

//go:embed plan/djbh.csv
var djbh []byte

// State says whether a requirement concerns the program as it is.
type State string

// The states.
const (
	Now   State = "now"   // it does, and must be shown
	Open  State = "open"  // it does, and is known to be not shown
	Later State = "later" // what it is about is not built
	Never State = "never" // there is nothing of the kind, and none is meant
)

// Row is a requirement and what is to show it.
type Row struct {
	Req     string // its number, such as "V3.4.3"
	Level   string // of ASVS; "3" for GB/T 22239
	Section string
	State   State
	Tests   []string // ids, each of which must be shown
	Note    string   // why it is open, or concerns nobody
	Words   string   // what it asks, where we may say it
}

// ASVS is the plan for OWASP ASVS 5.0.0.
func ASVS() []Row { return read(asvs) }

// DJBH is the plan for GB/T 22239-2019, 8.1.4.
func DJBH() []Row { return read(djbh) }

// read reads a plan: req, level, section, state, tests, note, words. It panics on
// one that is none, since the plans are part of the program.
func read(raw []byte) (all []Row) {
	lines, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		panic("evidence: " + err.Error())
	}
	for _, f := range lines[1:] {
		all = append(all, Row{f[0], f[1], f[2], State(f[3]), strings.Fields(f[4]), f[5], f[6]})
	}
	return all
}
