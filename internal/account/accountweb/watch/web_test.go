package watch_test

import (
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/accountweb/watch"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/id"
	"nuanxin/internal/web/webtest"
)

func TestSecurityAdministrator(t *testing.T) {
	proves.That(t, "attack-noted")
	h := newHouse(t)
	guard := h.staff("hanmin", "韩敏", grant(authz.Security))
	fang := h.staff("fang", "方敏", grant(authz.Cadre))
	at := watch.HrefSecurity + "/" + string(h.ids["fang"])
	guard.get(watch.HrefSecurity).want("the staff", 200, watch.HrefSecurity, "方敏", "只有密码", "1 处")
	guard.get(watch.HrefSecurity+"?q=nobody%25").want("nobody", 200, watch.HrefSecurity+"?q=nobody%25", "没有找到人")
	guard.get(at).want("one", 200, at, "试密码", "工作人员登录", "全部退出")
	hostile := `"><script>alert(1)</script>`
	guard.post(at+"/lock", "why", "急").want("too short", 422, at+"/lock", "写 4 到 200 个字")
	guard.post(at+"/lock", "why", hostile).want("locked", 200, at, "锁住了", "韩敏 在", "!<script>alert")
	guard.post(at+"/lock", "why", "再锁一次").want("twice", 409, at+"/lock", "已经锁着", "再锁一次")
	fang.get(accountweb.SettingsPath).want("the session is over", 200, accountweb.StaffSignInPath+"?next=%2Fdesk%2Fme")
	fang.post(accountweb.StaffSignInPath, "login", "fang", "password", password).want("no sign-in", 422, accountweb.StaffSignInPath, "登录名或密码不对")
	h.clock.Move(16 * time.Minute)
	guard.post(at+"/unlock", "why", "弄清楚了，是出差").want("who opens is asked again", 403, at+"/unlock", "刚才填的都还在", "弄清楚了")
	guard.post(accountweb.ProvePath, "password", password, "next", at)
	guard.post(at+"/unlock", "why", "弄清楚了，是出差").want("opened", 200, at, "打开了", "!韩敏 在")
	fang = h.in("fang")
	guard.post(at+"/sessions").want("all ended", 200, at, "现在没有登录着")
	fang.get(accountweb.SettingsPath).want("and out", 200, accountweb.StaffSignInPath+"?next=%2Fdesk%2Fme")
	own := watch.HrefSecurity + "/" + string(h.ids["hanmin"])
	guard.get(own).want("oneself", 200, own, "不能锁自己")
	guard.get(watch.HrefSecurity+"/policies").want("the rules", 200, watch.HrefSecurity+"/policies", "密码至少几个字符", "10 个", "OWASP ASVS")
	guard.get(watch.HrefAudit).want("not the auditor's", 404, watch.HrefAudit)
}

func TestAuditor(t *testing.T) {
	h := newHouse(t)
	auditor := h.staff("weidong", "魏东", grant(authz.Auditor))
	at := watch.HrefAudit
	auditor.get(at).want("the trail", 200, at, "魏东", "工作人员登录", "系统：test", "加一个工作人员", "登录名 weidong")
	auditor.get(at+"?who=weidong&what=account.sign_in_staff&from=2026-11-24&to=2026-11-24").want("filtered", 200, at+"?who=weidong&what=account.sign_in_staff&from=2026-11-24&to=2026-11-24", `value="account.sign_in_staff" selected`, "!系统：test")
	auditor.get(at+"?what=member.*&from=2026-11-24&to=2026-11-24").want("a sort", 200, at+"?what=member.*&from=2026-11-24&to=2026-11-24", "这段时间没有记录")
	auditor.get(at+"?from=x&to=2026-11-24").want("no day", 422, at+"?from=x&to=2026-11-24", "日期写成")
	auditor.get(at+"?from=2020-01-01&to=2026-11-24").want("too many", 422, at+"?from=2020-01-01&to=2026-11-24", "最多查 366 天")
	for range 30 {
		h.clock.Move(time.Second)
		h.in("weidong")
	}
	auditor.get(at).want("many", 200, at, "after=")
	checks := at + "/checks"
	auditor.get(checks).want("none", 200, checks, "还没核对过")
	auditor.post(checks).want("asked", 200, checks, "开始了", "正在读")
	auditor.post(checks).want("again", 409, checks, "已经有一次在核对")
	ctx := authz.AsSystem(t.Context(), "job")
	if err := h.trail.Run(ctx); err != nil {
		t.Fatal(err)
	}
	auditor.get(checks).want("fine", 200, checks, "没有问题", "读了 40 条记录")
	auditor.post(checks)
	h.found.Wrong = []string{"person 0190 row 3 was <b>changed</b>"}
	if err := h.trail.Run(ctx); err != nil {
		t.Fatal(err)
	}
	auditor.get(checks).want("wrong", 200, checks, "1 处不对", "row 3", "!<b>changed")
	auditor.get(watch.HrefSecurity).want("not the security administrator's", 404, watch.HrefSecurity)
}

