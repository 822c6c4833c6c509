package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nuanxin/internal/app"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/id"
)

// start serves a fresh installation on a free port and returns its address.
func start(t *testing.T, c app.Config) string {
	t.Helper()
	if c.Data == "" {
		c.Data = t.TempDir()
	}
	s, err := app.Listen(t.Context(), c, "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s.URL()
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestServe(t *testing.T) {
	proves.That(t, "no-demo-code")
	url := start(t, app.Config{})
	for _, test := range []struct {
		about, path string
		status      int
		holds       string
	}{
		{"the home page answers without a position", "/", 200, "<main"},
		{"health", "/healthz", 200, `"status":"ok"`},
		{"metrics", "/metrics", 200, "nuanxin_http_seconds"},
		{"the API describes itself", "/api/v1/openapi.json", 200, `"openapi":"3.1.0"`},
		{"an unknown page is missing in words", "/nowhere", 404, "<h1"},
		{"an unknown API path is missing as a problem", "/api/v1/nowhere", 404, `"code":"missing"`},
		{"a staff page leads to the sign-in", "/desk/stations", 200, `type="password"`},
		{"the gallery is for demos", "/gallery", 404, "<h1"},
	} {
		if status, body := get(t, url+test.path); status != test.status || !strings.Contains(body, test.holds) {
			t.Errorf("%s: GET %s = %d, want %d with %q in\n%s", test.about, test.path, status, test.status, test.holds, body)
		}
	}
}

// Figures are as many as there are routes: what strangers make up is no name of
// one, and a way to answer is no histogram of its own.
func TestFiguresAreBounded(t *testing.T) {
	proves.That(t, "log-contract")
	url := start(t, app.Config{})
	ask := func(method, path string) {
		req, err := http.NewRequestWithContext(t.Context(), method, url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	for _, path := range []string{"/", "/nowhere", "/sign-in"} {
		for _, method := range []string{"GET", "HEAD", "MADEUP", "PROPFIND"} {
			ask(method, path)
		}
	}
	ask("GET", "/stations/x")
	ask("GET", "/stations/"+id.New[string]())
	_, figures := get(t, url+"/metrics")
	for _, unwanted := range []string{"MADEUP", "PROPFIND", "HEAD", "nowhere", "seconds_count{method=\"GET\",route=\"/sign-in\",status"} {
		if strings.Contains(figures, unwanted) {
			t.Errorf("the figures hold %q:\n%s", unwanted, figures)
		}
	}
	for _, wanted := range []string{
		`nuanxin_http_seconds_count{method="GET",route="/sign-in"} 2`, `nuanxin_http_answers_total{method="GET",route="/sign-in",status="2xx"} 2`,
		`nuanxin_http_answers_total{method="",route="",status="4xx"} 8`,
	} {
		if !strings.Contains(figures, wanted) {
			t.Errorf("the figures lack %q:\n%s", wanted, figures)
		}
	}
}

func TestOneServerAtATime(t *testing.T) {
	data := t.TempDir()
	start(t, app.Config{Data: data})
	if s, err := app.Listen(t.Context(), app.Config{Data: data}, "localhost:0"); err == nil {
		t.Errorf("a second server opened %s at %s", data, s.URL())
	}
}

func TestKeysMissing(t *testing.T) {
	proves.That(t, "secrets")
	data := t.TempDir()
	a, err := app.Open(t.Context(), app.Config{Data: data})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(data, "keys", "ring.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Open(t.Context(), app.Config{Data: data}); err == nil || !strings.Contains(err.Error(), "key file") {
		t.Errorf("a database whose keys are lost opened: %v", err)
	}
}

// The list of tables is the catalogue, on both databases.
func TestTables(t *testing.T) {
	proves.That(t, "data-classification")
	dbtest.Each(t, nil, app.Schemas, func(t *testing.T, d *db.DB) {
		for _, wrong := range app.TableFaults(t.Context(), t, d) {
			t.Error(wrong)
		}
	})
}

// A column that somebody adds has to be said something of, sealed or not: the same test
// fails on a schema with one more.
func TestANewColumnNeedsAClass(t *testing.T) {
	proves.That(t, "data-classification")
	dbtest.Each(t, nil, app.Schemas, func(t *testing.T, d *db.DB) {
		for _, add := range []string{`alter table member add column nickname text not null default ''`, `alter table member add column shoe bytea`, `create table nickname (nickname text not null primary key)`} {
			if err := d.Update(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), add); return err }); err != nil {
				t.Fatal(err)
			}
		}
		wrong := strings.Join(app.TableFaults(t.Context(), t, d), "\n")
		for _, column := range []string{"member.nickname", "member.shoe", "nickname.nickname"} {
			if !strings.Contains(wrong, column+" has no class") {
				t.Errorf("%s is not missed: %s", column, wrong)
			}
		}
	})
}

func TestBackupAndRestore(t *testing.T) {
	proves.That(t, "bitflip", "backup-restore")
	data := t.TempDir()
	url := start(t, app.Config{Data: data}) // a backup is taken while the server runs
	if status, _ := get(t, url+"/healthz"); status != 200 {
		t.Fatal(status)
	}
	file := filepath.Join(t.TempDir(), "backup.nxb")
	sum, err := app.Backup(t.Context(), app.Config{Data: data}, file)
	if err != nil || sum.Rows == 0 {
		t.Fatalf("backup = %+v, %v", sum, err)
	}
	if _, err := app.Backup(t.Context(), app.Config{Data: data}, file); err == nil {
		t.Error("a backup was overwritten")
	}
	copied := app.Config{Data: t.TempDir(), Keys: sum.KeyFile}
	if got, err := app.Restore(t.Context(), copied, file); err != nil || got.Rows != sum.Rows {
		t.Fatalf("restore = %+v, %v; want %d rows", got, err, sum.Rows)
	}
	report, err := app.Check(t.Context(), copied)
	if text, _ := json.Marshal(report); err != nil || !report.OK {
		t.Errorf("check of the copy: %s, %v", text, err)
	}
	if _, err := app.Restore(t.Context(), copied, file); err == nil {
		t.Error("a restore wrote over data")
	}
	damage(t, file)
}

// damage flips and cuts a backup; every damage is refused, and leaves nothing.
func damage(t *testing.T, file string) {
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	try := func(about string, bytes []byte) {
		path := filepath.Join(t.TempDir(), "damaged.nxb")
		if err := os.WriteFile(path, bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		into := filepath.Join(t.TempDir(), "into")
		if _, err := app.Restore(t.Context(), app.Config{Data: into}, path); err == nil {
			t.Errorf("%s: restored", about)
		}
		if _, err := os.Stat(filepath.Join(into, "nuanxin.db")); err == nil {
			t.Errorf("%s: left a database behind", about)
		}
	}
	meant, err := unzipped(whole)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(i int) {
		flipped := append([]byte(nil), whole...)
		flipped[i] ^= 0x10
		if got, err := unzipped(flipped); err == nil && bytes.Equal(got, meant) {
			return // one of the bits that fill the last byte and mean nothing
		}
		try(fmt.Sprintf("a flipped bit in byte %d of %d", i, len(whole)), flipped)
	}
	for i := 20; i < len(whole); i += len(whole) / 20 {
		flip(i)
	}
	for i := len(whole) - 24; i < len(whole); i++ { // the tape's end and the checksum
		flip(i)
	}
	try("something after the end", append(whole[:len(whole):len(whole)], "more"...))
	try("a cut file", whole[:len(whole)*2/3])
	try("an empty file", nil)
}

func unzipped(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
