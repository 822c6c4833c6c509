package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/request"
	"nuanxin/internal/request/example"
	"nuanxin/internal/web/webtest"
)

var retold = example.Draft{What: "小区东门不让电动车进。", Done: "工会找了物业，登记一次就能进。"}

// solve lets a worker say something that is answered and solved.
func (w *world) solve(t *testing.T, actor string) request.Ref {
	t.Helper()
	r := must[request.Receipt](t)(w.app.Requests.Capture(w.as(t, actor), request.Draft{Words: "东门又不让进", Topic: "gate", Place: request.Place{Text: "示例家园西门", Area: "220402"}}))
	ref := request.Ref{ID: r.ID, Number: r.Number}
	must[request.Receipt](t)(w.app.Requests.Answer(w.as(t, "cadre"), request.Ref{ID: r.ID}, request.Message{Words: "能进了"}))
	must[request.Receipt](t)(w.app.Requests.Solved(w.as(t, actor), request.Ref{ID: r.ID}))
	return request.Ref{ID: r.ID, Number: ref.Number}
}

// shown lets a worker agree to an example of something solved.
func (w *world) shown(t *testing.T, actor string) request.Ref {
	t.Helper()
	ref := w.solve(t, actor)
	must[bool](t)(true, w.app.Examples.Propose(w.as(t, "cadre"), request.Ref{ID: ref.ID}, retold))
	must[bool](t)(true, w.agree(t, actor, ref))
	return ref
}

func (w *world) agree(t *testing.T, actor string, ref request.Ref) error {
	t.Helper()
	e := must[example.Example](t)(w.app.Examples.Of(w.as(t, actor), request.Ref{ID: ref.ID}))
	return w.app.Examples.Agree(w.as(t, actor), request.Ref{ID: ref.ID}, e.ID, 1)
}

// public counts what anybody reads.
func (w *world) public(t *testing.T) int {
	t.Helper()
	return len(must[[]example.Shown](t)(w.app.Examples.Answered(t.Context(), "")))
}

// A solved matter is public while its worker agrees to the words, and not a moment more.
func TestAnExampleNeedsItsWorker(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { exampled(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { exampled(t, pgWorld(t)) })
}

func exampled(t *testing.T, w *world) {
	cadre, me, x := w.as(t, "cadre"), w.as(t, "worker"), w.app.Examples
	ref := w.solve(t, "worker")
	by := request.Ref{ID: ref.ID}
	for what, c := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"under way":      {x.Propose(cadre, request.Ref{ID: w.request.ID}, retold), fault.Conflict},
		"another area":   {x.Propose(w.as(t, "sibling"), by, retold), fault.Missing},
		"a leader":       {x.Propose(w.as(t, "leader"), by, retold), fault.Denied},
		"the worker":     {x.Propose(me, by, retold), fault.Denied},
		"with a number":  {x.Propose(cadre, by, example.Draft{What: "打 199 0000 0001", Done: "好"}), fault.Invalid},
		"nothing to say": {x.Refuse(me, by), fault.Missing},
	} {
		if !fault.Is(c.err, c.want) {
			t.Errorf("%s: got %v, want %v", what, c.err, c.want)
		}
	}
	w.proposedAtOnce(t, by)
	if w.public(t) != 0 {
		t.Error("public before the worker said anything")
	}
	e := must[example.Example](t)(x.Of(me, by))
	for what, err := range map[string]error{
		"another worker": x.Agree(w.as(t, "worker2"), by, e.ID, 1),
		"the cadre":      x.Agree(cadre, by, e.ID, 1),
		"other words":    x.Agree(me, by, string(ref.ID), 1),
		"old purpose":    x.Agree(me, by, e.ID, 7),
	} {
		if err == nil {
			t.Errorf("%s agreed", what)
		}
	}
	must[bool](t)(true, x.Agree(me, by, e.ID, 1))
	must[bool](t)(true, x.Agree(me, by, e.ID, 1))
	all := must[[]example.Shown](t)(x.Answered(t.Context(), ""))
	if len(all) != 1 || all[0].Draft != retold || all[0].Month != "2026-11" || all[0].Area != "220402" {
		t.Fatalf("got %+v", all)
	}
	if err := x.Propose(cadre, by, retold); !fault.Is(err, fault.Conflict) {
		t.Errorf("other words under an old consent: got %v", err)
	}
	must[bool](t)(true, x.Refuse(me, by))
	must[bool](t)(true, x.Refuse(me, by))
	if e := must[example.Example](t)(x.Of(me, by)); w.public(t) != 0 || e.State != example.Refused || e.What != "" {
		t.Errorf("after it was taken back: got %+v", e)
	}
	if err := x.Propose(cadre, by, retold); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked again: got %v", err)
	}
	w.otherEnds(t)
}

