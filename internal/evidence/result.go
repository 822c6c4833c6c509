package evidence

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// Outcome is what became of a test.
type Outcome string

// The outcomes, the one that decides first: a test may run several times (with the
// race detector, in a browser), and one failure is a failure.
const (
	Failed  Outcome = "fail"
	Passed  Outcome = "pass"
	Skipped Outcome = "skip"
	Cut     Outcome = "cut off" // it began and never ended
)

var order = []Outcome{Failed, Passed, Skipped, Cut}

// Test is a test that showed something, or did not.
type Test struct {
	Package, Name string
	Outcome       Outcome
}

// Results are tests by the ids of what they show.
type Results map[string][]Test

type place struct{ pkg, test string }

// ReadResults reads the output of `go test -json`, or several of them after one
// another. Lines that are no JSON are left out.
func ReadResults(r io.Reader) (Results, error) {
	ended, says := map[place]Outcome{}, map[place][]string{}
	var at []place
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		var e struct{ Action, Package, Test, Key, Value string }
		if len(line) > 0 && line[0] == '{' && json.Unmarshal(line, &e) == nil && e.Test != "" {
			p := place{e.Package, e.Test}
			switch o := Outcome(e.Action); {
			case e.Action == "attr" && e.Key == "proves":
				if len(says[p]) == 0 {
					at = append(at, p)
				}
				if !slices.Contains(says[p], e.Value) {
					says[p] = append(says[p], e.Value)
				}
			case slices.Contains(order, o):
				if was, ok := ended[p]; !ok || slices.Index(order, o) < slices.Index(order, was) {
					ended[p] = o
				}
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	found := Results{}
	for _, p := range at {
		o, ok := ended[p]
		if !ok {
			o = Cut
		}
		for _, id := range says[p] {
			found[id] = append(found[id], Test{strings.TrimPrefix(p.pkg, "nuanxin/"), p.test, o})
		}
	}
	return found, nil
}

// Verdict is what the results say of a requirement.
type Verdict string

// The verdicts.
const (
	Shown    Verdict = "shown"
	NotShown Verdict = "open"   // no test, one that was skipped or cut off, or known to be open
	Broken   Verdict = "failed" // a test of it failed
	NotYet   Verdict = "not built"
	None     Verdict = "concerns nothing"
)

// Line is a requirement with what the results say.
type Line struct {
	Row
	Verdict Verdict
	Shown   []Test
	Lacks   []string // ids that no test showed
}

// Judge holds rows against results.
func Judge(rows []Row, r Results) (all []Line) {
	for _, row := range rows {
		l := Line{Row: row, Verdict: Shown}
		for _, id := range row.Tests {
			l.Shown = append(l.Shown, r[id]...)
			if !slices.ContainsFunc(r[id], func(t Test) bool { return t.Outcome == Passed }) {
				l.Lacks = append(l.Lacks, id)
			}
		}
		switch {
		case slices.ContainsFunc(l.Shown, func(t Test) bool { return t.Outcome == Failed }):
			l.Verdict = Broken
		case row.State == Later:
			l.Verdict = NotYet
		case row.State == Never && len(l.Lacks) == 0:
			l.Verdict = None
		case row.State == Open, len(l.Lacks) > 0, len(row.Tests) == 0:
			l.Verdict = NotShown
		}
		all = append(all, l)
	}
	return all
}

// Upto leaves out what stands above a level of ASVS.
func Upto(rows []Row, level string) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Level > level })
}

// Whole reports whether nothing that concerns the program is open or failed.
func Whole(lines []Line) bool {
	return !slices.ContainsFunc(lines, func(l Line) bool { return l.Verdict == NotShown || l.Verdict == Broken })
}
