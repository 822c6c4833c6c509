package warden

import (
	"context"
	"time"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/people"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
)

// Dormant stands where a lock has its reason, when it came because nobody used the account.
const Dormant = "dormant"

// sleepersAtOnce is how many accounts one night locks at most; the next takes the rest.
const sleepersAtOnce = 500

// Register gives the worker the nightly look for accounts that nobody uses.
func (s *Service) Register(w *job.Worker) { w.Every("account.dormant", 24*time.Hour, s.Sleep) }

// Sleep locks the staff accounts that nobody used for as many days as the limit
// dormant_days says; 0 locks none (GB/T 22239-2019, 8.1.4.2 c). The security
// administrator who was here last stays: somebody must be able to open the others.
func (s *Service) Sleep(ctx context.Context) error {
	all, err := op.List(ctx, s.desk, Sleep, func(tx *op.Tx, scope op.Scope) ([]people.ID, error) {
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil || l["dormant_days"] == 0 {
			return nil, err
		}
		return sleepers(ctx, tx, scope, tx.Now().Add(-l.Days("dormant_days")))
	})
	if err != nil {
		return err
	}
	for _, who := range all {
		_, err := op.Write(ctx, s.desk, Sleep, staffer(ctx, who), func(tx *op.Tx, p people.Person) (bool, error) {
			tx.Note("why", Dormant)
			_, err := tx.Exec(ctx, `
				update person set locked_at = $2, locked_by = '', locked_why = $3, version = version + 1 where person_id = $1 and active and locked_at is null`,
				string(p.ID), tx.Now().UnixMicro(), Dormant)
			return true, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sleepers are the accounts that were not used since, but for the last of the security
// administrators.
func sleepers(ctx context.Context, tx *op.Tx, scope op.Scope, since time.Time) (all []people.ID, err error) {
	args := db.Args{since.UnixMicro(), string(authz.Security), sleepersAtOnce}
	mine := scope.Where(authz.Columns{ID: "p.person_id", Area: "p.reach"}, &args)
	err = tx.Each(ctx, `
		select p.person_id from person p
		where p.kind = 'staff' and p.active and p.locked_at is null and coalesce(p.used_at, p.made_at) < $1 and p.person_id <> coalesce((
			select w.person_id from person_side w join person q on q.person_id = w.person_id
			where w.side = $2 and q.active and q.locked_at is null order by coalesce(q.used_at, q.made_at) desc, q.person_id limit 1), '00000000-0000-0000-0000-000000000000')
			and `+mine+`
		order by coalesce(p.used_at, p.made_at), p.person_id limit $3`, args, func(r db.Row) error {
		var who people.ID
		err := r.Scan(&who)
		all = append(all, who)
		return err
	})
	return all, err
}