// proposedAtOnce proposes from many places at once: the worker is asked once.
func (w *world) proposedAtOnce(t *testing.T, by request.Ref) {
	t.Helper()
	var wait sync.WaitGroup
	var mu sync.Mutex
	went, cadre := 0, w.as(t, "cadre")
	for range 4 {
		wait.Go(func() {
			err := w.app.Examples.Propose(cadre, by, retold)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				went++
			} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Busy) {
				t.Error(err)
			}
		})
	}
	if wait.Wait(); went != 1 {
		t.Errorf("proposed %d times", went)
	}
}

// otherEnds are the other ways in which an example ends.
func (w *world) otherEnds(t *testing.T) {
	t.Helper()
	cadre, me, x := w.as(t, "cadre"), w.as(t, "worker"), w.app.Examples
	first := w.shown(t, "worker")
	if w.public(t) != 1 {
		t.Fatal("not shown")
	}
	must[bool](t)(true, x.TakeBack(cadre, request.Ref{ID: first.ID}))
	if w.public(t) != 0 || !fault.Is(x.TakeBack(cadre, request.Ref{ID: first.ID}), fault.Missing) {
		t.Error("the cadre took it back, and it is there")
	}
	must[bool](t)(true, x.Propose(cadre, request.Ref{ID: first.ID}, retold))
	must[bool](t)(true, w.agree(t, "worker", first))
	must[request.Receipt](t)(w.app.Requests.Unsolved(me, request.Ref{ID: first.ID}, "same", request.Say{Words: "又不让进"}))
	if w.public(t) != 0 {
		t.Error("not solved after all, and public")
	}
	must[request.Receipt](t)(w.app.Requests.Answer(cadre, request.Ref{ID: first.ID}, request.Message{Words: "能进了"}))
	w.clock.Move(time.Minute)
	must[request.Receipt](t)(w.app.Requests.Solved(me, request.Ref{ID: first.ID}))
	if w.public(t) != 0 {
		t.Error("solved anew, and public in the words of before")
	}
	must[bool](t)(true, x.Propose(cadre, request.Ref{ID: first.ID}, retold))
	must[bool](t)(true, x.TakeBack(cadre, request.Ref{ID: first.ID}))
	second := w.shown(t, "worker")
	must[bool](t)(true, w.app.Consents.Withdraw(me, consent.Publication))
	if w.public(t) != 0 {
		t.Error("the purpose was stopped, and it is public")
	}
	must[bool](t)(true, w.app.Consents.Give(me, consent.Said{Purpose: consent.Publication, Version: 1}))
	if e := must[example.Example](t)(x.Of(me, request.Ref{ID: second.ID})); w.public(t) != 0 || e.State != example.Refused {
		t.Error("what was taken back came back with the purpose")
	}
	must[bool](t)(true, w.app.Consents.Withdraw(me, consent.Publication))
	third := w.solve(t, "worker")
	if err := x.Propose(cadre, request.Ref{ID: third.ID}, retold); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked who said no to all: got %v", err)
	}
}

// With the account goes the example, from the page and from the table.
func TestAnErasedWorkerIsNoExample(t *testing.T) {
	w := newWorld(t)
	who := w.end(t)
	ref := w.shown(t, "own")
	if w.public(t) != 1 {
		t.Fatal("not shown")
	}
	if got := w.erase(t); got != http.StatusOK {
		t.Fatalf("got %d", got)
	}
	e := must[example.Example](t)(w.app.Examples.Of(w.as(t, "cadre"), request.Ref{ID: ref.ID}))
	if w.public(t) != 0 || e.State != "" || who.ID == "" {
		t.Errorf("after the account is over: got %+v", e)
	}
}

