package desk_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/id"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk"
	"nuanxin/internal/web"
)

// later is a deadline as a browser writes it.
func (h *house) later() string {
	return h.clk.Now().Add(48 * time.Hour).In(clock.Zone).Format("2006-01-02T15:04")
}

func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 60, 40)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A matter that turns out to be about pay hides its worker by the rule of the
// topic, though nobody touched the box; who takes the tick away uncovers.
func TestSortingHidesByTheRuleOfTheTopic(t *testing.T) {
	h := newHouse(t)
	r := h.captured("worker", request.Draft{Words: "站长拖着不发钱", Place: request.Place{Area: county}})
	cadre := h.as("cadre")
	cadre.post(desk.Href(r.ID)+"/classify", "title", "欠薪", "topic", "pay", "area", county).want("sorted", 303)
	if !h.one(r).Hidden {
		t.Error("sorted as pay with the box as it was: got not hidden, want hidden by the rule")
	}
	cadre.post(desk.Href(r.ID)+"/classify", "title", "欠薪", "topic", "pay", "area", county, "was_hidden", "").want("sorted from a page of before", 303)
	if !h.one(r).Hidden {
		t.Error("a box that was shown empty and not touched uncovered the worker, hidden meanwhile")
	}
	cadre.get(desk.Href(r.ID)+"/classify").want("the form", 200, `name="was_hidden" value="1"`)
	cadre.post(desk.Href(r.ID)+"/classify", "title", "欠薪", "topic", "pay", "area", county, "was_hidden", "1").want("the tick taken away", 303)
	if h.one(r).Hidden {
		t.Error("the tick taken away: got hidden, want as the cadre said")
	}
}

// The same words at two places: the one at the place that was typed comes first.
func TestAlikeByPlace(t *testing.T) {
	h := newHouse(t)
	a := h.capture()
	b := h.captured("worker", request.Draft{Words: words, Place: request.Place{Text: "西山花园北门", Area: county}})
	for _, c := range []struct{ place, first, second string }{{"西山花园北门", b.Number, a.Number}, {"锦绣家园东门", a.Number, b.Number}} {
		got := h.as("cadre").post(desk.HrefRequests+"/similar", "words", words, "place", c.place, "area", county).want("alike", 200, c.first, c.second)
		if strings.Index(got.body, c.first) > strings.Index(got.body, c.second) {
			t.Errorf("at %s: %s stands after %s", c.place, c.first, c.second)
		}
	}
}

func TestOpeningIsTheFirstLook(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	h.as("leader").get(desk.Href(r.ID)).want("a leader reads", 200, words, "陈师傅")
	if got := h.one(r).SeenAt; !got.IsZero() {
		t.Errorf("after a leader read: got seen at %v, want never", got)
	}
	h.as("cadre").get("/desk/requests").want("the list with the peek", 200, words)
	if got := h.one(r).SeenAt; !got.IsZero() {
		t.Errorf("after the list: got seen at %v, want never", got)
	}
	h.as("cadre").get(desk.Href(r.ID)).want("a cadre opens", 200, "刘婷", "看了")
	h.as("other").get(desk.Href(r.ID)).want("another opens", 200)
	c := h.one(r)
	if c.SeenAt.IsZero() || c.OfficerName != "刘婷" || len(c.Timeline) != 2 {
		t.Errorf("after two cadres: got seen %v by %q with %d entries, want once by 刘婷", c.SeenAt, c.OfficerName, len(c.Timeline))
	}
}

