package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// line is one object of import stations --json, as others rely on it.
type line struct {
	Row        int
	Understood *struct{ Name, Area string }
	Doubts     []struct{ Code, Field, Text string }
	Action     string
}

// importJSON imports a file and reads the answer member by member, so that one
// that is absent or null is found out.
func importJSON(t *testing.T, where []string, file string, more ...string) (lines []line, code int) {
	t.Helper()
	r := run(t, "", with(with([]string{"import", "stations", "--json"}, where...), with(more, file)...)...)
	if r.code > 2 || r.code < 0 {
		t.Fatalf("import: exit code %d, %s", r.code, r.err)
	}
	if r.out == "" {
		return nil, r.code
	}
	var rows []map[string]json.RawMessage
	if err := json.Unmarshal([]byte(r.out), &rows); err != nil {
		t.Fatalf("import --json: %v in %s", err, r.out)
	}
	for _, row := range rows {
		for _, member := range []string{"row", "understood", "doubts", "action"} {
			if v := string(row[member]); v == "" || v == "null" {
				t.Fatalf("a row has no %s: %v", member, row)
			}
		}
	}
	if err := json.Unmarshal([]byte(r.out), &lines); err != nil {
		t.Fatal(err)
	}
	return lines, r.code
}

func actions(lines []line) string {
	var all []string
	for _, l := range lines {
		all = append(all, fmt.Sprintf("%d %s", l.Row, l.Action))
	}
	return strings.Join(all, ", ")
}

func gbk(t *testing.T, text string) string {
	t.Helper()
	out, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const doubtfulList = `驿站名称,区县,开放时间
示例：老街驿站,涪城区,早上开到天黑
示例：新街驿站,涪城区,8:00-18:00
`

const refusedList = `驿站名称,区县,开放时间
,涪城区,8:00-18:00
示例：新街驿站,涪城区,8:00-18:00
`

func TestImport(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, where []string) {
		for _, test := range []struct {
			about, text, encoding string
			code                  int
			actions               string
		}{
			{"clean", ownList, "auto", 0, "2 add, 3 add, 4 add, 5 add"},
			{"clean, said to be UTF-8", ownList, "utf-8", 0, "2 add, 3 add, 4 add, 5 add"},
			{"clean, in GBK", gbk(t, ownList), "auto", 0, "2 add, 3 add, 4 add, 5 add"},
			{"clean, said to be GBK", gbk(t, ownList), "gbk", 0, "2 add, 3 add, 4 add, 5 add"},
			{"GBK, said to be UTF-8", gbk(t, ownList), "utf-8", 2, ""},
			{"hours that nobody can read", doubtfulList, "auto", 1, "2 add, 3 add"},
			{"a row without a name", refusedList, "auto", 2, "2 refuse, 3 add"},
			{"no list at all", "a letter\nto a friend\n", "auto", 2, ""},
			{"an empty file", "", "auto", 2, ""},
			{"bytes", "PK\x03\x04\xff\x00\xfe", "auto", 2, ""},
		} {
			lines, code := importJSON(t, where, write(t, "list.csv", test.text), "--dry-run", "--encoding", test.encoding, "--area", area)
			if code != test.code || actions(lines) != test.actions {
				t.Errorf("%s: got exit code %d and %q, want %d and %q", test.about, code, actions(lines), test.code, test.actions)
			}
		}
		file := write(t, "list.csv", ownList)
		if lines, code := importJSON(t, where, file); code != 0 || actions(lines) != "2 add, 3 add, 4 add, 5 add" || lines[0].Understood.Name != "示例：东门驿站" || lines[0].Understood.Area != area {
			t.Errorf("imported, after dry runs only: got exit code %d and %q, %+v", code, actions(lines), lines)
		}
		if lines, code := importJSON(t, where, file); code != 0 || actions(lines) != "2 same, 3 same, 4 same, 5 same" {
			t.Errorf("imported again: got exit code %d and %q, want all the same", code, actions(lines))
		}
		if text := must(t, "", with(with([]string{"import", "stations", "--dry-run"}, where...), file)...); !strings.Contains(text, "4 rows: 0 to add, 0 to update, 4 the same") {
			t.Errorf("in words: got %s", text)
		}
		if r := run(t, "", with(with([]string{"import", "stations"}, where...), file+".none")...); r.code != 2 {
			t.Errorf("no such file: got exit code %d, want 2", r.code)
		}
		beside := write(t, "beside.csv", ownList+"示例：隔壁驿站,四川,绵阳,游仙区,隔壁路5号,24小时,热水,31.4800,104.8000\n")
		if lines, code := importJSON(t, where, beside, "--dry-run", "--area", area); code != 2 || !strings.HasSuffix(actions(lines), "5 same, 6 refuse") {
			t.Errorf("a row of the county beside: got exit code %d and %q, want 2 and a refused row", code, actions(lines))
		}
		if _, code := importJSON(t, where, beside, "--area", area); code != 2 {
			t.Errorf("a row of the county beside, imported: got exit code %d, want 2", code)
		}
		if lines, code := importJSON(t, where, beside, "--dry-run", "--area", area[:4]); code != 0 || !strings.HasSuffix(actions(lines), "5 same, 6 add") {
			t.Errorf("a row of the county beside, in the city: got exit code %d and %q, want 0 and the row not there yet", code, actions(lines))
		}
		must(t, "", with([]string{"check"}, where...)...)
	})
}

// The lists that were collected from public pages, in both encodings, say the
// same; and so does the copy that the project ships.
func TestImportRealLists(t *testing.T) {
	t.Parallel()
	shared := filepath.Join("..", "..", "..", "shared", "data")
	if dir := os.Getenv("NUANXIN_SHARED"); dir != "" {
		shared = filepath.Join(dir, "data")
	}
	sets := map[string][]line{}
	where := sqlite(t)
	for _, file := range []string{
		filepath.Join("..", "..", "internal", "app", "demo", "sample", "stations_public.csv"),
		filepath.Join(shared, "stations_public.csv"), filepath.Join(shared, "stations_public_gbk.csv"),
	} {
		path, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Logf("%s is not here; left out", file)
			continue
		}
		lines, code := importJSON(t, where, path, "--dry-run")
		if code != 1 || len(lines) < 200 {
			t.Errorf("%s: got exit code %d and %d rows, want 1 and some 230", file, code, len(lines))
		}
		sets[file] = lines
		for _, l := range lines {
			if l.Action == "refuse" || l.Understood.Name == "" {
				t.Errorf("%s row %d: %s %q", file, l.Row, l.Action, l.Understood.Name)
			}
		}
	}
	a, b := sets[filepath.Join(shared, "stations_public.csv")], sets[filepath.Join(shared, "stations_public_gbk.csv")]
	if len(a) > 0 && len(b) > 0 && fmt.Sprint(plain(a)) != fmt.Sprint(plain(b)) {
		t.Error("the same list in UTF-8 and GBK is understood in two ways")
	}
}

// plain is what lines say, without pointers.
func plain(lines []line) (all []string) {
	for _, l := range lines {
		all = append(all, fmt.Sprint(l.Row, *l.Understood, l.Doubts, l.Action))
	}
	return all
}
