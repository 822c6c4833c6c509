package imports

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/region"
	"nuanxin/internal/sheet"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// uploadForm is the form as it was filled in; the file must be chosen again, which
// browsers ask for.
type uploadForm struct {
	basis, where, company, encoding, area string
	errs                                  ui.FormErrors
}

// areas are the areas in which the reader takes members in.
func areas(ctx context.Context) (all []string) {
	for _, g := range authz.From(ctx).Grants {
		if g.Role == authz.Cadre && !slices.Contains(all, g.Area) {
			all = append(all, g.Area)
		}
	}
	return all
}

// list shows the form and the lists so far.
func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, http.StatusOK, uploadForm{encoding: string(sheet.Auto)})
}

func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, f uploadForm) error {
	ctx := r.Context()
	if err := reader(ctx); err != nil {
		return err
	}
	past, err := p.Lists.Imports(ctx, 50)
	if err != nil {
		return err
	}
	var rows [][]ui.Cell
	for _, b := range past {
		rows = append(rows, []ui.Cell{{Text: named(ctx, b), Href: href(b.ID)}, {Text: t(ctx, "state."+string(b.State))}, {Text: b.UnionName}, {Text: b.By}, {Text: web.When(ctx, b.At)}})
	}
	return web.Show(w, r, status, listPage(p.frame(ctx, t(ctx, "title")), f, rows, areas(ctx)))
}

// named is what a list is called.
func named(ctx context.Context, b intake.Batch) string {
	if b.File == "" {
		return t(ctx, "unnamed")
	}
	return b.File
}

func href(which intake.ID) string { return Href + "/" + string(which) }

// upload takes a file in, and leads to what it says.
func (p *pages) upload(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if len(areas(ctx)) == 0 {
		return fault.New("member.import", fault.Missing, "fault.missing")
	}
	done, err := web.FileForm(r, wrongFile("no_file"))
	defer done()
	if fault.Is(err, fault.Invalid) {
		return p.show(w, r, http.StatusUnprocessableEntity, uploadForm{errs: ui.FieldErrors(ctx, err)})
	}
	if err != nil {
		return err
	}
	f := uploadForm{basis: r.PostForm.Get("basis"), where: r.PostForm.Get("where"), company: r.PostForm.Get("company"), encoding: r.PostForm.Get("encoding"), area: r.PostForm.Get("area")}
	which, err := p.take(r, f)
	if fault.Is(err, fault.Invalid) {
		f.errs = ui.FieldErrors(ctx, heading(err))
		return p.show(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, href(which))
}

// take hands the file over.
func (p *pages) take(r *http.Request, f uploadForm) (intake.ID, error) {
	enc, err := sheet.ParseEncoding(f.encoding)
	if err != nil {
		return "", err
	}
	file, err := web.FileOf(r, "file", intake.MaxBytes, wrongFile("no_file"))
	if err != nil {
		return "", err
	}
	return p.Lists.Upload(web.Named(r, file.Sum), file.Raw, intake.Options{
		File: file.Name, Area: f.area, Basis: intake.Basis(f.basis), Where: f.where, Company: f.company, Encoding: enc,
	})
}

func wrongFile(why string) error {
	var f fault.Form
	f.Add("file", "memberimport.wrong."+why, nil)
	return f.Err("member.import")
}

// heading says in the words of members that no headings were found; whatever else is
// wrong with a file is told at its input.
func heading(err error) error {
	switch f := fault.Of(err); {
	case f.Msg == "sheet.no_header":
		return wrongFile("no_header")
	case strings.HasPrefix(f.Msg, "sheet."), strings.HasPrefix(f.Msg, "scan."):
		var form fault.Form
		form.Add("file", f.Msg, f.Args)
		return form.Err("member.import")
	}
	return err
}

// template is an empty list with two example rows, marked as such.
func (p *pages) template(w http.ResponseWriter, r *http.Request) error {
	if err := reader(r.Context()); err != nil {
		return err
	}
	attach(w, "members-template.csv")
	return write(w, [][]string{
		{"姓名", "手机号", "身份证号", "岗位工种", "单位名称", "站点"},
		{"示例一（导入前删掉）", "19900000000", "", "外卖骑手", "示例外卖、示例跑腿", "示例外卖城南站"},
		{"示例二（导入前删掉）", "19900000009", "", "快递员", "示例快递", ""},
	})
}

func attach(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Cache-Control", "private, no-store")
}

// write sends rows that no spreadsheet takes for formulas.
func write(w io.Writer, rows [][]string) error {
	out := sheet.NewWriter(w)
	for _, row := range rows {
		if err := out.Write(row...); err != nil {
			return nil // the reader is gone
		}
	}
	_ = out.Flush() // the reader may be gone
	return nil
}

// areaOptions are the areas to choose from.
func areaOptions(all []string, chosen string) []ui.Option {
	var out []ui.Option
	for _, a := range all {
		out = append(out, ui.Option{Value: a, Text: region.FullName(a), On: a == chosen})
	}
	return out
}

// basisOptions are the rights by which a union has a list.
func basisOptions(ctx context.Context, chosen string) []ui.Option {
	var out []ui.Option
	for _, b := range intake.Bases() {
		out = append(out, ui.Option{Value: string(b), Text: t(ctx, "basis."+string(b)), On: string(b) == chosen})
	}
	return out
}
