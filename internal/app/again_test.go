package app

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/request"
)

// TestFormsAfterTheSessionEnded sends forms in sessions that are over: what was
// typed comes back, and nothing of it was done or is kept.
func TestFormsAfterTheSessionEnded(t *testing.T) {
	const words, attack = "东门现在能进了吗", `"><script>alert(1)</script> 东门`
	w := newWorld(t)
	for _, name := range []string{"cadre", "worker", "admin"} {
		if err := w.app.Accounts.SignOut(w.as(t, name), w.tokens[name]); err != nil {
			t.Fatal(err)
		}
	}
	mine := "/help/" + w.request.Number
	for _, test := range []struct {
		about, path, cookies string
		form                 []string
		status               int
		has, not             []string
	}{
		{"a cadre", "/desk/requests/" + string(w.request.ID) + "/say", "nx=" + w.tokens["cadre"], []string{"words", words, "req_id", "id-1"}, 403,
			[]string{`name="words" value="` + words + `"`, `name="req_id" value="id-1"`, `action="/desk/requests/` + string(w.request.ID) + `/say"`, `href="/staff/sign-in"`}, nil},
		{"what is not there", "/desk/none", "nx=" + w.tokens["cadre"], []string{"words", words}, 403, []string{words}, nil},
		{"passwords", "/desk/me/password", "nx=" + w.tokens["admin"], []string{"old", "geheim-one", "password", "geheim-two", "code", "123456"}, 403, nil, []string{"geheim", "123456"}},
		{"an attack", "/desk/requests", "nx=" + w.tokens["cadre"], []string{"words", attack}, 403, []string{"&#34;&gt;&lt;script&gt;"}, []string{"<script>alert"}},
		{"a worker's own matter", mine + "/add", "nx=" + w.tokens["worker"], []string{"words", words}, 403, []string{words, `href="/sign-in"`}, nil},
		{"a worker's own name", "/me/name", "nx=" + w.tokens["worker"], []string{"name", "陈示例"}, 403, []string{"陈示例"}, nil},
		{"what the phone holds", mine + "/add", "nx=" + w.tokens["worker"] + "; held=" + w.request.Number + "." + w.app.Requests.Secret(w.request.ID), []string{"words", ""}, 422, nil, nil},
		{"a new matter without a name", "/help", "nx=" + w.tokens["worker"], []string{"words", ""}, 422, nil, nil},
		{"a stranger", "/desk/requests/" + string(w.request.ID) + "/say", "lang=zh-CN", []string{"words", words}, 404, nil, []string{words}},
		{"too much", "/desk/requests", "nx=" + w.tokens["cadre"], []string{"words", strings.Repeat("长", mostForm)}, 413, nil, nil},
	} {
		a := w.ask(t, test.path, test.cookies, test.form...)
		if a.Code != test.status {
			t.Errorf("%s: got %d, want %d", test.about, a.Code, test.status)
		}
		for _, s := range test.has {
			if !strings.Contains(a.Body.String(), s) {
				t.Errorf("%s: got a page without %s", test.about, s)
			}
		}
		for _, s := range test.not {
			if strings.Contains(a.Body.String(), s) {
				t.Errorf("%s: got a page with %s", test.about, s)
			}
		}
		if test.status == http.StatusForbidden && a.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %q, want a page that nobody keeps", test.about, a.Header().Get("Cache-Control"))
		}
	}
	own := must[request.Own](t)(w.app.Requests.Progress(t.Context(), request.Ref{Number: w.request.Number, Secret: w.app.Requests.Secret(w.request.ID)}))
	for _, e := range own.Timeline {
		if e.Words == words {
			t.Errorf("something was done: %v", e)
		}
	}
}

const mostForm = 100 << 10 // signs of three bytes

// late sends a form with photos of these sizes, in a session that is over.
func (w *world) late(t *testing.T, path, token string, sizes ...int) *httptest.ResponseRecorder {
	t.Helper()
	return w.multipart(t, path, token, func(form *multipart.Writer) {
		must[any](t)(nil, form.WriteField("words", "门口新修的坡道"))
		for i, n := range sizes {
			part := must[io.Writer](t)(form.CreateFormFile("photo", fmt.Sprintf("坡道;%d.jpg", i)))
			raw := must[[]byte](t)(jpegOf(i))
			must[int](t)(part.Write(append(raw, make([]byte, max(0, n-len(raw)))...)))
		}
	})
}

func (w *world) multipart(t *testing.T, path, token string, write func(*multipart.Writer)) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	write(form)
	must[any](t)(nil, form.Close())
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "nx", Value: token})
	a := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(a, r)
	return a
}

// jpegOf is a photo unlike that of another n.
func jpegOf(n int) ([]byte, error) {
	img := image.NewGray(image.Rect(0, 0, 32, 32))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * (n + 1))
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, img, nil)
	return out.Bytes(), err
}

