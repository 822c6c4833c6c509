package upload_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/media"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/seal"
)

// memory keeps blobs in memory.
type memory map[string][]byte

func (m memory) Put(_ context.Context, id string, data []byte) error { m[id] = data; return nil }

func (m memory) Get(_ context.Context, id string) ([]byte, error) {
	if data, ok := m[id]; ok {
		return data, nil
	}
	return nil, fault.New("memory", fault.Missing, "fault.missing")
}

const canary = "CANARY-39.9042N-116.4074E"

// photo is a JPEG with a comment that must not survive.
func photo(t *testing.T) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	img.Set(3, 3, color.RGBA{200, 80, 20, 255})
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	comment := append([]byte{0xff, 0xfe, 0, byte(len(canary) + 2)}, canary...)
	return append(append(b.Bytes()[:2:2], comment...), b.Bytes()[2:]...)
}

type part struct {
	name, file string
	data       []byte
}

func form(t *testing.T, parts ...part) *http.Request {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, p := range parts {
		to, err := w.CreateFormField(p.name)
		if p.file != "" {
			to, err = w.CreateFormFile(p.name, p.file)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(p.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/help", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

func desk(t *testing.T, kept memory) *upload.Desk {
	ring, err := seal.Open(filepath.Join(t.TempDir(), "ring.json"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	return upload.New(kept, ring, media.NewCleaner(1))
}

func TestRead(t *testing.T) {
	kept := memory{}
	d := desk(t, kept)
	r := form(t, part{"words", "", []byte("东门不让进")}, part{"photo", "a.jpg", photo(t)}, part{"photo", "empty.jpg", nil},
		part{"photo", "page.html", []byte("<script>alert(1)</script>")}, part{"voice", "big.webm", make([]byte, media.MaxVoiceBytes+1)})
	f, err := d.Read(r)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.PostForm.Get("words"); got != "东门不让进" {
		t.Errorf("words = %q", got)
	}
	if len(f.Files) != 1 || f.Files[0].Kind != request.Photo || len(f.Digests()[0]) != 64 {
		t.Errorf("files = %+v, want the one photo", f.Files)
	}
	told := fault.Of(f.Err())
	if len(told.Fields) != 2 || told.Fields[0].Msg != "media.not_photo" || told.Fields[1].Msg != "media.too_big" {
		t.Errorf("faults = %+v", told.Fields)
	}
	for id, data := range kept {
		if bytes.Contains(data, []byte(canary)) {
			t.Errorf("%s holds what the photo's maker wrote into it", id)
		}
	}

	notes, err := d.Keep(f.Files)
	if err != nil || len(notes) != 1 {
		t.Fatal(notes, err)
	}
	again, err := d.Read(form(t, part{"kept", "", []byte(notes[0])}, part{"kept", "", []byte("forged")}))
	if err != nil || len(again.Files) != 1 || !reflect.DeepEqual(again.Files, f.Files) {
		t.Errorf("kept files = %+v, %v", again.Files, err)
	}
	other, err := desk(t, kept).Read(form(t, part{"kept", "", []byte(notes[0])}))
	if err != nil || len(other.Files) != 0 {
		t.Errorf("a note sealed by another ring gave %+v, %v", other.Files, err)
	}

	w := httptest.NewRecorder()
	a := request.Attachment{File: f.Files[0]}
	if err := d.Serve(w, httptest.NewRequest(http.MethodGet, "/f", nil), a, true); err != nil {
		t.Fatal(err)
	}
	if w.Header().Get("Content-Type") != "image/jpeg" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") || w.Body.Len() == 0 {
		t.Errorf("served %v, %d bytes", w.Header(), w.Body.Len())
	}
}

func TestReadRefuses(t *testing.T) {
	proves.That(t, "upload-corpus")
	d := desk(t, memory{})
	many := make([]part, 80)
	for i := range many {
		many[i] = part{"x", "", []byte("y")}
	}
	cut := form(t, part{"words", "", []byte("x")})
	cut.Body = io.NopCloser(io.MultiReader(io.LimitReader(cut.Body, 100), iotest.ErrReader(io.ErrUnexpectedEOF))) // as the server tells it
	for about, r := range map[string]*http.Request{
		"too many parts": form(t, many...),
		"endless words":  form(t, part{"words", "", make([]byte, 70<<10)}),
		"a cut body":     cut,
	} {
		if _, err := d.Read(r); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", about, err)
		}
	}
}

// Each file of a form goes under a key of its own, which comes back with the form and opens
// it; what is shown to everybody has none.
func TestFilesHaveKeys(t *testing.T) {
	all, made := memory{}, map[string]memory{}
	d := desk(t, all)
	d.Under = func(file string, key []byte) (upload.Blobs, []byte, error) {
		if key == nil {
			key = []byte("key of " + file)
			made[string(key)] = memory{}
		}
		return made[string(key)], key, nil
	}
	f, err := d.Read(form(t, part{"photo", "a.jpg", photo(t)}, part{"photo", "b.jpg", photo(t)}))
	if err != nil || len(f.Files) != 2 || len(made) != 2 || len(all) != 0 {
		t.Fatalf("%d files under %d keys, %d under none, %v", len(f.Files), len(made), len(all), err)
	}
	notes, err := d.Keep(f.Files)
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.Read(form(t, part{"kept", "", []byte(notes[0])}, part{"kept", "", []byte(notes[1])}))
	if err != nil || !reflect.DeepEqual(again.Files, f.Files) {
		t.Errorf("kept files = %+v, %v", again.Files, err)
	}
	for _, file := range again.Files {
		for _, thumb := range []bool{false, true} {
			w := httptest.NewRecorder()
			if err := d.Serve(w, httptest.NewRequest(http.MethodGet, "/f", nil), request.Attachment{File: file}, thumb); err != nil || w.Body.Len() == 0 {
				t.Errorf("served %d bytes, %v", w.Body.Len(), err)
			}
		}
	}
	shown, err := d.Keyless().Take(t.Context(), upload.PhotoInput, photo(t))
	if err != nil || shown.Key != nil || len(all) != 2 || d.Under == nil {
		t.Errorf("shown: %+v, %d under no key, %v", shown, len(all), err)
	}
	if err := d.Serve(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/f", nil), request.Attachment{File: shown}, false); err != nil {
		t.Errorf("a file without a key: %v", err)
	}
}
