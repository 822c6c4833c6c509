package requestweb_test

import (
	"net/url"
	"testing"

	"nuanxin/internal/id"
)

// TestGoneBackAndPressedAgain sends the same words once more from a page that
// has an id of its own, as a phone does that went back after sending.
func TestGoneBackAndPressedAgain(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	say := func(text string) string {
		return p.send(part{name: "words", data: text}, part{name: "topic", data: "gate"})
	}
	first := say(words)
	if again := say(words); again != first {
		t.Errorf("pressed again: got %s, want the same request %s", again, first)
	}
	other := say(words + "，今天又是这样")
	if other == first {
		t.Error("other words: want another request")
	}
	if nameless := p.send(part{name: "words", data: words + "，今天又是这样"}, part{name: "topic", data: "gate"}, part{name: "anonymous", data: "1"}); nameless == other {
		t.Error("without a name: want another request")
	}
	if someone := h.phone().send(part{name: "words", data: words}, part{name: "topic", data: "gate"}); someone == first {
		t.Error("another phone: want another request")
	}
	last := say("门口又不让进")
	p.press("/help/"+last+"/withdraw", url.Values{})
	if after := say("门口又不让进"); after == last {
		t.Error("withdrawn and said again: want another request")
	}
}

// Where nobody hears yet, the form comes back with everything in it and says why.
func TestNobodyHearsYet(t *testing.T) {
	h := newHouse(t)
	got := h.phone("unionless=1").post("/help", part{name: "req_id", data: id.New[string]()}, part{name: "words", data: words}, part{name: "area", data: county})
	got.must(t, "sent where no union is", 422, []string{words, "还没有工会在这里收话"}, []string{"没找到这一页"})
}
