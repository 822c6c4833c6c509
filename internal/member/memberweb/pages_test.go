package memberweb_test

import (
	"context"
	"net/http"
	"net/url"
	"nuanxin/internal/consent"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/roll"
)

func TestJoining(t *testing.T) {
	h := newHouse(t)
	p := h.phone("worker=chen", "here="+county+"001")
	p.get("/join?from=poster").must(t, "the form", 200, []string{union, "陈立冬", `name="from" value="poster"`, `value="` + county + `001"`, `data-draft="join"`, "柳婷", "11月27日（周五）17:30"}, []string{"<select"})
	form := with(good(), "req_id", id.New[string]())
	p.post("/join", form).leads(t, "sent", "/join/sent")
	p.post("/join", form).leads(t, "pressed twice", "/join/sent")
	p.get("/join/sent").must(t, "what happens", 200, []string{"3 个工作日", union, "柳婷", "11月27日（周五）17:30"}, nil)
	own := h.mine(chen)
	if own.Name != "陈立冬" || own.Channel != member.ByPoster || own.Occupation != member.Rider || own.Works != "某外卖平台" || len(own.Consents) != 1 {
		t.Errorf("got %+v, want it as it was typed", own)
	}
	if all, err := h.List(cadre, roll.Filter{Waits: true}); err != nil || len(all.Rows) != 1 {
		t.Errorf("pressed twice: got %d applications, %v, want one", len(all.Rows), err)
	}
	p.get("/join").must(t, "once more", 200, []string{"已经向" + union + "申请了", `href="/me/membership"`}, []string{`id="join"`})
	p.post("/join", good()).must(t, "the form of another window", 409, []string{"已经向" + union + "申请了"}, nil)
	p.get("/me/membership").must(t, "while it waits", 200, []string{"等工会答复", "柳婷", "11月27日", "用我的信息办入会", "199****0001"}, []string{"19900000001", "退会</"})
	h.must(h.Approve(cadre, own.ID, 1))
	p.get("/join").must(t, "a member", 200, []string{"你已经是" + union + "的会员"}, nil)
	p.get("/join/sent").leads(t, "the promise when it is kept", "/me/membership")
	p.get("/me/membership").must(t, "a member's page", 200, []string{"22040226000001", "加入" + union, "柳婷办的", `href="/me/membership/move"`}, []string{"等工会答复"})
}

// Somebody who works for several ticks them, and names the station; later they change the
// station, add one and end one, each from its day, and what was stays to be read.
func TestWorks(t *testing.T) {
	h := newHouse(t)
	p := h.phone("worker=chen", "here="+county+"001")
	p.get("/join").must(t, "what is known there", 200, []string{`name="platform" value="速达外卖"`, "别的平台或公司", "平台的站点"}, nil)
	form := with(with(with(good(), "platform", "速达外卖", "静达跑腿"), "works", "自己的单子、夜市"), "station", "静达跑腿 城南站")
	p.post("/join", with(form, "occupation")).must(t, "back with all of it", 422, []string{`value="自己的单子、夜市"`, `value="静达跑腿 城南站"`, `value="速达外卖" checked`}, nil)
	p.post("/join", with(with(form, "union", unionID), "occupation", "rider")).leads(t, "sent", "/join/sent")
	p.get("/me/membership").must(t, "one's own page", 200, []string{"你在哪儿干活", "速达外卖", "静达跑腿 城南站 · 2026-11-24 起", "夜市", `href="/me/membership/works/2"`}, []string{"以前的"})
	p.get("/me/membership/works").must(t, "a new one", 200, []string{"你还在哪儿干活？", `value="2026-11-24"`}, nil)
	p.post("/me/membership/works", url.Values{"from": {"2026-11-24"}}).must(t, "of nothing", 422, []string{"写一个平台或公司"}, nil)
	p.post("/me/membership/works", url.Values{"works": {"货运站"}, "from": {"2027-01-01"}}).must(t, "from a day to come", 422, []string{"货运站", "日期要在"}, nil)
	p.post("/me/membership/works", url.Values{"works": {"货运站"}, "from": {"2026-11-20"}}).leads(t, "added", "/me/membership")
	p.post("/me/membership/works", url.Values{"works": {"货运站"}, "from": {"2026-11-20"}}).leads(t, "twice", "/me/membership")
	p.get("/me/membership").must(t, "told so", 200, []string{"这个已经记着了", "2026-11-20 起"}, nil)
	p.get("/me/membership/works/2").must(t, "one of them", 200, []string{"换了站点？", `value="静达跑腿 城南站"`, "不在这儿干了"}, nil)
	p.post("/me/membership/works/2", url.Values{"do": {"move"}, "station": {"城北站"}, "from": {"2026-11-24"}}).leads(t, "another station", "/me/membership")
	p.post("/me/membership/works/1", url.Values{"do": {"end"}, "until": {"2026-11-01"}}).must(t, "an end before it began", 422, []string{"日期要在"}, nil)
	p.post("/me/membership/works/1", url.Values{"do": {"end"}, "until": {"2026-11-24"}}).leads(t, "an end", "/me/membership")
	p.get("/me/membership").must(t, "what is and what was", 200, []string{"城北站 · 2026-11-24 起", "以前的（2）", "2026-11-24 到 2026-11-24"}, nil)
	p.get("/me/membership/works/1").leads(t, "what is over", "/me/membership")
	p.post("/me/membership/works/1", url.Values{"do": {"end"}, "until": {"2026-11-24"}}).leads(t, "ended twice", "/me/membership")
	h.phone().get("/me/membership/works").leads(t, "nobody", "/sign-in?next="+url.QueryEscape("/me/membership/works"))
	h.phone("worker=wang").get("/me/membership/works").leads(t, "who is no member", "/me/membership")
}

