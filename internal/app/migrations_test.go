package app

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestGoldenMigrations holds the migrations against the list of those that landed,
// in order. Somewhere each of them has run, so that none may change or go, and a
// new one stands behind them all: a database beyond its number would never run
// it, and does not start. With -update new ones are added at the end; nothing
// else of the list is ever rewritten.
func TestGoldenMigrations(t *testing.T) {
	const file = "testdata/migrations.golden"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	landed, faults := compareMigrations(strings.Fields(string(text)), migrations(t))
	for _, f := range faults {
		t.Error(f)
	}
	if len(faults) > 0 {
		return
	}
	if list := pairs(landed); *update && list != string(text) {
		if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if list != string(text) {
		t.Errorf("%s lacks new migrations; run go test -update to add them", file)
	}
}

// The comparison finds what it is for.
func TestMigrationsAreCompared(t *testing.T) {
	landed := []string{"202601010001_a.sql", "x", "202601020001_b.sql", "y"}
	for _, test := range []struct {
		about string
		now   map[string]string
		sound bool
	}{
		{"nothing new", map[string]string{"202601010001_a.sql": "x", "202601020001_b.sql": "y"}, true},
		{"a new one behind", map[string]string{"202601010001_a.sql": "x", "202601020001_b.sql": "y", "202601030001_c.sql": "z"}, true},
		{"a new one between", map[string]string{"202601010001_a.sql": "x", "202601020001_b.sql": "y", "202601010002_c.sql": "z"}, false},
		{"a new one under a used number", map[string]string{"202601010001_a.sql": "x", "202601020001_b.sql": "y", "202601020001_c.sql": "z"}, false},
		{"a number of another length", map[string]string{"202601010001_a.sql": "x", "202601020001_b.sql": "y", "3_c.sql": "z"}, false},
		{"a changed one", map[string]string{"202601010001_a.sql": "x", "202601020001_b.sql": "other"}, false},
		{"one that is gone", map[string]string{"202601020001_b.sql": "y"}, false},
	} {
		if _, faults := compareMigrations(landed, test.now); (len(faults) == 0) != test.sound {
			t.Errorf("%s: faults %q, want sound %v", test.about, faults, test.sound)
		}
	}
}

// compareMigrations returns the list of names and digests with the new ones at
// its end, and what is wrong.
func compareMigrations(landed []string, now map[string]string) (list, faults []string) {
	list = slices.Clone(landed)
	known, newest := map[string]bool{}, ""
	for i := 0; i+1 < len(landed); i += 2 {
		name := landed[i]
		known[name], newest = true, max(newest, numberOf(name))
		switch sum, ok := now[name]; {
		case !ok:
			faults = append(faults, name+" has landed and is gone")
		case sum != landed[i+1]:
			faults = append(faults, name+" has landed and was changed; write another migration")
		}
	}
	var fresh []string
	for name := range now {
		if !known[name] {
			fresh = append(fresh, name)
		}
	}
	slices.Sort(fresh)
	for _, name := range fresh {
		if n := numberOf(name); len(n) != len("YYYYMMDDhhmm") || n <= newest {
			faults = append(faults, fmt.Sprintf("%s is new: it needs a number of twelve digits higher than %s", name, newest))
		}
		newest = max(newest, numberOf(name))
		list = append(list, name, now[name])
	}
	return list, faults
}

func numberOf(name string) string {
	n, _, _ := strings.Cut(name, "_")
	return n
}

// pairs writes a list of names and digests, two to a line.
func pairs(list []string) string {
	var b strings.Builder
	for p := range slices.Chunk(list, 2) {
		b.WriteString(strings.Join(p, " ") + "\n")
	}
	return b.String()
}

// migrations are the digests of all migrations of the program by file name.
func migrations(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, schema := range Schemas {
		names, err := fs.Glob(schema, "migrate/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(schema, name)
			if err != nil {
				t.Fatal(err)
			}
			all[strings.TrimPrefix(name, "migrate/")] = fmt.Sprintf("%x", sha256.Sum256(text))
		}
	}
	return all
}
