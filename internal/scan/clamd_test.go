package scan

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/scan/scantest"
)

func TestLook(t *testing.T) {
	proves.That(t, "av-hook")
	c := Clamd{Socket: scantest.Daemon(t, 1<<20)}
	long := bytes.Repeat([]byte("路"), 100_000)
	for name, tc := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":       {nil, ""},
		"a text":        {[]byte("姓名,电话"), ""},
		"many pieces":   {long, ""},
		"known":         {scantest.EICAR, "scan.found"},
		"at the end":    {append(bytes.Clone(long), scantest.EICAR...), "scan.found"},
		"too large":     {make([]byte, 2<<20), "scan.silent"},
		"a cut answer":  {[]byte("cut"), "scan.silent"},
		"its name only": {[]byte("stream: X FOUND"), ""},
	} {
		err := c.Look(t.Context(), tc.file)
		if got := fault.Of(err); tc.want == "" && err != nil || tc.want != "" && (got.Msg != tc.want || got.Kind != fault.Invalid) {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}

// A scanner that is not there, or does not answer in time, lets nothing through.
func TestSilence(t *testing.T) {
	proves.That(t, "av-hook")
	if err := (Clamd{Socket: filepath.Join(t.TempDir(), "none")}).Look(t.Context(), []byte("x")); fault.Of(err).Msg != "scan.silent" {
		t.Errorf("nobody there: got %v", err)
	}
	dir, err := os.MkdirTemp("", "clamd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(dir, "ctl"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		conn, err := l.Accept()
		if err == nil {
			_, _ = conn.Read(make([]byte, 1))
			stop()
			<-t.Context().Done()
			_ = conn.Close()
		}
	}()
	if err := (Clamd{Socket: filepath.Join(dir, "ctl")}).Look(ctx, []byte(strings.Repeat("x", 100))); fault.Of(err).Msg != "scan.silent" {
		t.Errorf("no answer: got %v", err)
	}
}
