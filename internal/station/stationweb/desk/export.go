package desk

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"nuanxin/internal/region"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
)

// columns are the heads of an exported list; the importer understands them.
func columns() []string {
	return []string{"驿站编码", "驿站名称", "别名", "省", "市", "区县", "街道", "地址", "开放时间", "联系电话", "承建单位", "服务项目", "标识", "面积", "容纳人数", "星级",
		"纬度", "经度", "坐标系", "备注", "来源", "来源日期", "进入方式", "是否24小时", "是否延时", "是否智能",
		"运营单位", "管理人员", "建成时间", "验收时间", "投资", "高德上图", "百度上图", "腾讯上图", "工会APP上图"}
}

// cells are a station as a row of an exported list.
func cells(v station.View) []string {
	names := map[region.Level]string{}
	own, _ := region.Lookup(v.Area) // an unknown one has no names
	for _, r := range append(region.Parents(v.Area), own) {
		names[r.Level] = r.Name
	}
	lat, lng, datum := "", "", ""
	if p := v.Place; p != nil {
		lat, lng, datum = fmt.Sprint(p.GivenLat), fmt.Sprint(p.GivenLng), p.Datum
	}
	size := v.Size.Printed
	if size == "" && v.Size.Metres > 0 {
		size = fmt.Sprintf("%d平方米", v.Size.Metres)
	}
	services := v.Offers
	if services == "" {
		var all []string
		for _, a := range v.Services.List() {
			all = append(all, a.Zh)
		}
		services = strings.Join(all, "、")
	}
	row := []string{v.Code, v.Name, strings.Join(v.OtherNames, "；"), names[region.Province], names[region.City], names[region.County], names[region.Street], v.Address,
		hoursCell(v), strings.Join(v.Phones, "；"), v.HostName, services, v.Marks, size, tell.Number(v.Capacity), tell.Number(v.Stars), lat, lng, datum, v.Note, v.Source, v.SourceDate}
	return append(row, tell.LifeCells(v.Facts)...)
}

// hoursCell is the weekly hours in words that the importer reads back, or the
// words of the source where they were not understood.
func hoursCell(v station.View) string {
	if !v.Hours.Known {
		return v.Hours.Printed
	}
	return v.Hours.Text(false)
}

// export writes the list as a table, page by page. When something fails after
// the first page the connection breaks, so that half a table is not taken for
// the whole.
func (p *pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if len(tell.Tops(ctx, overseers()...)) == 0 {
		return tell.Missing()
	}
	q := p.placed(ctx, readQuery(r))
	f := station.Filter{Area: q.area, WithClosed: q.show == showGone, Limit: batch}
	part, err := p.Stations.List(ctx, f)
	if err != nil {
		return err
	}
	tell.Attach(w, "stations-"+web.Day(web.Now(ctx))+".csv")
	if err := p.write(ctx, w, q, f, part); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

func (p *pages) write(ctx context.Context, w io.Writer, q query, f station.Filter, part []station.View) error {
	out := sheet.NewWriter(w)
	if err := out.Write(web.Watermark(ctx, tell.T(ctx, "export.why"))); err != nil { // above: the importer passes it over
		return err
	}
	if err := out.Write(columns()...); err != nil {
		return err
	}
	words := wordsOf(q.words)
	for {
		for _, v := range part {
			if !takes(q.show, v) || !words.match(v) {
				continue
			}
			if err := out.Write(cells(v)...); err != nil {
				return err
			}
		}
		if len(part) < batch {
			return out.Flush()
		}
		f.After = part[len(part)-1].Cursor()
		var err error
		if part, err = p.Stations.List(ctx, f); err != nil {
			return err
		}
	}
}
