package password

import (
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
)

func TestPasswordHash(t *testing.T) {
	proves.That(t, "pw-policy")
	c := Cost{memory: 64, passes: 1, lanes: 1}
	h := c.Hash("red boat on the river")
	for _, test := range []struct {
		about     string
		cost      Cost
		hash      string
		password  string
		ok, stale bool
	}{
		{"the same password", c, h, "red boat on the river", true, false},
		{"the same at a higher cost now", Cost{memory: 128, passes: 1, lanes: 1}, h, "red boat on the river", true, true},
		{"another password", c, h, "red boat on the rivers", false, false},
		{"typed full-width", c, h, "ｒｅｄ boat on the river", true, false},
		{"no hash", c, "", "red boat on the river", false, false},
		{"a cut hash", c, h[:len(h)-4], "red boat on the river", false, false},
		{"nobody's hash", c, c.Nobody(), "", false, false},
	} {
		ok, stale := test.cost.Matches(test.hash, test.password)
		if ok != test.ok || ok && stale != test.stale {
			t.Errorf("%s: %v %v, want %v %v", test.about, ok, stale, test.ok, test.stale)
		}
	}
	if a, b := c.Hash("x"), c.Hash("x"); a == b {
		t.Error("two hashes of one password are equal: no salt")
	}
	// From the reference implementation of argon2 (phc-winner-argon2, test.c).
	known := "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if ok, _ := Usual().Matches(known, "password"); !ok {
		t.Error("the reference hash does not match")
	}
}

func TestCheckPassword(t *testing.T) {
	proves.That(t, "pw-policy")
	for _, test := range []struct{ about, password, want string }{
		{"three words", "red boat river", ""},
		{"Chinese words", "我家门口有两棵石榴树", ""},
		{"ten signs of all sorts", "tR5!vq-8Lm", ""},
		{"nine signs", "tR5!vq-8L", "account.password.short"},
		{"an essay", strings.Repeat("essay 12 ", 20), "account.password.long"},
		{"the login name within", "xx-liuting-77", "account.password.login"},
		{"the own name within", "刘婷刘婷刘婷刘婷刘婷", "account.password.login"},
		{"a day of birth", "1986031212", "account.password.common"},
		{"a phone", "13812346207", "account.password.common"},
		{"one sign over and over", "aaaaaaaaaaaa", "account.password.common"},
		{"I love you, Chinese style", "woaini1314", "account.password.common"},
		{"a row of keys", "1qaz2wsx3edc", "account.password.common"},
		{"a word with a year", "Password2026!", "account.password.common"},
		{"the office", "gonghui12351", "account.password.common"},
		{"letters and a row", "qq1234567890", "account.password.common"},
		{"the union within", "我在南康街道总工会上班", "account.password.org"},
		{"one that leaked often, whole", "manchester", "account.password.common"},
		{"the same with signs around", "!Manchester-2026", "account.password.common"},
		{"a short one that leaked often, made long", "liverpool11!!", "account.password.common"},
		{"the demo's own", "deng-liang-zhe-2026", ""},
	} {
		err := Check("password", test.password, Owner{Login: "liuting", Name: "刘婷", Org: "南康街道总工会"}, 10)
		got := ""
		if err != nil {
			got = strings.TrimPrefix(err.Error(), "account.password: fault.form; password: ")
			got = strings.TrimPrefix(got, "account.password; password: ")
		}
		if !strings.HasSuffix(got, test.want) || (test.want == "") != (got == "") {
			t.Errorf("%s: %q, want %q", test.about, got, test.want)
		}
	}
}

// The list is whole: as many as the package says, and as many of ten signs.
func TestLeaked(t *testing.T) {
	proves.That(t, "pw-policy")
	long := 0
	for word := range guesses() {
		if len(word) >= 10 {
			long++
		}
	}
	if len(guesses()) < 10_000 || long < 1_500 {
		t.Errorf("%d guesses, %d of ten signs or more; want 10000 and 1500", len(guesses()), long)
	}
}
