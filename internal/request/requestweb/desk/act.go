package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// smallAct is an act on a request that is one small form on a page of its own.
type smallAct struct {
	name    string // of its page and its words
	icon    string
	action  authz.Action
	kind    request.Kind // whether it fits the state; empty: always
	purpose string
	needs   string // a parameter without which the page says nothing
	prime   func(*pages, context.Context, request.Case, url.Values) ([]field, error)
	do      func(*pages, context.Context, request.Case, request.Ref, url.Values) error
}

func (a smallAct) fits(ctx context.Context, c request.Case) bool {
	return may(ctx, a.action, c) && (a.kind == "" || c.Status.May(a.kind)) && (a.name != "unmerge" || c.MergedInto != nil)
}

// field is one input of a small act.
type field struct {
	name    string
	value   string
	kind    string // "", "long", "select", "check", "hidden", "tel", "when"
	options []ui.Option
	empty   string // of a select: the line without a value
	need    bool
}

// smallActs are the acts, in the order in which the case lists them.
func smallActs() []smallAct {
	return []smallAct{
		{name: "classify", icon: "folder", action: request.Classify, purpose: "sort a matter: kind, title, what was heard, area", prime: classFields, do: classify},
		{name: "assign", icon: "people", action: request.Assign, kind: request.KindAssigned, purpose: "give a matter to a colleague", prime: assignFields, do: assign},
		{name: "not-ours", icon: "hand", action: request.Refer, kind: request.KindNotOurs, purpose: "tell the worker whose matter it is", prime: referFields, do: refer},
		{name: "raise", icon: "up", action: request.Raise, kind: request.KindRaised, purpose: "bring a matter before the union above", prime: whyField, do: raise},
		{name: "unmerge", icon: "swap", action: request.Part, kind: request.KindUnmerged, purpose: "take a request out of the one that it was merged into", prime: wordsField, do: unmerge},
		{name: "recall", icon: "reply", action: request.Recall, kind: request.KindRecalled, purpose: "take a matter back from a body", needs: "dispatch", prime: recallFields, do: recall},
		{name: "more-time", icon: "clock", action: request.GiveTime, kind: request.KindGranted, purpose: "give a body more time, or refuse it", needs: "dispatch", prime: timeFields, do: giveTime},
	}
}

// actPage is a small act as it is shown.
type actPage struct {
	act    smallAct
	c      request.Case
	fields []field
	reqID  string
	seen   int64
	reach.Trouble
}

func (p *pages) askAct(a smallAct) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := p.load(r, a.action)
		if err != nil {
			return err
		}
		v := actPage{act: a, c: c, seen: c.Version}
		status := http.StatusOK
		if !a.fits(r.Context(), c) {
			v.Text, status = notNow(r.Context(), c), http.StatusConflict
		}
		return p.showAct(w, r, status, v, r.URL.Query())
	}
}

func (p *pages) showAct(w http.ResponseWriter, r *http.Request, status int, v actPage, given url.Values) (err error) {
	ctx := r.Context()
	if v.fields, err = v.act.prime(p, ctx, v.c, given); err != nil {
		return err
	}
	v.reqID = web.NewReqID()
	return web.Show(w, r, status, actShown(p.under(ctx, v.c, t(ctx, "act."+v.act.name)), v))
}

func (p *pages) doAct(a smallAct) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := reach.Form(r); err != nil {
			return err
		}
		c, err := p.load(r, a.action)
		if err != nil {
			return err
		}
		ref, err := refOf(r)
		if err != nil {
			return err
		}
		if err = a.do(p, web.Named(r), c, ref, r.PostForm); err == nil {
			web.SetFlash(w, r, "requestdesk.flash."+a.name)
			return web.See(w, r, p.back(r.Context(), c))
		}
		v := actPage{act: a, c: c, seen: c.Version}
		status := 0
		if v.Trouble, status, err = againIn(r.Context(), c, err); err != nil {
			return err
		}
		return p.showAct(w, r, status, v, r.PostForm)
	}
}

