package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// sayForm is the form at the foot of a case: one text that goes to the worker
// (told, asked, answered) or stays inside (noted).
type sayForm struct {
	kind    request.Kind
	words   string
	all     bool   // the followers read it, too
	body    string // of a briefing: the dispatch
	files   []request.File
	notes   []string
	phrases []request.Phrase
	preview bool
	reqID   string
	seen    int64
	reach.Trouble
}

// saying are the kinds with the rights that they need.
func saying() []struct {
	kind request.Kind
	act  authz.Action
	icon string
} {
	return []struct {
		kind request.Kind
		act  authz.Action
		icon string
	}{{request.KindTold, request.Tell, "reply"}, {request.KindAsked, request.Ask, "clock"}, {request.KindAnswered, request.Answer, "check"},
		{request.KindBriefed, request.Brief, "building"}, {request.KindNoted, request.Note, "lock"}}
}

// sayKinds are the kinds that the reader may use now.
func sayKinds(ctx context.Context, c request.Case) []request.Kind {
	var out []request.Kind
	for _, s := range saying() {
		if can(ctx, s.act, s.kind, c) && (s.kind != request.KindBriefed || len(briefable(c)) > 0) {
			out = append(out, s.kind)
		}
	}
	return out
}

// briefable are the dispatches whose bodies can be told something.
func briefable(c request.Case) []request.Dispatch {
	return slices.DeleteFunc(slices.Clone(c.Dispatches), func(d request.Dispatch) bool { return !d.Holds() })
}

// bodyOptions are the bodies that can be told something.
func (f sayForm) bodyOptions(c request.Case) []ui.Option {
	var out []ui.Option
	for _, d := range briefable(c) {
		out = append(out, ui.Option{Value: string(d.ID), Text: d.BodyName, On: string(d.ID) == f.body})
	}
	return out
}

// toAll reports whether those who were joined to the request can read it, too.
// They do unless the tick is taken away: each was promised an answer.
func (f sayForm) toAll() bool {
	return f.kind == request.KindTold || f.kind == request.KindAnswered
}

// sayKind is the kind that was asked for, if it is open to the reader, else the
// first that is.
func sayKind(ctx context.Context, c request.Case, asked string) request.Kind {
	all := sayKinds(ctx, c)
	if slices.Contains(all, request.Kind(asked)) {
		return request.Kind(asked)
	}
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

func (f sayForm) tabs(ctx context.Context, c request.Case) []ui.SegItem {
	var out []ui.SegItem
	for _, s := range saying() {
		if slices.Contains(sayKinds(ctx, c), s.kind) {
			out = append(out, ui.SegItem{Text: t(ctx, "say."+string(s.kind)), Icon: s.icon, Name: "do", Value: "to." + string(s.kind), On: s.kind == f.kind})
		}
	}
	return out
}

// phraseOptions are the texts that can be put into the form.
func (f sayForm) phraseOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, ph := range f.phrases {
		text := tell.PhraseText(ctx, ph)
		out = append(out, ui.Option{Value: text, Text: tell.FirstLine(text, 40)})
	}
	return out
}

func (p *pages) phrasesFor(ctx context.Context, c request.Case, k request.Kind) ([]request.Phrase, error) {
	if !slices.Contains(request.PhraseKinds(), k) {
		return nil, nil
	}
	return p.Office.Phrases(ctx, c.Place.Area, k)
}

// say sends what was written, or shows it once more with another reader, a
// phrase put in, or as the worker will see it.
func (p *pages) say(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := p.load(r, request.Read) // before anything is kept of what was sent
	if err != nil {
		return err
	}
	files, err := p.Files.Read(r)
	if err != nil {
		return err
	}
	f := sayForm{words: r.PostForm.Get("words"), all: r.PostForm.Get("all") != "", body: r.PostForm.Get("body"), files: files.Files, reqID: web.NewReqID(), seen: c.Version}
	f.kind = sayKind(ctx, c, r.PostForm.Get("kind"))
	if string(f.kind) != r.PostForm.Get("kind") && r.PostForm.Get("do") == "" {
		f.Trouble = reach.Trouble{Text: notNow(ctx, c)}
		return p.showCase(w, r, http.StatusConflict, c, f)
	}
	if do := r.PostForm.Get("do"); do != "" {
		return p.redraw(w, r, c, f, do)
	}
	err = files.Err()
	if err == nil {
		err = p.speak(web.Named(r, files.Digests()...), r, f)
	}
	if err == nil {
		web.SetFlash(w, r, "requestdesk.flash."+string(f.kind))
		return web.See(w, r, Href(c.ID)+"#end")
	}
	b, status, err := againIn(ctx, c, err)
	if err != nil {
		return err
	}
	f.Trouble = b
	return p.showCase(w, r, status, c, f)
}

// redraw shows the form once more without sending it.
func (p *pages) redraw(w http.ResponseWriter, r *http.Request, c request.Case, f sayForm, do string) error {
	switch {
	case strings.HasPrefix(do, "to."):
		f.all = f.all || !f.toAll() // there was no tick to take away
		f.kind = sayKind(r.Context(), c, strings.TrimPrefix(do, "to."))
	case do == "phrase":
		f.words = strings.TrimLeft(f.words+"\n"+r.PostForm.Get("phrase"), "\n")
	default:
		f.preview = true
	}
	return p.showCase(w, r, http.StatusOK, c, f)
}

func (p *pages) speak(ctx context.Context, r *http.Request, f sayForm) error {
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	m := request.Message{Words: f.words, Files: f.files, Followers: f.all}
	switch f.kind {
	case request.KindTold:
		_, err = p.Office.Tell(ctx, ref, m)
	case request.KindAsked:
		_, err = p.Office.Ask(ctx, ref, m)
	case request.KindAnswered:
		_, err = p.Office.Answer(ctx, ref, m)
	case request.KindBriefed:
		_, err = p.Office.Brief(ctx, ref, request.DispatchID(f.body), m)
	case request.KindNoted:
		_, err = p.Office.Note(ctx, ref, m)
	default:
		err = reach.Missing()
	}
	return err
}

// againIn is again with the words for an act that the state does not allow.
func againIn(ctx context.Context, c request.Case, err error) (reach.Trouble, int, error) {
	b, status, rest := reach.Again(ctx, err)
	if rest == nil && fault.Is(err, fault.Conflict) && fault.Of(err).Msg == "request.state" {
		b.Text = notNow(ctx, c)
	}
	return b, status, rest
}

// notNow says that an act does not fit the state.
func notNow(ctx context.Context, c request.Case) string {
	return t(ctx, "notnow", "Status", tell.Status(ctx, c.Status))
}
