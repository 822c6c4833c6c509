package journey

import (
	"regexp"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/web/webtest"
)

var (
	linkIn  = regexp.MustCompile(`/p/[0-9a-zA-Z_-]+`)
	photoIn = regexp.MustCompile(`/matters/[^"]*/files/[0-9a-f-]+`)
)

// invited hands a matter with a named worker to the housing bureau and returns
// the link that went out.
func (h *house) invited(t *testing.T) (number, link, to string) {
	t.Helper()
	p := h.visit(t, phone, "/me", phoneView())
	p.Set("#name", canary)
	p.Follow(`main form[action="/me/name"] button[type=submit]`)
	p.Go(h.url + "/help")
	p.Named("小区、大门")
	p.Type("#words", gate)
	p.Type("#place", "灯塔小区东门")
	p.Follow(pressSend)
	number = numberIn.FindString(p.Path())

	p = h.matter(t, "liuting", number, deskView())
	p.FollowNamed("派单")
	chooseNamed(p, "住建局")
	p.Type("#task", "请协调灯塔小区物业")
	p.Follow(`main form[action$="/dispatch"] .btn--primary`)
	if err := h.app.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, m := range h.app.Messages() {
		if l := linkIn.FindString(m.Text); l != "" {
			hides(t, "the message", m.Text, canary, phone, gate)
			return number, l, m.To
		}
	}
	t.Fatal("no link went out")
	return
}

// A body opens its link with a code, signs, bounces with a reason; the cadre
// sends it on for good, and the body answers with a photo. It never sees who.
func TestPartnerByOneTimeLink(t *testing.T) {
	h := open(t)
	number, link, to := h.invited(t)
	p := h.browser.Open(t, h.url+link, phoneView())
	reads(t, "link", p, "住")
	whole(t, "link", p)
	hides(t, "link, before the code", p.HTML(), canary, phone, gate)
	p.Follow("main form .btn--primary")
	whole(t, "code", p)
	p.Type("#code", h.app.CodeTo(to))
	p.Follow("main form .btn--primary")
	reads(t, "matter", p, "请协调灯塔小区物业", "灯塔小区东门", "这里只有事，没有人")
	private := func(about string) {
		t.Helper()
		hides(t, about, p.HTML(), canary, "欧阳", phone, phone[len(phone)-4:], gate)
		whole(t, about, p)
	}
	private("matter")
	p.Type("#by", "郑科长")
	p.Follow(`main form[action$="/sign"] button`)
	reads(t, "signed", p, "已签收")
	p.Named("不归我们管，退回")
	p.Type("#reason", "灯塔小区由街道管")
	p.Type("#suggest", "新兴街道")
	p.Follow(`main form[action$="/bounce"] button`)
	hides(t, "bounced", p.HTML(), canary, phone)

	worker := h.visit(t, phone, "/help/"+number, phoneView())
	reads(t, "the worker reads why", worker, "灯塔小区由街道管", "退回")
	whole(t, "the worker reads why", worker)
	again := h.browser.Open(t, h.url+link, phoneView())
	if got := again.Text("main"); strings.Contains(got, "发验证码") {
		t.Errorf("the link after the end: got %q, want it over", got)
	}

	p = h.matter(t, "liuting", number, deskView())
	reads(t, "bounced to the desk", p, "灯塔小区由街道管", "新兴街道", "退回")
	p.FollowNamed("改派、加派")
	p.Type("#find", "新兴")
	p.Follow("main form [value=find]")
	chooseNamed(p, "新兴街道")
	p.Type("#task", "请街道协调")
	p.Follow(`main form[action$="/dispatch"] .btn--primary`)
	if err := h.app.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := h.app.Messages()[0]
	p = h.browser.Open(t, h.url+linkIn.FindString(second.Text), phoneView())
	p.Follow("main form .btn--primary")
	p.Type("#code", h.app.CodeTo(second.To))
	p.Follow("main form .btn--primary")
	p.Type("#words", "和物业谈好了，登记的车走东门")
	p.Upload("#photo", picture(t))
	p.Wait(`document.querySelectorAll('.thumb img').length >= 1`)
	p.Follow(`main form[action$="/report"] button[type=submit]`)
	reads(t, "reported", p, "和物业谈好了")
	private("reported")
	if photoIn.FindString(p.HTML()) == "" {
		t.Error("reported: got no photo on the page")
	}
	worker.Go(h.url + "/help/" + number)
	reads(t, "the worker reads the step", worker, "新兴街道")
}

