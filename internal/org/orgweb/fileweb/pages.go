package fileweb

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"io"
	"net/http"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/org/treefile"
	"nuanxin/internal/sheet"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need. All but SignIn is required.
type Config struct {
	Files  *treefile.Service
	Frame  func(ctx context.Context) ui.StaffPage
	SignIn func(h web.Handler) web.Handler              // leads who is not staff to the sign-in; nil: nobody is led
	Scan   func(ctx context.Context, file []byte) error // looks for malware in a file; nil: nobody does
}

type pages struct{ Config }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	if p.SignIn == nil {
		p.SignIn = func(h web.Handler) web.Handler { return h }
	}
	route := func(method, pattern string, action authz.Action, limit int64, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: orgweb.FilePath + pattern, Action: string(action), Purpose: purpose, Roles: treefile.Policy.Roles(action), BodyLimit: limit, Look: web.LookStaff, Handler: web.HTML(p.SignIn(h))}
	}
	const large = treefile.MaxBytes + 64<<10
	return []web.Route{
		route("GET", "", treefile.Export, 0, "take the tree of unions out or in", p.form),
		route("GET", "/tree.csv", treefile.Export, 0, "take the tree of unions out as a table", p.export),
		route("POST", "", treefile.Import, large, "see row by row what a table would do", p.dryRun),
		route("POST", "/apply", treefile.Import, 3*large, "do what a table says", p.apply),
	}
}

func t(ctx context.Context, key string, args ...any) string { return web.T(ctx, "tree."+key, args...) }

func (p *pages) frame(ctx context.Context) ui.StaffPage {
	f := p.Frame(ctx)
	f.Title, f.Nav = t(ctx, "title"), slices.Clone(f.Nav)
	f.Crumbs = []ui.Crumb{{Text: web.T(ctx, "org.orgs"), Href: orgweb.ListPath}, {Text: web.T(ctx, "org.tree"), Href: orgweb.TreePath}, {Text: t(ctx, "title")}}
	for i := range f.Nav {
		f.Nav[i].On = f.Nav[i].Href == orgweb.ListPath
	}
	return f
}

// formPage is the form for a file, and the way out.
type formPage struct {
	Frame   ui.StaffPage
	Imports bool
	Errors  ui.FormErrors
}

func (p *pages) form(w http.ResponseWriter, r *http.Request) error {
	return p.showForm(w, r, http.StatusOK, ui.FormErrors{})
}

func (p *pages) showForm(w http.ResponseWriter, r *http.Request, status int, errs ui.FormErrors) error {
	who := authz.From(r.Context())
	if !who.Has(authz.Cadre) && !who.Has(authz.Leader) && !who.Has(authz.Admin) {
		return fault.New(string(treefile.Export), fault.Denied, "fault.denied")
	}
	return web.Show(w, r, status, formView(formPage{p.frame(r.Context()), who.Has(authz.Admin), errs}))
}

// refused shows the form again with what is wrong with a file.
func (p *pages) refused(w http.ResponseWriter, r *http.Request, err error) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	told := fault.Of(err)
	var f fault.Form
	f.Add("file", told.Msg, told.Args)
	return p.showForm(w, r, http.StatusUnprocessableEntity, ui.FieldErrors(r.Context(), fault.Of(f.Err(string(treefile.Import)))))
}

// export writes the table. It is made whole before its first byte is sent.
func (p *pages) export(w http.ResponseWriter, r *http.Request) error {
	rows, err := p.Files.Export(r.Context())
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := treefile.Write(sheet.NewWriter(&out), rows); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="unions-`+web.Day(web.Now(r.Context()))+`.csv"`)
	h.Set("Cache-Control", "no-store")
	_, _ = out.WriteTo(w) // or the reader is gone
	return nil
}

// reportPage is what a table would do, or did.
type reportPage struct {
	Frame  ui.StaffPage
	Report treefile.Report
	Table  string // what would be done, as it is sent again; empty once it is done
	ReqID  string
}

// keeper refuses who may not import, before a file is read.
func keeper(r *http.Request) error {
	if !authz.From(r.Context()).Has(authz.Admin) {
		return fault.New(string(treefile.Import), fault.Denied, "fault.denied")
	}
	return nil
}

func (p *pages) dryRun(w http.ResponseWriter, r *http.Request) error {
	if err := keeper(r); err != nil {
		return err
	}
	rows, err := p.uploaded(r)
	if err != nil {
		return p.refused(w, r, err)
	}
	report, err := p.Files.DryRun(r.Context(), rows)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := treefile.Write(sheet.NewWriter(&out), rows); err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, reportView(reportPage{p.frame(r.Context()), report, out.String(), web.NewReqID()}))
}

// uploaded reads the rows of the file of a form.
func (p *pages) uploaded(r *http.Request) ([]treefile.Row, error) {
	none := fault.New(string(treefile.Import), fault.Invalid, "tree.file.none")
	if err := r.ParseMultipartForm(1 << 20); err != nil { //nolint:gosec // the route limits the body
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, err
		}
		return nil, none
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // leftovers in the system's own temporary folder
	file, _, err := r.FormFile("file")
	if err != nil {
		return nil, none
	}
	defer func() { _ = file.Close() }() // it was only read
	raw, err := io.ReadAll(io.LimitReader(file, treefile.MaxBytes+1))
	if err == nil && p.Scan != nil {
		err = p.Scan(r.Context(), raw)
	}
	if err != nil {
		return nil, err
	}
	return readRows(bytes.NewReader(raw))
}

func readRows(from io.Reader) ([]treefile.Row, error) {
	table, err := sheet.Read(from, sheet.Auto, sheet.Limits{Bytes: treefile.MaxBytes})
	if err != nil {
		return nil, err
	}
	return treefile.Read(table)
}

func (p *pages) apply(w http.ResponseWriter, r *http.Request) error {
	if err := keeper(r); err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	rows, err := readRows(bytes.NewReader([]byte(r.PostForm.Get("table"))))
	if err != nil {
		return p.refused(w, r, err)
	}
	report, err := p.Files.Apply(web.Named(r), rows)
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, reportView(reportPage{Frame: p.frame(r.Context()), Report: report}))
}
