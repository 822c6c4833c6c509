package intake

import (
	"context"

	"nuanxin/internal/hold"
	"nuanxin/internal/op"
)

// Forget drops the rows of lists by which a worker became a member, where they are
// still kept for an undo. An account that ends calls it before whose the memberships
// are is forgotten.
func (s *Service) Forget(ctx context.Context, tx *op.Tx, worker string) error {
	_, err := tx.Exec(ctx, `update member_import_row set sealed = null where sealed is not null and member_id in (select member_id from member where person_id = $1 and not `+hold.Held("member_id", "person_id")+`)`, worker)
	return err
}

// ForgetRecord drops the rows of lists by which a record came that is no account's.
func (s *Service) ForgetRecord(ctx context.Context, tx *op.Tx, which string) error {
	_, err := tx.Exec(ctx, `update member_import_row set sealed = null where sealed is not null and member_id = $1 and not `+hold.Held("member_id"), which)
	return err
}
