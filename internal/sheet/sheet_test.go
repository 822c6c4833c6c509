package sheet_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/sheet"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

const shared = "../../../shared/"

func read(t *testing.T, raw string, enc sheet.Encoding) (sheet.Table, error) {
	t.Helper()
	return sheet.Read(strings.NewReader(raw), enc, sheet.Limits{})
}

func TestReadCSV(t *testing.T) {
	known := func(s string) bool { return s == "名称" || s == "地址" }
	for _, test := range []struct {
		about  string
		raw    string
		enc    sheet.Encoding
		want   [][]string
		ragged []int
		from   sheet.Encoding
	}{
		{"plain", "名称,地址\na,b\n", sheet.Auto, [][]string{{"a", "b"}}, nil, sheet.UTF8},
		{"byte order mark and CRLF", "\ufeff名称,地址\r\na,b\r\n", sheet.Auto, [][]string{{"a", "b"}}, nil, sheet.UTF8},
		{"GBK found by itself", "\xc3\xfb\xb3\xc6,\xb5\xd8\xd6\xb7\n\xd5\xc5,b\n", sheet.Auto, [][]string{{"张", "b"}}, nil, sheet.GBK},
		{"UTF-16 with its mark", "\xff\xfe\x0d\x54\xf0\x79,\x00\x30\x57\x40\x57\n\x00a\x00,\x00b\x00\n\x00", sheet.Auto, [][]string{{"a", "b"}}, nil, sheet.UTF16},
		{"a line break inside a cell", "名称,地址\n\"a\r\nb\",c\n", sheet.Auto, [][]string{{"a\nb", "c"}}, nil, sheet.UTF8},
		{"tabs instead of commas", "名称\t地址\na\tb,c\n", sheet.Auto, [][]string{{"a", "b,c"}}, nil, sheet.UTF8},
		{"a title above, empty rows, no end of line", "某市一览表\n\n名称,地址\n,\n a ,　b", sheet.Auto, [][]string{{"a", "b"}}, nil, sheet.UTF8},
		{"semicolons under a title", "某区驿站一览表\n制表：2026年\n名称;地址\na;b,c\n", sheet.Auto, [][]string{{"a", "b,c"}}, nil, sheet.UTF8},
		{"a comma within a name of the header", "名称;地址;电话（座机,手机）\na;b;c\n", sheet.Auto, [][]string{{"a", "b", "c"}}, nil, sheet.UTF8},
		{"rows of other lengths are kept and told", "名称,地址\na\nb,c,d\n", sheet.Auto, [][]string{{"a", ""}, {"b", "c", "d"}}, []int{0, 1}, sheet.UTF8},
	} {
		table, err := read(t, test.raw, test.enc)
		if err != nil {
			t.Errorf("%s: %v", test.about, err)
			continue
		}
		h, err := table.Under(known)
		if err != nil || table.Encoding != test.from || len(h.Rows) != len(test.want) {
			t.Errorf("%s: got %+v from %s, %v", test.about, h, table.Encoding, err)
			continue
		}
		for i, r := range h.Rows {
			if !slices.Equal(r.Cells, test.want[i]) || r.Ragged != slices.Contains(test.ragged, i) {
				t.Errorf("%s: row %d = %q ragged %v, want %q", test.about, i, r.Cells, r.Ragged, test.want[i])
			}
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, test := range []struct {
		about, raw string
		enc        sheet.Encoding
		msg        string
	}{
		{"nothing", " \n", sheet.Auto, "sheet.empty"},
		{"only separators", ",,\n,,\n", sheet.Auto, "sheet.empty"},
		{"a NUL byte", "a,b\n1\x00,2\n", sheet.Auto, "sheet.nul"},
		{"an unclosed quotation mark", "a,b\n\"1,2\n3,4\n", sheet.Auto, "sheet.csv"},
		{"bytes of no encoding", "a,b\n\xff\xff,\x81\n", sheet.Auto, "sheet.encoding.wrong"},
		{"GBK said to be UTF-8", "\xc3\xfb\xb3\xc6,b\n", sheet.UTF8, "sheet.encoding.wrong"},
		{"a cell of 40 KB", "a,b\n" + strings.Repeat("x", 40<<10) + ",b\n", sheet.Auto, "sheet.cell"},
		{"too many columns", strings.Repeat(",", 300) + "a\n", sheet.Auto, "sheet.columns"},
		{"too many rows", strings.Repeat("a,b\n", 50_001), sheet.Auto, "sheet.rows"},
		{"a workbook of the old kind", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00x", 600), sheet.Auto, "sheet.old"},
		{"a web page under the name of a table", "<html><table><tr><td>名称</td><td>地址</td></tr></table></html>", sheet.Auto, "sheet.foreign"},
		{"a table as XML", "\ufeff<?xml version=\"1.0\"?><Workbook/>", sheet.Auto, "sheet.foreign"},
		{"a printed page", "%PDF-1.7 名称", sheet.Auto, "sheet.foreign"},
		{"a photo", "\xff\xd8\xff\xe0 and so on", sheet.Auto, "sheet.foreign"},
		{"a broken archive", "PK\x03\x04 and nothing", sheet.Auto, "sheet.xlsx"},
	} {
		_, err := read(t, test.raw, test.enc)
		if got := fault.Of(err); err == nil || got.Kind != fault.Invalid || got.Msg != test.msg {
			t.Errorf("%s: got %v (%s), want %s", test.about, err, fault.Of(err).Msg, test.msg)
		}
	}
}

func TestHostileUploads(t *testing.T) {
	proves.That(t, "upload-corpus", "parse-suite")
	raw, err := os.ReadFile(shared + "vectors/security/uploads/manifest.json")
	if err != nil {
		t.Skip("the hostile files lie beside the project's folder and are not here:", err)
	}
	var cases []struct{ File, Expect, Why, Canary string }
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		ext := filepath.Ext(c.File)
		if ext != ".csv" && ext != ".xlsx" && ext != ".zip" {
			continue
		}
		table, err := sheet.Read(open(t, shared+"vectors/security/uploads/"+c.File), sheet.Auto, sheet.Limits{})
		refused := err != nil
		if refused && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v is not told to the reader", c.File, err)
		}
		switch {
		case c.File == "ragged.csv": // kept and marked, not dropped
			h, err := table.Under(func(s string) bool { return s == "a" || s == "b" })
			if err != nil || len(h.Rows) != 2 || !h.Rows[0].Ragged || !h.Rows[1].Ragged {
				t.Errorf("%s: %+v, %v", c.File, h, err)
			}
		case ext == ".zip", c.Expect == "refuse":
			if !refused {
				t.Errorf("%s (%s) was read: %.200v", c.File, c.Why, table.Rows)
			}
		case strings.HasPrefix(c.Expect, "accept") && !strings.Contains(c.Expect, "refuse"):
			if refused {
				t.Errorf("%s (%s) was refused: %v", c.File, c.Why, err)
			}
		}
		for _, r := range table.Rows {
			if c.Canary != "" && strings.Contains(strings.Join(r.Cells, ","), c.Canary) {
				t.Errorf("%s: the canary came through", c.File)
			}
		}
	}
}

func open(t *testing.T, name string) io.Reader {
	t.Helper()
	raw, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		packed, err2 := os.Open(name + ".gz")
		if err2 != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { packed.Close() })
		z, err2 := gzip.NewReader(packed)
		if err2 != nil {
			t.Fatal(err2)
		}
		return z
	}
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(raw)
}