var (
	anInput = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	anAct   = regexp.MustCompile(`action="(/help/[^"]*)"`)
)

// Photos come back with the form, in the page alone, and arrive when it is sent
// again after a sign-in.
func TestPhotosAfterTheSessionEnded(t *testing.T) {
	w := newWorld(t)
	ref, token := request.Ref{ID: w.request.ID}, w.tokens["worker"]
	files := func() int { return len(must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), ref)).Files) }
	before := files()
	if err := w.app.Accounts.SignOut(w.as(t, "worker"), token); err != nil {
		t.Fatal(err)
	}
	page := w.late(t, "/help/"+w.request.Number+"/add", token, 1, 1)
	again := func(token string) *httptest.ResponseRecorder {
		text := page.Body.String()
		to := anAct.FindStringSubmatch(text)
		if page.Code != http.StatusForbidden || to == nil || !strings.Contains(text, "2 个照片") || strings.Contains(text, "放不下") {
			t.Fatalf("got %d and no form to send again: %.3000s", page.Code, text)
		}
		return w.multipart(t, html.UnescapeString(to[1]), token, func(form *multipart.Writer) {
			for _, in := range anInput.FindAllStringSubmatch(text, -1) {
				must[any](t)(nil, form.WriteField(html.UnescapeString(in[1]), html.UnescapeString(in[2])))
			}
		})
	}
	page = again(token) // still without a sign-in
	if got := files(); got != before {
		t.Errorf("before the sign-in: got %d files, want %d as before", got, before)
	}
	w.clock.Move(2 * time.Minute) // a message a minute
	in := w.worker(t, "19900000001")
	if a := again(in.Token); a.Code != http.StatusSeeOther {
		t.Errorf("after the sign-in: got %d: %.2000s", a.Code, a.Body)
	}
	if got := files(); got != before+2 {
		t.Errorf("after the sign-in: got %d files, want two more than %d", got, before)
	}
}

// A page holds so much and no more, and says so; what pretends to be a file that
// it held is refused.
func TestPhotosThatNoPageHolds(t *testing.T) {
	w := newWorld(t)
	path, token := "/help/"+w.request.Number+"/add", w.tokens["worker"]
	if err := w.app.Accounts.SignOut(w.as(t, "worker"), token); err != nil {
		t.Fatal(err)
	}
	a := w.late(t, path, token, 9<<20, 9<<20, 1)
	for _, s := range []string{"门口新修的坡道", "2 个照片", "放不下"} {
		if a.Code != http.StatusForbidden || !strings.Contains(a.Body.String(), s) {
			t.Errorf("got %d and a page without %s", a.Code, s)
		}
	}
	if a := w.late(t, path, token, 49<<20); a.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 49 MB: got %d, want 413", a.Code)
	}
	w.clock.Move(2 * time.Minute) // a message a minute
	in := w.worker(t, "19900000001")
	for _, value := range []string{"", "a.jpg", "a.jpg;image/jpeg;%%%", "%zz;;", strings.Repeat("a", 9000) + ";;", "a.jpg;\r\nX: y;AAAA"} {
		a := w.multipart(t, path+"?again=1", in.Token, func(form *multipart.Writer) {
			must[any](t)(nil, form.WriteField("again.file:photo", value))
		})
		if a.Code < 400 || a.Code >= 500 {
			t.Errorf("%.20q: got %d, want it refused", value, a.Code)
		}
	}
}

// Whoever sends slowly keeps nobody's words back: while as many hold their files as
// may, the next get their words without the files, and are told so.
func TestSlowPhotosHoldUpNobody(t *testing.T) {
	proves.That(t, "costly-work")
	w := newWorld(t)
	path, token := "/help/"+w.request.Number+"/add", w.tokens["worker"]
	if err := w.app.Accounts.SignOut(w.as(t, "worker"), token); err != nil {
		t.Fatal(err)
	}
	var slow sync.WaitGroup
	defer slow.Wait() // after those below let go
	for range 2 {
		body, into := io.Pipe()
		form := multipart.NewWriter(into)
		r := httptest.NewRequest(http.MethodPost, path, body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.AddCookie(&http.Cookie{Name: "nx", Value: token})
		slow.Go(func() { w.app.Handler().ServeHTTP(httptest.NewRecorder(), r) })
		part := must[io.Writer](t)(form.CreateFormFile("photo", "a.jpg"))
		must[int](t)(part.Write(make([]byte, 1<<20))) // returns when it was read, so that the handler holds it
		defer func() { _ = into.Close() }()
	}
	a := w.late(t, path, token, 1)
	for _, s := range []string{"门口新修的坡道", "放不下"} {
		if a.Code != http.StatusForbidden || !strings.Contains(a.Body.String(), s) {
			t.Errorf("got %d and a page without %s", a.Code, s)
		}
	}
}
