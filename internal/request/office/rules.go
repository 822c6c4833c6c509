package office

import (
	"context"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// SetLimits adds dated limits for an area and returns their id. It cannot reach
// into the past: what ran by other limits then stays as it was.
func (s *Service) SetLimits(ctx context.Context, l request.Limits) (string, error) {
	l.ID = id.New[string]()
	find := func(tx *op.Tx) (areaTarget, error) { return s.areaTarget(ctx, tx, "request_policy", l.Area) }
	return op.Write(ctx, s.desk, request.SetRule, find, func(tx *op.Tx, _ areaTarget) (string, error) {
		if err := l.Check(); err != nil {
			return "", err
		}
		if l.From < clock.Day(tx.Now()) {
			return "", wrong(string(request.SetRule), "from", "request.policy.past")
		}
		return l.ID, s.store.AddLimits(ctx, tx, l)
	})
}

// LimitsFor returns the limits in force now for area.
func (s *Service) LimitsFor(ctx context.Context, area string) (request.Limits, error) {
	return op.List(ctx, s.desk, request.See, func(tx *op.Tx, _ op.Scope) (request.Limits, error) {
		return s.store.LimitsFor(ctx, tx, area, tx.Now())
	})
}

// DatedLimits returns the limits that were set for area and for the areas above
// it, also those that begin later: the smallest area first, and within an area
// in the order of their days. They are read by whoever lists requests.
func (s *Service) DatedLimits(ctx context.Context, area string) ([]request.Limits, error) {
	return op.List(ctx, s.desk, request.List, func(tx *op.Tx, _ op.Scope) ([]request.Limits, error) { return s.store.DatedLimits(ctx, tx, area) })
}

// areaTarget is an area with its union, as the target of acts that are not
// about one request.
type areaTarget struct{ kind, area, union string }

// AuthzObject implements op.Target.
func (a areaTarget) AuthzObject() authz.Object {
	return authz.Object{Kind: a.kind, ID: a.union, Group: "org", Area: a.area}
}

func (s *Service) areaTarget(ctx context.Context, tx *op.Tx, kind, area string) (areaTarget, error) {
	u, err := s.needs.Orgs.UnionFor(ctx, tx, area)
	return areaTarget{kind, area, u.ID}, err
}

// Phrases returns the texts for one use in an area: the union's own and those
// of the unions above first, then the program's.
func (s *Service) Phrases(ctx context.Context, area string, k request.Kind) ([]request.Phrase, error) {
	return op.List(ctx, s.desk, request.List, func(tx *op.Tx, _ op.Scope) ([]request.Phrase, error) {
		if k := tx.Subject.Kind; k != authz.Staff && k != authz.System {
			return nil, fault.New(string(request.List), fault.Denied, "fault.denied")
		}
		all, err := s.store.Phrases(ctx, tx, area, k)
		return append(all, request.BuiltinPhrases(k)...), err
	})
}

// SavePhrase adds a phrase for an area and returns its id.
func (s *Service) SavePhrase(ctx context.Context, p request.Phrase) (string, error) {
	p.ID = id.New[string]()
	find := func(tx *op.Tx) (areaTarget, error) { return s.areaTarget(ctx, tx, "request_phrase", p.Area) }
	return op.Write(ctx, s.desk, request.SetWord, find, func(tx *op.Tx, _ areaTarget) (id string, err error) {
		if p.ZH, err = need(request.SetWord, "zh", p.ZH, maxShort); err != nil {
			return "", err
		}
		if p.EN, err = short(request.SetWord, "en", p.EN, 2*maxShort); err != nil {
			return "", err
		}
		if !slices.Contains(request.PhraseKinds(), p.Kind) {
			return "", wrong(string(request.SetWord), "kind", "request.phrase.kind")
		}
		return p.ID, s.store.AddPhrase(ctx, tx, p)
	})
}

// DropPhrase removes a phrase.
func (s *Service) DropPhrase(ctx context.Context, pid string) error {
	find := func(tx *op.Tx) (areaTarget, error) {
		area, err := s.store.PhraseArea(ctx, tx, pid)
		if err != nil {
			return areaTarget{}, err
		}
		return s.areaTarget(ctx, tx, "request_phrase", area)
	}
	_, err := op.Write(ctx, s.desk, request.SetWord, find, func(tx *op.Tx, _ areaTarget) (bool, error) { return s.store.DropPhrase(ctx, tx, pid) })
	return err
}
