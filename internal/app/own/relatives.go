package own

import (
	"context"
	"net/http"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/rights/kin"
	"nuanxin/internal/web"
)

// Relatives hands out a copy of what is kept of somebody who died, once a use case let it
// be taken and wrote that down ([kin.Service.Copy]): the parts that were granted. The days
// of the dead, their devices, who looked, and the children in their care are in none.
func Relatives(c Config) func(w http.ResponseWriter, r *http.Request, k kin.Case, paper bool) error {
	p := &pages{c}
	return func(w http.ResponseWriter, r *http.Request, k kin.Case, paper bool) error {
		ctx := r.Context()
		made, err := p.partsOf(ctx, k)
		if err != nil {
			return err
		}
		if paper {
			by := authz.From(ctx).Name
			return press(ctx, w, made, t(ctx, "kin.title"), t(ctx, "kin.lead", "When", minute(made.MadeAt)), t(ctx, "kin.mark", "Name", by, "When", minute(made.MadeAt), "ID", web.RequestID(ctx)))
		}
		w.Header().Set("Content-Disposition", `attachment; filename="nuanxin-data.json"`)
		return web.JSON(w, r, http.StatusOK, made)
	}
}

// partsOf reads the parts as the one who died would have, having shown who they are.
func (p *pages) partsOf(ctx context.Context, k kin.Case) (c copied, err error) {
	ctx = authz.With(ctx, authz.Subject{ID: k.Person, Kind: authz.Worker, Shown: p.Desk.Now().Add(time.Minute)})
	c = copied{MadeAt: p.Desk.Now().UTC()}
	said, err := p.contact(ctx)
	if err != nil {
		return c, err
	}
	c.Account.Name, c.Account.Phone = said.Name, said.Phone
	if slices.Contains(k.Parts, kin.Membership) {
		if c.Memberships, err = p.memberCopies(ctx); err != nil {
			return c, err
		}
		if c.Consents, err = p.consentCopies(ctx); err != nil {
			return c, err
		}
	}
	if !slices.Contains(k.Parts, kin.Matters) {
		return c, nil
	}
	c.Requests, err = p.matterCopies(ctx)
	for i := range c.Requests {
		for j := range c.Requests[i].Files {
			c.Requests[i].Files[j].Href = "" // opens for the account alone
		}
	}
	return c, err
}
