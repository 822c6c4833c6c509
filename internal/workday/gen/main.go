// Command gen writes the holidays of holiday-cn's yearly JSON files in the
// compact form that package workday embeds. Years without a notice are left out.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"nuanxin/internal/workday"
)

const head = `# Holidays (-) and make-up workdays (+) by the notices of the State Council's General Office.
# Source: https://github.com/NateScarlet/holiday-cn (MIT, see LICENSE.holiday-cn). Made by go generate; do not edit.
`

func main() {
	from := flag.String("from", "", "folder of holiday-cn's JSON files")
	to := flag.String("to", "days.txt", "file to write")
	flag.Parse()
	if err := run(*from, *to); err != nil {
		log.Fatal(err)
	}
}

func run(from, to string) error {
	files, err := filepath.Glob(filepath.Join(from, "2[0-9][0-9][0-9].json"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no yearly files in %q (%w)", from, err)
	}
	var b strings.Builder
	b.WriteString(head)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		year, days, err := workday.ParseYear(text)
		if errors.Is(err, workday.ErrUnknown) {
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		b.WriteString(workday.Format(year, days))
	}
	return os.WriteFile(to, []byte(b.String()), 0o600)
}
