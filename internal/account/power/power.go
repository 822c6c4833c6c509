// Package power keeps who has which of the three powers ([authz.Power]): nobody has
// two. The key of its table refuses a second one, also to who comes at the same moment.
//
// All of it happens inside an operation of package account, which says who may.
package power

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/op"
)

// Seize takes the power role for person; any other role is taken by anybody. false
// means that the person has another power.
func Seize(ctx context.Context, tx *op.Tx, person string, role authz.Role) (bool, error) {
	if !authz.Power(role) {
		return true, nil
	}
	if err := Release(ctx, tx, person); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `
		insert into person_power (person_id, role) values ($1, $2)
		on conflict (person_id) do update set role = excluded.role where person_power.role = excluded.role`, person, string(role))
	return n > 0, err
}

// Release lets go of the power of person when no grant of it is in force or to come.
func Release(ctx context.Context, tx *op.Tx, person string) error {
	_, err := tx.Exec(ctx, `
		delete from person_power where person_id = $1 and not exists (
			select 1 from person_grant g where g.person_id = person_power.person_id and g.role = person_power.role
				and g.ended_at is null and (g.until_at is null or g.until_at > $2))`, person, tx.Now().UnixMicro())
	return err
}