func TestWhatTheFormTells(t *testing.T) {
	h := newHouse(t)
	p := h.phone("worker=wang")
	for _, test := range []struct {
		about  string
		form   url.Values
		status int
		wanted []string
	}{
		{"no occupation", with(good(), "occupation"), 422, []string{"你做哪行", "某外卖平台", "陈立冬", "checked"}},
		{"no name", with(good(), "name", " "), 422, []string{"名字没写对", "某外卖平台"}},
		{"no place", with(good(), "area"), 422, []string{"你在哪儿干活", "<select", "陈立冬"}},
		{"a place without a union", with(good(), "area", "110101"), 422, []string{"还没有工会能办", "陈立冬"}},
		{"no consent", with(good(), "consent_membership"), 422, []string{"要你点头", "陈立冬"}},
		{"consent to other words", with(good(), "consent_membership", "9"), 422, []string{"要你点头"}},
		{"a wrong identity number", with(with(good(), "document", "110105194912310021"), "consent_document", "1"), 422, []string{"身份证号不对", "110105194912310021", "<details class=\"card card__body\" open"}},
		{"an identity number without its own consent", with(good(), "document", oldDocument), 422, []string{"要你点头", oldDocument}},
		{"a long company", with(good(), "works", strings.Repeat("长", 61)), 422, []string{"最多 60 个字"}},
		{"all at once", url.Values{}, 422, []string{"还有 4 处要改"}},
	} {
		got := p.post("/join", test.form)
		got.must(t, test.about, test.status, append(test.wanted, `data-focus`), nil)
	}
	if _, err := h.Mine(authz.With(context.Background(), wang)); err == nil {
		t.Error("refused forms left an application")
	}
	spent := id.New[string]()
	p.post("/join", with(with(good(), "name", ""), "req_id", spent))
	p.post("/join", with(good(), "req_id", spent)).must(t, "mended in a page that was gone back to", 409, []string{"先前那份算数", "陈立冬"}, nil)
	p.post("/join", with(with(good(), "document", oldDocument), "consent_document", "1")).leads(t, "mended", "/join/sent")
	if own := h.mine(wang); own.Born != "1949" {
		t.Errorf("got %+v, want the identity number kept", own)
	}
}

func TestWhoMayJoin(t *testing.T) {
	h := newHouse(t)
	out := h.phone()
	out.get("/join?from=link").must(t, "nobody", 200, []string{"不要钱", "3 个工作日", "平台、公司不知道", `action="/sign-in/code"`, `name="next" value="/join?from=link"`}, []string{`id="join"`})
	out.get("/join?from=desk").must(t, "a channel that no address names", 200, []string{`name="next" value="/join"`}, nil)
	out.post("/join", good()).leads(t, "nobody sends, who came by a poster", "/sign-in?next="+url.QueryEscape("/join?area="+county+"001&from=poster"))
	out.get("/join?from=station&area="+county).must(t, "nobody, at a station", 200, []string{`name="next" value="/join?area=` + county + `&amp;from=station"`}, nil)
	for _, path := range []string{"/join/sent", "/me/membership", "/me/membership/withdraw", "/me/membership/leave", "/me/membership/move"} {
		out.get(path).leads(t, "nobody at "+path, "/sign-in?next="+url.QueryEscape(path))
	}
	in := h.phone("worker=wang")
	for _, path := range []string{"/join/sent", "/me/membership"} {
		in.get(path).leads(t, "without a membership at "+path, "/join")
	}
	for _, path := range []string{"/withdraw", "/leave", "/move"} {
		in.post("/me/membership"+path, url.Values{"area": {county}, "purpose": {"news"}}).leads(t, "without a membership to "+path, "/join")
	}
	in.post("/join", with(good(), "from", "desk")).leads(t, "as if a cadre had typed it", "/join/sent")
	if own := h.mine(wang); own.Channel != member.ByWeb {
		t.Errorf("got the channel %s, want web", own.Channel)
	}
}