func TestReadXLSX(t *testing.T) {
	f := excelize.NewFile()
	for cell, v := range map[string]any{
		"A1": "某区驿站一览", "A2": "区县", "B2": "名称", "C2": "电话", "A3": "某区", "B3": "甲站", "C3": 13900000001,
		"B4": "乙站", "C4": "0816-2345678", "A5": "另区", "B5": "=1+1", "E5": "多出来的",
	} {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	f.MergeCell("Sheet1", "A1", "C1")
	f.MergeCell("Sheet1", "A3", "A4")
	f.NewSheet("Sheet2")
	f.SetCellValue("Sheet2", "A1", "x")
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	table, err := sheet.Read(&b, sheet.Auto, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := table.Under(func(s string) bool { return s == "区县" || s == "名称" })
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"某区", "甲站", "13900000001"}, {"某区", "乙站", "0816-2345678"}, {"另区", "=1+1", "", "", "多出来的"}}
	for i, r := range h.Rows {
		if !slices.Equal(r.Cells, want[i]) || r.Ragged != (i == 2) || r.Line != i+3 {
			t.Errorf("row %d: %q at line %d, ragged %v; want %q", i, r.Cells, r.Line, r.Ragged, want[i])
		}
	}
	if !slices.Equal(table.Others, []string{"Sheet2"}) {
		t.Errorf("other sheets = %q", table.Others)
	}
}

