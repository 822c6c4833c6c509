package fileweb

import (
	"bytes"
	"context"
	"embed"
	"io"
	"net/http"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/org/intake"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/org/treefile"
	"nuanxin/internal/sheet"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need. All but SignIn is required.
type Config struct {
	Files  *treefile.Service
	Trees  *intake.Service
	Frame  func(ctx context.Context) ui.StaffPage
	SignIn func(h web.Handler) web.Handler // leads who is not staff to the sign-in; nil: nobody is led
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
	policy := authz.Merge(treefile.Policy, intake.Policy)
	route := func(method, pattern string, action authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Action: string(action), Purpose: purpose, Roles: policy.Roles(action), Look: web.LookStaff, Handler: web.HTML(p.SignIn(h))}
	}
	upload := route("POST", orgweb.FilePath, intake.Import, "bring a workbook and read what would become of it", p.upload)
	upload.BodyLimit = treefile.MaxBytes + 64<<10
	one := orgweb.ImportPath + "/{id}"
	return []web.Route{
		upload,
		route("GET", orgweb.FilePath, treefile.Export, "take the tree of unions out or in; imports so far", p.form),
		route("GET", orgweb.FilePath+"/tree.xlsx", treefile.Export, "take the tree of unions out as a workbook", p.book),
		route("GET", orgweb.FilePath+"/tree-names.xlsx", treefile.ExportNames, "take the tree of unions out as a workbook, with the names of those in office", p.named),
		route("GET", orgweb.FilePath+"/tree.csv", treefile.Export, "take the unions out as a table", p.table),
		route("GET", one, intake.See, "read row by row what an import would do or did, or how far it has come", p.one),
		route("GET", one+"/left-out.csv", intake.See, "take the rows along that are left out, and why", p.leftOut),
		route("GET", one+"/apply", intake.Import, "ask before an import is done", p.ask("apply")),
		route("POST", one+"/apply", intake.Import, "do an import", p.apply),
		route("GET", one+"/undo", intake.Import, "ask before an import is taken back", p.ask("undo")),
		route("POST", one+"/undo", intake.Import, "take an import back", p.undo),
		route("POST", one+"/stop", intake.Import, "stop an import", p.stop),
		route("POST", one+"/again", intake.Import, "go on with an import that stood still", p.again),
	}
}

func t(ctx context.Context, key string, args ...any) string { return web.T(ctx, "tree."+key, args...) }

func href(which intake.ID) string { return orgweb.ImportPath + "/" + string(which) }

// frame is the reader's frame with a title.
func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	way := []ui.Crumb{{Text: web.T(ctx, "org.orgs"), Href: orgweb.ListPath}, {Text: web.T(ctx, "org.tree"), Href: orgweb.TreePath}}
	return p.Frame(ctx).At(orgweb.ListPath, title, append(way, crumbs...)...)
}

// formPage is the form for a file, the way out, and the imports so far.
type formPage struct {
	Frame   ui.StaffPage
	Imports bool
	Names   bool // the reader may take out who is in office
	Past    [][]ui.Cell
	Errors  ui.FormErrors
}

func (p *pages) form(w http.ResponseWriter, r *http.Request) error {
	return p.showForm(w, r, http.StatusOK, ui.FormErrors{})
}

// taker refuses who may not take the tree out anywhere.
func taker(ctx context.Context) error {
	who := authz.From(ctx)
	if !who.Has(authz.Cadre) && !who.Has(authz.Leader) && !who.Has(authz.Admin) {
		return fault.New(string(treefile.Export), fault.Denied, "fault.denied")
	}
	return nil
}

