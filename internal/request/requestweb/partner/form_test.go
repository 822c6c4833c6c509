package partner_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/id"
	"nuanxin/internal/media"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	"nuanxin/internal/request/requestweb/partner"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

// start is a Tuesday, 10:00 in the civil zone.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const county = "510703"

var (
	union, housing = id.New[string](), id.New[string]()

	cadre = authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "刘婷", Grants: []authz.Grant{{Role: authz.Cadre, Area: county, Org: union}}})
	chen  = authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Worker, Name: "陈工友"})
	body  = authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "王科长", Grants: []authz.Grant{{Role: authz.Partner, Org: housing}}}
)

// around is the rest of the house, as far as requests see it.
type around struct{}

func (around) UnionFor(context.Context, *op.Tx, string) (request.Union, error) {
	return request.Union{ID: union, Name: "示例区总工会", Area: county}, nil
}

func (around) BodiesFor(context.Context, *op.Tx, string, string) ([]request.Body, error) {
	return nil, nil
}

func (around) Names(context.Context, *op.Tx, []string) (map[string]string, error) {
	return map[string]string{housing: "住建局物业科"}, nil
}

func (around) Contact(context.Context, *op.Tx, string) (string, string, error) {
	return "陈工友", "13812345678", nil
}
func (around) Notify(context.Context, request.Notice) error               { return nil }
func (around) Older(context.Context, time.Time, func(string) error) error { return nil }
func (around) Remove(context.Context, string) error                       { return nil }

// blobs forgets what it is given.
type blobs struct{}

func (blobs) Put(context.Context, string, []byte) error          { return nil }
func (blobs) Get(context.Context, string) (data []byte, _ error) { return data, nil }

// house is the pages of one matter, opened by a body with an account.
type house struct {
	*office.Service
	t      *testing.T
	clock  *clock.Fake
	server *httptest.Server
	at     request.Ref
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: clock.At(start)}
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys.json"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.SQLite(t, h.clock, []fs.FS{op.Schema, consent.Schema, request.Schema})
	h.Service = office.NewService(op.New(d, request.Policy), ring, office.Config{HomeArea: county}, request.Needs{Orgs: around{}, People: around{}, Notifier: around{}, Files: around{}})
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), show.Texts(), partner.Texts()), Assets: web.NewAssets(), Failure: ui.Failure, Clock: h.clock, Log: slog.New(slog.DiscardHandler)}
	mux := web.NewMux(partner.Routes(partner.Config{Requests: h.Service, Files: upload.New(blobs{}, ring, media.NewCleaner(1))}), site.Assets.Routes(), web.SettingsRoutes())
	h.server = httptest.NewServer(site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(authz.With(r.Context(), body)))
	})))
	t.Cleanup(h.server.Close)
	r := h.must(h.Capture(chen, request.Draft{Words: "东门不让进", Topic: "gate", Place: request.Place{Text: "锦绣家园东门", Area: county}}))
	h.at = request.Ref{ID: r.ID}
	h.dispatch("请到现场看一看")
	return h
}

func (h *house) must(r request.Receipt, err error) request.Receipt {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *house) dispatch(task string) {
	h.t.Helper()
	h.must(h.Dispatch(cadre, h.at, request.Task{Body: housing, Words: task, Deadline: h.clock.Now().Add(48 * time.Hour)}))
}

