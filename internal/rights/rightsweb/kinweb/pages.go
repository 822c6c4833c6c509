// Package kinweb is what people see of a case of relatives: cadres and leaders at the ask,
// and whoever has the account among their own data.
package kinweb

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/rights"
	"nuanxin/internal/rights/kin"
	"nuanxin/internal/rights/rightsweb"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need; all of it.
type Config struct {
	Rights *rights.Service
	Kin    *kin.Service
	Give   func(w http.ResponseWriter, r *http.Request, c kin.Case, paper bool) error // sends the copy, once it may be taken
	Worker func(web.Handler) web.Handler                                              // lets workers through and leads others to the sign-in
	Frame  func(ctx context.Context) ui.StaffPage                                     // the reader's name, organisation and menu
}

// HrefMine is where whoever has an account reads what relatives ask about it.
const HrefMine = ui.HrefMe + "/data/relatives"

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string { return web.T(ctx, "kin."+key, args...) }

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	own := func(method string, act authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: HrefMine, Action: string(act), Purpose: purpose, Roles: []string{"owner"}, BodyLimit: 4 << 10, Handler: web.HTML(c.Worker(ui.Private(h)))}
	}
	desk := func(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: rightsweb.HrefDesk + "/{id}/kin" + pattern, Action: string(act), Purpose: purpose, Roles: kin.Policy.Roles(act), BodyLimit: 8 << 10, Look: web.LookStaff, Handler: web.HTML(ui.Private(h))}
	}
	return []web.Route{
		own("GET", kin.Mine, "see what relatives ask about one's own account", p.mine),
		own("POST", kin.Stop, "say that one is there, which stops it", p.stop),
		desk("GET", "", kin.See, "how a case of relatives stands", p.show),
		desk("POST", "", kin.Propose, "find whose account it is about, and propose what the relatives ask", p.propose),
		desk("POST", "/decide", kin.Decide, "grant or refuse what another proposed", p.decide),
		desk("POST", "/copy", kin.Copy, "take the copy that was granted", p.copy),
		desk("POST", "/end", kin.End, "end the account, and answer the ask", p.end),
	}
}

// view is a case as it is shown.
type view struct {
	ask         rights.Ask
	name, phone string // of who asks, masked
	kin.Case
	has    bool
	found  kin.Found
	draft  kin.Draft
	ground kin.Ground
	may    map[authz.Action]bool
	own    bool // the reader proposed it
	reqID  string
	ui.Trouble
}

// find returns the ask of the path to whoever answers it.
func (p *pages) find(r *http.Request) (rights.Ask, error) {
	ctx := r.Context()
	missing := fault.New("kin.find", fault.Missing, "fault.missing")
	which, err := id.Parse[rights.ID](r.PathValue("id"))
	if err != nil || !authz.From(ctx).Has(authz.Cadre) && !authz.From(ctx).Has(authz.Leader) {
		return rights.Ask{}, missing
	}
	a, err := p.Rights.Get(ctx, which)
	if err == nil && a.Kind != rights.Kin {
		err = missing
	}
	return a, err
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.showCase(w, r, http.StatusOK, view{})
}

// showCase reads the case anew and shows it with what v brings.
func (p *pages) showCase(w http.ResponseWriter, r *http.Request, status int, v view) (err error) {
	ctx := r.Context()
	if v.ask, err = p.find(r); err != nil {
		return err
	}
	if v.name, v.phone, err = p.Rights.Who(ctx, v.ask); err != nil {
		return err
	}
	if v.Case, v.has, err = p.Kin.Of(ctx, v.ask.ID); err != nil {
		return err
	}
	who := authz.From(ctx)
	v.may, v.own, v.reqID = map[authz.Action]bool{}, v.ByID == who.ID, web.NewReqID()
	for act := range kin.Policy {
		v.may[act] = kin.Policy.May(who, act, authz.Object{Kind: "kin", ID: v.Person, Group: "person", Area: v.ask.Area})
	}
	return web.Show(w, r, status, casePage(p.Frame(ctx).Under(rightsweb.HrefDesk, web.T(ctx, "rights.desk.title"), t(ctx, "title")), v))
}

// failed shows the form again with what is wrong.
func (p *pages) failed(w http.ResponseWriter, r *http.Request, v view, err error) error {
	var status int
	if v.Trouble, status, err = ui.TroubleOf(r.Context(), err); err != nil {
		return err
	}
	return p.showCase(w, r, status, v)
}

// read reads the form of somebody who may do act about the ask, and the version they saw.
func (p *pages) read(r *http.Request, act authz.Action) (a rights.Ask, version int64, err error) {
	if err := r.ParseForm(); err != nil {
		return a, 0, fault.New("kin.form", fault.Invalid, "fault.form").Because(err)
	}
	if a, err = p.find(r); err != nil {
		return a, 0, err
	}
	if !kin.Policy.May(authz.From(r.Context()), act, a.AuthzObject()) {
		return a, 0, fault.New(string(act), fault.Denied, "fault.denied")
	}
	if version, err = strconv.ParseInt(r.PostForm.Get("seen"), 10, 64); err != nil || version < 1 {
		version = 1 << 62 // no version of anything
	}
	return a, version, nil
}

