package record

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// Follow notes that one request was joined to another.
func (s *Store) Follow(ctx context.Context, tx *op.Tx, main, follower request.ID) error {
	_, err := tx.Exec(ctx, `
		insert into request_follow (request_id, follower_id, at, undone_at) values ($1, $2, $3, null)
		on conflict (request_id, follower_id) do update set at = excluded.at, undone_at = null`, main, follower, tx.Now().UnixMicro())
	return err
}

// Unfollow notes that it is no more.
func (s *Store) Unfollow(ctx context.Context, tx *op.Tx, main, follower request.ID) error {
	_, err := tx.Exec(ctx, `update request_follow set undone_at = $3 where request_id = $1 and follower_id = $2 and undone_at is null`, main, follower, tx.Now().UnixMicro())
	return err
}

// FollowerIDs returns the requests that are joined to one, in the order of their ids.
func (s *Store) FollowerIDs(ctx context.Context, tx *op.Tx, main request.ID) (ids []request.ID, err error) {
	err = tx.Each(ctx, `select follower_id from request_follow where request_id = $1 and undone_at is null order by follower_id`, []any{main}, func(r db.Row) error {
		var rid request.ID
		err := r.Scan(&rid)
		ids = append(ids, rid)
		return err
	})
	return ids, err
}

// Followers returns the requests merged into one, oldest first.
func (s *Store) Followers(ctx context.Context, tx *op.Tx, rid request.ID) ([]request.Follower, error) {
	var fs []request.Follower
	err := tx.Each(ctx, `select `+rootColumns+` from request where merged_into = $1 order by created_at, request_id limit 500`, []any{rid}, func(r db.Row) error {
		q, err := s.scan(r)
		if err == nil {
			fs = append(fs, Follower(q))
		}
		return err
	})
	return fs, err
}

// Follower is a request as the one that it was merged into shows it.
func Follower(q *request.Request) request.Follower {
	return request.Follower{ID: q.ID, Number: q.Number, Status: q.Status, Surname: q.Surname, Words: q.Words, At: q.CreatedAt}
}
