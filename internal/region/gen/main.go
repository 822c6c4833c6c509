// Command gen packs the CSV files of china-division into the form that package
// region embeds: a line "code name" per division, in order of code, gzipped.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
)

// special are the provinces for which the source has names but no codes.
var special = map[string]string{"台湾省": "71", "香港特别行政区": "81", "澳门特别行政区": "82"}

func main() {
	from := flag.String("from", "", "the package's dist folder")
	to := flag.String("to", "regions.txt.gz", "file to write")
	flag.Parse()
	if err := run(*from, *to); err != nil {
		log.Fatal(err)
	}
}

func run(from, to string) error {
	var lines []string
	for _, name := range []string{"provinces.csv", "cities.csv", "areas.csv", "streets.csv"} {
		more, err := read(filepath.Join(from, name))
		if err != nil {
			return err
		}
		lines = append(lines, more...)
	}
	text, err := os.ReadFile(filepath.Join(from, "HK-MO-TW.json"))
	if err != nil {
		return err
	}
	var names map[string]json.RawMessage
	if err := json.Unmarshal(text, &names); err != nil {
		return err
	}
	for name := range names {
		if special[name] == "" {
			return fmt.Errorf("no code for %s", name)
		}
		lines = append(lines, special[name]+" "+name+"\n")
	}
	slices.Sort(lines)
	return pack(lines, to)
}

func read(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, row := range rows[1:] {
		lines = append(lines, row[0]+" "+row[1]+"\n")
	}
	return lines, nil
}

func pack(lines []string, to string) error {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	for _, line := range lines {
		if _, err := z.Write([]byte(line)); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(to, b.Bytes(), 0o600)
}
