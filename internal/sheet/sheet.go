package sheet

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"nuanxin/internal/fault"
)

// Limits bound what is read. A zero field takes its value from [Standard].
type Limits struct {
	Bytes   int64 // size of the file
	Unzip   int64 // size of everything in an XLSX archive
	Entries int   // files in an XLSX archive
	Merged  int   // blocks of merged cells in a worksheet
	Rows    int
	Columns int
	Cell    int // bytes in one cell
}

// Standard are the limits for files of stations, people and the like.
var Standard = Limits{Bytes: 20 << 20, Unzip: 48 << 20, Entries: 500, Merged: 20_000, Rows: 50_000, Columns: 200, Cell: 32 << 10}

func (l Limits) filled() Limits {
	s := Standard
	for _, f := range []struct{ mine, std *int64 }{{&l.Bytes, &s.Bytes}, {&l.Unzip, &s.Unzip}} {
		if *f.mine == 0 {
			*f.mine = *f.std
		}
	}
	for _, f := range []struct{ mine, std *int }{{&l.Entries, &s.Entries}, {&l.Merged, &s.Merged}, {&l.Rows, &s.Rows}, {&l.Columns, &s.Columns}, {&l.Cell, &s.Cell}} {
		if *f.mine == 0 {
			*f.mine = *f.std
		}
	}
	return l
}

// Encoding names how bytes become text.
type Encoding string

// The encodings. Auto looks at the file: a byte order mark decides, else UTF-8
// if it is valid, else GBK (read as GB 18030, which contains it).
const (
	Auto  Encoding = "auto"
	UTF8  Encoding = "utf-8"
	GBK   Encoding = "gbk"
	UTF16 Encoding = "utf-16" // only with its byte order mark, never asked for
	XLSX  Encoding = "xlsx"   // reported for workbooks
)

// ParseEncoding reads the name of an encoding that one may ask for.
func ParseEncoding(s string) (Encoding, error) {
	switch e := Encoding(strings.ToLower(s)); e {
	case "", Auto:
		return Auto, nil
	case UTF8, "utf8":
		return UTF8, nil
	case GBK, "gb2312", "gb18030":
		return GBK, nil
	}
	return "", fault.New("sheet.encoding", fault.Invalid, "sheet.encoding.unknown").With(fault.Args{"Name": s})
}

// Row is one row of the file.
type Row struct {
	Line   int // where it begins: line of the CSV file, row of the worksheet
	Cells  []string
	Ragged bool // it has more or fewer cells than the header
}

// Table is a file as read, before anybody has said which row is its header.
type Table struct {
	Encoding Encoding
	Sheet    string   // the worksheet that was read
	Others   []string // visible worksheets with content that were not read
	Rows     []Row    // without empty rows
}

// Read reads a CSV or XLSX file; its content says which of them it is. Of a workbook
// it is the first visible worksheet that has content.
func Read(r io.Reader, enc Encoding, limits Limits) (Table, error) {
	all, err := ReadAll(r, enc, limits)
	if err != nil {
		return Table{}, err
	}
	for _, t := range all[1:] {
		all[0].Others = append(all[0].Others, t.Sheet)
	}
	return all[0], nil
}

// ReadAll reads a CSV file as one table, and a workbook as one for each visible
// worksheet that has content. There is one at least.
func ReadAll(r io.Reader, enc Encoding, limits Limits) ([]Table, error) {
	limits = limits.filled()
	raw, err := io.ReadAll(io.LimitReader(r, limits.Bytes+1))
	if err != nil {
		return nil, fmt.Errorf("sheet.read: %w", err)
	}
	if int64(len(raw)) > limits.Bytes {
		return nil, refuse("sheet.too_big", nil).With(fault.Args{"Limit": limits.Bytes >> 20})
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, refuse("sheet.empty", nil)
	}
	if bytes.HasPrefix(raw, []byte("PK\x03\x04")) {
		return readXLSX(raw, limits)
	}
	if msg := foreign(raw); msg != "" {
		return nil, refuse(msg, nil)
	}
	t, err := readCSV(raw, enc, limits)
	return []Table{t}, err
}

// foreign names files that people take for tables, and which as text would only
// be told to be garbage: workbooks of before 2007 or with a password (one
// container holds both), and pages or pictures saved under a table's name.
func foreign(raw []byte) string {
	if bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
		return "sheet.old"
	}
	start := bytes.TrimLeft(bytes.TrimPrefix(raw[:min(len(raw), 256)], markUTF8), " \t\r\n")
	markup := bytes.ToLower(start)
	for _, sign := range []string{"<html", "<!doctype", "<?xml", "<table"} {
		if bytes.HasPrefix(markup, []byte(sign)) {
			return "sheet.foreign"
		}
	}
	for _, sign := range []string{"%PDF-", "{\\rtf", "\xff\xd8\xff", "\x89PNG", "Rar!", "7z\xbc\xaf", "\x1f\x8b"} {
		if bytes.HasPrefix(start, []byte(sign)) {
			return "sheet.foreign"
		}
	}
	return ""
}

func refuse(msg string, cause error) *fault.Error {
	return fault.New("sheet.read", fault.Invalid, msg).Because(cause)
}

// tidy makes the cell plain text: one kind of line break, no apostrophe that
// [Writer] put before it, and else no invisible signs around it.
func tidy(cell string) string {
	cell = strings.ReplaceAll(strings.ReplaceAll(cell, "\r\n", "\n"), "\r", "\n")
	if plain := bare(cell); plain != cell {
		return plain
	}
	return strings.Trim(cell, " \t\n\u00a0\u3000\u200b\ufeff")
}

// Headed is a table whose header has been found.
type Headed struct {
	Line   int // of the header
	Header []string
	Rows   []Row
	Above  []Row // what stands above the header, such as a title
}

// Under finds the header: the first of the top rows in which at least two
// cells are names that the caller knows. Rows below it are measured against
// it: a CSV row of another length, or a worksheet row with cells beyond the
// header, is ragged.
func (t Table) Under(known func(name string) bool) (Headed, error) {
	for i, r := range t.Rows[:min(len(t.Rows), 20)] {
		n := 0
		for _, c := range r.Cells {
			if known(c) {
				n++
			}
		}
		switch {
		case n < 2:
		case i == len(t.Rows)-1:
			return Headed{}, refuse("sheet.no_rows", nil)
		default:
			return t.headed(i), nil
		}
	}
	return Headed{}, refuse("sheet.no_header", nil)
}

func (t Table) headed(at int) Headed {
	h := Headed{Line: t.Rows[at].Line, Header: trimEnd(t.Rows[at].Cells), Above: t.Rows[:at]}
	full := len(t.Rows[at].Cells)
	for _, r := range t.Rows[at+1:] {
		switch n := len(r.Cells); {
		case t.Encoding == XLSX:
			r.Ragged = len(trimEnd(r.Cells)) > len(h.Header)
		case n != full:
			r.Ragged = true
		}
		for len(r.Cells) < len(h.Header) {
			r.Cells = append(r.Cells, "")
		}
		h.Rows = append(h.Rows, r)
	}
	return h
}

// Cell returns the cell of r under the i-th header, or "".
func (r Row) Cell(i int) string {
	if i < 0 || i >= len(r.Cells) {
		return ""
	}
	return r.Cells[i]
}

func trimEnd(cells []string) []string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}