func TestSay(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	one, cadre := desk.Href(r.ID), h.as("cadre")
	for _, c := range []struct{ say, kind, status string }{
		{"told", "told", "seen"}, {"kept inside", "noted", "seen"}, {"asked: the clocks wait", "asked", "waiting_worker"}, {"answered", "answered", "answered"},
	} {
		got := cadre.post(one+"/say", "kind", c.kind, "words", "话："+c.kind, "req_id", id.New[string]()).want(c.say, 303)
		if now := h.one(r); got.to != one+"#end" || string(now.Status) != c.status || now.Timeline[len(now.Timeline)-1].Words != "话："+c.kind {
			t.Errorf("%s: got %s, %+v", c.say, got.to, now.Timeline[len(now.Timeline)-1])
		}
	}
	cadre.post(one+"/say", "kind", "told", "words", "").want("nothing said", 422, "有一样就行")
	cadre.post(one+"/say", "kind", "asked", "words", "留着的话").want("asking does not fit an answered one", 409, "留着的话", "待本人确认")
	cadre.post(one+"/say", "kind", "told", "words", "<script>x</script>", "do", "preview").want("the preview", 200, "本人看到的样子", "刘婷给你留了话", "&lt;script&gt;", "!<script>x")
	cadre.post(one+"/say", "kind", "told", "words", "前一句", "do", "phrase", "phrase", "后一句").want("a phrase", 200, "前一句\n后一句")
	cadre.post(one+"/say", "kind", "told", "words", "换一个", "do", "to.noted").want("another reader", 200, "换一个", "只有工会的人看得到")
	h.as("leader").post(one+"/say", "kind", "told", "words", "领导不替人回复").want("a leader speaks to nobody", 409, "领导不替人回复")
	h.as("leader").post(one+"/say", "kind", "noted", "words", "领导记一笔").want("a leader notes", 303)
	cadre.get(one+"?side=worker").want("with the worker", 200, "!领导记一笔", "话：told")
	cadre.get(one+"?side=inside").want("inside", 200, "领导记一笔", "!话：told")
}

func TestBrief(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	d := h.dispatched(r)
	h.as("cadre").post(desk.Href(r.ID)+"/say", "kind", "briefed", "body", string(d), "words", "保安换人了").want("told to the body", 303)
	h.as("cadre").get(desk.Href(r.ID)+"?side=body").want("seen with the bodies", 200, "保安换人了")
}

func TestPhotosSurviveARefusal(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	one, cadre := desk.Href(r.ID), h.as("cadre")
	got := cadre.send(one+"/say", "photo", photo(t), "kind", "told", "words", strings.Repeat("长", 3001)).want("too long", 422, `name="kept"`)
	note := between(got.body, `name="kept" value="`, `"`)
	cadre.post(one+"/say", "kind", "told", "words", "照片在这", "kept", note).want("sent with the kept photo", 303)
	c := h.one(r)
	if len(c.Files) != 1 {
		t.Fatalf("got %d files, want the photo", len(c.Files))
	}
	file := one + "/files/" + string(c.Files[0].ID)
	got = cadre.get(file).want("the photo", 200)
	if got.header.Get("Content-Type") != "image/jpeg" || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("photo: got headers %v", got.header)
	}
	h.as("sibling").get(file).want("the sibling county's cadre", 404)
	h.as("partner").get(file).want("a partner at the staff's address", 404)
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

func TestConflict(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	one := desk.Href(r.ID)
	seen := fmt.Sprint(h.one(r).Version)
	h.must(h.Note(as("other"), request.Ref{ID: r.ID}, request.Message{Words: "我先看看"}))
	cadre := h.as("cadre")
	for _, c := range []struct {
		path  string
		pairs []string
		kept  string
	}{
		{"/say", []string{"kind", "answered", "words", "写好的答复"}, "写好的答复"},
		{"/dispatch", []string{"body", street, "task", "写好的任务", "by", "own", "deadline", h.later()}, "写好的任务"},
		{"/raise", []string{"why", "写好的理由"}, "写好的理由"},
		{"/not-ours", []string{"who", "写好的谁", "phone", "12345"}, "写好的谁"},
		{"/classify", []string{"title", "写好的标题", "topic", "pay", "area", county}, "写好的标题"},
	} {
		got := cadre.post(one+c.path, append(c.pairs, "seen", seen)...).want(c.path, 409, "周敏刚改过", c.kept, one+"#end")
		now := fmt.Sprint(h.one(r).Version)
		if fresh := between(got.body, `name="seen" value="`, `"`); fresh != now {
			t.Errorf("%s: got version %q in the form, want %s: whoever was told may send it", c.path, fresh, now)
		}
	}
}

