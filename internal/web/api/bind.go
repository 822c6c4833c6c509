package api

import (
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/web"
)

// A hot operation spends a third of its time in huma reading a handful of
// parameters by reflection. A binder reads those of the usual form, as the same
// struct tags describe them, and leaves whatever it is not sure of to huma,
// which alone refuses and says why.

// param is one parameter of the query.
type param struct {
	name     string
	field    int
	kind     reflect.Type
	required bool
	value    string // that it has when it is absent
	enum     []string
	min, max float64
}

// binder reads the parameters of an input.
type binder []param

// known are the tags that a binder understands; "doc" says nothing to it.
var known = []string{"query", "required", "default", "enum", "minimum", "maximum", "doc"}

var kinds = []reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[float64](), reflect.TypeFor[[]string](), reflect.TypeFor[time.Time]()}

// binderOf returns a binder for an input that has parameters of the query alone,
// with tags that a binder knows; else nil.
func binderOf(in reflect.Type) binder {
	var b binder
	for i := range in.NumField() {
		f := in.Field(i)
		p := param{name: f.Tag.Get("query"), field: i, kind: f.Type, required: f.Tag.Get("required") == "true", value: f.Tag.Get("default"), min: -1e300, max: 1e300}
		if p.name == "" || !slices.Contains(kinds, f.Type) || strangeTag(string(f.Tag)) {
			return nil
		}
		if enum := f.Tag.Get("enum"); enum != "" {
			p.enum = strings.Split(enum, ",")
		}
		for tag, bound := range map[string]*float64{"minimum": &p.min, "maximum": &p.max} {
			if s, ok := f.Tag.Lookup(tag); ok {
				n, err := strconv.ParseFloat(s, 64)
				if err != nil {
					return nil
				}
				*bound = n
			}
		}
		b = append(b, p)
	}
	return b
}

// strangeTag reports whether a field has a tag that a binder does not know.
func strangeTag(tag string) bool {
	for tag = strings.TrimSpace(tag); tag != ""; {
		name, rest, _ := strings.Cut(tag, `:"`)
		if !slices.Contains(known, name) {
			return true
		}
		_, rest, _ = strings.Cut(rest, `"`)
		tag = strings.TrimSpace(rest)
	}
	return false
}

// bind reads the query into in, a pointer's target. It reports false when it is
// not sure of anything: in is then worth nothing.
func (b binder) bind(query string, in reflect.Value) bool {
	var given uint64
	for query != "" {
		pair, rest, _ := strings.Cut(query, "&")
		query = rest
		name, value, ok := strings.Cut(pair, "=")
		if strings.ContainsAny(name, "%+") || !ok {
			return false // may be one of ours, written otherwise
		}
		i := slices.IndexFunc(b, func(p param) bool { return p.name == name })
		if i < 0 {
			continue // of no meaning here
		}
		if value == "" || given&(1<<i) != 0 || !b[i].set(value, in) {
			return false
		}
		given |= 1 << i
	}
	for i, p := range b {
		if given&(1<<i) == 0 && (p.required || p.value != "" && !p.set(p.value, in)) {
			return false
		}
	}
	return len(b) <= 64
}

// set reads a value into its field.
func (p param) set(value string, in reflect.Value) bool {
	if strings.ContainsAny(value, "%+") {
		var err error
		if value, err = url.QueryUnescape(value); err != nil || value == "" {
			return false
		}
	}
	var err error
	switch f := in.Field(p.field).Addr().Interface().(type) {
	case *string:
		*f = value
		return p.enum == nil || slices.Contains(p.enum, value)
	case *bool:
		*f, err = strconv.ParseBool(value)
		return err == nil
	case *int:
		*f, err = strconv.Atoi(value)
		return err == nil && p.within(float64(*f))
	case *float64:
		*f, err = strconv.ParseFloat(value, 64)
		return err == nil && p.within(*f)
	case *[]string:
		*f = strings.Split(value, ",")
		return p.enum == nil
	case *time.Time:
		*f, err = time.Parse(time.RFC3339Nano, value)
		return err == nil
	}
	return false
}

func (p param) within(n float64) bool { return n >= p.min && n <= p.max }

// direct answers the requests whose parameters a binder reads; it reports false
// and has done nothing when huma is to answer.
func direct[I, O any](op Operation, handle func(*http.Request, *I) (*O, error)) func(http.ResponseWriter, *http.Request) bool {
	in, out := reflect.TypeFor[I](), reflect.TypeFor[O]()
	b := binderOf(in)
	if b == nil || op.Method != http.MethodGet || op.Status != 0 || out.NumField() != 1 || out.Field(0).Name != "Body" {
		return nil
	}
	return func(w http.ResponseWriter, r *http.Request) bool {
		input := new(I)
		if !b.bind(r.URL.RawQuery, reflect.ValueOf(input).Elem()) {
			return false
		}
		web.API(func(w http.ResponseWriter, r *http.Request) error {
			o, err := handle(r, input)
			if err != nil {
				return err
			}
			w.Header().Set("Content-Type", "application/json")
			to := sink{w: w}
			if err := marshal(&to, reflect.ValueOf(o).Elem().Field(0).Interface()); to.err == nil {
				return err
			}
			return web.IgnoreGone(r, to.err)
		}).ServeHTTP(w, r)
		return true
	}
}

// sink tells a reader who has hung up from an answer that cannot be written.
type sink struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (s *sink) Write(b []byte) (n int, err error) {
	n, s.err = s.w.Write(b)
	return n, s.err
}
