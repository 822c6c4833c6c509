package desk

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/region"
	"nuanxin/internal/request"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// errMissing is the answer to whoever has nothing to look for here.
func errMissing() error { return fault.New("request.desk", fault.Missing, "fault.missing") }

// refOf names the request of the path, with the version that the form was on.
func refOf(r *http.Request) (request.Ref, error) {
	rid, err := id.Parse[request.ID](r.PathValue("id"))
	if err != nil {
		return request.Ref{}, errMissing()
	}
	ref := request.Ref{ID: rid}
	if n, err := strconv.ParseInt(r.PostForm.Get("seen"), 10, 64); err == nil {
		ref.Seen = n
	}
	return ref, nil
}

// read returns a request as staff read it. Its worker and the bodies that have
// it may know of it, but not at these addresses: to them it is missing here.
func (p *pages) read(ctx context.Context, ref request.Ref) (request.Case, error) {
	if !isStaff(ctx) {
		return request.Case{}, errMissing()
	}
	return p.Office.Case(ctx, ref)
}

// load returns the request of the path as the reader may read it; else it is
// missing, whatever act the page is for.
func (p *pages) load(r *http.Request, act authz.Action) (request.Case, error) {
	ref, err := refOf(r)
	if err != nil {
		return request.Case{}, err
	}
	c, err := p.read(r.Context(), ref)
	if err != nil {
		return c, err
	}
	if !may(r.Context(), act, c) {
		return c, fault.New(string(act), fault.Denied, "fault.denied")
	}
	return c, nil
}

// may reports whether the reader has the right to the act.
func may(ctx context.Context, act authz.Action, c request.Case) bool {
	return request.Policy.May(authz.From(ctx), act, c.AuthzObject())
}

// can reports whether the reader has the right and the act fits the state.
func can(ctx context.Context, act authz.Action, k request.Kind, c request.Case) bool {
	return may(ctx, act, c) && c.Status.May(k)
}

// tops are the areas in which the reader holds one of the roles.
func tops(ctx context.Context, roles ...authz.Role) []string {
	var areas []string
	for _, g := range authz.From(ctx).Grants {
		if slices.Contains(roles, g.Role) && !slices.Contains(areas, g.Area) {
			areas = append(areas, g.Area)
		}
	}
	slices.Sort(areas)
	return areas
}

// within returns area if it lies in one that the reader holds by one of the
// roles, else the first of those.
func within(ctx context.Context, area string, roles ...authz.Role) (string, bool) {
	all := tops(ctx, roles...)
	if len(all) == 0 {
		return "", false
	}
	if region.Valid(area) && area != "" && slices.ContainsFunc(all, func(top string) bool { return region.Contains(top, area) }) {
		return area, true
	}
	return all[0], true
}

func staffRoles() []authz.Role { return []authz.Role{authz.Cadre, authz.Leader} }

func isStaff(ctx context.Context) bool { return len(tops(ctx, staffRoles()...)) > 0 }

func isCadre(ctx context.Context) bool { return len(tops(ctx, authz.Cadre)) > 0 }

// areaOptions are the areas in which the reader acts, and those just below them.
func areaOptions(ctx context.Context, on string, roles ...authz.Role) []ui.Option {
	var out []ui.Option
	for _, top := range tops(ctx, roles...) {
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

// withNeighbours adds the areas beside the reader's, for what belongs there.
func withNeighbours(ctx context.Context, out []ui.Option, on string) []ui.Option {
	for _, top := range tops(ctx, authz.Cadre) {
		above := region.Parents(top)
		if len(above) == 0 {
			continue
		}
		for _, n := range region.Children(above[len(above)-1].Code) {
			if !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == n.Code }) {
				out = append(out, ui.Option{Value: n.Code, Text: n.Name, Group: t(ctx, "area.beside"), On: n.Code == on})
			}
		}
	}
	return out
}

// frame is the reader's frame with a title.
func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	f := p.Frame(ctx)
	f.Title, f.Heading, f.Crumbs = title, "", crumbs
	f.Nav = slices.Clone(f.Nav)
	for i := range f.Nav {
		f.Nav[i].On = f.Nav[i].Href == HrefRequests
	}
	return f
}

// under is the frame of a page about one request.
func (p *pages) under(ctx context.Context, c request.Case, title string) ui.StaffPage {
	return p.frame(ctx, title, ui.Crumb{Text: t(ctx, "title"), Href: HrefRequests}, ui.Crumb{Text: c.Number, Href: Href(c.ID)})
}

// form reads a form without files.
func form(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New("request.form", fault.Invalid, "fault.form").Because(err)
	}
	return nil
}

// purposed is the context of a sensitive read.
func purposed(ctx context.Context, purpose string) context.Context {
	return op.With(ctx, op.Call{Purpose: purpose})
}

// trouble is why a form is shown again: what was wrong with it, or who was
// faster.
type trouble struct {
	errs ui.FormErrors
	who  string // a colleague acted since the page was opened
	text string // or why it does not fit any more
}

// again sorts err into what a form can show again and what must be told on a
// page of its own. The second result is the status.
func again(ctx context.Context, err error) (trouble, int, error) {
	switch {
	case fault.Is(err, fault.Invalid):
		return trouble{errs: ui.FieldErrors(ctx, err)}, http.StatusUnprocessableEntity, nil
	case fault.Is(err, fault.Conflict):
		f := fault.Of(err)
		b := trouble{text: web.FailureOf(ctx, err).Detail}
		if f.Msg == "request.changed" {
			b.who, _ = f.Args["Who"].(string)
		}
		return b, http.StatusConflict, nil
	}
	return trouble{}, 0, err
}

func (b trouble) any() bool { return b.who != "" || b.text != "" }

// unnamed is the context without the client's name of the write, for what
// follows the write that has it.
func unnamed(ctx context.Context) context.Context { return op.With(ctx, op.Call{}) }
