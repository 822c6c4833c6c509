package idcard_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/idcard"
)

func vectors(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("../../../shared/vectors/security/cn/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the folder of security vectors is not beside the checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func TestParseResident(t *testing.T) {
	for _, c := range []struct {
		say, text string
		want      error
	}{
		{"published example with X", "11010519491231002X", nil},
		{"published example", "440524188001010014", nil},
		{"published example of an abolished area", "34052419800101001X", nil},
		{"a small x is the same", "11010519491231002x", nil},
		{"full-width and spaced is the same", "１１０１０５ 19491231 002Ｘ", nil},
		{"a wrong check digit", "110105194912310021", idcard.ErrCheck},
		{"29 February 1900 did not exist", "110101190002290011", idcard.ErrDate},
		{"born in the future", "110101209901010017", idcard.ErrDate},
		{"fifteen digits are no longer issued", "110101000101001", idcard.ErrOld},
		{"too short", "11010119000101001", idcard.ErrLength},
		{"no area begins with 0", "000000190001010017", idcard.ErrChar},
		{"a Cyrillic letter is not an X", "31010419000304197Х", idcard.ErrLength},
		{"an X in the middle", "1101051949X231002X", idcard.ErrChar},
		{"nothing", " \u200b", idcard.ErrEmpty},
	} {
		got, err := idcard.ParseResident(c.text, "2026-01-20")
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %+v, %v; want %v", c.say, got, err, c.want)
		}
	}
}

func TestResidentFacts(t *testing.T) {
	id, err := idcard.ParseResident("11010519491231002X", "2026-01-20")
	want := idcard.Resident{Number: "11010519491231002X", Area: "110105", Birth: "1949-12-31"}
	if err != nil || id != want {
		t.Errorf("got %+v, %v; want %+v", id, err, want)
	}
	for day, age := range map[string]int{"1949-12-30": -1, "1949-12-31": 0, "2026-12-30": 76, "2026-12-31": 77, "soon": -1} {
		if got := id.AgeOn(day); got != age {
			t.Errorf("age on %s: got %d, want %d", day, got, age)
		}
	}
	for birth, age := range map[string]int{"2014-02-28": 13, "2014-03-01": 14} {
		if got := (idcard.Resident{Birth: "2000-02-29"}).AgeOn(birth); got != age {
			t.Errorf("a leap-day child on %s: got %d, want %d", birth, got, age)
		}
	}
}

func TestResidentVectors(t *testing.T) {
	proves.That(t, "input-contract")
	var v struct {
		Valid   []string
		Invalid []struct{ S, Why string }
		Same    []struct{ A, B, Why string } `json:"same_person"`
	}
	vectors(t, "idno.json", &v)
	for _, s := range v.Valid {
		if got, err := idcard.ParseResident(s, "2026-01-20"); err != nil || got.Doubt != "" {
			t.Errorf("%s: got %+v, %v; want it to pass", s, got, err)
		}
	}
	for _, c := range v.Invalid {
		if got, err := idcard.ParseResident(c.S, "2026-01-20"); err == nil {
			t.Errorf("%s (%s): got %+v, want a refusal", c.S, c.Why, got)
		}
	}
	for _, c := range v.Same {
		a, _ := idcard.ParseResident(c.A, "")
		b, err := idcard.ParseResident(c.B, "")
		if refuse := strings.HasSuffix(c.Why, "refuse"); refuse != (err != nil) || !refuse && a != b {
			t.Errorf("%s: got %+v and %+v, %v", c.Why, a, b, err)
		}
	}
}

func TestEverySlipOfOneDigitIsSeen(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		good := []byte("11010519491231002X")
		i := rapid.IntRange(0, 16).Draw(r, "place")
		d := byte('0' + rapid.IntRange(0, 9).Draw(r, "digit"))
		same := good[i] == d
		good[i] = d
		if _, err := idcard.ParseResident(string(good), ""); (err == nil) != same {
			r.Fatalf("%s: got %v", good, err)
		}
	})
}

func TestParseCredit(t *testing.T) {
	for _, c := range []struct {
		say, text string
		want      error
	}{
		{"published example", "91350100M000100Y43", nil},
		{"published example with T", "91440300708461136T", nil},
		{"small letters are the same", "91350100m000100y43", nil},
		{"a wrong check digit", "91350100M000100Y44", idcard.ErrCheck},
		{"the letter I is not used", "91350100M00010IY43", idcard.ErrChar},
		{"letters in the area", "9135O100M000100Y43", idcard.ErrChar},
		{"too short", "91350100M000100Y4", idcard.ErrLength},
		{"nothing", "", idcard.ErrEmpty},
	} {
		got, err := idcard.ParseCredit(c.text)
		if !errors.Is(err, c.want) || err == nil && len(got.Doubts) > 0 {
			t.Errorf("%s: got %+v, %v; want %v", c.say, got, err, c.want)
		}
	}
	got, _ := idcard.ParseCredit("91350100M000100Y43")
	if got.Register != '9' || got.Area != "350100" || got.Org != "M000100Y4" || got.Union() {
		t.Errorf("got %+v", got)
	}
}

