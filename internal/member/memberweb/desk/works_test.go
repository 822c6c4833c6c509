package desk_test

import (
	"testing"

	"nuanxin/internal/member/memberweb/desk"
)

// A cadre writes down where a member works, changes it and puts it right; what was stays
// to be read, folded.
func TestWorks(t *testing.T) {
	h := newHouse(t)
	m := desk.Href(h.join(form("陈立冬")))
	cadre := h.as("cadre")
	to := func(about, path, want string, form ...string) {
		t.Helper()
		if a := cadre.post(path, form...); a.to != want {
			t.Errorf("%s: got %d to %q, want %s", about, a.status, a.to, want)
		}
	}
	cadre.get(m).want("what they said", 200, "在哪些平台、公司", "某外卖平台", "2026-11-24 起", "加一个平台、公司或驿站", "!以前的")
	cadre.get(m+"/works").want("the form", 200, "陈立冬还在哪儿干活？", `value="2026-11-24"`)
	cadre.post(m+"/works").want("nothing", 422, "写一个平台或公司", "日期要在")
	to("two at once", m+"/works", m, "works", "甲达、乙达", "station", "乙达城南站", "from", "2026-11-01")
	cadre.get(m).want("three", 200, "甲达", "乙达城南站 · 2026-11-01 起，柳婷登记")
	cadre.post(m+"/works", "works", "甲达", "from", "2026-11-01").want("again", 409, "这个已经记着了")
	cadre.get(m+"/works/3").want("one of them", 200, "换站点", `value="乙达城南站"`, "不在这家了", "登记有误，更正")
	for who, want := range map[string]int{"leader": 403, "sibling": 404, "admin": 404, "host": 404, "worker": 404, "nobody": 404} {
		for _, path := range []string{"/works", "/works/3"} {
			h.as(who).get(m+path).want(who+" reads", want)
			h.as(who).post(m+path, "works", "丙达", "from", "2026-11-01", "do", "mend").want(who+" writes", want)
		}
	}
	h.as("leader").get(m).want("a leader reads", 200, "乙达", "!加一个平台、公司或驿站", "!"+m+"/works/3")
	cadre.post(m+"/works/3", "do", "move", "station", "乙达城南站", "from", "2026-11-02").want("no other station", 422, "没有变")
	to("another station", m+"/works/3", m, "do", "move", "station", "城北站", "from", "2026-11-10")
	to("an end", m+"/works/2", m, "do", "end", "until", "2026-11-20")
	to("put right", m+"/works/1", m, "do", "mend", "works", "丙达", "from", "2026-10-01")
	cadre.get(m).want("what is and what was", 200, "丙达", "2026-10-01 起，柳婷登记", "城北站 · 2026-11-10 起", "以前的（3）", "2026-11-01 到 2026-11-20", "（有误，已更正）")
	cadre.get(m+"/works/1").want("what is over", 404)
	cadre.get(m+"/works/x").want("no number", 404)
	cadre.get(desk.HrefMembers+"?tab=all").want("in the list", 200, "乙达、丙达")
}