// Whoever works for a company that has a union there is asked which of the two it shall
// be, with everything else kept; who comes with the company in the address, at once.
func TestChoosingAUnion(t *testing.T) {
	h := newHouse(t)
	p := h.phone("worker=chen", "here="+county)
	both := []string{`name="union" value="` + unionID + `"`, `name="union" value="` + firmID + `"`, union + "（干活的地方）", "速达公司工会（你说的平台或公司）"}
	p.get("/join").must(t, "nothing named", 200, nil, []string{`name="union"`})
	p.get("/join?works="+url.QueryEscape("别家")).must(t, "a company without one", 200, []string{`value="别家"`}, []string{`name="union"`})
	p.get("/join?works="+url.QueryEscape("速达外卖")).must(t, "named in the address", 200, append(both, `value="速达外卖"`), []string{"选一家工会"})
	h.phone("worker=chen", "here="+county, "lang=en").get("/join?works="+url.QueryEscape("速达外卖")).must(t, "in English", 200, []string{union + " (of the place where you work)", "of the platform or company you named"}, nil)
	h.phone().get("/join?works="+url.QueryEscape("速达外卖")).must(t, "before the sign-in", 200, []string{"works=" + url.QueryEscape("速达外卖")}, nil)
	form := with(good(), "works", "速达外卖")
	p.post("/join", form).must(t, "nothing chosen", 422, append(both, "选一家工会", "陈立冬", "速达外卖"), nil)
	p.post("/join", with(form, "union", otherID)).must(t, "none of the two", 422, append(both, "选一家工会"), nil)
	p.post("/join", with(form, "union", firmID)).leads(t, "the company's", "/join/sent")
	p.get("/join/sent").must(t, "the company's", 200, []string{"速达公司工会"}, nil)
	if own := h.mine(chen); own.Union != firmID || own.Area != county[:4] {
		t.Errorf("got %+v, want the company's union", own.Member)
	}
	h.phone("worker=wang").post("/join", with(form, "union", unionID)).leads(t, "the place's", "/join/sent")
	if own := h.mine(wang); own.Union != unionID {
		t.Errorf("got %+v, want the place's union", own.Member)
	}
}

