package plain_test

import (
	"testing"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/plain"
)

func TestText(t *testing.T) {
	proves.That(t, "inj-canon")
	for _, test := range []struct{ about, text, want string }{
		{"words stay", "东门保安不让进", "东门保安不让进"},
		{"space around goes, lines stay", " \u3000第一行\r\n第二行\t尾 \n", "第一行\n第二行\t尾"},
		{"nothing", "", ""},
		{"only space", " \u3000\n", ""},
		{"only zero width", "\u200b\u200d\ufeff\u2060", ""},
		{"only fillers", "\u3164\u2800", ""},
		{"only a variation selector", "\ufe0f", ""},
		{"a dot is something", ".", "."},
		{"NUL and bells", "a\x00b\ac", "abc"},
		{"broken UTF-8", "a\xff\xfeb", "ab"},
		{"an override turns nothing", "\u202egpj.exe\u202c 好", "gpj.exe 好"},
		{"a family of emoji stays together", "👨‍👩‍👧 好", "👨‍👩‍👧 好"},
		{"Uyghur stays", "ياخشىمۇسىز", "ياخشىمۇسىز"},
		{"angle brackets are words", "<script>alert(1)</script>", "<script>alert(1)</script>"},
	} {
		if got := plain.Text(test.text); got != test.want {
			t.Errorf("%s: got %q, want %q", test.about, got, test.want)
		}
	}
}

func TestVisible(t *testing.T) {
	proves.That(t, "inj-canon")
	for text, want := range map[string]string{"人民\u200b大街\ufeff": "人民大街", "\u2067甲\u2069\u200f站": "甲站", "软\u00ad连": "软连", "王\u3164静": "王静", "甲\u061c站\U000e0041": "甲站", "a\u2062b": "ab",
		"می\u200cخواهم": "می\u200cخواهم", "👨‍👩‍👧": "👨‍👩‍👧", "\u200b": ""} {
		if got := plain.Visible(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := plain.Line(" 刘\u200b婷\n\t 二 "); got != "刘婷 二" {
		t.Errorf("a line: got %q", got)
	}
	if got := plain.Brief("一二三", 2) + plain.Brief("一二", 2); got != "一二…一二" {
		t.Errorf("brief: got %q", got)
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\u202e\u200b\x00b")
	f.Fuzz(func(t *testing.T, text string) {
		once := plain.Text(text)
		if again := plain.Text(once); again != once {
			t.Errorf("%q: got %q, and %q of that; want it clean at once", text, once, again)
		}
	})
}
