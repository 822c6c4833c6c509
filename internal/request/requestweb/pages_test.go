package requestweb_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/id"
	"nuanxin/internal/media"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb"
	"nuanxin/internal/web/webtest"
)

func TestWords(t *testing.T) { webtest.Complete(t, requestweb.Texts()) }

func TestAsk(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		about    string
		phone    phone
		path     string
		status   int
		wanted   []string
		unwanted []string
	}{
		{"the empty form asks for nothing that it need not", h.phone(), "/help", 200,
			[]string{"有人受伤、有危险，先打", `href="tel:120"`, "拿不准就不选", "点一下，开始说", "发给工会", unionName, "今天 12:00 前有人看", "12月1日（周二）前给答复", "/sign-in?next=%2Fhelp", "不让平台、公司看到我的名字"},
			[]string{"help.", "request.", "required"}},
		{"the place comes from the phone", h.phone("here=1"), "/help", 200, []string{`value="锦绣家园东门"`, `name="lat" value="31.46120"`, "按你上次的位置填的"}, nil},
		{"a station named by the address", h.phone("here=1"), "/help?station=12345678", 200, []string{"示例驿站", station, "说的是这个驿站"}, []string{"锦绣家园"}},
		{"a station that is not there", h.phone(), "/help?station=0", 404, []string{"没找到"}, nil},
		{"a topic chosen by the address", h.phone(), "/help?topic=pay", 200, []string{`value="pay" checked`}, nil},
		{"a topic that is none is left out", h.phone(), `/help?topic=%22%3E%3Cscript%3E`, 200, nil, []string{"<script>", "&lt;script"}},
		{"who is signed in is asked nothing", h.phone("worker=chen"), "/help", 200, []string{"有结果发消息给你", "这件事不留名字"}, []string{"/sign-in"}},
		{"in English", h.phone("lang=en"), "/help", 200, []string{"Tell the union", "first, then us", "Not paid", "an answer by Tue 1 Dec"}, []string{"help.", "request.", "发给工会"}},
	} {
		c.phone.get(c.path).must(t, c.about, c.status, c.wanted, c.unwanted)
	}
}

func TestSendWithoutName(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	number := p.send(part{name: "words", data: words}, part{name: "topic", data: "gate"})
	sent := p.get("/help/" + number + "/sent")
	sent.must(t, "sent", 200, []string{number, unionName + "的" + officerName + "来看", "最晚 12月1日（周二）17:30 给你答复", "凭这串字看进度", "看进度", "没留手机号"}, []string{"help."})
	if got := sent.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("the page with the secret may be kept: %q", got)
	}
	letters := regexp.MustCompile(`<span>([a-z2-7]{2,4})</span>`).FindAllStringSubmatch(sent.body, -1)
	secret := ""
	for _, l := range letters {
		secret += l[1]
	}
	if len(secret) != 26 {
		t.Fatalf("secret %q has %d letters, want 26", secret, len(secret))
	}
	p.get("/help/"+number).must(t, "progress", 200, []string{"收到了", words, "每一步", "你不点“解决了”，我们不结案", "补一句", "催一下", "tel:12351"}, []string{secret, "help.", "request."})
	p.get("/help/mine").must(t, "mine", 200, []string{"东门保安", "/help/" + number, "让这台手机忘掉"}, []string{secret})

	other := h.phone()
	for _, path := range []string{"", "/sent", "/add", "/unsolved", "/withdraw", "/files/" + id.New[string]()} {
		other.get("/help/"+number+path).must(t, "another phone at "+path, 404, nil, []string{words})
	}
	h.phone("worker=wang").get("/help/"+number).must(t, "a worker who does not hold it", 404, nil, []string{words})
	h.phone("held="+number+"."+strings.Repeat("a", 26)).get("/help/"+number).must(t, "a wrong secret", 404, nil, []string{words})
	for _, path := range []string{"/add", "/solved", "/chase", "/unsolved", "/withdraw"} {
		got := other.press("/help/"+number+path, url.Values{"words": {"x"}, "req_id": {id.New[string]()}})
		got.must(t, "another phone acts at "+path, 404, nil, []string{words})
	}

	wrong := other.press("/help/find", url.Values{"number": {number}, "secret": {strings.Repeat("a", 26)}})
	none := other.press("/help/find", url.Values{"number": {"2026-1124-9999"}, "secret": {strings.Repeat("a", 26)}})
	wrong.must(t, "a wrong secret typed", 422, []string{"没对上"}, []string{words})
	nonce := regexp.MustCompile(`nonce="[^"]*"`) // another in each answer
	if a, b := nonce.ReplaceAllString(strings.ReplaceAll(wrong.body, number, ""), ""), nonce.ReplaceAllString(strings.ReplaceAll(none.body, "2026-1124-9999", ""), ""); a != b {
		t.Error("a wrong secret is told otherwise than a number that is not there")
	}
	typed := strings.ToUpper(secret[:13]) + " " + secret[13:20] + "-" + secret[20:] + " "
	got := other.press("/help/find", url.Values{"number": {strings.ReplaceAll(number, "-", "")}, "secret": {typed}})
	if got.status != 303 || got.to != "/help/"+number {
		t.Errorf("number and secret typed: got %d to %q", got.status, got.to)
	}
	other.get("/help/"+number).must(t, "after typing both", 200, []string{words}, nil)
	other.press("/help/forget", nil)
	other.get("/help/"+number).must(t, "after forgetting", 404, nil, []string{words})
}

