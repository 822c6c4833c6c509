package desk_test

import (
	"bytes"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk"
)

const small = "驿站名称,省,市,区县,地址,开放时间,服务项目,纬度,经度\r\n" +
	"甲驿站,吉林,辽源,龙山区,人民大街 1 号,8:00-20:00,热水;厕所,42.9,125.1\r\n" +
	"乙驿站,吉林,辽源,龙山区,人民大街 2 号,夏季 8:00-20:00,,,\r\n" +
	"丙驿站,吉林,辽源,西安区,矿电大街,,,,\r\n" +
	",吉林,辽源,龙山区,没有名字,,,,\r\n"

func (h *house) directory() []station.View {
	h.t.Helper()
	list, err := h.List(as("city"), station.Filter{Limit: 200})
	h.must(err)
	return list
}

func TestImport(t *testing.T) {
	h := newHouse(t)
	r := h.upload("cadre", []byte(small), map[string]string{"encoding": "auto", "public": "1"})
	if r.status != 303 {
		t.Fatalf("upload: got %d: %s", r.status, firstLine(r.body))
	}
	if n := len(h.directory()); n != 0 {
		t.Errorf("after reading only: got %d stations, want none", n)
	}
	at := r.to
	h.tells("the dry run", h.open("cadre", at), 200, "按 UTF-8 读的，共 4 行", "甲驿站", "乙驿站", "没说坐标是哪家的", "没写从哪天起", "不在你管的地方", "没有名字", at+"/apply")
	doubtful := h.open("cadre", at+"?part=doubt").body
	if !strings.Contains(doubtful, "乙驿站") || strings.Contains(doubtful, "丙驿站") {
		t.Error("the doubtful part: got the wrong rows")
	}
	h.tells("the refused part", h.open("cadre", at+"?part=refuse"), 200, "丙驿站")
	h.tells("a page beyond the last", h.open("cadre", at+"?page=99"), 200, "甲驿站")
	h.tells("a sibling misses it", h.open("sibling", at), 404)
	h.tells("a leader sees it", h.open("leader", at), 200)
	h.tells("but may not apply it", h.open("leader", at+"/apply"), 403)
	h.tells("nor by sending", h.send("leader", at+"/apply", url.Values{}), 403)
	h.tells("it asks first", h.open("cadre", at+"/apply"), 200, "新加 2 个")
	if r := h.open("cadre", at+"/undo"); r.status != 303 || r.to != at {
		t.Errorf("nothing to undo yet: got %d to %s, want the import", r.status, r.to)
	}
	if r := h.send("cadre", at+"/apply", url.Values{}); r.status != 303 {
		t.Fatalf("apply: got %d: %s", r.status, firstLine(r.body))
	}
	if n := len(h.directory()); n != 2 {
		t.Errorf("after applying: got %d stations, want 2", n)
	}
	h.tells("twice is told", h.send("cadre", at+"/apply", url.Values{}), 409)
	h.tells("it is in the history", h.open("cadre", desk.HrefImports), 200, "list.csv", "已导入", "刘婷")
	h.tells("undoing asks", h.open("cadre", at+"/undo"), 200, "撤回这次导入")
	touched := h.directory()[0]
	touched.Note = "看过"
	if _, err := h.Edit(as("cadre"), touched.ID, touched.Version, touched.Facts); err != nil {
		t.Fatal(err)
	}
	if r := h.send("cadre", at+"/undo", url.Values{}); r.status != 303 {
		t.Fatalf("undo: got %d: %s", r.status, firstLine(r.body))
	}
	if n := len(h.directory()); n != 1 {
		t.Errorf("after undoing: got %d stations, want the one that somebody edited since", n)
	}
	h.tells("it tells which was left alone", h.open("cadre", at+"?part=left"), 200, touched.Name, "这期间有人改过，没动")
}

