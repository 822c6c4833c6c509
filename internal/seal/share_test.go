package seal

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
)

// Any three of five give the file back, byte for byte; two never do.
func TestThreeOfFive(t *testing.T) {
	proves.That(t, "secrets")
	dir := t.TempDir()
	path := filepath.Join(dir, "ring.json")
	if _, err := Open(path, AES256GCM); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	shares, err := File{Path: path}.Split(3, 5)
	if err != nil {
		t.Fatal(err)
	}
	for i := range shares { // as they come back from their files
		text, err := json.Marshal(shares[i])
		if err != nil {
			t.Fatal(err)
		}
		if shares[i], err = ReadShare(text); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, want[20:60]) {
			t.Errorf("share %d shows the file", i+1)
		}
	}
	for a := range 5 {
		for b := range 5 {
			for c := range 5 {
				got, err := join([]Share{shares[a], shares[b], shares[c]})
				if distinct := a != b && b != c && a != c; distinct != (err == nil) || distinct && !bytes.Equal(got, want) {
					t.Errorf("shares %d, %d, %d: %d bytes, %v", a+1, b+1, c+1, len(got), err)
				}
			}
		}
	}
	if got, err := join(shares); err != nil || !bytes.Equal(got, want) {
		t.Errorf("all five: %v", err)
	}
	back := filepath.Join(dir, "back.json")
	if err := (File{Path: back}).Join(shares[2:]); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(back); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file that was joined: %v, %v", info.Mode(), err)
	}
	if err := (File{Path: path}).Join(shares); err == nil {
		t.Error("a key file that is there was written over")
	}
}

func TestSharesThatDoNotFit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ring.json")
	if _, err := Open(path, SM4GCM); err != nil {
		t.Fatal(err)
	}
	split := func() []Share {
		s, err := File{Path: path}.Split(3, 5)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one, two := split(), split()
	changed := slices.Clone(one)
	changed[1].Value = slices.Clone(one[1].Value)
	changed[1].Value[31] ^= 1
	lesser := slices.Clone(one[:2])
	for i := range lesser {
		lesser[i].Need = 2
	}
	strange := []Share{{Format: "x"}}
	for about, test := range map[string]struct {
		shares []Share
		says   string
	}{
		"none": {nil, "no shares"}, "two": {one[:2], "3 shares are needed and 2"}, "twice": {[]Share{one[0], one[1], one[0]}, "given twice"},
		"of another split": {[]Share{one[0], one[1], two[2]}, "of another split"}, "changed": {changed[:3], "was changed"},
		"that claim less": {lesser, "was changed"}, "that are none": {strange, "no share"},
	} {
		if got, err := join(test.shares); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("shares %s: %d bytes, %v; want %q", about, len(got), err, test.says)
		}
	}
	for _, n := range [][2]int{{1, 5}, {6, 5}, {3, 21}, {0, 0}} {
		if _, err := (File{Path: path}).Split(n[0], n[1]); err == nil {
			t.Errorf("split %d of %d", n[0], n[1])
		}
	}
}
