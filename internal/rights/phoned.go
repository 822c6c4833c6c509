package rights

import (
	"context"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// This part finds the asks that a cadre wrote down and that are the data of a worker who
// has that phone (个人信息保护法 art. 45). A number is no person: whose an ask is, is
// decided by the same rules as of matters ([Callers]).

// most is how many asks of a phone are looked at, the newest first.
const most = 200

// caller is a worker as the caller that they may have been.
type caller struct{ id string }

// AuthzObject implements op.Target.
func (c caller) AuthzObject() authz.Object {
	return authz.Object{Kind: "rights_phone", ID: c.id, Group: "person", Owner: c.id}
}

// phoneIndex is the blind index of a phone; of none it is empty.
func (v vault) phoneIndex(phone string) string {
	if phone == "" {
		return ""
	}
	return v.ring.Index("rights|phone", phone)
}

// MineByPhone returns the asks of the worker who asks that hang on their phone alone, the
// newest first, with the phone that was written down in full.
func (s *Service) MineByPhone(ctx context.Context) (all []Ask, err error) {
	_, err = op.Read(ctx, s.desk, ByNumber, func(tx *op.Tx) (caller, error) {
		c := caller{tx.Subject.ID}
		if tx.Subject.Kind != authz.Worker {
			return c, fault.New(string(ByNumber), fault.Missing, "fault.missing")
		}
		var err error
		if all, err = s.byPhone(ctx, tx, c.id, time.Time{}); err != nil {
			return c, err
		}
		for i := range all {
			if all[i].Phone, err = s.NumberOf(ctx, tx, all[i]); err != nil {
				return c, err
			}
			if all[i].Hands, err = hands(ctx, tx, all[i].ID); err != nil {
				return c, err
			}
		}
		return c, s.date(ctx, tx, all)
	})
	return all, err
}

// byPhone returns the asks that are a worker's by their phone.
func (s *Service) byPhone(ctx context.Context, tx *op.Tx, worker string, proved time.Time) (all []Ask, err error) {
	phone, has, err := s.callers.Has(ctx, tx, worker, proved)
	if err != nil || phone == "" {
		return nil, fault.Unless(err, fault.Missing)
	}
	found, err := s.some(ctx, tx, `r.person_id is null and r.phone_index = $1 order by r.ask_id desc limit $2`, db.Args{s.phoneIndex(phone), most})
	for _, a := range found {
		if has(a.Name, a.AskedAt) {
			all = append(all, a)
		}
	}
	return all, err
}

// forgetByPhone forgets, with an account that ends, what of its phone is answered. What is
// open keeps who asked, or nobody could answer. A code has just come back from the phone.
func (s *Service) forgetByPhone(ctx context.Context, tx *op.Tx, worker string) error {
	if held, err := hold.Any(ctx, tx, worker); err != nil || held {
		return err
	}
	all, err := s.byPhone(ctx, tx, worker, tx.Now())
	if err != nil {
		return err
	}
	var closed []Ask
	for _, a := range all {
		if a.State != Open {
			closed = append(closed, a)
		}
	}
	return s.forget(ctx, tx, closed)
}

// indexed is a run over asks that have no index so far, as its audit row names it.
type indexed string

// AuthzObject implements op.Target.
func (i indexed) AuthzObject() authz.Object {
	return authz.Object{Kind: "rights_index", ID: string(i), Group: "person"}
}

// atOnce is how many asks one transaction indexes.
const atOnce = 100

// Index makes the indexes of asks that were written down before there were any.
func (s *Service) Index(ctx context.Context) error {
	const without = `r.phone is not null and r.phone_index = ''`
	for {
		left, err := op.List(ctx, s.desk, Reindex, func(tx *op.Tx, _ op.Scope) (bool, error) {
			if tx.Subject.Kind != authz.System {
				return false, fault.New(string(Reindex), fault.Denied, "fault.denied")
			}
			some, err := s.some(ctx, tx, without+` limit 1`, nil)
			return len(some) > 0, err
		})
		if err != nil || !left {
			return err
		}
		this := id.New[indexed]()
		_, err = op.Write(ctx, s.desk, Reindex, func(*op.Tx) (indexed, error) { return this, nil }, func(tx *op.Tx, _ indexed) (int, error) {
			all, err := s.some(ctx, tx, without+` order by r.ask_id limit $1`, db.Args{atOnce})
			for _, a := range all {
				var phone string
				if err == nil {
					phone, err = s.NumberOf(ctx, tx, a)
				}
				if err == nil {
					_, err = tx.Exec(ctx, `update rights_ask set phone_index = $2 where ask_id = $1`, string(a.ID), s.phoneIndex(phone))
				}
			}
			return len(all), err
		})
		if err != nil {
			return err
		}
	}
}
