package ui_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

func draw(t *testing.T, p ui.MapProps) string {
	t.Helper()
	s := &web.Site{Texts: web.NewTexts(ui.Texts())}
	var b strings.Builder
	if err := ui.Map(p).Render(s.With(context.Background(), "/", web.Display{}), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMapSaysWhereTheStationIs(t *testing.T) {
	for _, c := range []struct {
		say  string
		p    ui.MapProps
		want string
	}{
		{"one station", ui.MapProps{Stations: []ui.MapStation{{Name: "骑手之家", Bearing: 58, Metres: 320, Open: true}}}, "最近的驿站骑手之家在你东北方向约 320 米"},
		{"a second within reach is counted", ui.MapProps{Stations: []ui.MapStation{{Name: "甲", Metres: 320}, {Name: "乙", Bearing: 90, Metres: 610}}}, "附近另有 1 个"},
		{"no station", ui.MapProps{}, "你在中间"},
		{"words of the page", ui.MapProps{Label: "事情发生在<东门>", NoMe: true}, "事情发生在&lt;东门&gt;"},
	} {
		if got := draw(t, c.p); !strings.Contains(got, c.want) || !strings.Contains(got, "示意") {
			t.Errorf("%s: got %.300s, want %q and the word 示意", c.say, got, c.want)
		}
	}
}

func TestMapKeepsEverythingInside(t *testing.T) {
	for bearing := 0.0; bearing < 360; bearing += 7 {
		for _, metres := range []float64{0, 3, 320, 4000, 900000} {
			got := draw(t, ui.MapProps{Stations: []ui.MapStation{{Name: "甲", Bearing: bearing, Metres: metres, Open: true}, {Name: "乙", Bearing: bearing + 100, Metres: metres * 2}}})
			var x, y float64
			at := strings.Index(got, `class="me" cx="`)
			if _, err := fmt.Sscanf(got[at:], `class="me" cx="%f" cy="%f"`, &x, &y); err != nil {
				t.Fatal(err)
			}
			if x < 20 || x > 380 || y < 20 || y > 195 || strings.Contains(got, "NaN") {
				t.Errorf("bearing %.0f at %.0f m: got the reader at %.0f, %.0f, want inside the sketch", bearing, metres, x, y)
			}
		}
	}
}

func TestEveryIconIsDrawn(t *testing.T) {
	names := ui.IconNames()
	if len(names) < 80 {
		t.Fatalf("got %d icons, want at least 80", len(names))
	}
	var b strings.Builder
	if err := ui.Icon("no-such").Render(context.Background(), &b); err == nil {
		t.Error("an unknown icon: got no error, want one")
	}
}
