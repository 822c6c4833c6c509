package desk

import (
	"context"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/request/requestweb/sharing"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/request/share"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// caseView is the page of one matter.
type caseView struct {
	request.Case
	side  tell.Side
	say   sayForm
	alike []request.Alike

	asks  bool        // whether bodies may see the worker's files is asked
	asked share.Asked // what each body may see
}

// show tells everything about one matter. That a cadre opened it is a receipt
// to the worker, who waits for it: the page itself stamps the first look rather
// than a button that somebody forgets. The stamp is idempotent, so the page may
// be read again and again; a browser that only fetches ahead stamps nothing.
func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := p.load(r, request.Read)
	if err != nil {
		return err
	}
	if c.SeenAt.IsZero() && c.Status.Open() && may(ctx, request.Look, c) && r.Method == http.MethodGet && r.Header.Get("Sec-Purpose") == "" {
		if _, err := p.Office.Look(ctx, request.Ref{ID: c.ID}); err != nil {
			return err
		}
		if c, err = p.load(r, request.Read); err != nil {
			return err
		}
	}
	say := sayForm{kind: sayKind(ctx, c, r.URL.Query().Get("say")), all: true, reqID: web.NewReqID(), seen: c.Version}
	return p.showCase(w, r, http.StatusOK, c, say)
}

