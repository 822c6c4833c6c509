package app

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/request"
	"nuanxin/internal/station"
)

// Anchors travel with a backup; who noted them elsewhere sees a database that
// was set back as a whole, and needs nothing but the public key to believe them.
func TestAnchors(t *testing.T) {
	w := newWorld(t)
	hour := func(file string) (Config, CheckReport) {
		w.clock.Move(2 * time.Hour)
		if err := w.app.worker.RunTasks(t.Context()); err != nil {
			t.Fatal(err)
		}
		sum, err := Backup(t.Context(), w.config, file)
		if err != nil {
			t.Fatal(err)
		}
		copied := Config{Data: t.TempDir(), Keys: sum.KeyFile, Clock: w.clock}
		if _, err := Restore(t.Context(), copied, file); err != nil {
			t.Fatal(err)
		}
		report, err := Check(t.Context(), copied)
		if err != nil || !report.OK || len(report.Anchors) == 0 {
			t.Fatalf("check of a copy: %v, %+v", err, report)
		}
		return copied, report
	}
	dir := t.TempDir()
	old, first := hour(filepath.Join(dir, "first"))
	place := request.Place{Station: string(w.station.ID)}
	must[request.Receipt](t)(w.app.Requests.Capture(t.Context(), request.Draft{What: string(station.NoWater), Place: place, Anonymous: true}))
	_, second := hour(filepath.Join(dir, "second"))

	block, _ := pem.Decode([]byte(second.AnchorKey))
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range second.Anchors {
		if sum := sha256.Sum256([]byte(a.Text)); hex.EncodeToString(sum[:]) != a.Hash || !ed25519.Verify(key.(ed25519.PublicKey), []byte(a.Text), a.Signature) {
			t.Errorf("%+v does not verify by the public key alone", a)
		}
	}
	if report, err := w.app.Check(t.Context(), append(first.Anchors, second.Anchors...)...); err != nil || !report.OK {
		t.Errorf("noted anchors are not found again: %v, %+v", err, report)
	}
	report, err := Check(t.Context(), old, second.Anchors...)
	if err != nil || report.OK {
		t.Fatalf("a database that was set back passes: %v", err)
	}
	for _, r := range report.Results {
		if r.Name == "audit anchors" && (len(r.Wrong) == 0 || !strings.Contains(r.Wrong[0], "was noted elsewhere and is gone")) {
			t.Errorf("a database that was set back: %v", r.Wrong)
		}
	}
}
