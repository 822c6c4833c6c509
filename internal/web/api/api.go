// Package api is the JSON edge: operations described once, for the handler,
// the route table and the OpenAPI 3.1 document. Failures are problem+json with
// the same stable codes and words as the pages'.
package api

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-json-experiment/json"

	"nuanxin/internal/fault"
	"nuanxin/internal/plain"
	"nuanxin/internal/web"
)

// Base is where the API lives.
const Base = "/api/v1"

// API collects operations.
type API struct {
	huma   huma.API
	routes []web.Route
}

// Operation describes one operation.
type Operation struct {
	Method    string
	Path      string // below Base
	Action    string // the name that policy knows
	Purpose   string // why it exists, in a few words
	Roles     []string
	Summary   string
	BodyLimit int64 // bytes; zero means web.DefaultBodyLimit
	Status    int   // of success; zero means 200
}

// id names the operation in the document: one action may have several.
func (o Operation) id() string {
	path := strings.NewReplacer("/", "-", "{", "", "}", "").Replace(o.Path)
	return strings.ToLower(o.Method) + path
}

// New returns an empty API.
func New(version string) *API {
	humaErrors()
	a := &API{}
	config := huma.DefaultConfig("暖新 Nuanxin", version)
	config.CreateHooks = nil // no $schema members in answers
	config.DocsPath = ""     // the documentation page would load from other sites
	config.SchemasPath = ""
	config.OpenAPIPath = Base + "/openapi"
	format := huma.Format{Marshal: marshal, Unmarshal: func(data []byte, v any) error { return json.Unmarshal(data, v) }}
	config.Formats = map[string]huma.Format{"application/json": format, "json": format}
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	a.huma = huma.NewAPI(config, (*adapter)(a))
	return a
}

// schemaName names a schema after its type, without the prefix by which the
// packages tell their JSON types from the domain's.
func schemaName(t reflect.Type, hint string) string {
	return strings.TrimPrefix(huma.DefaultSchemaNamer(t, hint), "Api")
}

// Routes lists the operations as routes of the program.
func (a *API) Routes() []web.Route { return a.routes }

// OpenAPI returns the document that describes the API.
func (a *API) OpenAPI() ([]byte, error) { return a.huma.OpenAPI().MarshalJSON() }

// Register adds an operation. handle returns faults like a page's handler does.
func Register[I, O any](a *API, op Operation, handle func(context.Context, *I) (*O, error)) {
	huma.Register(a.huma, huma.Operation{
		OperationID:   op.id(),
		Method:        op.Method,
		Path:          Base + op.Path,
		Summary:       op.Summary,
		Description:   op.Purpose,
		DefaultStatus: op.Status,
		MaxBodyBytes:  op.BodyLimit,
		Errors:        []int{http.StatusNotFound, http.StatusUnprocessableEntity},
		Metadata:      map[string]any{"operation": op, "direct": direct(op, func(r *http.Request, in *I) (*O, error) { return handle(r.Context(), in) })},
	}, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			web.NoteFailure(ctx, err)
			return nil, problem{web.ProblemOf(ctx, err)}
		}
		return out, nil
	})
}

// adapter is the API as huma's router: it keeps each operation as a route.
type adapter API

// Handle implements huma.Adapter.
func (a *adapter) Handle(h *huma.Operation, handler func(huma.Context)) {
	op, ok := h.Metadata["operation"].(Operation)
	if !ok { // the OpenAPI document itself
		op = Operation{Action: "api.describe", Purpose: "describe the API to programs", Roles: []string{"anyone"}}
	}
	straight, _ := h.Metadata["direct"].(func(http.ResponseWriter, *http.Request) bool)
	a.routes = append(a.routes, web.Route{
		Method: h.Method, Pattern: h.Path, Action: op.Action, Purpose: op.Purpose, Roles: op.Roles, BodyLimit: op.BodyLimit,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			one := &onePiece{w, http.StatusOK}
			if straight == nil || !straight(one, r) {
				handler(humago.NewContext(h, r, one))
			}
			one.end()
		}),
	})
}

// ServeHTTP implements huma.Adapter; requests come through the program's own mux.
func (a *adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

// JSON is v as the API writes it.
func JSON(v any) ([]byte, error) { return json.Marshal(v) }

// Appender is a body that appends itself in JSON: for answers that many ask for
// and that are there already but for a few members.
type Appender interface {
	AppendJSON(b []byte) ([]byte, error)
}

// marshal writes v without escaping what is only dangerous inside HTML.
func marshal(w io.Writer, v any) error {
	a, ok := v.(Appender)
	if !ok {
		b, err := json.Marshal(v)
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}
	b := buffers.Get().(*[]byte)
	defer buffers.Put(b)
	var err error
	if *b, err = a.AppendJSON((*b)[:0]); err != nil {
		return err
	}
	_, err = w.Write(*b)
	return err
}

// buffers are used again for answers that append themselves.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// problem is a failure as huma writes it.
type problem struct{ web.Problem }

// Error implements error.
func (p problem) Error() string { return p.Title }

// GetStatus implements huma.StatusError.
func (p problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError: what a failing page says in its head.
func (p problem) GetHeaders() http.Header { return web.ProblemHeader(p.Problem) }

// ContentType implements huma.ContentTypeFilter.
func (p problem) ContentType(string) string { return "application/problem+json" }

// A refusal tells where the faults are, not all of a body that was made to have
// thousands, each at a place with a name without an end.
const (
	mostFaults   = 20
	longestPlace = 120 // characters
)

// humaErrors makes huma's own refusals (a bad parameter, a bad body) problems
// with our codes. Huma has one variable for that for the whole program, and one
// by which a member with capitals in its name is unknown: by default it passes the
// check and is then not read.
var humaErrors = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.NewErrorWithContext = func(c huma.Context, status int, _ string, errs ...error) huma.StatusError {
		ctx := context.Background()
		if c != nil {
			ctx = c.Context()
		}
		if status >= http.StatusInternalServerError {
			return problem{web.ProblemOf(ctx, &fault.Error{Op: "api"})}
		}
		p := web.ProblemOf(ctx, fault.New("api", fault.Invalid, "fault.form"))
		p.Status = status
		for _, err := range errs[:min(len(errs), mostFaults)] {
			if d, ok := err.(huma.ErrorDetailer); ok {
				where := plain.Brief(strings.ToValidUTF8(d.ErrorDetail().Location, "\ufffd"), longestPlace)
				p.Errors = append(p.Errors, web.FieldWords{Name: where, Text: web.T(ctx, "api.schema", "Where", where), Key: "api.schema"})
			}
		}
		return problem{p}
	}
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return huma.NewErrorWithContext(nil, status, msg, errs...)
	}
})
