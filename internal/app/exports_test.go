package app

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	memberintake "nuanxin/internal/member/intake"
	"nuanxin/internal/org"
	"nuanxin/internal/request"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
)

// formulas are cells that spreadsheets run.
func formulas(t *testing.T) (all []string) {
	t.Helper()
	raw, err := os.ReadFile("../../../shared/vectors/security/csv/formula.json")
	if err != nil {
		t.Skip("the cells lie beside the project's folder and are not here:", err)
	}
	var cells []struct{ Cell string }
	if err := json.Unmarshal(raw, &cells); err != nil {
		t.Fatal(err)
	}
	for _, c := range cells {
		all = append(all, c.Cell)
	}
	return all
}

// seeded puts every formula wherever a table that is taken along may show it, as far
// as it is taken: stations, organisations, requests, and the rows of a members' list.
func (w *world) seeded(t *testing.T, cells []string) {
	t.Helper()
	system := authz.AsSystem(t.Context(), "test")
	var list bytes.Buffer
	rows := csv.NewWriter(&list)
	_ = rows.Write([]string{"姓名", "手机号", "单位"}) // a buffer takes all
	place := request.Place{Text: "东门", Area: "220402"}
	var union org.ID
	for _, o := range must[[]org.Org](t)(w.app.Orgs.List(t.Context(), org.Filter{Kinds: []org.Kind{org.Local}})) {
		if o.Area == "220402" {
			union = o.ID
		}
	}
	for _, c := range cells {
		must[station.Done](t)(w.app.Stations.Add(system, "", station.Facts{Name: "站" + c, Note: c, Address: c, Offers: c, Area: "220402", Public: true, Demo: true}))
		c = strings.ReplaceAll(c, "\x00", "") // a file with a NUL is refused as a whole
		_ = rows.Write([]string{c, c, c})
		id, err := w.app.Orgs.Found(system, org.Draft{Kind: org.Partner, Level: org.County, Name: c, Area: "220402", Parent: union, Contact: "19900000104"})
		if err != nil {
			continue // such a name is refused
		}
		r := must[request.Receipt](t)(w.app.Requests.Capture(w.as(t, "cadre"), request.Draft{Words: "大门" + c, Title: c, Topic: "gate", Place: place, Channel: request.ChannelPhone}))
		must[request.Receipt](t)(w.app.Requests.Dispatch(w.as(t, "cadre"), request.Ref{ID: r.ID}, request.Task{Body: string(id), Lead: true, Words: "请去看", Deadline: w.clock.Now().Add(48 * time.Hour)}))
	}
	rows.Flush()
	w.roll = must[memberintake.ID](t)(w.app.Lists.Upload(w.as(t, "cadre"), list.Bytes(), memberintake.Options{Basis: memberintake.OnPaper, Where: "示例"}))
}

// cellsOf are all cells of a table, or of all sheets of a workbook.
func cellsOf(file []byte) (all []string, err error) {
	if !bytes.HasPrefix(file, []byte("PK")) {
		reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
		reader.FieldsPerRecord = -1 // the last row says who took it
		table, err := reader.ReadAll()
		return slices.Concat(table...), err
	}
	tables, err := sheet.ReadAll(bytes.NewReader(file), sheet.Auto, sheet.Limits{})
	for _, t := range tables {
		for _, r := range t.Rows {
			all = append(all, r.Cells...)
		}
	}
	return all, err
}

// unmarked are the tables that carry no watermark, with the reason.
var unmarked = map[string]string{
	"/desk/imports/template.csv":      "an empty list with two examples",
	"/desk/member-lists/template.csv": "an empty list with two examples",
}

// marked holds each sheet of a table to its watermark: who took it out, when, what for, and
// the number under which the log has it. A workbook carries it at least once.
func marked(t *testing.T, pattern string, answer *httptest.ResponseRecorder, cells []string) {
	t.Helper()
	number := answer.Header().Get("X-Request-Id")
	at := slices.IndexFunc(cells, func(c string) bool { return strings.Contains(c, "。编号 "+number+"，") })
	_, plain := unmarked[pattern]
	if at < 0 || number == "" {
		if !plain {
			t.Errorf("%s gives a table without a watermark", pattern)
		}
		return
	}
	if plain {
		t.Errorf("%s carries a watermark: take it from the list of those that have none", pattern)
	}
	if !regexp.MustCompile(`^\S+ 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d 导出，用于：\S`).MatchString(cells[at]) {
		t.Errorf("%s says only %q", pattern, cells[at])
	}
}

// No table that any route gives out holds a cell that a spreadsheet would run. The
// tables are found by asking every route, so that a new one is tried as well; each carries
// the watermark of its taking out; a route
// that is called an export and gives no table to anybody is a fault.
func TestNoExportHoldsFormulas(t *testing.T) {
	proves.That(t, "csv-formula", "inj-corpus", "download-names")
	cells := formulas(t)
	w := newWorld(t)
	w.papers(t)
	w.seeded(t, cells)
	given, shown := map[string]bool{}, map[string]int{}
	for _, r := range w.app.routes {
		path, _ := w.path(r.Pattern)
		for _, actor := range []string{"cadre", "leader", "admin", "host", "worker2"} {
			var form []string
			if r.Method == http.MethodPost {
				if !strings.Contains(r.Pattern, "export") {
					continue
				}
				form = []string{"why", "给上级报数", "reason", "给上级报数", "area", "220402"}
			}
			answer := w.ask(t, path, "nx="+w.tokens[actor], form...)
			if kind := answer.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") && !strings.Contains(kind, "spreadsheetml") {
				continue
			}
			given[r.Pattern] = true
			found, err := cellsOf(answer.Body.Bytes())
			if err != nil {
				t.Errorf("%s gives no table: %v", r.Pattern, err)
			}
			marked(t, r.Pattern, answer, found)
			for _, cell := range found {
				if at := strings.TrimLeft(cell, " \u00a0\u3000"); at != "" && strings.ContainsAny(at[:1], "=+-@\t\r\n\x00") || strings.HasPrefix(at, "＝") || strings.HasPrefix(at, "＋") || strings.HasPrefix(at, "－") || strings.HasPrefix(at, "＠") {
					t.Errorf("%s gives %s the formula %q", r.Pattern, actor, cell)
				}
				if strings.HasPrefix(cell, "'") {
					shown[r.Pattern]++
				}
			}
			if cover := answer.Header().Get("Content-Disposition"); !strings.HasPrefix(cover, "attachment") {
				t.Errorf("%s is shown, not saved: %q", r.Pattern, cover)
			}
		}
	}
	for _, r := range w.app.routes {
		if (strings.HasSuffix(r.Pattern, ".csv") || strings.HasSuffix(r.Pattern, ".xlsx") || strings.HasSuffix(r.Pattern, "/export") && r.Method == http.MethodPost) && !given[r.Pattern] {
			t.Errorf("%s %s gave nobody a table", r.Method, r.Pattern)
		}
	}
	for pattern := range unmarked {
		if !given[pattern] {
			t.Errorf("%s is no table", pattern)
		}
	}
	t.Logf("cells that would have run, and do not: %v", shown)
	if len(given) < 9 || shown["/desk/stations/export.csv"] < 20 {
		t.Errorf("got tables of %v with %v: they were not read", given, shown)
	}
}
