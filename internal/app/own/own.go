// Package own shows workers what the union keeps of them: where it came from,
// why it is kept, where it is changed, who looked at it, and a copy to take along.
// It is the one place where several domains tell about the same person, so it is
// part of app, which alone knows them all.
package own

import (
	"context"
	"errors"
	"slices"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/erase"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/account/wechat"
	"nuanxin/internal/authz"
	"nuanxin/internal/breach"
	"nuanxin/internal/consent"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/gap"
	"nuanxin/internal/member/half"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/example"
	"nuanxin/internal/request/office"
	"nuanxin/internal/request/phoned"
	"nuanxin/internal/request/record"
	"nuanxin/internal/request/share"
	"nuanxin/internal/rights"
	"nuanxin/internal/web"
)

// Config is what the pages need; all of it.
type Config struct {
	Desk     *op.Desk
	Accounts *account.Service
	Phones   *phone.Service
	WeChat   *wechat.Service
	Requests *office.Service
	Phoned   *phoned.Service
	Sealed   *record.Store // opens the name and phone that came with a request
	Members  *member.Service
	Checks   *verify.Service
	Gaps     *gap.Service
	Rights   *rights.Service
	Consents *consent.Service
	Children *consent.Children
	Halves   *half.Service
	Examples *example.Service
	Shares   *share.Service
	Breaches *breach.Service
	Erasures *erase.Service
	Demo     func(phone string) string                                                     // the last message to a phone, for the screen; nil outside the demo
	Station  func(ctx context.Context, which string) (string, error)                       // what a station of ours is called
	Secure   bool                                                                          // as in [accountweb.Sessions]
	Union    func(ctx context.Context, tx *op.Tx, area string) (string, error)             // what the union of an area is called
	Orgs     func(ctx context.Context, tx *op.Tx, ids []string) (map[string]string, error) // what organisations are called
	Worker   func(web.Handler) web.Handler                                                 // lets workers through and leads others to the sign-in
}

// pages are the handlers.
type pages struct{ Config }

// contact is what a worker's account keeps.
type contact struct{ Name, Phone string }

// contact opens name and phone of the worker who asks.
func (p *pages) contact(ctx context.Context) (contact, error) {
	return op.List(ctx, p.Desk, account.Looks, func(tx *op.Tx, _ op.Scope) (c contact, err error) {
		own := authz.Object{Kind: "account", ID: tx.Subject.ID, Group: "person", Owner: tx.Subject.ID}
		if err := p.Desk.Both(ctx, tx, account.Looks, own); err != nil {
			return c, err
		}
		c.Name, c.Phone, err = p.Accounts.Contact(ctx, tx, tx.Subject.ID)
		return c, err
	})
}

// matter is a request with what its worker reads of it.
type matter struct {
	*request.Request
	own request.Own

	phoned bool // it hangs on the worker's number alone
}

// bodies are those that the matter went to, by name.
func (m matter) bodies() []string {
	var names []string
	for _, e := range m.own.Timeline {
		if e.BodyName != "" && !slices.Contains(names, e.BodyName) {
			names = append(names, e.BodyName)
		}
	}
	for _, h := range m.own.Holders {
		if !slices.Contains(names, h.Name) {
			names = append(names, h.Name)
		}
	}
	return names
}

// files counts photos and voice messages.
func (m matter) files(kind request.FileKind) (n int) {
	for _, f := range m.own.Files {
		if f.Kind == kind {
			n++
		}
	}
	return n
}

// matters returns a page of the requests of the worker who asks.
func (p *pages) matters(ctx context.Context, after string, limit int) (all []matter, next string, err error) {
	list, err := p.Requests.MineList(ctx, request.Filter{Group: request.GroupAll, After: after, Limit: limit})
	if err != nil {
		return nil, "", err
	}
	for _, q := range list.Rows {
		own, err := p.Requests.Progress(ctx, request.Ref{ID: q.ID})
		if err != nil {
			return nil, "", err
		}
		all = append(all, matter{Request: q, own: own})
	}
	return all, list.Next, nil
}

// byPhone returns the matters that staff wrote down for a caller who had the phone of the
// worker who asks, and that are theirs by the rules of package phoned.
func (p *pages) byPhone(ctx context.Context) (all []matter, err error) {
	found, err := p.Phoned.Mine(ctx)
	for _, q := range found {
		own, err := p.Requests.Progress(ctx, request.Ref{ID: q.ID, Secret: p.Requests.Secret(q.ID)})
		if err != nil {
			return nil, err
		}
		all = append(all, matter{Request: q, own: own, phoned: true})
	}
	return all, err
}

// asks are what the worker asked about their data, with what hangs on their phone alone.
func (p *pages) asks(ctx context.Context) ([]rights.Ask, error) {
	own, err := p.Rights.Mine(ctx)
	if err != nil {
		return nil, err
	}
	hung, err := p.Rights.MineByPhone(ctx)
	return append(own, hung...), err
}