// matter is the matter as the body reads it.
func (h *house) matter() request.Matter {
	h.t.Helper()
	m, err := h.Matter(authz.With(h.t.Context(), body), h.at)
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

// send presses a form, with photos where there are any, and returns status and page.
func (h *house) send(act string, in url.Values, photos ...[]byte) (int, string) {
	h.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	kind, sent := "application/x-www-form-urlencoded", []byte(in.Encode())
	for _, raw := range photos {
		part, err := m.CreateFormFile(upload.PhotoInput, "a.jpg")
		if err == nil {
			_, err = part.Write(raw)
		}
		if err != nil {
			h.t.Fatal(err)
		}
	}
	for name, values := range in {
		for _, v := range values {
			if err := m.WriteField(name, v); err != nil {
				h.t.Fatal(err)
			}
		}
	}
	if err := m.Close(); err != nil {
		h.t.Fatal(err)
	}
	if len(photos) > 0 {
		kind, sent = m.FormDataContentType(), b.Bytes()
	}
	r, err := http.NewRequest(http.MethodPost, h.server.URL+partner.HrefMatters+"/"+string(h.at.ID)+"/"+act, bytes.NewReader(sent))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", h.server.URL)
	return h.do(r)
}

func (h *house) show() (int, string) {
	h.t.Helper()
	r, err := http.NewRequest(http.MethodGet, h.server.URL+partner.HrefMatters+"/"+string(h.at.ID), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.do(r)
}

func (h *house) do(r *http.Request) (int, string) {
	h.t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, string(page)
}

func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 60, 40)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var note = regexp.MustCompile(`name="kept" value="([^"]+)"`)

// A refused answer comes back with its photos, and sending it again needs them
// not chosen anew.
func TestRefusedAnswerKeepsItsPhotos(t *testing.T) {
	h := newHouse(t)
	status, page := h.send("report", url.Values{"words": {""}}, photo(t), []byte("not a photo"))
	kept := note.FindStringSubmatch(page)
	if status != http.StatusUnprocessableEntity || kept == nil || !strings.Contains(page, "已经收好 1 张照片") {
		t.Fatalf("a broken photo beside a good one: got %d with note %v, want 422 and the good one kept: %s", status, kept, page)
	}
	if status, page = h.send("report", url.Values{"words": {strings.Repeat("长", 6000)}, "kept": kept[1:]}); status != http.StatusUnprocessableEntity || !note.MatchString(page) {
		t.Fatalf("words too long: got %d, want 422 and the photo kept again: %s", status, page)
	}
	if status, page = h.send("report", url.Values{"words": {"门开了"}, "kept": note.FindStringSubmatch(page)[1:]}); status != http.StatusSeeOther {
		t.Fatalf("mended: got %d, want it taken: %s", status, page)
	}
	if got := h.matter(); len(got.Files) != 1 || got.Dispatches[0].State != request.DispatchReported {
		t.Errorf("mended: got %d files, %s; want one photo, reported", len(got.Files), got.Dispatches[0].State)
	}
}

// What was written while somebody else ended the matter is shown once more, as
// a fault, so that the browser keeps its draft, too.
func TestWordsOutliveTheMatter(t *testing.T) {
	for _, c := range []struct {
		say   string
		act   string
		in    url.Values
		ended func(h *house) (request.Receipt, error)
	}{
		{"answered, and solved meanwhile", "report", url.Values{"words": {"门在周五开了"}}, func(h *house) (request.Receipt, error) {
			h.must(h.Answer(cadre, h.at, request.Message{Words: "谈好了"}))
			return h.Solved(chen, h.at)
		}},
		{"sent back, and answered by a colleague meanwhile", "bounce", url.Values{"reason": {"门在周五开了"}, "suggest": {"住建局"}}, func(h *house) (request.Receipt, error) {
			return h.Report(authz.With(t.Context(), body), h.at, "", request.Message{Words: "门开了"})
		}},
	} {
		h := newHouse(t)
		h.must(c.ended(h))
		status, page := h.send(c.act, c.in)
		if status != http.StatusConflict {
			t.Errorf("%s: got %d, want 409", c.say, status)
		}
		for _, want := range []string{`class="errors"`, `id="written"`, "readonly", "门在周五开了", "你们写的"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: got no %q: %s", c.say, want, page)
			}
		}
		if _, page := h.show(); strings.Contains(page, `id="written"`) {
			t.Errorf("%s: opened anew: got the words once more, want none", c.say)
		}
	}
}

// "By today" is said in the evening, too, and until the offices close it means that.
func TestByToday(t *testing.T) {
	for _, c := range []struct {
		say       string
		now, want time.Duration // after 10:00
	}{
		{"before the office closes", 7*time.Hour + 10*time.Minute, 7*time.Hour + 30*time.Minute},
		{"in the evening", 9 * time.Hour, 13*time.Hour + 59*time.Minute},
	} {
		h := newHouse(t)
		h.clock.Move(c.now)
		if status, page := h.send("work", url.Values{"words": {"已经派人去"}, "until": {"2026-11-24"}}); status != http.StatusSeeOther {
			t.Fatalf("%s: got %d, want it taken: %s", c.say, status, page)
		}
		m := h.matter()
		if got := m.Timeline[len(m.Timeline)-1].Until; !got.Equal(start.Add(c.want)) {
			t.Errorf("%s: got until %v, want %v", c.say, got, start.Add(c.want))
		}
	}
}

