package requestweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// mostPhotos is how many photos one form asks for.
const mostPhotos = 4

// askForm is a new request as the form holds it.
type askForm struct {
	reqID     string
	words     string
	topic     string
	spot      Spot
	offered   string // the place's words as they were filled in
	hide      bool
	anonymous bool
	share     bool     // the worker wants to be told when a body has it
	kept      []string // sealed notes of files that are already here
	files     []request.File
	errors    ui.FormErrors

	signedIn bool
	signIn   string
	hears    string
	look     time.Time // by when somebody looks; zero: not known
	answer   time.Time
	dark     time.Time // answer is not known, and not before this
}

// ask shows the empty form.
func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	f := askForm{hide: true}
	if topic, ok := request.TopicOf(r.URL.Query().Get("topic")); ok && !strings.Contains(topic.Code, ".") {
		f.topic = topic.Code
	}
	if p.Where != nil {
		f.spot = p.Where(r)
	}
	if code := r.URL.Query().Get("station"); code != "" && p.Station != nil {
		spot, err := p.Station(r.Context(), code)
		if err != nil {
			return err
		}
		f.spot = spot
		if f.topic == "" {
			f.topic = request.TopicStation
		}
	}
	f.offered = f.spot.Text
	return p.showAsk(w, r, http.StatusOK, f)
}

// showAsk completes the form with who hears it and by when, and shows it.
func (p *pages) showAsk(w http.ResponseWriter, r *http.Request, status int, f askForm) error {
	ctx := r.Context()
	f.reqID = web.NewReqID() // a refused one is spent
	f.signedIn = authz.From(ctx).Kind == authz.Worker
	f.signIn = p.signIn() + "?next=" + url.QueryEscape(r.URL.RequestURI())
	if p.Hears != nil {
		ear, err := p.Hears(ctx, f.spot.Area)
		if err != nil {
			return err
		}
		f.hears = ear.called(ctx)
	}
	limits, err := p.Office.LimitsFor(ctx, f.spot.Area)
	if err != nil {
		return err
	}
	now := web.Now(ctx)
	// In a year whose holidays are not published nothing is promised before it is sent.
	if at, err := p.Office.Calendar().AddWorking(now, time.Duration(limits.LookMinutes)*time.Minute, limits.Hours); err == nil {
		f.look = at
	}
	if at, err := p.Office.Calendar().AddWorkdays(now, limits.AnswerDays, limits.Hours); err == nil {
		f.answer = at
	} else {
		f.dark = at
	}
	if f.kept, err = p.Uploads.Keep(f.files); err != nil {
		return err
	}
	return web.Show(w, r, status, askPage(f))
}

// capture takes a new request in. What is refused comes back with everything in it.
func (p *pages) capture(w http.ResponseWriter, r *http.Request) error {
	up, err := p.Uploads.Read(r)
	if err != nil {
		return p.broken(w, r, err)
	}
	f := p.readAsk(r)
	f.files = up.Files
	if err := up.Err(); err != nil {
		return p.refused(w, r, f, err)
	}
	digest := f.digest(up.Digests())
	if number := p.sentAs(r, digest); number != "" {
		return web.See(w, r, Href(number)+"/sent")
	}
	hide := f.hide
	d := request.Draft{Words: f.words, Files: f.files, Topic: f.topic, Anonymous: f.anonymous, AskFirst: f.share, Channel: request.ChannelPage,
		Place: request.Place{Text: f.spot.Text, Point: f.spot.Point, Area: f.spot.Area, Station: f.spot.Station}}
	if r.PostForm.Has("hide_asked") {
		d.Hide = &hide
	}
	receipt, err := p.Office.Capture(web.Named(r, up.Digests()...), d)
	if fault.Is(err, fault.Invalid) || twice(err) {
		return p.refused(w, r, f, err)
	}
	if err != nil {
		return err
	}
	if !f.signed(r.Context()) {
		p.Hold(w, r, receipt.Number, p.Office.Secret(receipt.ID))
	}
	p.noteSent(w, digest, receipt.Number)
	return web.See(w, r, Href(receipt.Number)+"/sent")
}

// signed reports whether the request belongs to the account of who sends it.
func (f askForm) signed(ctx context.Context) bool {
	return authz.From(ctx).Kind == authz.Worker && !f.anonymous
}

func (p *pages) refused(w http.ResponseWriter, r *http.Request, f askForm, err error) error {
	f.errors = formErrors(r.Context(), err)
	return p.showAsk(w, r, web.Status(fault.KindOf(err)), f)
}

// twice reports whether the form was sent before with something else in it, as
// from a page that the reader went back to.
func twice(err error) bool {
	return fault.Is(err, fault.Conflict) && fault.Of(err).Msg == op.Reused
}

