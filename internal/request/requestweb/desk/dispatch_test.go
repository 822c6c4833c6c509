package desk_test

import (
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/id"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk"
)

func TestDispatch(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	one, cadre := desk.Href(r.ID), h.as("cadre")
	cadre.get(one+"/dispatch").want("the proposed body is chosen", 200, "南康街道", "管这一片", `value="`+street+`" checked`)
	for _, c := range []struct {
		say   string
		words string
		pairs []string
	}{
		{"nobody chosen", "还没选派给谁", []string{"task", "任务留着", "by", "own", "deadline", h.later()}},
		{"no deadline", "选一个时限", []string{"task", "任务留着", "body", street, "by", "own"}},
		{"a deadline that is past", "时限已经过了", []string{"task", "任务留着", "body", street, "by", "2020-01-01T09:00"}},
		{"no task", "写一句要他们做什么", []string{"body", street, "by", h.later(), "find", "任务留着"}},
		{"a body that is none", "没有这个单位", []string{"task", "任务留着", "body", union, "known", union, "name", "假的", "by", h.later()}},
	} {
		cadre.post(one+"/dispatch", c.pairs...).want(c.say, 422, c.words, "任务留着")
	}
	cadre.post(one+"/dispatch", "do", "find", "find", "住建", "task", "任务留着").want("a search", 200, "住建局物业科", "任务留着")
	cadre.post(one+"/dispatch", "known", housing, "name", "住建局物业科", "body", housing, "body", street, "lead", housing, "task", "共同的", "task."+street, "单独的", "by", h.later(), "req_id", id.New[string]()).want("two bodies", 303)
	c := h.one(r)
	if len(c.Dispatches) != 2 || c.Status != request.StatusDispatched {
		t.Fatalf("got %d dispatches in %s, want 2", len(c.Dispatches), c.Status)
	}
	for _, d := range c.Dispatches {
		want := map[string]string{housing: "共同的", street: "单独的"}[d.Body]
		if d.Task != want || d.Lead != (d.Body == housing) {
			t.Errorf("%s: got task %q lead %v", d.BodyName, d.Task, d.Lead)
		}
	}
	cadre.get(one).want("who has it", 200, "主办", "协办", "三个钟", "部门反馈")
	cadre.post(one+"/recall", "dispatch", string(c.Dispatches[0].ID), "why", "").want("a recall without why", 422, "空着")
	cadre.post(one+"/recall", "dispatch", string(c.Dispatches[0].ID), "why", "派错了").want("a recall", 303)
	cadre.get(one+"/recall").want("a recall of nothing", 404)
}

func TestWhoSentItBackIsNotChosenAgain(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	ref := request.Ref{ID: r.ID}
	h.must(h.Dispatch(as("cadre"), ref, request.Task{Body: street, Words: "看一看", Deadline: h.clk.Now().Add(48 * time.Hour)}))
	h.must(h.Bounce(authzPartner(street), ref, "", "不归我们", "住建局"))
	h.as("cadre").get(desk.Href(r.ID)+"/dispatch").want("after a bounce", 200, "退回过 1 次，时间没有重算", "南康街道", `!value="`+street+`" checked`)
}

func TestReleasedFiles(t *testing.T) {
	h := newHouse(t)
	r := h.captured("worker", request.Draft{Words: words, Topic: "pay", Place: request.Place{Area: county}, Files: []request.File{
		{Kind: request.Photo, Blob: id.New[string](), Thumb: id.New[string]()}, {Kind: request.Voice, Blob: id.New[string](), Seconds: 18}}})
	one, cadre := desk.Href(r.ID), h.as("cadre")
	c := h.one(r)
	cadre.get(one+"/dispatch").want("the photo may go out, a hidden voice not", 200, `name="release" value="`+string(c.Files[0].ID), `!name="release" value="`+string(c.Files[1].ID))
	cadre.post(one+"/dispatch", "body", street, "task", "看一看", "by", h.later(), "release", string(c.Files[0].ID), "release", string(c.Files[1].ID)).want("with the photo", 303)
	c = h.one(r)
	if !c.Files[0].Released || c.Files[1].Released {
		t.Errorf("got photo out %v, voice out %v; want the photo alone", c.Files[0].Released, c.Files[1].Released)
	}
	cadre.post(one+"/release", "file", string(c.Files[0].ID)).want("taken back", 303)
	if h.one(r).Files[0].Released {
		t.Error("got the photo out, want it taken back")
	}
}

// A cadre answers a body that asks for more time; the body's reason is offered as
// the words for the worker.
func TestMoreTime(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	d := h.dispatched(r)
	cadre, at := h.as("cadre"), desk.Href(r.ID)+"/more-time"
	cadre.get(at).want("for no body", 404)
	later := h.clk.Now().Add(96 * time.Hour)
	if _, err := h.AskTime(authzPartner(housing), request.Ref{ID: r.ID}, "", "等配件到货", later); err != nil {
		t.Fatal(err)
	}
	cadre.get(desk.HrefRequests).want("the inbox", 200, "要求延期")
	cadre.get(at+"?dispatch="+string(d)).want("the form", 200, "等配件到货", later.In(clock.Zone).Format("2006-01-02T15:04"))
	cadre.post(at, "dispatch", string(d), "say", "yes", "until", "", "why", "写好的缘由").want("without a date", 422, "写好的缘由")
	h.as("leader").post(at, "dispatch", string(d), "say", "yes", "until", h.later(), "why", "好").want("a leader", 403)
	cadre.post(at, "dispatch", string(d), "say", "no", "why", "等不得").want("refused", 303)
	if now := h.one(r).Dispatches[0]; now.Asks() || !now.First.IsZero() {
		t.Errorf("refused: got %+v, want the date as it was", now)
	}
	cadre.post(at, "dispatch", string(d), "say", "yes", "until", later.In(clock.Zone).Format("2006-01-02T15:04"), "why", "好").want("a second answer", 409)
}
