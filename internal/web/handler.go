package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Handler answers a request or returns an error. On failure it has written
// nothing: the caller turns the error into a page or a problem document.
type Handler func(w http.ResponseWriter, r *http.Request) error

// HTML adapts h for readers: an error becomes a page in the reader's words.
func HTML(h Handler) http.Handler { return adapt(h, false) }

// API adapts h for programs: an error becomes application/problem+json.
func API(h Handler) http.Handler { return adapt(h, true) }

func adapt(h Handler, api bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s := stateOf(r.Context()); s != nil {
			s.api = api
		}
		if err := h(w, r); err != nil {
			fail(w, r, err, api)
		}
	})
}

// Show renders c completely and only then writes it with the status. A GET
// page answered 200 carries an ETag and is answered 304 when the reader has it.
func Show(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	page := templ.GetBuffer()
	defer templ.ReleaseBuffer(page)
	if err := c.Render(r.Context(), page); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	h.Add("Vary", "Cookie, Accept-Language")
	takeFlash(w, r)
	st := stateOf(r.Context())
	allowScripts(h, st)
	if status == http.StatusOK && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		tag := tagOf(page.Bytes(), st.drawnNonce())
		h.Set("ETag", tag)
		if matches(r.Header.Get("If-None-Match"), tag) {
			keepPolicy(h)
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	w.WriteHeader(status)
	_, err := w.Write(page.Bytes())
	return IgnoreGone(r, err)
}

// JSON writes v as JSON with the status. Like [Show] it writes whole or not at all.
func JSON(w http.ResponseWriter, r *http.Request, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err = w.Write(append(body, '\n'))
	return IgnoreGone(r, err)
}

// See sends the reader to a page of ours after a form was taken (303), so that
// reloading does not send the form again. A target that is not a local path
// leads home.
func See(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, LocalPath(to, "/"), http.StatusSeeOther) //nolint:gosec // LocalPath lets no other site through
	return nil
}

// LocalPath returns to when it is a path on this site, else otherwise. It
// refuses what browsers read as another host ("//x", "/\x") and control bytes.
func LocalPath(to, otherwise string) string {
	u, err := url.Parse(to)
	bad := err != nil || u.Scheme != "" || u.Host != "" || u.User != nil ||
		!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") ||
		strings.ContainsAny(to, "\\\r\n\t\x00") || strings.HasPrefix(u.Path, "//")
	if bad {
		return otherwise
	}
	return to
}

func matches(header, tag string) bool {
	for t := range strings.SplitSeq(header, ",") {
		t = strings.TrimSpace(t)
		if t == tag || t == "*" || "W/"+t == tag {
			return true
		}
	}
	return false
}

// IgnoreGone drops the error of writing to a reader who has hung up; only the line
// of the request in the log tells it.
func IgnoreGone(r *http.Request, err error) error {
	if err == nil || r.Context().Err() != nil {
		return nil
	}
	if s := stateOf(r.Context()); s != nil {
		s.writeErr = err
	}
	return nil
}

// KeepOffline lets the reader's phone keep this page and show it, with its age,
// when there is no network. Call it before [Show], for pages without personal data;
// the one exception is a member's code, which runs out and goes with the sign-out.
func KeepOffline(w http.ResponseWriter) { w.Header().Set("X-Keep-Offline", "1") }