func (p *pages) showForm(w http.ResponseWriter, r *http.Request, status int, errs ui.FormErrors) error {
	ctx := r.Context()
	if err := taker(ctx); err != nil {
		return err
	}
	page := formPage{Frame: p.frame(ctx, t(ctx, "title"), ui.Crumb{Text: t(ctx, "title")}), Imports: authz.From(ctx).Has(authz.Admin), Names: authz.From(ctx).Has(authz.Admin) || authz.From(ctx).Has(authz.Leader), Errors: errs}
	if page.Imports {
		past, err := p.Trees.Imports(ctx, 50)
		if err != nil {
			return err
		}
		for _, b := range past {
			page.Past = append(page.Past, []ui.Cell{{Text: named(ctx, b), Href: href(b.ID)}, {Text: t(ctx, "state."+string(b.State))}, {Text: b.By}, {Text: web.When(ctx, b.At)}})
		}
	}
	return web.Show(w, r, status, formView(page))
}

// named is what an import is called.
func named(ctx context.Context, b intake.Batch) string {
	if b.File == "" {
		return t(ctx, "unnamed")
	}
	return b.File
}

// book writes the workbook. It is made whole before its first byte is sent.
func (p *pages) book(w http.ResponseWriter, r *http.Request) error {
	return p.send(w, r, p.Files.Export, workbook, "unions-", ".xlsx", func(out io.Writer, rows []treefile.Row) error {
		return treefile.WriteBook(sheet.NewBook(out), rows, web.Watermark(r.Context(), t(r.Context(), "mark.tree")), false)
	})
}

const workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// named writes the workbook with the names of those in office, and says there what they
// are and who took them out.
func (p *pages) named(w http.ResponseWriter, r *http.Request) error {
	taken := func(ctx context.Context) ([]treefile.Row, error) {
		return p.Files.ExportNames(op.With(ctx, op.Call{Purpose: t(ctx, "mark")}))
	}
	return p.send(w, r, taken, workbook, "unions-names-", ".xlsx", func(out io.Writer, rows []treefile.Row) error {
		return treefile.WriteBook(sheet.NewBook(out), rows, web.Watermark(r.Context(), t(r.Context(), "mark")), true)
	})
}

func (p *pages) table(w http.ResponseWriter, r *http.Request) error {
	return p.send(w, r, p.Files.Export, "text/csv; charset=utf-8", "unions-", ".csv", func(out io.Writer, rows []treefile.Row) error {
		return treefile.WriteCSV(sheet.NewWriter(out), rows, web.Watermark(r.Context(), t(r.Context(), "mark.tree")))
	})
}

func (p *pages) send(w http.ResponseWriter, r *http.Request, export func(context.Context) ([]treefile.Row, error), kind, name, ext string, write func(io.Writer, []treefile.Row) error) error {
	if err := taker(r.Context()); err != nil {
		return err
	}
	rows, err := export(r.Context())
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := write(&out, rows); err != nil {
		return err
	}
	attach(w, kind, name+web.Day(web.Now(r.Context()))+ext)
	_, _ = out.WriteTo(w) // or the reader is gone
	return nil
}

func attach(w http.ResponseWriter, kind, name string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
}

// upload takes a file in, and leads to what it says.
func (p *pages) upload(w http.ResponseWriter, r *http.Request) error {
	if !authz.From(r.Context()).Has(authz.Admin) { // before a file is read
		return fault.New(string(intake.Import), fault.Denied, "fault.denied")
	}
	which, err := p.take(r)
	if fault.Is(err, fault.Invalid) {
		told := fault.Of(err)
		var f fault.Form
		f.Add("file", told.Msg, told.Args)
		return p.showForm(w, r, http.StatusUnprocessableEntity, ui.FieldErrors(r.Context(), fault.Of(f.Err(string(intake.Import)))))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, href(which))
}

// take hands the file of a form over.
func (p *pages) take(r *http.Request) (intake.ID, error) {
	none := fault.New(string(intake.Import), fault.Invalid, "tree.file.none")
	done, err := web.FileForm(r, none)
	defer done()
	if err != nil {
		return "", err
	}
	f, err := web.FileOf(r, "file", treefile.MaxBytes, none)
	if err != nil {
		return "", err
	}
	return p.Trees.Upload(web.Named(r, f.Sum), f.Raw, f.Name)
}
