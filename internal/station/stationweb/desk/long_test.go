package desk_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"

	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/stationweb/desk"
	"nuanxin/internal/web/webtest"
)

// long is a list that is done in the background.
func long() []byte {
	var b strings.Builder
	b.WriteString("驿站名称,省,市,区县,地址,开放时间\r\n")
	for i := range intake.Direct + 100 {
		fmt.Fprintf(&b, "第%d号驿站,吉林,辽源,龙山区,人民大街 %d 号,8:00-20:00\r\n", i, i)
	}
	return []byte(b.String())
}

// work does what the background does, until done rows are through; 0: to the end.
func (h *house) work(done int) {
	h.t.Helper()
	ctx, stop := context.WithCancel(authz.AsSystem(context.Background(), "test"))
	defer stop()
	if done > 0 {
		ctx = intake.WithProgress(ctx, func(n, _ int) {
			if n >= done {
				stop()
			}
		})
	}
	if err := h.in.Work(ctx); err != nil && done == 0 {
		h.t.Fatal(err)
	}
}

func TestLongImport(t *testing.T) {
	h := newHouse(t)
	r := h.upload("cadre", long(), map[string]string{"encoding": "auto", "public": "1"})
	if r.status != 303 {
		t.Fatalf("upload: got %d: %s", r.status, firstLine(r.body))
	}
	at := r.to
	h.tells("before it is opened", h.open("cadre", at), 200, "正在读这份表", "正在打开文件", `<noscript><meta http-equiv="refresh" content="3"></noscript>`, at+"/cancel")
	h.tells("among the imports", h.open("cadre", desk.HrefImports), 200, "正在读这份表")
	h.tells("a leader sees it", h.open("leader", at), 200, "正在读这份表")
	if strings.Contains(h.open("leader", at).body, at+"/cancel") {
		t.Error("a leader is offered to stop it")
	}
	for _, who := range []string{"sibling", "host", "partner", ""} {
		h.tells(who+" misses it", h.open(who, at), 404)
		h.tells(who+" stops nothing", h.send(who, at+"/cancel", url.Values{}), 404)
	}
	h.tells("a leader stops nothing", h.send("leader", at+"/cancel", url.Values{}), 403)
	h.tells("nothing is applied yet", h.send("cadre", at+"/apply", url.Values{}), 409, "等它办完")
	h.work(1000)
	h.tells("on the way", h.open("cadre", at), 200, "读了 1,000 行，共 2,100 行")
	h.work(0)
	h.tells("read", h.open("cadre", at+"?page=3"), 200, "第80号驿站", "?page=4")
	h.tells("asks", h.open("cadre", at+"/apply"), 200, "新加 2,100 个", "后台")
	if r := h.send("cadre", at+"/apply", url.Values{}); r.status != 303 || r.to != at {
		t.Fatalf("apply: got %d to %s", r.status, r.to)
	}
	h.work(1000)
	h.tells("applying", h.open("cadre", at), 200, "正在导入", "共 2,100 行", "谁也看不到一半")
	if n := len(h.directory()); n != 0 {
		t.Errorf("half-way: %d stations are seen", n)
	}
	if r := h.open("cadre", at+"/undo"); r.status != 303 || r.to != at {
		t.Errorf("asks to undo what is being applied: got %d to %s, want the progress", r.status, r.to)
	}
	h.work(0)
	h.tells("applied", h.open("cadre", at), 200, "加了 2,100 个，改了 0 个", at+"/undo")
	h.send("cadre", at+"/undo", url.Values{})
	h.work(0)
	h.tells("undone", h.open("cadre", at), 200, "撤掉 2,100 个")
	h.add(facts("河边驿站"))
	h.tells("the list counts what is in use", h.open("cadre", desk.HrefStations), 200, "河边驿站", "1 个，这一页 1 个", "1,999+")
	h.tells("and goes through what is closed", h.open("cadre", desk.HrefStations+"?show=gone"), 200, "第0号驿站", "1,999+", "after=")
}

func TestWaitingForAnotherImport(t *testing.T) {
	h := newHouse(t)
	h.upload("cadre", long(), map[string]string{"public": "1"})
	at := h.upload("cadre", long(), map[string]string{"public": "1"}).to
	h.work(1000)
	h.tells("which, and how far", h.open("cadre", at), 200, "前面还有一份名单在办", "读了 1,000 行，共 2,100 行", "自己就开始")
	h.work(0)
	h.tells("it went on by itself", h.open("cadre", at), 200, "第0号驿站")
}

func TestLongFilesThatAreNone(t *testing.T) {
	h := newHouse(t)
	at := h.upload("cadre", []byte(strings.Repeat("一,二\r\n", intake.Direct+1)), nil).to
	h.work(0)
	page := h.open("cadre", at)
	h.tells("it says why", page, 200, "没办成", "没找到表头", "收起来")
	if strings.Contains(page.body, `http-equiv="refresh"`) {
		t.Error("the page comes anew though nothing goes on")
	}
	if r := h.send("cadre", at+"/cancel", url.Values{}); r.status != 303 || r.to != desk.HrefImports {
		t.Fatalf("put away: got %d to %s", r.status, r.to)
	}
	h.work(0)
	h.tells("it is gone", h.open("cadre", at), 404)
}

func TestProgressInTheBrowser(t *testing.T) {
	browser := webtest.Start(t)
	h := newHouse(t)
	at := h.upload("cadre", long(), map[string]string{"public": "1"}).to
	bad := h.upload("cadre", []byte(strings.Repeat("一,二\r\n", intake.Direct+1)), nil).to
	h.work(1000)
	for _, path := range []string{at, bad, desk.HrefImports} {
		browser.Hold(t, path, h.url+path, map[string]string{"as": "cadre"})
	}
	p := browser.Open(t, h.url+at, webtest.View{Cookies: map[string]string{"as": "cadre"}})
	h.work(2000)
	p.Wait(`document.querySelector('#work').textContent.includes('2,000')`)
	plain := browser.Open(t, h.url+at, webtest.View{NoJS: true, Cookies: map[string]string{"as": "cadre", "lang": "en"}})
	if got := plain.Text("#work"); !strings.Contains(got, "2,000 of 2,100 rows read") {
		t.Errorf("without scripts: got %q", got)
	}
	h.work(0)
	p.Wait(`!document.querySelector('#work') && document.querySelector('main').textContent.includes('第0号驿站')`)
	plain.Follow(`a[href="` + at + `"].btn`)
	if got := plain.Text("main"); !regexp.MustCompile(`Row 2.*第0号驿站`).MatchString(got) {
		t.Errorf("without scripts, when it is read: got %.200q", got)
	}
	plain.Follow(`a[href="` + at + `/apply"]`)
	plain.Follow(`main form .btn--primary`)
	plain.Follow(`form[action="` + at + `/cancel"] button`)
	if got := plain.Path(); got != desk.HrefImports {
		t.Errorf("stopped: got %s, want the imports", got)
	}
	h.work(0)
	if n := len(h.directory()); n != 0 {
		t.Errorf("stopped: got %d stations, want none", n)
	}
	h.tells("it can be applied again", h.open("cadre", at), 200, at+"/apply")
}