func TestOrgCode(t *testing.T) {
	for text, want := range map[string]bool{"D2143569-X": true, "D2143569X": true, "70846113-6": true, "70846113-7": false, "7084611": false, "70846 11中6": false} {
		if got := idcard.OrgCode(text); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestParseMobile(t *testing.T) {
	for _, text := range []string{"13812346207", "１３８１２３４６２０７", "+86 138 1234 6207", "86-138-1234-6207", "0086 13812346207", "013812346207", "138\u200b12346207", "（138）12346207", "+8613812346207"} {
		if got, err := idcard.ParseMobile(text); err != nil || got != "13812346207" {
			t.Errorf("%q: got %q, %v; want 13812346207", text, got, err)
		}
	}
	for _, text := range []string{"16612346207", "19912346207", "14712346207"} {
		if _, err := idcard.ParseMobile(text); err != nil {
			t.Errorf("%s: got %v, want it to pass: newer numbers are numbers", text, err)
		}
	}
	for text, want := range map[string]error{"12812346207": idcard.ErrMobile, "1381234620": idcard.ErrMobile, "138123462077": idcard.ErrMobile, "138****6207": idcard.ErrMobile, "": idcard.ErrEmpty, "0437-3226207": idcard.ErrMobile} {
		if got, err := idcard.ParseMobile(text); !errors.Is(err, want) {
			t.Errorf("%q: got %q, %v; want %v", text, got, err, want)
		}
	}
}

func TestParsePhone(t *testing.T) {
	for _, c := range []struct {
		text string
		kind idcard.PhoneKind
		want string
	}{
		{"0437-3226207", idcard.Landline, "0437-3226207"},
		{"(0437)3226207", idcard.Landline, "0437-3226207"},
		{"（０４３７）３２２６２０７", idcard.Landline, "0437-3226207"},
		{"04373226207", idcard.Landline, "0437-3226207"},
		{"010-66668888", idcard.Landline, "010-66668888"},
		{"021—52550000转8012", idcard.Landline, "021-52550000-8012"},
		{"+86 10 6666 8888", idcard.Landline, "010-66668888"},
		{"3226207", idcard.Landline, "3226207"},
		{"400-820-1234", idcard.Service, "4008201234"},
		{"12351", idcard.Service, "12351"},
		{"95598", idcard.Service, "95598"},
		{"138 1234 6207", idcard.Mobile, "13812346207"},
	} {
		if got, err := idcard.ParsePhone(c.text); err != nil || got.Kind != c.kind || got.String() != c.want {
			t.Errorf("%q: got %+v, %v; want %s", c.text, got, err, c.want)
		}
	}
	for _, text := range []string{"", "电话", "0437", "123456", "138****6207", "99999999999999"} {
		if got, err := idcard.ParsePhone(text); err == nil {
			t.Errorf("%q: got %+v, want a refusal", text, got)
		}
	}
}

func TestFindPhones(t *testing.T) {
	for _, c := range []struct {
		cell string
		want []string
		rest int
	}{
		{"0437-3226207、13812346207", []string{"0437-3226207", "13812346207"}, 0},
		{"13812346207 13912346207", []string{"13812346207", "13912346207"}, 0},
		{"138 1234 6207；12351", []string{"13812346207", "12351"}, 0},
		{"138****6207/0437-3226207", []string{"0437-3226207"}, 1},
		{"", nil, 0},
	} {
		phones, rest := idcard.FindPhones(c.cell)
		var got []string
		for _, p := range phones {
			got = append(got, p.String())
		}
		if !slices.Equal(got, c.want) || len(rest) != c.rest {
			t.Errorf("%q: got %v and %q; want %v and %d", c.cell, got, rest, c.want, c.rest)
		}
	}
}

func TestCardVectors(t *testing.T) {
	var v struct{ Valid, Invalid []string }
	vectors(t, "bankcard.json", &v)
	for _, s := range v.Valid {
		if got, err := idcard.ParseCard(s[:4] + " " + s[4:]); err != nil || got != s {
			t.Errorf("%s: got %q, %v; want it to pass", s, got, err)
		}
	}
	for _, s := range v.Invalid {
		if got, err := idcard.ParseCard(s); err == nil {
			t.Errorf("%q: got %q, want a refusal", s, got)
		}
	}
}

func TestParseName(t *testing.T) {
	for _, c := range []struct{ say, text, want string }{
		{"an ordinary name", "马建国", "马建国"},
		{"spaces between characters go", " 张　三 ", "张三"},
		{"one point, however typed", "买买提•吐尔逊", "买买提·吐尔逊"},
		{"a full stop was meant as the point", "买买提.吐尔逊", "买买提·吐尔逊"},
		{"a foreign name", "Anna  Maria O'Neil", "Anna Maria O'Neil"},
		{"a name of one character", "王", "王"},
		{"a rare character", "𠮷野家", "𠮷野家"},
		{"a radical that looks like a character", "⼯会", "工会"},
		{"the round zero is a character", "〇", "〇"},
	} {
		if got, err := idcard.ParseName(c.text); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.say, got, err, c.want)
		}
	}
	for _, text := range []string{"", "张3", "·马", "马··国", "<b>", "🙂", "\ue000", "\x00", "⻓", strings.Repeat("测", 255)} {
		if got, err := idcard.ParseName(text); err == nil {
			t.Errorf("%q: got %q, want a refusal", text, got)
		}
	}
}

