package station

import (
	"context"
	"fmt"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Check counts the stations and reports those whose code is not theirs, and those
// that the finder and whoever takes changes would miss. Only the program may ask.
func (s *Service) Check(ctx context.Context) (seen int64, wrong []string, err error) {
	wrong, err = op.List(ctx, s.desk, Verify, func(tx *op.Tx, _ op.Scope) (wrong []string, err error) {
		if tx.Subject.Kind != authz.System {
			return nil, fault.New(string(Verify), fault.Denied, "fault.denied")
		}
		codes, err := codes(ctx, tx.Tx)
		if err != nil {
			return nil, err
		}
		last, err := lastChange(ctx, tx.Tx)
		if err != nil {
			return nil, err
		}
		err = tx.Each(ctx, `select s.station_id, s.code, coalesce(c.seq, 0) from station s left join station_change c on c.station_id = s.station_id order by s.station_id`, nil, func(r db.Row) error {
			var id ID
			var code string
			var seq int64
			if err := r.Scan(&id, &code, &seq); err != nil {
				return err
			}
			seen++
			switch {
			case codes[code] != id:
				wrong = append(wrong, fmt.Sprintf("station %s: its code %s is not given to it", id, code))
			case seq < 1 || seq > last:
				wrong = append(wrong, fmt.Sprintf("station %s: its last change is %d, want 1 to %d", id, seq, last))
			}
			return nil
		})
		return wrong, err
	})
	return seen, wrong, err
}

// codes are the stations by the codes that were given.
func codes(ctx context.Context, tx *db.Tx) (map[string]ID, error) {
	given := map[string]ID{}
	err := tx.Each(ctx, `select code, station_id from station_code`, nil, func(r db.Row) error {
		var code string
		var id ID
		err := r.Scan(&code, &id)
		given[code] = id
		return err
	})
	return given, err
}
