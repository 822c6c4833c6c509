package memberweb_test

import (
	"context"
	"net/url"
	"slices"
	"testing"

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

const eastID, westID = "0192b0c0-0000-7000-8000-0000000000e1", "0192b0c0-0000-7000-8000-0000000000e2"

func twoPosts() posts {
	return posts{{ID: eastID, Name: "城东驿站", Area: county, Open: true}, {ID: westID, Name: "城西驿站", Area: county + "001", Open: true}}
}

// Whoever comes by a station has it chosen; it is named apart from the platform's depot, can
// be changed and left, and stays to be read when it has closed.
func TestStationsOfOurs(t *testing.T) {
	h := newHouse(t)
	h.ours = twoPosts()
	p := h.phone("worker=chen", "here="+county+"001")
	at := "/join?from=station&area=" + county + "001&station=" + westID
	p.get(at).must(t, "by a station", 200, []string{"你常去的工会驿站", "不是平台派单的站点", `<option value="` + westID + `" selected>城西驿站</option>`, "城东驿站"}, nil)
	p.get("/join").must(t, "by no station", 200, []string{"没有，先不选", "城西驿站"}, []string{`" selected>城`})
	p.get("/join?station=%3Cx%3E").must(t, "no id", 200, nil, []string{`" selected>城`})
	h.phone("worker=chen", "here="+county, "lang=en").get("/join").must(t, "in English", 200, []string{"Your union station", "Your platform’s depot"}, nil)
	h.phone().get(at).must(t, "before the sign-in", 200, []string{"station=" + westID}, nil)
	form := with(good(), "post", westID)
	p.post("/join/save", form).leads(t, "saved", "/join?from=poster")
	p.get("/join").must(t, "saved with the rest", 200, []string{`<option value="` + westID + `" selected>`}, nil)
	p.post("/join", with(form, "occupation")).must(t, "comes back", 422, []string{`<option value="` + westID + `" selected>`}, nil)
	p.post("/join", with(good(), "post", "00000000-0000-7000-8000-000000000000")).must(t, "one that is none", 422, []string{"这个驿站现在选不了"}, nil)
	p.post("/join", with(form, "occupation", "rider")).leads(t, "sent", "/join/sent")
	p.get("/me/membership").must(t, "one's own page", 200, []string{"城西驿站", "工会驿站 · 2026-11-24 起"}, nil)
	p.get("/me/membership/works/2").must(t, "the station", 200, []string{"换一个驿站？", "不算这个驿站的了"}, []string{"平台的站点"})
	p.post("/me/membership/works/2", url.Values{"do": {"move"}, "post": {""}, "from": {"2026-11-24"}}).must(t, "to none", 422, []string{"没有变"}, nil)
	p.post("/me/membership/works/2", url.Values{"do": {"move"}, "post": {eastID}, "from": {"2026-11-24"}}).leads(t, "moved", "/me/membership")
	h.ours[0].Open, h.ours[0].Closed = false, true
	p.get("/me/membership").must(t, "it closed", 200, []string{"城东驿站", "这个驿站已经关了", "以前的（1）"}, nil)
	p.post("/me/membership/works", url.Values{"post": {eastID}, "from": {"2026-11-24"}}).must(t, "a closed one", 422, []string{"这个驿站现在选不了"}, nil)
	p.post("/me/membership/works/3", url.Values{"do": {"end"}, "until": {"2026-11-24"}}).leads(t, "left", "/me/membership")
	p.post("/me/membership/works", url.Values{"post": {westID}, "from": {"2026-11-24"}}).leads(t, "a station alone", "/me/membership")
	h.phone("worker=chen", "lang=en").get("/me/membership").must(t, "in English", 200, []string{"Union station", "this station has closed"}, nil)
}
