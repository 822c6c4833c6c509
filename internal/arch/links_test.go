package arch_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mdLink finds the target of [text](target) and of ![text](target).
var mdLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// mdHeading finds headings.
var mdHeading = regexp.MustCompile(`(?m)^#+ (.+)$`)

// A link in a document leads to a file of the checkout, and its fragment to a
// heading there.
func TestDocumentLinks(t *testing.T) {
	documents := documents(t)
	if len(documents) < 10 {
		t.Fatalf("only %d documents", len(documents))
	}
	for _, doc := range documents {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mdLink.FindAllStringSubmatch(string(text), -1) {
			if why := broken(doc, m[1]); why != "" {
				t.Errorf("%s: %s: %s", strings.TrimPrefix(doc, root+"/"), m[1], why)
			}
		}
	}
}

// broken says what is wrong with a link in doc, or "".
func broken(doc, link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return err.Error()
	}
	if u.Scheme != "" {
		return "" // another site; not ours to hold
	}
	target := doc
	if u.Path != "" {
		target = filepath.Join(filepath.Dir(doc), u.Path)
	}
	if _, err := os.Stat(target); err != nil {
		return "there is no such file"
	}
	if u.Fragment == "" {
		return ""
	}
	text, err := os.ReadFile(target)
	if err != nil {
		return err.Error()
	}
	for _, m := range mdHeading.FindAllStringSubmatch(string(text), -1) {
		if anchor(m[1]) == u.Fragment {
			return ""
		}
	}
	return "there is no such heading"
}

// anchor is a heading as GitHub makes it a fragment.
func anchor(heading string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(heading) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || r > 0x7f && !strings.ContainsRune("，。、：（）“”？", r),
			'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteRune(r)
		}
	}
	return b.String()
}

// documents are the Markdown files of the checkout.
func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			all = append(all, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