func TestSendSignedIn(t *testing.T) {
	h := newHouse(t)
	p := h.phone("worker=chen")
	number := p.send(part{name: "words", data: words})
	p.get("/help/"+number+"/sent").must(t, "sent", 200, []string{number, "有消息会发给你"}, []string{"凭这串字"})
	p.get("/help/mine").must(t, "mine", 200, []string{"东门保安"}, []string{"让这台手机忘掉"})
	h.phone("worker=wang").get("/help/"+number).must(t, "another worker", 404, nil, []string{words})

	hidden := p.send(part{name: "words", data: "不想让人知道"}, part{name: "anonymous", data: "1"})
	p.get("/help/"+hidden+"/sent").must(t, "without a name", 200, []string{"凭这串字"}, nil)
	h.phone("worker=chen").get("/help/"+hidden).must(t, "the same account on another phone", 404, nil, []string{"不想让人知道"})
}

func TestOneFormIsOneRequest(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	form := []part{{name: "words", data: words}, {name: "photo", file: "a.jpg", data: photo(t)}, {name: "req_id", data: id.New[string]()}}
	first, second := p.post("/help", form...), p.post("/help", form...)
	if first.to != second.to || first.status != 303 {
		t.Errorf("the form sent twice led to %q and %q", first.to, second.to)
	}
	other := p.post("/help", part{name: "words", data: words + "，还有西门"}, form[2])
	other.must(t, "the same page sent again with other words", 409, []string{"刚才已经发出去了", "还有西门"}, nil)
	empty := p.post("/help", part{name: "words", data: "  "}, part{name: "place", data: "东门"}, part{name: "topic", data: "pay"}, part{name: "req_id", data: id.New[string]()})
	empty.must(t, "an empty form", 422, []string{"还有 1 处要改", "有一样就行", `value="东门"`, `value="pay" checked`}, []string{"request.empty"})
	fresh := regexp.MustCompile(`name="req_id" value="([^"]+)"`).FindStringSubmatch(empty.body)
	got := p.post("/help", part{name: "words", data: words}, part{name: "req_id", data: fresh[1]})
	if got.status != 303 || got.to == first.to {
		t.Errorf("the mended form: got %d to %q, want a new request", got.status, got.to)
	}
}

func TestPhotosLoseTheirNotes(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	number := p.send(part{name: "photo", file: "a.jpg", data: photo(t)})
	page := p.get("/help/" + number)
	files := regexp.MustCompile(`href="(/help/[^"]+/files/[^"]+)"`).FindStringSubmatch(page.body)
	if files == nil {
		t.Fatalf("no photo on the page: %s", excerpt(page.body))
	}
	for _, path := range []string{files[1], files[1] + "?thumb=1"} {
		got := p.get(path)
		if got.status != 200 || got.header.Get("Content-Type") != "image/jpeg" || strings.Contains(got.body, "CANARY") || len(got.body) < 100 {
			t.Errorf("%s: got %d, %s, %d bytes; want a photo without its maker's notes", path, got.status, got.header.Get("Content-Type"), len(got.body))
		}
		if got := h.phone().get(path); got.status != 404 {
			t.Errorf("%s for a stranger: got %d, want missing", path, got.status)
		}
	}
	for name, data := range h.blobs.data {
		if strings.Contains(string(data), "CANARY") {
			t.Errorf("blob %s holds the maker's notes", name)
		}
	}
}

