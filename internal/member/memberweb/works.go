package memberweb

import (
	"context"
	"net/http"
	"strconv"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/work"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// hrefWorks is where one adds where one works, and the ground of what is done about each.
const hrefWorks = HrefOwn + "/works"

func hrefWork(w work.Work) string { return hrefWorks + "/" + strconv.FormatInt(w.Seq, 10) }

// workForm is where one works, as a form holds it: a new one, or what is done about one.
type workForm struct {
	own    member.Own
	one    work.Work // empty for a new one
	firms  []work.Firm
	posts  []work.Post
	said   []work.Said
	typed  typed
	day    string
	reqID  string
	reqEnd string // of the form that ends it
	errors ui.FormErrors
}

// workOf starts a form for the reader, about the one that the path names, if it names one;
// ok is false where there is nothing to do.
func (p *pages) workOf(r *http.Request) (f workForm, ok bool, err error) {
	f.day = web.Day(web.Now(r.Context()))
	if f.own, ok, err = p.mine(r.Context()); err != nil || !ok || !f.own.State.Holds() {
		return f, false, err
	}
	seq := r.PathValue("seq")
	if seq == "" {
		return f, true, nil
	}
	for _, w := range work.Now(f.own.Worked) {
		if strconv.FormatInt(w.Seq, 10) == seq {
			f.one, f.said = w, []work.Said{{Name: w.Name, Station: w.Station, Post: w.Post}}
			return f, true, nil
		}
	}
	return f, false, nil
}

// askWork shows the form of a new one, or of one that lasts.
func (p *pages) askWork(w http.ResponseWriter, r *http.Request) error {
	f, ok, err := p.workOf(r)
	if err != nil {
		return err
	}
	if !ok {
		return web.See(w, r, HrefOwn)
	}
	return p.showWork(w, r, http.StatusOK, f)
}

func (p *pages) showWork(w http.ResponseWriter, r *http.Request, status int, f workForm) (err error) {
	f.reqID, f.reqEnd = web.NewReqID(), web.NewReqID()
	if f.posts, err = p.Members.PostsNear(r.Context(), f.own.ID); err != nil {
		return err
	}
	if f.one.Seq > 0 {
		return web.Show(w, r, status, workPage(f))
	}
	if f.firms, err = p.Members.Around(r.Context(), f.own.ID); err != nil {
		return err
	}
	return web.Show(w, r, status, addWorkPage(f))
}

// work adds one, or does what was pressed about one: another station, or its end.
func (p *pages) work(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	f, ok, err := p.workOf(r)
	if err != nil {
		return err
	}
	if !ok {
		return back(w, r, fault.New(string(member.Employ), fault.Conflict, "member.changed"), "")
	}
	in, ctx, told := r.PostForm, web.Named(r), "member.works.added"
	f.day, f.typed = in.Get("from"), readTyped(in)
	switch {
	case f.one.Seq == 0:
		f.said = readWorks(in)
		err = p.Members.Work(ctx, f.own.ID, f.said, f.day)
	case in.Get("do") == "end":
		f.day, told = in.Get("until"), "member.works.ended"
		err = p.Members.StopWork(ctx, f.own.ID, f.one.Seq, f.day)
	case f.one.Post != "":
		f.said, told = []work.Said{{Post: in.Get("post")}}, "member.works.moved"
		err = p.Members.MoveStation(ctx, f.own.ID, f.one.Seq, in.Get("post"), f.day)
	default:
		f.said, told = []work.Said{{Name: f.one.Name, Station: in.Get("station")}}, "member.works.moved"
		err = p.Members.MoveStation(ctx, f.own.ID, f.one.Seq, in.Get("station"), f.day)
	}
	if fault.Is(err, fault.Invalid) || reused(err) {
		f.errors = formErrors(r.Context(), err)
		return p.showWork(w, r, web.Status(fault.KindOf(err)), f)
	}
	return back(w, r, err, told)
}

// icon is that of a station of ours, or of a company.
func icon(w work.Work) string {
	if w.Post != "" {
		return "pin"
	}
	return "building"
}

// endWords are the words with which one of them ends: one stops working for a company, and
// leaves a station.
func endWords(w work.Work, words string) string {
	if w.Post != "" {
		return words + ".post"
	}
	return words
}

// workLine says at which station, and since when or from when to when.
func workLine(ctx context.Context, w work.Work) string {
	line := t(ctx, "works.since", "From", w.From)
	if w.Until != "" {
		line = t(ctx, "works.was", "From", w.From, "Until", w.Until)
	}
	if w.Station != "" {
		line = t(ctx, "works.station", "Station", w.Station, "Line", line)
	}
	if w.Post != "" {
		line = t(ctx, "works.post", "Line", line)
	}
	if w.Closed {
		line = t(ctx, "works.closed", "Line", line)
	}
	if w.Wrong {
		line = t(ctx, "works.wrong", "Line", line)
	}
	return line
}
