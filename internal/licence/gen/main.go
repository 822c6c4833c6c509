// Command gen collects the licence texts that package licence embeds: of each
// module that the program links, of Go itself, and of what is vendored.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// vendored are the pieces that no module brings, with where their licence lies.
var vendored = [][2]string{
	{"htmx 2.0.11", "internal/web/static/htmx/LICENSE"},
	{"leaflet 1.9.4", "internal/web/static/leaflet/LICENSE"},
	{"china-division 2.7.0", "internal/region/LICENSE.china-division"},
	{"holiday-cn", "internal/workday/LICENSE.holiday-cn"},
	{"Droid Sans Fallback", "internal/paper/font/LICENSE.DroidSansFallback"},
	{"zxcvbn", "internal/account/password/LICENSE.zxcvbn"},
}

// texts are the files of a module that have to travel with it.
var texts = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)`)

func main() {
	root := flag.String("root", ".", "the checkout")
	to := flag.String("to", "third_party.txt", "file to write")
	flag.Parse()
	if err := run(*root, *to); err != nil {
		log.Fatal(err)
	}
}

func run(root, to string) error {
	var out bytes.Buffer
	out.WriteString("What Nuanxin carries of others, with their licences. Made by go generate; do not edit.\n")
	if err := add(&out, "Go "+runtime.Version(), filepath.Join(runtime.GOROOT(), "LICENSE")); err != nil { //nolint:staticcheck // run by the go command, on the machine that has it
		return err
	}
	for _, v := range vendored {
		if err := add(&out, v[0], filepath.Join(root, v[1])); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(context.Background(), "go", "list", "-e", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/nuanxin")
	cmd.Dir = root
	list, err := cmd.Output()
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(string(list)), "\n")
	slices.Sort(lines)
	for _, line := range slices.Compact(lines) {
		if line == "" {
			continue // the standard library
		}
		if err := addModule(&out, strings.Split(line, "\t")); err != nil {
			return err
		}
	}
	return os.WriteFile(to, out.Bytes(), 0o600)
}

// addModule appends all texts of one module: its path, version and folder.
func addModule(out *bytes.Buffer, module []string) error {
	files, err := os.ReadDir(module[2])
	if err != nil {
		return err
	}
	found := []string{}
	for _, f := range files {
		if !f.IsDir() && texts.MatchString(f.Name()) {
			found = append(found, filepath.Join(module[2], f.Name()))
		}
	}
	if len(found) == 0 {
		return fmt.Errorf("%s has no licence text", module[0])
	}
	return add(out, module[0]+" "+module[1], found...)
}

// add appends a heading and the texts of files.
func add(out *bytes.Buffer, name string, files ...string) error {
	fmt.Fprintf(out, "\n== %s\n", name)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
		fmt.Fprintf(out, "\n%s\n", bytes.TrimSpace(text))
	}
	return nil
}
