package sheet

import (
	"bufio"
	"io"
	"strings"
)

// Writer writes CSV in UTF-8 with a byte order mark and CRLF, which every
// spreadsheet program opens, every cell in quotation marks, none a formula.
type Writer struct {
	w   *bufio.Writer
	err error
}

// NewWriter returns a writer that has written the byte order mark.
func NewWriter(w io.Writer) *Writer {
	b := bufio.NewWriter(w)
	_, err := b.Write(markUTF8)
	return &Writer{b, err}
}

// Write writes one row. Errors stay and are told by every later call.
func (w *Writer) Write(cells ...string) error {
	for i, c := range cells {
		if i > 0 {
			w.put(",")
		}
		w.put(`"` + strings.ReplaceAll(Safe(c), `"`, `""`) + `"`)
	}
	w.put("\r\n")
	return w.err
}

// Flush sends what is buffered.
func (w *Writer) Flush() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	return w.err
}

func (w *Writer) put(s string) {
	if w.err == nil {
		_, w.err = w.w.WriteString(s)
	}
}

var plain = strings.NewReplacer("\x00", "␀", "\r\n", "\n", "\r", "\n")

// Safe returns the cell so that no spreadsheet program takes it for a formula:
// with an apostrophe before it where it could be one. NUL, which no table can
// hold, becomes its visible picture U+2400, and every end of a line a line feed,
// for readers of tables do not agree on the others.
func Safe(cell string) string {
	cell = plain.Replace(cell)
	if risky(cell) {
		return "'" + cell
	}
	return cell
}

// bare undoes [Safe].
func bare(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && risky(rest) {
		return rest
	}
	return cell
}

// risky reports whether a cell begins, after signs that programs skip or use
// to force text, with one that begins a formula. A cell that is already marked
// is risky too, so that it is marked once more and comes back as it was.
func risky(cell string) bool {
	if cell = strings.TrimLeft(cell, "' "); cell == "" {
		return false
	}
	if strings.ContainsRune("\t\r\n", rune(cell[0])) {
		return true
	}
	rest := strings.TrimLeft(cell, "'\"`,;| \t\r\n\v\f␀\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff")
	return strings.IndexAny(rest, "=+-@＝＋－＠﹦﹢﹣﹫−⁺⁻₊₋₌⁼") == 0
}
