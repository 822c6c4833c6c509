package memberweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/lead"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// joinForm is an application as the form holds it.
type joinForm struct {
	member.Application
	place  place
	offer  member.Offer
	choice lead.Choice
	checks bool // name and number can be checked
	reqID  string
	saved  time.Time // when the reader saved it; zero: not
	errors ui.FormErrors
	typed  typed
}

// channels are those that an address may name.
var channels = []member.Channel{member.ByPoster, member.ByLink, member.ByStation}

// channel is how somebody came here, as far as the address tells.
func channel(from string) member.Channel {
	if c := member.Channel(from); slices.Contains(channels, c) {
		return c
	}
	return ""
}

// hrefJoin is the form's address for who came by c.
func hrefJoin(c member.Channel, more ...string) string {
	q := url.Values{}
	if c != "" {
		q.Set("from", string(c))
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			q.Set(more[i], more[i+1])
		}
	}
	if len(q) == 0 {
		return HrefJoin
	}
	return HrefJoin + "?" + q.Encode()
}

// join shows the empty form; to who is not signed in, what joining is; to who
// is a member or has applied, that.
func (p *pages) join(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	from := channel(q.Get("from"))
	if !isWorker(ctx) {
		offer, err := p.Members.Offer(ctx, "")
		if err != nil {
			return err
		}
		return web.Show(w, r, http.StatusOK, introPage(offer, p.entry(r, hrefJoin(from, "area", named(q.Get("area")), "works", others(nil, worksAt(q)), "station", valid(q.Get("station"))))))
	}
	own, ok, err := p.mine(ctx)
	if err != nil {
		return err
	}
	if ok && own.State == member.Merged { // they are one, by another account of theirs
		return web.See(w, r, HrefOwn)
	}
	if ok && own.State.Holds() {
		return web.Show(w, r, http.StatusOK, alreadyPage(own.UnionName, own.State, true))
	}
	switch listed, err := p.waits(r); {
	case err != nil:
		return err
	case listed:
		return web.See(w, r, hrefFound)
	}
	f := joinForm{Application: member.Application{Channel: from}, place: p.placeOf(r)}
	f.Area, f.Works = f.place.area, worksAt(q)
	if post := valid(q.Get("station")); post != "" {
		f.Works = append(f.Works, work.Said{Post: post})
	}
	if err := p.again(r, &f); err != nil {
		return err
	}
	return p.showJoin(w, r, http.StatusOK, f)
}

// valid is an id that an address names, or "".
func valid(s string) string {
	if !id.Valid(s) {
		return ""
	}
	return s
}

// entry is how somebody who is not signed in goes on from the first page.
type entry struct {
	code, other string // where the phone is sent to, and the page with every way in
	back        string // where it leads in the end
	reqID       string
	weChat      bool // where somebody may come in without a code
}

func (p *pages) entry(r *http.Request, back string) entry {
	return entry{p.signInPath() + "/code", p.signIn(back), back, web.NewReqID(), strings.Contains(r.UserAgent(), "MicroMessenger")}
}

// showJoin completes the form with the union and the purposes, and shows it.
func (p *pages) showJoin(w http.ResponseWriter, r *http.Request, status int, f joinForm) (err error) {
	ctx := r.Context()
	f.reqID = web.NewReqID() // a refused one is spent
	if f.offer, err = p.Members.Offer(ctx, f.Area); err != nil {
		return err
	}
	if f.choice, err = p.Members.Choice(ctx, f.Area, f.Works); err != nil {
		return err
	}
	if f.Name == "" && r.Method == http.MethodGet {
		f.Name = f.offer.Name
	}
	if f.offer.Union.ID == "" {
		f.place.choose = true
	}
	f.checks = p.Checks != nil && p.Checks.Ready()
	if err := p.choices(ctx, &f.place); err != nil {
		return err
	}
	return web.Show(w, r, status, joinPage(f))
}

// apply takes an application. What is refused comes back with everything in it.
func (p *pages) apply(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	f := readJoin(r.PostForm)
	if asked, err := p.choose(w, r, f); asked || err != nil {
		return err
	}
	_, err := p.Members.Apply(web.Named(r), f.Application)
	switch {
	case err == nil:
		return web.See(w, r, HrefSent)
	case fault.Is(err, fault.Invalid) || reused(err):
		f.errors = formErrors(r.Context(), err)
		return p.showJoin(w, r, web.Status(fault.KindOf(err)), f)
	case fault.Is(err, fault.Conflict):
		return p.already(w, r)
	}
	return err
}

