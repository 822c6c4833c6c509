package factor

import (
	"encoding/base32"
	"net/url"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/evidence/proves"
)

// The cases of RFC 6238, appendix B, for SHA-1: the last six of its eight digits.
func TestStepsOfTheStandard(t *testing.T) {
	proves.That(t, "otp-single-use")
	secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		got, ok, err := step(secret, code, time.Unix(at, 0))
		if err != nil || !ok || got != at/30 {
			t.Errorf("at %d: step %d, %v, %v; want %d", at, got, ok, err, at/30)
		}
		for late, want := range map[int64]bool{-60: false, -30: true, 30: true, 60: false} {
			if _, ok, _ := step(secret, code, time.Unix(at/30*30+late, 0)); ok != want {
				t.Errorf("the code of %d, %d s later: %v, want %v", at, late, ok, want)
			}
		}
	}
}

func TestTyped(t *testing.T) {
	for _, test := range []struct{ as, want string }{
		{"123 456", "123456"}, {"１２３４５６", "123456"}, {" abcd-efgh-2345 ", "ABCDEFGH2345"}, {"ＡＢＣＤ efgh．2345", "ABCDEFGH2345"}, {"", ""}, {"' or 1=1", "OR11"},
	} {
		if got := typed(test.as); got != test.want {
			t.Errorf("%q: %q, want %q", test.as, got, test.want)
		}
	}
}

func TestSecretsAreFreshAndWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		s, r := newSecret(), newRecovery()
		if len(s) != 32 || len(r) != signsMade || strings.Trim(r, signs) != "" || seen[s] || seen[r] {
			t.Fatalf("%q, %q", s, r)
		}
		seen[s], seen[r] = true, true
	}
	if len(signs) != 32 {
		t.Errorf("%d signs: some are likelier than others", len(signs))
	}
	if got := Grouped("ABCDEFGHIJ", "-"); got != "ABCD-EFGH-IJ" {
		t.Errorf("grouped: %q", got)
	}
	u, err := url.Parse(address("刘婷", "ABC"))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Nuanxin:刘婷" || u.Query().Get("secret") != "ABC" {
		t.Errorf("the address %v, %v", u, err)
	}
}
