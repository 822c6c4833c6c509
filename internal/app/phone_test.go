package app

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/request"
)

// ask sends a form, or asks for a page when it has no pairs.
func (w *world) ask(t *testing.T, path, cookies string, pairs ...string) *httptest.ResponseRecorder {
	t.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if len(pairs) > 0 {
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.Header.Set("Cookie", cookies)
	answer := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(answer, r)
	return answer
}

// TestAPhoneLeftLater plays the whole way: somebody without a name leaves a phone
// by the code in the message, and finds the matter on another phone.
func TestAPhoneLeftLater(t *testing.T) {
	const phone = "19900000077"
	w := newWorld(t)
	r := must[request.Receipt](t)(w.app.Requests.Capture(t.Context(), request.Draft{Words: "没地方歇脚", Place: request.Place{Area: "220402"}}))
	held := "held=" + r.Number + "." + w.app.Requests.Secret(r.ID)
	at := "/help/" + r.Number
	want := func(say string, a *httptest.ResponseRecorder, status int, has ...string) {
		t.Helper()
		if a.Code != status {
			t.Errorf("%s: got %d, want %d", say, a.Code, status)
		}
		for _, s := range has {
			if !strings.Contains(a.Body.String(), s) {
				t.Errorf("%s: the page says nothing of %q", say, s)
			}
		}
		for _, place := range append(regexp.MustCompile(`(?:href|action)="[^"]*"`).FindAllString(a.Body.String(), -1), a.Header().Get("Location"), strings.Join(a.Header().Values("Set-Cookie"), " ")) {
			if strings.Contains(place, phone) {
				t.Errorf("%s: the phone stands in %q", say, place)
			}
		}
	}
	want("the offer", w.ask(t, at, held), 200, at+"/phone", "留个手机号")
	want("a stranger's page", w.ask(t, at+"/phone", ""), 404)
	want("a stranger's message", w.ask(t, at+"/phone", "", "phone", phone), 404)
	if got := w.app.lastMessage(phone); got != "" {
		t.Fatalf("a message went out for a stranger: %s", got)
	}
	want("no phone", w.ask(t, at+"/phone", held, "phone", "12"), 422)
	want("the code", w.ask(t, at+"/phone", held, "phone", phone), 200, "199****0077", "one-time-code")
	want("at once again", w.ask(t, at+"/phone", held, "phone", phone, "again", "1"), 503, "one-time-code")
	code := regexp.MustCompile(`\d{6}`).FindString(w.app.lastMessage(phone))
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	want("a wrong code", w.ask(t, at+"/phone", held, "do", "confirm", "phone", phone, "code", wrong), 422, "one-time-code")
	want("the right code", w.ask(t, at+"/phone", held, "do", "confirm", "phone", phone, "code", code), 303)
	want("this phone", w.ask(t, at, held), 200, "你留了手机号")
	want("the cadre", w.ask(t, "/desk/requests/"+string(r.ID), "nx="+w.tokens["cadre"]), 200, "留了手机号")

	w.clock.Set(morning.Add(2 * time.Minute))
	there := w.worker(t, phone)
	want("another phone", w.ask(t, "/help/mine", "nx="+there.Token), 200, r.Number)
}
