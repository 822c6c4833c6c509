package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/app/tables"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/geo"
	"nuanxin/internal/hold"
	"nuanxin/internal/member"
	"nuanxin/internal/member/half"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	"nuanxin/internal/rights"
)

// at reports whether something that is not empty stands at a path of v.
func at(v any, path string) bool {
	step, rest, _ := strings.Cut(path, ".")
	name, list := strings.CutSuffix(step, "[]")
	if path == "" {
		return v != nil && v != "" && v != 0.0
	}
	m, _ := v.(map[string]any)
	if !list {
		return at(m[name], rest)
	}
	all, _ := m[name].([]any)
	return slices.ContainsFunc(all, func(one any) bool { return at(one, rest) })
}

// told is a world in which one worker has said all that can be said.
func told(t *testing.T) (w *world, mine request.Receipt, membership member.ID) {
	t.Helper()
	w = newWorld(t)
	mine, membership = w.tell(t)
	return w, mine, membership
}

// tell lets a worker say all that can be said.
func (w *world) tell(t *testing.T) (mine request.Receipt, membership member.ID) {
	t.Helper()
	const mobile = "19900000003"
	if err := w.app.Accounts.SendCode(t.Context(), account.ForSignIn, mobile); err != nil {
		t.Fatal(err)
	}
	android := pace.With(t.Context(), pace.Origin{Agent: "Mozilla/5.0 (Linux; Android 14)"})
	w.tokens["own"] = must[account.Signed](t)(w.app.Accounts.SignIn(android, mobile, regexp.MustCompile(`\d{6}`).FindString(w.app.lastMessage(mobile)), true)).Token
	ctx, cadre := w.as(t, "own"), w.as(t, "cadre")
	if err := w.app.Accounts.SetName(ctx, "陈立冬"); err != nil {
		t.Fatal(err)
	}
	place := request.Place{Text: "示例路口", Area: "220402", Point: &geo.Point{Lat: 42.9137, Lng: 125.14}}
	photo := request.File{Kind: request.Photo, Blob: strings.Repeat("ab", 16), Size: 9, Digest: "d"}
	must[request.Receipt](t)(w.app.Requests.Capture(ctx, request.Draft{Words: "电动车在楼下被锁了", Place: place, Phone: mobile, AskFirst: true, Files: []request.File{photo}}))
	mine = must[request.Receipt](t)(w.app.Requests.Capture(cadre, request.Draft{Words: "冬天没地方充电", Place: place, Name: "陈师傅", Channel: request.ChannelPhone, Source: "热线"}))
	w.clock.Move(2 * time.Minute)
	must[bool](t)(true, w.app.Accounts.SendCode(t.Context(), office.PhonePurpose(mine.Number), mobile))
	code := regexp.MustCompile(`\d{6}`).FindString(w.app.lastMessage(mobile))
	must[request.Receipt](t)(w.app.Requests.LeavePhone(t.Context(), request.Ref{ID: mine.ID, Secret: w.app.Requests.Secret(mine.ID)}, mobile, code))
	heard := "他说楼下不让充"
	must[request.Receipt](t)(w.app.Requests.Classify(cadre, request.Ref{ID: mine.ID}, request.Class{Heard: &heard}))
	membership = must[member.Receipt](t)(w.app.Members.Apply(ctx, member.Application{Name: "陈立冬", Document: "110101199003070118", Occupation: member.Rider, Works: []work.Said{{Name: "示例外卖", Station: "示例城南站"}, {Post: string(w.station.ID)}}, Area: "220402",
		Consents: []member.Consent{{Purpose: "membership", Version: 1}, {Purpose: "document", Version: 1}}})).ID
	must[bool](t)(true, w.app.Members.Approve(cadre, membership, 1))
	must[bool](t)(true, w.app.Halves.Save(ctx, half.Form{Name: "陈立冬", Occupation: "rider", Works: "示例外卖", Post: string(w.station.ID), Area: "220402"}))
	must[bool](t)(true, w.app.Members.Tie(cadre, membership, member.OfStreet, string(w.body), "2026-11-01"))
	w.rephone(t, cadre, string(membership), "19900000013")
	ask := must[rights.Receipt](t)(w.app.Rights.Send(ctx, rights.Draft{Kind: rights.Correct, Words: "职业改成货车司机"}))
	beside := must[[]org.Org](t)(w.app.Orgs.List(ctx, org.Filter{Area: "220403", Kinds: []org.Kind{org.Local}}))
	must[bool](t)(true, w.app.Rights.HandOn(cadre, ask.ID, 1, string(beside[0].ID)))
	must[bool](t)(true, w.app.Rights.Answer(w.as(t, "sibling"), ask.ID, 2, "改好了"))
	fix := must[rights.Receipt](t)(w.app.Rights.Send(ctx, rights.Draft{Kind: rights.Correct, Field: "member.works", Wanted: "示例快递", Proof: strings.Repeat("ef", 16)}))
	must[bool](t)(true, w.app.Rights.Accept(cadre, fix.ID, 1, "改过来了"))
	return mine, membership
}

