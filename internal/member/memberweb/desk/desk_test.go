package desk_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/memberweb/desk"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/web/webtest"
)

func TestTextsAreComplete(t *testing.T) { webtest.Complete(t, desk.Texts()) }

// Who may open what: a leader sees and cannot decide, everybody else is told
// that nothing is there.
func TestWhoSeesMembers(t *testing.T) {
	h := newHouse(t)
	who := h.apply(form("张三"))
	one := desk.Href(who)
	for _, test := range []struct {
		who                     string
		list, see, decide, full int
	}{
		{"cadre", 200, 200, 200, 200},
		{"leader", 200, 200, 403, 403},
		{"sibling", 200, 404, 404, 404},
		{"admin", 404, 404, 404, 404},
		{"host", 404, 404, 404, 404},
		{"partner", 404, 404, 404, 404},
		{"worker", 404, 404, 404, 404},
		{"nobody", 404, 404, 404, 404},
	} {
		p := h.as(test.who)
		p.get(desk.HrefMembers).want(test.who+" lists", test.list)
		p.get(one).want(test.who+" sees", test.see)
		p.get(one+"/peek").want(test.who+" peeks", map[int]int{200: 303}[test.see]+map[int]int{404: 404}[test.see])
		p.get(one+"/refuse").want(test.who+" asks to refuse", test.decide)
		p.get(one+"/full").want(test.who+" asks for the numbers", test.full)
		if test.who == "cadre" {
			continue
		}
		p.post(one+"/approve", "seen", "1").want(test.who+" approves", test.decide)
		p.post(one+"/refuse", "seen", "1", "reason", "资料不全").want(test.who+" refuses", test.decide)
		p.post(one+"/full", "why", "打电话核对").want(test.who+" opens the numbers", test.full, "!13900000001")
		if a := p.post(desk.HrefMembers+"/approve", "who", choice(who, 1)); a.status == http.StatusOK && !strings.Contains(a.body, "不在你们这里") {
			t.Errorf("%s approves several: got %s", test.who, shorten(a.body))
		}
	}
	if f := h.one(who); f.State != member.Applied || f.Version != 1 {
		t.Errorf("got %s at %d, want untouched", f.State, f.Version)
	}
	h.as("leader").get(desk.HrefMembers).want("a leader's list", 200, "张三", `!name="who"`, "!/refuse")
	h.as("leader").get(one).want("a leader's page", 200, "张三", "!/refuse", "!/full")
	h.as("sibling").get(desk.HrefMembers).want("a sibling's list", 200, "!张三")
}

func TestDeciding(t *testing.T) {
	h := newHouse(t)
	who, cadre := h.apply(form("李四")), h.as("cadre")
	one := desk.Href(who)
	cadre.post(one+"/refuse", "seen", "1", "reason", " ").want("without a reason", 422, "写 2 到 300 个字")
	cadre.post(one+"/refuse", "seen", "1", "reason", "先想想", "do", "phrase", "phrase", "电话没打通").want("a phrase is put in", 200, "先想想\n电话没打通")
	if a := cadre.post(one+"/approve", "seen", "1"); a.status != 303 || a.to != desk.HrefMembers {
		t.Errorf("approving: got %d to %s", a.status, a.to)
	}
	cadre.get(one).want("a member", 200, "22040226000001", "加入龙山区总工会", "保留会籍", "终止会籍", "!/refuse")
	cadre.get(one+"/refuse").want("refusing a member", 409, "在籍", "!告诉本人")
	cadre.post(one+"/keep", "seen", "2", "reason", "没有工作").want("keeping", 303)
	cadre.get(one).want("kept", 200, "恢复会籍", "没有工作")
	cadre.post(one+"/resume", "seen", "3", "reason", "上岗了").want("resuming", 303)
	cadre.get(one+"/end").want("asked once more", 200, "撤不回来")
	cadre.post(one+"/end", "seen", "4", "reason", "本人要求").want("ending", 303)
	cadre.get(one).want("ended", 200, "已终止", "本人要求", "!还能办")
}

// Whoever comes second is told who did what, with their own words kept.
func TestWhatChangedIsTold(t *testing.T) {
	h := newHouse(t)
	who := h.apply(form("王五"))
	h.clk.Move(30 * time.Minute)
	h.as("other").post(desk.Href(who)+"/refuse", "seen", "1", "reason", "身份证号对不上").want("the first", 303)
	h.as("cadre").post(desk.Href(who)+"/approve", "seen", "1").want("the second approves", 409, "周敏今天 10:30改过", "没通过", "身份证号对不上")
	h.as("cadre").post(desk.Href(who)+"/refuse", "seen", "1", "reason", "我写的话").want("the second refuses", 409, "周敏", "我写的话")
	if f := h.one(who); f.State != member.Refused || f.Version != 2 {
		t.Errorf("got %s at %d, want the first's answer alone", f.State, f.Version)
	}
}