// Who was joined to a matter gets its answer unless the cadre says otherwise,
// whichever way the form was reached.
func TestFollowersReadTheAnswerByDefault(t *testing.T) {
	h := newHouse(t)
	main, other := h.capture(), h.capture()
	h.must(h.Merge(as("cadre"), request.Ref{ID: main.ID}, "", other.ID))
	one, cadre := desk.Href(main.ID), h.as("cadre")
	ticked := regexp.MustCompile(`<input[^>]*name="all"[^>]*\bchecked`)
	for say, got := range map[string]answer{
		"opened":                     cadre.get(one + "?say=answered"),
		"come from a question":       cadre.post(one+"/say", "kind", "asked", "words", "哪个门", "do", "to.answered"),
		"a phrase put in, as it was": cadre.post(one+"/say", "kind", "answered", "words", "", "all", "on", "do", "phrase", "phrase", "好了"),
	} {
		if !ticked.MatchString(got.want(say, 200, `name="all"`).body) {
			t.Errorf("%s: got the tick off, want it on", say)
		}
	}
	if off := cadre.post(one+"/say", "kind", "told", "words", "在问", "do", "to.answered").want("taken away before", 200); ticked.MatchString(off.body) {
		t.Error("taken away before: got the tick on, want it off")
	}
}

func TestSmallActs(t *testing.T) {
	h := newHouse(t)
	cadre := h.as("cadre")
	for _, c := range []struct {
		say, act string
		refused  []string
		words    string
		pairs    []string
		held     func(request.Case) bool
	}{
		{"given to a colleague", "assign", []string{"officer", ""}, "空着", []string{"officer", zhou}, func(c request.Case) bool { return c.OfficerName == "周敏" }},
		{"not ours", "not-ours", []string{"who", "城管局", "phone", ""}, "城管局", []string{"who", "城管局", "phone", "12345"}, func(c request.Case) bool { return c.Status == request.StatusNotOurs }},
		{"raised", "raise", []string{"why", ""}, "空着", []string{"why", "县里管不了"}, func(c request.Case) bool { return c.Level == request.LevelUnion }},
		{"sorted", "classify", []string{"title", "好标题", "topic", "nonsense", "area", county}, "好标题", []string{"title", "东门", "topic", "gate.estate", "area", county, "place", "东门", "hide", "1"},
			func(c request.Case) bool { return c.Topic == "gate.estate" && c.Title == "东门" && c.Hidden }},
	} {
		r := h.capture()
		at := desk.Href(r.ID) + "/" + c.act
		cadre.get(at).want(c.say+": the form", 200)
		cadre.post(at, c.refused...).want(c.say+": refused", 422, c.words)
		cadre.post(at, append(c.pairs, "req_id", id.New[string]())...).want(c.say, 303)
		if now := h.one(r); !c.held(now) {
			t.Errorf("%s: got %+v", c.say, now.Request)
		}
	}
}

func TestSortedIntoAnotherArea(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	cadre := h.as("cadre")
	cadre.get(desk.Href(r.ID)+"/classify").want("the areas beside", 200, `value="`+sibling+`"`)
	if got := cadre.post(desk.Href(r.ID)+"/classify", "topic", "gate", "area", sibling).want("handed over", 303); got.to != desk.HrefRequests {
		t.Errorf("got to %q, want the list: the matter is the neighbour's now", got.to)
	}
	h.as("sibling").get(desk.Href(r.ID)).want("the neighbour", 200, words)
}

func TestPhoneWithoutName(t *testing.T) {
	h := newHouse(t)
	h.as("cadre").post(desk.HrefNew, "channel", "phone", "area", county, "words", "有话", "phone", phone).want("a phone alone", 200, "138****5678")
	p, err := h.List(as("cadre"), request.Filter{Phone: phone})
	if err != nil || len(p.Rows) != 1 || !p.Rows[0].HasPhone {
		t.Errorf("got %d, %v, want the one with its phone", len(p.Rows), err)
	}
}

