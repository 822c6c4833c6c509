package account

import (
	"context"
	"time"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// SpendLook counts one more sensitive read by the member of staff who asks, inside
// the operation that reads, under the limit called name; others are not counted.
// Busy: it was enough for today.
func (s *Service) SpendLook(ctx context.Context, tx *op.Tx, name string) error {
	if tx.Subject.Kind != authz.Staff {
		return nil
	}
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return err
	}
	ok, err := pace.Take(ctx, tx, s.index(name, tx.Subject.ID), 24*time.Hour, l[name])
	if err == nil && !ok {
		err = fault.New("account.spend", fault.Busy, op.Enough).With(fault.Args{"Limit": l[name]})
	}
	return err
}

// SpendCapture counts one more request by whoever asks, inside the operation
// that stores it, and refuses a flood: by address for those without a name, by
// person for those with one. The address goes in as a keyed hash and is never
// stored beside what was said. Staff and the program are not counted.
func (s *Service) SpendCapture(ctx context.Context, tx *op.Tx) error {
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return err
	}
	var ok bool
	switch tx.Subject.Kind {
	case authz.Nobody:
		ok, err = pace.Take(ctx, tx, s.index("capture", pace.OriginOf(ctx).Place()), time.Hour, l["capture_address_hour"])
	case authz.Worker:
		ok, err = pace.Take(ctx, tx, s.index("capture.person", tx.Subject.ID), 24*time.Hour, l["capture_person_day"])
	default:
		return nil
	}
	if err == nil && !ok {
		err = fault.New("request.capture", fault.Busy, "request.capture.busy")
	}
	return err
}