// The pages say what they ask, refuse what must not stand there, and show markup as
// words; the list has no name, no number and no day, and goes on by pages.
func TestExamplePages(t *testing.T) {
	w := newWorld(t)
	cadre, me := "nx="+w.tokens["cadre"], "nx="+w.tokens["worker"]
	must[bool](t)(true, w.app.Accounts.SetName(w.as(t, "worker"), "陈立冬"))
	ref := w.solve(t, "worker")
	desk, own := "/desk/requests/"+string(ref.ID), "/help/"+ref.Number
	has := func(what string, a *httptest.ResponseRecorder, status int, words ...string) {
		t.Helper()
		for _, s := range words {
			if a.Code != status || !strings.Contains(a.Body.String(), s) {
				t.Errorf("%s: got %d without %s: %s", what, a.Code, s, a.Body)
			}
		}
	}
	has("the matter", w.ask(t, desk, cadre), 200, desk+"/example")
	has("the form", w.ask(t, desk+"/example", cadre), 200, "公司内部的事", "最多 300 字")
	has("a name", w.ask(t, desk+"/example", cadre, "what", "陈立冬来说", "done", "好"), 422, "里面有本人的名字", "陈立冬来说")
	has("a plate", w.ask(t, desk+"/example", cadre, "what", "吉D12345 进不去", "done", ""), 422, "像车牌", "写")
	if a := w.ask(t, desk+"/example", cadre, "what", "<script>alert(1)</script>", "done", "好了"); a.Code != http.StatusSeeOther {
		t.Fatalf("got %d: %s", a.Code, a.Body)
	}
	has("waiting", w.ask(t, desk+"/example", cadre), 200, "等本人说行不行", "撤下")
	has("the worker is asked", w.ask(t, own, me), 200, "&lt;script&gt;alert(1)", "不同意也不影响办事", "第25条", "/answered")
	has("in English", w.ask(t, own, me+"; lang=en"), 200, "Saying no changes nothing")
	has("among the consents", w.ask(t, "/me/consents", me), 200, "不同意也不影响办事")
	has("nobody sees it", w.ask(t, "/answered", ""), 200, "还没有")
	e := must[example.Example](t)(w.app.Examples.Of(w.as(t, "worker"), request.Ref{ID: ref.ID}))
	if a := w.ask(t, own+"/example/agree", me, "words", e.ID, "version", "1", "from", "/me/consents"); a.Code != 303 || a.Header().Get("Location") != "/me/consents" {
		t.Errorf("agreed: got %d", a.Code)
	}
	has("agreed", w.ask(t, "/me/consents", me), 200, "你同意公开的例子", "我的事公开成例子")
	s := w.ask(t, "/answered", "").Body.String()
	has("public", w.ask(t, "/answered", ""), 200, "&lt;script&gt;", "2026 年 11 月", "龙山区", "怎么办的")
	for _, no := range []string{"<script>alert", "陈立冬", ref.Number, string(ref.ID), "24", "1990000"} {
		if strings.Contains(s[strings.Index(s, "<main"):strings.Index(s, "</main")], no) {
			t.Errorf("the public page has %s", no)
		}
	}
	if a := w.ask(t, own+"/example/refuse", me, "x", ""); a.Code != 303 || strings.Contains(w.ask(t, "/answered", "").Body.String(), "&lt;script&gt;") {
		t.Errorf("taken back: got %d", a.Code)
	}
	if a := w.ask(t, "/answered?after=x'--", ""); a.Code != http.StatusNotFound {
		t.Errorf("a wrong page: got %d", a.Code)
	}
	for range example.PageSize + 1 {
		w.clock.Move(time.Minute)
		w.shown(t, "worker")
	}
	all := must[[]example.Shown](t)(w.app.Examples.Answered(t.Context(), ""))
	next := must[[]example.Shown](t)(w.app.Examples.Answered(t.Context(), all[example.PageSize-1].Mark))
	if len(all) != example.PageSize+1 || len(next) != 1 || next[0].Mark != all[example.PageSize].Mark {
		t.Errorf("got pages of %d and %d", len(all), len(next))
	}
	has("the next page", w.ask(t, "/answered", ""), 200, "/answered?after=2026-11.")
	if authz.From(w.as(t, "worker")).ID == "" {
		t.Error("nobody")
	}
}

// The three pages are whole on the smallest screen and on a desk's, in both languages.
func TestExamplePagesInABrowser(t *testing.T) {
	browser := webtest.Start(t)
	w := newWorld(t)
	server := httptest.NewServer(w.app.Handler())
	t.Cleanup(server.Close)
	w.shown(t, "worker")
	fresh, asked := w.solve(t, "worker"), w.solve(t, "worker")
	must[bool](t)(true, w.app.Examples.Propose(w.as(t, "cadre"), request.Ref{ID: asked.ID}, retold))
	for _, c := range []struct{ actor, path string }{
		{"nobody", "/answered"}, {"cadre", "/desk/requests/" + string(fresh.ID) + "/example"}, {"cadre", "/desk/requests/" + string(asked.ID) + "/example"}, {"worker", "/help/" + asked.Number}, {"worker", "/me/consents"},
	} {
		browser.Hold(t, c.path, server.URL+c.path, map[string]string{"nx": w.tokens[c.actor]})
	}
}