func TestRefusedFilesKeepTheWords(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	got := p.post("/help", part{name: "words", data: words}, part{name: "photo", file: "a.jpg", data: photo(t)}, part{name: "photo", file: "b.jpg", data: strings.Repeat("x", 9<<20)}, part{name: "req_id", data: id.New[string]()})
	got.must(t, "one photo too large", 422, []string{"这个文件太大，最多 8 MB", words, "刚才的还在：照片 1 张"}, nil)
	kept := regexp.MustCompile(`name="kept" value="([^"]+)"`).FindStringSubmatch(got.body)
	number := p.send(part{name: "words", data: words}, part{name: "kept", data: kept[1]})
	p.get("/help/"+number).must(t, "sent with the photo that was kept", 200, []string{"照片 1", words}, nil)

	got = p.post("/help", part{name: "words", data: words}, part{name: "voice", file: "v.webm", data: "no sound"}, part{name: "req_id", data: id.New[string]()})
	got.must(t, "a voice message that is none", 422, []string{"这个不是录音", words}, nil)
	got = p.post("/help", part{name: "words", data: words}, part{name: "voice", file: "v.webm", data: strings.Repeat("x", media.MaxVoiceBytes+1)}, part{name: "req_id", data: id.New[string]()})
	got.must(t, "a voice message too large", 422, []string{"这个文件太大", words}, nil)
	got = p.post("/help", part{name: "photo", file: "b.jpg", data: strings.Repeat("x", 41<<20)})
	got.must(t, "more than a form may hold", 413, []string{"东西太大"}, nil)
}

func TestHostileInput(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	nasty := `</textarea><script>alert(1)</script>{{.}}`
	number := p.send(part{name: "words", data: nasty}, part{name: "place", data: `"><img src=x onerror=alert(2)>`}, part{name: "lat", data: "NaN"}, part{name: "lng", data: "1e999"})
	for _, path := range []string{"/help/" + number, "/help/" + number + "/sent", "/help/mine"} {
		p.get(path).must(t, path, 200, nil, []string{"<script>alert", "<img src=x"})
	}
	for about, parts := range map[string][]part{
		"a topic that is none":     {{name: "words", data: nasty}, {name: "topic", data: "drop table"}},
		"an area that is none":     {{name: "words", data: nasty}, {name: "place", data: "x"}, {name: "area", data: "'or 1"}},
		"a station that is none":   {{name: "words", data: nasty}, {name: "station", data: "../x"}},
		"words nobody can see":     {{name: "words", data: "\u200b\u200d\u3164\x00\ufeff"}},
		"words without an end":     {{name: "words", data: strings.Repeat("长", 3001)}},
		"a part that is no file's": {{name: "evil", file: "x.sh", data: "#!/bin/sh"}},
	} {
		got := p.post("/help", append(parts, part{name: "req_id", data: id.New[string]()})...)
		got.must(t, about, 422, []string{"要改"}, []string{"<script>alert"})
	}
	for _, path := range []string{"/help/2026-1124-0001'", "/help/%00", "/help/..%2f..%2fetc", "/help/" + strings.Repeat("9", 3000)} {
		if got := p.get(path); got.status != 404 {
			t.Errorf("%q: got %d, want missing", path, got.status)
		}
	}
	got := h.phone("held="+strings.Repeat("2026-1124-0001."+strings.Repeat("a", 26)+"~", 200), "flash=x").get("/help/mine")
	got.must(t, "a planted cookie", 200, nil, nil)
}

