package station

import (
	"context"

	"nuanxin/internal/op"
)

// Ask returns a station inside another domain's operation, in use or not. It
// authorizes nothing: the caller's own act has been.
func (s *Service) Ask(ctx context.Context, tx *op.Tx, id ID) (Station, error) {
	return get(ctx, tx.Tx, id)
}
