package station

import (
	"context"
	"encoding/json"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Ask returns a station inside another domain's operation, in use or not. It
// authorizes nothing: the caller's own act has been.
func (s *Service) Ask(ctx context.Context, tx *op.Tx, id ID) (Station, error) {
	return get(ctx, tx.Tx, id)
}

// Called is what another domain calls a station by.
type Called struct {
	ID     ID
	Name   string
	Others []string
	Area   string
	InUse  bool
	Public bool
}

// AskCalled is [Service.Ask] for what those are called that f selects, by area and name, all
// of them.
func (s *Service) AskCalled(ctx context.Context, tx *op.Tx, f Filter) ([]Called, error) {
	var args db.Args
	var all []Called
	err := tx.Each(ctx, `select station_id, name, other_names, area, closed_at is null, public from station where `+f.where(&args)+` order by area, name, station_id`, args, func(r db.Row) error {
		var c Called
		var others string
		if err := r.Scan(&c.ID, &c.Name, &others, &c.Area, &c.InUse, &c.Public); err != nil {
			return err
		}
		all = append(all, c)
		return json.Unmarshal([]byte(others), &all[len(all)-1].Others)
	})
	return all, err
}
