package people

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// Directory tells other domains about staff, inside their own transactions.
type Directory struct{}

// Names returns the names of staff by id, for the words of a timeline. Workers
// have no name here: it is sealed.
func (Directory) Names(ctx context.Context, tx *op.Tx, ids []string) (map[string]string, error) {
	names := map[string]string{}
	var args db.Args
	err := tx.Each(ctx, `select person_id, name from person where kind = 'staff' and person_id in `+db.In(&args, ids), args, func(r db.Row) error {
		var id, name string
		err := r.Scan(&id, &name)
		names[id] = name
		return err
	})
	return names, err
}

// Seat is where a member of staff sits, for those who ask who they were.
type Seat struct {
	Name string
	Org  string // id; empty: the union of the area
	Area string
}

// Seats returns the seats of staff by id, be they here or gone.
func (Directory) Seats(ctx context.Context, tx *op.Tx, ids []string) (map[string]Seat, error) {
	seats := map[string]Seat{}
	var args db.Args
	err := tx.Each(ctx, `select person_id, name, org_id, area from person where kind = 'staff' and person_id in `+db.In(&args, ids), args, func(r db.Row) error {
		var id string
		var seat Seat
		err := r.Scan(&id, &seat.Name, db.Text(&seat.Org), &seat.Area)
		seats[id] = seat
		return err
	})
	return seats, err
}

// Colleague is a member of staff to whom a matter can be given.
type Colleague struct{ ID, Name string }

// Staffed returns the active staff who hold one of roles for area or for an
// area above it, at this moment: whom to hand a matter to, the nearest first.
func (Directory) Staffed(ctx context.Context, tx *op.Tx, area string, roles ...authz.Role) (all []Colleague, err error) {
	var args db.Args
	areas := []string{""}
	for n := 1; n <= len(area); n++ {
		areas = append(areas, area[:n])
	}
	now := args.Add(tx.Now().UnixMicro())
	err = tx.Each(ctx, `
		select p.person_id, p.name from person_grant g join person p on p.person_id = g.person_id
		where g.area in `+db.In(&args, areas)+` and g.role in `+db.In(&args, roles)+`
			and g.ended_at is null and g.from_at <= `+now+` and (g.until_at is null or g.until_at > `+now+`) and p.active and p.locked_at is null
		group by p.person_id, p.name order by max(length(g.area)) desc, p.person_id`, args, func(r db.Row) error {
		var c Colleague
		err := r.Scan(&c.ID, &c.Name)
		all = append(all, c)
		return err
	})
	return all, err
}

// Seated counts the staff who sit in an organisation, or hold a role in it.
func (Directory) Seated(ctx context.Context, tx *op.Tx, org string) (int64, error) {
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
func (Directory) Reseat(ctx context.Context, tx *op.Tx, from, into, area string) (int64, error) {
	all, err := seated(ctx, tx, from)
	if err != nil {
		return 0, err
	}
	for _, who := range all {
		p, err := Hold(ctx, tx, who)
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
			if err := EndGrants(ctx, tx, p.ID, g.ID); err != nil {
				return 0, err
			}
			g.ID, g.Org = id.New[string](), into
			if OfOrg(g.Role) {
				g.Area = area
			}
			p.Grants[i] = g
			if err := InsertGrant(ctx, tx, p.ID, g); err != nil {
				return 0, err
			}
		}
		if err := SetReach(ctx, tx, p); err != nil {
			return 0, err
		}
	}
	return int64(len(all)), nil
}
