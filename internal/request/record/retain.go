package record

import (
	"context"
	"time"

	"nuanxin/internal/hold"
	"nuanxin/internal/op"
)

// DropPersons forgets whose the requests were that were closed before a time; at most
// so many. It returns how many.
func (s *Store) DropPersons(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	old := `select request_id from request where closed_at < $1 and (owner_id is not null or name is not null or phone is not null or phone_index is not null) and not ` + hold.Held("request_id", "owner_id") + ` order by request_id limit $2`
	if _, err := tx.Exec(ctx, `update request_event set by_id = '' where by_kind = 'worker' and request_id in (`+old+`)`, before.UnixMicro(), most); err != nil {
		return 0, err
	}
	n, err := tx.Exec(ctx, `update request set owner_id = null, data_key = null, name = null, phone = null, phone_index = null, phone_ok = false where request_id in (`+old+`)`, before.UnixMicro(), most)
	return int(n), err
}

// DropMedia drops photos and voice of requests that were closed before a time; at most
// so many files. It returns how many. The files themselves go with the next sweep.
func (s *Store) DropMedia(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	n, err := tx.Exec(ctx, `delete from request_attachment where attachment_id in (
		select a.attachment_id from request_attachment a join request r on r.request_id = a.request_id where r.closed_at < $1 and not `+hold.Held("r.request_id", "r.owner_id")+` order by a.attachment_id limit $2)`, before.UnixMicro(), most)
	return int(n), err
}
