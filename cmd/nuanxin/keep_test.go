package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
)

// checked is the answer of check --json.
type checked struct {
	OK      bool
	Results []struct {
		Name  string
		Seen  int64
		Wrong []string
	}
}

// seen is how much the check called name has looked at.
func (c checked) seen(name string) int64 {
	for _, r := range c.Results {
		if r.Name == name {
			return r.Seen
		}
	}
	return -1
}

// A backup is taken and a check is made while the program serves; the copy is
// whole; the words in it can be read again; a difference is found.
func TestBackupRestoreCheck(t *testing.T) {
	proves.That(t, "backup-restore")
	t.Parallel()
	eachDatabase(t, func(t *testing.T, where []string) {
		c := found(t, where)
		first := c.client().capture(t, `{"words":"电动车在楼下被锁了","place":{"area":"`+area+`"}}`)
		var before checked
		mustJSON(t, &before, with([]string{"check", "--json"}, where...)...)
		if !before.OK || before.seen("requests") != 1 || before.seen("audit chain") < 1 {
			t.Errorf("check while it serves: got %+v", before)
		}
		file := filepath.Join(t.TempDir(), "backup.tar.gz")
		must(t, "", with(with([]string{"backup"}, where...), file)...)
		if r := run(t, "", with(with([]string{"backup"}, where...), file)...); r.code != 1 {
			t.Errorf("a backup over another: got exit code %d, want 1", r.code)
		}
		copied := restore(t, file, filepath.Join(where[1], "keys", "ring.json"))
		var after checked
		mustJSON(t, &after, with([]string{"check", "--json"}, copied...)...)
		if !after.OK || after.seen("audit chain") != before.seen("audit chain") || after.seen("requests") != 1 {
			t.Errorf("check of the copy: got %+v, want what was before: %+v", after, before)
		}
		again := start(t, serveFlags(copied)...)
		var progress struct{ Words string }
		again.client().getJSON(t, "/api/v1/requests/"+first.Number, &progress, "X-Request-Secret", first.Secret)
		if progress.Words != "电动车在楼下被锁了" {
			t.Errorf("the words in the copy: got %q", progress.Words)
		}
		again.stop(t)
		differences(t, copied)
	})
}

// restore restores a backup into a new folder, with the keys beside.
func restore(t *testing.T, file, keys string) (where []string) {
	t.Helper()
	ring, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "copy")
	if err := os.MkdirAll(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "keys", "ring.json"), ring, 0o600); err != nil {
		t.Fatal(err)
	}
	where = []string{"--data", dir}
	must(t, "", with(with([]string{"restore"}, where...), file)...)
	if r := run(t, "", with(with([]string{"restore"}, where...), file)...); r.code != 1 {
		t.Errorf("a restore over data: got exit code %d, want 1", r.code)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for about, bytes := range map[string]string{
		"cut short": string(whole[:len(whole)-200]), "with a flipped bit": string(whole[:len(whole)/2]) + string(whole[len(whole)/2]^1) + string(whole[len(whole)/2+1:]),
		"empty": "", "of something else": "PK\x03\x04",
	} {
		into := filepath.Join(t.TempDir(), "into")
		if r := run(t, "", "restore", "--data", into, write(t, "damaged.tar.gz", bytes)); r.code != 1 {
			t.Errorf("a backup %s: got exit code %d, %s, want 1", about, r.code, r.err)
		}
		if _, err := os.Stat(filepath.Join(into, "nuanxin.db")); err == nil {
			t.Errorf("a backup %s left a database behind", about)
		}
	}
	return where
}

// differences makes one after the other in a copy; check finds each.
func differences(t *testing.T, where []string) {
	t.Helper()
	file := filepath.Join(where[1], "nuanxin.db")
	for _, d := range []struct{ check, harm, undo string }{
		{"audit chain", `update request_audit set note = '{"x":1}' where seq = 1`, ""},
		{"requests", `update request set status = 'answered'`, `update request set status = 'received'`},
		{"references", `update request set union_id = '0190a1b2-0000-7000-8000-00000000dead'`, ""},
		{"tables", `create table letters (id text primary key)`, `drop table letters`},
	} {
		edit(t, file, d.harm)
		r := run(t, "", with([]string{"check", "--json"}, where...)...)
		var got checked
		answer{body: r.out}.read(t, &got)
		wrong := ""
		for _, x := range got.Results {
			if len(x.Wrong) > 0 {
				wrong += x.Name + " "
			}
		}
		if r.code != 1 || got.OK || !strings.Contains(wrong, d.check) {
			t.Errorf("after %q: got exit code %d and %q wrong, want 1 and %s", d.harm, r.code, wrong, d.check)
		}
		if d.undo != "" {
			edit(t, file, d.undo)
		}
	}
}

// Whoever audits has a copy of the data, or an address of the database, and the
// public key. No key file is needed, and nothing is written.
func TestAuditVerify(t *testing.T) {
	proves.That(t, "audit-ship")
	t.Parallel()
	eachDatabase(t, func(t *testing.T, where []string) {
		c := found(t, where)
		c.client().capture(t, `{"words":"电动车在楼下被锁了","place":{"area":"`+area+`"}}`)
		kept := write(t, "kept.json", must(t, "", with([]string{"audit", "key", "--json"}, where...)...))
		r := run(t, "", with([]string{"audit", "verify", "--key", kept}, place(where)...)...)
		if r.code != 0 || !strings.Contains(r.out, ": 0 wrong") || !strings.Contains(r.out, "not sealed yet") || !strings.Contains(r.out, "--against") {
			t.Errorf("while it serves: exit code %d, %s%s", r.code, r.out, r.err)
		}
		if r := run(t, "", with([]string{"audit", "verify", "--key", "nothing"}, place(where)...)...); r.code != 1 || !strings.Contains(r.err, "no public key") {
			t.Errorf("without a key: exit code %d, %s%s", r.code, r.out, r.err)
		}
		c.stop(t)
		if len(place(where)) != len(where) {
			return
		}
		whole, err := os.ReadFile(filepath.Join(where[1], "nuanxin.db"))
		if err != nil {
			t.Fatal(err)
		}
		copied := filepath.Dir(write(t, "nuanxin.db", string(whole)))
		edit(t, filepath.Join(copied, "nuanxin.db"), `update request_audit set note = 'x' where seq = 1`)
		if r := run(t, "", "audit", "verify", "--json", "--key", kept, "--data", copied); r.code != 1 || !strings.Contains(r.out, "was changed after it was written") {
			t.Errorf("a row changed: exit code %d, %s%s", r.code, r.out, r.err)
		}
	})
}

// place is where without the data folder, if the data is not in it.
func place(where []string) []string {
	if i := slices.Index(where, "--db"); i >= 0 {
		return where[i : i+2]
	}
	return where
}
