package ui_test

import (
	"context"
	"strings"
	"testing"

	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

func TestSummaryNamesTheInputs(t *testing.T) {
	site := &web.Site{Texts: web.NewTexts(ui.Texts())}
	form := nest(ui.Worker(ui.WorkerPage{Title: "甲"}),
		ui.Errors([]ui.FormError{{ID: "name", Text: "这一栏还空着", Unnamed: true}, {ID: "what", Text: "说说出了什么事"}, {ID: "way", Text: "选一个", Unnamed: true}, {ID: "main", Text: "再看看", Unnamed: true}}),
		ui.Input(ui.InputProps{FieldProps: ui.FieldProps{Name: "name", Label: "<你的>名字"}}),
		ui.Input(ui.InputProps{FieldProps: ui.FieldProps{Name: "what", Label: "出了什么事"}}),
		ui.Choices(ui.ChoicesProps{Name: "way", Legend: "怎么回你"}))
	var b strings.Builder
	if err := form.Render(site.With(context.Background(), "/", web.Display{}), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`href="#name">&lt;你的&gt;名字：这一栏还空着</a>`, `href="#what">说说出了什么事</a>`, `href="#way">怎么回你：选一个</a>`, `href="#main">再看看</a>`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the summary has no %s", want)
		}
	}
	if strings.Contains(b.String(), ui.Hole) {
		t.Error("a mark is left on the page")
	}
}
