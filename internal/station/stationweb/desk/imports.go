package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/id"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// uploadForm is the form for a file as typed; the file itself must be chosen
// again, which browsers ask for.
type uploadForm struct {
	encoding, datum, area string
	public, demo          bool
	errors                ui.FormErrors
}

// importList shows the form for a file, and the imports so far.
func (p *pages) importList(w http.ResponseWriter, r *http.Request) error {
	own := tops(r.Context(), authz.Cadre, authz.Leader)
	if len(own) == 0 {
		return tell.Missing()
	}
	return p.showImports(w, r, http.StatusOK, uploadForm{encoding: string(sheet.Auto), area: own[0]})
}

func (p *pages) showImports(w http.ResponseWriter, r *http.Request, status int, f uploadForm) error {
	ctx := r.Context()
	past, err := p.Intake.Imports(ctx, 50)
	if err != nil {
		return err
	}
	page := p.frame(ctx, tell.T(ctx, "imports"), ui.Crumb{Text: tell.T(ctx, "title"), Href: HrefStations}, ui.Crumb{Text: tell.T(ctx, "imports")})
	return web.Show(w, r, status, importsPage(page, f, p.past(ctx, past), isCadre(ctx)))
}

// past are the imports so far as rows of a table.
func (p *pages) past(ctx context.Context, all []intake.Batch) [][]ui.Cell {
	var rows [][]ui.Cell
	for _, b := range all {
		by := ""
		if p.Name != nil {
			by = p.Name(ctx, b.By)
		}
		rows = append(rows, []ui.Cell{{Text: fileName(ctx, b), Href: importHref(b)}, {Text: tell.T(ctx, "state."+string(b.State))}, {Text: tell.Area(b.Area)}, {Text: by}, {Text: web.When(ctx, b.At)}})
	}
	return rows
}

func fileName(ctx context.Context, b intake.Batch) string {
	if b.Options.File == "" {
		return tell.T(ctx, "import.unnamed")
	}
	return b.Options.File
}

func importHref(b intake.Batch) string { return HrefImports + "/" + string(b.ID) }

// upload reads a file and keeps what importing it would do. The file is read
// before anything is written: nothing waits for it.
func (p *pages) upload(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !isCadre(ctx) {
		return tell.Missing()
	}
	if err := r.ParseMultipartForm(1 << 20); err != nil { //nolint:gosec // the route limits the body
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return p.showImports(w, r, http.StatusUnprocessableEntity, uploadForm{errors: tell.Errors(ctx, wrongFile("stationdesk.wrong.no_file"))})
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // leftovers in the system's own temporary folder
	f := uploadForm{encoding: r.PostForm.Get("encoding"), datum: r.PostForm.Get("datum"), area: r.PostForm.Get("area"), public: r.PostForm.Has("public"), demo: r.PostForm.Has("demo")}
	table, name, sum, err := readFile(r, f.encoding)
	var b intake.Batch
	if err == nil {
		b, err = p.Intake.Stage(web.Named(r, sum), table, f.options(name))
	}
	if err != nil && fault.KindOf(err) == fault.Invalid {
		f.errors = tell.Errors(ctx, err)
		return p.showImports(w, r, tell.HTTPStatus(err), f)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, importHref(b))
}

func (f uploadForm) options(name string) intake.Options {
	o := intake.Options{File: name, Area: f.area, Public: f.public, Demo: f.demo}
	if d, err := geo.ParseDatum(f.datum); err == nil {
		o.Datum = d.String()
	}
	return o
}

func wrongFile(msg string) error {
	var form fault.Form
	form.Add("file", msg, nil)
	return form.Err("station.import")
}

// readFile reads the uploaded table, its name and the digest of its bytes.
func readFile(r *http.Request, encoding string) (t sheet.Table, name, sum string, err error) {
	enc, err := sheet.ParseEncoding(encoding)
	if err != nil {
		return t, "", "", err
	}
	file, head, err := r.FormFile("file")
	if err != nil {
		return t, "", "", wrongFile("stationdesk.wrong.no_file")
	}
	defer func() { _ = file.Close() }() // it was only read
	if sum, err = digest(file); err != nil {
		return t, "", "", err
	}
	t, err = sheet.Read(file, enc, sheet.Limits{Bytes: maxUpload})
	return t, cleanName(head.Filename), sum, err
}

func digest(file multipart.File) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	_, err := file.Seek(0, io.SeekStart)
	return hex.EncodeToString(h.Sum(nil)), err
}

// cleanName is the file's name without folders, and not longer than a line.
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if runes := []rune(name); len(runes) > 80 {
		name = string(runes[:80])
	}
	return name
}

// importOf returns the import of the request's path.
func (p *pages) importOf(r *http.Request) (intake.Batch, error) {
	own, err := id.Parse[intake.ID](r.PathValue("id"))
	if err != nil {
		return intake.Batch{}, tell.Missing()
	}
	return p.Intake.Staged(r.Context(), own)
}