func TestProgressToldLikeAParcel(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	number := p.send(part{name: "words", data: words}, part{name: "topic", data: "gate"})
	h.answered(number)
	p.get("/help/"+number).must(t, "answered", 200, []string{"有结果了，你看看", "物业答应了，明天起能进。", "解决了吗？你说了算。", "刘婷看了", "派给南康街道", "南康街道退回来了，工会改派", "物业归住建局管。时间照算，没有重来。", "住建局物业科接了", "王科长 经办", "没解决", "解决了"}, []string{"催一下", "help.", "request."})
	h.phone("held="+cookieOf(p, "held"), "lang=en").get("/help/"+number).must(t, "answered, in English", 200, []string{"There is an answer", "You decide", "sent it back; the union will send it elsewhere", "Not solved"}, []string{"help.", "request."})

	got := p.press("/help/"+number+"/unsolved", url.Values{"reason": {"nonsense"}, "words": {"夜里还是不开"}, "req_id": {id.New[string]()}})
	got.must(t, "not solved for no reason that is known", 422, []string{"选一个原因", "夜里还是不开"}, nil)
	got = p.press("/help/"+number+"/unsolved", url.Values{"reason": {"half"}, "req_id": {id.New[string]()}})
	if got.to != "/help/"+number {
		t.Errorf("not solved: got %d to %q", got.status, got.to)
	}
	p.get("/help/"+number).must(t, "reopened", 200, []string{"还没解决，接着办", "只办了一半", "知道了，接着办", "催一下"}, nil)
	p.press("/help/"+number+"/chase", url.Values{"req_id": {id.New[string]()}})
	p.get("/help/"+number).must(t, "chased", 200, []string{"催过了。刘婷最晚", "你催了一下"}, nil)
	p.press("/help/"+number+"/chase", url.Values{"req_id": {id.New[string]()}})
	p.press("/help/"+number+"/chase", url.Values{"req_id": {id.New[string]()}})
	p.get("/help/"+number).must(t, "chased too often is told in words", 200, []string{"今天催过了，明天还能催"}, nil)
	p.press("/help/"+number+"/solved", url.Values{"req_id": {id.New[string]()}})
	p.get("/help/"+number).must(t, "solved", 200, []string{"记下了：解决了", "又不行了", "你说：解决了"}, []string{"催一下"})
	p.press("/help/"+number+"/withdraw", url.Values{"req_id": {id.New[string]()}})
	p.get("/help/"+number).must(t, "what does not fit any more is told beside the state", 200, []string{"这件事刚有变化", "又不行了"}, nil)
}

func TestQuestionAndAdditions(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	number := p.send(part{name: "words", data: words})
	got := p.post("/help/"+number+"/add", part{name: "words", data: ""}, part{name: "req_id", data: id.New[string]()})
	got.must(t, "nothing added", 422, []string{"有一样就行"}, nil)
	got = p.post("/help/"+number+"/add", part{name: "words", data: "西门也不行"}, part{name: "photo", file: "a.jpg", data: photo(t)}, part{name: "photo", file: "b.jpg", data: "no photo"}, part{name: "req_id", data: id.New[string]()})
	got.must(t, "a photo that is none", 422, []string{"这个不是照片", "西门也不行", "照片 1 张"}, nil)
	if _, err := h.office.Ask(liu, request.Ref{Number: number}, request.Message{Words: "是哪个小区？"}); err != nil {
		t.Fatal(err)
	}
	p.get("/help/"+number).must(t, "asked", 200, []string{"等你补一样", "刘婷问你一件事", "是哪个小区？", "等你回，时间先停着"}, []string{"催一下"})
	p.post("/help/"+number+"/add", part{name: "words", data: "锦绣家园"}, part{name: "photo", file: "a.jpg", data: photo(t)}, part{name: "req_id", data: id.New[string]()})
	p.get("/help/"+number).must(t, "replied", 200, []string{"你回了", "锦绣家园", "照片 1", "收到了，补在后面了", "催一下"}, []string{"等你补一样"})
	p.get("/help/"+number+"/withdraw").must(t, "taking back is asked for once more", 200, []string{"要收回这件事吗", "先不"}, nil)
	p.press("/help/"+number+"/withdraw", url.Values{"req_id": {id.New[string]()}})
	p.get("/help/"+number).must(t, "taken back", 200, []string{"你收回了", "再说一件事"}, []string{"催一下", "补一句"})
	got = p.post("/help/"+number+"/add", part{name: "words", data: "还有一句"}, part{name: "req_id", data: id.New[string]()})
	got.must(t, "words for what was taken back stay on the page", 409, []string{"现在不能这样做了", "还有一句"}, nil)
}

