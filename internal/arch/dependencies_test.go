package arch_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// DEPENDENCIES.md names every module that go.mod requires directly, in the
// version that go.mod pins.
func TestDependenciesAreExplained(t *testing.T) {
	cmd := exec.Command("go", "mod", "edit", "-json")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path, Version string
			Indirect      bool
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "DEPENDENCIES.md"))
	if err != nil {
		t.Fatal(err)
	}
	direct := 0
	for _, r := range mod.Require {
		if r.Indirect {
			continue
		}
		direct++
		if !strings.Contains(string(text), "| "+r.Path+" | "+r.Version+" | ") {
			t.Errorf("DEPENDENCIES.md has no line for %s %s", r.Path, r.Version)
		}
	}
	if direct == 0 {
		t.Error("go.mod requires nothing directly: run go mod tidy")
	}
}
