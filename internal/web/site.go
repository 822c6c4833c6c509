package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/a-h/templ"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
)

// Site is what all pages share. Its zero value serves, in bare words.
type Site struct {
	Texts   *Texts                        // words of all packages; see [NewTexts]
	Assets  *Assets                       // static files; see [NewAssets]
	Clock   clock.Clock                   // nil means the machine's
	Log     *slog.Logger                  // nil means slog's default
	Failure func(Failure) templ.Component // the page that tells a failure; ui.Failure
	Secure  bool                          // served over TLS: cookies are Secure, HSTS is sent
	Origins []string                      // other origins that may send forms, such as "https://union.example"
	Look    func(path string) Look        // the look of a path without a route; nil means worker
	Observe func(Served)                  // told of each answer, for metrics; nil: nobody

	drawn drawings // pieces of pages that look the same to many; see [Redraw]
}

// state is what the edge knows about one request.
type state struct {
	site     *Site
	id       string
	lang     string
	reader   string    // mark of who is signed in; see [ReaderMark]
	words    *tongue   // of lang; nil where the site has none
	policy   [1]string // the content policy with the nonce in it; see [Nonce]
	nonce    string
	display  Display
	now      time.Time
	path     string
	look     Look
	route    string
	action   string
	api      bool
	wrote    bool
	flash    *flash
	err      error
	writeErr error
}

type stateKey struct{}

func stateOf(ctx context.Context) *state {
	s, _ := ctx.Value(stateKey{}).(*state)
	return s
}

// With returns ctx as it would be during a request for path by a reader with
// the given settings. Tests and jobs that render pages use it.
func (s *Site) With(ctx context.Context, path string, d Display) context.Context {
	return context.WithValue(ctx, stateKey{}, &state{site: s, lang: d.Lang, words: s.Texts.in(d.Lang), display: d.clean(), now: s.now(), path: path, look: LookWorker})
}

func (s *Site) now() time.Time {
	if s.Clock == nil {
		return clock.System.Now()
	}
	return s.Clock.Now()
}

func (s *Site) log() *slog.Logger {
	if s.Log == nil {
		return slog.Default()
	}
	return s.Log
}

// RequestID names the request for the log and for the reader who reports a failure.
func RequestID(ctx context.Context) string {
	if s := stateOf(ctx); s != nil {
		return s.id
	}
	return ""
}

// LookOf returns the look of the page being made.
func LookOf(ctx context.Context) Look {
	if s := stateOf(ctx); s != nil && s.look != "" {
		return s.look
	}
	return LookWorker
}

// Path returns the path and query of the request, for links that come back.
func Path(ctx context.Context) string {
	if s := stateOf(ctx); s != nil && s.path != "" {
		return s.path
	}
	return "/"
}

// Now returns the time at which the request came in, so that all times on one
// page agree.
func Now(ctx context.Context) time.Time {
	if s := stateOf(ctx); s != nil {
		return s.now
	}
	return clock.System.Now()
}

// Accident puts what went wrong with a part of a request into its line of the
// log. The answer tells it by itself.
func Accident(ctx context.Context, err error) {
	if s := stateOf(ctx); s != nil {
		s.err = errors.Join(s.err, err)
	}
}

// Handler wraps next with everything that each answer needs.
func (s *Site) Handler(next http.Handler) http.Handler {
	next = s.protect(next)
	next = compress(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, next) })
}

func (s *Site) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	start := clock.System.Now()
	st := s.begin(r)
	tw := &tracker{ResponseWriter: w, state: st}
	r = r.WithContext(context.WithValue(r.Context(), stateKey{}, st))
	s.headers(tw.Header(), r, st.id)
	defer func() {
		if v := recover(); v != nil {
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			s.log().Error("panic", "request", st.id, "route", st.route, "value", v, "stack", string(debug.Stack()))
			fail(tw, r, &fault.Error{Op: "web.panic"}, st.api || wantsProblem(r))
		}
		s.logLine(r, st, tw, clock.System.Now().Sub(start))
	}()
	next.ServeHTTP(tw, r)
}

func (s *Site) begin(r *http.Request) *state {
	d := displayOf(r)
	st := &state{site: s, id: newRequestID(), display: d, lang: d.Lang, words: s.Texts.in(d.Lang), now: s.now(), path: r.URL.RequestURI(), look: LookWorker}
	if s.Look != nil {
		st.look = s.Look(r.URL.Path)
	}
	st.flash = readFlash(r)
	return st
}

func newRequestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// Served is one answered request, for metrics: no path, no reader.
type Served struct {
	Method, Route string // the route's method and pattern; both empty when no route took it
	Status        int
	Took          time.Duration
}

// logLine writes the request's one line: the route's pattern, never the path or
// the query, which may name a person.
func (s *Site) logLine(r *http.Request, st *state, w *tracker, took time.Duration) {
	method, route, _ := strings.Cut(st.route, " ")
	if s.Observe != nil {
		s.Observe(Served{method, route, w.status(), took})
	}
	level := slog.LevelInfo
	words := append(make([]slog.Attr, 0, 11),
		slog.String("request", st.id), slog.String("method", r.Method), slog.String("route", route), slog.String("action", st.action),
		slog.Int("status", w.status()), slog.Int64("bytes", w.bytes), slog.Float64("ms", float64(took.Microseconds())/1000))
	if st.err != nil {
		f := FailureOf(r.Context(), st.err)
		words = append(words, slog.String("code", f.Code))
		if f.Status >= http.StatusInternalServerError {
			level = slog.LevelError
			words = append(words, slog.String("err", st.err.Error()))
		} else {
			words = append(words, slog.String("op", fault.Of(st.err).Op))
		}
	}
	if st.writeErr != nil {
		words = append(words, slog.String("write", st.writeErr.Error()))
	}
	s.write(r.Context(), level, words)
}

// write writes a request's line as [slog.Logger.LogAttrs] would, but that it does
// not look for the line of code, which is always this one.
func (s *Site) write(ctx context.Context, level slog.Level, words []slog.Attr) {
	h := s.log().Handler()
	if !h.Enabled(ctx, level) {
		return
	}
	line := slog.NewRecord(clock.System.Now(), level, "request", 0)
	line.AddAttrs(words...)
	_ = h.Handle(ctx, line) // there is nobody left to tell
}

// tracker remembers what was written.
type tracker struct {
	http.ResponseWriter
	state *state
	code  int
	bytes int64
}

func (t *tracker) status() int {
	if t.code == 0 {
		return http.StatusOK
	}
	return t.code
}

// WriteHeader implements [http.ResponseWriter].
func (t *tracker) WriteHeader(code int) {
	if t.code == 0 && code >= 200 {
		t.code, t.state.wrote = code, true
	}
	t.ResponseWriter.WriteHeader(code)
}

// Write implements [http.ResponseWriter].
func (t *tracker) Write(b []byte) (int, error) {
	if t.code == 0 {
		t.WriteHeader(http.StatusOK)
	}
	n, err := t.ResponseWriter.Write(b)
	t.bytes += int64(n)
	return n, err
}

// Unwrap lets [http.ResponseController] reach the connection.
func (t *tracker) Unwrap() http.ResponseWriter { return t.ResponseWriter }