func TestMerge(t *testing.T) {
	h := newHouse(t)
	main, alike, third := h.capture(), h.capture(), h.captured("nobody", request.Draft{Words: "别的事", Place: request.Place{Area: county}})
	at, cadre := desk.Href(main.ID)+"/merge", h.as("cadre")
	cadre.get(at).want("the alike ones", 200, alike.Number, "!"+third.Number)
	cadre.post(at, "do", "preview").want("nothing chosen", 422, "还没选")
	cadre.post(at, "do", "preview", "numbers", "2020-0101-0001").want("a number that is none", 422, "没有编号 2020-0101-0001")
	cadre.post(at, "do", "preview", "numbers", main.Number).want("itself", 422, "不能并到自己")
	cadre.post(at, "do", "preview", "other", string(alike.ID), "numbers", third.Number, "words", "一起去谈").want("the preview does nothing", 200, "各人会看到", "一起去谈", alike.Number, third.Number, "没留名的工友")
	if got := h.one(alike).Status; got == request.StatusMerged {
		t.Fatal("got merged by the preview, want nothing done")
	}
	cadre.post(at, "do", "merge", "other", string(alike.ID), "other", string(third.ID), "words", "一起去谈", "req_id", id.New[string]()).want("merged", 303)
	if c := h.one(main); c.Request.Followers != 2 {
		t.Errorf("got %d followers, want 2", c.Request.Followers)
	}
	cadre.get(desk.Href(main.ID)).want("the main one", 200, "同一件事，3 人", "并了 2 件")
	cadre.get(desk.Href(third.ID)).want("the merged one", 200, "这件并到了", main.Number)
	cadre.post(desk.Href(third.ID)+"/unmerge", "words", "不是一件").want("parted", 303)
	if got := h.one(third).Status; got != request.StatusSeen {
		t.Errorf("parted: got %s, want seen", got)
	}
}

func TestRegister(t *testing.T) {
	h := newHouse(t)
	h.capture()
	cadre := h.as("cadre")
	cadre.post(desk.HrefNew, "channel", "phone", "area", county, "words", words, "do", "look").want("the button without script", 200, "像是已经有人说过", words)
	cadre.post("/desk/requests/similar", "area", county, "words", words).want("while typing", 200, "像是已经有人说过", "!<html")
	h.as("worker").post("/desk/requests/similar", "area", county, "words", words).want("a worker learns nothing of others", 404, "!"+words)
	cadre.post(desk.HrefNew, "channel", "phone", "area", county, "words", "", "name", "留着的名").want("nothing said", 422, "留着的名")
	cadre.post(desk.HrefNew, "area", county, "words", "有话").want("no channel", 422, "选一下是怎么来的", "有话")
	cadre.post(desk.HrefNew, "channel", "talk", "area", county, "words", "有话", "phone", "12").want("a phone that is none", 422, "手机号不对")
	req := id.New[string]()
	pairs := []string{"channel", "talk", "area", county, "words", "没地方吃饭", "name", name, "phone", phone, "topic", "rest.meal", "req_id", req}
	got := cadre.post(desk.HrefNew, pairs...).want("registered", 200, "2026-1124-0002", "只显示这一次", "!"+name)
	again := cadre.post(desk.HrefNew, pairs...).want("sent again", 200, "2026-1124-0002")
	if got.header.Get("Cache-Control") != "no-store" || between(got.body, "查进度的码", "</dd>") != between(again.body, "查进度的码", "</dd>") {
		t.Error("got another answer, or one that is kept; want the same, kept nowhere")
	}
	p, err := h.List(as("cadre"), request.Filter{Phone: phone})
	if err != nil || len(p.Rows) != 2 {
		t.Errorf("by phone: got %d, %v, want both", len(p.Rows), err)
	}
	h.as("leader").get(desk.HrefNew).want("a leader does not register", 404)
}

func TestNameForAReason(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	at, cadre := desk.Href(r.ID)+"/name", h.as("cadre")
	cadre.get(at+"/shown").want("without a reason", 303)
	cadre.post(at, "why", "看").want("too short a reason", 422, "!"+name)
	if got := cadre.post(at, "why", "约他一起去现场").want("a reason", 303); got.to != at+"/shown" {
		t.Errorf("got to %q", got.to)
	}
	got := cadre.get(at+"/shown").want("shown", 200, name, phone, "约他一起去现场", "已记下")
	if got.header.Get("Cache-Control") != "no-store" {
		t.Error("got a page that may be kept, want none")
	}
	cadre.get(at+"/shown").want("a second time asks again", 303)
	h.as("leader").get(at).want("a leader reads, but not names", 403)
}

