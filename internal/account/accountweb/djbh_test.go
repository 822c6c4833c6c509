package accountweb_test

import (
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/web/webtest"
)

// With the profile on, the page says what is asked and why, and who has had a
// password for too long is led there first.
func TestPasswordRulesAreTold(t *testing.T) {
	proves.That(t, "pw-policy")
	browser, h := webtest.Start(t), open(t)
	h.staff("fang", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
	at := accountweb.SettingsPath
	h.in("fang").get(at).want("as usual", 200, at, "!等保")
	for name, value := range map[string]int64{"password_days": 90, "password_kept": 5, "password_kinds": 3} {
		if err := h.accounts.SetLimit(authz.AsSystem(t.Context(), "test"), name, "2026-11-01", value, "test"); err != nil {
			t.Fatal(err)
		}
	}
	fang := h.in("fang")
	fang.get(at).want("with the profile", 200, at, "等保三级", "90 天换一次；最近 5 个不能再用；", "至少有 3 种", "不是越勤换越安全")
	fang.post(at+"/password", "old", password, "password", "white cloud over the gate").want("one kind", 422, at+"/password", "至少要有 3 种")
	for _, mode := range []map[string]string{{}, {"contrast": "high", "size": "xxl", "lang": "en"}} {
		mode["nx"] = fang.session()
		page := browser.Open(t, h.url+at, webtest.View{Width: 320, Height: 640, Cookies: mode})
		for _, v := range page.Axe() {
			t.Errorf("%v: got axe violation %v, want none", mode, v)
		}
		if got := page.Overflow(); len(got) > 0 {
			t.Errorf("%v: got sideways scroll %v, want none", mode, got)
		}
		page.Close()
	}
	h.clock.Move(91 * 24 * time.Hour)
	late := h.reader().post(accountweb.StaffSignInPath, "login", "fang", "password", password)
	late.want("after 91 days", 200, at, "密码用满 90 天了")
	late.post(at+"/password", "old", password, "password", "White cloud over the gate").want("then on", 200, "/desk")
	late.get(at).want("as before", 200, at, "!用满")
}
