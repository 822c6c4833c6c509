//go:build !race

// It goes by the forms of the uploads' test, which is left out there.

package app

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nuanxin/internal/calendar/calendarweb"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/scan/scantest"
)

// What the scanner knows is taken in by no form, and nothing of it stays; while the
// scanner is silent no file is.
func TestMalwareOnEveryRoute(t *testing.T) {
	proves.That(t, "av-hook")
	socket := scantest.Daemon(t, 1<<20)
	w := emptyWorld(t)
	w.config.Scanner = socket
	w.open(t)
	w.papers(t)
	must[bool](t)(true, w.app.Accounts.SetName(w.as(t, "worker"), "示例")) // there is something to correct
	takers := w.takers(t)
	delete(takers, calendarweb.Path) // a file only fills the box of text, which is read as such
	if len(takers) < 6 {
		t.Fatalf("got %d forms that take files", len(takers))
	}
	for _, words := range []string{"里有病毒", "查毒的程序现在没有回应"} {
		before := w.kept(t)
		for _, f := range takers {
			f.values.Set("basis", "paper") // a list of members says by what right it is brought
			f.values.Set("where", "文件柜")
			answer := w.bring(f, sample{File: "eicar", ClientName: "名单.csv"}, scantest.EICAR)
			if text := answer.Body.String(); answer.Code != 422 || !strings.Contains(text, words) {
				t.Errorf("%s: got %d without %q", f.action, answer.Code, words)
			}
		}
		if after := w.kept(t); after != before {
			t.Errorf("%s: got %d files kept, want %d", words, after, before)
		}
		_ = os.Remove(socket) // and from now on nobody answers
	}
}

// kept counts the files in the store.
func (w *world) kept(t *testing.T) (n int) {
	t.Helper()
	err := filepath.WalkDir(w.config.blobs(), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
