package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
)

// keyed is the answer of keys list --json.
type keyed []sealedBy

type sealedBy struct {
	ID     uint32
	Suite  string
	Seals  bool
	Lost   bool
	Sealed map[string]int64
}

// A key is renewed while the program serves: what was said before and after can be
// read, everything is sealed anew, the old key goes, and the file comes back from
// three of its five shares.
func TestKeysWhileItServes(t *testing.T) {
	proves.That(t, "crypto-agility")
	t.Parallel()
	eachDatabase(t, func(t *testing.T, where []string) {
		c := found(t, where)
		keys := func(words ...string) string {
			return must(t, "", with(append([]string{"keys"}, words...), where...)...)
		}
		list := func() (all keyed) {
			mustJSON(t, &all, with([]string{"keys", "list", "--json"}, where...)...)
			i := slices.IndexFunc(all, func(k sealedBy) bool { return k.ID == 0 })
			if i < 0 || all[i].Sealed["request.words"] == 0 { // words are under keys of their own, which stand under the others
				t.Errorf("no words are under data keys: %+v", all)
				return all
			}
			return slices.Delete(all, i, i+1)
		}
		before := c.client().capture(t, `{"words":"换钥匙以前说的","place":{"area":"`+area+`"}}`)
		if all := list(); len(all) != 1 || all[0].ID != 1 || all[0].Sealed["request.said_key"] != 1 {
			t.Fatalf("at first: %+v", all)
		}
		if r := run(t, "", with([]string{"keys", "retire", "1"}, where...)...); r.code != 1 {
			t.Errorf("a key in use was retired: %+v", r)
		}
		keys("rotate", "--suite", "sm4-gcm")
		after := c.client().capture(t, `{"words":"换钥匙以后说的","place":{"area":"`+area+`"}}`)
		all := list()
		if len(all) != 2 || !all[1].Seals || all[1].Suite != "sm4-gcm" || all[0].Sealed["request.said_key"] != 1 || all[1].Sealed["request.said_key"] != 1 {
			t.Errorf("the server does not seal with the new key: %+v", all)
		}
		if r := run(t, "", with([]string{"keys", "rotate", "--suite", "des"}, where...)...); r.code != 2 || len(list()) != 2 {
			t.Errorf("a cipher that does not exist: %+v", r)
		}
		if r := run(t, "", with([]string{"keys", "retire", "1"}, where...)...); r.code != 1 || !strings.Contains(r.err, "reseal") {
			t.Errorf("a key in use was retired: %+v", r)
		}
		keys("reseal")
		keys("reseal") // a second time there is nothing to do
		if all := list(); len(all) != 2 || len(all[0].Sealed) != 0 || all[1].Sealed["request.said_key"] != 2 {
			t.Errorf("sealed anew: %+v", all)
		}
		keys("retire")
		lost(t, where, list)
		if all := list(); len(all) != 1 || all[0].ID != 2 {
			t.Errorf("after retiring: %+v", all)
		}
		keys("verify")
		for _, said := range []struct{ number, secret, words string }{{before.Number, before.Secret, "换钥匙以前说的"}, {after.Number, after.Secret, "换钥匙以后说的"}} {
			var progress struct{ Words string }
			c.client().getJSON(t, "/api/v1/requests/"+said.number, &progress, "X-Request-Secret", said.secret)
			if progress.Words != said.words {
				t.Errorf("read after all that: %q, want %q", progress.Words, said.words)
			}
		}
		var whole checked
		mustJSON(t, &whole, with([]string{"check", "--json"}, where...)...)
		if !whole.OK {
			t.Errorf("check: %+v", whole)
		}
		keys("rotate") // by the kind that sealed
		if all := list(); len(all) != 2 || all[1].Suite != "sm4-gcm" {
			t.Errorf("after another: %+v", all)
		}
		shares(t, where, keys)
		guarded(t, where, keys)
	})
}

// guarded has the key file guarded by commands: nothing opens without them.
func guarded(t *testing.T, where []string, keys func(...string) string) {
	t.Helper()
	if r := run(t, "", with([]string{"keys", "guard"}, where...)...); r.code != 1 {
		t.Errorf("guarded without a guard: %+v", r)
	}
	flags := []string{"--guard-wrap", "base64", "--guard-unwrap", "base64 -d"}
	if told := keys(append([]string{"guard"}, flags...)...); !strings.Contains(told, "is guarded") {
		t.Errorf("told %q", told)
	}
	if r := run(t, "", with([]string{"keys", "verify"}, where...)...); r.code != 1 || !strings.Contains(r.err, "guard") {
		t.Errorf("opened without the guard: %+v", r)
	}
	keys(append([]string{"verify"}, flags...)...)
}

// lost puts a key file in place that lacks the key of everything: the list says so.
func lost(t *testing.T, where []string, list func() keyed) {
	t.Helper()
	ring := filepath.Join(where[1], "keys", "ring.json")
	right, err := os.ReadFile(ring)
	if err != nil {
		t.Fatal(err)
	}
	swap := func(text []byte) {
		if err := os.WriteFile(ring, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	defer swap(right)
	swap([]byte(strings.Replace(string(right), `"id": 2`, `"id": 9`, 1)))
	if all := list(); len(all) != 2 || all[0].ID != 9 || !all[1].Lost || all[1].ID != 2 || all[1].Sealed["request.said_key"] != 2 {
		t.Errorf("with a key file that lacks the key: %+v", all)
	}
}

// shares splits the key file, loses it, and joins it again.
func shares(t *testing.T, where []string, keys func(...string) string) {
	t.Helper()
	dir := t.TempDir()
	told := keys("split", "--out", dir)
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) != 5 || !strings.Contains(told, "Any 3") {
		t.Fatalf("split into %d files, %v: %s", len(files), err, told)
	}
	ring := filepath.Join(where[1], "keys", "ring.json")
	was, err := os.ReadFile(ring)
	if err != nil {
		t.Fatal(err)
	}
	join := func(files ...string) result {
		return run(t, "", with(append([]string{"keys", "join"}, files...), where...)...)
	}
	if r := join(files[:3]...); r.code != 1 {
		t.Errorf("a key file that is there was written over: %+v", r)
	}
	if err := os.Rename(ring, ring+".lost"); err != nil {
		t.Fatal(err)
	}
	if r := join(files[0], files[3]); r.code != 1 || !strings.Contains(r.err, "3 shares are needed") {
		t.Errorf("two shares: %+v", r)
	}
	if r := join(files[4], files[0], files[2]); r.code != 0 {
		t.Errorf("three shares: %+v", r)
	}
	if got, err := os.ReadFile(ring); err != nil || string(got) != string(was) {
		t.Errorf("the file that came back differs (%v)", err)
	}
	keys("verify")
}
