package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"nuanxin/internal/fault"

	"github.com/xuri/excelize/v2"
)

// readXLSX reads the visible worksheets that have content. Cells merged into one
// stand for every cell they cover, as the reader of the sheet sees it.
func readXLSX(raw []byte, limits Limits) (all []Table, _ error) {
	merged, err := inspect(raw, limits)
	if err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{
		UnzipSizeLimit: limits.Unzip, UnzipXMLSizeLimit: min(limits.Unzip, 16<<20),
	})
	if err != nil {
		return nil, refuse("sheet.xlsx", err)
	}
	defer func() { _ = book.Close() }() // only read
	for _, name := range book.GetSheetList() {
		if visible, err := book.GetSheetVisible(name); err != nil || !visible {
			continue
		}
		t, err := worksheet(book, name, limits)
		if err == nil && merged > 0 { // to ask for them, the library reads the sheet once more
			err = t.spread(book, limits)
		}
		if err != nil {
			return nil, err
		}
		if len(t.Rows) > 0 {
			all = append(all, t)
		}
	}
	if len(all) == 0 {
		return nil, refuse("sheet.empty", nil)
	}
	return all, nil
}

func worksheet(book *excelize.File, name string, limits Limits) (Table, error) {
	t := Table{Encoding: XLSX, Sheet: name}
	rows, err := book.Rows(name)
	if err != nil {
		return t, refuse("sheet.xlsx", err)
	}
	defer func() { _ = rows.Close() }() // only read
	for line := 1; rows.Next(); line++ {
		if line > 2*limits.Rows {
			return t, refuse("sheet.rows", nil).With(fault.Args{"Limit": limits.Rows})
		}
		cells, err := rows.Columns()
		if err != nil {
			return t, refuse("sheet.xlsx", err)
		}
		if err := t.add(line, cells, limits); err != nil {
			return t, err
		}
	}
	if err := rows.Error(); err != nil {
		return t, refuse("sheet.xlsx", err)
	}
	return t, nil
}

// spread writes the value of merged cells into each cell that they cover.
func (t *Table) spread(book *excelize.File, limits Limits) error {
	merged, err := book.GetMergeCells(t.Sheet, true)
	if err != nil {
		return refuse("sheet.xlsx", err)
	}
	for _, m := range merged {
		col1, row1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		col2, row2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err := errors.Join(err1, err2); err != nil || col2 > limits.Columns {
			return refuse("sheet.xlsx", err)
		}
		t.fill(col1-1, col2-1, row1, row2)
	}
	return nil
}

// fill spreads a merged block. A title merged across a whole row says nothing
// about columns, so a block is spread downwards only.
func (t *Table) fill(col, endCol, row, endRow int) {
	at, found := slices.BinarySearchFunc(t.Rows, row, func(r Row, line int) int { return r.Line - line })
	if !found || col != endCol || t.Rows[at].Cell(col) == "" {
		return
	}
	value := t.Rows[at].Cell(col)
	for i := at + 1; i < len(t.Rows) && t.Rows[i].Line <= endRow; i++ {
		r := &t.Rows[i]
		for len(r.Cells) <= col {
			r.Cells = append(r.Cells, "")
		}
		r.Cells[col] = value
	}
}

// inspect walks the archive before anything is made of it: sizes are counted
// by unpacking, not believed, and XML with declarations is refused. It returns how many
// blocks of merged cells there are at most.
func inspect(raw []byte, limits Limits) (merged int, err error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return 0, refuse("sheet.xlsx", err)
	}
	if len(z.File) > limits.Entries {
		return 0, refuse("sheet.bomb", nil)
	}
	left := limits.Unzip
	for _, f := range z.File {
		part, err := inspectPart(f, left, limits.Merged)
		if err != nil {
			return 0, err
		}
		left -= part.size
		merged += part.merged
	}
	return merged, nil
}

func inspectPart(f *zip.File, left int64, merged int) (measured, error) {
	if f.UncompressedSize64 > uint64(max(left, 0)) {
		return measured{}, refuse("sheet.bomb", nil)
	}
	if name := strings.ToLower(f.Name); strings.Contains(name, "vbaproject") {
		return measured{}, refuse("sheet.macro", nil)
	}
	r, err := f.Open()
	if err != nil {
		return measured{}, refuse("sheet.xlsx", err)
	}
	defer r.Close()
	part, err := measure(r, left, isXML(f.Name))
	switch {
	case part.declared:
		return measured{}, refuse("sheet.xml", nil)
	case err != nil:
		return measured{}, refuse("sheet.xlsx", err)
	case part.size > left, part.merged > merged:
		return measured{}, refuse("sheet.bomb", nil)
	}
	return part, nil
}

// measured is what is known of a part before anything is made of it.
type measured struct {
	size     int64
	declared bool // XML with declarations
	merged   int  // blocks of merged cells, at most: the library compares each with all others
}

// measure unpacks a part, a piece at a time, until it has counted more than
// most, and looks into XML.
func measure(r io.Reader, most int64, xml bool) (m measured, err error) {
	const overlap = 16 // longer than what is looked for
	piece := make([]byte, overlap+64<<10)
	kept := 0
	for m.size <= most && !m.declared {
		got, err := io.ReadFull(r, piece[kept:])
		m.size += int64(got)
		seen := piece[:kept+got]
		if xml {
			m.declared = declares(seen)
			m.merged += bytes.Count(seen, []byte("mergeCell")) // what stands in the overlap counts twice, which does no harm
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		kept = copy(piece, seen[len(seen)-overlap:])
	}
	return m, nil
}

func isXML(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels") || strings.HasSuffix(name, ".vml")
}

// declares reports whether a piece of an XML part has a document type, or is in
// an encoding in which one could hide. Text in cells cannot contain either: its
// angle brackets are escaped.
func declares(piece []byte) bool {
	if bytes.IndexByte(piece, 0) >= 0 || bytes.HasPrefix(piece, markUTF16LE) || bytes.HasPrefix(piece, markUTF16BE) {
		return true
	}
	upper := bytes.ToUpper(piece)
	return bytes.Contains(upper, []byte("<!DOCTYPE")) || bytes.Contains(upper, []byte("<!ENTITY"))
}
