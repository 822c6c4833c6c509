package app

import (
	"context"
	"net/http"
	"testing"
	"time"

	"nuanxin/internal/consent"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/rights"
)

// Whatever rests on a consent stops in the read itself with the commit that takes it
// back, on both databases, and is there again with the one that gives it back.
func TestWithdrawnStopsEveryRead(t *testing.T) {
	for name, world := range map[string]func(*testing.T) *world{"sqlite": newWorld, "postgres": pgWorld} {
		t.Run(name, func(t *testing.T) { w := world(t); stopsEveryRead(t, w) })
	}
}

func stopsEveryRead(t *testing.T, w *world) {
	mine, membership := w.tell(t)
	me, cadre := w.as(t, "own"), w.as(t, "cadre")
	c := consented{t, w, me, cadre, w.withPhoto(t, "own"), mine, membership}
	for _, r := range c.reads() {
		if !r.sees() && !r.asked {
			t.Errorf("%s: is not there at first", r.name)
		}
		if r.asked {
			c.decide(w.app.Consents.Give(me, consent.Said{Purpose: r.purpose, Version: 1}))
			if !r.sees() {
				t.Errorf("%s: is not there when it is agreed to", r.name)
			}
		}
		for _, other := range []string{consent.Messages, consent.Call, consent.Photos, consent.News} {
			if other == r.purpose {
				continue
			}
			c.decide(w.app.Consents.Withdraw(me, other))
			if !r.sees() {
				t.Errorf("%s: stops with %s", r.name, other)
			}
			c.decide(w.app.Consents.Give(me, consent.Said{Purpose: other, Version: 1}))
		}
		c.decide(w.app.Consents.Withdraw(me, r.purpose))
		if r.sees() {
			t.Errorf("%s: goes on after it was taken back", r.name)
		}
		c.decide(w.app.Consents.Give(me, consent.Said{Purpose: r.purpose, Version: 1}))
		if r.sees() == r.gone {
			t.Errorf("%s: given again, got %v", r.name, r.sees())
		}
	}
}

// consented is a worker of whom everything is kept, and the cadre who reads it.
type consented struct {
	t          *testing.T
	w          *world
	me, cadre  context.Context
	photo      request.Receipt // with a photo that a body was given
	phoned     request.Receipt // written down by a cadre, and then this worker's
	membership member.ID
}

