package ui_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"nuanxin/internal/web/ui"
)

// named finds the icons that pages name where they can be read from the text.
var named = regexp.MustCompile(`Icon: +"([a-z0-9-]+)"|ui\.Note\([\w.]+, "([a-z0-9-]+)"|ui\.Icon(?:Large)?\("([a-z0-9-]+)"`)

// A page that names an icon that does not exist is an error only when it is opened, maybe in
// a state that no test has.
func TestIconsThatAreNamedExist(t *testing.T) {
	found := 0
	err := fs.WalkDir(os.DirFS("../.."), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".templ") && !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		text, err := os.ReadFile("../../" + path)
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			found++
			if name := m[1] + m[2] + m[3]; !ui.HasIcon(name) {
				t.Errorf("%s names the icon %q, which does not exist", path, name)
			}
		}
		return err
	})
	if err != nil || found < 100 {
		t.Errorf("found %d names, %v; want all of the pages", found, err)
	}
}
