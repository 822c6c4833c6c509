package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/clock"
)

// DefaultBodyLimit is what a route without its own limit may be sent.
const DefaultBodyLimit = 64 << 10

// What is sent may take so long to come: a form, and files on a slow phone.
const (
	formPatience = 20 * time.Second
	filePatience = 2 * time.Minute // as [Server] gives a whole request
)

// Route is one line of a package's table of pages.
type Route struct {
	Method    string        // GET, POST, …
	Pattern   string        // as in [http.ServeMux], without the method
	Action    string        // the name that policy knows, such as "station.rename"; required
	Purpose   string        // why it exists, in a few words
	Roles     []string      // who is meant to come here, for the list of routes
	BodyLimit int64         // bytes; zero means [DefaultBodyLimit]
	Patience  time.Duration // how long the body may take to come; zero: by the limit
	Look      Look          // how failures look; zero means [LookWorker]
	Handler   http.Handler
}

// Mux sends a request to its route. It is safe for concurrent use.
type Mux struct {
	mux    *http.ServeMux
	routes []Route
}

// NewMux builds a Mux from tables. It panics, so that the program does not
// start, for a route without an action, a method, a handler, or one that is
// there twice.
func NewMux(tables ...[]Route) *Mux {
	m := &Mux{mux: http.NewServeMux()}
	for _, t := range tables {
		for _, r := range t {
			m.add(r)
		}
	}
	slices.SortFunc(m.routes, func(a, b Route) int {
		return strings.Compare(a.Pattern+" "+a.Method, b.Pattern+" "+b.Method)
	})
	return m
}

func (m *Mux) add(r Route) {
	if r.Action == "" || r.Method == "" || r.Handler == nil || !strings.HasPrefix(r.Pattern, "/") {
		panic(fmt.Sprintf("web: route %q %q needs a method, a pattern, an action and a handler", r.Method, r.Pattern))
	}
	if r.BodyLimit == 0 {
		r.BodyLimit = DefaultBodyLimit
	}
	if r.Patience == 0 {
		if r.Patience = formPatience; r.BodyLimit > 2*DefaultBodyLimit {
			r.Patience = filePatience
		}
	}
	if r.Look == "" {
		r.Look = LookWorker
	}
	m.mux.Handle(r.Method+" "+r.Pattern, r.enter())
	m.routes = append(m.routes, r)
}

// enter notes the route for the log line and for failures, and limits the body in size
// and in the time that it may take to come.
func (r Route) enter() http.Handler {
	limited := Limit(r.BodyLimit, r.Handler)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if s := stateOf(req.Context()); s != nil {
			s.look, s.route, s.action = r.Look, r.Method+" "+r.Pattern, r.Action
		}
		if req.ContentLength != 0 {
			wait := http.NewResponseController(w)
			_ = wait.SetReadDeadline(clock.System.Now().Add(r.Patience)) // what is no connection, as in tests, has none
			req.Body = &timed{req.Body, func() { _ = wait.SetReadDeadline(clock.System.Now().Add(filePatience)) }}
		}
		limited.ServeHTTP(w, req)
	})
}

// timed is a body that says when it is over: from then on the time is the handler's.
type timed struct {
	io.ReadCloser
	over func()
}

func (t *timed) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		t.over()
	}
	return n, err
}

// Routes lists the routes by pattern and method.
func (m *Mux) Routes() []Route { return slices.Clone(m.routes) }

// ServeHTTP implements [http.Handler]. What no route takes is told as missing,
// or as the wrong method.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, pattern := m.mux.Handler(r)
	if pattern != "" {
		m.mux.ServeHTTP(w, r)
		return
	}
	probe := &prober{header: http.Header{}}
	h.ServeHTTP(probe, r)
	err := errMissing
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		err = errMethod
	}
	fail(w, r, err, wantsProblem(r))
}

func wantsProblem(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// prober learns the status of an answer and drops the rest.
type prober struct {
	header http.Header
	status int
}

func (p *prober) Header() http.Header         { return p.header }
func (p *prober) WriteHeader(status int)      { p.status = status }
func (p *prober) Write(b []byte) (int, error) { return len(b), nil }

// Limit refuses bodies over n bytes: at once when the length is declared, else
// when the handler has read too much.
func Limit(n int64, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > n {
			fail(w, r, errTooLarge, wantsProblem(r))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, n)
		h.ServeHTTP(w, r)
	})
}
