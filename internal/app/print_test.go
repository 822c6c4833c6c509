package app

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"nuanxin/internal/app/tables"
	"nuanxin/internal/hold"
	"nuanxin/internal/web"
)

// printedText is what stands in the copy that a worker prints.
func (w *world) printedText(t *testing.T, cookies string) string {
	t.Helper()
	a := w.ask(t, "/me/data.pdf", cookies)
	if h := a.Header(); a.Code != http.StatusOK || h.Get("Content-Type") != "application/pdf" || h.Get("Cache-Control") != "no-store" ||
		h.Get("Content-Disposition") != `attachment; filename="nuanxin-data.pdf"` {
		t.Fatalf("got %d, %v: %s", a.Code, h, a.Body)
	}
	if n := a.Body.Len(); n > 1<<20 {
		t.Errorf("got %d bytes: the fonts are not cut down", n)
	}
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not here: what stands in the document is not read")
	}
	file := filepath.Join(t.TempDir(), "copy.pdf")
	if err := os.WriteFile(file, a.Body.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tool, "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// What a worker prints has every part of the copy, in words of either language and in
// the time of the country, and nothing of anybody else.
func TestPrintedCopy(t *testing.T) {
	w, mine, _ := told(t)
	w.noticed(t, mine.Number)
	w.hold(t, hold.Matter, mine.Number, "2027-03-01")
	w.childOf(t, "own")
	must[bool](t)(true, w.app.Accounts.SetName(w.as(t, "own"), "陈\U0003134a冬"))
	w.prove(t, "own", document)
	zh := w.printedText(t, "nx="+w.tokens["own"])
	en := w.printedText(t, "nx="+w.tokens["own"]+"; lang=en")
	for _, want := range []string{"工会知道你什么：资料副本", "账号", "反映的事", "会籍", "关于自己资料的请求", "同意过什么", "谁看过", "关于你资料的通知", "依法先留着的", "替孩子同意的", "户口簿", "法院要求保全证据", "陈立冬", "〔生僻字 U+3134A〕", "生僻字”和它的编码",
		"19900000003", "110101199003070118", "陈师傅", "他说楼下不让充", "手机丢了", mine.Number, "第 1 页", "2026-11-", "（北京时间）"} {
		if !strings.Contains(zh, want) {
			t.Errorf("%s is not in %s", want, zh)
		}
	}
	for _, want := range []string{"What you told us", "Membership", "Identity number", "Who looked", "陈立冬", "Page 1 of", "[rare character U+3134A]"} {
		if !strings.Contains(en, want) {
			t.Errorf("%s is not in %s", want, en)
		}
	}
	for _, code := range []string{"received", "rider", "identity_card", "own.label", "own.word", "<no value>", "waiting", w.other.Number, "王示例", "充电桩坏了"} {
		if strings.Contains(zh, code) {
			t.Errorf("%q stands in the copy: %s", code, zh)
		}
	}
	for _, actor := range []string{"nobody", "cadre", "link"} {
		if a := w.ask(t, "/me/data.pdf", "nx="+w.tokens[actor]); a.Code != http.StatusSeeOther {
			t.Errorf("%s got %d", actor, a.Code)
		}
	}
}

// Every personal column that the copy has is called something on paper.
func TestPersonalColumnsHaveNames(t *testing.T) {
	ctx := (&web.Site{Texts: texts()}).With(t.Context(), "/", web.Display{Lang: "en"})
	for column, path := range tables.Personal() {
		if !strings.HasPrefix(path, "not: ") && !web.HasText(ctx, "own.label."+strings.ReplaceAll(path, "[]", "")) {
			t.Errorf("%s (%s) has no name", column, path)
		}
	}
}
