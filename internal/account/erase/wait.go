package erase

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"nuanxin/internal/account/session"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// lock ends an account of which something is held: its sessions and its number's guard go,
// and no use of what stays is allowed any more.
func (s *Service) lock(ctx context.Context, tx *op.Tx, who string, at time.Time) error {
	for _, sql := range []string{
		`delete from person_phone where person_id = $1`,
		`update person set active = false, version = version + 1 where person_id = $1 and kind = 'worker'`,
	} {
		if _, err := tx.Exec(ctx, sql, who); err != nil {
			return err
		}
	}
	if err := session.End(ctx, tx, who, ""); err != nil {
		return err
	}
	if err := consent.Freeze(ctx, tx, who); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into person_erase_waits (person_id, asked_at) values ($1, $2) on conflict (person_id) do nothing`, who, at.UnixMicro())
	return err
}

// Finish forgets those who ended their account and of whom nothing is held any more, and
// returns how many. It runs every night, after what is over was let go.
func (s *Service) Finish(ctx context.Context) (n int, err error) {
	all, err := op.List(ctx, s.desk, Redo, func(tx *op.Tx, _ op.Scope) ([]Erased, error) {
		var all []Erased
		err := tx.Each(ctx, `select person_id, asked_at from person_erase_waits order by person_id`, nil, func(r db.Row) error {
			var e Erased
			err := r.Scan(&e.ID, db.Time(&e.At))
			all = append(all, e)
			return err
		})
		all = slices.DeleteFunc(all, func(e Erased) bool { // who has to wait leaves no trace every night
			held, failed := s.held(ctx, tx, e.ID)
			err = errors.Join(err, failed)
			return len(held) > 0
		})
		return all, err
	})
	for _, e := range all {
		if err != nil {
			return n, err
		}
		var done bool
		done, err = op.Write(ctx, s.desk, Redo, func(*op.Tx) (worker, error) { return worker{e.ID}, nil }, func(tx *op.Tx, who worker) (bool, error) {
			held, err := s.held(ctx, tx, who.id)
			if err != nil {
				return false, err
			}
			if len(held) > 0 {
				tx.Note("held", strconv.Itoa(len(held)))
				return false, nil
			}
			return true, s.forget(ctx, tx, who.id, e.At)
		})
		if done {
			n++
		}
	}
	return n, err
}
