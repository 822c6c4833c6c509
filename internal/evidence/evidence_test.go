package evidence_test

import (
	"encoding/csv"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/evidence"
	"nuanxin/internal/evidence/proves"
)

const root = "../.."

var (
	callIn = regexp.MustCompile(`proves\.That\(\w+, ([^)]*)\)`)
	idIn   = regexp.MustCompile(`"([^"]+)"`)
)

// tagged are the ids that tests and documents of the project show.
func tagged(t *testing.T) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil || strings.HasSuffix(path, "evidence/evidence_test.go") {
			return err
		}
		for _, call := range callIn.FindAllStringSubmatch(string(src), -1) {
			for _, id := range idIn.FindAllStringSubmatch(call[1], -1) {
				ids[id[1]] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := range documents {
		ids[id] = true
	}
	return ids
}

// Every id that a plan asks for now is shown by some test, and every test says
// nothing but what a plan asks for.
func TestPlansAndTestsAgree(t *testing.T) {
	has, asked := tagged(t), map[string]bool{}
	rows := append(evidence.ASVS(), evidence.DJBH()...)
	seen := map[string]bool{}
	for _, r := range rows {
		if seen[r.Req] {
			t.Errorf("%s is planned twice", r.Req)
		}
		seen[r.Req] = true
		if !slices.Contains([]evidence.State{evidence.Now, evidence.Open, evidence.Later, evidence.Never}, r.State) || len(r.Tests) == 0 || r.State != evidence.Now && r.Note == "" {
			t.Errorf("%s: got state %q, tests %q, note %q", r.Req, r.State, r.Tests, r.Note)
		}
		for _, id := range r.Tests {
			asked[id] = true
			if (r.State == evidence.Now || r.State == evidence.Never) && !has[id] {
				t.Errorf("%s asks for %q, which no test shows", r.Req, id)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(has)) {
		if !asked[id] {
			t.Errorf("a test shows %q, which no plan asks for", id)
		}
	}
	if len(evidence.ASVS()) != 345 || len(evidence.DJBH()) != 34 {
		t.Errorf("got %d rows of ASVS and %d of GB/T 22239, want 345 and 34", len(evidence.ASVS()), len(evidence.DJBH()))
	}
}

// documents answer what is asked of documents: a heading, in both languages.
var documents = map[string][2]string{
	"doc-rules":      {"## What is checked of what people enter", "## 填进来的东西怎么检查"},
	"doc-upload":     {"## Files", "## 文件"},
	"doc-auth":       {"## Signing in", "## 登录"},
	"doc-session":    {"## Sessions", "## 登录状态"},
	"doc-authz":      {"## Who may do what", "## 谁能做什么"},
	"doc-crypto":     {"## Cryptography", "## 密码"},
	"doc-egress":     {"## Who is talked to", "## 和谁通信"},
	"doc-data":       {"## Classes of data", "## 数据分级"},
	"doc-components": {"## Components", "## 组件"},
	"costly-doc":     {"## What costs much", "## 费力的事"},
	"doc-log":        {"## What is written down", "## 记录什么"},
	"doc-tls":        {"## TLS and what the operator does", "## TLS 与运行者要做的事"},
	"doc-copies":     {"## Copies elsewhere", "## 异地的备份"},
	"doc-operator":   {"## TLS and what the operator does", "## TLS 与运行者要做的事"},
}

// Each of them is there, says something, and says it in both languages.
func TestDocuments(t *testing.T) {
	for id, headings := range documents {
		t.Run(id, func(t *testing.T) {
			proves.That(t, id)
			for i, file := range []string{"docs/security.md", "docs/security.zh-CN.md"} {
				text, err := os.ReadFile(filepath.Join(root, file))
				if err != nil {
					t.Fatal(err)
				}
				_, below, found := strings.Cut(string(text), "\n"+headings[i]+"\n")
				below, _, _ = strings.Cut(below, "\n## ")
				if !found || len([]rune(below)) < 120 {
					t.Errorf("%s: got %q under %q, want what it says", file, below, headings[i])
				}
			}
		})
	}
}

// Whom the program talks to is told by the options of its command: the documents name
// each of them, so that none is forgotten.
func TestDocumentsNameWhomIsTalkedTo(t *testing.T) {
	flags, err := filepath.Glob(filepath.Join(root, "cmd/nuanxin/*.go"))
	if err != nil || len(flags) == 0 {
		t.Fatal(err)
	}
	outside := map[string]bool{"db": true, "scanner": true}
	named := regexp.MustCompile(`name:"([a-z-]+-url|url)"`)
	for _, file := range flags {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			outside[m[1]] = true
		}
	}
	if len(outside) < 4 {
		t.Fatalf("got %v, and the options were not read", outside)
	}
	for i, file := range []string{"docs/security.md", "docs/security.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		_, below, _ := strings.Cut(string(text), "\n"+[]string{"## Who is talked to", "## 和谁通信"}[i]+"\n")
		below, _, _ = strings.Cut(below, "\n## ")
		for option := range outside {
			if !strings.Contains(below, option+"`") {
				t.Errorf("%s does not say that the program talks to what --%s names", file, option)
			}
		}
	}
}

// results are the output of a run in which tests passed, failed, were skipped, ran
// twice and were cut off.
const results = `building…
{"Action":"attr","Package":"nuanxin/internal/a","Test":"TestOne","Key":"proves","Value":"one"}
{"Action":"attr","Package":"nuanxin/internal/a","Test":"TestOne","Key":"other","Value":"two"}
{"Action":"pass","Package":"nuanxin/internal/a","Test":"TestOne"}
{"Action":"attr","Package":"nuanxin/internal/a","Test":"TestTwice","Key":"proves","Value":"twice"}
{"Action":"skip","Package":"nuanxin/internal/a","Test":"TestTwice"}
{"Action":"attr","Package":"nuanxin/internal/a","Test":"TestTwice","Key":"proves","Value":"twice"}
{"Action":"pass","Package":"nuanxin/internal/a","Test":"TestTwice"}
{"Action":"attr","Package":"nuanxin/internal/a","Test":"TestBad","Key":"proves","Value":"bad"}
{"Action":"pass","Package":"nuanxin/internal/a","Test":"TestBad"}
{"Action":"fail","Package":"nuanxin/internal/a","Test":"TestBad"}
{"Action":"attr","Package":"nuanxin/internal/a","Test":"TestSkipped","Key":"proves","Value":"skipped"}
{"Action":"skip","Package":"nuanxin/internal/a","Test":"TestSkipped"}
{"Action":"attr","Package":"nuanxin/internal/a","Test":"TestCut","Key":"proves","Value":"cut"}
{"Action":"pass","Package":"nuanxin/internal/a"}
`

func TestVerdicts(t *testing.T) {
	found, err := evidence.ReadResults(strings.NewReader(results))
	if err != nil {
		t.Fatal(err)
	}
	var rows []evidence.Row
	want := map[string]evidence.Verdict{}
	for _, c := range []struct {
		req   string
		state evidence.State
		tests string
		want  evidence.Verdict
	}{
		{"passed", evidence.Now, "one", evidence.Shown},
		{"skipped once and passed once", evidence.Now, "twice", evidence.Shown},
		{"one of two passed", evidence.Now, "one skipped", evidence.NotShown},
		{"failed once", evidence.Now, "bad", evidence.Broken},
		{"skipped", evidence.Now, "skipped", evidence.NotShown},
		{"cut off", evidence.Now, "cut", evidence.NotShown},
		{"no test", evidence.Now, "two", evidence.NotShown},
		{"no id", evidence.Now, "", evidence.NotShown},
		{"open by the plan", evidence.Open, "one", evidence.NotShown},
		{"not built", evidence.Later, "two", evidence.NotYet},
		{"nothing of the kind, shown", evidence.Never, "one", evidence.None},
		{"nothing of the kind, not shown", evidence.Never, "two", evidence.NotShown},
	} {
		rows = append(rows, evidence.Row{Req: c.req, Level: "1", State: c.state, Tests: strings.Fields(c.tests), Note: "=1+1", Words: "a|b"})
		want[c.req] = c.want
	}
	lines := evidence.Judge(rows, found)
	for _, l := range lines {
		if l.Verdict != want[l.Req] {
			t.Errorf("%s: got %q, want %q", l.Req, l.Verdict, want[l.Req])
		}
	}
	if evidence.Whole(lines) || !evidence.Whole(lines[:2]) {
		t.Error("whole is what has nothing open")
	}
	if got := evidence.Upto([]evidence.Row{{Level: "1"}, {Level: "2"}, {Level: "3"}}, "2"); len(got) != 2 {
		t.Errorf("up to level 2: got %d rows", len(got))
	}
	forms(t, lines)
}

// forms holds the three ways to write a table against what they promise.
func forms(t *testing.T, lines []evidence.Line) {
	t.Helper()
	for form, want := range map[evidence.Form]string{evidence.Text: "   1 failed\n   7 open\n   2 shown\n   1 not built\n   1 concerns nothing\n", evidence.Markdown: `a\|b`, evidence.CSV: "'=1+1"} {
		var b strings.Builder
		if err := evidence.Print(&b, form, lines); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s: got %v and %s, want %q in it", form, err, b.String(), want)
		}
		if form != evidence.CSV {
			continue
		}
		table, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
		if err != nil || len(table) != len(lines)+1 {
			t.Errorf("CSV: got %d rows, %v", len(table), err)
		}
	}
}

func TestWords(t *testing.T) {
	for _, text := range []string{`[{"req_id":"V1.1.1","req_description":"w"}]`, `{"requirements":[{"req_id":"V1.1.1","req_description":"w"}]}`} {
		rows := evidence.ASVS()
		if err := evidence.AddWords(rows, strings.NewReader(text)); err != nil || rows[0].Words != "w" || rows[1].Words != "" {
			t.Errorf("%s: got %q, %v", text, rows[0].Words, err)
		}
	}
	if err := evidence.AddWords(evidence.ASVS(), strings.NewReader(`"none"`)); err == nil {
		t.Error("what is no ASVS was taken")
	}
}