func TestRightsInWords(t *testing.T) {
	h := newHouse(t)
	admin := h.staff("lixia", "李霞", grant(authz.Admin))
	h.staff("hanmin", "韩敏", grant(authz.Security))
	cadre := h.staff("fang", "方敏", account.Grant{Role: authz.Auditor, Area: here, Until: start.Add(48 * time.Hour)})
	cadre.get(watch.HrefRights).want("the table", 200, watch.HrefRights, "安全管理员", "锁住账号", "给人身份（要先再确认一次是本人）")
	at := watch.HrefPerson(h.ids["fang"])
	cadre.get(at).want("of others only who keeps accounts", 404, at)
	staff := accountweb.StaffPath + "/" + string(h.ids["fang"])
	admin.get(staff).want("the way", 200, staff, `href="`+at+`"`)
	admin.get(at).want("why and why not", 200, at, "核对审计记录", "因为是审计员", "11月25日", "锁住账号", "要是安全管理员才行")
	admin.post(staff+"/grants", "role", "cadre", "area", here).want("a power and work", 422, staff+"/grants", "也不能同时办事")
	if err := h.db.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `
			insert into person_grant (person_id, grant_id, role, area, org_id, from_at, until_at, given_by, given_at, ended_at, ended_by)
			values ($1, $2, 'cadre', $3, null, 0, null, 'thief', 0, null, '')`, string(h.ids["fang"]), id.New[string](), here)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	admin.get(at).want("written past the program", 200, at, "只有审计员算", "因为是审计员", "!因为是干部")
	h.clock.Move(72 * time.Hour)
	h.in("lixia").get(at).want("the day after", 200, at, "!因为是审计员")
	h.in("hanmin").post(watch.HrefSecurity+"/"+string(h.ids["fang"])+"/lock", "why", "先锁住再说").get(at).want("locked", 200, at, "账号锁着", "!因为是")
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	guard, auditor := h.staff("hanmin", "韩敏", grant(authz.Security)), h.staff("weidong", "魏东", grant(authz.Auditor))
	h.staff("fang", "方敏", grant(authz.Cadre))
	h.staff("liu", "柳婷", grant(authz.Cadre))
	one, locked := watch.HrefSecurity+"/"+string(h.ids["fang"]), watch.HrefSecurity+"/"+string(h.ids["liu"])
	guard.post(locked+"/lock", "why", "半夜从外地登录")
	auditor.post(watch.HrefAudit + "/checks")
	h.found.Wrong = []string{"person 01a20000-0000-7000-8000-000000000000 row 3: the row was changed"}
	if err := h.trail.Run(authz.AsSystem(t.Context(), "job")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, path, session string }{
		{"security", watch.HrefSecurity, guard.session()},
		{"policies", watch.HrefSecurity + "/policies", guard.session()},
		{"person", one, guard.session()},
		{"locked", locked, guard.session()},
		{"audit", watch.HrefAudit, auditor.session()},
		{"audit-wrong", watch.HrefAudit + "?from=x&to=y", auditor.session()},
		{"checks", watch.HrefAudit + "/checks", auditor.session()},
		{"rights", watch.HrefRights, auditor.session()},
		{"rights-of", watch.HrefPerson(h.ids["fang"]), guard.session()},
	} {
		browser.Hold(t, "watch-"+test.name, h.url+test.path, map[string]string{"nx": test.session})
	}
}