func TestChoosingAPlace(t *testing.T) {
	h := newHouse(t)
	p := h.phone("worker=wang")
	p.get("/join").must(t, "nothing remembered", 200, []string{"<select", "龙山区", "西安区", "吉林省辽源市"}, nil)
	h.phone("worker=wang", "here=110101").get("/join").must(t, "a place without a union", 200, []string{"<select", "龙山区"}, nil)
	h.phone("worker=wang", "here="+county).get("/join?choose=1").must(t, "another place than the remembered", 200, []string{"<select", "西安区"}, nil)
	h.phone("worker=wang").get("/join?from=station&area="+county).must(t, "the place of a poster or a station", 200, []string{union, `name="area" value="` + county + `"`, `name="from" value="station"`}, []string{"<select"})
	h.phone("worker=wang", "here="+sibling).get("/join?area="+county).must(t, "the poster's place before the remembered", 200, []string{union, `name="area" value="` + county + `"`}, []string{otherUnion})
	for _, odd := range []string{"2204", "999999", county + "x", county + "0010000", "\x00", "110101"} {
		h.phone("worker=wang").get("/join?area="+url.QueryEscape(odd)).must(t, "a place that is none, or has no union: "+odd, 200, []string{"<select", "龙山区"}, nil)
	}
	for i := range 250 {
		h.areas = append(h.areas, "13"+string([]byte{'0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10), '0'}))
	}
	p.get("/join?from=poster").must(t, "more than one list holds", 200, []string{"先选省", "吉林省", `name="from" value="poster"`}, []string{"龙山区"})
	p.get("/join?within=22").must(t, "a province", 200, []string{"龙山区", "西安区"}, []string{"先选省"})
	h.phone("worker=wang", "here=220401").get("/join").must(t, "the remembered province", 200, []string{"龙山区"}, []string{"先选省"})
	p.get("/join?within=99").must(t, "a province that is none", 200, []string{"先选省"}, nil)
}

// member makes wang a member.
func (h *house) member() member.ID {
	h.t.Helper()
	h.phone("worker=wang").post("/join", with(with(good(), "document", oldDocument), "consent_document", "1")).leads(h.t, "applied", "/join/sent")
	own := h.mine(wang)
	h.must(h.Approve(cadre, own.ID, own.Version))
	return own.ID
}

func TestMoving(t *testing.T) {
	h := newHouse(t)
	which := h.member()
	p := h.phone("worker=wang", "here="+county)
	p.get("/me/membership/move").must(t, "where one is already", 200, []string{"<select", "西安区"}, nil)
	p.get("/me/membership/move?area="+county).must(t, "asked for the own", 422, []string{"你现在就在这家工会"}, nil)
	p.get("/me/membership/move?area=110101").must(t, "asked for nobody's", 422, []string{"还没有工会能办"}, nil)
	h.phone("worker=wang", "here="+sibling).get("/me/membership/move").must(t, "the place that the phone remembers", 200, []string{otherUnion, `value="` + sibling + `"`}, nil)
	p.get("/me/membership/move?area="+sibling).must(t, "chosen", 200, []string{otherUnion, `value="` + sibling + `"`, "会员号不变"}, nil)
	p.post("/me/membership/move", url.Values{"area": {"110101"}}).must(t, "sent for nobody's", 422, []string{"还没有工会能办"}, nil)
	form := url.Values{"area": {sibling}, "req_id": {id.New[string]()}}
	p.post("/me/membership/move", form).leads(t, "asked", "/me/membership")
	p.post("/me/membership/move", form).leads(t, "pressed twice", "/me/membership")
	p.get("/me/membership").must(t, "while it waits", 200, []string{"正在转到" + otherUnion, "11月27日（周五）17:30", "不转了"}, []string{`href="/me/membership/move"`})
	p.get("/me/membership/move").leads(t, "while one waits", "/me/membership")
	p.get("/me/membership/withdraw").must(t, "before it is taken back", 200, []string{"留在" + union}, nil)
	p.post("/me/membership/withdraw", nil).leads(t, "taken back", "/me/membership")
	p.post("/me/membership/move", url.Values{"area": {sibling}}).leads(t, "again", "/me/membership")
	there := staff(sibling)
	h.must(h.Refuse(there, which, h.mine(wang).Version, "请先联系原工会"))
	p.get("/me/membership").must(t, "refused", 200, []string{"没转成", "请先联系原工会", `href="/me/membership/move"`}, nil)
	p.post("/me/membership/move", url.Values{"area": {sibling}}).leads(t, "once more", "/me/membership")
	h.must(h.Approve(there, which, h.mine(wang).Version))
	p.get("/me/membership").must(t, "moved", 200, []string{"22040226000001", "转到" + otherUnion, "加入" + union}, []string{"请先联系原工会"})
}

func TestEnding(t *testing.T) {
	h := newHouse(t)
	h.member()
	p := h.phone("worker=wang")
	p.get("/me/membership/withdraw").leads(t, "nothing to take back", "/me/membership")
	p.get("/me/membership/leave").must(t, "before leaving", 200, []string{"想回来随时能回来", "不要钱"}, nil)
	p.get("/me/membership").must(t, "what was agreed to", 200, []string{"1****************X", "用我的身份证号", `href="/me/consents"`}, []string{oldDocument})
	h.must(consent.NewService(h.desk, h.Service).Withdraw(authz.With(t.Context(), wang), "document"))
	p.get("/me/membership").must(t, "after that", 200, []string{"11月24日 收回了"}, []string{"1101**"})
	form := url.Values{"req_id": {id.New[string]()}}
	p.post("/me/membership/leave", form).leads(t, "left", "/me/membership")
	p.post("/me/membership/leave", form).leads(t, "pressed twice", "/me/membership")
	p.get("/me/membership").must(t, "who left", 200, []string{"你退会了", "退出" + union, "再申请一次"}, []string{`href="/me/membership/leave"`})
	p.post("/me/membership/leave", nil).leads(t, "left already", "/me/membership")
	p.get("/me/membership").must(t, "who left already", 200, []string{"已经不在会了"}, nil)
	p.get("/me/membership/leave").leads(t, "nothing to leave", "/me/membership")
	p.post("/join", good()).leads(t, "joins again", "/join/sent")
	h.must(h.Refuse(cadre, h.mine(wang).ID, 1, "名字和身份证不一样"))
	p.get("/me/membership").must(t, "refused", 200, []string{"为什么没通过", "名字和身份证不一样", "再申请一次"}, nil)
	p.get("/join").must(t, "after a refusal", 200, []string{`id="join"`}, nil)
	p.post("/join", good()).leads(t, "asks again", "/join/sent")
	p.get("/me/membership/withdraw").must(t, "before it is taken back", 200, []string{"收回给" + union + "的申请"}, nil)
	p.post("/me/membership/withdraw", nil).leads(t, "taken back", "/me/membership")
	p.get("/me/membership").must(t, "taken back", 200, []string{"你收回了申请", "再申请一次"}, nil)
}

// Whoever joins again with another phone is told that they may be a member, and how to
// go on; of the membership nothing is told, and nothing at all under another name.
func TestJoiningAgainWithAnotherPhone(t *testing.T) {
	h := newHouse(t)
	h.member()
	p := h.phone("worker=chen")
	told := []string{"你可能已经入过会了", "柳婷会把两份对一对", "11月27日（周五）17:30", `href="/sign-in/lost"`, "办接转"}
	form := func(name string) url.Values {
		return with(with(with(good(), "document", oldDocument), "consent_document", "1"), "name", name)
	}
	p.post("/join", with(form("李大明"), "area", sibling)).leads(t, "another name", "/join/sent")
	p.get("/join/sent").must(t, "another name", 200, []string{"已收到"}, told[:1])
	p.get("/me/membership").must(t, "another name", 200, []string{"等工会答复"}, told[:1])
	p.post("/me/membership/withdraw", nil).leads(t, "taken back", "/me/membership")
	p.post("/join", form("陈立冬")).leads(t, "the same name", "/join/sent")
	secret := []string{"22040226000001", "19900000002", "199****0002"}
	p.get("/join/sent").must(t, "the same name", 200, told, secret)
	p.get("/me/membership").must(t, "the same name", 200, told, secret)
	h.phone("worker=chen", "lang=en").get("/join/sent").must(t, "in English", 200, []string{"You may be a member already", "compares both"}, secret)
	h.phone("worker=wang").get("/me/membership").must(t, "the member", 200, nil, told[:1])
}

// A number that somebody else joined with leads to people, and tells nothing of
// that membership.
func TestAnothersPhone(t *testing.T) {
	h := newHouse(t)
	h.member()
	before := wang.ID
	t.Cleanup(func() { wang.ID = before })
	wang.ID = id.New[string]() // the number has a new owner, with an account of their own
	h.phone("worker=wang").post("/join", good()).must(t, "joining with it", http.StatusConflict, []string{"这个手机号已经有人入过会了", "tel:12351"}, []string{"陈立冬", union, "22040226000001", `href="/me/membership"`})
}

func TestWithoutADate(t *testing.T) {
	h := newHouse(t)
	h.clock.Move(35 * 24 * time.Hour)
	p := h.phone("worker=wang", "here="+county)
	p.get("/join").must(t, "the form", 200, []string{"放假安排还没公布"}, nil)
	p.post("/join", good()).leads(t, "sent", "/join/sent")
	p.get("/join/sent").must(t, "the promise", 200, []string{"3 个工作日内给你答复", "放假安排还没公布"}, nil)
	p.get("/me/membership").must(t, "the page", 200, []string{"放假安排还没公布"}, nil)
}

// Who stands on a list that a union took in is asked whether it is them, is told
// what is kept, and has agreed to nothing.
func TestWhoCameByAList(t *testing.T) {
	h := newHouse(t)
	lists := intake.New(h.desk, h.Service, around{}, h.ring)
	in := func(rows string) {
		which, err := lists.Upload(cadre, []byte("姓名,手机号,身份证号,工种,单位\n"+rows), intake.Options{Basis: intake.OnPaper, Where: "某公司工会"})
		h.must(err)
		h.must(lists.Start(cadre, which, true))
	}
	in("陈立冬,19900000001," + oldDocument + ",外卖骑手,某公司\n王满仓,19900000002,,,\n")
	p := h.phone("worker=chen")
	p.get("/join").leads(t, "joining", "/me/membership/found")
	p.get("/me/membership").leads(t, "the membership", "/me/membership/found")
	p.get("/me/membership/found").must(t, "the question", 200, []string{union, "身份证号最后四位"}, []string{"陈立冬", "陈*冬"})
	for _, wrong := range []url.Values{{"name": {"陈立春"}, "tail": {"002X"}}, {"name": {"陈立冬"}, "tail": {"0021"}}, {"name": {"陈立冬"}}, {"name": {"<b>"}, "tail": {"002X"}}} {
		p.post("/me/membership/found", wrong).must(t, "wrong", 422, []string{"没对上"}, nil)
	}
	p.post("/me/membership/found", url.Values{"name": {" 陈立冬 "}, "tail": {"002x"}}).leads(t, "right", "/me/membership")
	p.get("/me/membership").must(t, "the membership", 200, []string{"你是从名单加进来的", "没在这里点过同意", "名单导入：本人签过纸质入会申请书（某公司工会）", "删掉身份证号"}, []string{"你同意过的"})
	if own := h.mine(chen); len(own.Consents) != 0 || own.Document == "" || own.State != member.Active {
		t.Errorf("got %+v, want a member who agreed to nothing", own)
	}
	h.must(consent.NewService(h.desk, h.Service).Withdraw(authz.With(t.Context(), chen), "document"))
	if own := h.mine(chen); own.Document != "" || own.Born != "" {
		t.Errorf("got %q, want the identity number gone", own.Document)
	}
	p.get("/me/membership").must(t, "without the number", 200, []string{"你是从名单加进来的"}, []string{"删掉身份证号"})

	two := h.phone("worker=wang")
	two.get("/me/membership/found").must(t, "without a number", 200, []string{"你的名字"}, []string{"最后四位"})
	for range 4 {
		two.post("/me/membership/found", url.Values{"name": {"王一"}}).must(t, "wrong", 422, []string{"没对上"}, nil)
	}
	two.post("/me/membership/found", url.Values{"name": {"王二"}}).leads(t, "wrong the fifth time", "/me/membership/found")
	two.get("/me/membership/found").must(t, "shut", 200, []string{"12351", "请工会帮你核对"}, []string{`name="name"`})
	two.post("/me/membership/found", url.Values{"name": {"王满仓"}}).leads(t, "right too late", "/me/membership/found")
	if _, err := h.Mine(authz.With(t.Context(), wang)); !fault.Is(err, fault.Missing) {
		t.Errorf("got %v, want no membership for who guessed too often", err)
	}
	h.phone().get("/me/membership/found").must(t, "nobody", 303, nil, nil)
}

// Both accounts of somebody whose two records became one read who did it, why, and how
// to object; the other one is led there from the form, too.
func TestMergedIsTold(t *testing.T) {
	h := newHouse(t)
	h.member()
	h.must(h.phoneOf(chen))
	both := authz.With(t.Context(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "孙岳", Proven: start.Add(time.Hour), Grants: []authz.Grant{{Role: authz.Cadre, Area: "2204"}}})
	keep, gone := h.mine(wang), h.mine(chen)
	twins := merge.New(h.desk, h.Service, nil)
	_, err := twins.Merge(both, merge.Order{Keep: keep.ID, Gone: gone.ID, KeepVersion: keep.Version, GoneVersion: gone.Version, Why: "打电话问过本人"})
	h.must(err)
	told := []string{"你的两条会籍合成了一条", union + "的孙岳", "打电话问过本人", "找" + union + "撤回", `href="/me/data/asks/new"`}
	h.phone("worker=wang").get("/me/membership").must(t, "the kept one", 200, append(told, keep.Number, "两条的经过都留着"), nil)
	h.phone("worker=chen").get("/me/membership").must(t, "the other", 200, append(told, "请用那一条的手机登录"), []string{"再申请一次", keep.Number})
	h.phone("worker=chen").get("/join").leads(t, "joining again", "/me/membership")
	h.phone("worker=chen").post("/join", good()).leads(t, "joining again", "/me/membership")
	_, err = twins.Undo(both, gone.ID, "本人说不是")
	h.must(err)
	h.phone("worker=chen").get("/me/membership").must(t, "parted", 200, []string{"合并撤回了", "孙岳"}, []string{"合成了一条"})
}

// phoneOf lets somebody apply with the phone of their own.
func (h *house) phoneOf(who authz.Subject) error {
	_, err := h.Apply(authz.With(context.Background(), who), member.Application{Name: "陈立冬", Occupation: member.Rider, Area: county + "001", Consents: []member.Consent{{Purpose: "membership", Version: 1}}})
	return err
}
