package accountweb_test

import (
	"net/url"
	"testing"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/authz"
	"nuanxin/internal/web/webtest"
)

// session is the secret in r's jar.
func (r *reader) session() string { return r.cookie("nx") }

func (r *reader) cookie(name string) string {
	u, err := url.Parse(r.h.url)
	if err != nil {
		r.h.t.Fatal(err)
	}
	for _, c := range r.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	h.staff("admin", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
	cadre := h.staff("cadre", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
	admin, worker := h.in("admin"), h.reader()
	h.in("admin")
	worker.post("/sign-in/code", "phone", "13812340001")
	worker.post("/sign-in", "phone", "13812340001", "code", h.phones["13812340001"], "own", "1")
	// Three more in each state of the second factor: its secret waits, it is on, it was taken away.
	h.staff("waits", "990101")
	h.staff("has", "990101")
	lost := h.staff("lost", "990101")
	waits, half, has := h.in("waits"), h.reader(), h.in("has")
	waits.post(accountweb.FactorPath+"/start", "password", password)
	h.secure(has)
	h.secure(h.in("lost"))
	admin.post("/desk/staff/" + string(lost) + "/factor")
	half.post(accountweb.StaffSignInPath, "login", "has", "password", password)
	chief, guard := h.connect()
	chief.post(accountweb.ProposePath, "org", body, "issuer", "https://id2.example.org", "client", "nuanxin", "secret", "0123456789")
	guard.get(accountweb.ProvidersPath)
	atDraft := draftLink.FindStringSubmatch(guard.page)[1]
	invited, link := h.invite(chief, "invited")
	bare, bareLink := h.invite(chief, "bare")
	none := h.reader()
	none.post(bareLink)
	none.there("bare")
	for _, test := range []struct{ name, path, session string }{
		{"unions", accountweb.UnionSignInPath, ""},
		{"union-providers", accountweb.ProvidersPath, guard.session()},
		{"decide", atDraft, guard.session()},
		{"propose", accountweb.ProposePath, chief.session()},
		{"invitable", accountweb.StaffPath + "/" + string(invited), chief.session()},
		{"linked", accountweb.StaffPath + "/" + string(bare), chief.session()},
		{"invitation", link, ""},
		{"invitation-over", bareLink, ""},
		{"settings-bare", accountweb.SettingsPath, none.session()},
		{"factor-bare", accountweb.FactorPath, none.session()},
		{"prove-bare", accountweb.ProvePath, none.session()},
		{"wechat", accountweb.OwnWeChatPath, worker.session()},
		{"phone", "/sign-in", ""},
		{"staff-sign-in", "/staff/sign-in", ""},
		{"code", accountweb.StaffCodePath, ""},
		{"me-out", "/me", ""},
		{"me", "/me", worker.session()},
		{"privacy", "/privacy", ""},
		{"settings", "/desk/me", admin.session()},
		{"prove", accountweb.ProvePath + "?next=/desk/staff", admin.session()},
		{"prove-code", accountweb.ProvePath, has.session()},
		{"factor-off", accountweb.FactorPath, admin.session()},
		{"factor-waits", accountweb.FactorPath, waits.session()},
		{"factor-on", accountweb.FactorPath, has.session()},
		{"codes", accountweb.CodesPath, has.session()},
		{"factor-lost", accountweb.FactorPath, h.reader().post(accountweb.StaffSignInPath, "login", "lost", "password", password).session()},
		{"factor-reset", "/desk/staff/" + string(cadre) + "/factor", admin.session()},
		{"staff", "/desk/staff", admin.session()},
		{"new", "/desk/staff/new", admin.session()},
		{"person", "/desk/staff/" + string(cadre), admin.session()},
		{"end", "/desk/staff/" + string(cadre) + "/end", admin.session()},
	} {
		cookies := map[string]string{"nxh": half.cookie("nxh")}
		if test.session != "" {
			cookies["nx"] = test.session
		}
		browser.Hold(t, test.name, h.url+test.path, cookies)
	}
}

// A worker signs in with scripts off; the code is typed with spaces.
func TestSignInWithoutScripts(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	p := browser.Open(t, h.url+"/sign-in?next=/who", webtest.View{NoJS: true})
	p.Type("#phone", "138 1234 0001")
	p.Follow("form.card button")
	code := h.phones["13812340001"]
	p.Type("#code", code[:3]+" "+code[3:])
	p.Follow("form.card button")
	if got := p.Path(); got != "/who" {
		t.Errorf("after the code at %s, want /who", got)
	}
}
