package imports

import (
	"context"
	"net/http"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/intake/list"
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

// list shows the form for a file, and the imports so far.
func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	own := tell.Tops(r.Context(), authz.Cadre, authz.Leader)
	if len(own) == 0 {
		return tell.Missing()
	}
	return p.show(w, r, http.StatusOK, uploadForm{encoding: string(sheet.Auto), area: own[0]})
}

func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, f uploadForm) error {
	ctx := r.Context()
	past, err := p.Intake.Imports(ctx, 50)
	if err != nil {
		return err
	}
	page := p.Frame(ctx, tell.T(ctx, "imports"), ui.Crumb{Text: tell.T(ctx, "title"), Href: tell.HrefStations}, ui.Crumb{Text: tell.T(ctx, "imports")})
	return web.Show(w, r, status, importsPage(page, f, p.past(ctx, past), tell.IsCadre(ctx)))
}

// past are the imports so far as rows of a table.
func (p *pages) past(ctx context.Context, all []intake.Batch) [][]ui.Cell {
	var rows [][]ui.Cell
	for _, b := range all {
		by := ""
		if p.Name != nil {
			by = p.Name(ctx, b.By)
		}
		rows = append(rows, []ui.Cell{{Text: fileName(ctx, b), Href: href(b)}, {Text: stateWords(ctx, b)}, {Text: tell.Area(b.Area)}, {Text: by}, {Text: web.When(ctx, b.At)}})
	}
	return rows
}

func fileName(ctx context.Context, b intake.Batch) string {
	if b.Options.File == "" {
		return tell.T(ctx, "import.unnamed")
	}
	return b.Options.File
}

func href(b intake.Batch) string { return Href + "/" + string(b.ID) }

// upload takes a file in: a short one is read before anything is written, a
// long one is kept and read in the background. Nobody waits for it.
func (p *pages) upload(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !tell.IsCadre(ctx) {
		return tell.Missing()
	}
	done, err := web.FileForm(r, wrongFile("stationdesk.wrong.no_file"))
	defer done()
	if fault.Is(err, fault.Invalid) {
		return p.show(w, r, http.StatusUnprocessableEntity, uploadForm{errors: tell.Errors(ctx, err)})
	}
	if err != nil {
		return err
	}
	f := uploadForm{encoding: r.PostForm.Get("encoding"), datum: r.PostForm.Get("datum"), area: r.PostForm.Get("area"), public: r.PostForm.Has("public"), demo: r.PostForm.Has("demo")}
	id, err := p.take(r, f)
	if err != nil && fault.KindOf(err) == fault.Invalid {
		f.errors = tell.Errors(ctx, err)
		return p.show(w, r, tell.HTTPStatus(err), f)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, Href+"/"+string(id))
}

func (f uploadForm) options(name string, enc sheet.Encoding) list.Options {
	o := list.Options{File: name, Area: f.area, Public: f.public, Demo: f.demo, Encoding: enc}
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

// take hands the uploaded file over.
func (p *pages) take(r *http.Request, f uploadForm) (intake.ID, error) {
	enc, err := sheet.ParseEncoding(f.encoding)
	if err != nil {
		return "", err
	}
	file, err := web.FileOf(r, "file", intake.MaxBytes, wrongFile("stationdesk.wrong.no_file"))
	if err != nil {
		return "", err
	}
	return p.Intake.Upload(web.Named(r, file.Sum), file.Raw, f.options(file.Name, enc))
}

// template is an empty list with two example rows, marked as such.
func (p *pages) template(w http.ResponseWriter, r *http.Request) error {
	if len(tell.Tops(r.Context(), authz.Cadre, authz.Leader)) == 0 {
		return tell.Missing()
	}
	tell.Attach(w, "stations-template.csv")
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
