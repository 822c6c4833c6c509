package office

import (
	"context"
	"slices"

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
