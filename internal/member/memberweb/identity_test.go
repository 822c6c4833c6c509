package memberweb_test

import (
	"context"
	"net/url"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/member/verify"
)

const otherNumber = "440524188001010014"

func (h *house) check(says verify.State) {
	h.t.Helper()
	h.checks.Checker, h.says.says = h.says, says
	h.must(h.checks.Work(authz.AsSystem(context.Background(), "test")))
}

// From a county without a union one joins all the same, and is told who answers.
func TestJoiningWhereThereIsNoUnion(t *testing.T) {
	h := newHouse(t)
	p := h.phone("worker=chen", "here="+bare)
	p.get("/join").must(t, "the form", 200, []string{"某市总工会", "还没有自己的工会，先由某市总工会受理", "通化县"}, nil)
	p.get("/join?choose=1").must(t, "the list", 200, []string{"没有你干活的区县", "all=1"}, nil)
	p.get("/join?all=1").must(t, "the list of all", 200, []string{`value="` + bare + `"`, `name="all"`}, []string{"没有你干活的区县"})
	h.phone("worker=chen").get("/join?all=1").must(t, "all, of nowhere", 200, []string{`name="within"`, `name="all"`, "吉林省"}, nil)
	p.post("/join", url.Values{"occupation": {"rider"}, "name": {""}, "area": {""}, "chosen": {"1"}, "all": {"1"}, "within": {"22"}}).must(t, "refused", 422, []string{`value="` + bare + `"`, `name="within" value="22"`}, nil)
	p.post("/join", with(good(), "area", bare)).leads(t, "sent", "/join/sent")
	p.get("/join/sent").must(t, "who answers", 200, []string{"某市总工会", "沈洁", "通化县还没有工会，先由某市总工会受理", "11月27日"}, nil)
	p.get("/me/membership").must(t, "while it waits", 200, []string{"通化县还没有工会，先由某市总工会受理"}, nil)
	h.must(h.Approve(staff(bare[:4]), h.mine(chen).ID, 1))
	p.get("/me/membership").must(t, "a member", 200, []string{"你的会籍先在某市总工会"}, []string{"先由某市总工会受理"})
}

// Without an identity service the form says that only the number's form is looked at; with
// one it asks for a consent of its own.
func TestWhatTheFormSaysOfTheNumber(t *testing.T) {
	h := newHouse(t)
	p := h.phone("worker=chen", "here="+county)
	p.get("/join").must(t, "no service", 200, []string{"这里没有接核验服务，只核对了号码的写法"}, []string{"consent_realname"})
	h.checks.Checker = h.says
	p.get("/join").must(t, "a service", 200, []string{"consent_realname", "政府的身份核验服务"}, []string{"没有接核验服务"})
	p.post("/join", with(with(with(good(), "document", oldDocument), "consent_document", "1"), "consent_realname", "1")).leads(t, "sent", "/join/sent")
	p.get("/me/membership").must(t, "nobody looked so far", 200, nil, []string{"没对上"})
	h.check(verify.Match)
	p.get("/me/membership").must(t, "they match", 200, []string{"名字和身份证号对得上"}, []string{oldDocument})
	p.get("/me/membership/identity").leads(t, "nothing to correct", "/me/membership")
	q := h.phone("worker=wang", "here="+county)
	q.post("/join", with(with(good(), "document", otherNumber), "consent_document", "1")).leads(t, "sent", "/join/sent")
	q.get("/me/membership").must(t, "who did not agree", 200, []string{"没有单独同意", "/me/consents"}, nil)
	h.must(h.consents.Give(authz.With(context.Background(), wang), consent.Said{Purpose: consent.Realname, Version: 1}))
	h.check(verify.NoRecord)
	q.get("/me/membership").must(t, "agreed later", 200, []string{"查不到这个身份证号", "改名字和号码"}, nil)
}

// Who is told that name and number do not match corrects them on the phone; the number is
// never written back into the page.
func TestCorrecting(t *testing.T) {
	h := newHouse(t)
	h.checks.Checker = h.says
	p := h.phone("worker=chen", "here="+county)
	p.post("/join", with(with(with(good(), "document", oldDocument), "consent_document", "1"), "consent_realname", "1")).leads(t, "sent", "/join/sent")
	h.check(verify.Mismatch)
	p.get("/me/membership").must(t, "told", 200, []string{"名字和身份证号没对上", "多半是打错了", "入会照办", "带上身份证到" + union}, nil)
	h.must(h.checks.Want(cadre, h.mine(chen).ID, 1, "第二个字好像不对"))
	p.get("/me/membership").must(t, "asked by a cadre", 200, []string{"柳婷请你再看看", "第二个字好像不对"}, nil)
	p.get("/me/membership/identity").must(t, "the form", 200, []string{"陈立冬", "1****************X", "还可以改 3 次"}, []string{oldDocument})
	p.post("/me/membership/identity", url.Values{"name": {"陈立东"}, "document": {"440524188001010015"}}).must(t, "a slip", 422, []string{"身份证号不对", "陈立东"}, []string{"440524188001010015"})
	p.post("/me/membership/identity", url.Values{"name": {"陈立冬"}, "document": {oldDocument}}).must(t, "the same", 422, []string{"和原来写的一样"}, []string{oldDocument})
	p.post("/me/membership/identity", url.Values{"name": {"陈立东"}, "document": {otherNumber}}).leads(t, "corrected", "/me/membership")
	p.get("/me/membership").must(t, "checked again", 200, []string{"正在核对名字和身份证号", "陈立东", "4****************4"}, []string{"没对上", otherNumber})
	h.check(verify.Mismatch)
	for _, name := range []string{"陈立栋", "陈立动"} {
		p.post("/me/membership/identity", url.Values{"name": {name}, "document": {otherNumber}}).leads(t, "again", "/me/membership")
		h.check(verify.Mismatch)
	}
	p.get("/me/membership").must(t, "enough", 200, []string{"没对上", "带上身份证到"}, []string{"改名字和号码"})
	p.get("/me/membership/identity").leads(t, "no more", "/me/membership")
	p.post("/me/membership/identity", url.Values{"name": {"陈"}, "document": {otherNumber}}).leads(t, "no more", "/me/membership")
	p.get("/me/membership").must(t, "told kindly", 200, []string{"别着急"}, nil)
	h.must(h.checks.Confirm(cadre, h.mine(chen).ID, h.mine(chen).Version, "看过原件"))
	p.get("/me/membership").must(t, "seen", 200, []string{"柳婷", "当面看过身份证原件"}, []string{"没对上"})
	h.phone("worker=wang").get("/me/membership/identity").leads(t, "without a record", "/me/membership")
}