// look is one time that somebody opened what is sealed.
type look struct {
	At      time.Time
	Name    string // of who looked; empty: not known by name
	Office  string
	What    string // "request", "member", "person", "code" or "rights": what was looked at
	Number  string // of the request
	Purpose string
}

// looks returns a page of those who looked, newest first.
func (p *pages) looks(ctx context.Context, after string, limit int) (all []look, next string, err error) {
	r, err := p.roots(ctx)
	if err != nil {
		return nil, "", err
	}
	return p.looksAt(ctx, r, after, limit)
}

// looksAt is looks for whoever has read the roots already.
func (p *pages) looksAt(ctx context.Context, r roots, after string, limit int) (all []look, next string, err error) {
	found, next, err := op.Looks(ctx, p.Desk, account.Looks, r.of, after, limit, r.hung...)
	if err != nil || len(found) == 0 {
		return nil, "", err
	}
	names, err := op.List(ctx, p.Desk, account.Looks, func(tx *op.Tx, _ op.Scope) (map[string]look, error) { return p.seats(ctx, tx, found) })
	for _, f := range found {
		l := names[f.Subject]
		l.At, l.What, l.Number, l.Purpose = f.At, f.Group, r.numbers[f.Root], f.Purpose
		if f.Action == member.Check {
			l.What = "code"
		}
		switch {
		case r.asks[f.Root]:
			l.What = "rights"
		case r.wards[f.Root]:
			l.What = "ward"
		}
		all = append(all, l)
	}
	return all, next, err
}

// roots are the things that are kept of a worker: by them the audit rows are
// found.
type roots struct {
	of      []authz.Object
	hung    []authz.Object    // theirs by the phone alone
	numbers map[string]string // of requests, by id
	asks    map[string]bool
	wards   map[string]bool
}

// roots reads those of the worker who asks.
func (p *pages) roots(ctx context.Context) (all roots, err error) {
	who := authz.From(ctx)
	all = roots{[]authz.Object{{Kind: "account", ID: who.ID, Group: "person", Owner: who.ID}}, nil, map[string]string{}, map[string]bool{}, map[string]bool{}}
	members, err := p.Members.Copies(ctx)
	for _, m := range members {
		all.of = append(all.of, m.AuthzObject())
	}
	asks, failed := p.asks(ctx)
	err = errors.Join(err, failed)
	for _, a := range asks {
		one := authz.Object{Kind: "rights", ID: string(a.ID), Group: "person", Owner: who.ID}
		if all.asks[string(a.ID)] = true; a.Person == who.ID {
			all.of = append(all.of, one)
		} else {
			all.hung = append(all.hung, one)
		}
	}
	for after, more := "", err == nil; more; more = err == nil && after != "" {
		var list request.Page[*request.Request]
		list, err = p.Requests.MineList(ctx, request.Filter{Group: request.GroupAll, After: after, Limit: 200})
		for _, q := range list.Rows {
			all.of, all.numbers[string(q.ID)] = append(all.of, q.AuthzObject()), q.Number
		}
		after = list.Next
	}
	children, failed := p.Children.Mine(ctx)
	err = errors.Join(err, failed)
	for _, c := range children {
		all.of, all.wards[c.ID] = append(all.of, c.AuthzObject()), true
	}
	hung, failed := p.Phoned.Mine(ctx)
	for _, q := range hung {
		all.hung, all.numbers[string(q.ID)] = append(all.hung, authz.Object{Kind: "request", ID: string(q.ID), Group: "request", Owner: who.ID}), q.Number
	}
	return all, errors.Join(err, failed)
}

// seats says who looked, by id: a name and where they sit.
func (p *pages) seats(ctx context.Context, tx *op.Tx, looks []op.Look) (map[string]look, error) {
	var ids, orgs []string
	for _, l := range looks {
		if l.Kind == authz.Staff && id.Valid(l.Subject) && !slices.Contains(ids, l.Subject) {
			ids = append(ids, l.Subject)
		}
	}
	who := map[string]look{}
	if len(ids) == 0 {
		return who, nil
	}
	seats, err := p.Accounts.Seats(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, s := range seats {
		if s.Org != "" {
			orgs = append(orgs, s.Org)
		}
	}
	called := map[string]string{}
	if len(orgs) > 0 {
		if called, err = p.Orgs(ctx, tx, orgs); err != nil {
			return nil, err
		}
	}
	for id, s := range seats {
		office := called[s.Org]
		if office == "" {
			if office, err = p.Union(ctx, tx, s.Area); err != nil {
				return nil, err
			}
		}
		who[id] = look{Name: s.Name, Office: office}
	}
	return who, nil
}
