package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"html"
	"maps"
	"net/http"
	"os"
	"strconv"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Look is the family of pages a route belongs to; failures are told in the same look.
type Look string

// The looks.
const (
	LookWorker  Look = "worker"
	LookStaff   Look = "staff"
	LookPartner Look = "partner"
	LookPlain   Look = "plain"
)

// Failure is what a reader is told when something did not work.
type Failure struct {
	Status    int
	Code      string // stable: invalid, missing, denied, conflict, busy, sold_out, unproven, internal
	Key       string // family of words: "failure."+Key+".title" and ".text"
	Detail    string // the fault's own words for this reader; may be empty
	Fields    []FieldWords
	Look      Look
	Retry     string // where "try again" leads; empty when trying again cannot help
	Home      string // where the reader starts anew
	RequestID string
}

// FieldWords is what is wrong with one input, in the reader's language.
type FieldWords struct {
	Name string `json:"name"`
	Text string `json:"detail"`
	Key  string `json:"code"`
}

// Problem is the body of application/problem+json (RFC 9457).
type Problem struct {
	Type      string       `json:"type"`
	Title     string       `json:"title"`
	Status    int          `json:"status"`
	Code      string       `json:"code"`
	Detail    string       `json:"detail,omitempty"`
	Errors    []FieldWords `json:"errors,omitempty"`
	RequestID string       `json:"request_id,omitempty"`
}

// refusal is a failure that HTTP itself has and domains do not.
type refusal struct {
	status int
	code   string
	key    string
}

func (e refusal) Error() string { return "web: " + e.key }

// What the edge refuses by itself.
var (
	errMethod   = refusal{http.StatusMethodNotAllowed, fault.Invalid.Code(), "method"}
	errTooLarge = refusal{http.StatusRequestEntityTooLarge, fault.Invalid.Code(), "large"}
	errOrigin   = refusal{http.StatusForbidden, fault.Denied.Code(), "origin"}
	errMissing  = refusal{http.StatusNotFound, fault.Missing.Code(), "missing"}
	errGone     = refusal{499, fault.Internal.Code(), "gone"}
)

// Status returns the HTTP status of a kind of fault.
func Status(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Denied, fault.Unproven:
		return http.StatusForbidden
	case fault.Missing:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Busy:
		return http.StatusServiceUnavailable
	case fault.SoldOut:
		return http.StatusGone
	}
	return http.StatusInternalServerError
}

// FailureOf tells err for the reader in ctx. It is the only place where faults
// become status and words.
func FailureOf(ctx context.Context, err error) Failure {
	look := LookOf(ctx)
	f := Failure{Look: look, Home: start(ctx, look), RequestID: RequestID(ctx)}
	if r, ok := refusalOf(err); ok {
		f.Status, f.Code, f.Key = r.status, r.code, r.key
		return f
	}
	e := fault.Of(err)
	f.Status, f.Code, f.Key = Status(e.Kind), e.Kind.Code(), e.Kind.Code()
	if e.Kind == fault.Internal {
		return f
	}
	if e.Msg == op.Reused {
		f.Key = "reused" // nobody else changed anything
	}
	if e.Msg == op.Enough {
		f.Key, f.Status = "enough", http.StatusTooManyRequests
	}
	if e.Msg != "" && HasText(ctx, e.Msg) {
		f.Detail = TArgs(ctx, e.Msg, e.Args)
	}
	for _, x := range e.Fields {
		f.Fields = append(f.Fields, FieldWords{Name: x.Name, Key: x.Msg, Text: TArgs(ctx, x.Msg, x.Args)})
	}
	return f
}

// start is where whoever saw such a page begins anew: the desk leads staff on to
// the page of their role, a body that came by link has the list of its matters,
// and one whose link is over has no account to sign in to.
func start(ctx context.Context, l Look) string {
	kind := authz.From(ctx).Kind
	switch {
	case l == LookPartner && kind == authz.Link:
		return "/matters"
	case l == LookStaff, l == LookPartner && kind == authz.Staff:
		return "/desk"
	}
	return "/"
}

func refusalOf(err error) (refusal, bool) {
	var r refusal
	if errors.As(err, &r) {
		return r, true
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errTooLarge, true
	}
	if errors.Is(err, context.Canceled) {
		return errGone, true
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return refusal{http.StatusRequestTimeout, fault.Busy.Code(), fault.Busy.Code()}, true // the body did not come
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return refusal{http.StatusServiceUnavailable, fault.Busy.Code(), fault.Busy.Code()}, true
	}
	return refusal{}, false
}

// fail writes the answer to a request that failed.
func fail(w http.ResponseWriter, r *http.Request, err error, api bool) {
	s := stateOf(r.Context())
	if s != nil {
		s.err = err
		if s.wrote {
			return // too late to tell the reader; the log line will
		}
	}
	f := FailureOf(r.Context(), err)
	if r.Method == http.MethodGet && (f.Status >= http.StatusInternalServerError || f.Code == fault.Conflict.Code()) {
		f.Retry = r.URL.RequestURI()
	}
	maps.Copy(w.Header(), failureHeader(f.Code))
	w.Header().Del("ETag")
	if api {
		writeProblem(w, r.Context(), f)
		return
	}
	writeFailurePage(w, r, s, f)
}

func writeProblem(w http.ResponseWriter, ctx context.Context, f Failure) {
	body, err := json.Marshal(problemOf(ctx, f))
	if err != nil { // a Problem is strings and numbers
		body = []byte(`{"code":"internal"}`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(f.Status)
	_, _ = w.Write(append(body, '\n')) // the reader may be gone
}

func writeFailurePage(w http.ResponseWriter, r *http.Request, s *state, f Failure) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	var page bytes.Buffer
	if s == nil || s.site.Failure == nil || s.site.Failure(f).Render(r.Context(), &page) != nil {
		page.Reset()
		page.WriteString(bareFailure(r.Context(), f))
	}
	allowScripts(w.Header(), s)
	w.WriteHeader(f.Status)
	_, _ = w.Write(page.Bytes()) // the reader may be gone
}

// bareFailure is the page for when not even the layout can be drawn.
func bareFailure(ctx context.Context, f Failure) string {
	esc := html.EscapeString
	return `<!doctype html><html lang="` + esc(Lang(ctx)) + `"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
		`<title>` + strconv.Itoa(f.Status) + `</title><main><h1>` + esc(T(ctx, "failure."+f.Key+".title")) + `</h1><p>` +
		esc(T(ctx, "failure."+f.Key+".text")) + `</p><p><a href="tel:12351">12351</a></p><p>` + esc(f.RequestID) + `</p></main></html>`
}