func TestBulkWithAnAccidentInTheMiddle(t *testing.T) {
	h := newHouse(t)
	who := authz.With(t.Context(), authz.Subject{ID: id.New[string](), Kind: authz.Worker})
	h.around.phones[authz.From(who).ID] = "13900000777"
	first, err := h.Apply(who, form("回来的"))
	h.must(err)
	h.must(h.Approve(as("cadre"), first.ID, 1))
	h.must(h.Quit(who, first.ID))
	back, err := h.Apply(who, form("回来的"))
	h.must(err)
	fresh := h.apply(form("新来的"))
	h.must(h.db.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `update member_count set last = last - 1`)
		return err
	}))
	h.as("cadre").post(desk.HrefMembers+"/approve", "who", choice(fresh, 1), "who", choice(back.ID, 1)).
		want("an accident with the first", 200, "通过了 1 人", "回来的", "1 人没有通过", "新来的", "没做完，不是你的问题")
	if a := h.as("cadre").post(desk.HrefMembers+"/approve", "who", choice(fresh, 1)); a.status != 500 {
		t.Errorf("an accident with all: got %d, want 500", a.status)
	}
}

func TestBulkWithOneThatChanged(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.apply(form("甲一")), h.apply(form("乙二")), h.apply(withDocument(form("丙三"), "11010519491231002X"))
	other := h.join(withDocument(form("丁四"), "11010519491231002X"))
	h.must(h.Refuse(as("other"), b, 1, "资料不全"))
	cadre, req, nobody := h.as("cadre"), id.New[string](), id.New[member.ID]()
	for _, say := range []string{"the first time", "loaded again"} {
		cadre.post(desk.HrefMembers+"/approve", "req_id", req, "who", choice(a, 1), "who", choice(b, 1), "who", choice(c, 1), "who", choice(nobody, 1), "who", "x").
			want(say, 200, "通过了 1 人", "甲一", "2 人没有通过", "周敏", "资料不全", "龙山区总工会已经是会员", "1 份已经不在")
	}
	for which, want := range map[member.ID]member.State{a: member.Active, b: member.Refused, c: member.Applied, other: member.Active} {
		if got := h.one(which).State; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if r := cadre.post(desk.HrefMembers+"/approve", "who", "nonsense"); r.status != 303 || r.to != desk.HrefMembers {
		t.Errorf("nobody ticked: got %d to %s", r.status, r.to)
	}
}

// The second question names only those who are still as the list showed them.
func TestAskingOnceMore(t *testing.T) {
	h := newHouse(t)
	a, b := h.apply(form("甲一")), h.apply(form("乙二"))
	cadre := h.as("cadre")
	cadre.get(desk.HrefMembers).want("the list", 200, "通过这一页没有疑问的 2 人")
	h.apply(form("甲一")) // now the first is in doubt
	cadre.post(desk.HrefMembers+"/approve", "do", "clear", "clear", choice(a, 1), "clear", choice(b, 1)).
		want("asked", 200, "通过这 1 人？", "乙二", "!甲一", "1 人刚有变化", choice(b, 1))
	if r := cadre.post(desk.HrefMembers+"/approve", "do", "clear", "clear", choice(b, 7)); r.status != 303 {
		t.Errorf("all changed: got %d", r.status)
	}
	if f := h.one(b); f.State != member.Applied {
		t.Errorf("asking approved: got %s", f.State)
	}
}

func TestTwoCadresApproveTheSame(t *testing.T) {
	h := newHouse(t)
	pairs := []string{}
	for i := range 6 {
		pairs = append(pairs, "who", choice(h.apply(form("工友"+string(rune('甲'+i)))), 1))
	}
	var all sync.WaitGroup
	bodies := make([]string, 2)
	for i, who := range []string{"cadre", "other"} {
		p := h.as(who)
		all.Go(func() { bodies[i] = p.post(desk.HrefMembers+"/approve", pairs...).body })
	}
	all.Wait()
	done := 0
	for _, body := range bodies {
		done += strings.Count(body, "会员号 2204")
	}
	page, err := h.List(as("cadre"), roll.Filter{States: []member.State{member.Active}})
	h.must(err)
	if done != 6 || len(page.Rows) != 6 {
		t.Errorf("got %d told as approved and %d members, want 6 and 6", done, len(page.Rows))
	}
}

// Every page of the list is turned as a reader would: nobody is lost.
func TestPagesLoseNobody(t *testing.T) {
	h := newHouse(t)
	for i := range 120 {
		h.apply(form("工友" + string([]rune{rune('一' + i/12), rune('一' + 20 + i%12)})))
		h.clk.Move(time.Minute)
	}
	cadre, path, seen := h.as("cadre"), desk.HrefMembers, map[string]bool{}
	next, row := regexp.MustCompile(`href="([^"]*)" rel="next"`), regexp.MustCompile(`class="tk__t">([^<]*)<`)
	for pages := 1; path != ""; pages++ {
		a := cadre.get(path).want("a page", 200)
		for _, m := range row.FindAllStringSubmatch(a.body, -1) {
			if seen[m[1]] {
				t.Errorf("page %d: %s twice", pages, m[1])
			}
			seen[m[1]] = true
		}
		path = ""
		if m := next.FindStringSubmatch(a.body); m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if len(seen) != 120 {
		t.Errorf("got %d people on all pages, want 120", len(seen))
	}
}

func TestSearchStandsInNoAddress(t *testing.T) {
	h := newHouse(t)
	who := h.join(withDocument(form("阿依古丽"), "11010519491231002X"))
	h.apply(form("另一位"))
	f, cadre := h.one(who), h.as("cadre")
	for _, words := range []string{"阿依古丽", " 139 0000 0001 ", "11010519491231002x", f.Number} {
		cadre.post(desk.HrefMembers, "q", words).want("search "+words, 200, "找到 1 位", "阿依古丽", "!另一位")
	}
	for _, words := range []string{"阿依", "13800000000", "<script>", strings.Repeat("长", 500)} {
		cadre.post(desk.HrefMembers, "q", words).want("search "+words[:4], 200, "没找到", "!<script>alert")
	}
	h.as("sibling").post(desk.HrefMembers, "q", "阿依古丽").want("a sibling's search", 200, "没找到")
	if a := cadre.post(desk.HrefMembers, "q", " "); a.status != 303 {
		t.Errorf("nothing: got %d", a.status)
	}
	for range 51 {
		h.apply(form("重名"))
	}
	a := cadre.post(desk.HrefMembers, "q", "重名").want("a page of many", 200, "后面的")
	after := regexp.MustCompile(`name="after" value="([^"]+)"`).FindStringSubmatch(a.body)
	if after == nil || strings.Contains(a.header.Get("Location")+a.body, "q="+"%") {
		t.Fatal("no way to the next page, or the words stand in an address")
	}
	cadre.post(desk.HrefMembers, "q", "重名", "after", after[1]).want("the next page", 200, "找到 1 位", "回到第一页")
}

func TestFilters(t *testing.T) {
	h := newHouse(t)
	h.busy()
	cadre := h.as("cadre")
	cadre.get(desk.HrefMembers+"?occupation=driver").want("drivers who wait", 200, "孙志远", "!李大勇")
	cadre.get(desk.HrefMembers+"?tab=members&state=kept").want("kept", 200, "马国强", "!陈秀兰")
	cadre.get(desk.HrefMembers+"?tab=all&state=refused").want("refused", 200, "冯小刚毅", "!陈秀兰")
	cadre.get(desk.HrefMembers+"?tab=all&state=ended").want("nobody", 200, "这样筛没有人")
	cadre.get(desk.HrefMembers+"?tab=x&state=y&occupation=z&after=w&open=v").want("nonsense", 200, "赵建国")
}

// Doubts are told in words, with the other record beside.
func TestDoubtsSideBySide(t *testing.T) {
	h := newHouse(t)
	doubtful, _, _ := h.busy()
	cadre := h.as("cadre")
	list := cadre.get(desk.HrefMembers).want("the list", 200, "身份证号和赵建国（在籍）相同", "本地有同名的马国强（保留会籍）", "不满 16 岁", "超时")
	if strings.Index(list.body, "小年轻") > strings.Index(list.body, "孙志远") {
		t.Error("somebody late without a doubt stands before one in doubt")
	}
	cadre.get(desk.Href(doubtful)).want("the page", 200, "看另一份", "1101**********002X", "一样", "不能再通过一次", "!看过了，通过", "/refuse")
	page, err := h.List(as("cadre"), roll.Filter{Name: "小年轻"})
	h.must(err)
	cadre.get(desk.Href(page.Rows[0].ID)).want("somebody young", 200, "《劳动法》", "看过了，通过")
	cadre.get(desk.Href(doubtful)+"/approve").want("asked once more", 200, "先核对清楚")
	// a record that the reader may not see is not shown
	a := withDocument(form("赵建国"), "11010519491231002X")
	a.Area = sibling
	far := h.apply(a)
	there := h.as("sibling").get(desk.Href(far)).want("from another county", 200, "身份证号和别的工会的一位相同")
	if strings.Contains(there.body, string(doubtful)) {
		t.Error("the page leads to a record of another county")
	}
}

func TestFullNumbers(t *testing.T) {
	h := newHouse(t)
	who := h.apply(withDocument(form("赵六"), "11010519491231002X"))
	one, cadre := desk.Href(who), h.as("cadre")
	cadre.get(one).want("masked", 200, "139****0001", "!13900000001", "!11010519491231002X")
	cadre.post(one+"/full", "why", "看").want("a short reason", 422, "写 4 到 200 个字", "!13900000001")
	a := cadre.post(one+"/full", "why", "打电话核对身份").want("with a reason", 200, "13900000001", "11010519491231002X", "打电话核对身份")
	if got := a.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("got Cache-Control %q", got)
	}
	var rows int
	h.must(h.db.View(context.Background(), func(tx *db.Tx) error {
		return tx.One(context.Background(), `select count(*) from member_audit where action = 'member.open' and root_id = $1`, []any{string(who)}, &rows)
	}))
	if rows != 1 {
		t.Errorf("got %d rows of audit, want 1", rows)
	}
}

func TestExportIsSafe(t *testing.T) {
	h := newHouse(t)
	a := form("张三")
	a.Works = []work.Said{{Name: `=HYPERLINK("http://x","y")`}}
	h.apply(a)
	cadre := h.as("cadre")
	cadre.get(desk.HrefMembers+"/export?tab=all").want("asked for a reason", 200, "导出“全部”", "1 人")
	cadre.post(desk.HrefMembers+"/export", "why", "x").want("a short reason", 422)
	got := cadre.post(desk.HrefMembers+"/export", "tab", "all", "why", "核对名册").want("the table", 200, `"'=HYPERLINK(""http://x"",""y"")"`, "张三", "139****0001", "外卖骑手", "导出，用于：核对名册。", "!13900000001")
	if kind := got.header.Get("Content-Type"); kind != "text/csv; charset=utf-8" {
		t.Errorf("got %s", kind)
	}
	h.as("sibling").post(desk.HrefMembers+"/export", "tab", "all", "why", "核对名册").want("a sibling's table", 200, "!张三")
	h.as("leader").post(desk.HrefMembers+"/export", "tab", "members", "why", "核对名册").want("members only", 200, "!张三")
	h.as("admin").post(desk.HrefMembers+"/export", "why", "核对名册").want("an administrator", 404)
}

// A union's poster and its link open the form for joining with the way they came by and
// the county; where the area is wider, without one.
func TestPoster(t *testing.T) {
	h := newHouse(t)
	h.as("cadre").get(desk.HrefMembers).want("the list leads there", 200, `href="`+desk.HrefMembers+`/poster"`)
	for _, who := range []string{"cadre", "leader"} {
		h.as(who).get(desk.HrefMembers+"/poster").want(who, 200, "加入工会", "<svg", "龙山区", "/join?area="+county+"&amp;from=poster", "/join?area="+county+"&amp;from=link")
	}
	h.as("sibling").get(desk.HrefMembers+"/poster").want("another county's", 200, "/join?area="+sibling+"&amp;from=poster", "!"+county)
	h.as("cadre").get(desk.HrefMembers+"/poster?works=速达同城").want("one company's", 200, "给速达同城的工友", "from=poster&amp;works=%E9%80%9F", `value="速达同城"`)
	h.as("cadre").get(desk.HrefMembers+"/poster?area="+sibling+"&works="+strings.Repeat("长", 40)).want("neither an area nor a name of theirs", 200, "/join?area="+county+"&amp;from=poster", "!works=%")
	for _, who := range []string{"admin", "host", "partner"} {
		h.as(who).get(desk.HrefMembers+"/poster").want(who, 404, "!/join?")
	}
}

// What people write comes back as they wrote it, and never as markup.
func TestHostileText(t *testing.T) {
	h := newHouse(t)
	bad := `"><script>alert(1)</script>'; drop table member; -- {{.Name}} %s`
	a := form("张三")
	a.Works = []work.Said{{Name: bad[:60]}}
	who := h.apply(a)
	cadre, one := h.as("cadre"), desk.Href(who)
	for _, path := range []string{desk.HrefMembers, one, one + "/refuse", desk.HrefMembers + "?tab=all&occupation=" + "%22%3E%3Cscript%3E"} {
		cadre.get(path).want(path, 200, "!<script>alert")
	}
	cadre.get(one).want("the page", 200, "&lt;script&gt;alert(1)")
	cadre.post(one+"/refuse", "seen", "x", "reason", bad).want("a broken version", 409, "这一页旧了", "&lt;script&gt;", "!<script>alert")
	cadre.post(one+"/refuse", "seen", "1", "reason", strings.Repeat("长", 301)).want("too long", 422)
	cadre.post(one+"/refuse", "seen", "1", "reason", bad).want("refused", 303)
	cadre.get(one).want("the words come back", 200, "&lt;script&gt;", "!<script>alert")
	for _, path := range []string{desk.HrefMembers + "/x", desk.HrefMembers + "/" + id.New[string](), desk.HrefMembers + "/%00/full"} {
		cadre.get(path).want(path, 404)
	}
}

func TestTransferStandsInTheList(t *testing.T) {
	h := newHouse(t)
	who := h.join(form("孙八"))
	me := h.one(who).Person
	_, err := h.AskTransfer(authz.With(context.Background(), authz.Subject{ID: me, Kind: authz.Worker}), who, sibling)
	h.must(err)
	there := h.as("sibling")
	there.get(desk.HrefMembers).want("the new union's list", 200, "孙八", "从龙山区总工会转到西安区总工会")
	h.as("cadre").get(desk.Href(who)).want("the old union", 404)
	h.as("cadre").post(desk.HrefMembers+"/approve", "who", choice(who, 3)).want("the old union approves", 200, "1 份已经不在")
	there.post(desk.HrefMembers+"/approve", "who", choice(who, 3)).want("taken over", 200, "通过了 1 人", "22040226000001")
	f, err := h.Get(as("sibling"), who)
	h.must(err)
	var kinds []string
	for _, term := range f.Terms {
		kinds = append(kinds, string(term.Kind))
	}
	if !slices.Equal(kinds, []string{"join", "transfer"}) {
		t.Errorf("got %v", kinds)
	}
	there.get(desk.Href(who)).want("its history", 200, "接转到西安区总工会", "加入龙山区总工会")
}

// The peek is a piece for the list's script, and a page for whoever opens it.
func TestPeek(t *testing.T) {
	h := newHouse(t)
	who := h.apply(form("张三"))
	r, err := http.NewRequest("GET", h.server.URL+desk.Href(who)+"/peek", nil)
	h.must(err)
	r.Header.Set("HX-Request", "true")
	resp, err := h.as("cadre").client.Do(r)
	h.must(err)
	h.must(resp.Body.Close())
	if resp.StatusCode != 200 {
		t.Errorf("the piece: got %d", resp.StatusCode)
	}
	if a := h.as("cadre").get(desk.Href(who) + "/peek"); a.to != fmt.Sprintf("%s?open=%s", desk.HrefMembers, who) {
		t.Errorf("the page: got %d to %s", a.status, a.to)
	}
}

// Whoever opens a record that went into another one is led to that, and reads there by
// whom; every page of the old address is about the one that stays.
func TestAMergedRecordLeadsOn(t *testing.T) {
	h := newHouse(t)
	keep, gone := h.join(form("陈立冬")), h.join(form("陳立冬"))
	before := h.one(gone).Number
	_, err := merge.New(op.New(h.db, member.Policy), h.Service, nil).Merge(as("cadre"), merge.Order{Keep: keep, Gone: gone, KeepVersion: h.one(keep).Version, GoneVersion: h.one(gone).Version, Why: "打电话问过"})
	h.must(err)
	cadre := h.as("cadre")
	if a := cadre.get(desk.Href(gone)); a.to != desk.Href(keep) {
		t.Errorf("got %d to %q, want the kept record", a.status, a.to)
	}
	cadre.get(desk.Href(keep)).want("the kept record", 200, "合并过的记录", "龙山区总工会的柳婷合并", "/desk/member-twins/"+string(keep)+"/"+string(gone))
	cadre.get(desk.Href(gone)+"/end").want("an act", 200, `action="`+desk.Href(keep)+`/end"`)
	cadre.get(desk.Href(gone)+"/full").want("the numbers", 200, `action="`+desk.Href(keep)+`/full"`)
	cadre.post(desk.HrefMembers, "q", before).want("the other number", 200, desk.Href(keep))
	cadre.get(desk.HrefMembers+"?tab=all").want("the list", 200, desk.Href(keep), "!"+desk.Href(gone)+`"`)
	cadre.get(desk.HrefMembers+"?tab=all&state=merged").want("those who were merged", 200, desk.Href(gone))
}
