package wechat_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/outbound"
	"nuanxin/internal/wechat"
)

const secret = "the secret of the account"

// double speaks WeChat's protocol: what each code is exchanged for.
func double(t *testing.T, codes map[string]string) *wechat.Client {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if r.URL.Path != "/sns/oauth2/access_token" || q.Get("grant_type") != "authorization_code" || q.Get("appid") != "wx1" || q.Get("secret") != secret {
			_, _ = fmt.Fprint(w, `{"errcode":40125,"errmsg":"invalid appsecret"}`)
			return
		}
		said, ok := codes[q.Get("code")]
		if !ok {
			said = `{"errcode":40029,"errmsg":"invalid code, rid: 1"}`
		}
		if code, err := strconv.Atoi(said); err == nil {
			http.Error(w, "", code)
			return
		}
		w.Header().Set("Content-Type", "text/plain") // as WeChat does
		_, _ = fmt.Fprint(w, said)
	}))
	t.Cleanup(s.Close)
	u, _ := url.Parse(s.URL)
	port, _ := strconv.Atoi(u.Port())
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return wechat.New(wechat.Config{AppID: "wx1", Secret: secret, API: s.URL + "/sns/oauth2/access_token"}, outbound.Rule{Ports: []int{port}, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: roots})
}

func TestExchange(t *testing.T) {
	proves.That(t, "oidc-client")
	c := double(t, map[string]string{
		"good":     `{"access_token":"x","expires_in":7200,"refresh_token":"y","openid":"oABC-1_2","scope":"snsapi_base"}`,
		"used":     `{"errcode":40163,"errmsg":"code been used, rid: 2"}`,
		"old":      `{"errcode":42003,"errmsg":"oauth_code expired"}`,
		"often":    `{"errcode":45011,"errmsg":"api minute-quota reach limit"}`,
		"other":    `{"errcode":-1,"errmsg":"system error"}`,
		"snapshot": `{"access_token":"x","openid":"oFAKE","scope":"snsapi_base","is_snapshotuser":1}`,
		"empty":    `{}`, "page": `<html>`, "down": "502",
		"long": `{"openid":"` + strings.Repeat("x", 70<<10) + `"}`,
	})
	for code, want := range map[string]error{
		"good": nil, "unknown": wechat.ErrCode, "used": wechat.ErrCode, "old": wechat.ErrCode, "": wechat.ErrCode, "often": wechat.ErrBusy,
		"other": wechat.ErrDown, "snapshot": wechat.ErrNobody, "empty": wechat.ErrDown, "page": wechat.ErrDown, "down": wechat.ErrDown, "long": wechat.ErrDown,
	} {
		got, err := c.OpenID(t.Context(), code)
		if !errors.Is(err, want) || want == nil && got != "oABC-1_2" || want != nil && got != "" {
			t.Errorf("%q: got %q, %v, want %v", code, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%q: the error names the secret", code)
		}
	}
}

func TestAddress(t *testing.T) {
	got := double(t, nil).Address("https://nuanxin.example.org/sign-in/wechat/back", "abc")
	const want = "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&redirect_uri=https%3A%2F%2Fnuanxin.example.org%2Fsign-in%2Fwechat%2Fback&response_type=code&scope=snsapi_base&state=abc#wechat_redirect"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// A secret in an address must not come out by an error.
func TestSecretStays(t *testing.T) {
	c := wechat.New(wechat.Config{AppID: "wx1", Secret: secret, API: "https://127.0.0.1/sns"}, outbound.Rule{})
	if _, err := c.OpenID(t.Context(), "code"); !errors.Is(err, wechat.ErrDown) || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), url.QueryEscape(secret)) {
		t.Errorf("got %v", err)
	}
}
