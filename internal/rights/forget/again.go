package forget

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/rights"
)

// again is an ask of which something is erased by the program.
type again struct{ ask rights.ID }

// AuthzObject implements op.Target.
func (a again) AuthzObject() authz.Object {
	return authz.Object{Kind: "rights", ID: string(a.ask), Group: "person"}
}

func wait(ctx context.Context, tx *op.Tx, ask rights.ID, t Thing) error {
	_, err := tx.Exec(ctx, `insert into rights_forget_wait (ask_id, kind, thing_id, asked_at) values ($1, $2, $3, $4) on conflict (ask_id, thing_id) do nothing`, string(ask), string(t.Kind), t.ID, tx.Now().UnixMicro())
	return err
}

// Redo erases again what a restored database still knows of a journal, and returns how
// many things that were.
func (s *Service) Redo(ctx context.Context, journal []Forgotten) (n int, err error) {
	for _, e := range journal {
		some, err := s.redo(ctx, e)
		if n += some; err != nil {
			return n, err
		}
	}
	return n, nil
}

func (s *Service) redo(ctx context.Context, e Forgotten) (int, error) {
	known, err := op.List(ctx, s.desk, Redo, func(tx *op.Tx, _ op.Scope) (all []Thing, err error) {
		if tx.Subject.Kind != authz.System {
			return nil, fault.New(string(Redo), fault.Denied, "fault.denied")
		}
		waits, err := waiting(ctx, tx)
		for _, k := range kinds {
			if err == nil && len(e.Things[k]) > 0 {
				var some []Thing
				some, err = s.Keepers[k].Known(ctx, tx, e.Things[k])
				all = append(all, some...)
			}
		}
		return without(all, waits[e.Ask]), err
	})
	if err != nil || len(known) == 0 {
		return 0, err
	}
	return op.Write(ctx, s.desk, Redo, func(*op.Tx) (again, error) { return again{e.Ask}, nil }, func(tx *op.Tx, a again) (int, error) {
		gone, _, err := s.erase(ctx, tx, a.ask, known)
		return len(gone), err
	})
}

// Finish erases what waited for a hold that is over, and returns how many things that
// were. It runs every night, after what is over was let go.
func (s *Service) Finish(ctx context.Context) (n int, err error) {
	free, err := op.List(ctx, s.desk, Redo, func(tx *op.Tx, _ op.Scope) (map[rights.ID][]Thing, error) {
		waits, err := waiting(ctx, tx)
		for ask, all := range waits {
			waits[ask] = nil
			for _, t := range all {
				held, failed := s.Holds.Now(ctx, tx, []string{t.ID})
				if err == nil {
					err = failed
				}
				if len(held) == 0 {
					waits[ask] = append(waits[ask], t)
				}
			}
		}
		return waits, err
	})
	for ask, all := range free {
		if err != nil || len(all) == 0 {
			continue
		}
		var some int
		some, err = op.Write(ctx, s.desk, Redo, func(*op.Tx) (again, error) { return again{ask}, nil }, func(tx *op.Tx, a again) (int, error) {
			gone, _, err := s.erase(ctx, tx, a.ask, all)
			for _, t := range gone {
				if err == nil {
					_, err = tx.Exec(ctx, `delete from rights_forget_wait where ask_id = $1 and thing_id = $2`, string(ask), t.ID)
				}
			}
			return len(gone), err
		})
		n += some
	}
	return n, err
}

// waiting is what waits, by its ask.
func waiting(ctx context.Context, tx *op.Tx) (map[rights.ID][]Thing, error) {
	all := map[rights.ID][]Thing{}
	err := tx.Each(ctx, `select ask_id, kind, thing_id from rights_forget_wait order by ask_id, thing_id`, nil, func(r db.Row) error {
		var ask rights.ID
		var t Thing
		err := r.Scan(&ask, &t.Kind, &t.ID)
		all[ask] = append(all[ask], t)
		return err
	})
	return all, err
}

// without leaves out of all what is in some.
func without(all, some []Thing) (rest []Thing) {
	known := map[string]bool{}
	for _, t := range some {
		known[t.Ref()] = true
	}
	for _, t := range all {
		if !known[t.Ref()] {
			rest = append(rest, t)
		}
	}
	return rest
}
