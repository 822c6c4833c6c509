package accountweb

import (
	"net/http"
	"net/url"

	"nuanxin/internal/account"
	"nuanxin/internal/account/passkey"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
)

// The pages of passkeys.
const (
	PasskeySignInPath = StaffSignInPath + "/passkey" // a sign-in by a passkey alone
	PasskeyCodePath   = StaffCodePath + "/passkey"   // the second step
	PasskeysPath      = FactorPath + "/passkeys"     // one's own
	PasskeyProvePath  = ProvePath + "/passkey"
)

func (p *pages) passkey() []web.Route {
	route := func(pattern string, action authz.Action, purpose string, role string, look web.Look, h web.Handler) web.Route {
		return web.Route{Method: "POST", Pattern: pattern, Action: string(action), Purpose: purpose, Roles: []string{role}, BodyLimit: 64 << 10, Look: look, Handler: web.HTML(h)}
	}
	anyone := func(pattern string, action authz.Action, purpose string, h web.Handler) web.Route {
		return route(pattern, action, purpose, "anyone", web.LookPlain, h)
	}
	own := func(pattern string, action authz.Action, purpose string, h web.Handler) web.Route {
		return route(pattern, action, purpose, "signed-in", web.LookStaff, Staff(h))
	}
	back := func(w http.ResponseWriter, r *http.Request) error { return web.See(w, r, FactorPath) }
	again := own(PasskeysPath, account.Me, "go back to one's second factor", back)
	again.Method, again.BodyLimit = "GET", 0
	return []web.Route{
		anyone(PasskeySignInPath, account.OfferPasskey, "begin a sign-in by a passkey", p.offerPasskey),
		anyone(PasskeySignInPath+"/enter", account.EnterPasskey, "sign a staff member in by a passkey", p.enterPasskey),
		anyone(PasskeyCodePath, account.OfferPasskey, "begin the second step by a passkey", p.offerSecond),
		anyone(PasskeyCodePath+"/enter", account.EnterCode, "sign a staff member in by password and passkey", p.enterSecond),
		again,
		own(PasskeysPath+"/start", account.StartPasskey, "begin to make a passkey", p.startPasskey),
		own(PasskeysPath, account.AddPasskey, "keep a passkey", p.addPasskey),
		own(PasskeysPath+"/remove", account.RemovePasskey, "take a passkey away", p.removePasskey),
		route(PasskeyProvePath, account.OfferPasskey, "begin to prove by a passkey who one is", "anyone", web.LookStaff, Staff(p.offerProof)),
		own(PasskeyProvePath+"/enter", account.Prove, "prove by a passkey who one is", p.provePasskey),
	}
}

// passkeyForm is the page on which a passkey is made or shown.
type passkeyForm struct {
	Title, Text, Press string
	Action             string
	Options            string
	Name               bool // ask what it is called
	Hidden             []field
	Back, BackText     string
}

func showPasskey(w http.ResponseWriter, r *http.Request, f passkeyForm) error {
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, http.StatusOK, passkeyPage(f))
}

func (p *pages) offerPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	ctx, next := r.Context(), web.LocalPath(r.PostForm.Get("next"), "/desk")
	o, err := p.Accounts.OfferPasskey(ctx)
	if err != nil {
		return p.showStaff(w, r, staffForm{Next: next}, err)
	}
	c := cookies(p.Secure)
	c.set(w, c.begun(), o.Secret, o.Lasts)
	return showPasskey(w, r, passkeyForm{Title: t(ctx, "passkey.sign_in"), Text: t(ctx, "passkey.sign_in_text"), Press: t(ctx, "passkey.show"), Action: PasskeySignInPath + "/enter",
		Options: o.Options, Hidden: []field{{"next", next}}, Back: StaffSignInPath + "?next=" + url.QueryEscape(next), BackText: t(ctx, "passkey.other_way")})
}

