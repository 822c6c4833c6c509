package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
)

// A server that knows the key of releases starts as the file that was signed, and as no
// other; the tools around it say why.
func TestOnlyWhatWasSignedServes(t *testing.T) {
	proves.That(t, "release-signed")
	dir := t.TempDir()
	was, mine, secret := program, filepath.Join(dir, "nuanxin"), filepath.Join(dir, "secret.key")
	if r := run(t, "too short\n", "release", "keys", secret); r.code == 0 {
		t.Error("a short password seals the key")
	}
	key := strings.TrimSpace(must(t, "sheng-jiang-tang-1976\n", "release", "keys", secret))
	if r := run(t, "sheng-jiang-tang-1976\n", "release", "keys", secret); r.code == 0 {
		t.Error("a second pair of keys was written over the first")
	}
	body, err := os.ReadFile(program)
	if err == nil {
		err = os.WriteFile(mine, body, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	program = mine
	defer func() { program = was }()
	serve := func() (string, bool) {
		s, err := launch("serve", "--data", filepath.Join(dir, "data"), "--release-key", key)
		if err != nil {
			return err.Error(), false
		}
		_ = s.cmd.Process.Kill()
		<-s.ended
		return "", true
	}
	if said, ok := serve(); ok || !strings.Contains(said, "no signature") {
		t.Errorf("unsigned: it serves (%v) or says %s", ok, said)
	}
	if r := run(t, "wrong password, it is\n", "release", "sign", "--key", secret, mine); r.code == 0 {
		t.Error("signed with a wrong password")
	}
	must(t, "sheng-jiang-tang-1976\n", "release", "sign", "--key", secret, mine)
	if said, ok := serve(); !ok {
		t.Errorf("signed: %s", said)
	}
	if out := must(t, "", "release", "verify", "--key", key, mine); !strings.Contains(out, "nuanxin ") || !strings.Contains(out, "sha256 ") {
		t.Errorf("got %s", out)
	}
	at := bytes.LastIndex(body, []byte(commit))
	if at < 0 {
		t.Fatal("the program does not hold its commit")
	}
	body[at] ^= 1 // a change that the program runs with as before
	if err := os.Remove(mine); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mine, body, 0o700); err != nil {
		t.Fatal(err)
	}
	if said, ok := serve(); ok || !strings.Contains(said, "not what was signed") {
		t.Errorf("changed: it serves (%v) or says %s", ok, said)
	}
	if r := run(t, "", "release", "verify", "--key", key); r.code == 0 || !strings.Contains(r.err, "not what was signed") {
		t.Errorf("verify of a changed file: got %d, %s", r.code, r.err)
	}
}

// Two builds of one commit are one file: whoever doubts a release builds it anew.
func TestBuildsAreTheSame(t *testing.T) {
	if os.Getenv("NUANXIN_TEST_BUILDS") == "" {
		t.Skip("compiles all anew as make build does: scripts/test evidence asks for it by NUANXIN_TEST_BUILDS=1")
	}
	proves.That(t, "repro-build")
	var files [2][]byte
	for i := range files {
		to := filepath.Join(t.TempDir(), "nuanxin")
		build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X main.commit="+commit, "-o", to, ".") // as make build does
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "TMPDIR="+t.TempDir())
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		var err error
		if files[i], err = os.ReadFile(to); err != nil {
			t.Fatal(err)
		}
	}
	if here, err := os.Getwd(); err != nil || !bytes.Equal(files[0], files[1]) || bytes.Contains(files[0], []byte(here)) {
		t.Errorf("two builds differ, or tell where they were made: %d and %d bytes, %v", len(files[0]), len(files[1]), err)
	}
}