func TestExport(t *testing.T) {
	h := newHouse(t)
	h.captured("worker", request.Draft{Words: "=cmd|' /C calc'!A0", Name: "=HYPERLINK(1)", Phone: phone, Place: request.Place{Area: county, Text: "=1+1"}})
	h.must(h.Assign(as("leader"), request.Ref{ID: h.capture().ID}, liu, "=cmd()"))
	at, cadre := desk.HrefExport, h.as("cadre")
	cadre.get(at+"?group=all").want("asked for the reason", 200, "为什么导出", "2 件")
	cadre.post(at, "group", "all").want("without a reason", 422)
	got := cadre.post(at, "group", "all", "why", "月度会商用").want("the table", 200, "编号", "2026-1124-0001", "待看", "导出，用于：月度会商用。", "!陈", "!"+phone, "!calc", "!1+1")
	if !strings.Contains(got.header.Get("Content-Disposition"), ".csv") {
		t.Errorf("got %v", got.header)
	}
	for _, cell := range strings.FieldsFunc(got.body, func(r rune) bool { return strings.ContainsRune(",\r\n\"", r) }) {
		if strings.HasPrefix(cell, "=") {
			t.Errorf("got a formula %q, want it made safe", cell)
		}
	}
}

// reused is a form's id that is sent more than once.
const reused = "01a20000-0000-7000-8000-00000000000f"

// TestKeysOfWhoMay: a leader reads the inbox and hands nothing over.
func TestKeysOfWhoMay(t *testing.T) {
	h := newHouse(t)
	h.capture()
	const key = `<span class="kbd" aria-hidden="true">D</span>`
	h.as("cadre").get(desk.HrefRequests).want("a cadre's keys", 200, key)
	h.as("leader").get(desk.HrefRequests).want("a leader's keys", 200, "!"+key)
}

func TestPhrasesAndLimits(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	cadre, leader := h.as("cadre"), h.as("leader")
	cadre.post(desk.HrefPhrases, "area", county, "kind", "told", "zh", "", "en", "kept").want("an empty phrase", 422, "kept")
	cadre.post(desk.HrefPhrases, "area", county, "kind", "told", "zh", "明天去看").want("a phrase", 303)
	cadre.get(desk.Href(r.ID)).want("offered", 200, "明天去看")
	own, err := h.Phrases(as("cadre"), county, request.KindTold)
	if err != nil {
		t.Fatal(err)
	}
	cadre.post(desk.HrefPhrases+"/drop", "phrase", own[0].ID).want("dropped", 303)
	cadre.get(desk.HrefRules).want("a cadre reads the limits", 200, "5 个工作日", "潍坊", "!name=\"look\"")
	body := leader.get(desk.HrefRules).want("a leader may set them", 200, `name="look"`).body
	if got := between(body, `name="look"`, "/>"); strings.Contains(body, "requestdesk.") {
		t.Errorf("got keys without words near %q", got)
	}
	form := []string{"area", county, "from", "2026-12-01", "cite", "示例规定第3条", "hours_from", "09:00", "hours_to", "17:30", "break_from", "12:00", "break_to", "13:30", "look", "60", "remind", "120", "sign", "240",
		"body", "960", "station", "240", "reply", "240", "soon", "180", "up", "480", "answer", "3", "quiet", "15", "bounces", "2", "more", "1", "chases", "2", "export", "5000"}
	leader.post(desk.HrefRules, append(form, "from", "x")...).want("set", 303)
	leader.get(desk.HrefRules).want("told before they apply", 200, "5 个工作日", "2026-12-01", "示例规定第3条")
	h.clk.Set(time.Date(2026, 12, 2, 2, 0, 0, 0, time.UTC))
	leader.get(desk.HrefRules).want("in force", 200, "3 个工作日", "示例规定第3条", "2026-12-01")
	leader.post(desk.HrefRules, "area", county, "look", "x", "cite", "留着").want("refused", 422, "写个数", "留着")
	cadre.post(desk.HrefRules, form...).want("a cadre sets none", 404)
	form[3] = "2026-12-03"
	leader.post(desk.HrefRules, append(form, "req_id", reused)...).want("set under an id", 303)
	form[3] = "2026-12-04"
	leader.post(desk.HrefRules, append(form, "req_id", reused)...).want("another under the same id", 409, "这次没收", "!刚有人改过")
	cadre.post(desk.HrefPhrases, "area", county, "kind", "told", "zh", "留着", "req_id", reused).want("a phrase under it", 409, "这次没收", "留着")
	h.as("admin").get(desk.HrefRules).want("an administrator reads and sets them", 200, `name="look"`, "示例规定第3条")
}

