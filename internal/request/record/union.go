package record

import (
	"context"

	"nuanxin/internal/op"
)

// OpenOf counts the requests that a union has under way.
func (s *Store) OpenOf(ctx context.Context, tx *op.Tx, union string) (n int64, err error) {
	err = tx.One(ctx, `select count(*) from request where union_id = $1 and closed_at is null`, []any{union}, &n)
	return n, err
}

// Pass gives the requests that a union has under way to another, and returns how
// many they were. Dates and officers stay.
func (s *Store) Pass(ctx context.Context, tx *op.Tx, from, into string) (int64, error) {
	return tx.Exec(ctx, `update request set union_id = $2 where union_id = $1 and closed_at is null`, from, into)
}

// HandsOf counts the matters that a body has in hand.
func (s *Store) HandsOf(ctx context.Context, tx *op.Tx, body string) (n int64, err error) {
	err = tx.One(ctx, `select count(*) from request_dispatch where body_id = $1 and state not in ('bounced', 'settled', 'recalled')`, []any{body}, &n)
	return n, err
}

// PassHands gives the matters that a body has in hand to another, unless that one
// has the same in hand already: those are recalled. It returns how many they were.
func (s *Store) PassHands(ctx context.Context, tx *op.Tx, from, into, called string) (int64, error) {
	const inHand = `state not in ('bounced', 'settled', 'recalled')`
	n, err := tx.Exec(ctx, `
		update request_dispatch set body_id = $2, body_name = $3 where body_id = $1 and `+inHand+`
			and not exists (select 1 from request_dispatch d where d.request_id = request_dispatch.request_id and d.body_id = $2 and d.`+inHand+`)`, from, into, called)
	if err != nil {
		return n, err
	}
	double, err := tx.Exec(ctx, `update request_dispatch set state = 'recalled', ended_at = $2 where body_id = $1 and `+inHand, from, tx.Now().UnixMicro())
	return n + double, err
}
