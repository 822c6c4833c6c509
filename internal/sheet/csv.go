package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"nuanxin/internal/fault"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

var (
	markUTF8    = []byte("\ufeff")
	markUTF16LE = []byte{0xff, 0xfe}
	markUTF16BE = []byte{0xfe, 0xff}
)

// decode turns the bytes into text and says from which encoding.
func decode(raw []byte, enc Encoding) ([]byte, Encoding, error) {
	switch {
	case bytes.HasPrefix(raw, markUTF16LE), bytes.HasPrefix(raw, markUTF16BE):
		text, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(raw)
		return checked(text, UTF16, err)
	case bytes.HasPrefix(raw, markUTF8) && enc != GBK:
		return checked(raw[len(markUTF8):], UTF8, nil)
	case enc == UTF8, enc != GBK && utf8.Valid(raw):
		return checked(raw, UTF8, nil)
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	return checked(text, GBK, err)
}

// checked refuses text with bytes that do not belong to the encoding.
func checked(text []byte, enc Encoding, err error) ([]byte, Encoding, error) {
	switch {
	case err != nil, !utf8.Valid(text), bytes.ContainsRune(text, utf8.RuneError):
		return nil, enc, refuse("sheet.encoding.wrong", err).With(fault.Args{"Name": string(enc)})
	case bytes.IndexByte(text, 0) >= 0:
		return nil, enc, refuse("sheet.nul", nil)
	}
	return text, enc, nil
}

func readCSV(raw []byte, enc Encoding, limits Limits) (Table, error) {
	text, enc, err := decode(raw, enc)
	if err != nil {
		return Table{}, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord, r.Comma, r.ReuseRecord = -1, comma(text), true
	t := Table{Encoding: enc}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t.some()
		}
		if err != nil {
			return Table{}, refuse("sheet.csv", err).With(fault.Args{"Line": lineOf(err)})
		}
		line, _ := r.FieldPos(0)
		if err := t.add(line, slices.Clone(cells), limits); err != nil {
			return Table{}, err
		}
	}
}

func lineOf(err error) int {
	var e *csv.ParseError
	if errors.As(err, &e) {
		return e.StartLine
	}
	return 0
}

// comma returns the separator: of comma, tab and semicolon the one that the
// first line with any of them has most of. A title above has none.
func comma(text []byte) rune {
	for line := range bytes.Lines(text[:min(len(text), 64<<10)]) {
		best, most := ',', 0
		for _, sep := range ",\t;" {
			if n := bytes.Count(line, []byte(string(sep))); n > most {
				best, most = sep, n
			}
		}
		if most > 0 {
			return best
		}
	}
	return ','
}

// add takes a row into the table, unless it is empty.
func (t *Table) add(line int, cells []string, limits Limits) error {
	if len(cells) > limits.Columns {
		return refuse("sheet.columns", nil).With(fault.Args{"Line": line, "Limit": limits.Columns})
	}
	empty := true
	for i, c := range cells {
		if len(c) > limits.Cell {
			return refuse("sheet.cell", nil).With(fault.Args{"Line": line, "Limit": limits.Cell})
		}
		if !utf8.ValidString(c) || strings.IndexByte(c, 0) >= 0 {
			return refuse("sheet.nul", nil)
		}
		cells[i] = tidy(c)
		empty = empty && cells[i] == ""
	}
	if empty {
		return nil
	}
	if len(t.Rows) == limits.Rows {
		return refuse("sheet.rows", nil).With(fault.Args{"Limit": limits.Rows})
	}
	t.Rows = append(t.Rows, Row{Line: line, Cells: cells})
	return nil
}

func (t Table) some() (Table, error) {
	if len(t.Rows) == 0 {
		return Table{}, refuse("sheet.empty", nil)
	}
	return t, nil
}
