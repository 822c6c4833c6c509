package arch_test

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"nuanxin/internal/evidence/proves"
)

// The program calls nothing that the stored database knows to be vulnerable. The
// database is a third party's and lies beside the project; scripts/test brings
// the tool.
func TestNothingKnownToBeVulnerable(t *testing.T) {
	if testing.Short() {
		t.Skip("looks through the whole program: -short")
	}
	stored, _ := filepath.Glob("../../../shared/vectors/security/govulndb-*.tar.gz")
	tools, _ := filepath.Glob("../../.tools/govulncheck-*")
	switch {
	case len(stored) == 0:
		t.Skip("the database of vulnerabilities is not beside the project's folder")
	case len(tools) == 0:
		t.Skip("govulncheck is not in .tools: scripts/test brings it")
	}
	proves.That(t, "govulncheck")
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "tar", "-xzf", slices.Max(stored), "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("unpack the database: %v\n%s", err, out)
	}
	look := exec.CommandContext(t.Context(), mustAbs(t, slices.Max(tools)), "-db", "file://"+filepath.Join(dir, "db"), "./...")
	look.Dir = filepath.Join("..", "..")
	out, err := look.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("No vulnerabilities found")) {
		t.Errorf("govulncheck: %v\n%s", err, out)
	}
}

func mustAbs(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}