// back is the page to return to: the request, or the list when it went to an
// area that the reader does not see.
func (p *pages) back(ctx context.Context, c request.Case) string {
	if _, err := p.read(ctx, request.Ref{ID: c.ID}); reach.Gone(err) {
		return HrefRequests
	}
	return Href(c.ID)
}

// given is what was filled in before, else what the request says.
func given(v url.Values, name, otherwise string) string {
	if v.Has(name) {
		return v.Get(name)
	}
	return otherwise
}

func whyField(_ *pages, _ context.Context, _ request.Case, v url.Values) ([]field, error) {
	return []field{{name: "why", kind: "long", value: v.Get("why"), need: true}}, nil
}

func raise(p *pages, ctx context.Context, _ request.Case, ref request.Ref, v url.Values) error {
	_, err := p.Office.Raise(ctx, ref, v.Get("why"))
	return err
}

func wordsField(_ *pages, _ context.Context, _ request.Case, v url.Values) ([]field, error) {
	return []field{{name: "words", kind: "long", value: v.Get("words")}}, nil
}

func unmerge(p *pages, ctx context.Context, _ request.Case, ref request.Ref, v url.Values) error {
	_, err := p.Office.Unmerge(ctx, ref, v.Get("words"))
	return err
}

func recallFields(_ *pages, _ context.Context, c request.Case, v url.Values) ([]field, error) {
	if tell.Dispatch(c, request.DispatchID(v.Get("dispatch"))) == nil {
		return nil, reach.Missing()
	}
	return []field{{name: "dispatch", kind: "hidden", value: v.Get("dispatch")}, {name: "why", value: v.Get("why"), need: true}}, nil
}

func recall(p *pages, ctx context.Context, _ request.Case, ref request.Ref, v url.Values) error {
	_, err := p.Office.Recall(ctx, ref, request.DispatchID(v.Get("dispatch")), v.Get("why"))
	return err
}

// timeFields offer the date that was asked for, and the body's reason as what
// the worker will be told.
func timeFields(_ *pages, ctx context.Context, c request.Case, v url.Values) ([]field, error) {
	d := tell.Dispatch(c, request.DispatchID(v.Get("dispatch")))
	if d == nil {
		return nil, reach.Missing()
	}
	until, why := "", ""
	if d.Asks() {
		until = d.AskedUntil.In(clock.Zone).Format(localTime)
	}
	for _, e := range c.Timeline {
		if e.Kind == request.KindMoreTime && e.Dispatch == d.ID {
			why = e.Words
		}
	}
	say := field{name: "say", kind: "select", need: true}
	for _, s := range []string{"yes", "no"} {
		say.options = append(say.options, ui.Option{Value: s, Text: t(ctx, "act.more-time.say."+s), On: s == given(v, "say", "yes")})
	}
	return []field{{name: "dispatch", kind: "hidden", value: string(d.ID)}, say, {name: "until", kind: "when", value: given(v, "until", until)},
		{name: "why", kind: "long", value: given(v, "why", why), need: true}}, nil
}

func giveTime(p *pages, ctx context.Context, _ request.Case, ref request.Ref, v url.Values) (err error) {
	did := request.DispatchID(v.Get("dispatch"))
	if v.Get("say") == "no" {
		_, err = p.Office.RefuseTime(ctx, ref, did, v.Get("why"))
	} else {
		_, err = p.Office.GiveTime(ctx, ref, did, v.Get("why"), parseLocal(v.Get("until")))
	}
	return err
}

func referFields(p *pages, ctx context.Context, c request.Case, v url.Values) ([]field, error) {
	phrases, err := p.phrasesFor(ctx, c, request.KindNotOurs)
	words := ""
	if len(phrases) > 0 {
		words = tell.PhraseText(ctx, phrases[0])
	}
	return []field{{name: "who", value: v.Get("who"), need: true}, {name: "phone", kind: "tel", value: v.Get("phone"), need: true},
		{name: "words", kind: "long", value: given(v, "words", words)}}, err
}

