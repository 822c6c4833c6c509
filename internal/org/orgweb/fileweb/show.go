package fileweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/org/intake"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/sheet"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

const (
	perPage = 50 // rows
	again   = 3  // seconds after which the page of work comes anew without scripts
)

// view is one import as a page shows it.
type view struct {
	intake.Page
	part       intake.Action
	prev, next string
	may        bool
}

// actions are what becomes of rows, in the order in which they are told.
func actions() []intake.Action {
	return []intake.Action{intake.New, intake.Change, intake.Same, intake.Left}
}

// of is the import of the path.
func (p *pages) of(r *http.Request) (intake.Batch, error) {
	which, err := id.Parse[intake.ID](r.PathValue("id"))
	if err != nil {
		return intake.Batch{}, fault.New(string(intake.See), fault.Missing, "fault.missing")
	}
	return p.Trees.Head(r.Context(), which)
}

// may reports whether the reader may do an import.
func may(ctx context.Context, b intake.Batch) bool {
	return intake.Policy.May(authz.From(ctx), intake.Import, b.AuthzObject())
}

func (p *pages) under(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	return p.frame(ctx, title, append([]ui.Crumb{{Text: t(ctx, "title"), Href: orgweb.FilePath}}, crumbs...)...)
}

// one shows an import row by row, or how far the work on it has come.
func (p *pages) one(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	b, err := p.of(r)
	if err != nil {
		return err
	}
	f := p.under(ctx, named(ctx, b), ui.Crumb{Text: named(ctx, b)})
	if b.Busy() {
		if f.Scripts = []string{"htmx"}; b.Trouble == "" {
			f.Refresh = again
		}
		return web.Show(w, r, http.StatusOK, workPage(f, b, may(ctx, b)))
	}
	v := view{part: intake.Action(r.URL.Query().Get("part")), may: may(ctx, b)}
	n, _ := strconv.Atoi(r.URL.Query().Get("page")) // what is none is the first
	if v.Page, err = p.Trees.Items(ctx, b.ID, v.part, n, perPage); err != nil {
		return err
	}
	if v.Page.Page > 1 {
		v.prev = v.href(v.part, v.Page.Page-1)
	}
	if v.Page.Page < v.Pages {
		v.next = v.href(v.part, v.Page.Page+1)
	}
	f.Buttons = buttons(v)
	return web.Show(w, r, http.StatusOK, onePage(f, v))
}

func (v view) href(part intake.Action, page int) string {
	q := url.Values{}
	if part != "" {
		q.Set("part", string(part))
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return href(v.ID)
	}
	return href(v.ID) + "?" + q.Encode()
}

func (v view) filters(ctx context.Context) []ui.Filter {
	all := []ui.Filter{{Text: t(ctx, "all"), Href: v.href("", 1), On: v.part == "", Count: web.Count(int64(v.Total))}}
	for _, a := range actions() {
		if n := v.Counts[a]; n > 0 {
			all = append(all, ui.Filter{Text: t(ctx, "action."+string(a)), Href: v.href(a, 1), On: v.part == a, Count: web.Count(int64(n))})
		}
	}
	return all
}

// cells are the rows of the page.
func (v view) cells(ctx context.Context) (rows [][]ui.Cell) {
	for _, it := range v.Items {
		becomes := t(ctx, "action."+string(it.Action))
		if it.Done && it.Action != intake.Left {
			becomes = t(ctx, "did."+string(it.Action))
		}
		rows = append(rows, []ui.Cell{{Text: t(ctx, "sheet."+string(it.Sheet))}, {Text: strconv.Itoa(it.Line)}, {Text: it.Name}, {Text: becomes}, {Text: problems(ctx, it.Problems)}})
	}
	return rows
}

func problems(ctx context.Context, all []fault.Field) string {
	var words []string
	for _, p := range all {
		var args []any
		for k, v := range p.Args {
			args = append(args, k, v)
		}
		words = append(words, web.T(ctx, p.Msg, args...))
	}
	return web.List(ctx, words...)
}

// ask asks once more before something is done with a whole import.
func (p *pages) ask(what string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		b, err := p.of(r)
		switch {
		case err != nil:
			return err
		case !may(ctx, b):
			return fault.New(string(intake.Import), fault.Denied, "fault.denied")
		case b.State != map[string]intake.State{"apply": intake.Staged, "undo": intake.Applied}[what]:
			return web.See(w, r, href(b.ID))
		}
		v := view{}
		if v.Page, err = p.Trees.Items(ctx, b.ID, "", 1, 1); err != nil {
			return err
		}
		return web.Show(w, r, http.StatusOK, askPage(p.under(ctx, t(ctx, what), ui.Crumb{Text: named(ctx, b), Href: href(b.ID)}, ui.Crumb{Text: t(ctx, what)}), v, what))
	}
}

func (p *pages) apply(w http.ResponseWriter, r *http.Request) error {
	return p.do(w, r, "begun", p.Trees.Start)
}

func (p *pages) undo(w http.ResponseWriter, r *http.Request) error {
	return p.do(w, r, "begun", p.Trees.Undo)
}

func (p *pages) stop(w http.ResponseWriter, r *http.Request) error {
	return p.do(w, r, "stopped", p.Trees.Stop)
}

func (p *pages) again(w http.ResponseWriter, r *http.Request) error {
	return p.do(w, r, "begun", p.Trees.Again)
}

// do does something with an import and leads back to it, where is told what is so.
func (p *pages) do(w http.ResponseWriter, r *http.Request, told string, act func(context.Context, intake.ID) error) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(string(intake.Import), fault.Invalid, "fault.form").Because(err)
	}
	b, err := p.of(r)
	if err != nil {
		return err
	}
	return web.SeeAfter(w, r, href(b.ID), "tree."+told, "tree.moved", act(web.Named(r), b.ID))
}

// leftOut hands the rows out that are left out, with the reason.
func (p *pages) leftOut(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	b, err := p.of(r)
	if err != nil {
		return err
	}
	rows := [][]string{{t(ctx, "sheet"), t(ctx, "row"), web.T(ctx, "org.name"), t(ctx, "why")}}
	if err := p.Trees.Refused(ctx, b.ID, func(some []intake.Item) error {
		for _, it := range some {
			rows = append(rows, []string{t(ctx, "sheet."+string(it.Sheet)), strconv.Itoa(it.Line), it.Name, problems(ctx, it.Problems)})
		}
		return nil
	}); err != nil {
		return err
	}
	attach(w, "text/csv; charset=utf-8", "left-out.csv")
	out := sheet.NewWriter(w)
	for _, row := range append(rows, []string{web.Watermark(ctx, t(ctx, "mend"))}) {
		if err := out.Write(row...); err != nil {
			return nil // the reader is gone
		}
	}
	_ = out.Flush() // the reader may be gone
	return nil
}
