package licence_test

import (
	"os/exec"
	"strings"
	"testing"

	"nuanxin/internal/licence"
)

// A binary that is handed on must carry the notice of all that is in it.
func TestEveryLinkedModuleIsCarried(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", "nuanxin/cmd/nuanxin")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := map[string]bool{"leaflet 1.9.4": true, "htmx 2.0.11": true, "china-division 2.7.0": true, "holiday-cn": true, "zxcvbn": true, "Droid Sans Fallback": true}
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "" {
			modules[line] = true
		}
	}
	if len(modules) < 20 {
		t.Fatalf("go list named only %d modules", len(modules))
	}
	for m := range modules {
		if !strings.Contains(licence.Texts, "\n== "+m+"\n") {
			t.Errorf("%s is in the program, but its licence is not: run go generate ./internal/licence", m)
		}
	}
}
