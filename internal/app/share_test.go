package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/org"
	"nuanxin/internal/request"
	"nuanxin/internal/request/share"
)

const ownWords = "灯坏了，夜里摔过两个人"

// handed is a matter with a photo that the union shows to the body that handles it, of which
// nobody has said whether the body may see it.
func (w *world) handed(t *testing.T, actor string, d request.Draft) (r request.Receipt, file request.AttachmentID) {
	t.Helper()
	w.clock.Move(time.Minute)
	photo := id.New[string]()
	if err := (fileStore{Blobs: w.app.blobs}).Put(t.Context(), photo, []byte("x")); err != nil {
		t.Fatal(err)
	}
	d.Files = []request.File{{Kind: request.Photo, Blob: photo, Size: 9, Digest: "e"}}
	d.Place = request.Place{Text: "南门", Area: "220402"}
	ctx := t.Context()
	if actor != "" {
		ctx = w.as(t, actor)
	}
	r = must[request.Receipt](t)(w.app.Requests.Capture(ctx, d))
	w.hand(t, r, w.body)
	file = must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), request.Ref{ID: r.ID})).Files[0].ID
	must[request.Receipt](t)(w.app.Requests.Release(w.as(t, "cadre"), request.Ref{ID: r.ID}, file, true))
	return r, file
}

func (w *world) hand(t *testing.T, r request.Receipt, body org.ID) {
	t.Helper()
	must[request.Receipt](t)(w.app.Requests.Dispatch(w.as(t, "cadre"), request.Ref{ID: r.ID}, request.Task{Body: string(body), Lead: true, Words: "请修灯", Deadline: w.clock.Now().Add(48 * time.Hour)}))
}

// seen reports whether a body gets the file, and whether it reads the worker's own words.
func (w *world) seen(t *testing.T, who string, r request.Receipt, file request.AttachmentID) (photo, words bool) {
	t.Helper()
	_, err := w.app.Requests.Attachment(w.as(t, who), request.Ref{ID: r.ID}, file)
	if err != nil && !fault.Is(err, fault.Missing) {
		t.Fatal(err)
	}
	page := w.ask(t, "/matters/"+string(r.ID), "nx="+w.tokens[who]).Body.String()
	return err == nil, strings.Contains(page, ownWords)
}

