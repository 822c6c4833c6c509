package accountweb_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/web/webtest"
)

// A sensitive page asks before it opens; a form that comes too late waits there
// and goes on, whole.
func TestSensitiveActsAskAgain(t *testing.T) {
	proves.That(t, "sess-stepup")
	h := open(t)
	h.staff("admin", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
	id := h.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
	at := accountweb.StaffPath + "/" + string(id)
	admin := h.in("admin")
	admin.get(accountweb.StaffPath+"/new").want("right after the sign-in", 200, accountweb.StaffPath+"/new")
	h.clock.Move(16 * time.Minute)

	asked := accountweb.ProvePath + "?next=%2Fdesk%2Fstaff%2Fnew"
	admin.get(accountweb.StaffPath+"/new").want("before the form", 200, asked, "先确认是你本人", "名admin", `value="/desk/staff/new"`)
	admin.get(at).want("what is not sensitive", 200, at)
	admin.post(accountweb.ProvePath, "password", "x", "next", "/desk/staff/new").want("a wrong password", 422, accountweb.ProvePath, "现在的密码不对", `value="/desk/staff/new"`)
	admin.post(accountweb.ProvePath, "password", password, "next", "//evil.example").want("no way out", 200, accountweb.SettingsPath)
	h.clock.Move(16 * time.Minute)
	admin.post(accountweb.ProvePath, "password", password, "next", "/desk/staff/new").want("and on", 200, "/desk/staff/new")

	h.clock.Move(16 * time.Minute)
	attack := `"><script>alert(1)</script>`
	form := []string{"name", "新来的 " + attack, "login", "fresh", "role", "cadre", "area", "990101", "req_id", "0190a1b2-0000-7000-8000-00000000000f"}
	keeps := []string{"刚才填的都还在", `name="kept.login" value="fresh"`, `name="to" value="/desk/staff"`, "!<script>alert"}
	admin.post(accountweb.StaffPath, form...).want("a form that came too late", 403, accountweb.StaffPath, keeps...)
	if _, err := h.accounts.SignInStaff(t.Context(), "fresh", password); err == nil {
		t.Error("somebody was added without a proof")
	}
	held := []string{"to", accountweb.StaffPath}
	for i := 0; i < len(form); i += 2 {
		held = append(held, "kept."+form[i], form[i+1])
	}
	admin.post(accountweb.ProvePath, append(held, "password", "x")...).want("a wrong password keeps it", 422, accountweb.ProvePath, keeps...)
	admin.post(accountweb.ProvePath, append(held, "password", password)...).want("then it goes on", 200, accountweb.ProvePath, `action="/desk/staff"`, `name="login" value="fresh"`, `name="req_id"`, "!kept.", "!"+password)
	form[1] = "新来的"
	admin.post(accountweb.StaffPath, form...).want("as it was", 200, accountweb.StaffPath, "新来的")

	h.clock.Move(16 * time.Minute)
	admin.post(accountweb.ProvePath, "password", password, "to", "//evil.example/x", "kept.a", "b").want("nothing is sent elsewhere", 200, accountweb.SettingsPath)
	cadre := h.in("liuting")
	h.clock.Move(16 * time.Minute)
	if cadre.post(at + "/password"); cadre.code != http.StatusNotFound {
		t.Errorf("who may not is not asked: %d, want 404", cadre.code)
	}
	worker := h.reader()
	worker.get(accountweb.ProvePath).want("nobody", 200, accountweb.StaffSignInPath+"?next="+strings.ReplaceAll(accountweb.ProvePath, "/", "%2F"))
}

// With a second factor the question asks for its code, too.
func TestProofAsksForTheCode(t *testing.T) {
	h := open(t)
	h.staff("admin", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
	admin := h.in("admin")
	admin.get(accountweb.ProvePath).want("without one", 200, accountweb.ProvePath, `!name="code"`)
	secret, _ := h.secure(admin)
	h.clock.Move(16 * time.Minute)
	admin.get(accountweb.StaffPath+"/new").want("asked", 200, accountweb.ProvePath+"?next=%2Fdesk%2Fstaff%2Fnew", `name="code"`, "验证器上的 6 位数")
	admin.post(accountweb.ProvePath, "password", password, "next", "/desk/staff/new").want("the password alone", 422, accountweb.ProvePath, "验证码不对")
	admin.post(accountweb.ProvePath, "password", password, "code", h.shown(secret), "next", "/desk/staff/new").want("both", 200, "/desk/staff/new")
}

// The whole way in a browser, also without scripts: a role is given after the
// question.
func TestProofInABrowser(t *testing.T) {
	browser := webtest.Start(t)
	for name, v := range map[string]webtest.View{"with scripts": {}, "without": {NoJS: true}} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.staff("admin", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
			id := h.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
			v.Cookies = map[string]string{"nx": h.in("admin").session()}
			at := accountweb.StaffPath + "/" + string(id)
			p := browser.Open(t, h.url+at, v)
			sound := func(about string) {
				if v.NoJS {
					return // axe is a script
				}
				for _, wrong := range p.Axe() {
					t.Errorf("%s: axe violation %v", about, wrong)
				}
			}
			h.clock.Move(16 * time.Minute)
			p.Set("#role", "cadre")
			p.Set("#area", "990101")
			p.Follow(`form[action$="/grants"] button`)
			sound("the question")
			p.Type("#password", password)
			p.Follow("form.card button")
			sound("what goes on")
			p.Follow("form.card button")
			got, err := h.accounts.Get(authz.AsSystem(t.Context(), "test"), id)
			if err != nil || len(got.Grants) != 2 || p.Path() != at {
				t.Errorf("at %s with %d grants, %v; want 2 at %s", p.Path(), len(got.Grants), err, at)
			}
		})
	}
}