// broken tells that a body could not be read, with the words that arrived
// before it broke.
func (p *pages) broken(w http.ResponseWriter, r *http.Request, err error) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	f := p.readAsk(r)
	return p.refused(w, r, f, err)
}

// formErrors tells what a form cannot take: the faults of files where their
// input is, and that things moved on meanwhile as one for the whole form.
func formErrors(ctx context.Context, err error) ui.FormErrors {
	mended := *fault.Of(err)
	switch {
	case twice(err):
		mended.Msg = "help.twice"
	case mended.Kind == fault.Conflict && !web.HasText(ctx, mended.Msg):
		mended.Msg = "request.state"
	}
	mended.Kind = fault.Invalid
	mended.Fields = slices.Clone(mended.Fields)
	for i := range mended.Fields {
		if mended.Fields[i].Name == "files" {
			mended.Fields[i].Name = upload.PhotoInput
		}
	}
	return ui.FieldErrors(ctx, &mended)
}

// readAsk reads the form's inputs. A position that makes no sense is none.
func (p *pages) readAsk(r *http.Request) askForm {
	in := r.PostForm
	f := askForm{words: in.Get("words"), topic: in.Get("topic"), hide: in.Get("hide") != "", anonymous: in.Get("anonymous") != "", share: in.Get("share") != "", offered: in.Get("offered")}
	f.spot = Spot{Text: strings.TrimSpace(in.Get("place")), Area: in.Get("area"), Station: in.Get("station"), Point: pointOf(in.Get("lat"), in.Get("lng"))}
	before := pointOf(in.Get("was_lat"), in.Get("was_lng"))
	located := f.spot.Point != nil && (before == nil || *before != *f.spot.Point)
	switch {
	case f.spot.Text == "" && !located && f.spot.Station == "":
		f.spot = Spot{} // wiped out: it is somewhere else
	case f.spot.Text != f.offered && !located:
		f.spot.Point = nil // the words name another place than the point
	}
	if f.spot.Point != nil && f.spot.Station == "" && p.AreaOf != nil {
		if area := p.AreaOf(*f.spot.Point); area != "" {
			f.spot.Area = area
		}
	}
	return f
}

func pointOf(lat, lng string) *geo.Point {
	a, err1 := strconv.ParseFloat(lat, 64)
	b, err2 := strconv.ParseFloat(lng, 64)
	point := geo.Point{Lat: a, Lng: b}
	if err1 != nil || err2 != nil || !point.Valid() || !point.InChina() {
		return nil
	}
	return &point
}

// coordinate is a point's part as a hidden input holds it.
func coordinate(p *geo.Point, lng bool) string {
	switch {
	case p == nil:
		return ""
	case lng:
		return strconv.FormatFloat(p.Lng, 'f', 5, 64)
	}
	return strconv.FormatFloat(p.Lat, 'f', 5, 64)
}

// promise says who hears it and by when.
func (f askForm) promise(ctx context.Context) string {
	who := f.hears
	if who == "" {
		who = t(ctx, "union")
	}
	switch {
	case f.look.IsZero():
		return t(ctx, "promise.none", "Who", who)
	case f.answer.IsZero():
		return t(ctx, "promise.dark", "Day", web.Date(ctx, f.dark), "Who", who, "Look", web.Deadline(ctx, f.look))
	}
	return t(ctx, "promise", "Who", who, "Look", web.Deadline(ctx, f.look), "Answer", web.DayWithWeekday(ctx, f.answer))
}

// filesKept says what is still here of a refused form.
func filesKept(ctx context.Context, files []request.File) string {
	photos, seconds := 0, 0
	for _, f := range files {
		if f.Kind == request.Photo {
			photos++
		} else {
			seconds += f.Seconds
		}
	}
	return t(ctx, "kept", "What", amounts(ctx, photos, seconds))
}

// amounts says 语音 18 秒、照片 2 张.
func amounts(ctx context.Context, photos, seconds int) string {
	var parts []string
	if seconds > 0 {
		parts = append(parts, t(ctx, "voice_of", "Length", web.Seconds(ctx, seconds)))
	}
	if photos > 0 {
		parts = append(parts, t(ctx, "photos_of", "Count", photos))
	}
	return web.List(ctx, parts...)
}

func (f askForm) topics(ctx context.Context) []ui.Option { return show.TopicOptions(ctx, f.topic) }

// placeSmall says where the place's words come from.
func (f askForm) placeSmall(ctx context.Context) string {
	if f.offered == "" {
		return t(ctx, "optional")
	}
	return t(ctx, "place.offered")
}
