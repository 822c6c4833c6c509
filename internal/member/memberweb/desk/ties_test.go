package desk_test

import (
	"context"
	"testing"

	"nuanxin/internal/fault"
	"nuanxin/internal/member/memberweb/desk"
	"nuanxin/internal/op"
	"nuanxin/internal/web/ui"
)

// platformID is the one organisation that members can be tied to here.
const platformID = "01a22797-52e0-774e-8c7f-6356ca27d30c"

// Called implements member.Bodies.
func (around) Called(_ context.Context, _ *op.Tx, org string) (string, error) {
	if org == platformID {
		return "某外卖平台工会", nil
	}
	return "", fault.New("test", fault.Missing, "")
}

func bodies(context.Context, string) ([]ui.Option, error) {
	return []ui.Option{{Value: platformID, Text: "某外卖平台工会"}}, nil
}

// A member is tied to organisations beside the union, from a day to a day.
func TestTies(t *testing.T) {
	h := newHouse(t)
	m := desk.Href(h.join(form("陈立冬")))
	cadre := h.as("cadre")
	cadre.get(m).want("none", 200, "同时在的组织", "没有登记", "加一个组织")
	cadre.get(m+"/ties").want("the form", 200, "陈立冬还在哪个组织里", "某外卖平台工会", `value="2026-11-24"`)
	cadre.post(m+"/ties").want("nothing", 422, "选一种", "选一个还在的组织", "日期要在")
	form := []string{"kind", "platform", "org", platformID, "from", "2026-11-01"}
	if a := cadre.post(m+"/ties", form...); a.to != m {
		t.Errorf("got %d to %q, want the member", a.status, a.to)
	}
	cadre.get(m).want("one", 200, "某外卖平台工会", "2026-11-01 起，柳婷登记")
	cadre.post(m+"/ties", form...).want("again", 409, "已经登记过", `value="2026-11-01"`)
	cadre.get(m+"/ties/1").want("its end", 200, "陈立冬不在某外卖平台工会了")
	cadre.post(m+"/ties/1", "until", "2026-10-31").want("before it began", 422, "日期要在 2026-11-01")
	for who, want := range map[string]int{"leader": 403, "sibling": 404, "admin": 404, "host": 404, "worker": 404, "nobody": 404} {
		for _, path := range []string{"/ties", "/ties/1"} {
			h.as(who).get(m+path).want(who+" reads", want)
			h.as(who).post(m+path, form...).want(who+" writes", want)
		}
	}
	if a := cadre.post(m+"/ties/1", "until", "2026-11-20"); a.to != m {
		t.Errorf("got %d to %q, want the member", a.status, a.to)
	}
	cadre.get(m).want("ended", 200, "2026-11-01 到 2026-11-20")
	if a := cadre.get(m + "/ties/1"); a.to != m {
		t.Errorf("the end of what ended: got %d to %q", a.status, a.to)
	}
	cadre.post(m+"/ties/1", "until", "2026-11-20").want("ended twice", 409)
	cadre.get(m+"/ties/2").want("none of that number", 404)
	cadre.get(m+"/ties/x").want("no number", 404)
}
