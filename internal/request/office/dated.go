package office

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// DatedLimits returns the limits that were set for area and for the areas above
// it, also those that begin later: the smallest area first, and within an area
// in the order of their days. They are read by whoever lists requests.
func (s *Service) DatedLimits(ctx context.Context, area string) ([]request.Limits, error) {
	return op.List(ctx, s.desk, request.List, func(tx *op.Tx, _ op.Scope) ([]request.Limits, error) {
		var args db.Args
		var all []request.Limits
		q := `select ` + limitColumns + ` from request_policy where area in ` + db.In(&args, prefixes(area)) + ` order by length(area) desc, from_day, policy_id limit 100`
		err := tx.Each(ctx, q, args, func(r db.Row) error {
			l, err := scanLimits(r)
			all = append(all, l)
			return err
		})
		return all, err
	})
}
