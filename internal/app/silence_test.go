package app

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
	"nuanxin/internal/request/record"
	"nuanxin/internal/rights"
)

const (
	document = "110101199003070118" // of the worker "own"
	mobile   = "19900000003"        // likewise
)

// prove types the identity number in the session of an actor.
func (w *world) prove(t *testing.T, actor, number string) {
	t.Helper()
	if a := w.ask(t, "/me/number", "nx="+w.tokens[actor], "whole", number); a.Code != http.StatusSeeOther {
		t.Fatalf("%s types %s: got %d: %s", actor, number, a.Code, a.Body)
	}
}

// stars are identity numbers as they are masked: phones have four stars.
var stars = regexp.MustCompile(`([0-9]*)\*{6,}([0-9X]*)`)

// What is drawn by chance may have any digits in it.
var (
	chance = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}`)
	tag    = regexp.MustCompile(`<[^>]*>`)
)

// bares are what a page shows of the worker's identity number and of birthdays.
func bares(page string) (all []string) {
	if strings.Contains(page, document) {
		all = append(all, document)
	}
	page = chance.ReplaceAllStringFunc(page, func(s string) string {
		if strings.ContainsAny(s, "abcdef-") {
			return " "
		}
		return s
	})
	if strings.Contains(page, "</") {
		page = tag.ReplaceAllString(page, " ")
	}
	for i := range len(document) - 5 {
		if part := document[i : i+6]; strings.Contains(page, part) {
			all = append(all, part)
		}
	}
	for _, m := range stars.FindAllStringSubmatch(page, -1) {
		if len(m[1]) > 1 || len(m[2]) > 1 {
			all = append(all, m[0])
		}
	}
	for _, born := range []string{"1990-03", "1990年3月", "3月7日", "Mar 7", "7 March", "2018-05", "2018年5月", "5月21日", "21 May"} {
		if strings.Contains(page, born) {
			all = append(all, born)
		}
	}
	return all
}

// A session that began by a code alone is shown of the identity number its ends and of
// birthdays the year, wherever it goes; who types the whole number has it in the copy.
func TestACodeAloneOpensNoNumber(t *testing.T) {
	proves.That(t, "sess-stepup", "masking-matrix")
	t.Run("sqlite", func(t *testing.T) { codeAlone(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { codeAlone(t, pgWorld(t)) })
}

func codeAlone(t *testing.T, w *world) {
	mine, membership := w.tell(t)
	child := w.childOf(t, "own")
	asks := must[[]rights.Ask](t)(w.app.Rights.Mine(w.as(t, "own")))
	things := []string{mine.Number, string(membership), child, "1"}
	for _, a := range asks {
		things = append(things, string(a.ID))
	}
	seen := 0
	for _, lang := range []string{"zh-CN", "en"} {
		for path := range w.paths(things) {
			if strings.HasSuffix(path, ".pdf") || path == "/metrics" {
				continue // of the one below; the other has nothing but measures
			}
			a := w.ask(t, path, "nx="+w.tokens["own"]+"; lang="+lang)
			if a.Code == http.StatusOK {
				seen++
			}
			if found := bares(a.Body.String()); len(found) > 0 {
				t.Errorf("%s shows %q", path, found)
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d pages were seen", seen)
	}
	if s := w.copied(t, "own"); !strings.Contains(s, `"document":"1****************8"`) || !strings.Contains(s, `"born":"1990"`) || !strings.Contains(s, `"born":"2018"`) || !strings.Contains(s, "看全身份证号和生日") {
		t.Errorf("the copy: got %s", s)
	}
	for _, a := range asks {
		if a.Proof == "" {
			continue
		}
		if got := w.ask(t, "/desk/rights/"+string(a.ID)+"/proof", "nx="+w.tokens["own"]); got.Code != http.StatusForbidden {
			t.Errorf("the photo that came with an ask: got %d", got.Code)
		}
	}
	w.wholeAfter(t)
}

// wholeAfter is what the number opens, and where not.
func (w *world) wholeAfter(t *testing.T) {
	t.Helper()
	if a := w.ask(t, "/me/number", "nx="+w.tokens["own"], "whole", document[12:]); a.Code != http.StatusUnprocessableEntity || len(bares(a.Body.String())) > 0 {
		t.Errorf("a part of it: got %d: %s", a.Code, a.Body)
	}
	first := w.tokens["own"]
	w.clock.Move(2 * time.Minute)
	w.tokens["own"] = w.worker(t, mobile).Token
	w.prove(t, "own", document)
	s := w.copied(t, "own")
	if !strings.Contains(s, `"document":"`+document+`"`) || !strings.Contains(s, `"born":"1990-03-07"`) || !strings.Contains(s, `"born":"2018-05-21"`) || strings.Contains(s, `"masked"`) {
		t.Errorf("after the proof: got %s", s)
	}
	if !json.Valid([]byte(s)) {
		t.Error("it is no JSON")
	}
	second := w.tokens["own"]
	if w.tokens["own"] = first; len(bares(w.copied(t, "own"))) > 0 {
		t.Error("another session shows it, too")
	}
	w.tokens["own"] = second
	w.clock.Move(15 * time.Minute)
	if len(bares(w.copied(t, "own"))) > 0 {
		t.Error("it is shown for ever")
	}
}

// paths are the addresses of all pages, with each of things where they name one.
func (w *world) paths(things []string) map[string]bool {
	all, hole := map[string]bool{}, regexp.MustCompile(`\{[^}]+\}`)
	for _, r := range w.app.routes {
		if r.Method != http.MethodGet || strings.HasPrefix(r.Pattern, "/a/") {
			continue
		}
		pattern := strings.TrimSuffix(r.Pattern, "{$}")
		for _, thing := range things {
			all[hole.ReplaceAllString(pattern, thing)] = true
		}
	}
	return all
}

// The document to print is masked like the other.
func TestThePrintedCopyIsMasked(t *testing.T) {
	w, _, _ := told(t)
	w.childOf(t, "own")
	if s := w.printedText(t, "nx="+w.tokens["own"]); len(bares(s)) > 0 || !strings.Contains(s, "1****************8") || !strings.Contains(s, "看全身份证号和生日") {
		t.Errorf("%q in %s", bares(s), s)
	}
}

// A number that a worker wrote, and at which no union looked, shows nothing: whoever has
// their phone may have written it.
func TestOwnWordProvesNothing(t *testing.T) {
	w := newWorld(t)
	show := func(actor, number string) int {
		return w.ask(t, "/me/number", "nx="+w.tokens[actor], "whole", number).Code
	}
	if got := show("worker2", "11010519491231002X"); got != http.StatusUnprocessableEntity {
		t.Errorf("who applied: got %d", got)
	}
	must[bool](t)(true, w.app.Members.Approve(w.as(t, "cadre"), w.member, 1))
	if got := show("worker2", "11010519491231002X"); got != http.StatusSeeOther {
		t.Errorf("who joined: got %d", got)
	}
	w.clock.Move(24 * time.Hour)
	must[bool](t)(true, w.app.db.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `insert into member_realname (member_id, print, ask_id, state, source, since, tries, checked_at, fixes, wanted, wanted_by, wanted_at, seen_by, seen_at, note)
			values ($1, '', $1, 'mismatch', '', 1, 0, 1, 0, '', '', null, '', null, '')
			on conflict (member_id) do update set state = excluded.state`, string(w.member))
		return err
	}))
	must[bool](t)(true, w.app.Checks.Fix(w.as(t, "worker2"), "王示例", document))
	if got := show("worker2", document); got != http.StatusUnprocessableEntity {
		t.Errorf("who wrote it anew: got %d", got)
	}
	m := must[member.Own](t)(w.app.Members.Mine(w.as(t, "worker2")))
	must[bool](t)(true, w.app.Checks.Confirm(w.why(t), w.member, m.Version, "看过原件"))
	if got := show("worker2", document); got != http.StatusSeeOther {
		t.Errorf("once a cadre looked: got %d", got)
	}
}

// Whoever gets the number of somebody else is let in to nothing of theirs, and may begin
// anew; what hangs on the number stays with whom it was.
func TestARecycledNumber(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { recycled(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { recycled(t, pgWorld(t)) })
}

func recycled(t *testing.T, w *world) {
	_, membership := w.tell(t)
	file := must[member.Full](t)(w.app.Members.Open(w.why(t), membership))
	if file.Phone != mobile {
		t.Fatalf("got %+v", file)
	}
	w.clock.Move(200 * 24 * time.Hour)
	w.clock.Move(2 * time.Minute)
	must[bool](t)(true, w.app.Accounts.SendCode(t.Context(), account.ForSignIn, mobile))
	a := w.ask(t, "/sign-in", "", "phone", mobile, "code", w.app.CodeTo(mobile), "own", "1", "next", "/join")
	if a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/sign-in/again?next=%2Fjoin" || strings.Contains(strings.Join(a.Header().Values("Set-Cookie"), " "), "nx=") {
		t.Fatalf("the sign-in on the way from a poster: got %d, %v", a.Code, a.Header())
	}
	held := cookieOf(t, a.Header(), "nxs")
	for _, path := range []string{"/sign-in/again", "/sign-in/again/new"} {
		page := w.ask(t, path, "nxs="+held)
		for _, tells := range append(bares(page.Body.String()), "陈", "示例区", "199****", "会员号") {
			if page.Code != http.StatusOK || strings.Contains(page.Body.String(), tells) {
				t.Errorf("%s: got %d, and it tells %q", path, page.Code, tells)
			}
		}
	}
	wrong := w.ask(t, "/sign-in/again", "nxs="+held, "answer", "陈立冬", "next", "/me")
	if wrong.Code != http.StatusUnprocessableEntity || strings.Contains(wrong.Body.String(), "陈立冬") {
		t.Errorf("got %d: %s", wrong.Code, wrong.Body)
	}
	begun := w.ask(t, "/sign-in/again/new", "nxs="+held, "next", "/join")
	if begun.Code != http.StatusSeeOther || begun.Header().Get("Location") != "/join" {
		t.Fatalf("got %d, %v", begun.Code, begun.Header())
	}
	w.tokens["next"] = cookieOf(t, begun.Header(), "nx")
	w.anew(t, membership)
}

// anew is what a new holder sees, and what the old account keeps.
func (w *world) anew(t *testing.T, membership member.ID) {
	t.Helper()
	if s := w.copied(t, "next"); strings.Contains(s, "陈立冬") || strings.Contains(s, "冬天没地方充电") || strings.Contains(s, "电动车在楼下被锁了") {
		t.Errorf("the new holder has %s", s)
	}
	if _, err := w.app.Members.Mine(w.as(t, "next")); !fault.Is(err, fault.Missing) {
		t.Errorf("the new holder's membership: got %v", err)
	}
	must[member.Receipt](t)(w.app.Members.Apply(w.as(t, "next"), member.Application{Name: "孙新号", Occupation: member.Courier, Area: "220402", Consents: []member.Consent{{Purpose: "membership", Version: 1}}}))
	f := must[member.Full](t)(w.app.Members.Open(w.why(t), membership))
	if f.Phone != "" || f.Document != document {
		t.Errorf("the desk sees %+v", f)
	}
	store := &record.Store{Ring: w.app.ring}
	var n int
	must[bool](t)(true, w.app.db.View(t.Context(), func(tx *db.Tx) error {
		return tx.One(t.Context(), `select count(*) from request where phone_index = $1`, []any{store.Phone(mobile)}, &n)
	}))
	if n != 0 {
		t.Errorf("%d matters of the old account are found by the number", n)
	}
	w.back(t, membership)
}

// back gives the old account the number that waited at the desk: all is there.
func (w *world) back(t *testing.T, membership member.ID) {
	t.Helper()
	const moved = "19900000013"
	must[bool](t)(true, w.app.Phones.Settle(authz.AsSystem(t.Context(), "test")))
	if f := must[member.Full](t)(w.app.Members.Open(w.why(t), membership)); f.Phone != moved {
		t.Errorf("the desk sees %+v", f)
	}
	w.clock.Move(2 * time.Minute)
	in := w.worker(t, moved)
	if in.Held {
		t.Fatal("whom the desk knows is asked")
	}
	w.tokens["own"] = in.Token
	if m := must[member.Own](t)(w.app.Members.Mine(w.as(t, "own"))); m.ID != membership || m.Phone != "199****0013" {
		t.Errorf("the membership: got %+v", m.Member)
	}
	if s := w.copied(t, "own"); !strings.Contains(s, "电动车在楼下被锁了") {
		t.Errorf("the copy: got %s", s)
	}
}

// why is a cadre who signed in just now, and says what for.
func (w *world) why(t *testing.T) context.Context {
	t.Helper()
	w.tokens["cadre"] = must[account.Signed](t)(w.app.Accounts.SignInStaff(t.Context(), "cadre", testPassword)).Token
	return op.With(w.as(t, "cadre"), op.Call{Purpose: "核对号码"})
}

// cookieOf is a cookie that an answer sets.
func cookieOf(t *testing.T, h http.Header, name string) string {
	t.Helper()
	for _, c := range (&http.Response{Header: h}).Cookies() {
		if c.Name == name && c.Value != "" {
			return c.Value
		}
	}
	t.Fatalf("no cookie %s in %v", name, h)
	return ""
}

// What the tests above look for is found where it stands.
func TestBaresAreFound(t *testing.T) {
	for _, page := range []string{document, `"` + document + `"`, "尾号 070118。", "1101**********0118", "1****************18", "1990-03-07", "<p>2018-05-21</p>", "<input value=" + document + "></input>"} {
		if len(bares(page)) == 0 {
			t.Errorf("nothing is found in %s", page)
		}
	}
	for _, page := range []string{"1****************8", "1990", "199****0003", "0a110101-99a0-7030-b702-70118070118a"} {
		if found := bares(page); len(found) > 0 {
			t.Errorf("%q is found in %s", found, page)
		}
	}
}
