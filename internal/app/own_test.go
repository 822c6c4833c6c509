package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
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
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/geo"
	"nuanxin/internal/hold"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	"nuanxin/internal/rights"
)

// columnIn finds the sealed columns in a migration.
var (
	tableIn  = regexp.MustCompile(`(?i)^\s*(?:create table|alter table)\s+(\w+)`)
	sealedIn = regexp.MustCompile(`(?i)(\w+)\s+bytea\b`)
)

// sealedColumns are all columns of the schema that may hold what is sealed.
func sealedColumns(t *testing.T) (all []string) {
	t.Helper()
	for _, schema := range Schemas {
		err := fs.WalkDir(schema, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(schema, path)
			table := ""
			for line := range strings.Lines(string(text)) {
				line, _, _ = strings.Cut(line, "--")
				if m := tableIn.FindStringSubmatch(line); m != nil {
					table = m[1]
				}
				for _, m := range sealedIn.FindAllStringSubmatch(line, -1) {
					all = append(all, table+"."+m[1])
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// Hashes and signatures of the audit trail seal others' words and hold none.
	return slices.DeleteFunc(all, func(c string) bool {
		return strings.Contains(c, "_audit.") || strings.Contains(c, "_audit_head.") || strings.HasPrefix(c, "audit_anchor.")
	})
}

// Every sealed column is in the copy that workers take along, or is named with the
// reason why it is not.
func TestPersonalColumns(t *testing.T) {
	proves.That(t, "data-classification")
	personal, sealed := tables.Personal(), sealedColumns(t)
	if len(sealed) < 15 {
		t.Fatalf("the schema is not read: %v", sealed)
	}
	for _, column := range sealed {
		if personal[column] == "" {
			t.Errorf("%s is sealed and in no copy: give it a path in tables.Personal, or the reason why it has none", column)
		}
	}
}

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
	place := request.Place{Text: "示例路口", Area: "220402", Point: &geo.Point{Lat: 42.9, Lng: 125.14}}
	photo := request.File{Kind: request.Photo, Blob: strings.Repeat("ab", 16), Size: 9, Digest: "d"}
	must[request.Receipt](t)(w.app.Requests.Capture(ctx, request.Draft{Words: "电动车在楼下被锁了", Place: place, Phone: mobile, Files: []request.File{photo}}))
	mine = must[request.Receipt](t)(w.app.Requests.Capture(cadre, request.Draft{Words: "冬天没地方充电", Place: place, Name: "陈师傅", Channel: request.ChannelPhone, Source: "热线"}))
	w.clock.Move(2 * time.Minute)
	must[bool](t)(true, w.app.Accounts.SendCode(t.Context(), office.PhonePurpose(mine.Number), mobile))
	code := regexp.MustCompile(`\d{6}`).FindString(w.app.lastMessage(mobile))
	must[request.Receipt](t)(w.app.Requests.LeavePhone(t.Context(), request.Ref{ID: mine.ID, Secret: w.app.Requests.Secret(mine.ID)}, mobile, code))
	heard := "他说楼下不让充"
	must[request.Receipt](t)(w.app.Requests.Classify(cadre, request.Ref{ID: mine.ID}, request.Class{Heard: &heard}))
	membership = must[member.Receipt](t)(w.app.Members.Apply(ctx, member.Application{Name: "陈立冬", Document: "110101199003070118", Occupation: member.Rider, Works: "示例外卖", Area: "220402",
		Consents: []member.Consent{{Purpose: "membership", Version: 1}, {Purpose: "document", Version: 1}}})).ID
	must[bool](t)(true, w.app.Members.Approve(cadre, membership, 1))
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

// rephone opens a change of phone at the desk.
func (w *world) rephone(t *testing.T, cadre context.Context, member, to string) {
	t.Helper()
	w.clock.Move(2 * time.Minute)
	must[bool](t)(true, w.app.Phones.SendTo(cadre, member, to))
	must[time.Time](t)(w.app.Phones.Open(cadre, member, phone.Opening{Phone: to, Code: w.app.CodeTo(to), Checked: []phone.Check{"identity_card"}, Note: "手机丢了，本人来的"}))
}

// What a worker takes along has every personal column, and nobody else's.
func TestCopy(t *testing.T) {
	w, mine, _ := told(t)
	w.noticed(t, mine.Number)
	w.hold(t, hold.Matter, mine.Number, "2027-03-01")
	w.childOf(t, "own")
	a := w.ask(t, "/me/data.json", "nx="+w.tokens["own"])
	if h := a.Header(); a.Code != http.StatusOK || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || h.Get("Cache-Control") != "no-store" {
		t.Fatalf("got %d, %v", a.Code, h)
	}
	var copied any
	if err := json.Unmarshal(a.Body.Bytes(), &copied); err != nil {
		t.Fatal(err)
	}
	for column, path := range tables.Personal() {
		if !strings.HasPrefix(path, "not: ") && !at(copied, path) {
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