func TestFilesThatAreNone(t *testing.T) {
	h := newHouse(t)
	for _, test := range []struct {
		about, file, encoding, want string
	}{
		{"an empty file", "", "auto", "这个文件是空的"},
		{"no header", "一,二\r\n三,四\r\n", "auto", "没找到表头"},
		{"another encoding", "驿站名称,地址\r\n\xff\xfe\xfa,x\r\n", "utf-8", "换一个编码"},
		{"no such encoding", small, "latin", "这种编码"},
		{"half a workbook", "PK\x03\x04rest", "auto", "打不开"},
	} {
		h.tells(test.about, h.upload("cadre", []byte(test.file), map[string]string{"encoding": test.encoding}), 422, test.want, `role="alert"`)
	}
	h.tells("no file at all", h.send("cadre", desk.HrefImports, url.Values{}), 422, "没收到文件")
	h.tells("too large", h.upload("cadre", bytes.Repeat([]byte("长,"), 11<<20/4), nil), 413, "太大")
	h.tells("a host uploads nothing", h.upload("host", []byte(small), nil), 404)
	if n := len(h.directory()); n != 0 {
		t.Errorf("after refusals: got %d stations, want none", n)
	}
}

func TestTemplateIsUnderstood(t *testing.T) {
	h := newHouse(t)
	file := h.open("cadre", desk.HrefImports+"/template.csv")
	h.tells("the template", file, 200, "驿站名称", "示例：")
	r := h.upload("cadre", []byte(file.body), nil)
	if r.status != 303 {
		t.Fatalf("the template uploaded: got %d: %s", r.status, firstLine(r.body))
	}
	page := h.open("cadre", r.to)
	h.tells("both rows are understood", page, 200, "新加", "示例：南站骑手之家")
	if strings.Contains(page.body, "没看懂") || strings.Contains(page.body, "part=refuse") {
		t.Error("the template: got columns or rows that we do not understand ourselves")
	}
}

func TestExportComesBack(t *testing.T) {
	h := newHouse(t)
	h.add(facts("人民大街驿站"))
	file := h.open("cadre", desk.HrefStations+"/export.csv")
	r := h.upload("cadre", []byte(file.body), nil)
	if r.status != 303 {
		t.Fatalf("the export uploaded: got %d: %s", r.status, firstLine(r.body))
	}
	page := h.open("cadre", r.to)
	h.tells("it names the station", page, 200, "人民大街驿站")
	if strings.Contains(page.body, "没看懂") {
		t.Errorf("the export: got columns that the importer does not know")
	}
}

// published are the stations of public pages.
const published = "../../../../../shared/data/"

func TestRealFiles(t *testing.T) {
	for _, name := range []string{"stations_public.csv", "stations_public_gbk.csv"} {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(published + name)
			if err != nil {
				t.Skip("the sample data is not beside the project: ", err)
			}
			h := newHouse(t)
			people["nation"] = staff("全国", authz.Grant{Role: authz.Cadre, Area: ""})
			r := h.upload("nation", raw, map[string]string{"encoding": "auto"})
			if r.status != 303 {
				t.Fatalf("upload: got %d: %s", r.status, firstLine(r.body))
			}
			page := h.open("nation", r.to)
			h.tells("the dry run", page, 200, "拿不准", "骑手之家")
			if key := regexp.MustCompile(`stationdesk\.[a-z_.]+`).FindString(page.body); key != "" {
				t.Errorf("got the bare key %q", key)
			}
			for _, part := range []string{"doubt", "skip", "refuse"} {
				for page := range 6 {
					body := h.open("nation", r.to+"?part="+part+"&page="+string(rune('1'+page))).body
					if key := regexp.MustCompile(`stationdesk\.[a-z_.]+`).FindString(body); key != "" {
						t.Errorf("%s: got the bare key %q", part, key)
					}
				}
			}
			if r := h.send("nation", r.to+"/apply", url.Values{}); r.status != 303 {
				t.Fatalf("apply: got %d: %s", r.status, firstLine(r.body))
			}
			list, err := h.List(authz.With(t.Context(), people["nation"]), station.Filter{Limit: 200})
			h.must(err)
			if len(list) < 150 {
				t.Errorf("got %d stations of the file, want most of it", len(list))
			}
			h.tells("the list of all areas", h.open("nation", desk.HrefStations+"?show=hidden"), 200, "上海", "不公开")
		})
	}
}
