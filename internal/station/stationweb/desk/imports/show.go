package imports

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/intake/list"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// of returns the import of the request's path.
func (p *pages) of(r *http.Request) (intake.Batch, error) {
	own, err := id.Parse[intake.ID](r.PathValue("id"))
	if err != nil {
		return intake.Batch{}, tell.Missing()
	}
	return p.Intake.Head(r.Context(), own)
}

// The parts of an import, in the order in which they are offered.
const (
	partAdd     = intake.Part(list.WillAdd)
	partUpdate  = intake.Part(list.WillUpdate)
	partSkip    = intake.Part(list.WillSkip)
	partRefused = intake.Part(list.WillRefuse)
	partSame    = intake.Part(list.WillNot)
)

func parts() []intake.Part {
	return []intake.Part{intake.PartAll, intake.PartDoubt, partAdd, partUpdate, partSkip, partRefused, partSame, intake.PartLeft}
}

// linesPerPage is how many rows of a file one page shows.
const linesPerPage = 40

// importView is an import as one page shows it.
type importView struct {
	intake.Batch
	intake.Page
	part       intake.Part
	prev, next string
	mayApply   bool
}

// one shows an import row by row, or how far the work on it has come.
func (p *pages) one(w http.ResponseWriter, r *http.Request) error {
	b, err := p.of(r)
	switch {
	case err != nil:
		return err
	case b.Busy():
		return p.progress(w, r, b)
	case r.Header.Get("HX-Request") != "":
		// Asked for by the page that showed the progress: there is another page now.
		w.Header().Set("HX-Redirect", href(b))
		return nil
	}
	ctx := r.Context()
	v, err := p.view(ctx, b, intake.Part(r.URL.Query().Get("part")), r.URL.Query().Get("page"))
	if err != nil {
		return err
	}
	page := p.Frame(ctx, fileName(ctx, b), ui.Crumb{Text: tell.T(ctx, "title"), Href: tell.HrefStations}, ui.Crumb{Text: tell.T(ctx, "imports"), Href: Href})
	page.Chips = importChips(v)
	page.Buttons = importButtons(v)
	return web.Show(w, r, http.StatusOK, importPage(page, v))
}

func (p *pages) view(ctx context.Context, b intake.Batch, part intake.Part, page string) (importView, error) {
	v := importView{Batch: b, mayApply: mayImport(ctx, b)}
	if slices.Contains(parts(), part) {
		v.part = part
	}
	n, err := strconv.Atoi(page)
	if err != nil {
		n = 1
	}
	if v.Page, err = p.Intake.Lines(ctx, b.ID, v.part, n, linesPerPage); err != nil {
		return v, err
	}
	if at := v.Page.Page; at > 1 {
		v.prev = v.href(v.part, at-1)
	}
	if at := v.Page.Page; at < v.Pages {
		v.next = v.href(v.part, at+1)
	}
	return v, nil
}

func mayImport(ctx context.Context, b intake.Batch) bool {
	return station.Policy.May(authz.From(ctx), station.Import, b.AuthzObject())
}

func (v importView) href(part intake.Part, page int) string {
	q := url.Values{}
	if part != intake.PartAll {
		q.Set("part", string(part))
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return href(v.Batch)
	}
	return href(v.Batch) + "?" + q.Encode()
}

func (v importView) filters(ctx context.Context) []ui.Filter {
	var out []ui.Filter
	for _, part := range parts() {
		if n := v.Counts[part]; part == intake.PartAll || n > 0 || part == v.part {
			out = append(out, ui.Filter{Text: tell.T(ctx, "part."+string(part)), Href: v.href(part, 1), On: part == v.part, Count: web.Count(int64(n))})
		}
	}
	return out
}

// changes is how many stations applying would add or change.
func (v importView) changes() int { return v.Counts[partAdd] + v.Counts[partUpdate] }

func (p *pages) askApply(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, intake.Staged, "apply")
}

func (p *pages) askUndo(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, intake.Applied, "undo")
}

// ask asks before an import is applied or undone.
func (p *pages) ask(w http.ResponseWriter, r *http.Request, when intake.State, do string) error {
	ctx := r.Context()
	b, err := p.of(r)
	switch {
	case err != nil:
		return err
	case !mayImport(ctx, b):
		return fault.New("station.import", fault.Denied, "fault.denied")
	case b.Busy() || b.State != when: // it went on meanwhile: its page tells
		return web.See(w, r, href(b))
	}
	v, err := p.view(ctx, b, intake.PartAll, "")
	if err != nil {
		return err
	}
	page := p.Frame(ctx, tell.T(ctx, do), ui.Crumb{Text: tell.T(ctx, "imports"), Href: Href}, ui.Crumb{Text: fileName(ctx, b), Href: href(b)})
	return web.Show(w, r, http.StatusOK, askPage(page, v, do))
}

func (p *pages) apply(w http.ResponseWriter, r *http.Request) error {
	return p.carry(w, r, intake.Applying, "stationdesk.flash.applied")
}

func (p *pages) undo(w http.ResponseWriter, r *http.Request) error {
	return p.carry(w, r, intake.Undoing, "stationdesk.flash.undone")
}

// carry does what was asked with an import. What is done at once is told; the
// progress of what takes longer has a page.
func (p *pages) carry(w http.ResponseWriter, r *http.Request, kind intake.Kind, told string) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	b, err := p.of(r)
	if err != nil {
		return err
	}
	if b, err = p.Intake.Carry(web.Named(r), b.ID, kind); err != nil {
		return err
	}
	if !b.Busy() {
		web.SetFlash(w, r, told) // the page tells how many
	}
	return web.See(w, r, href(b))
}