// The library compares each block of merged cells with all others, and a small
// archive holds a million of them.
func TestXLSXWithTooManyMergedCells(t *testing.T) {
	book := func(blocks int) *bytes.Buffer {
		f := excelize.NewFile()
		f.SetCellValue("Sheet1", "A1", "x")
		f.SetCellValue("Sheet1", "B2", "y")
		var plain, merged bytes.Buffer
		if err := f.Write(&plain); err != nil {
			t.Fatal(err)
		}
		from, err := zip.NewReader(bytes.NewReader(plain.Bytes()), int64(plain.Len()))
		if err != nil {
			t.Fatal(err)
		}
		to := zip.NewWriter(&merged)
		for _, part := range from.File {
			r, err := part.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			w, _ := to.Create(part.Name)
			io.WriteString(w, strings.Replace(string(text), "</sheetData>", "</sheetData><mergeCells>"+merges(blocks)+"</mergeCells>", 1))
		}
		to.Close()
		return &merged
	}
	few, err := sheet.Read(book(30), sheet.Auto, sheet.Limits{})
	if err != nil || len(few.Rows) != 2 || few.Rows[1].Cell(0) != "x" {
		t.Errorf("with 30 blocks: %v, %v; want two rows, the second with the cell merged from above", few.Rows, err)
	}
	if _, err := sheet.Read(book(20_001), sheet.Auto, sheet.Limits{}); fault.Of(err).Msg != "sheet.bomb" {
		t.Errorf("with 20,001 blocks: %v, want sheet.bomb", err)
	}
}

func merges(blocks int) string {
	var b strings.Builder
	for i := range blocks {
		fmt.Fprintf(&b, `<mergeCell ref="A%d:A%d"/>`, 2*i+1, 2*i+2)
	}
	return b.String()
}

func TestXLSXDeclarationsAreFoundAnywhere(t *testing.T) {
	proves.That(t, "parse-suite")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("xl/workbook.xml")
	io.WriteString(w, "<?xml version='1.0'?><!--"+strings.Repeat("x", 65536-20)+"--><!doctype a [<!entity b 'c'>]><a/>")
	z.Close()
	_, err := sheet.Read(&b, sheet.Auto, sheet.Limits{})
	if got := fault.Of(err).Msg; got != "sheet.xml" {
		t.Errorf("got %v, want sheet.xml", err)
	}
}

// plain is what the reader makes of a cell that nobody marked.
func plain(s string) string {
	return strings.NewReplacer("\x00", "␀", "\r\n", "\n", "\r", "\n").Replace(s)
}

func TestFormulaCells(t *testing.T) {
	proves.That(t, "csv-formula")
	raw, err := os.ReadFile(shared + "vectors/security/csv/formula.json")
	if err != nil {
		t.Skip("the formula cells lie beside the project's folder and are not here:", err)
	}
	var cells []struct{ Cell string }
	if err := json.Unmarshal(raw, &cells); err != nil {
		t.Fatal(err)
	}
	for _, c := range cells {
		roundTrip(t, c.Cell)
	}
}

