package desk

import (
	"context"
	"net/http"
	"strconv"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/work"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// workForm is where a member works as a cadre writes it: a new one, or what is done about
// one that lasts.
type workForm struct {
	f           roll.File
	one         work.Work // empty for a new one
	firms       []work.Firm
	name        string
	station     string
	posts       []work.Post
	post        string // the station of ours
	from, until string
	ids         [3]string // of the forms
	ui.Trouble
}

// hrefWorks is where a member's works are kept.
func hrefWorks(which member.ID) string { return Href(which) + "/works" }

func hrefWork(which member.ID, w work.Work) string {
	return hrefWorks(which) + "/" + strconv.FormatInt(w.Seq, 10)
}

// workOf starts a form about the one that the path names, if it names one.
func (p *pages) workOf(r *http.Request) (v workForm, err error) {
	if v.f, err = p.load(r, member.Employ); err != nil {
		return v, err
	}
	v.from = web.Day(web.Now(r.Context()))
	v.until = v.from
	seq := r.PathValue("seq")
	if seq == "" {
		return v, nil
	}
	for _, w := range work.Now(v.f.Worked) {
		if strconv.FormatInt(w.Seq, 10) == seq {
			v.one, v.name, v.station, v.post = w, w.Name, w.Station, w.Post
			return v, nil
		}
	}
	return v, missing()
}

func (p *pages) askWork(w http.ResponseWriter, r *http.Request) error {
	v, err := p.workOf(r)
	if err != nil {
		return err
	}
	return p.showWork(w, r, http.StatusOK, v)
}

func (p *pages) showWork(w http.ResponseWriter, r *http.Request, status int, v workForm) (err error) {
	ctx := r.Context()
	if v.firms, err = p.Members.Around(ctx, v.f.ID); err != nil {
		return err
	}
	if v.posts, err = p.Members.PostsNear(ctx, v.f.ID); err != nil {
		return err
	}
	for i := range v.ids {
		v.ids[i] = web.NewReqID()
	}
	shut(w)
	if v.one.Seq > 0 {
		return web.Show(w, r, status, workPage(p.under(ctx, v.f.Member, v.one.Name), v))
	}
	return web.Show(w, r, status, addWorkPage(p.under(ctx, v.f.Member, t(ctx, "works.new")), v))
}

// work adds one, or does what was pressed about one.
func (p *pages) work(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	v, err := p.workOf(r)
	if err != nil {
		return err
	}
	in, ctx, told := r.PostForm, web.Named(r), "memberdesk.works.added"
	v.station, v.post = in.Get("station"), in.Get("post")
	switch do := in.Get("do"); {
	case v.one.Seq == 0:
		v.name, v.from = in.Get("works"), in.Get("from")
		said, ok := work.Say(work.Split(v.name), []string{v.station})
		if !ok {
			said = nil
		}
		if ok && v.post != "" {
			said = append(said, work.Said{Post: v.post})
		}
		err = p.Members.Work(ctx, v.f.ID, said, v.from)
	case do == "end":
		v.until, told = in.Get("until"), "memberdesk.works.ended"
		err = p.Members.StopWork(ctx, v.f.ID, v.one.Seq, v.until)
	case do == "mend":
		v.name, v.from, told = in.Get("works"), in.Get("from"), "memberdesk.works.mended"
		err = p.Members.MendWork(ctx, v.f.ID, v.one.Seq, v.said(), v.from)
	case v.one.Post != "":
		v.from, told = in.Get("from"), "memberdesk.works.moved"
		err = p.Members.MoveStation(ctx, v.f.ID, v.one.Seq, v.post, v.from)
	default:
		v.from, told = in.Get("from"), "memberdesk.works.moved"
		err = p.Members.MoveStation(ctx, v.f.ID, v.one.Seq, v.station, v.from)
	}
	if err != nil {
		return p.workAgain(w, r, v, err)
	}
	web.SetFlash(w, r, told)
	return web.See(w, r, Href(v.f.ID))
}

// said is what a mended line says: a station of ours stays one.
func (v workForm) said() work.Said {
	if v.one.Post != "" {
		return work.Said{Post: v.post}
	}
	return work.Said{Name: v.name, Station: v.station}
}

// postOptions are the stations of ours to choose from.
func (v workForm) postOptions() []ui.Option {
	all := make([]ui.Option, min(len(v.posts), mostPosts))
	for i := range all {
		all[i] = ui.Option{Value: v.posts[i].ID, Text: v.posts[i].Name, On: v.posts[i].ID == v.post}
	}
	return all
}

// mostPosts is how many stations one list offers.
const mostPosts = 500

// endWords are the words for a line of a company, or for one at a station of ours.
func endWords(w work.Work, words string) string {
	if w.Post != "" {
		return words + ".post"
	}
	return words
}

// workAgain shows a form once more with what was wrong, or what happened meanwhile.
func (p *pages) workAgain(w http.ResponseWriter, r *http.Request, v workForm, err error) error {
	ctx := r.Context()
	if msg := fault.Of(err).Msg; fault.Is(err, fault.Conflict) && (msg == "member.works.there" || msg == "member.works.many") {
		v.Text = web.T(ctx, msg, "Limit", work.Most)
		return p.showWork(w, r, http.StatusConflict, v)
	}
	again, status, err := p.again(ctx, v.f.ID, err)
	if err != nil {
		return err
	}
	v.Trouble = again
	return p.showWork(w, r, status, v)
}

// workLine says at which station, since when or from when to when, and who says so.
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
	if w.By != "" {
		line = t(ctx, "works.by", "Line", line, "By", w.By)
	}
	if w.Wrong {
		line = t(ctx, "works.wrong", "Line", line)
	}
	return line
}
