package imports

import (
	"context"
	"net/http"

	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// again is after how many seconds the page of long work comes anew by itself.
const again = 3

// progress shows how far long work has come, or why it does not go on.
func (p *pages) progress(w http.ResponseWriter, r *http.Request, b intake.Batch) error {
	ctx := r.Context()
	ahead, err := p.Intake.Ahead(ctx, b.ID)
	if err != nil {
		return err
	}
	page := p.Frame(ctx, fileName(ctx, b), ui.Crumb{Text: tell.T(ctx, "title"), Href: tell.HrefStations}, ui.Crumb{Text: tell.T(ctx, "imports"), Href: Href})
	if page.Scripts = []string{"htmx"}; going(b) {
		page.Refresh = again
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, http.StatusOK, progressPage(page, b, aheadWords(ctx, ahead), mayImport(ctx, b)))
}

// going reports whether work goes on without anybody doing anything.
func going(b intake.Batch) bool { return b.Work.Trouble == nil || b.Work.Stop }

// cancel stops long work. An import whose file was not read yet goes with it.
func (p *pages) cancel(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	b, err := p.of(r)
	if err != nil {
		return err
	}
	if err := p.Intake.Cancel(web.Named(r), b.ID); err != nil {
		return err
	}
	web.SetFlash(w, r, "stationdesk.flash.stopped")
	return web.See(w, r, Href)
}

// workWords say what is being done.
func workWords(ctx context.Context, b intake.Batch) string {
	switch w := b.Work; {
	case w.Stop:
		return tell.T(ctx, "work.stop")
	case w.Trouble != nil:
		return tell.T(ctx, "work.trouble")
	default:
		return tell.T(ctx, "work."+string(w.Kind))
	}
}

// stateWords say how far an import has come.
func stateWords(ctx context.Context, b intake.Batch) string {
	if b.Busy() {
		return workWords(ctx, b)
	}
	return tell.T(ctx, "state."+string(b.State))
}

// rowsWords say how many rows are through.
func rowsWords(ctx context.Context, w *intake.Work) string {
	if w.Total == 0 {
		return tell.T(ctx, "work.opening")
	}
	return tell.T(ctx, "work.rows."+string(w.Kind), "Done", web.Count(int64(w.Done)), "Total", web.Count(int64(w.Total)))
}

// aheadWords say which import is done before this one, and how far it is; ""
// where none is.
func aheadWords(ctx context.Context, a intake.Ahead) string {
	if a.Count == 0 {
		return ""
	}
	file := a.File
	if file == "" {
		file = tell.T(ctx, "work.ahead_other")
	}
	far := rowsWords(ctx, &a.Work)
	if a.Work.Stop {
		far = tell.T(ctx, "work.stop")
	}
	if a.Count > 1 {
		return tell.T(ctx, "work.ahead_many", "Count", a.Count, "File", file, "Rows", far)
	}
	return tell.T(ctx, "work.ahead", "File", file, "Rows", far)
}

// share is how much of the work is done, in percent.
func share(w *intake.Work) int { return 100 * w.Done / max(w.Total, 1) }

// troubleWords say why work does not go on.
func troubleWords(ctx context.Context, t *intake.Trouble) []string {
	var all []string
	for _, e := range tell.Errors(ctx, t.Err()).All() {
		all = append(all, e.Text)
	}
	return all
}

// resultWords say what became of an import that was applied or undone; "" of
// one that is neither.
func resultWords(ctx context.Context, b intake.Batch) string {
	t, key := b.Done, "import.applied"
	switch b.State {
	case intake.Staged:
		return ""
	case intake.Undone:
		t, key = b.Undone, "import.undone"
	}
	if t == (intake.Tally{}) {
		return "" // by a version of the program that did not count
	}
	words := tell.T(ctx, key, "Added", web.Count(int64(t.Added)), "Updated", web.Count(int64(t.Updated)))
	if t.Left > 0 {
		words = tell.T(ctx, "import.left", "Did", words, "Left", web.Count(int64(t.Left)))
	}
	return words
}
