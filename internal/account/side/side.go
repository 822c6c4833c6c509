// Package side keeps on which side everybody with a role is ([authz.Side]): nobody is on
// two. The key of its table refuses a second one, also to who comes at the same moment.
//
// All of it happens inside an operation of package account, which says who may.
package side

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/op"
)

// Seize takes the side of role for person. false means that the person is on another.
func Seize(ctx context.Context, tx *op.Tx, person string, role authz.Role) (bool, error) {
	if err := Release(ctx, tx, person); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `
		insert into person_side (person_id, side) values ($1, $2)
		on conflict (person_id) do update set side = excluded.side where person_side.side = excluded.side`, person, authz.Side(role))
	return n > 0, err
}

// Release lets go of the side of person when no grant on it is in force or to come.
func Release(ctx context.Context, tx *op.Tx, person string) error {
	_, err := tx.Exec(ctx, `
		delete from person_side where person_id = $1 and not exists (
			select 1 from person_grant g where g.person_id = person_side.person_id
				and case when g.role in ('admin', 'security', 'auditor') then g.role else 'work' end = person_side.side
				and g.ended_at is null and (g.until_at is null or g.until_at > $2))`, person, tx.Now().UnixMicro())
	return err
}
