// Package rules keeps what a union sets for its requests: the dated limits that the
// clocks run by, and the texts that its staff use often.
package rules

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
)

// Book is the rules of all unions.
type Book struct {
	desk  *op.Desk
	store *record.Store
	orgs  request.Orgs
}

// New returns the rules that are kept in store.
func New(desk *op.Desk, store *record.Store, orgs request.Orgs) *Book {
	return &Book{desk, store, orgs}
}

// SetLimits adds dated limits for an area and returns their id. It cannot reach
// into the past: what ran by other limits then stays as it was.
func (b *Book) SetLimits(ctx context.Context, l request.Limits) (string, error) {
	l.ID = id.New[string]()
	find := func(tx *op.Tx) (Target, error) { return b.Target(ctx, tx, "request_policy", l.Area) }
	return op.Write(ctx, b.desk, request.SetRule, find, func(tx *op.Tx, _ Target) (string, error) {
		if err := l.Check(); err != nil {
			return "", err
		}
		if l.From < clock.Day(tx.Now()) {
			var f fault.Form
			f.Add("from", "request.policy.past", nil)
			return "", f.Err(string(request.SetRule))
		}
		return l.ID, b.store.AddLimits(ctx, tx, l)
	})
}

// LimitsFor returns the limits in force now for area.
func (b *Book) LimitsFor(ctx context.Context, area string) (request.Limits, error) {
	return op.List(ctx, b.desk, request.See, func(tx *op.Tx, _ op.Scope) (request.Limits, error) {
		return b.store.LimitsFor(ctx, tx, area, tx.Now())
	})
}

// DatedLimits returns the limits that were set for area and for the areas above
// it, also those that begin later: the smallest area first, and within an area
// in the order of their days. They are read by whoever lists requests.
func (b *Book) DatedLimits(ctx context.Context, area string) ([]request.Limits, error) {
	return op.List(ctx, b.desk, request.List, func(tx *op.Tx, _ op.Scope) ([]request.Limits, error) { return b.store.DatedLimits(ctx, tx, area) })
}

// Target is an area with its union, as the target of acts that are not about one
// request.
type Target struct{ Kind, Area, Union string }

// AuthzObject implements op.Target.
func (a Target) AuthzObject() authz.Object {
	return authz.Object{Kind: a.Kind, ID: a.Union, Group: "org", Area: a.Area}
}

// Target finds the union of an area, for an act on something of the given kind.
func (b *Book) Target(ctx context.Context, tx *op.Tx, kind, area string) (Target, error) {
	u, err := b.orgs.UnionFor(ctx, tx, area)
	return Target{kind, area, u.ID}, err
}

// Phrases returns the texts for one use in an area: the union's own and those
// of the unions above first, then the program's.
func (b *Book) Phrases(ctx context.Context, area string, k request.Kind) ([]request.Phrase, error) {
	return op.List(ctx, b.desk, request.List, func(tx *op.Tx, _ op.Scope) ([]request.Phrase, error) {
		if k := tx.Subject.Kind; k != authz.Staff && k != authz.System {
			return nil, fault.New(string(request.List), fault.Denied, "fault.denied")
		}
		all, err := b.store.Phrases(ctx, tx, area, k)
		return append(all, request.BuiltinPhrases(k)...), err
	})
}

// SavePhrase adds a phrase for an area and returns its id.
func (b *Book) SavePhrase(ctx context.Context, p request.Phrase) (string, error) {
	p.ID = id.New[string]()
	find := func(tx *op.Tx) (Target, error) { return b.Target(ctx, tx, "request_phrase", p.Area) }
	return op.Write(ctx, b.desk, request.SetWord, find, func(tx *op.Tx, _ Target) (id string, err error) {
		if p, err = p.Tidy(); err != nil {
			return "", err
		}
		return p.ID, b.store.AddPhrase(ctx, tx, p)
	})
}

// DropPhrase removes a phrase.
func (b *Book) DropPhrase(ctx context.Context, pid string) error {
	find := func(tx *op.Tx) (Target, error) {
		area, err := b.store.PhraseArea(ctx, tx, pid)
		if err != nil {
			return Target{}, err
		}
		return b.Target(ctx, tx, "request_phrase", area)
	}
	_, err := op.Write(ctx, b.desk, request.SetWord, find, func(tx *op.Tx, _ Target) (bool, error) { return b.store.DropPhrase(ctx, tx, pid) })
	return err
}
