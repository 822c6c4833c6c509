package desk

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/region"
	"nuanxin/internal/sheet"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// exportForm asks why the list is taken along.
type exportForm struct {
	query
	area  string
	count string
	why   string
	errs  ui.FormErrors
}

// exported is the list that the reader came from, within the first area where
// the reader may take lists along.
func exported(ctx context.Context, q query) (exportForm, error) {
	q.after = ""
	all := tops(ctx, authz.Cadre, authz.Leader)
	if len(all) == 0 {
		return exportForm{}, missing()
	}
	return exportForm{query: q, area: all[0]}, nil
}

func (e exportForm) filter() roll.Filter {
	f := e.query.filter()
	f.Area = e.area
	return f
}

func (p *pages) askExport(w http.ResponseWriter, r *http.Request) error {
	e, err := exported(r.Context(), readQuery(r.URL.Query()))
	if err != nil {
		return err
	}
	return p.showExport(w, r, http.StatusOK, e)
}

func (p *pages) showExport(w http.ResponseWriter, r *http.Request, status int, e exportForm) error {
	ctx := r.Context()
	n, err := p.Roll.Count(ctx, e.filter())
	if err != nil {
		return err
	}
	e.count = many(n)
	return web.Show(w, r, status, exportPage(p.below(ctx, t(ctx, "export")), e))
}

// export writes the table. It is made whole before its first byte is sent.
func (p *pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := readForm(r); err != nil {
		return err
	}
	e, err := exported(ctx, readQuery(r.PostForm))
	if err != nil {
		return err
	}
	if e.why, err = reason(r); err != nil {
		e.errs = ui.FieldErrors(ctx, err)
		return p.showExport(w, r, http.StatusUnprocessableEntity, e)
	}
	table, err := p.Roll.Export(purposed(ctx, e.why), e.filter())
	if err != nil {
		return err
	}
	listed := make([]string, len(table.Rows))
	for i, m := range table.Rows {
		listed[i] = string(m.ID)
	}
	if err := p.Take(ctx, web.RequestID(ctx), e.area, listed); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="members-`+web.Day(web.Now(ctx))+`.csv"`)
	h.Set("Cache-Control", "no-store")
	return write(ctx, sheet.NewWriter(w), table, e.why)
}

func write(ctx context.Context, out *sheet.Writer, table roll.Table, why string) error {
	heads := []string{"number", "name", "phone", "occupation", "works", "post", "union", "state", "channel", "applied", "due", "decided", "news"}
	for i, head := range heads {
		heads[i] = t(ctx, "fact."+head)
	}
	if err := out.Write(heads...); err != nil {
		return err
	}
	for _, m := range table.Rows {
		err := out.Write(m.Number, m.Name, m.Phone, occupation(ctx, m.Occupation), m.Works, table.Posts[string(m.ID)], m.UnionName, stateOf(ctx, m), t(ctx, "channel."+string(m.Channel)), day(m.AppliedAt), day(m.DueAt), day(m.DecidedAt), t(ctx, "news."+strconv.FormatBool(m.News)))
		if err != nil {
			return err
		}
	}
	if table.Cut {
		if err := out.Write(t(ctx, "export.cut", "Count", len(table.Rows))); err != nil {
			return err
		}
	}
	if err := out.Write(web.Watermark(ctx, why)); err != nil {
		return err
	}
	return out.Flush()
}

func day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return web.Day(at)
}

// areaName is an area in words.
func areaName(ctx context.Context, area string) string {
	if area == "" {
		return t(ctx, "area.nation")
	}
	return orElse(region.FullName(area), area)
}
