package app

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/hours"
	"nuanxin/internal/plain"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
)

// TestExportedFormulas has every formula cell as the name and the note of a
// station, exports the list and reads it back.
func TestExportedFormulas(t *testing.T) {
	proves.That(t, "csv-formula")
	raw, err := os.ReadFile("../../../shared/vectors/security/csv/formula.json")
	if err != nil {
		t.Skip("the cells lie beside the project's folder and are not here:", err)
	}
	var cells []struct{ Cell string }
	if err := json.Unmarshal(raw, &cells); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	for _, c := range cells {
		must[station.Done](t)(w.app.Stations.Add(authz.AsSystem(t.Context(), "test"), "", station.Facts{Name: "站" + c.Cell, Note: c.Cell, Address: c.Cell, Area: "220402",
			Hours: hours.Table{}, Public: true, Demo: true}))
	}
	answer := w.send(http.MethodGet, "/desk/stations/export.csv", w.tokens["cadre"])
	if answer.Code != http.StatusOK {
		t.Fatalf("got %d: %.200s", answer.Code, answer.Body)
	}
	reader := csv.NewReader(bytes.NewReader(answer.Body.Bytes()[3:]))
	reader.FieldsPerRecord = -1 // the first row says who took it
	rows, err := reader.ReadAll()
	for _, cell := range slices.Concat(rows...) {
		if shown := strings.TrimLeft(cell, " "); shown != "" && strings.ContainsAny(shown[:1], "=+-@\t\r\n\x00") {
			t.Errorf("%q is written as a formula", cell)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	table, err := sheet.Read(answer.Body, sheet.Auto, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(table.Rows[1].Cells, "备注") // below the watermark
	seen := map[string]bool{}
	for _, r := range table.Rows[2:] {
		seen[r.Cell(at)] = true
	}
	for _, c := range cells {
		if want := strings.Trim(plain.Text(c.Cell), " \t\n\u200b\ufeff"); !seen[want] {
			t.Errorf("%q did not come back as %q", c.Cell, want)
		}
	}
}