// A body asks for more time, the cadre agrees with a reason, and the worker reads
// the new date with it.
func TestBodyAsksForMoreTime(t *testing.T) {
	h := open(t)
	number, link, to := h.invited(t)
	p := h.browser.Open(t, h.url+link, phoneView())
	p.Follow("main form .btn--primary")
	p.Type("#code", h.app.CodeTo(to))
	p.Follow("main form .btn--primary")
	p.Named("来不及，要求延期")
	p.Type("#more-words", "门禁系统要等厂家来人")
	p.Set("#more-until", "2026-11-24")
	p.Follow(`main form[action$="/more-time"] button`)
	reads(t, "no more time than there is", p, "要比现在的时限晚")
	if got := webtest.Eval[string](p, `document.querySelector('#more-words').value`); got != "门禁系统要等厂家来人" {
		t.Errorf("refused: got %q in the form, want what was written", got)
	}
	p.Set("#more-until", "2026-12-03")
	p.Follow(`main form[action$="/more-time"] button`)
	reads(t, "asked", p, "12月3日", "等工会回话")
	whole(t, "asked", p)

	desk := h.matter(t, "liuting", number, deskView())
	reads(t, "the desk", desk, "要求延到", "门禁系统要等厂家来人")
	desk.FollowNamed("回复延期")
	reads(t, "the reason is offered", desk, "本人会看到新日子和缘由")
	whole(t, "to answer", desk)
	desk.Set("#why", "门禁厂家下周才来人")
	desk.Follow(`main form[action$="/more-time"] .btn--primary`)
	reads(t, "given", desk, "原定", "12月3日")
	whole(t, "given", desk)

	worker := h.visit(t, phone, "/help/"+number, phoneView())
	reads(t, "the worker reads why", worker, "工会同意了", "门禁厂家下周才来人", "12月3日", "给你答复的日子没有变")
	hides(t, "the worker's page", worker.Text("main"), "等厂家来人")
	p.Go(h.url + p.Path())
	reads(t, "the body reads both dates", p, "原定", "12月3日")
	whole(t, "the body reads both dates", p)
}

// chooseNamed hands a matter to one body alone.
func chooseNamed(p *webtest.Page, name string) {
	webtest.Eval[bool](p, `(()=>{const c=[...document.querySelectorAll('#body .card')].find(c=>c.innerText.includes('`+name+`'));const i=c.querySelector('input[name=body]');
		document.querySelectorAll('#body input[name=body]').forEach(o=>{if(!o.disabled&&o.checked!==(o===i))o.click()});c.querySelector('input[name=lead]').click();return true})()`)
}

// A host closes early today and all day on another day; workers see it at once.
func TestHostChangesOpening(t *testing.T) {
	h := open(t)
	_, code, name, at := h.riders(t)
	worker := h.located(t, phoneView(), at)
	p := h.visit(t, "qiuye", "/host", phoneView())
	whole(t, "stations of the host", p)
	p.FollowNamed(name)
	p.Named("今天不开")
	p.Type("#today_reason", "停水检修")
	p.Follow(`main form[action$="/today"] button`)
	reads(t, "closed today", p, "停水检修")
	whole(t, "closed today", p)
	p.Set("#day", "2026-11-26")
	p.Type("#reason", "消防演练")
	p.Follow(`main form[action$="/day"] button`)
	reads(t, "closed on Thursday", p, "消防演练")

	h.follow(t)
	worker.Go(h.url + "/")
	if got := worker.Text("#near"); got == name {
		t.Errorf("the nearest open: got %q, which is closed today", got)
	}
	reads(t, "workers see why", worker, name, "停水检修")
	worker.Go(h.url + "/stations/" + code)
	reads(t, "on the station's page", worker, "停水检修", "11月26日", "消防演练")
	whole(t, "on the station's page", worker)
}

// follow waits until the finder knows what changed.
func (h *house) follow(t *testing.T) {
	t.Helper()
	if err := h.app.Finder.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// An administrator adds a cadre, who changes the first password and works; the
// end of the stay ends the session at once.
func TestAdministratorEndsAStay(t *testing.T) {
	proves.That(t, "sess-kill")
	h := open(t)
	admin := h.visit(t, "admin", "/desk/staff", deskView())
	whole(t, "staff", admin)
	admin.FollowNamed("加一个人")
	whole(t, "new", admin)
	admin.Type("#name", "试试")
	admin.Type("#login", "shishi")
	admin.Set("#role", "cadre")
	admin.Set("#area", "220402")
	admin.Follow(`main form[action="/desk/staff"] .btn--primary`)
	first := admin.Text("main .num")
	whole(t, "first password", admin)
	admin.Follow("main a.btn--primary")

	p := h.browser.Open(t, h.url+"/desk", deskView())
	p.Type("#login", "shishi")
	p.Type("#password", first)
	p.Follow("main form .btn--primary")
	reads(t, "must change", p, "初始密码")
	whole(t, "must change", p)
	p.Type("#old", first)
	p.Type("#password", "chunfeng-lu-kou-88")
	p.Follow(`main form[action$="/password"] button`)
	p.Go(h.url + "/desk/requests")
	p.Wait(`!!document.querySelector('a.tk')`)

	admin.FollowNamed("离岗")
	whole(t, "end", admin)
	admin.Follow(`main form .btn--danger`)
	p.Go(h.url + "/desk/requests")
	if got := p.Path(); !strings.HasPrefix(got, "/staff/sign-in") {
		t.Errorf("after the end: got %s, want the sign-in", got)
	}
	if got := p.HTML(); strings.Contains(got, `class="tk`) {
		t.Error("after the end: got the inbox")
	}
}