// The parts of an import.
const (
	partAll     = ""
	partDoubt   = "doubt"
	partAdd     = "add"
	partUpdate  = "update"
	partSkip    = "skip"
	partRefused = "refuse"
	partSame    = "same"
	partLeft    = "left" // left alone because somebody was there meanwhile
)

func parts() []string {
	return []string{partAll, partDoubt, partAdd, partUpdate, partSkip, partRefused, partSame, partLeft}
}

func inPart(part string, l intake.Line) bool {
	switch part {
	case partAll:
		return true
	case partDoubt:
		return len(l.Doubts) > 0
	case partLeft:
		return l.Left != ""
	}
	return string(l.Action) == part
}

// linesPerPage is how many rows of a file one page shows.
const linesPerPage = 40

// importView is an import as one page shows it.
type importView struct {
	intake.Batch
	part        string
	lines       []intake.Line
	prev, next  string
	counts      map[string]int
	mayApply    bool
	page, pages int
}

func (p *pages) importOne(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	b, err := p.importOf(r)
	if err != nil {
		return err
	}
	v := view(b, r.URL.Query().Get("part"), r.URL.Query().Get("page"))
	v.mayApply = station.Policy.May(authz.From(ctx), station.Import, b.AuthzObject())
	page := p.frame(ctx, fileName(ctx, b), ui.Crumb{Text: tell.T(ctx, "title"), Href: HrefStations}, ui.Crumb{Text: tell.T(ctx, "imports"), Href: HrefImports})
	page.Chips = importChips(v)
	page.Buttons = importButtons(v)
	return web.Show(w, r, http.StatusOK, importPage(page, v))
}

func view(b intake.Batch, part, page string) importView {
	v := importView{Batch: b, counts: map[string]int{}}
	for _, known := range parts() {
		if known == part {
			v.part = part
		}
	}
	var all []intake.Line
	for _, l := range b.Lines {
		for _, part := range parts() {
			if inPart(part, l) {
				v.counts[part]++
			}
		}
		if inPart(v.part, l) {
			all = append(all, l)
		}
	}
	n, err := strconv.Atoi(page)
	v.pages = max(1, (len(all)+linesPerPage-1)/linesPerPage)
	if v.page = min(n, v.pages); err != nil || n < 1 {
		v.page = 1
	}
	v.lines = all[(v.page-1)*linesPerPage : min(len(all), v.page*linesPerPage)]
	if v.page > 1 {
		v.prev = v.href(v.part, v.page-1)
	}
	if v.page < v.pages {
		v.next = v.href(v.part, v.page+1)
	}
	return v
}

func (v importView) href(part string, page int) string {
	q := url.Values{}
	if part != partAll {
		q.Set("part", part)
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return importHref(v.Batch)
	}
	return importHref(v.Batch) + "?" + q.Encode()
}

func (v importView) filters(ctx context.Context) []ui.Filter {
	var out []ui.Filter
	for _, part := range parts() {
		if part == partAll || v.counts[part] > 0 || part == v.part {
			out = append(out, ui.Filter{Text: tell.T(ctx, "part."+part), Href: v.href(part, 1), On: part == v.part, Count: web.Count(int64(v.counts[part]))})
		}
	}
	return out
}

// changes is how many stations applying would add or change.
func (v importView) changes() int { return v.counts[partAdd] + v.counts[partUpdate] }

func (p *pages) askApply(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, intake.Staged, "apply")
}
func (p *pages) askUndo(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, intake.Applied, "undo")
}

// ask asks before an import is applied or undone.
func (p *pages) ask(w http.ResponseWriter, r *http.Request, when intake.State, do string) error {
	ctx := r.Context()
	b, err := p.importOf(r)
	if err != nil {
		return err
	}
	switch {
	case !station.Policy.May(authz.From(ctx), station.Import, b.AuthzObject()):
		return fault.New("station.import", fault.Denied, "fault.denied")
	case b.State != when:
		return fault.New("station.import", fault.Conflict, "import.state")
	}
	page := p.frame(ctx, tell.T(ctx, do), ui.Crumb{Text: tell.T(ctx, "imports"), Href: HrefImports}, ui.Crumb{Text: fileName(ctx, b), Href: importHref(b)})
	return web.Show(w, r, http.StatusOK, askPage(page, view(b, "", ""), do))
}

func (p *pages) apply(w http.ResponseWriter, r *http.Request) error {
	return p.carry(w, r, "stationdesk.flash.applied", func(ctx context.Context, own intake.ID) ([]intake.Outcome, error) {
		return p.Intake.Apply(ctx, own)
	})
}

func (p *pages) undo(w http.ResponseWriter, r *http.Request) error {
	return p.carry(w, r, "stationdesk.flash.undone", p.Intake.Undo)
}