// showCase draws the page with the form at its foot as it stands.
func (p *pages) showCase(w http.ResponseWriter, r *http.Request, status int, c request.Case, say sayForm) error {
	ctx := r.Context()
	v := caseView{Case: c, say: say}
	if s := tell.Side(r.URL.Query().Get("side")); slices.Contains(tell.Sides(), s) {
		v.side = s
	}
	var err error
	if v.alike, err = p.alikeTo(ctx, c); err != nil {
		return err
	}
	if v.asks = p.Shares != nil && share.Policy.May(authz.From(ctx), share.Told, c.AuthzObject()); v.asks {
		if v.asked, err = p.Shares.Ask(ctx, request.Ref{ID: c.ID}); err != nil {
			return err
		}
		v.asks = len(v.asked.Kinds) > 0
	}
	if v.say.phrases, err = p.phrasesFor(ctx, c, v.say.kind); err != nil {
		return err
	}
	if v.say.notes, err = p.Files.Keep(v.say.files); err != nil {
		return err
	}
	f := p.frame(ctx, tell.Title(ctx, c.Request), ui.Crumb{Text: t(ctx, "title"), Href: HrefRequests + "?open=" + string(c.ID)}, ui.Crumb{Text: c.Number})
	f.Main, f.Chips, f.Buttons = "two", caseChips(c), caseButtons(c)
	if caseActs(ctx, c) {
		f.Actions = caseButtonsSmall(c)
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return web.Show(w, r, status, casePage(f, v))
}

// alikeTo are other requests that may be about the same matter, for those who
// may merge them.
func (p *pages) alikeTo(ctx context.Context, c request.Case) ([]request.Alike, error) {
	if !can(ctx, request.Join, request.KindMerged, c) {
		return nil, nil
	}
	all, err := p.Office.Similar(ctx, request.SimilarTo{Words: strings.TrimSpace(c.Words + " " + c.Title + " " + c.Heard), Point: c.Place.Point, Not: c.ID})
	return slices.DeleteFunc(all, func(a request.Alike) bool {
		return slices.ContainsFunc(c.Followers, func(f request.Follower) bool { return f.ID == a.ID })
	}), err
}

// file hands out a photo or a voice message, if the reader may have it.
func (p *pages) file(w http.ResponseWriter, r *http.Request) error {
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	aid, err := id.Parse[request.AttachmentID](r.PathValue("file"))
	if err != nil {
		return reach.Missing()
	}
	if _, err := p.read(r.Context(), ref); err != nil {
		return err // these are the staff's pages
	}
	a, err := p.Office.Attachment(r.Context(), ref, aid)
	if err != nil {
		return err
	}
	return p.Files.Serve(w, r, a, r.URL.Query().Get("thumb") != "")
}

// share writes down what the worker said about what bodies may see.
func (p *pages) share(w http.ResponseWriter, r *http.Request) error {
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	if err := reach.Form(r); err != nil {
		return err
	}
	if p.Shares == nil {
		return reach.Missing()
	}
	told := "sharing.flash.told"
	if err := p.Shares.Told(web.Named(r), ref, r.PostForm.Get("body"), sharing.Kinds(r.PostForm)...); err != nil {
		if !fault.Is(err, fault.Conflict) || !web.HasText(r.Context(), fault.Of(err).Msg) {
			return err
		}
		told = fault.Of(err).Msg
	}
	web.SetFlash(w, r, told)
	return web.See(w, r, Href(ref.ID)+"#share")
}

// release lets the bodies see a file, or takes that back.
func (p *pages) release(w http.ResponseWriter, r *http.Request) error {
	if err := reach.Form(r); err != nil {
		return err
	}
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	if _, err := p.load(r, request.Release); err != nil {
		return err
	}
	aid, err := id.Parse[request.AttachmentID](r.PostForm.Get("file"))
	if err != nil {
		return reach.Missing()
	}
	if _, err := p.Office.Release(web.Named(r), ref, aid, r.PostForm.Get("on") == "1"); err != nil {
		return err
	}
	web.SetFlash(w, r, "requestdesk.flash.release")
	return web.See(w, r, Href(ref.ID)+"#files")
}

// releasable reports whether a file of the worker may be shown to bodies.
func releasable(c request.Case, a request.Attachment) bool {
	return a.Body == "" && (a.By != request.ByWorker || a.Kind != request.Voice || !c.Hidden)
}

// hands tells who has the matter: bodies by their part, then the officer.
func hands(ctx context.Context, c request.Case) []ui.Pair {
	var out []ui.Pair
	for _, d := range c.Dispatches {
		if !d.Holds() && d.State != request.DispatchBounced {
			continue
		}
		part := "part.support"
		if d.Lead {
			part = "part.lead"
		}
		out = append(out, ui.Pair{Key: t(ctx, part), Node: hand(c, d)})
	}
	watch := c.OfficerName
	if watch == "" {
		watch = t(ctx, "officer.none")
	}
	out = append(out, ui.Pair{Key: t(ctx, "part.watch"), Text: watch})
	if c.Bounces > 0 {
		out = append(out, ui.Pair{Key: t(ctx, "part.bounced"), Text: t(ctx, "bounced.times", "Count", c.Bounces)})
	}
	if c.Chases > 0 {
		out = append(out, ui.Pair{Key: t(ctx, "part.chased"), Text: t(ctx, "chased.times", "Count", c.Chases)})
	}
	if c.Reopened > 0 {
		out = append(out, ui.Pair{Key: t(ctx, "part.reopened"), Text: t(ctx, "reopened.times", "Count", c.Reopened)})
	}
	if c.Level >= request.LevelUnion {
		out = append(out, ui.Pair{Key: t(ctx, "part.raised"), Text: t(ctx, "raised.up")})
	}
	return out
}

func handChip(ctx context.Context, d request.Dispatch) (ui.Tone, string, string) {
	text := show.Handing(ctx, d.State)
	if s, ok := map[request.DispatchState]request.Status{request.DispatchSent: request.StatusDispatched, request.DispatchSigned: request.StatusAccepted,
		request.DispatchWorking: request.StatusWorking}[d.State]; ok {
		text = tell.Status(ctx, s) // the office's short word
	}
	switch d.State {
	case request.DispatchSigned, request.DispatchReported:
		return ui.Pine, "check", text
	case request.DispatchWorking:
		return ui.Ember, "building", text
	case request.DispatchBounced:
		return ui.Amber, "reply", text
	case request.DispatchOpened:
		return ui.Ice, "eye", text
	default:
		return ui.Plain, "clock", text
	}
}

// facts are what else is known of the matter.
func facts(ctx context.Context, c request.Case) []ui.Pair {
	out := []ui.Pair{
		{Key: t(ctx, "topic"), Text: tell.Topic(ctx, c.Topic)},
		{Key: t(ctx, "place"), Text: tell.Place(ctx, c.Request)},
		{Key: t(ctx, "channel"), Text: t(ctx, "channel."+string(c.Channel))},
	}
	if c.Source != "" {
		out = append(out, ui.Pair{Key: t(ctx, "source"), Text: c.Source})
	}
	phone := "phone.no"
	if c.HasPhone {
		phone = "phone.yes"
	}
	return append(out, ui.Pair{Key: t(ctx, "phone"), Text: t(ctx, phone)})
}

// spot is the matter as a point on the sketch.
func spot(ctx context.Context, c request.Case) ui.MapProps {
	name := c.Place.Text
	if name == "" {
		name = t(ctx, "place")
	}
	return ui.MapProps{Stations: []ui.MapStation{{Name: name, Open: true}}, NoMe: true, Names: true, Small: true, Label: t(ctx, "map", "Place", name)}
}

// metres says how far a similar request is; nothing when one has no point.
func metres(ctx context.Context, a request.Alike) string {
	switch {
	case a.Metres < 0:
		return ""
	case a.Metres < 5:
		return t(ctx, "alike.here")
	}
	return web.About(ctx, math.Round(a.Metres))
}

func alikeTitle(a request.Alike) string {
	return tell.OrElse(tell.OrElse(a.Title, tell.FirstLine(a.Words, 60)), tell.OrElse(a.Place, a.Number))
}

func alikeSub(ctx context.Context, a request.Alike) string {
	parts := []string{a.Number, tell.Status(ctx, a.Status), web.Date(ctx, a.At)}
	if m := metres(ctx, a); m != "" {
		parts = append(parts, m)
	}
	if a.Followers > 0 {
		parts = append(parts, t(ctx, "followers", "Count", a.Followers))
	}
	return web.List(ctx, parts...)
}

// caseActs reports whether the reader can do anything from the head of the page.
func caseActs(ctx context.Context, c request.Case) bool {
	return can(ctx, request.Send, request.KindDispatched, c) || can(ctx, request.Answer, request.KindAnswered, c)
}

// toAnyone reports whether the office may still act at all, for the rest of the acts.
func toAnyone(ctx context.Context, c request.Case) []smallAct {
	return slices.DeleteFunc(smallActs(), func(a smallAct) bool { return a.needs != "" || !a.fits(ctx, c) })
}

// self is the reader's id.
func self(ctx context.Context) string { return authz.From(ctx).ID }

// signature is the name under what the reader writes.
func signature(ctx context.Context) string { return authz.From(ctx).Name }

// extraName is the way to the full name, for who may ask for it.
func extraName(ctx context.Context, c request.Case) templ.Component {
	if !may(ctx, request.Reveal, c) {
		return nil
	}
	return nameButton(c)
}

// workerFiles are the files that the union may show to bodies.
func workerFiles(c request.Case) []request.Attachment {
	return slices.DeleteFunc(slices.Clone(c.Files), func(a request.Attachment) bool { return a.Body != "" || a.By != request.ByWorker && a.Seq != 1 })
}

func fileName(ctx context.Context, i int, a request.Attachment) string {
	if a.Kind == request.Voice {
		return t(ctx, "file.voice", "Count", i+1)
	}
	return t(ctx, "file.photo", "Count", i+1)
}

func fileState(ctx context.Context, c request.Case, a request.Attachment) string {
	switch {
	case !releasable(c, a):
		return t(ctx, "file.never")
	case a.Released && a.Shut():
		return t(ctx, "file.shut")
	case a.Released:
		return t(ctx, "file.out")
	}
	return t(ctx, "file.in")
}

func followerTable(ctx context.Context, c request.Case) ui.TableProps {
	p := ui.TableProps{Caption: t(ctx, "same.table"), Cols: []ui.Col{{Text: t(ctx, "same.who")}, {Text: t(ctx, "same.said")}, {Text: t(ctx, "same.state"), Wide: true}, {Text: t(ctx, "same.at"), Right: true}}}
	for _, f := range c.Followers {
		p.Rows = append(p.Rows, []ui.Cell{{Text: tell.Worker(ctx, f.Surname)}, {Text: tell.OrElse(tell.FirstLine(f.Words, 40), f.Number), Href: Href(f.ID)}, {Text: tell.Status(ctx, f.Status)}, {Text: web.Date(ctx, f.At)}})
	}
	return p
}
