package ui_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"nuanxin/internal/clock"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// TestKeptIsDrawnAnewForWhatItDependsOn follows a piece through readers, keys,
// languages and minutes.
func TestKeptIsDrawnAnewForWhatItDependsOn(t *testing.T) {
	now := clock.At(time.Date(2026, 1, 20, 1, 20, 10, 0, time.UTC))
	site := &web.Site{Texts: web.NewTexts(ui.Texts()), Clock: now}
	type key struct{ name string }
	drawn := 0
	show := func(lang, name, own string) string {
		t.Helper()
		c := ui.Kept(key{name}, func(context.Context) templ.Component {
			drawn++
			return templ.Join(ui.Icon("lamp"), templ.Raw(name+"（"+ui.Hole+"）"))
		}, ui.Words(own))
		var b strings.Builder
		if err := ui.Fragment(c).Render(site.With(context.Background(), "/", web.Display{Lang: lang}), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, s := range []struct {
		about, lang, name, own string
		wait                   time.Duration
		drawn                  int
	}{
		{"the first", "zh-CN", "甲", "320 米", 0, 1},
		{"another reader", "zh-CN", "甲", "<b>610</b> 米", 0, 1},
		{"another piece", "zh-CN", "乙", "1 米", 0, 2},
		{"another language", "en", "甲", "1 m", 0, 3},
		{"later in the minute", "zh-CN", "甲", "2 米", 49 * time.Second, 3},
		{"the next minute", "zh-CN", "甲", "3 米", time.Second, 4},
	} {
		now.Move(s.wait)
		got := show(s.lang, s.name, s.own)
		if want := s.name + "（" + templ.EscapeString(s.own) + "）"; !strings.HasSuffix(got, want) {
			t.Errorf("%s: got %q at the end, want %q", s.about, got, want)
		}
		if !strings.Contains(got, `<symbol id="i-lamp"`) {
			t.Errorf("%s: the icon of the piece is not on the page", s.about)
		}
		if drawn != s.drawn {
			t.Errorf("%s: drawn %d times, want %d", s.about, drawn, s.drawn)
		}
	}
}

// TestKeptTellsWrongHoles finds a piece that has no place for what differs, and
// keeps nothing of a piece that failed.
func TestKeptTellsWrongHoles(t *testing.T) {
	ctx := (&web.Site{Texts: web.NewTexts(ui.Texts())}).With(context.Background(), "/", web.Display{})
	for about, c := range map[string]templ.Component{
		"no hole":  ui.Kept("none", func(context.Context) templ.Component { return templ.Raw("甲") }, ui.Words("x")),
		"no part":  ui.Kept("one", func(context.Context) templ.Component { return templ.Raw(ui.Hole) }),
		"no icon":  ui.Kept("icon", func(context.Context) templ.Component { return ui.Icon("nothing") }),
		"the same": ui.Kept("icon", func(context.Context) templ.Component { return ui.Icon("nothing") }),
	} {
		if err := c.Render(ctx, io.Discard); err == nil {
			t.Errorf("%s: want an error", about)
		}
	}
}