func TestNameVectors(t *testing.T) {
	proves.That(t, "input-contract")
	var v []struct{ S, Why string }
	vectors(t, "naughty-cn.json", &v)
	for _, c := range v {
		got, err := idcard.ParseName(c.S)
		switch {
		case strings.HasPrefix(c.Why, "rare CJK"), strings.HasPrefix(c.Why, "long name"), c.Why == "one rune":
			if err != nil {
				t.Errorf("%q (%s): got %v, want it to pass", c.S, c.Why, err)
			}
		case strings.HasPrefix(c.Why, "minority-name dot"):
			if got != "买买提·吐尔逊" {
				t.Errorf("%q (%s): got %q, %v", c.S, c.Why, got, err)
			}
		case strings.HasPrefix(c.Why, "invisible char"):
			if err == nil && got != "张三" {
				t.Errorf("%q (%s): got %q", c.S, c.Why, got)
			}
		case strings.HasPrefix(c.Why, "control/injection"), strings.HasPrefix(c.Why, "amount"):
			if err == nil && strings.ContainsAny(got, "0123456789%<>\"`;\\/*\x00") {
				t.Errorf("%q (%s): got %q", c.S, c.Why, got)
			}
		}
	}
}

func TestMasks(t *testing.T) {
	proves.That(t, "authz-field-matrix")
	for _, c := range []struct {
		mask       func(string) string
		text, want string
	}{
		{idcard.MaskPhone, "13812346207", "138****6207"},
		{idcard.MaskPhone, "0437-3226207", "043*****6207"},
		{idcard.MaskPhone, "3226207", "*****07"},
		{idcard.MaskPhone, "12351", "****1"},
		{idcard.MaskPhone, "123", "***"},
		{idcard.MaskID, "220402196001010617", "2204**********0617"},
		{idcard.MaskID, "6200009492403885502", "6200***********5502"},
		{idcard.MaskID, "12345678", "********"},
		{idcard.MaskName, "马建国", "马*国"},
		{idcard.MaskName, "马建", "马*"},
		{idcard.MaskName, "马", "*"},
		{idcard.MaskName, "买买提·吐尔逊", "买**·**逊"},
		{idcard.MaskName, "", ""},
	} {
		if got := c.mask(c.text); got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"11010519491231002X", "91350100M000100Y43", "0437-3226207转1", "买买提·吐尔逊", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if id, err := idcard.ParseResident(s, ""); err == nil {
			if again, err := idcard.ParseResident(id.Number, ""); err != nil || again != id {
				t.Errorf("%q: %+v, then %+v, %v", s, id, again, err)
			}
		}
		if name, err := idcard.ParseName(s); err == nil {
			if again, err := idcard.ParseName(name); err != nil || again != name {
				t.Errorf("%q: %q, then %q, %v", s, name, again, err)
			}
		}
		if p, err := idcard.ParsePhone(s); err == nil {
			if again, err := idcard.ParsePhone(p.String()); err != nil || again.Kind != p.Kind {
				t.Errorf("%q: %+v, then %+v, %v", s, p, again, err)
			}
		}
		_, _ = idcard.ParseCredit(s)
		_, _ = idcard.ParseCard(s)
		idcard.FindPhones(s)
		idcard.MaskName(s)
	})
}

func ExampleMaskName() {
	fmt.Println(idcard.MaskName("马建国"), idcard.MaskPhone("13812346207"))
	// Output: 马*国 138****6207
}
