package own

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// HrefConsents is where workers see what they agreed to, and change it.
const HrefConsents = ui.HrefMe + "/consents"

// consents shows every purpose that concerns the reader: what is asked at joining only
// who was asked.
func (p *pages) consents(w http.ResponseWriter, r *http.Request) error {
	all, err := p.Consents.Mine(r.Context())
	if err != nil {
		return err
	}
	members, err := p.Members.Copies(r.Context())
	if err != nil {
		return err
	}
	listed := slices.ContainsFunc(members, func(m member.Copy) bool { return m.Document != "" }) // a list may have brought it
	examples, err := p.Examples.Mine(r.Context())
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(st consent.Standing) bool {
		if st.Purpose.Purpose == consent.Publication {
			return len(st.History) == 0 // each example asks for itself
		}
		return st.Joins && len(st.History) == 0 && (st.Purpose.Purpose != consent.Document || !listed)
	})
	return web.Show(w, r, http.StatusOK, consentsView(all, examples))
}

func (p *pages) give(w http.ResponseWriter, r *http.Request) error {
	return p.decided(w, r, "own.consents.given", func(ctx context.Context) error {
		version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
		if err != nil {
			return fault.New(string(consent.Give), fault.Missing, "fault.missing")
		}
		return p.Consents.Give(ctx, consent.Said{Purpose: r.PostForm.Get("purpose"), Version: version})
	})
}

func (p *pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return p.decided(w, r, "own.consents.withdrawn", func(ctx context.Context) error {
		return p.Consents.Withdraw(ctx, r.PostForm.Get("purpose"))
	})
}

// decided leads back to the list, with what happened.
func (p *pages) decided(w http.ResponseWriter, r *http.Request, told string, do func(context.Context) error) error {
	if authz.From(r.Context()).Kind != authz.Worker {
		return fault.New("own.consents", fault.Missing, "fault.missing")
	}
	if err := r.ParseForm(); err != nil {
		return fault.New("own.consents", fault.Invalid, "fault.form").Because(err)
	}
	if err := do(web.Named(r)); err != nil {
		if !fault.Is(err, fault.Conflict) || !web.HasText(r.Context(), fault.Of(err).Msg) {
			return err
		}
		told = fault.Of(err).Msg
	}
	web.SetFlash(w, r, told)
	return web.See(w, r, HrefConsents)
}

// consentChip is how a purpose stands.
func consentChip(ctx context.Context, st consent.Standing) (ui.Tone, string, string) {
	d, ok := st.Last()
	switch {
	case ok && d.Given:
		return ui.Pine, "check-c", t(ctx, "consents.on", "When", web.Date(ctx, d.At))
	case ok:
		return ui.Plain, "x", t(ctx, "consents.off", "When", web.Date(ctx, d.At))
	case st.Purpose.Purpose == consent.Kin:
		return ui.Ice, "check-c", t(ctx, "consents.law")
	case st.Ground == consent.Needed:
		return ui.Ice, "check-c", t(ctx, "consents.service")
	}
	return ui.Plain, "x", t(ctx, "consents.never")
}

// consentFacts tell what a purpose is, in the reader's language.
func consentFacts(ctx context.Context, st consent.Standing) []ui.Pair {
	w := st.In(web.Lang(ctx))
	var kinds []string
	for _, k := range st.Kinds {
		kinds = append(kinds, t(ctx, "consents.kind."+k))
	}
	all := []ui.Pair{
		{Key: t(ctx, "consents.for"), Text: w.For},
		{Key: t(ctx, "consents.kinds"), Text: web.List(ctx, kinds...)},
		{Key: t(ctx, "consents.who"), Text: w.Who},
		{Key: t(ctx, "consents.long"), Text: w.Long},
		{Key: t(ctx, "consents.source"), Text: st.Source},
	}
	if len(st.History) > 0 {
		all = append(all, ui.Pair{Key: t(ctx, "consents.history"), Text: consentHistory(ctx, st)})
	}
	return all
}

// consentHistory tells every decision, the first first.
func consentHistory(ctx context.Context, st consent.Standing) string {
	var all []string
	for _, d := range st.History {
		key := "consents.was_off"
		if d.Given {
			key = "consents.was_on"
		}
		all = append(all, t(ctx, key, "When", web.When(ctx, d.At), "Version", d.Version))
	}
	return strings.Join(all, t(ctx, "consents.then"))
}

// offWords are the words of the button that ends a use: what was agreed to is taken
// back, what nobody was asked for is stopped.
func offWords(ctx context.Context, st consent.Standing) string {
	if st.Ground == consent.Needed {
		return t(ctx, "consents.stop")
	}
	return t(ctx, "consents.withdraw")
}