func (c consented) decide(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// withPhoto is a matter with a photo that a body was given to see.
func (w *world) withPhoto(t *testing.T, whose string) request.Receipt {
	t.Helper()
	photo := id.New[string]()
	if err := (fileStore{Blobs: w.app.blobs}).Put(t.Context(), photo, []byte("x")); err != nil {
		t.Fatal(err)
	}
	file := request.File{Kind: request.Photo, Blob: photo, Size: 9, Digest: "e"}
	r := must[request.Receipt](t)(w.app.Requests.Capture(w.as(t, whose), request.Draft{Words: "西门的灯坏了", Place: request.Place{Text: "西门", Area: "220402"}, Files: []request.File{file}}))
	ref := request.Ref{ID: r.ID}
	must[request.Receipt](t)(w.app.Requests.Dispatch(w.as(t, "cadre"), ref, request.Task{Body: string(w.body), Lead: true, Words: "请修灯", Deadline: w.clock.Now().Add(48 * time.Hour)}))
	kept := must[request.Case](t)(w.app.Requests.Case(w.as(t, "cadre"), ref))
	must[request.Receipt](t)(w.app.Requests.Release(w.as(t, "cadre"), ref, kept.Files[0].ID, true))
	must[bool](t)(true, w.app.Shares.Decide(w.as(t, whose), ref, string(w.body), request.SharePhoto))
	return r
}

// consentRead is a read that rests on a purpose.
type consentRead struct {
	name, purpose string
	sees          func() bool
	asked         bool // nobody agreed so far
	gone          bool // what was kept by it is gone for good
}

const ownPhone = "19900000003"

func (c consented) reads() []consentRead {
	t, app := c.t, c.w.app
	why := op.With(c.cadre, op.Call{Purpose: "核对情况"})
	ref, phoned := request.Ref{ID: c.photo.ID}, request.Ref{ID: c.phoned.ID}
	row := func(f roll.Filter) (all []roll.Row) {
		f.Area = "220402"
		return must[roll.Page](t)(app.Roll.List(c.cadre, f)).Rows
	}
	mine := func(f roll.Filter) bool { // with a phone
		for _, m := range row(f) {
			if m.ID == c.membership {
				return m.Phone != ""
			}
		}
		return false
	}
	export := func(is func(member.Member) bool) bool {
		for _, m := range must[roll.Table](t)(app.Roll.Export(why, roll.Filter{Area: "220402"})).Rows {
			if m.ID == c.membership {
				return is(m)
			}
		}
		return false
	}
	ask := must[rights.Receipt](t)(app.Rights.Send(c.me, rights.Draft{Kind: rights.Explain, Words: "我的号码给过谁"})).ID
	told := func(do func()) bool {
		before := len(app.sent.To(ownPhone))
		do()
		c.decide(app.Deliver(c.w.app.background()))
		return len(app.sent.To(ownPhone)) > before
	}
	file := must[request.Case](t)(app.Requests.Case(c.cadre, ref)).Files[0].ID
	return []consentRead{
		{name: "the phone with a matter", purpose: consent.Call, sees: func() bool { return must[request.Identity](t)(app.Requests.Reveal(why, ref)).Phone == ownPhone }},
		{name: "the phone with a matter that a cadre wrote down", purpose: consent.Call, sees: func() bool { return must[request.Identity](t)(app.Requests.Reveal(why, phoned)).Phone == ownPhone }},
		{name: "that there is a phone", purpose: consent.Call, sees: func() bool { return must[request.Case](t)(app.Requests.Case(c.cadre, ref)).HasPhone }},
		{name: "matters by phone", purpose: consent.Call, sees: func() bool {
			return len(must[request.Page[request.Row]](t)(app.Requests.List(c.cadre, request.Filter{Group: request.GroupAll, Phone: ownPhone})).Rows) > 0
		}},
		{name: "the phone in the roll", purpose: consent.Call, sees: func() bool { return mine(roll.Filter{}) }},
		{name: "the roll by phone", purpose: consent.Call, sees: func() bool { return len(row(roll.Filter{Phone: ownPhone})) > 0 }},
		{name: "the phone of one member", purpose: consent.Call, sees: func() bool { return must[roll.File](t)(app.Roll.Get(c.cadre, c.membership)).Phone != "" }},
		{name: "the whole phone of a member", purpose: consent.Call, sees: func() bool { return must[member.Full](t)(app.Members.Open(why, c.membership)).Phone == ownPhone }},
		{name: "the phone in a list that is taken out", purpose: consent.Call, sees: func() bool { return export(func(m member.Member) bool { return m.Phone != "" }) }},
		{name: "the phone of who asked about data", purpose: consent.Call, sees: func() bool { return must[string](t)(app.Rights.Phone(why, ask)) == ownPhone }},
		{name: "the same, masked", purpose: consent.Call, sees: func() bool {
			a := must[rights.Ask](t)(app.Rights.Get(c.cadre, ask))
			_, phone, err := app.Rights.Who(c.cadre, a)
			c.decide(err)
			return phone != ""
		}},
		{name: "a photo that a body was given", purpose: consent.Photos, sees: func() bool {
			path := "/matters/" + string(c.photo.ID)
			return len(must[request.Matter](t)(app.Requests.Matter(c.w.as(t, "partner"), ref)).Files) > 0 && c.w.try(t, http.MethodGet, path, "partner") == "ok"
		}},
		{name: "the file itself", purpose: consent.Photos, sees: func() bool {
			_, err := app.Requests.Attachment(c.w.as(t, "partner"), ref, file)
			return err == nil
		}},
		{name: "word of a matter", purpose: consent.Messages, sees: func() bool {
			return told(func() {
				must[request.Receipt](t)(app.Requests.Tell(c.cadre, ref, request.Message{Words: "电工明天来"}))
			})
		}},
		{name: "word of an answer about data", purpose: consent.Messages, sees: func() bool {
			return told(func() {
				asked := must[rights.Receipt](t)(app.Rights.Send(c.me, rights.Draft{Kind: rights.Explain, Words: "再问一次"}))
				c.decide(app.Rights.Answer(c.cadre, asked.ID, 1, "没有给过别人"))
			})
		}},
		{name: "who wants news, in a list that is taken out", purpose: consent.News, asked: true, sees: func() bool { return export(func(m member.Member) bool { return m.News }) }},
		{name: "the identity number", purpose: consent.Document, gone: true, sees: func() bool {
			return must[roll.File](t)(app.Roll.Get(c.cadre, c.membership)).Document != "" && must[member.Full](t)(app.Members.Open(why, c.membership)).Document != ""
		}},
	}
}