// What a worker sends goes to a body by a consent for this matter and this body, kind by
// kind, which names who, how reached, what for and how; another body is asked about anew, and
// taking it back counts with the next read.
func TestFilesGoToBodiesByConsent(t *testing.T) {
	proves.That(t, "data-classification")
	t.Run("sqlite", func(t *testing.T) { shares(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { shares(t, pgWorld(t)) })
}

func shares(t *testing.T, w *world) {
	other := must[[]org.Org](t)(w.app.Orgs.List(w.as(t, "cadre"), org.Filter{Words: "示例物业科"}))[0]
	r, file := w.handed(t, "worker", request.Draft{Words: ownWords})
	want := func(about, who string, photo, words bool) {
		t.Helper()
		if p, s := w.seen(t, who, r, file); p != photo || s != words {
			t.Errorf("%s: %s has the photo %v and the words %v, want %v and %v", about, who, p, s, photo, words)
		}
	}
	want("without a word of the worker", "partner", false, false)
	page := func() string { return w.ask(t, "/help/"+r.Number, "nx="+w.tokens["worker"]).Body.String() }
	for _, part := range []string{"示例街道办", "043731000101", "请修灯", "自己那一页上看", `value="photo"`, `value="words"`, "第23条", "还没说同意"} {
		if s := page(); !strings.Contains(s, part) {
			t.Errorf("the page that asks has no %q", part)
		}
	}
	if s := page(); strings.Contains(s, `value="voice"`) || strings.Contains(s, `value="photo" checked`) || strings.Contains(s, "示例物业科") {
		t.Error("the page asks for what there is not, or answers for the worker")
	}
	say := func(actor string, body org.ID, pairs ...string) int {
		return w.ask(t, "/help/"+r.Number+"/share", "nx="+w.tokens[actor], append([]string{"body", string(body)}, pairs...)...).Code
	}
	say("worker2", w.body, "do", "give", "kind", "photo")
	want("another worker agrees", "partner", false, false)
	say("worker", other.ID, "do", "give", "kind", "photo")
	say("worker", w.body, "do", "give")
	want("to nothing, and to a body that does not have it", "partner", false, false)
	if code := say("worker", w.body, "do", "give", "kind", "photo"); code != http.StatusSeeOther {
		t.Errorf("a yes: got %d", code)
	}
	want("a yes to the photo alone", "partner", true, false)
	w.hand(t, r, other.ID)
	want("another body has it, too", "partner2", false, false)
	want("and nothing changed for the first", "partner", true, false)
	must[bool](t)(true, w.app.Shares.Decide(w.as(t, "worker"), request.Ref{ID: r.ID}, string(other.ID), request.ShareWords, request.ShareVoice))
	want("the words alone", "partner2", false, true)
	say("worker", w.body, "do", "no")
	want("taken back", "partner", false, false)
	want("from that body alone", "partner2", false, true)
	w.ask(t, "/desk/requests/"+string(r.ID)+"/share", "nx="+w.tokens["cadre"], "body", string(w.body), "do", "give", "kind", "photo")
	want("a cadre overrules what the worker said on the page", "partner", false, false)
	if s := w.copied(t, "worker"); !strings.Contains(s, `"way":"page"`) || !strings.Contains(s, `"given":false`) || !strings.Contains(s, `"kinds":["photo"]`) || !strings.Contains(s, `"contact":"043731000101"`) {
		t.Errorf("the copy does not say what was decided: %s", s)
	}
	must[request.Receipt](t)(w.app.Requests.Withdraw(w.as(t, "worker"), request.Ref{ID: r.ID}))
	want("the matter is closed", "partner2", false, false)
	sharesOfCallers(t, w)
	if report := must[CheckReport](t)(w.app.Check(t.Context())); !report.OK {
		t.Errorf("check finds %v", report)
	}
}

// sharesOfCallers holds what a cadre writes down, and what a tick and a code are worth.
func sharesOfCallers(t *testing.T, w *world) {
	told := func(actor string, r request.Receipt) int {
		return w.ask(t, "/desk/requests/"+string(r.ID)+"/share", "nx="+w.tokens[actor], "body", string(w.body), "do", "give", "kind", "photo").Code
	}
	sees := func(r request.Receipt, file request.AttachmentID) bool {
		photo, _ := w.seen(t, "partner", r, file)
		return photo
	}
	ticked, file := w.handed(t, "worker", request.Draft{Words: "灯又坏了", AskFirst: true})
	if sees(ticked, file) {
		t.Error("a tick that names no body is taken for a consent")
	}
	if a := must[share.Asked](t)(w.app.Shares.Ask(w.as(t, "cadre"), request.Ref{ID: ticked.ID})); !a.Wish || len(a.Receivers) != 1 {
		t.Errorf("the wish to be asked: got %+v", a)
	}
	called, file := w.handed(t, "cadre", request.Draft{Words: "打电话说的", Channel: request.ChannelPhone, Name: "周示例", Phone: "19900000066"})
	for _, actor := range []string{"", "sibling", "partner", "worker"} {
		if actor != "" {
			told(actor, called)
		}
		if sees(called, file) {
			t.Errorf("%q says it for the caller", actor)
		}
	}
	if code := told("cadre", called); code != http.StatusSeeOther || !sees(called, file) {
		t.Errorf("a cadre wrote down that the caller agrees: got %d, and the body sees nothing", code)
	}
	nameless, file := w.handed(t, "", request.Draft{Words: "没登录"})
	ref := request.Ref{ID: nameless.ID, Secret: w.app.Requests.Secret(nameless.ID)}
	if err := w.app.Shares.Decide(t.Context(), request.Ref{ID: nameless.ID}, string(w.body), request.SharePhoto); err == nil || sees(nameless, file) {
		t.Error("without the code of the matter somebody agrees")
	}
	if must[bool](t)(true, w.app.Shares.Decide(t.Context(), ref, string(w.body), request.SharePhoto)); !sees(nameless, file) {
		t.Error("who has the code of the matter agreed, and the body sees nothing")
	}
}