func (p *pages) enterPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	c, next := cookies(p.Secure), web.LocalPath(r.PostForm.Get("next"), "/desk")
	secret := read(r, c.begun())
	c.set(w, c.begun(), "", 0)
	in, err := p.Accounts.EnterPasskey(r.Context(), secret, r.PostForm.Get("passkey"))
	if err != nil {
		return p.showStaff(w, r, staffForm{Next: next}, err)
	}
	return p.arrive(w, r, in, next)
}

func (p *pages) offerSecond(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	ctx, next := r.Context(), web.LocalPath(r.PostForm.Get("next"), "/desk")
	o, err := p.Accounts.OfferSecond(ctx, read(r, cookies(p.Secure).half()))
	if err != nil {
		return p.showCode(w, r, codeForm{Next: next}, err)
	}
	return showPasskey(w, r, passkeyForm{Title: t(ctx, "passkey.second"), Text: t(ctx, "passkey.sign_in_text"), Press: t(ctx, "passkey.show"), Action: PasskeyCodePath + "/enter",
		Options: o.Options, Hidden: []field{{"next", next}}, Back: StaffCodePath + "?next=" + url.QueryEscape(next), BackText: t(ctx, "passkey.by_code")})
}

func (p *pages) enterSecond(w http.ResponseWriter, r *http.Request) error {
	return p.goOn(w, r, func(half string) (account.Signed, error) {
		return p.Accounts.EnterSecond(r.Context(), half, r.PostForm.Get("passkey"))
	})
}

func (p *pages) startPasskey(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	options, err := p.Accounts.StartPasskey(ctx, read(r, cookies(p.Secure).session()))
	if fault.Is(err, fault.Conflict) {
		web.SetFlash(w, r, fault.Of(err).Msg)
		return web.See(w, r, FactorPath)
	}
	if err != nil {
		return err
	}
	return showPasskey(w, r, passkeyForm{Title: t(ctx, "passkey.add"), Text: t(ctx, "passkey.add_text"), Press: t(ctx, "passkey.make"), Action: PasskeysPath,
		Options: options, Name: true, Back: FactorPath, BackText: t(ctx, "passkey.not_now")})
}

func (p *pages) addPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	codes, err := p.Accounts.AddPasskey(r.Context(), read(r, cookies(p.Secure).session()), r.PostForm.Get("name"), r.PostForm.Get("passkey"))
	if err != nil {
		return p.showFactor(w, r, err)
	}
	if len(codes) > 0 {
		return p.showCodes(w, r, codes)
	}
	web.SetFlash(w, r, "account.passkey.added")
	return web.See(w, r, FactorPath)
}

func (p *pages) removePasskey(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	if err := p.Accounts.RemovePasskey(web.Named(r), r.PostForm.Get("key")); err != nil && !fault.Is(err, fault.Missing) {
		return err
	}
	web.SetFlash(w, r, "account.passkey.removed")
	return web.See(w, r, FactorPath)
}

func (p *pages) offerProof(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f, ctx := proofOf(r), r.Context()
	o, err := p.Accounts.OfferProof(ctx, read(r, cookies(p.Secure).session()))
	if err != nil {
		return notProven(w, r, f, err)
	}
	hidden := append([]field{{"next", f.Next}, {"to", f.To}}, f.Fields...)
	return showPasskey(w, r, passkeyForm{Title: t(ctx, "prove"), Text: t(ctx, "passkey.sign_in_text"), Press: t(ctx, "passkey.show"), Action: PasskeyProvePath + "/enter",
		Options: o.Options, Hidden: hidden, Back: ProvePath + "?next=" + url.QueryEscape(f.Next), BackText: t(ctx, "passkey.by_password")})
}

func (p *pages) provePasskey(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	return proven(w, r, proofOf(r), p.Accounts.ProvePasskey(r.Context(), read(r, cookies(p.Secure).session()), r.PostForm.Get("passkey")))
}

// keysPage is what staff see of their own passkeys.
type keysPage struct {
	On   bool // they can be made here
	Keys []passkey.Key
}

func (k keysPage) cloned() bool {
	for _, x := range k.Keys {
		if !x.ClonedAt.IsZero() {
			return true
		}
	}
	return false
}
