package sheet

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Book writes a workbook (XLSX) of several worksheets, a row at a time. Every cell is
// text, and marked like a cell of [Writer], so that none is a formula, nor becomes one
// when the sheet is saved as CSV.
type Book struct {
	zip   *zip.Writer
	sheet *bufio.Writer // of the worksheet that is being written; nil: none
	names []string
	row   int // of the worksheet, from 1
	err   error
}

// NewBook returns a workbook that is written to w.
func NewBook(w io.Writer) *Book { return &Book{zip: zip.NewWriter(w)} }

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// Sheet begins a worksheet. The name is one of ours: short, and without signs.
func (b *Book) Sheet(name string) error {
	b.endSheet()
	b.names, b.row = append(b.names, name), 0
	if b.err == nil {
		var part io.Writer
		if part, b.err = b.zip.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", len(b.names))); b.err == nil {
			b.sheet = bufio.NewWriter(part)
		}
	}
	b.put(xmlHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	return b.err
}

// Write writes one row. Errors stay and are told by every later call.
func (b *Book) Write(cells ...string) error {
	b.row++
	row := strconv.Itoa(b.row)
	b.put(`<row r="` + row + `">`)
	for i, c := range cells {
		if c == "" {
			continue
		}
		b.put(`<c r="` + letters(i) + row + `" t="inlineStr"><is><t xml:space="preserve">`)
		if b.err == nil {
			b.err = xml.EscapeText(b.sheet, []byte(Safe(c)))
		}
		b.put("</t></is></c>")
	}
	b.put("</row>")
	return b.err
}

// letters name a column, from 0: A to Z, AA to AZ, and so on.
func letters(i int) string {
	const all = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if i < len(all) {
		return all[i : i+1]
	}
	return letters(i/len(all)-1) + all[i%len(all):i%len(all)+1]
}

// Close ends the workbook.
func (b *Book) Close() error {
	b.endSheet()
	types, sheets, rels := "", "", ""
	for i, name := range b.names {
		n := strconv.Itoa(i + 1)
		types += `<Override PartName="/xl/worksheets/sheet` + n + `.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`
		sheets += `<sheet name="` + name + `" sheetId="` + n + `" r:id="rId` + n + `"/>`
		rels += `<Relationship Id="rId` + n + `" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet` + n + `.xml"/>`
	}
	const main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + main + `"/>` + types + `</Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>` + sheets + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + rels + `</Relationships>`},
	} {
		if b.err == nil {
			var w io.Writer
			if w, b.err = b.zip.Create(part[0]); b.err == nil {
				_, b.err = io.WriteString(w, xmlHead+part[1])
			}
		}
	}
	return errors.Join(b.err, b.zip.Close())
}

func (b *Book) endSheet() {
	if b.sheet == nil {
		return
	}
	b.put("</sheetData></worksheet>")
	if b.err == nil {
		b.err = b.sheet.Flush()
	}
	b.sheet = nil
}

func (b *Book) put(s string) {
	if b.err == nil {
		_, b.err = b.sheet.WriteString(s)
	}
}
