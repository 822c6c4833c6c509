package list_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"nuanxin/internal/sheet"
	"nuanxin/internal/station/intake/list"

	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "write the golden file anew; read the difference before you commit it")

func TestRealFileInBothEncodings(t *testing.T) {
	var reports [2]list.Report
	for i, name := range []string{"stations_public.csv", "stations_public_gbk.csv"} {
		reports[i] = judged(t, source(t, name), list.Options{})
	}
	if reports[0].Encoding == reports[1].Encoding {
		t.Errorf("both were read as %s", reports[0].Encoding)
	}
	for i := range reports[0].Lines {
		a, _ := json.Marshal(reports[0].Lines[i])
		b, _ := json.Marshal(reports[1].Lines[i])
		if string(a) != string(b) {
			t.Errorf("line %d differs:\n%s\n%s", i, a, b)
		}
	}
	got := fmt.Sprintf("%d lines: %d add, %d skip, %d refuse, %d doubtful", len(reports[0].Lines),
		reports[0].Count(list.WillAdd), reports[0].Count(list.WillSkip), reports[0].Count(list.WillRefuse), reports[0].Doubtful())
	if want := "234 lines: 234 add, 0 skip, 0 refuse, 103 doubtful"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWorkbookIsReadAsTheText(t *testing.T) {
	text := source(t, "stations_public.csv")
	book := excelize.NewFile()
	for i, r := range text.Rows {
		row := make([]any, len(r.Cells))
		for j, c := range r.Cells {
			row[j] = c
		}
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	workbook, err := sheet.Read(&b, sheet.Auto, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, got := judged(t, text, list.Options{}), judged(t, workbook, list.Options{})
	if len(got.Lines) != len(want.Lines) {
		t.Fatalf("%d lines, want %d", len(got.Lines), len(want.Lines))
	}
	for i := range want.Lines {
		if a, b := say(got.Lines[i]), say(want.Lines[i]); a != b || !same(got.Lines[i], want.Lines[i]) {
			t.Errorf("row %d: %s\n%+v\nwant %s\n%+v", i, a, got.Lines[i].Understood, b, want.Lines[i].Understood)
		}
	}
}

// TestRealFileGolden holds what is made of each row of the real file; the
// golden file was read by a person.
func TestRealFileGolden(t *testing.T) {
	report := judged(t, source(t, "stations_public.csv"), list.Options{})
	var b strings.Builder
	for _, l := range report.Lines {
		u := l.Understood
		fmt.Fprintf(&b, "%d %s | %s | %s | %v | %s%v | %v | %s", l.Row, u.Name, u.Area, u.Hours.Text(false), u.Services.Codes(), u.Badge, u.Size.Metres, u.Honours, l.Action)
		for _, d := range l.Doubts {
			fmt.Fprintf(&b, " ?%s %q", d.Code, d.Text)
		}
		b.WriteString("\n")
	}
	const name = "testdata/stations_public.golden"
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got, lines := strings.Split(b.String(), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(got), len(lines)) {
		if got[i] != lines[i] {
			t.Errorf("got  %s\nwant %s", got[i], lines[i])
		}
	}
	if len(got) != len(lines) {
		t.Errorf("%d lines, want %d", len(got), len(lines))
	}
}

// same compares what was understood of two rows.
func same(a, b list.Line) bool {
	x, _ := json.Marshal(a.Understood)
	y, _ := json.Marshal(b.Understood)
	return string(x) == string(y)
}