func roundTrip(t interface {
	Fatalf(string, ...any)
}, cell string) {
	var b bytes.Buffer
	w := sheet.NewWriter(&b)
	w.Write("名称", "地址")
	w.Write("x"+cell, cell)
	if err := w.Flush(); err != nil {
		t.Fatalf("%q: %v", cell, err)
	}
	records, err := csv.NewReader(bytes.NewReader(b.Bytes()[3:])).ReadAll()
	if err != nil {
		t.Fatalf("%q: %v", cell, err)
	}
	seen := strings.TrimLeft(records[1][1], " ")
	if seen != "" && strings.ContainsAny(seen[:1], "=+-@\t\r\n\x00") {
		t.Fatalf("%q is written as a formula: %q", cell, seen)
	}
	table, err := sheet.Read(&b, sheet.Auto, sheet.Limits{})
	if err != nil {
		t.Fatalf("%q: %v", cell, err)
	}
	if got, want := table.Rows[1].Cell(1), plain(cell); got != want && got != strings.Trim(want, " \t\n\u00a0\u3000\u200b\ufeff") {
		t.Fatalf("%q came back as %q", want, got)
	}
}

func TestFormulaSignsRoundTrip(t *testing.T) {
	proves.That(t, "csv-formula")
	signs := rapid.SampledFrom([]rune("=+-@＝＋－＠﹢'\"\t\r\n ,;|a1é\u200b\ufeff\u3000"))
	rapid.Check(t, func(t *rapid.T) { roundTrip(t, string(rapid.SliceOfN(signs, 0, 8).Draw(t, "cell"))) })
}

func TestStationsInBothEncodings(t *testing.T) {
	var tables [2]sheet.Table
	for i, name := range []string{"stations_public.csv", "stations_public_gbk.csv"} {
		f, err := os.Open(shared + "data/" + name)
		if err != nil {
			t.Skip("the source files lie beside the project's folder and are not here:", err)
		}
		defer f.Close()
		if tables[i], err = sheet.Read(f, sheet.Auto, sheet.Limits{}); err != nil {
			t.Fatal(err)
		}
	}
	if tables[0].Encoding != sheet.UTF8 || tables[1].Encoding != sheet.GBK {
		t.Errorf("encodings %s and %s", tables[0].Encoding, tables[1].Encoding)
	}
	for i, r := range tables[0].Rows {
		if other := tables[1].Rows[i]; !slices.Equal(r.Cells, other.Cells) || r.Line != other.Line {
			t.Errorf("row %d differs:\n%q\n%q", i, r.Cells, other.Cells)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n"))
	f.Add([]byte("\xd0\xd5\xc3\xfb,x\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		table, err := sheet.Read(bytes.NewReader(raw), sheet.Auto, sheet.Limits{Bytes: 1 << 16, Unzip: 1 << 18})
		if (err == nil) == (len(table.Rows) == 0) {
			t.Errorf("%d rows and error %v", len(table.Rows), err)
		}
	})
}

// A workbook of several sheets comes back as it was written, and none of its cells is
// a formula.
func TestBookRoundTrip(t *testing.T) {
	var out bytes.Buffer
	b := sheet.NewBook(&out)
	rows := [][]string{{"名称", "电话"}, {`<a>&"'`, "=1+1"}, {"  '=x", ""}, {"两\n行", "\x01"}}
	for _, name := range []string{"工会", "空", "届次"} {
		if err := b.Sheet(name); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if name != "空" {
				_ = b.Write(r...)
			}
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	all, err := sheet.ReadAll(bytes.NewReader(out.Bytes()), sheet.Auto, sheet.Limits{})
	if err != nil || len(all) != 2 || all[0].Sheet != "工会" || all[1].Sheet != "届次" {
		t.Fatalf("%+v, %v", all, err)
	}
	for _, table := range all {
		for i, r := range table.Rows {
			for j, want := range rows[i] {
				if want == "\x01" {
					want = "\ufffd" // what XML cannot hold
				}
				if got := r.Cell(j); got != want {
					t.Errorf("%s %d,%d: got %q, want %q", table.Sheet, i, j, got, want)
				}
			}
		}
	}
	one, err := sheet.Read(bytes.NewReader(out.Bytes()), sheet.Auto, sheet.Limits{})
	if err != nil || one.Sheet != "工会" || len(one.Others) != 1 {
		t.Errorf("%+v, %v", one.Others, err)
	}
}
