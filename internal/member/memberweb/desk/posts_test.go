package desk_test

import (
	"context"
	"slices"
	"testing"

	"nuanxin/internal/member/memberweb/desk"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

// posts are stations of ours.
type posts []work.Post

func (p *posts) Near(context.Context, *op.Tx, string) (all []work.Post, err error) {
	for _, one := range *p {
		if one.Open {
			all = append(all, one)
		}
	}
	return all, nil
}

func (p *posts) Some(_ context.Context, _ *op.Tx, ids []string) (all []work.Post, err error) {
	for _, one := range *p {
		if slices.Contains(ids, one.ID) {
			all = append(all, one)
		}
	}
	return all, nil
}

func (p *posts) called(which string) string {
	for _, one := range *p {
		if one.ID == which {
			return one.Name
		}
	}
	return ""
}

// A cadre ties a member to a station of ours, which leads there; the list shows the members
// of one alone.
func TestStationsOfOurs(t *testing.T) {
	const east, west = "0192b0c0-0000-7000-8000-0000000000e1", "0192b0c0-0000-7000-8000-0000000000e2"
	h := newHouse(t)
	h.ours = posts{{ID: east, Name: "城东驿站", Area: county, Open: true}, {ID: west, Name: "城西驿站", Area: county, Open: true}}
	m := desk.Href(h.join(form("陈立冬")))
	cadre := h.as("cadre")
	to := func(about, path string, form ...string) {
		t.Helper()
		if a := cadre.post(path, form...); a.to != m {
			t.Errorf("%s: got %d to %q, want %s", about, a.status, a.to, m)
		}
	}
	cadre.get(m+"/works").want("the form", 200, "所属工会驿站", "平台的站点", "城东驿站")
	cadre.post(m+"/works", "post", m, "from", "2026-11-01").want("none of ours", 422, "这个驿站现在选不了")
	to("a station alone", m+"/works", "post", east, "from", "2026-11-01")
	cadre.get(m).want("as a link", 200, `href="/desk/stations/`+east+`"`, "工会驿站 · 2026-11-01 起，柳婷登记")
	cadre.get(m+"/works/2").want("the line", 200, "换驿站", "不属于这个驿站了", "!平台的站点")
	list := desk.HrefMembers + "?tab=all&station="
	cadre.get(list+east).want("its members", 200, "只看这个工会驿站的会员", "城东驿站", "陈立冬")
	cadre.get(list+west).want("another's", 200, "城西驿站", "!陈立冬")
	cadre.get(list+"x").want("no id", 200, "陈立冬", "!只看这个")
	to("another one", m+"/works/2", "do", "move", "post", west, "from", "2026-11-02")
	to("put right", m+"/works/3", "do", "mend", "post", east, "from", "2026-11-03")
	h.ours[0].Open, h.ours[0].Closed = false, true
	cadre.get(m).want("closed", 200, "驿站已关停", "（有误，已更正）", "以前的（2）")
}