// already tells who has the phone that somebody joined with before: they
// themselves, or whoever had the number.
func (p *pages) already(w http.ResponseWriter, r *http.Request) error {
	own, ok, err := p.mine(r.Context())
	if err != nil {
		return err
	}
	if ok && own.State == member.Merged {
		return web.See(w, r, HrefOwn)
	}
	if ok && own.State.Holds() {
		return web.Show(w, r, http.StatusConflict, alreadyPage(own.UnionName, own.State, true))
	}
	return web.Show(w, r, http.StatusConflict, alreadyPage("", member.Active, false)) // of whoever had the number nothing is told
}

// readJoin reads the form's inputs.
func readJoin(in url.Values) joinForm {
	f := joinForm{Application: member.Application{Name: in.Get("name"), Document: in.Get("document"), Occupation: member.Occupation(in.Get("occupation")),
		Works: readWorks(in), Area: in.Get("area"), Union: in.Get("union"), Channel: channel(in.Get("from"))}}
	f.typed = readTyped(in)
	f.place = place{area: f.Area, choose: in.Get("chosen") != "", within: province(f.Area), all: in.Get("all") != ""}
	if _, ok := region.Lookup(in.Get("within")); ok && f.Area == "" {
		f.place.within = province(in.Get("within"))
	}
	for name := range in {
		purpose, ok := strings.CutPrefix(name, consentInput(""))
		version, err := strconv.ParseInt(in.Get(name), 10, 64)
		if ok && err == nil {
			f.Consents = append(f.Consents, member.Consent{Purpose: purpose, Version: version})
		}
	}
	return f
}

// consentInput is the name of the tick for a purpose.
func consentInput(purpose string) string { return "consent_" + purpose }

// agreed reports whether a purpose is ticked.
func (f joinForm) agreed(p consent.Purpose) bool {
	return slices.Contains(f.Consents, member.Consent{Purpose: p.Purpose, Version: p.Version})
}

// reused reports whether the form was sent before with something else in it, as
// from a page that the reader went back to.
func reused(err error) bool { return fault.Is(err, fault.Conflict) && fault.Of(err).Msg == op.Reused }

// formErrors tells what the form cannot take.
func formErrors(ctx context.Context, err error) ui.FormErrors {
	if reused(err) {
		mended := *fault.Of(err)
		mended.Kind, mended.Msg = fault.Invalid, "member.join.twice"
		return ui.FieldErrors(ctx, &mended)
	}
	return ui.FieldErrors(ctx, err)
}

// occupations are the tiles.
func (f joinForm) occupations(ctx context.Context) []ui.Option {
	icons := map[member.Occupation]string{member.Rider: "bike", member.Courier: "box", member.Driver: "car", member.Trucker: "truck", member.Other: "more"}
	var all []ui.Option
	for _, o := range member.Occupations() {
		all = append(all, ui.Option{Value: string(o), Text: t(ctx, "occupation."+string(o)), Icon: icons[o], On: o == f.Occupation})
	}
	return all
}

// companies are what the input for the company proposes.
func companies(ctx context.Context) []string { return strings.Split(t(ctx, "join.companies"), "|") }

// worksLabel names the line for what is not among the ticks.
func worksLabel(ctx context.Context, firms []work.Firm) string {
	if len(firms) > 0 {
		return t(ctx, "join.works.others")
	}
	return t(ctx, "join.works")
}

// purpose is the one with the name, if it is asked for.
func (f joinForm) purpose(name string) (consent.Purpose, bool) {
	i := slices.IndexFunc(f.offer.Purposes, func(p consent.Purpose) bool { return p.Purpose == name })
	if i < 0 {
		return consent.Purpose{}, false
	}
	return f.offer.Purposes[i], true
}

// purposes are those that the form asks for: that name and number are checked only where
// something checks them, and with the number.
func (f joinForm) purposes() []consent.Purpose {
	return slices.DeleteFunc(slices.Clone(f.offer.Purposes), func(p consent.Purpose) bool {
		return p.Purpose == consent.Document || p.Purpose == consent.Realname
	})
}

// above reports whether the union that takes the application is not one of the place
// itself.
func (f joinForm) above() bool {
	return f.offer.Union.ID != "" && !lead.Covers(f.offer.Union, f.place.area)
}

// opened reports whether the part for the identity number is open.
func (f joinForm) opened() bool {
	return f.Document != "" || f.errors.Of("document") != "" || f.errors.Of(consentInput("document")) != ""
}
