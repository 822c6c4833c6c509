package office

import (
	"context"
	"slices"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// AskTime asks the union for more time, before the time ends and so often as the
// rule says. Nothing moves until the union has said so.
func (s *Service) AskTime(ctx context.Context, ref request.Ref, did request.DispatchID, why string, until time.Time) (request.Receipt, error) {
	return s.handle(ctx, request.MoreTime, request.KindMoreTime, ref, did, func(tx *op.Tx, m *matter, d *request.Dispatch) error {
		why, err := need(request.MoreTime, "why", why, maxWords)
		if err != nil {
			return err
		}
		if err := d.CheckLater(request.MoreTime, until, tx.Now()); err != nil {
			return err
		}
		c := request.FeedbackOf(request.Clocks(m.limits, m.cal, m.es, tx.Now()), d.ID)
		if err := m.MayAskTime(*d, c, request.AskedTime(m.es, d.ID), m.limits); err != nil {
			return err
		}
		d.AskedUntil = until
		m.put(tx, d, request.Entry{Kind: request.KindMoreTime, Readers: request.ToStaff | request.ToBody, Words: why, Until: until})
		return nil
	})
}

// GiveTime gives a body that asked for it more time, until the date that the
// union sets. The worker is told the new date and why; the first one stays on
// the timeline, what was over already stays missed, and the date of the answer
// does not move.
func (s *Service) GiveTime(ctx context.Context, ref request.Ref, did request.DispatchID, why string, until time.Time) (request.Receipt, error) {
	return s.decide(ctx, request.KindGranted, ref, did, why, func(tx *op.Tx, m *matter, d *request.Dispatch, e *request.Entry) error {
		if err := d.CheckLater(request.GiveTime, until, tx.Now()); err != nil {
			return err
		}
		if d.First.IsZero() {
			d.First = d.Deadline
		}
		d.Deadline, d.DueBy, e.Until = until, until, until // a clock that stands still writes no date
		e.Readers |= request.ToWorker
		m.told(tx, request.KindGranted)
		return nil
	})
}

// RefuseTime refuses it, with a reason that the body reads. Its date stands.
func (s *Service) RefuseTime(ctx context.Context, ref request.Ref, did request.DispatchID, why string) (request.Receipt, error) {
	return s.decide(ctx, request.KindRefused, ref, did, why, func(*op.Tx, *matter, *request.Dispatch, *request.Entry) error { return nil })
}

// decide answers a body that asked for more time.
func (s *Service) decide(ctx context.Context, k request.Kind, ref request.Ref, did request.DispatchID, why string, how func(*op.Tx, *matter, *request.Dispatch, *request.Entry) error) (request.Receipt, error) {
	return s.act(ctx, request.GiveTime, ref, func(tx *op.Tx, m *matter) error {
		why, err := need(request.GiveTime, "why", why, maxWords)
		if err != nil {
			return err
		}
		if err := m.Fit(k); err != nil {
			return err
		}
		i := slices.IndexFunc(m.ds, func(d request.Dispatch) bool { return d.ID == did && d.Asks() })
		if i < 0 {
			return fault.New(string(request.GiveTime), fault.Conflict, "request.more.none")
		}
		d := &m.ds[i]
		e := request.Entry{Kind: k, Readers: request.ToStaff | request.ToBody, Dispatch: d.ID, Body: d.Body, BodyName: d.BodyName, Words: why}
		if err := how(tx, m, d, &e); err != nil {
			return err
		}
		d.AskedUntil = time.Time{}
		m.looked(tx)
		m.add(tx, e)
		tx.Emit(request.Addressed{ID: m.ID, Dispatch: d.ID, Body: d.Body})
		return nil
	})
}
