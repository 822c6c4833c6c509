package office

import (
	"context"
	"time"

	"nuanxin/internal/op"
)

// DropPersons forgets whose old matters were; see [record.Store.DropPersons].
func (s *Service) DropPersons(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	return s.store.DropPersons(ctx, tx, before, most)
}

// DropMedia drops photos and voice of old matters; see [record.Store.DropMedia].
func (s *Service) DropMedia(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	return s.store.DropMedia(ctx, tx, before, most)
}
