package paper_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/paper"
)

// read returns what stands in a document, as a reader finds it.
func read(t *testing.T, pdf []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not here: what stands in the document is not read")
	}
	file := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tool, "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func config(pages int) paper.Config {
	return paper.Config{Title: "资料副本", Mark: "本人取走", At: time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC), Pages: pages,
		Foot: func(n, of int) string { return fmt.Sprintf("第 %d 页，共 %d 页", n, of) },
		Rare: func(r rune) string { return fmt.Sprintf("〔生僻字 U+%04X〕", r) }}
}

// Everything that is set stands in the document, Chinese and Latin, on numbered pages;
// a letter that no font has stands there in words.
func TestWords(t *testing.T) {
	d := paper.New(config(0))
	d.Head(0, "工会知道你什么")
	d.Head(1, "账号")
	d.Pair(2, "姓名 Name", "陈立冬·O’Neil “引号”—…")
	d.Pair(2, "名字", "王\U0003134a𠮷\U0001F600")
	d.Text(2, strings.Repeat("电动车在楼下被锁了，没有人管。", 300))
	pdf, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if len(pdf) > 200<<10 {
		t.Errorf("got %d bytes: the fonts are not cut down to what is used", len(pdf))
	}
	text := read(t, pdf)
	for _, want := range []string{"工会知道你什么", "陈立冬·O’Neil “引号”—…", "U+3134A", "U+1F600", "第 2 页，共 3 页", "本人取走", "电动车在楼下被锁了，没有人管。"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	if got := len(d.Rare()); got < 2 {
		t.Errorf("got %d rare letters", got)
	}
	if strings.Contains(text, "\n，") {
		t.Error("a line begins with a comma")
	}
}

// A document has so many pages at most, and says that it is full.
func TestFull(t *testing.T) {
	d := paper.New(config(3))
	for i := range 1000 {
		d.Pair(2, "号码", fmt.Sprintf("第 %d 项 %s", i, strings.Repeat("x", 300)))
	}
	pdf, err := d.Bytes()
	if err != nil || !d.Full() {
		t.Fatalf("got full %v, %v", d.Full(), err)
	}
	if n := bytes.Count(pdf, []byte("/Type /Page\n")); n != 3 {
		t.Errorf("got %d pages", n)
	}
}

// Documents that are made at once do not disturb one another.
func TestAtOnce(t *testing.T) {
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			d := paper.New(config(0))
			for n := range 50 {
				d.Pair(1, "甲乙丙", fmt.Sprintf("%d 号 %c", n, 0x4e00+i*500+n))
			}
			if _, err := d.Bytes(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
