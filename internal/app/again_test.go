package app

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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

// A form with a photo comes back without it, and says so.
func TestPhotosAfterTheSessionEnded(t *testing.T) {
	w := newWorld(t)
	token := w.tokens["worker"]
	if err := w.app.Accounts.SignOut(w.as(t, "worker"), token); err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must[any](t)(nil, form.WriteField("words", "门口新修的坡道"))
	part := must[io.Writer](t)(form.CreateFormFile("photo", "a.jpg"))
	must[int](t)(part.Write(bytes.Repeat([]byte{0xff}, 3<<20)))
	must[any](t)(nil, form.Close())
	r := httptest.NewRequest(http.MethodPost, "/help/"+w.request.Number+"/add", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "nx", Value: token})
	a := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(a, r)
	for _, s := range []string{"门口新修的坡道", "照片、语音和文件没能留下", `enctype="multipart/form-data"`} {
		if a.Code != http.StatusForbidden || !strings.Contains(a.Body.String(), s) {
			t.Errorf("got %d and a page without %s", a.Code, s)
		}
	}
}
