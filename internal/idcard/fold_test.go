package idcard_test

import (
	"testing"

	"nuanxin/internal/idcard"
)

func TestFold(t *testing.T) {
	for _, c := range []struct {
		say, a, b string
		same      bool
	}{
		{"traditional and simplified", "張三豐", "张三丰", true},
		{"a rare form", "李喆", "李哲", true},
		{"the point, however typed", "买买提•吐尔逊", "买买提．吐尔逊", true},
		{"the point, or none", "买买提·吐尔逊", "买买提吐尔逊", true},
		{"Latin letters of either size", "Anna Maria", "ANNA MARIA", true},
		{"a hyphen", "O'Neil-Smith", "ONeil Smith", true},
		{"another name", "张三", "张山", false},
		{"a longer one", "张三", "张三丰", false},
	} {
		a, err1 := idcard.ParseName(c.a)
		b, err2 := idcard.ParseName(c.b)
		if err1 != nil || err2 != nil || (idcard.Fold(a) == idcard.Fold(b)) != c.same {
			t.Errorf("%s: got %q and %q; want the same: %v", c.say, idcard.Fold(a), idcard.Fold(b), c.same)
		}
	}
	if once := idcard.Fold("張·衞 Ab"); idcard.Fold(once) != once {
		t.Errorf("got %q of %q, want it folded at once", idcard.Fold(once), once)
	}
}

func TestModern(t *testing.T) {
	for text, want := range map[string]string{"110105491231002": "11010519491231002X", " 1101 0549 1231 002": "11010519491231002X"} {
		got, ok := idcard.Modern(text)
		if _, err := idcard.ParseResident(got, "2026-01-20"); !ok || got != want || err != nil {
			t.Errorf("%q: got %q, %v, %v; want %s", text, got, ok, err, want)
		}
	}
	for _, text := range []string{"11010519491231002X", "", "11010549123100", "11010549123199X", "110105491231996"} {
		if got, ok := idcard.Modern(text); ok || got != text {
			t.Errorf("%q: got %q, want it left", text, got)
		}
	}
}