// carry does what was asked with an import and tells what became of the rows.
func (p *pages) carry(w http.ResponseWriter, r *http.Request, told string, do func(context.Context, intake.ID) ([]intake.Outcome, error)) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	b, err := p.importOf(r)
	if err != nil {
		return err
	}
	outcomes, err := do(web.Named(r), b.ID)
	if err != nil {
		return err
	}
	done, left := 0, 0
	for _, o := range outcomes {
		switch {
		case o.Action == intake.WillAdd || o.Action == intake.WillUpdate:
			done++
		case o.Why == "import.changed_meanwhile" || o.Why == "import.used_meanwhile":
			left++
		}
	}
	web.SetFlash(w, r, told, "Done", done, "Left", left)
	return web.See(w, r, importHref(b))
}

// template is an empty list with two example rows, marked as such.
func (p *pages) template(w http.ResponseWriter, r *http.Request) error {
	if len(tops(r.Context(), authz.Cadre, authz.Leader)) == 0 {
		return tell.Missing()
	}
	attach(w, "stations-template.csv")
	out := sheet.NewWriter(w)
	for _, row := range examples() {
		if err := out.Write(row...); err != nil {
			return nil // the reader is gone
		}
	}
	_ = out.Flush() // the reader may be gone
	return nil
}

func examples() [][]string {
	return [][]string{
		{"驿站名称", "省", "市", "区县", "街道", "地址", "开放时间", "联系电话", "承建单位", "服务项目", "标识", "面积", "容纳人数", "星级", "纬度", "经度", "坐标系", "备注", "来源", "来源日期", "进入方式", "运营单位", "管理人员", "建成时间", "验收时间", "是否延时", "高德上图", "百度上图"},
		{"示例：人民大街工会驿站", "吉林省", "辽源市", "龙山区", "", "人民大街 1180 号（示例，导入前删掉这一行）", "每天 8:00-22:00", "12351", "示例区总工会", "热水、微波炉、手机充电、厕所", "智能驿站", "约60平方米", "20", "三星", "42.902345", "125.136789", "gcj02", "示例", "示例", "2026-01-20", "扫门口的码", "示例物业公司", "", "2025年5月", "2025-06-01", "是", "是", "否"},
		{"示例：南站骑手之家", "吉林省", "辽源市", "龙山区", "", "南站广场（示例，导入前删掉这一行）", "工作日 7:30-18:00；周末 9:00-17:00", "", "示例公司", "换电柜、热水", "24小时", "", "", "", "", "", "", "示例", "示例", "2026-01-20", "直接进", "", "", "2024年", "", "", "", ""},
	}
}

// pageOfLine is how a row is called.
// lineTitle names the row as people find it in their file; names alone come twice.
func lineTitle(ctx context.Context, l intake.Line) string {
	name := l.Understood.Name
	if name == "" {
		name = tell.T(ctx, "line.nameless")
	}
	return tell.T(ctx, "line.title", "Row", l.Row, "Name", name)
}

func actionLook(a intake.Action) (ui.Tone, string) {
	switch a {
	case intake.WillAdd:
		return ui.Pine, "plus"
	case intake.WillUpdate:
		return ui.Ice, "note"
	case intake.WillSkip:
		return ui.Amber, "people"
	case intake.WillRefuse:
		return ui.Rose, "x"
	}
	return ui.Plain, "check"
}

// understoodWords are the fields of a line that say something, in words.
func understoodWords(ctx context.Context, l intake.Line) []ui.Pair {
	var out []ui.Pair
	for _, s := range tell.Record(ctx, l.Understood) {
		switch s.Field {
		case "name", "source", "source_date", "all_day", "extended", "smart", "public", "demo", "badge":
			continue
		case "place":
			if l.Understood.Place == nil {
				continue
			}
		case "entry":
			if l.Understood.Entry.Method == "" {
				continue
			}
		}
		if s.Text != "" {
			out = append(out, ui.Pair{Key: s.Label, Text: s.Text})
		}
	}
	return out
}

// why says a reason of the importer in words.
func why(ctx context.Context, code string) string {
	if code == "" {
		return ""
	}
	return tell.T(ctx, "doubt."+code)
}

// changeRows are what a line would change, field by field.
func changeRows(ctx context.Context, l intake.Line) [][]ui.Cell {
	var rows [][]ui.Cell
	for _, c := range l.Changes {
		rows = append(rows, []ui.Cell{{Text: tell.T(ctx, "field."+c.Field)}, {Text: tell.OrNone(ctx, c.From)}, {Text: tell.OrNone(ctx, c.To)}})
	}
	return rows
}

// filled are the cells that are not empty.
func filled(cells []string) []string {
	var out []string
	for _, c := range cells {
		if c != "" {
			out = append(out, c)
		}
	}
	return out
}
