package evidence

import (
	"fmt"
	"io"
	"strings"

	"nuanxin/internal/sheet"
)

// Form is how a table is written.
type Form string

// The forms.
const (
	Text     Form = "text"
	Markdown Form = "markdown"
	CSV      Form = "csv" // of which no cell is a formula
)

// heads are the columns of a table.
var heads = []string{"requirement", "level", "section", "words", "verdict", "shown by", "lacks", "note"}

// Print writes lines as a table, and below how many there are of each verdict.
func Print(w io.Writer, form Form, lines []Line) error {
	switch form {
	case CSV:
		return printCSV(w, lines)
	case Markdown:
		return printMarkdown(w, lines)
	}
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%-12s L%s  %-16s %s\n", l.Req, l.Level, l.Verdict, orElse(l.Words, l.Section))
		for _, t := range l.Shown {
			fmt.Fprintf(&b, "%20s %s %s\n", t.Outcome, t.Package, t.Name)
		}
		if len(l.Lacks) > 0 && l.Verdict != NotYet {
			fmt.Fprintf(&b, "%20s %s\n", "lacks", strings.Join(l.Lacks, " "))
		}
		if l.Note != "" {
			fmt.Fprintf(&b, "%20s %s\n", "", l.Note)
		}
	}
	b.WriteString("\n" + sums(lines))
	_, err := io.WriteString(w, b.String())
	return err
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// sums counts the verdicts, those first that ask for something.
func sums(lines []Line) string {
	count := map[Verdict]int{}
	for _, l := range lines {
		count[l.Verdict]++
	}
	var b strings.Builder
	for _, v := range []Verdict{Broken, NotShown, Shown, NotYet, None} {
		fmt.Fprintf(&b, "%4d %s\n", count[v], v)
	}
	return b.String()
}

func (l Line) cells() []string {
	var shown []string
	for _, t := range l.Shown {
		shown = append(shown, t.Package+" "+t.Name+" ("+string(t.Outcome)+")")
	}
	return []string{l.Req, l.Level, l.Section, l.Words, string(l.Verdict), strings.Join(shown, "; "), strings.Join(l.Lacks, " "), l.Note}
}

func printCSV(w io.Writer, lines []Line) error {
	table := sheet.NewWriter(w)
	if err := table.Write(heads...); err != nil {
		return err
	}
	for _, l := range lines {
		if err := table.Write(l.cells()...); err != nil {
			return err
		}
	}
	return table.Flush()
}

func printMarkdown(w io.Writer, lines []Line) error {
	var b strings.Builder
	b.WriteString("| " + strings.Join(heads, " | ") + " |\n" + strings.Repeat("|---", len(heads)) + "|\n")
	plain := strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;")
	for _, l := range lines {
		for _, cell := range l.cells() {
			b.WriteString("| " + plain.Replace(cell) + " ")
		}
		b.WriteString("|\n")
	}
	b.WriteString("\n```\n" + sums(lines) + "```\n")
	_, err := io.WriteString(w, b.String())
	return err
}
