package desk

import (
	"context"
	"net/http"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/region"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/sheet"
	"nuanxin/internal/web"
)

// exportForm asks why the list is taken along.
type exportForm struct {
	query
	count int
	why   string
	reach.Trouble
}

// exportQuery is the list that the reader came from, within an area where the
// reader may take lists along.
func (p *pages) exportQuery(r *http.Request) (query, error) {
	q := readQuery(r)
	q.after = ""
	area, ok := reach.Within(r.Context(), q.area, authz.Cadre, authz.Leader)
	if !ok {
		return q, reach.Missing()
	}
	q.area = area
	return q, nil
}

func (p *pages) askExport(w http.ResponseWriter, r *http.Request) error {
	q, err := p.exportQuery(r)
	if err != nil {
		return err
	}
	return p.showExport(w, r, http.StatusOK, exportForm{query: q})
}

func (p *pages) showExport(w http.ResponseWriter, r *http.Request, status int, f exportForm) error {
	ctx := r.Context()
	counts, err := p.Office.Counts(ctx, f.filter())
	if err != nil {
		return err
	}
	f.count = counts[f.group]
	return web.Show(w, r, status, exportPage(p.frame(ctx, t(ctx, "export.title"), crumb(ctx)), f))
}

// export writes the table. It is made whole before its first byte is sent.
func (p *pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := reach.Form(r); err != nil {
		return err
	}
	q, err := p.exportQuery(r)
	if err != nil {
		return err
	}
	why := strings.TrimSpace(r.PostForm.Get("why"))
	if len([]rune(why)) < shortest {
		var faults fault.Form
		faults.Add("why", "requestdesk.name.why.short", nil)
		b, status, err := reach.Again(ctx, faults.Err("request_export.make"))
		if err != nil {
			return err
		}
		return p.showExport(w, r, status, exportForm{query: q, why: why, Trouble: b})
	}
	table, err := p.Office.Export(reach.Purposed(ctx, why), q.filter())
	if err != nil {
		return err
	}
	if err := p.Take(ctx, web.RequestID(ctx), q.filter().Area, table.Column("number")); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="requests-`+web.Day(web.Now(ctx))+`.csv"`)
	h.Set("Cache-Control", "no-store")
	return write(ctx, sheet.NewWriter(w), table, why)
}

func write(ctx context.Context, out *sheet.Writer, table request.Export, why string) error {
	heads := make([]string, len(table.Heads))
	for i, head := range table.Heads {
		heads[i] = t(ctx, "export."+head)
	}
	if err := out.Write(heads...); err != nil {
		return err
	}
	for _, row := range table.Rows {
		for i, head := range table.Heads {
			row[i] = exportWord(ctx, head, row[i])
		}
		if err := out.Write(row...); err != nil {
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

// exportWord says a code of the table in words.
func exportWord(ctx context.Context, head, cell string) string {
	switch {
	case head == "missed" && cell == "true":
		return t(ctx, "yes")
	case head == "missed":
		return t(ctx, "no")
	case cell == "":
		return ""
	case head == "area":
		return region.FullName(cell)
	case head == "topic":
		return tell.Topic(ctx, cell)
	case head == "channel":
		return t(ctx, "channel."+cell)
	case head == "status":
		return tell.Status(ctx, request.Status(cell))
	}
	return cell
}
