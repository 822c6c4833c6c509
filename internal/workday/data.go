package workday

import (
	_ "embed" // days.txt
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed days.txt
var daysText string

// national is the built-in calendar. The text is ours and tested, so a fault in
// it is a program that cannot start.
var national = sync.OnceValue(func() *table {
	t, err := parse(daysText)
	if err != nil {
		panic(err)
	}
	return t
})

// parse reads days.txt: a line per holiday "2026 元旦 -2026-01-01 -2026-01-02
// +2026-01-04", where - is off and + is worked. Lines with # are for readers.
func parse(text string) (*table, error) {
	t := &table{days: map[int]mark{}, years: map[int]bool{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := t.line(line); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *table) line(line string) error {
	words := strings.Fields(line)
	if len(words) < 3 {
		return fmt.Errorf("workday: short line %q", line)
	}
	year, err := strconv.Atoi(words[0])
	if err != nil {
		return fmt.Errorf("workday: no year in %q", line)
	}
	t.years[year] = true
	for _, w := range words[2:] {
		if w[0] != '-' && w[0] != '+' {
			return fmt.Errorf("workday: %q in %q is neither off nor worked", w, line)
		}
		n, err := number(w[1:])
		if err != nil {
			return err
		}
		t.days[n] = mark{name: words[1], off: w[0] == '-', year: year}
	}
	return nil
}

// Format writes a year in the form of days.txt, the days of a holiday in one line.
func Format(year int, days []Day) string {
	var b strings.Builder
	for i, d := range days {
		if i == 0 || days[i-1].Name != d.Name {
			if i > 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "%d %s", year, d.Name)
		}
		sign := "+"
		if d.Off {
			sign = "-"
		}
		b.WriteString(" " + sign + d.Date)
	}
	return b.String() + "\n"
}
