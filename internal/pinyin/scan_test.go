package pinyin

import (
	"testing"

	"pgregory.net/rapid"
)

// TestScanScoresAsMatchDoes draws names and queries from few characters and
// letters, so that many of them match in many ways.
func TestScanScoresAsMatchDoes(t *testing.T) {
	letters := NewLetters()
	name := rapid.StringOfN(rapid.SampledFrom([]rune("重庆长安区乐西安县驿站石市中解放吕绿路恩厦ａKFｃ12号（）·𣲗")), 0, 9, -1)
	query := rapid.OneOf(name, rapid.StringOfN(rapid.SampledFrom([]rune("zhcsongqiangaelvxykf1安驿")), 1, 10, -1),
		rapid.Map(name, func(s string) string { return Of(s).Full() }), rapid.Map(name, func(s string) string { return Of(s).Initials() }),
		rapid.Map(name, func(s string) string { full := Of(s).Full(); return full[:len(full)*2/3] }))
	found := 0
	rapid.Check(t, func(r *rapid.T) {
		n, text := name.Draw(r, "name"), query.Draw(r, "query")
		if rapid.Bool().Draw(r, "same") {
			n += text // often the name ends with what is asked for
		}
		q := Compile(text)
		spelled := letters.Spell(nil, n)
		got := q.Over(letters.Known()).Score(spelled)
		want, _ := q.Match(OfPlace(n))
		if got != want {
			r.Fatalf("%q in %q: got %d, want %d", text, n, got, want)
		}
		if want > 0 {
			found++
		}
	})
	if found == 0 {
		t.Error("no query found anything, so nothing was compared")
	}
}

func TestSpellLeavesOutWhatDoesNotCount(t *testing.T) {
	l := NewLetters()
	got, want := l.Spell(l.Spell(nil, "江油 · 站"), "Ａ座"), l.Spell(nil, "江油站a座")
	if len(got) != 5 || len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}
