package desk_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"nuanxin/internal/fault"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk"
	"nuanxin/internal/station/upkeep"
)

// album is a small stand-in for the store of photos.
type album map[string][]byte

func (a album) Take(_ context.Context, raw []byte) (file, thumb string, err error) {
	if !bytes.HasPrefix(raw, []byte("photo")) {
		return "", "", fault.New("album", fault.Invalid, "media.not_photo")
	}
	file = fmt.Sprintf("f%d", len(a))
	a[file], a["t"+file] = raw, []byte("small "+string(raw))
	return file, "t" + file, nil
}

func (a album) Get(_ context.Context, name string) ([]byte, error) { return a[name], nil }

func (h *house) photos(who string, v station.View, reqID string, photos ...string) reply {
	h.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	h.must(m.WriteField("req_id", reqID))
	for i, p := range photos {
		part, err := m.CreateFormFile("photo", fmt.Sprintf("%d.jpg", i))
		h.must(err)
		_, err = part.Write([]byte(p))
		h.must(err)
	}
	h.must(m.Close())
	r, err := http.NewRequest("POST", h.url+path(v, "/photos"), &body)
	h.must(err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return h.do(who, r)
}

func TestPhotos(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("人民大街驿站"))
	const once = "0190a1b2-0000-7000-8000-0000000000f1"
	for range 2 { // a form that comes twice adds once
		if r := h.photos("cadre", v, once, "photo of the door", "photo of the inside"); r.status != 303 {
			t.Fatalf("two photos: got %d: %s", r.status, firstLine(r.body))
		}
	}
	v = h.get(v.ID)
	if len(v.Pictures) != 2 {
		t.Fatalf("got %d photos, want 2", len(v.Pictures))
	}
	href := path(v, "/photos/") + v.Pictures[0].Thumb
	h.tells("the station's page shows them", h.open("cadre", path(v, "")), 200, href, "改资料")
	if r := h.open("leader", href); r.status != 200 || r.body != "small photo of the door" {
		t.Errorf("the small photo: got %d %q", r.status, r.body)
	}
	for about, r := range map[string]reply{
		"another's file":     h.open("cadre", path(v, "/photos/")+"f99"),
		"a sibling's keeper": h.open("sibling", href),
		"a sibling who adds": h.photos("sibling", v, "", "photo"),
	} {
		h.tells(about, r, 404)
	}
	h.tells("no photo", h.photos("cadre", v, "", "a table"), 422, `role="alert"`)
	h.tells("none chosen", h.photos("cadre", v, ""), 422, "还没选照片")
	h.tells("too many", h.photos("cadre", v, "", "photo", "photo", "photo", "photo", "photo"), 422, "最多 6 张")
	ask := path(v, "/photos/remove?file=")
	h.tells("before removing", h.open("cadre", ask+v.Pictures[0].File), 200, "拿掉这张照片？", `value="`+v.Pictures[0].File+`"`)
	h.tells("another's photo", h.open("cadre", ask+"f99"), 404)
	if r := h.send("cadre", path(v, "/photos/remove"), map[string][]string{"file": {v.Pictures[0].File}}); r.status != 303 {
		t.Errorf("remove: got %d", r.status)
	}
	if left := h.get(v.ID).Pictures; len(left) != 1 || left[0].File != v.Pictures[1].File {
		t.Errorf("after removing one: %+v", left)
	}
}

func TestUpkeepInTheForm(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("人民大街驿站"))
	form := filled("人民大街驿站")
	for name, text := range map[string]string{"operator": "某物业", "keeper": "王某", "funds": "约30万元", "built": "2023年5月", "accepted": "否", "extended": "on",
		"map_amap": "是", "poi_amap": "B0FFG9XYZ1", "map_app": "2024-03-01", "poi_baidu": "abc"} {
		form.Set(name, text)
	}
	if r := h.send("cadre", path(v, "/edit"), form); r.status != 303 {
		t.Fatalf("save: got %d: %s", r.status, firstLine(r.body))
	}
	v = h.get(v.ID)
	want := "{某物业 王某 约30万元 2023-05 no true [{amap yes B0FFG9XYZ1} {baidu yes abc} {app 2024-03-01 }]}"
	if got := fmt.Sprint(v.Life); got != want {
		t.Errorf("stored %s\nwant %s", got, want)
	}
	h.tells("the page tells it", h.open("cadre", path(v, "")), 200, "某物业", "王某", "2023年5月", "高德地图 已上图 B0FFG9XYZ1", "2024年3月1日上图")
	h.tells("the form holds it", h.open("cadre", path(v, "/edit")), 200, `value="2023-05"`, `value="否"`, `value="B0FFG9XYZ1"`)
	for _, yes := range []string{"yes", "是"} {
		form.Set("map_amap", yes)
		form.Set("version", fmt.Sprint(h.get(v.ID).Version))
		if r := h.send("cadre", path(v, "/edit"), form); r.status != 303 || fmt.Sprint(h.get(v.ID).Life) != want {
			t.Errorf("%q: got %d and %v, want it read as yes", yes, r.status, h.get(v.ID).Life)
		}
	}
	en, err := http.NewRequest("GET", h.url+path(v, "/edit"), nil)
	h.must(err)
	en.AddCookie(&http.Cookie{Name: "lang", Value: "en"})
	r := h.do("cadre", en)
	h.tells("the English form holds it in English", r, 200, `value="no"`, `value="yes"`)
	if strings.Contains(r.body, `value="否"`) || strings.Contains(r.body, `value="是"`) {
		t.Error("the English form has Chinese for yes and no")
	}
	form.Set("built", "很久以前")
	h.tells("no date", h.send("cadre", path(v, "/edit"), form), 422, "写日子，比如 2023年5月", "很久以前")
}

// TestExportIsTheSame imports what was exported: nothing would change.
func TestExportIsTheSame(t *testing.T) {
	h := newHouse(t)
	f := facts("人民大街驿站")
	f.Entry = station.Entry{Method: station.AskHost, How: "敲门"}
	f.AllDay, f.Smart, f.Capacity, f.Stars = true, true, 20, 4
	f.Life = upkeep.Life{Operator: "某物业", Keeper: "王某", Funds: "约30万元", Built: "2023-05", Accepted: upkeep.Yes, Extended: true,
		Listings: []upkeep.Listing{{Map: "amap", Since: upkeep.Yes, Point: "B0FFG9XYZ1"}, {Map: "baidu", Since: upkeep.No}}}
	h.add(f)
	file := h.open("cadre", desk.HrefStations+"/export.csv")
	page := h.open("cadre", h.upload("cadre", []byte(file.body), nil).to)
	h.tells("nothing changes", page, 200, "已经有了")
	for _, what := range []string{"part=update", "part=add", "没看懂"} {
		if strings.Contains(page.body, what) {
			t.Errorf("the export imported again: got a page with %q", what)
		}
	}
}