func (p *pages) propose(w http.ResponseWriter, r *http.Request) error {
	a, _, err := p.read(r, kin.Propose)
	if err != nil {
		return err
	}
	f, ctx := r.PostForm, r.Context()
	v := view{draft: kin.Draft{Number: f.Get("number"), Name: f.Get("name"), Wants: kin.Wants(f.Get("wants")), Relation: kin.Relation(f.Get("relation")), Proof: kin.Proof(f.Get("proof")), Seen: f.Get("proofs") != ""}}
	for _, part := range f["parts"] {
		v.draft.Parts = append(v.draft.Parts, kin.Part(part))
	}
	if f.Get("do") == "propose" {
		if err = p.Kin.Propose(web.Named(r), a.ID, v.draft); err == nil {
			return p.done(w, r, a, "kin.flash.proposed")
		}
	} else {
		v.draft.Parts = kin.Parts()
	}
	// By POST: a number and a name are in no address.
	found, failed := p.Kin.Find(op.With(ctx, op.Call{Purpose: t(ctx, "purpose.find")}), a.ID, v.draft.Number, v.draft.Name)
	if v.found = found; err == nil {
		err = failed
	}
	if err != nil {
		return p.failed(w, r, v, err)
	}
	return p.showCase(w, r, http.StatusOK, v)
}

func (p *pages) done(w http.ResponseWriter, r *http.Request, a rights.Ask, told string) error {
	web.SetFlash(w, r, told)
	return web.See(w, r, rightsweb.KinHref(a.ID))
}

func (p *pages) decide(w http.ResponseWriter, r *http.Request) error {
	a, version, err := p.read(r, kin.Decide)
	if err != nil {
		return err
	}
	v := view{ground: kin.Ground(r.PostForm.Get("ground"))}
	if r.PostForm.Get("do") == "grant" {
		err = p.Kin.Grant(web.Named(r), a.ID, version)
	} else {
		err = p.Kin.Deny(web.Named(r), a.ID, version, v.ground)
	}
	if err != nil {
		return p.failed(w, r, v, err)
	}
	return p.done(w, r, a, "kin.flash.decided")
}

func (p *pages) copy(w http.ResponseWriter, r *http.Request) error {
	a, _, err := p.read(r, kin.Copy)
	if err != nil {
		return err
	}
	c, err := p.Kin.Copy(op.With(r.Context(), op.Call{Purpose: t(r.Context(), "purpose")}), a.ID)
	if err != nil {
		return p.failed(w, r, view{}, err)
	}
	return p.Give(w, r, c, r.PostForm.Get("do") == "paper")
}

func (p *pages) end(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, version, err := p.read(r, kin.End)
	if err != nil {
		return err
	}
	if r.PostForm.Get("sure") == "" {
		var f fault.Form
		f.Add("sure", "kin.sure.needed", nil)
		return p.failed(w, r, view{}, f.Err(string(kin.End)))
	}
	err = p.Kin.End(web.Named(r), a.ID, version, func(c kin.Case, held bool) string {
		lines := []string{t(ctx, "answer.ended")}
		if c.Wants == kin.TheLot {
			lines = slices.Insert(lines, 0, t(ctx, "answer.copied"))
		}
		if held {
			lines = append(lines, t(ctx, "answer.held"))
		}
		return strings.Join(append(lines, t(ctx, "answer.stays")), "\n")
	})
	if err != nil {
		return p.failed(w, r, view{}, err)
	}
	return p.done(w, r, a, "kin.flash.ended")
}

func (p *pages) mine(w http.ResponseWriter, r *http.Request) error {
	all, err := p.Kin.Mine(r.Context())
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, minePage(all))
}

func (p *pages) stop(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New("kin.form", fault.Invalid, "fault.form").Because(err)
	}
	which, err := id.Parse[rights.ID](r.PostForm.Get("ask"))
	if err != nil {
		return fault.New("kin.stop", fault.Missing, "fault.missing")
	}
	told := "kin.flash.stopped"
	if err := p.Kin.Stop(web.Named(r), which); err != nil {
		if !fault.Is(err, fault.Conflict) {
			return err
		}
		told = fault.Of(err).Msg // it is over already: the page tells
	}
	web.SetFlash(w, r, told)
	return web.See(w, r, HrefMine)
}