func TestMergedTellsSo(t *testing.T) {
	h := newHouse(t)
	a, b := h.phone(), h.phone()
	main, other := a.send(part{name: "words", data: words}), b.send(part{name: "words", data: words + "，真的"})
	c, err := h.office.Case(liu, request.Ref{Number: other})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.office.Merge(liu, request.Ref{Number: main}, "都是东门的事，一起办", c.ID); err != nil {
		t.Fatal(err)
	}
	b.get("/help/"+other).must(t, "merged", 200, []string{"和别人说的并在一起办", "那一件现在：", "都是东门的事，一起办"}, []string{"催一下", main, "等你回"})
	a.get("/help/"+main).must(t, "the main one", 200, []string{"另有 1 位工友说的是同一件事"}, nil)
	h.clock.Move(14 * 24 * time.Hour)
	b.get("/help/"+other).must(t, "merged, and its date is over", 200, []string{"和别人说的并在一起办", "是我们晚了"}, nil)
}

func TestAlikeIsTold(t *testing.T) {
	h := newHouse(t)
	for range 2 {
		h.phone("here=1").send(part{name: "words", data: words}, part{name: "place", data: "锦绣家园东门"}, part{name: "offered", data: "锦绣家园东门"}, part{name: "lat", data: "31.4612"}, part{name: "lng", data: "104.7412"}, part{name: "was_lat", data: "31.4612"}, part{name: "was_lng", data: "104.7412"})
	}
	p := h.phone()
	number := p.send(part{name: "words", data: words})
	p.get("/help/"+number+"/sent").must(t, "two others are too few to tell of", 200, nil, []string{"差不多的事"})
	h.phone().send(part{name: "words", data: words})
	p.get("/help/"+number+"/sent").must(t, "three others", 200, []string{"附近有 3 个人说过差不多的事"}, nil)
}

func TestPlace(t *testing.T) {
	h := newHouse(t)
	at := func(more ...part) request.Place {
		t.Helper()
		p := h.phone()
		number := p.send(append(more, part{name: "words", data: words}, part{name: "offered", data: "锦绣家园东门"}, part{name: "area", data: county}, part{name: "was_lat", data: "31.4612"}, part{name: "was_lng", data: "104.7412"})...)
		c, err := h.office.Case(liu, request.Ref{Number: number})
		if err != nil {
			t.Fatal(err)
		}
		return c.Place
	}
	lat, lng := part{name: "lat", data: "31.4612"}, part{name: "lng", data: "104.7412"}
	if got := at(lat, lng, part{name: "place", data: "锦绣家园东门"}); got.Point == nil || got.Text != "锦绣家园东门" {
		t.Errorf("as filled in: got %+v, want words and point", got)
	}
	if got := at(lat, lng, part{name: "place", data: "火车站"}); got.Point != nil || got.Text != "火车站" || got.Area != county {
		t.Errorf("other words: got %+v, want them without the point", got)
	}
	if got := at(lat, lng, part{name: "place", data: ""}); got.Point != nil || got.Text != "" {
		t.Errorf("wiped out: got %+v, want no place", got)
	}
	if got := at(part{name: "lat", data: "31.5"}, lng, part{name: "place", data: "火车站"}); got.Point == nil || got.Point.Lat != 31.5 {
		t.Errorf("located anew: got %+v, want the new point", got)
	}
	if got := at(part{name: "station", data: station}, part{name: "place", data: "示例驿站"}); got.Station != station {
		t.Errorf("a station: got %+v", got)
	}
}

func TestReports(t *testing.T) {
	h := newHouse(t)
	reports := requestweb.Reports{Office: h.office}
	number, secret, err := reports.Report(t.Context(), station, "no_hot_water", "")
	if err != nil || secret == "" {
		t.Fatal(number, secret, err)
	}
	p := h.phone("held=" + number + "." + secret)
	p.get("/help/"+number).must(t, "a station's defect", 200, []string{"没热水", "示例驿站", "收到了，转给站长", "派给示例驿站运营方"}, nil)
}

// cookieOf reads a cookie of a phone.
func cookieOf(p phone, name string) string {
	for _, c := range p.client.Jar.Cookies(p.url()) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func TestStatusOfEveryRoute(t *testing.T) {
	h := newHouse(t)
	for _, r := range requestweb.Routes(h.config) {
		if r.Method != http.MethodGet {
			continue
		}
		path := strings.NewReplacer("{number}", "2026-1124-0404", "{id}", id.New[string]()).Replace(r.Pattern)
		want := 200
		if path != r.Pattern {
			want = 404
		}
		if got := h.phone().get(path); got.status != want {
			t.Errorf("%s: got %d, want %d", path, got.status, want)
		}
	}
}
