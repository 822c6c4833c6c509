package db

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Args collects the arguments of a query whose shape depends on its input.
type Args []any

// Add appends v and returns its placeholder.
func (a *Args) Add(v any) string {
	*a = append(*a, v)
	return "$" + strconv.Itoa(len(*a))
}

// In appends every element of vs and returns "($3, $4, …)". An empty vs gives
// "(null)", which matches nothing.
func In[T any](a *Args, vs []T) string {
	if len(vs) == 0 {
		return "(null)"
	}
	ps := make([]string, len(vs))
	for i, v := range vs {
		ps[i] = a.Add(v)
	}
	return "(" + strings.Join(ps, ", ") + ")"
}

// Values appends the rows of an insert and returns "($1, $2), ($3, $4), …".
func Values(a *Args, rows [][]any) string {
	all := make([]string, len(rows))
	for i, r := range rows {
		all[i] = In(a, r)
	}
	return strings.Join(all, ", ")
}

// storable returns args as both databases can hold them. PostgreSQL refuses a
// text with a NUL or broken UTF-8, SQLite takes it; anybody can put either into
// an address. Each becomes U+FFFD, which no text of ours contains.
func storable(args []any) []any {
	out := args
	for i, a := range args {
		v := reflect.ValueOf(a)
		if v.Kind() != reflect.String || utf8.ValidString(v.String()) && !strings.Contains(v.String(), "\x00") {
			continue
		}
		if &out[0] == &args[0] {
			out = slices.Clone(args)
		}
		out[i] = strings.ReplaceAll(strings.ToValidUTF8(v.String(), "\ufffd"), "\x00", "\ufffd")
	}
	return out
}

// Micros is t as it is stored: whole microseconds UTC, or NULL for the zero time.
func Micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// Time scans a stored time into t; NULL gives the zero time.
func Time(t *time.Time) *TimeScanner { return &TimeScanner{t} }

// TimeScanner reads a stored time.
type TimeScanner struct{ t *time.Time }

// Scan implements sql.Scanner.
func (s *TimeScanner) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*s.t = time.Time{}
	case int64:
		*s.t = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("db.Time: cannot scan %T", v)
	}
	return nil
}

// Null is s as an argument, NULL when it is empty.
func Null[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// Text scans a text that may be NULL into s, which is then empty.
func Text[T ~string](s *T) *TextScanner[T] { return &TextScanner[T]{s} }

// TextScanner reads a text that may be NULL.
type TextScanner[T ~string] struct{ s *T }

// Scan implements sql.Scanner.
func (s *TextScanner[T]) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*s.s = ""
	case string:
		*s.s = T(v)
	case []byte:
		*s.s = T(v)
	default:
		return fmt.Errorf("db.Text: cannot scan %T", v)
	}
	return nil
}