func refer(p *pages, ctx context.Context, _ request.Case, ref request.Ref, v url.Values) error {
	_, err := p.Office.NotOurs(ctx, ref, v.Get("who"), v.Get("phone"), v.Get("words"))
	return err
}

// people are those to whom the matter can be given; at least the reader.
func (p *pages) people(ctx context.Context, c request.Case) ([]Person, error) {
	var all []Person
	if p.Staff != nil {
		var err error
		if all, err = p.Staff.Staff(ctx, c.Place.Area); err != nil {
			return nil, err
		}
	}
	me := Person{self(ctx), signature(ctx)}
	if may(ctx, request.Look, c) && !slices.ContainsFunc(all, func(o Person) bool { return o.ID == me.ID }) {
		all = append([]Person{me}, all...)
	}
	return all, nil
}

func assignFields(p *pages, ctx context.Context, c request.Case, v url.Values) ([]field, error) {
	all, err := p.people(ctx, c)
	on := given(v, "officer", c.Officer)
	f := field{name: "officer", kind: "select", empty: t(ctx, "officer.choose"), need: true}
	for _, o := range all {
		f.options = append(f.options, ui.Option{Value: o.ID, Text: o.Name, On: o.ID == on})
	}
	return []field{f}, err
}

func assign(p *pages, ctx context.Context, c request.Case, ref request.Ref, v url.Values) error {
	all, err := p.people(ctx, c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(o Person) bool { return o.ID == v.Get("officer") })
	if i < 0 {
		i = len(all)
		all = append(all, Person{}) // nobody: the office says what is missing
	}
	_, err = p.Office.Assign(ctx, ref, all[i].ID, all[i].Name)
	return err
}

func classFields(_ *pages, ctx context.Context, c request.Case, v url.Values) ([]field, error) {
	hide := ""
	if c.Hidden {
		hide = "1"
	}
	shown := given(v, "was_hidden", hide)
	if v.Has("title") {
		hide = v.Get("hide")
	}
	out := []field{
		{name: "title", value: given(v, "title", c.Title)},
		{name: "topic", kind: "select", empty: t(ctx, "topic.none"), options: tell.TopicOptions(ctx, given(v, "topic", c.Topic))},
	}
	if len(c.Files) > 0 || c.Heard != "" {
		out = append(out, field{name: "heard", kind: "long", value: given(v, "heard", c.Heard)})
	}
	return append(out, field{name: "place", value: given(v, "place", c.Place.Text)},
		field{name: "area", kind: "select", options: reach.WithNeighbours(ctx, reach.AreaOptions(ctx, given(v, "area", c.Place.Area), authz.Cadre), given(v, "area", c.Place.Area))},
		field{name: "hide", kind: "check", value: hide}, field{name: "was_hidden", kind: "hidden", value: shown}), nil
}

func classify(p *pages, ctx context.Context, c request.Case, ref request.Ref, v url.Values) error {
	text := func(name string) *string {
		if !v.Has(name) {
			return nil
		}
		s := v.Get(name)
		return &s
	}
	hide, shown := v.Get("hide") != "", v.Get("was_hidden") != "" // what the reader saw, not what a colleague made of it since
	k := request.Class{Title: text("title"), Heard: text("heard"), Place: text("place"), Area: text("area"), Topic: text("topic")}
	if hide != shown {
		k.Hide = &hide // else the rule of the topic decides: a box that nobody touched uncovers nobody
	}
	if k.Topic != nil && *k.Topic == "" && c.Topic == "" {
		k.Topic = nil // not sorted before, and not now
	}
	_, err := p.Office.Classify(ctx, ref, k)
	return err
}
