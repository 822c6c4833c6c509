package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// newForm is the form that registers a request for somebody.
type newForm struct {
	d      request.Draft
	hide   string // "yes", "no", or as the rules of the topic say
	alike  []request.Alike
	looked bool // the list of similar ones was asked for
	notes  []string
	reqID  string
	reach.Trouble
}

// blank is the empty form. A cadre who came from a search keeps its words.
func (p *pages) blank(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	area, ok := reach.Within(ctx, "", authz.Cadre)
	if !ok {
		return reach.Missing()
	}
	f := newForm{}
	f.d.Channel, f.d.Place.Area = request.ChannelPhone, area
	return p.showNew(w, r, http.StatusOK, f)
}

func (p *pages) showNew(w http.ResponseWriter, r *http.Request, status int, f newForm) (err error) {
	ctx := r.Context()
	if f.notes, err = p.Files.Keep(f.d.Files); err != nil {
		return err
	}
	f.reqID = web.NewReqID()
	page := p.frame(ctx, t(ctx, "new.title"), ui.Crumb{Text: t(ctx, "title"), Href: HrefRequests}, ui.Crumb{Text: t(ctx, "new")})
	page.Scripts = []string{"htmx"}
	w.Header().Set("Cache-Control", "private, no-store")
	return web.Show(w, r, status, newPage(page, f))
}

// readNew reads the form as it was filled in.
func readNew(r *http.Request) newForm {
	v := r.PostForm
	f := newForm{hide: v.Get("hide")}
	f.d = request.Draft{Words: v.Get("words"), Topic: v.Get("topic"), Place: request.Place{Text: v.Get("place"), Area: v.Get("area")}, Title: v.Get("title"),
		Name: strings.TrimSpace(v.Get("name")), Phone: strings.TrimSpace(v.Get("phone")), Channel: request.Channel(v.Get("channel")), Source: v.Get("source")}
	f.d.PhoneOK = f.d.Phone != "" // whoever registers it heard the number from the person
	switch f.hide {
	case "yes", "no":
		hide := f.hide == "yes"
		f.d.Hide = &hide
	default:
		f.hide = ""
	}
	if f.d.Channel == "" {
		f.d.Channel = "none" // to be refused, not taken for the worker's own page
	}
	return f
}

// register stores what somebody said. The answer is the page itself and not a
// redirect: it shows, this once, the code by which the person can look it up,
// which must stand in no address and in no history. Reloading it sends the same
// req_id and shows the same answer.
func (p *pages) register(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !reach.IsCadre(ctx) {
		return reach.Missing() // before anything is kept of what was sent
	}
	files, err := p.Files.Read(r)
	if err != nil {
		return err
	}
	f := readNew(r)
	f.d.Files = files.Files
	if r.PostForm.Get("do") == "look" {
		f.looked = true
		if f.alike, err = p.Office.Similar(ctx, f.similar()); err != nil {
			return err
		}
		return p.showNew(w, r, http.StatusOK, f)
	}
	if err = files.Err(); err == nil {
		var done request.Receipt
		if done, err = p.Office.Capture(web.Named(r, files.Digests()...), f.d); err == nil {
			return p.showSlip(w, r, f, done)
		}
	}
	if reach.Gone(err) {
		return err
	}
	var status int
	if f.Trouble, status, err = reach.Again(ctx, err); err != nil {
		return err
	}
	return p.showNew(w, r, status, f)
}

func (p *pages) showSlip(w http.ResponseWriter, r *http.Request, f newForm, done request.Receipt) error {
	ctx := r.Context()
	page := p.frame(ctx, t(ctx, "slip.title"), ui.Crumb{Text: t(ctx, "title"), Href: HrefRequests}, ui.Crumb{Text: done.Number, Href: Href(done.ID)})
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, http.StatusOK, slipPage(page, f, done, p.Office.Secret(done.ID)))
}

// similar is the form as a question for what is alike.
func (f newForm) similar() request.SimilarTo {
	return request.SimilarTo{Words: strings.TrimSpace(f.d.Place.Text + " " + f.d.Words + " " + f.d.Title), Area: f.d.Place.Area}
}

// similar answers the form while somebody types. The words come by POST: they
// are a person's, and an address is kept in histories and logs.
func (p *pages) similar(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !reach.IsStaff(ctx) {
		return reach.Missing()
	}
	if err := reach.Form(r); err != nil {
		return err
	}
	v := r.PostForm
	f := newForm{looked: true, d: request.Draft{Words: tell.FirstLine(v.Get("words"), 500), Title: v.Get("title"), Place: request.Place{Area: v.Get("area"), Text: v.Get("place")}}}
	var err error
	if f.alike, err = p.Office.Similar(ctx, f.similar()); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, http.StatusOK, ui.Fragment(alikeList(f)))
}

func channelOptions(ctx context.Context, on request.Channel) []ui.Option {
	icons := map[request.Channel]string{request.ChannelPhone: "phone", request.ChannelTalk: "chat", request.ChannelVisit: "door"}
	var out []ui.Option
	for _, ch := range request.Channels() {
		out = append(out, ui.Option{Value: string(ch), Text: t(ctx, "channel."+string(ch)), Icon: icons[ch], On: ch == on})
	}
	return out
}

func (f newForm) hideOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, v := range []string{"", "yes", "no"} {
		key := v
		if v == "" {
			key = "rule"
		}
		out = append(out, ui.Option{Value: v, Text: t(ctx, "hide."+key), On: v == f.hide})
	}
	return out
}

// spaced writes a code in groups of four, to be read aloud.
func spaced(code string) string {
	return strings.Join(slices.Collect(func(yield func(string) bool) {
		for c := range slices.Chunk([]rune(code), 4) {
			if !yield(string(c)) {
				return
			}
		}
	}), " ")
}

// slipPairs are what to read out.
func slipPairs(ctx context.Context, done request.Receipt, secret string) []ui.Pair {
	out := []ui.Pair{{Key: t(ctx, "slip.number"), Text: done.Number}, {Key: t(ctx, "slip.code"), Text: spaced(secret)}, {Key: t(ctx, "slip.who"), Text: done.Who}}
	switch {
	case !done.By.IsZero():
		out = append(out, ui.Pair{Key: t(ctx, "slip.by"), Text: web.Deadline(ctx, done.By)})
	case !done.NotBy.IsZero():
		out = append(out, ui.Pair{Key: t(ctx, "slip.by"), Text: t(ctx, "slip.dark", "Day", web.Date(ctx, done.NotBy))})
	}
	return out
}
