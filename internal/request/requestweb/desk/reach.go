package desk

import (
	"context"
	"net/http"
	"strconv"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/web/ui"
)

// refOf names the request of the path, with the version that the form was on.
func refOf(r *http.Request) (request.Ref, error) {
	rid, err := id.Parse[request.ID](r.PathValue("id"))
	if err != nil {
		return request.Ref{}, reach.Missing()
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
	if !reach.IsStaff(ctx) {
		return request.Case{}, reach.Missing()
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

// frame is the reader's frame with a title.
func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	at := HrefRequests
	if !reach.IsStaff(ctx) {
		at = HrefRules // all that an administrator sees of these pages
	}
	return p.Frame(ctx).At(at, title, crumbs...)
}

// under is the frame of a page about one request.
func (p *pages) under(ctx context.Context, c request.Case, title string) ui.StaffPage {
	return p.frame(ctx, title, ui.Crumb{Text: t(ctx, "title"), Href: HrefRequests}, ui.Crumb{Text: c.Number, Href: Href(c.ID)})
}
