package silence

import (
	"context"
	"time"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
)

// Shown is whether a worker sees their own identity number whole.
type Shown struct {
	Has   bool      // a union looked at one, so that it can be typed
	Shut  bool      // too many were wrong today
	Until time.Time // zero, or past: it is masked
	For   time.Duration
	who   string
}

// AuthzObject implements op.Target.
func (s Shown) AuthzObject() authz.Object {
	return authz.Object{Kind: "account", ID: s.who, Group: "person", Owner: s.who}
}

// Whole reports whether it is shown at t.
func (s Shown) Whole(t time.Time) bool { return t.Before(s.Until) }

func asker(tx *op.Tx) (Shown, error) {
	if tx.Subject.Kind != authz.Worker {
		return Shown{}, fault.New(string(Ask), fault.Missing, "account.session.none")
	}
	return Shown{Until: tx.Subject.Shown, who: tx.Subject.ID}, nil
}

// Shown returns how it is for the worker who asks.
func (s *Service) Shown(ctx context.Context) (Shown, error) {
	return op.Read(ctx, s.desk, Ask, func(tx *op.Tx) (Shown, error) {
		w, err := asker(tx)
		if err != nil {
			return w, err
		}
		if w.Has, err = s.Records.Has(ctx, tx, w.who); err != nil {
			return w, err
		}
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return w, err
		}
		n, err := pace.Taken(ctx, tx, s.key("number", w.who), day)
		w.Shut, w.For = n >= l["number_tries_day"], l.Minutes("number_shown_min")
		return w, err
	})
}

// Show shows the identity number of the worker who asks, for a while, in the session
// whose secret is token, when number is it, whole. Invalid: it is not. Busy: too many
// were not, today.
func (s *Service) Show(ctx context.Context, token, number string) error {
	out, err := op.Write(unnamed(ctx), s.desk, Show, asker, func(tx *op.Tx, w Shown) (outcome, error) {
		out, err := s.try(ctx, tx, "number", w.who, "number_tries_day", func() (bool, error) {
			r, err := idcard.ParseResident(number, "")
			if err != nil {
				return false, nil //nolint:nilerr // what is no number is nobody's
			}
			return s.Records.Numbered(ctx, tx, w.who, r.Number)
		})
		if err != nil || out != right {
			return out, err
		}
		ok, err := session.Show(ctx, tx, token)
		if err == nil && !ok {
			err = fault.New(string(Show), fault.Missing, "account.session.none")
		}
		return right, err
	})
	switch {
	case err != nil:
		return err
	case out == many:
		return fault.New(string(Show), fault.Busy, "silence.number.many")
	case out == wrong:
		return of("whole", "silence.number.wrong")
	}
	return nil
}