// Who was a member once and lost their phone is helped at the desk as members are: the
// union knows who they are.
func TestWhoLeftIsHelpedAtTheDesk(t *testing.T) {
	w := newWorld(t)
	_, membership := w.tell(t)
	cadre := w.as(t, "cadre")
	must[bool](t)(true, w.app.Members.Quit(w.as(t, "own"), membership))
	file := must[phone.File](t)(w.app.Phones.File(cadre, string(membership)))
	must[bool](t)(true, w.app.Phones.Revoke(cadre, string(membership), phone.Waits(file.Changes).ID))
	if page := w.ask(t, "/desk/members/"+string(membership), "nx="+w.tokens["cadre"]).Body.String(); !strings.Contains(page, string(membership)+"/phone") {
		t.Error("the page of a member who left does not lead there")
	}
	w.rephone(t, cadre, string(membership), "19900000023")
	if file := must[phone.File](t)(w.app.Phones.File(cadre, string(membership))); phone.Waits(file.Changes) == nil {
		t.Error("no change waits")
	}
}

// rephone opens a change of phone at the desk.
func (w *world) rephone(t *testing.T, cadre context.Context, member, to string) {
	t.Helper()
	w.clock.Move(2 * time.Minute)
	must[bool](t)(true, w.app.Phones.SendTo(cadre, member, to))
	must[time.Time](t)(w.app.Phones.Open(cadre, member, phone.Opening{Phone: to, Code: w.app.CodeTo(to), Checked: []phone.Check{"identity_card"}, Note: "手机丢了，本人来的"}))
}

// unsaid are the columns that are empty in a world where nothing was ended, refused or
// handed on; that the copy has a field for each is held by package own.
var unsaid = map[string]bool{
	"consent_guardian.ended_at": true, "person_phone_change.ended_at": true, "member_term.until_at": true, "member_tie.until_day": true, // nothing has ended
	"member.to_name": true, "member.reason": true, "member_term.reason": true, // nobody moves or is refused
	"request.station_id": true, "request.what": true, "request_event.until": true, "request_attachment.seconds": true, // no station, no promise, no voice
	"request_share.by_name": true, // said by the worker
}

// sent hands a matter of the worker to a body, lets a cadre look at whose it is, and links
// the worker's WeChat.
func (w *world) sent(t *testing.T, mine request.Receipt) {
	t.Helper()
	cadre, ref, topic, title := w.as(t, "cadre"), request.Ref{ID: mine.ID}, "gate", "楼下不让充电"
	must[request.Receipt](t)(w.app.Requests.Classify(cadre, ref, request.Class{Topic: &topic, Title: &title}))
	must[request.Receipt](t)(w.app.Requests.Dispatch(cadre, ref, request.Task{Body: string(w.body), Lead: true, Words: "请看看充电口", Deadline: w.clock.Now().Add(48 * time.Hour)}))
	must[bool](t)(true, w.app.Shares.Decide(w.as(t, "own"), ref, string(w.body), request.ShareWords))
	must[request.Identity](t)(w.app.Requests.Reveal(op.With(cadre, op.Call{Purpose: "约去现场"}), ref))
	must[rights.Receipt](t)(w.app.Rights.Write(cadre, rights.Note{Draft: rights.Draft{Kind: rights.Explain, Words: "资料给过谁"}, Channel: rights.ByPhone, Name: "陈立冬", Phone: "19900000003"}))
	must[bool](t)(true, w.app.db.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `insert into person_wechat (person_id, openid, made_at, used_at) values ($1, 'index', 1, null)`, authz.From(w.as(t, "own")).ID)
		return err
	}))
}

// checked writes what came of a check of name and number, and of an area without a union.
func (w *world) checked(t *testing.T, which member.ID) {
	t.Helper()
	must[bool](t)(true, w.app.db.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `insert into member_realname (member_id, print, ask_id, state, source, since, tries, checked_at, fixes, wanted, wanted_by, wanted_at, seen_by, seen_at, note)
			values ($1, '', $1, 'seen', '某省身份核验', 1, 0, 1, 0, '看一下名字', '柳婷', 1, '柳婷', 1, '看过原件')
			on conflict (member_id) do update set state = excluded.state, source = excluded.source, checked_at = 1, wanted = excluded.wanted, seen_by = excluded.seen_by, seen_at = 1, note = excluded.note`, string(which))
		if err == nil {
			_, err = tx.Exec(t.Context(), `insert into member_gap (member_id, asked, since, state, by_name) values ($1, '220404', 1, 'open', '')`, string(which))
		}
		return err
	}))
}

