package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/web"
)

// mergeForm is what to join to a matter, and what each person will be told.
type mergeForm struct {
	alike   []request.Alike
	chosen  []request.Case // the preview: not yet done
	on      []string
	numbers string
	words   string
	reqID   string
	seen    int64
	reach.Trouble
}

func (p *pages) askMerge(w http.ResponseWriter, r *http.Request) error {
	c, err := p.load(r, request.Join)
	if err != nil {
		return err
	}
	f, status := mergeForm{seen: c.Version}, http.StatusOK
	if !c.Status.Open() {
		f.Text, status = notNow(r.Context(), c), http.StatusConflict
	}
	return p.showMerge(w, r, status, c, f)
}

func (p *pages) showMerge(w http.ResponseWriter, r *http.Request, status int, c request.Case, f mergeForm) (err error) {
	ctx := r.Context()
	if f.alike, err = p.alikeTo(ctx, c); err != nil {
		return err
	}
	f.reqID = web.NewReqID()
	return web.Show(w, r, status, mergePage(p.under(ctx, c, t(ctx, "merge.title")), c, f))
}

// merge first shows what each person will be told, and joins the matters when
// the form comes back from there.
func (p *pages) merge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := reach.Form(r); err != nil {
		return err
	}
	c, err := p.load(r, request.Join)
	if err != nil {
		return err
	}
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	v := r.PostForm
	f := mergeForm{on: v["other"], numbers: strings.TrimSpace(v.Get("numbers")), words: v.Get("words"), seen: c.Version}
	if v.Get("do") == "back" {
		return p.showMerge(w, r, http.StatusOK, c, f)
	}
	if f.chosen, err = p.toMerge(ctx, c, v); err == nil && v.Get("do") == "merge" {
		err = p.join(web.Named(r), ref, f)
	}
	switch {
	case err == nil && v.Get("do") == "merge":
		web.SetFlash(w, r, "requestdesk.flash.merge", "Count", len(f.chosen))
		return web.See(w, r, Href(c.ID))
	case err == nil:
		return p.showMerge(w, r, http.StatusOK, c, f)
	}
	b, status, err := againIn(ctx, c, err)
	if err != nil {
		return err
	}
	f.Trouble, f.chosen = b, nil
	return p.showMerge(w, r, status, c, f)
}

func (p *pages) join(ctx context.Context, ref request.Ref, f mergeForm) error {
	ids := make([]request.ID, len(f.chosen))
	for i, c := range f.chosen {
		ids[i] = c.ID
	}
	_, err := p.Office.Merge(ctx, ref, f.words, ids...)
	return err
}

// toMerge are the requests that were ticked or named by number.
func (p *pages) toMerge(ctx context.Context, c request.Case, v url.Values) ([]request.Case, error) {
	var refs []request.Ref
	for _, s := range v["other"] {
		if rid, err := id.Parse[request.ID](s); err == nil {
			refs = append(refs, request.Ref{ID: rid})
		}
	}
	for _, n := range strings.FieldsFunc(v.Get("numbers"), func(r rune) bool { return strings.ContainsRune(" ,，、;；\r\n\t", r) }) {
		refs = append(refs, request.Ref{Number: n})
	}
	var out []request.Case
	var form fault.Form
	for _, ref := range refs[:min(len(refs), 50)] {
		o, err := p.read(ctx, ref)
		switch {
		case reach.Gone(err):
			form.Add("numbers", "requestdesk.merge.missing", fault.Args{"Number": ref.Number})
			return nil, form.Err("request.merge")
		case err != nil:
			return nil, err
		case o.ID == c.ID:
			form.Add("numbers", "requestdesk.merge.self", nil)
			return nil, form.Err("request.merge")
		case !can(ctx, request.Join, request.KindMerged, o):
			form.Add("numbers", "requestdesk.merge.state", fault.Args{"Number": o.Number, "Status": tell.Status(ctx, o.Status)})
			return nil, form.Err("request.merge")
		case !slices.ContainsFunc(out, func(x request.Case) bool { return x.ID == o.ID }):
			out = append(out, o)
		}
	}
	if len(out) == 0 {
		form.Add("other", "requestdesk.merge.none", nil)
	}
	return out, form.Err("request.merge")
}