// Row leads whoever has an account to what relatives ask about it; none, where they ask
// nothing.
func Row(ctx context.Context, s *kin.Service) ([]ui.RowProps, error) {
	if authz.From(ctx).Kind != authz.Worker {
		return nil, nil
	}
	all, err := s.Mine(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return []ui.RowProps{{Href: HrefMine, Icon: "alert", Tile: true, Tone: ui.Amber, Title: t(ctx, "mine.title"), Sub: t(ctx, "mine.row"), Chevron: true}}, nil
}

// Waiting are the rows of what waits for a leader.
func Waiting(s *kin.Service) func(ctx context.Context) ([]ui.RowProps, error) {
	return func(ctx context.Context) (rows []ui.RowProps, err error) {
		all, err := s.Waiting(ctx)
		for _, c := range all {
			v := view{Case: c}
			rows = append(rows, ui.RowProps{Href: rightsweb.KinHref(c.Ask), Title: t(ctx, "wants."+string(c.Wants)), Sub: t(ctx, "waiting.sub", "Name", c.By, "When", web.When(ctx, c.ReadyAt)), Chip: ui.Chip(v.chip(ctx)), Chevron: true})
		}
		return rows, err
	}
}

// options are the codes of one question, each in words.
func options[T ~string](ctx context.Context, key string, all []T, on ...T) (list []ui.Option) {
	for _, code := range all {
		list = append(list, ui.Option{Value: string(code), Text: t(ctx, key+"."+string(code)), On: slices.Contains(on, code)})
	}
	return list
}

// foundFacts are what a cadre reads of whom they found: enough to know that it is them.
func (v view) foundFacts(ctx context.Context) []ui.Pair {
	f := v.found
	seen := t(ctx, "seen.never")
	if !f.SeenAt.IsZero() {
		seen = web.When(ctx, f.SeenAt)
	}
	all := []ui.Pair{
		{Key: t(ctx, "fact.name"), Text: idcard.MaskName(v.draft.Name)},
		{Key: t(ctx, "fact.phone"), Text: idcard.MaskPhone(f.Phone)},
		{Key: t(ctx, "fact.seen"), Text: seen},
	}
	if f.Number != "" {
		all = append(all, ui.Pair{Key: t(ctx, "fact.member"), Text: f.Number + " · " + f.Union})
	}
	return all
}

// facts are what a case says.
func (v view) facts(ctx context.Context) []ui.Pair {
	var parts []string
	for _, x := range v.Parts {
		parts = append(parts, t(ctx, "part."+string(x)))
	}
	all := []ui.Pair{
		{Key: t(ctx, "fact.wants"), Text: t(ctx, "wants."+string(v.Wants))},
		{Key: t(ctx, "fact.relation"), Text: t(ctx, "relation."+string(v.Relation))},
		{Key: t(ctx, "fact.proof"), Text: t(ctx, "proof."+string(v.Proof))},
		{Key: t(ctx, "fact.by"), Text: v.By + " · " + web.When(ctx, v.AskedAt)},
		{Key: t(ctx, "fact.ready"), Text: web.When(ctx, v.ReadyAt)},
	}
	if len(parts) > 0 {
		all = slices.Insert(all, 1, ui.Pair{Key: t(ctx, "fact.parts"), Text: web.List(ctx, parts...)})
	}
	if v.DecidedBy != "" {
		all = append(all, ui.Pair{Key: t(ctx, "fact.decided"), Text: v.DecidedBy + " · " + web.When(ctx, v.DecidedAt)})
	}
	if v.Ground != "" {
		all = append(all, ui.Pair{Key: t(ctx, "fact.ground"), Text: t(ctx, "ground."+string(v.Ground))})
	}
	if !v.OpenUntil.IsZero() {
		all = append(all, ui.Pair{Key: t(ctx, "fact.open"), Text: web.When(ctx, v.OpenUntil)})
	}
	if !v.StoppedAt.IsZero() {
		all = append(all, ui.Pair{Key: t(ctx, "fact.stopped"), Text: web.When(ctx, v.StoppedAt)})
	}
	if !v.EndedAt.IsZero() {
		all = append(all, ui.Pair{Key: t(ctx, "fact.ended"), Text: web.When(ctx, v.EndedAt)})
	}
	return all
}

// chip is how a case stands.
func (v view) chip(ctx context.Context) (ui.Tone, string, string) {
	switch {
	case v.State == kin.Waits && !v.early(ctx):
		return ui.Amber, "clock", t(ctx, "state.ready")
	case v.State == kin.Granted && !v.Live(web.Now(ctx)):
		return ui.Plain, "clock", t(ctx, "state.over")
	case v.State == kin.Waits:
		return ui.Ice, "clock", t(ctx, "state.waits")
	case v.State == kin.Granted:
		return ui.Pine, "check-c", t(ctx, "state.granted")
	case v.State == kin.Ended:
		return ui.Plain, "check-c", t(ctx, "state.ended")
	}
	return ui.Rose, "x", t(ctx, "state."+string(v.State))
}

// early reports whether whoever has the account may still be heard before it is granted.
func (v view) early(ctx context.Context) bool { return web.Now(ctx).Before(v.ReadyAt) }

// begins reports whether a case may be proposed, anew or at first.
func (v view) begins(ctx context.Context) bool {
	return v.ask.State == rights.Open && v.may[kin.Propose] && !v.Live(web.Now(ctx)) && v.State != kin.Ended
}

// live reports whether the case may be acted on now.
func (v view) live(ctx context.Context) bool {
	return v.ask.State == rights.Open && v.Live(web.Now(ctx))
}

func orNone(ctx context.Context, text string) string {
	if text == "" {
		return web.T(ctx, "rights.none")
	}
	return text
}