// What a worker takes along has every personal column, and nobody else's.
func TestCopy(t *testing.T) {
	w, mine, membership := told(t)
	w.noticed(t, mine.Number)
	w.hold(t, hold.Matter, mine.Number, "2027-03-01")
	w.childOf(t, "own")
	w.sent(t, mine)
	w.checked(t, membership)
	w.prove(t, "own", document)
	a := w.ask(t, "/me/data.json", "nx="+w.tokens["own"])
	if h := a.Header(); a.Code != http.StatusOK || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || h.Get("Cache-Control") != "no-store" {
		t.Fatalf("got %d, %v", a.Code, h)
	}
	var copied any
	if err := json.Unmarshal(a.Body.Bytes(), &copied); err != nil {
		t.Fatal(err)
	}
	for column, path := range tables.Personal() {
		if !strings.HasPrefix(path, "not: ") && !at(copied, path) && !unsaid[column] {
			t.Errorf("%s: nothing at %s in %s", column, path, a.Body)
		}
	}
	for _, has := range []string{"19900000003", "110101199003070118", "陈师傅", "他说楼下不让充", mine.Number} {
		if !strings.Contains(a.Body.String(), has) {
			t.Errorf("%s is not in the copy", has)
		}
	}
	for _, foreign := range []string{w.other.Number, "王示例", "充电桩坏了", string(w.spare), must[authz.Subject](t)(w.app.Accounts.Resolve(t.Context(), w.tokens["cadre"])).ID} {
		if strings.Contains(a.Body.String(), foreign) {
			t.Errorf("%s is in somebody else's copy", foreign)
		}
	}
	for _, actor := range []string{"nobody", "cadre", "link"} {
		if a := w.ask(t, "/me/data.json", "nx="+w.tokens[actor]); a.Code != http.StatusSeeOther {
			t.Errorf("%s got %d", actor, a.Code)
		}
	}
}

// Who opened what is sealed is told at once: by name and office, with the reason,
// to nobody but the one it is about. Who was refused saw nothing.
func TestWhoLooked(t *testing.T) {
	w, mine, membership := told(t)
	page := func(actor, path string) string {
		t.Helper()
		a := w.ask(t, path, "nx="+w.tokens[actor])
		if a.Code != http.StatusOK {
			t.Fatalf("%s as %s: %d", path, actor, a.Code)
		}
		return a.Body.String()
	}
	if s := page("own", "/me/data"); !strings.Contains(s, "没有人打开看过") || !strings.Contains(s, mine.Number) || !strings.Contains(s, "199****0003") {
		t.Errorf("before anybody looked: %s", s)
	}
	look := func(actor, why string) error {
		_, err := w.app.Requests.Reveal(op.With(w.as(t, actor), op.Call{Purpose: why}), request.Ref{ID: mine.ID})
		return err
	}
	if err := look("sibling", "只是好奇"); err == nil {
		t.Error("a sibling county opened a name")
	}
	must[member.Full](t)(w.app.Members.Open(op.With(w.as(t, "cadre"), op.Call{Purpose: "核对证件"}), membership))
	for i := range 24 {
		w.clock.Move(time.Second)
		if err := look("cadre", fmt.Sprintf("约去现场%02d次", i)); err != nil {
			t.Fatal(err)
		}
	}
	s := page("own", "/me/data")
	for _, has := range []string{"cadre（示例区总工会）", "约去现场23次", "看全部"} {
		if !strings.Contains(s, has) {
			t.Errorf("the page does not say %s", has)
		}
	}
	first := page("own", "/me/data/seen")
	next := regexp.MustCompile(`href="(/me/data/seen\?after=[^"]+)"`).FindStringSubmatch(first)
	if next == nil {
		t.Fatalf("there is no second page: %s", first)
	}
	second := page("own", next[1])
	for i := range 24 {
		on := map[bool]string{true: first, false: second}[i >= 4]
		if why := fmt.Sprintf("约去现场%02d次", i); strings.Count(first+second, why) != 1 || !strings.Contains(on, why) {
			t.Errorf("%s is not where it belongs, once", why)
		}
	}
	if strings.Index(first, "23次") > strings.Index(first, "22次") || !strings.Contains(second, "核对证件") {
		t.Error("not the newest first, or the membership is missing")
	}
	id := must[authz.Subject](t)(w.app.Accounts.Resolve(t.Context(), w.tokens["cadre"])).ID
	if all := s + first + second; strings.Contains(all, id) || strings.Contains(all, "只是好奇") {
		t.Error("a staff id, or a look that was refused, is told")
	}
	if s := page("worker", "/me/data"); strings.Contains(s, "约去现场") || strings.Contains(s, mine.Number) {
		t.Error("somebody else's page tells of it")
	}
	if s := page("worker", next[1][:strings.Index(next[1], "?")]); !strings.Contains(s, "没有人看过") {
		t.Error("somebody else's list is not empty")
	}
}
