package office

import (
	"context"
	"errors"
	"slices"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// Linked notes what became of the message that was to bring a body the link to
// what it was handed: one of request.LinkSent and its kin. The cadre who handed
// it over reads it: a link that did not go out must not look like a body that is
// silent. An outcome that is known already, or that matters no more because the
// body has opened the matter, is not noted.
func (s *Service) Linked(ctx context.Context, ref request.Ref, did request.DispatchID, outcome string) (request.Receipt, error) {
	return s.act(ctx, request.Linked, ref, func(tx *op.Tx, m *matter) error {
		i := slices.IndexFunc(m.ds, func(d request.Dispatch) bool { return d.ID == did })
		if i < 0 {
			return fault.New(string(request.Linked), fault.Missing, "fault.missing")
		}
		d := m.ds[i]
		if d.State != request.DispatchSent || request.LinkOf(m.es, did) == outcome {
			return nil
		}
		m.add(tx, request.Entry{Kind: request.KindLinked, Readers: request.ToStaff, Dispatch: d.ID, Body: d.Body, BodyName: d.BodyName, Fact: outcome})
		return nil
	})
}

// StationMended notes what a station says of the defects that these requests
// reported: that they are mended, though no host has them in hand any more. The
// union has each, and its worker alone judges; both are told, and of a report that
// was joined to another matter so is who has that. It may be called again: what is
// said is said once, until the worker says no.
func (s *Service) StationMended(ctx context.Context, at time.Time, numbers ...string) error {
	var all error
	for _, n := range numbers {
		_, err := s.act(ctx, request.Mended, request.Ref{Number: n}, func(tx *op.Tx, m *matter) error {
			said := slices.ContainsFunc(m.es, func(e request.Entry) bool { return e.Kind == request.KindUnsolved && e.At.After(at) })
			if m.What == "" || !m.MendedAt.IsZero() || said || !m.Status.May(request.KindMended) {
				return nil // has its answer already, or none is asked for
			}
			m.MendedAt = at
			m.add(tx, request.Entry{Kind: request.KindMended, Readers: request.ToWorker | request.ToStaff})
			m.told(tx, request.KindMended)
			return s.mendedMain(ctx, tx, m)
		})
		if !fault.Is(err, fault.Missing) {
			all = errors.Join(all, err)
		}
	}
	return all
}

// mendedMain marks the matter that a mended report was joined to, for its staff.
// One that reported the same is told by its own number.
func (s *Service) mendedMain(ctx context.Context, tx *op.Tx, f *matter) error {
	if f.Status != request.StatusMerged {
		return nil
	}
	main, err := s.lock(ctx, tx, request.Ref{ID: f.MergedInto})
	if err != nil || main.What == f.What && main.Place.Station == f.Place.Station || !main.MendedAt.IsZero() || !main.Status.May(request.KindMended) {
		return err
	}
	main.MendedAt = f.MendedAt
	main.add(tx, request.Entry{Kind: request.KindMended, Readers: request.ToStaff, Fact: f.Number})
	if err := s.save(ctx, tx, main); err != nil {
		return err
	}
	return tx.Also(ctx, request.Mended, main.AuthzObject())
}
