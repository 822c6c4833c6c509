package rights

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// HandOn gives an ask to the union that it belongs to: who asked without a known
// place reaches the highest one. It keeps its day.
func (s *Service) HandOn(ctx context.Context, which ID, version int64, union string) error {
	_, err := op.Write(ctx, s.desk, HandOn, s.finder(ctx, which), func(tx *op.Tx, a Ask) (bool, error) {
		u, err := s.orgs.Union(ctx, tx, union)
		if fault.Is(err, fault.Missing) || err == nil && u.ID == a.Union {
			var f fault.Form
			f.Add("union", "rights.union.choose", nil)
			err = f.Err(string(HandOn))
		}
		if err != nil {
			return false, err
		}
		tx.Note("from", a.Union)
		tx.Note("to", u.ID)
		n, err := tx.Exec(ctx, `update rights_ask set union_id = $2, union_name = $3, area = $4, version = version + 1
			where ask_id = $1 and state = 'open' and version = $5`, string(a.ID), u.ID, u.Name, u.Area, version)
		if err == nil && n == 0 {
			err = fault.New(string(HandOn), fault.Conflict, "rights.closed")
		}
		if err != nil {
			return false, err
		}
		var last int64
		if err := tx.One(ctx, `select coalesce(max(seq), 0) from rights_hand where ask_id = $1`, []any{string(a.ID)}, &last); err != nil {
			return false, err
		}
		_, err = tx.Exec(ctx, `insert into rights_hand (ask_id, seq, at, from_id, from_name, to_id, to_name, by_name) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			string(a.ID), last+1, tx.Now().UnixMicro(), a.Union, a.UnionName, u.ID, u.Name, tx.Subject.Name)
		return true, err
	})
	return err
}

func hands(ctx context.Context, tx *op.Tx, which ID) (all []Handed, err error) {
	err = tx.Each(ctx, `select at, from_name, to_name, by_name from rights_hand where ask_id = $1 order by seq`, []any{string(which)}, func(r db.Row) error {
		var h Handed
		err := r.Scan(db.Time(&h.At), &h.FromName, &h.ToName, &h.By)
		all = append(all, h)
		return err
	})
	return all, err
}
