package account

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// Seated counts the staff who sit in an organisation, or hold a role in it.
func (s *Service) Seated(ctx context.Context, tx *op.Tx, org string) (int64, error) {
	all, err := seated(ctx, tx, org)
	return int64(len(all)), err
}

func seated(ctx context.Context, tx *op.Tx, org string) ([]ID, error) {
	var all []ID
	err := tx.Each(ctx, `
		select p.person_id from person p where p.kind = 'staff' and p.active and (p.org_id = $1
			or exists (select 1 from person_grant g where g.person_id = p.person_id and g.org_id = $1 and g.ended_at is null and (g.until_at is null or g.until_at > $2)))
		order by p.person_id`, []any{org, tx.Now().UnixMicro()}, func(r db.Row) error {
		var p ID
		err := r.Scan(&p)
		all = append(all, p)
		return err
	})
	return all, err
}

// Reseat gives the staff of an organisation a seat in another of an area, inside a
// transaction that ends the first. A role for an area stays for that area; one within
// the organisation becomes one within the other. It returns how many they were.
func (s *Service) Reseat(ctx context.Context, tx *op.Tx, from, into, area string) (int64, error) {
	all, err := seated(ctx, tx, from)
	if err != nil {
		return 0, err
	}
	for _, who := range all {
		p, err := hold(ctx, tx, who)
		if err != nil {
			return 0, err
		}
		if p.Org == from {
			p.Org = into
			if _, err := tx.Exec(ctx, `update person set org_id = $2 where person_id = $1`, string(p.ID), into); err != nil {
				return 0, err
			}
		}
		for i, g := range p.Grants {
			if g.Org != from {
				continue
			}
			if err := endGrants(ctx, tx, p.ID, g.ID); err != nil {
				return 0, err
			}
			g.ID, g.Org = id.New[string](), into
			if OfOrg(g.Role) {
				g.Area = area
			}
			p.Grants[i] = g
			if err := insertGrant(ctx, tx, p.ID, g); err != nil {
				return 0, err
			}
		}
		if err := setReach(ctx, tx, p); err != nil {
			return 0, err
		}
	}
	return int64(len(all)), nil
}