func TestHostileNames(t *testing.T) {
	h := newHouse(t)
	evil := `"><script>alert(1)</script>`
	r := h.captured("nobody", request.Draft{Words: evil, Name: evil, Place: request.Place{Area: county, Text: evil}})
	h.must(h.Classify(as("cadre"), request.Ref{ID: r.ID}, request.Class{Title: &evil}))
	h.must(h.Assign(as("cadre"), request.Ref{ID: r.ID}, liu, evil))
	for _, path := range []string{"/desk/requests", desk.Href(r.ID), desk.Href(r.ID) + "/dispatch", desk.Href(r.ID) + "/merge", desk.Href(r.ID) + "/classify", "/desk/requests?q=" + "%22%3E%3Cscript%3Ealert(1)", "/desk/requests/health"} {
		h.as("cadre").get(path).want(path, 200, "!<script>alert(1)")
	}
}

func TestWhoMayComeIn(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	d := h.dispatched(r)
	for _, route := range desk.Routes(desk.Config{}) {
		path := strings.NewReplacer("{id}", string(r.ID), "{file}", id.New[string]()).Replace(route.Pattern)
		one := strings.Contains(route.Pattern, "{id}")
		for who := range people {
			if who == "cadre" || who == "other" || who == "leader" || who == "sibling" && !one || who == "admin" && strings.HasSuffix(path, "/rules") {
				continue
			}
			got := h.as(who)
			var a answer
			if route.Method == "GET" {
				a = got.get(path)
			} else {
				a = got.post(path, "words", "x", "kind", "told", "dispatch", string(d), "why", "只是看看", "channel", "phone", "area", county)
			}
			if path == desk.HrefDesk && (who == "partner" || who == "admin") {
				continue // led to their own menu
			}
			if a.status != web.Status(3) {
				t.Errorf("%s %s as %s: got %d, want missing", route.Method, path, who, a.status)
			}
		}
	}
}

func TestInbox(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	cadre := h.as("cadre")
	cadre.get("/desk").want("the start", 303)
	for _, q := range []string{"", "?q=" + r.Number, "?q=东门", "?topic=gate", "?area=" + county, "?group=todo"} {
		cadre.get("/desk/requests"+q).want(q, 200, words, `hx-get="`+desk.Href(r.ID)+`/peek"`)
	}
	for _, q := range []string{"?q=2026-1124-9999", "?q=火车", "?topic=pay", "?group=late"} {
		cadre.get("/desk/requests"+q).want(q, 200, "!"+words, "没")
	}
	h.as("sibling").get("/desk/requests").want("the sibling county", 200, "!"+words, "没有在办的")
	h.clk.Set(start.Add(3 * time.Hour))
	cadre.get("/desk/requests?group=late").want("an hour later than two", 200, words, "超时", "首次响应")
	for i := range 55 {
		h.captured("nobody", request.Draft{Words: fmt.Sprint("第几件", i), Place: request.Place{Area: county}})
	}
	next := between(cadre.get("/desk/requests").want("the first page", 200, "after=").body, `href="/desk/requests?after=`, `"`)
	cadre.get("/desk/requests?after="+next).want("the second page", 200, "第几件5")
}
