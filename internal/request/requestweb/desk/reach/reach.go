// Package reach says where the reader of the desk may look and act, and sorts
// what goes wrong with forms into what the form can show again.
package reach

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Missing is the answer to whoever has nothing to look for here.
func Missing() error { return fault.New("request.desk", fault.Missing, "fault.missing") }

// Tops are the areas in which the reader holds one of the roles.
func Tops(ctx context.Context, roles ...authz.Role) []string {
	var areas []string
	for _, g := range authz.From(ctx).Grants {
		if slices.Contains(roles, g.Role) && !slices.Contains(areas, g.Area) {
			areas = append(areas, g.Area)
		}
	}
	slices.Sort(areas)
	return areas
}

// Within returns area if it lies in one that the reader holds by one of the
// roles, else the first of those.
func Within(ctx context.Context, area string, roles ...authz.Role) (string, bool) {
	all := Tops(ctx, roles...)
	if len(all) == 0 {
		return "", false
	}
	if region.Valid(area) && area != "" && slices.ContainsFunc(all, func(top string) bool { return region.Contains(top, area) }) {
		return area, true
	}
	return all[0], true
}

// StaffRoles are the roles that read requests.
func StaffRoles() []authz.Role { return []authz.Role{authz.Cadre, authz.Leader} }

// IsStaff reports whether the reader reads requests anywhere.
func IsStaff(ctx context.Context) bool { return len(Tops(ctx, StaffRoles()...)) > 0 }

// IsCadre reports whether the reader acts on requests anywhere.
func IsCadre(ctx context.Context) bool { return len(Tops(ctx, authz.Cadre)) > 0 }

// AreaOptions are the areas in which the reader acts, and those just below them.
func AreaOptions(ctx context.Context, on string, roles ...authz.Role) []ui.Option {
	var out []ui.Option
	for _, top := range Tops(ctx, roles...) {
		if top != "" {
			out = append(out, ui.Option{Value: top, Text: region.Name(top), On: top == on})
		}
		for _, c := range region.Children(top) {
			out = append(out, ui.Option{Value: c.Code, Text: c.Name, On: c.Code == on})
		}
	}
	if on != "" && !slices.ContainsFunc(out, func(o ui.Option) bool { return o.On }) {
		out = append(out, ui.Option{Value: on, Text: region.FullName(on), On: true})
	}
	return out
}

// WithNeighbours adds the areas beside the reader's, for what belongs there.
func WithNeighbours(ctx context.Context, out []ui.Option, on string) []ui.Option {
	for _, top := range Tops(ctx, authz.Cadre) {
		above := region.Parents(top)
		if len(above) == 0 {
			continue
		}
		for _, n := range region.Children(above[len(above)-1].Code) {
			if !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == n.Code }) {
				out = append(out, ui.Option{Value: n.Code, Text: n.Name, Group: web.T(ctx, "requestdesk.area.beside"), On: n.Code == on})
			}
		}
	}
	return out
}

// Form reads a form without files.
func Form(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New("request.form", fault.Invalid, "fault.form").Because(err)
	}
	return nil
}

// Purposed is the context of a sensitive read.
func Purposed(ctx context.Context, purpose string) context.Context {
	return op.With(ctx, op.Call{Purpose: purpose})
}

// Trouble is why a form is shown again: what was wrong with it, or who was
// faster.
type Trouble struct {
	Errs ui.FormErrors
	Who  string // a colleague acted since the page was opened
	Text string // or why it does not fit any more
}

// Again sorts err into what a form can show again and what must be told on a
// page of its own. The second result is the status.
func Again(ctx context.Context, err error) (Trouble, int, error) {
	switch {
	case fault.Is(err, fault.Invalid):
		return Trouble{Errs: ui.FieldErrors(ctx, err)}, http.StatusUnprocessableEntity, nil
	case fault.Is(err, fault.Conflict):
		f := fault.Of(err)
		b := Trouble{Text: web.FailureOf(ctx, err).Detail}
		if f.Msg == "request.changed" {
			b.Who, _ = f.Args["Who"].(string)
		}
		return b, http.StatusConflict, nil
	}
	return Trouble{}, 0, err
}

// Any reports whether a colleague or the state stands in the way.
func (b Trouble) Any() bool { return b.Who != "" || b.Text != "" }

// Unnamed is the context without the client's name of the write, for what
// follows the write that has it.
func Unnamed(ctx context.Context) context.Context { return op.With(ctx, op.Call{}) }

// Gone reports whether err says that something is not there for the reader.
func Gone(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Kind == fault.Missing
}