// That a matter cannot be sent back is said of what the union decided, not of what
// was just answered.
func TestAnsweredIsNotSaidToBeDecided(t *testing.T) {
	h := newHouse(t)
	if _, page := h.show(); !strings.Contains(page, `/bounce"`) {
		t.Fatal("sent: got no form to send it back")
	}
	h.must(h.Report(authz.With(t.Context(), body), h.at, "", request.Message{Words: "门开了"}))
	if _, page := h.show(); strings.Contains(page, "不能再退回") || strings.Contains(page, `/bounce"`) {
		t.Errorf("answered: got %s, want nothing about sending it back", page)
	}
}

// Once the union has answered the worker, no date runs for a body that has not:
// it may still say what it did, and nothing else.
func TestAnsweredByTheUnion(t *testing.T) {
	h := newHouse(t)
	h.must(h.Answer(cadre, h.at, request.Message{Words: "门开了"}))
	_, page := h.show()
	for _, not := range []string{"前答复", "不能再退回", `/bounce"`, `/work"`, `/sign"`, `/more-time"`} {
		if strings.Contains(page, not) {
			t.Errorf("answered by the union: got %q on the page", not)
		}
	}
	if !strings.Contains(page, "工会已经答复工友") || !strings.Contains(page, `/report"`) {
		t.Errorf("answered by the union: got %s, want it said, and the form to add what they did", page)
	}
}

// A matter that the union takes back while a body writes loses no word of it, and
// says nothing of a matter that one never had.
func TestWordsOutliveARecall(t *testing.T) {
	h := newHouse(t)
	h.must(h.Recall(cadre, h.at, h.matter().Dispatches[0].ID, "改由住建局办"))
	for act, in := range map[string]url.Values{"report": {"words": {"门在周五开了"}}, "bounce": {"reason": {"门在周五开了"}, "suggest": {"住建局"}}} {
		status, page := h.send(act, in)
		if status != http.StatusNotFound || !strings.Contains(page, "门在周五开了") || !strings.Contains(page, `id="written"`) || !strings.Contains(page, "没有发出去") {
			t.Errorf("%s: got %d, %s; want 404 with the words", act, status, page)
		}
		if strings.Contains(page, "请到现场看一看") {
			t.Errorf("%s: the page tells what was asked", act)
		}
	}
}

// The summary of faults leads to the input that is wrong, in each form.
func TestFaultsLeadToTheirInput(t *testing.T) {
	for act, c := range map[string]struct {
		in    url.Values
		input string
	}{
		"report":    {url.Values{"words": {""}}, "words"},
		"work":      {url.Values{"words": {""}}, "work-words"},
		"more-time": {url.Values{"words": {""}, "until": {"2026-12-03"}}, "more-words"},
	} {
		status, page := newHouse(t).send(act, c.in)
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#`+c.input+`"`) || !strings.Contains(page, `id="`+c.input+`"`) {
			t.Errorf("%s: got %d, want 422 with a link to %s", act, status, c.input)
		}
	}
}

// The page that shows the words once more holds like any other, and the browser
// keeps its draft of them.
func TestTheBrowserKeepsTheDraft(t *testing.T) {
	browser := webtest.Start(t)
	for name, end := range map[string]func(h *house){
		"solved": func(h *house) {
			h.must(h.Answer(cadre, h.at, request.Message{Words: "谈好了"}))
			h.must(h.Solved(chen, h.at))
		},
		"recalled": func(h *house) { h.must(h.Recall(cadre, h.at, h.matter().Dispatches[0].ID, "改由住建局办")) },
	} {
		t.Run(name, func(t *testing.T) { keepsTheDraft(t, browser, end) })
	}
}

func keepsTheDraft(t *testing.T, browser *webtest.Browser, end func(h *house)) {
	h := newHouse(t)
	p := browser.Open(t, h.server.URL+partner.HrefMatters+"/"+string(h.at.ID), webtest.View{Width: 320, Height: 640})
	p.Type("#words", "门在周五开了")
	end(h)
	p.Follow(`form[action$="/report"] button.btn`)
	p.Wait(`!!document.querySelector('#written')`)
	if got := webtest.Eval[string](p, `document.querySelector('#written').value`); got != "门在周五开了" {
		t.Errorf("got %q, want what was written", got)
	}
	if !webtest.Eval[bool](p, `(localStorage.getItem('nx-draft-matter-`+string(h.at.ID)+`')||'').includes('门在周五开了')`) {
		t.Error("the draft is gone")
	}
	if got := p.Axe(); len(got) > 0 {
		t.Errorf("got axe violations %v, want none", got)
	}
	if got := p.Overflow(); len(got) > 0 {
		t.Errorf("got sideways scroll %v, want none", got)
	}
}
