package cover

import (
	"context"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/org/platform"
)

// Spread is how many there are of something in an area.
type Spread struct {
	Area, Key string
	N         int64
}

// Config is what the service needs of others: how the members of all areas spread by
// occupation and by the name of their company, and how many stations areas have.
type Config struct {
	Firms       *platform.Service
	Occupations func(ctx context.Context, tx *op.Tx) ([]Spread, error)
	Works       func(ctx context.Context, tx *op.Tx) ([]Spread, error)
	Stations    func(ctx context.Context, tx *op.Tx) ([]Spread, error)
}

// Service counts, and tells what was counted.
type Service struct {
	desk *op.Desk
	Config
}

// NewService returns the service.
func NewService(desk *op.Desk, c Config) *Service { return &Service{desk, c} }

// every is how often everything is counted.
const every = 10 * time.Minute

// Register lets the program's worker count.
func (s *Service) Register(w *job.Worker) { w.Every("org.cover", every, s.Count) }

// steps are how many numbers one transaction writes.
const steps = 5000

// Count counts everything anew, and writes what differs.
func (s *Service) Count(ctx context.Context) error {
	type both struct{ was, is tally }
	found, err := op.List(ctx, s.desk, Count, func(tx *op.Tx, _ op.Scope) (b both, err error) {
		if tx.Subject.Kind != authz.System {
			return b, fault.New(string(Count), fault.Denied, "fault.denied")
		}
		if b.is, err = s.tally(ctx, tx); err == nil {
			b.was, err = stored(ctx, tx)
		}
		return b, err
	})
	if err != nil {
		return err
	}
	var gone []cell
	var fresh []cell
	for c := range found.was {
		if found.is[c] == 0 {
			gone = append(gone, c)
		}
	}
	for c, n := range found.is {
		if found.was[c] != n {
			fresh = append(fresh, c)
		}
	}
	for some := range slices.Chunk(gone, steps) {
		if err := s.write(ctx, func(tx *op.Tx) error { return remove(ctx, tx, some) }); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(fresh, steps) {
		if err := s.write(ctx, func(tx *op.Tx) error { return store(ctx, tx, some, found.is) }); err != nil {
			return err
		}
	}
	return s.write(ctx, func(tx *op.Tx) error {
		_, err := tx.Exec(ctx, `insert into org_counted (name, at) values ('cover', $1) on conflict (name) do update set at = excluded.at`, tx.Now().UnixMicro())
		return err
	})
}

func (s *Service) write(ctx context.Context, do func(*op.Tx) error) error {
	_, err := op.Write(ctx, s.desk, Count, func(*op.Tx) (Row, error) { return Row{}, nil }, func(tx *op.Tx, _ Row) (bool, error) {
		return true, do(tx)
	})
	return err
}

// Page is an area with those within it.
type Page struct {
	Own  Row   // empty where the reader holds parts of the area alone
	Rows []Row // those just within; where the reader holds parts of the area, these
	At   time.Time
	Firm map[platform.Firm]string // how companies are called
}

// Areas are those for which somebody may read numbers, none within another.
func Areas(who authz.Subject) []string {
	var all, outer []string
	for _, g := range who.Grants {
		if slices.Contains([]authz.Role{authz.Cadre, authz.Leader, authz.Admin}, g.Role) {
			all = append(all, g.Area)
		}
	}
	slices.Sort(all)
	for _, a := range all {
		if len(outer) == 0 || !strings.HasPrefix(a, outer[len(outer)-1]) {
			outer = append(outer, a)
		}
	}
	return outer
}

// In tells what there is in an area, and in those just within it.
func (s *Service) In(ctx context.Context, area string) (Page, error) {
	var p Page
	_, err := op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]Row, error) {
		parts := []string{}
		if !slices.ContainsFunc(Areas(tx.Subject), func(a string) bool { return strings.HasPrefix(area, a) }) && tx.Subject.Kind != authz.System {
			for _, a := range Areas(tx.Subject) {
				if strings.HasPrefix(a, area) {
					parts = append(parts, a)
				}
			}
		}
		own, err := rows(ctx, tx, scope, func(args *db.Args) string { return `c.area = ` + args.Add(area) })
		if err != nil {
			return nil, err
		}
		if p.Own = (Row{Area: area}); len(own) > 0 {
			p.Own = own[0]
		}
		p.Rows, err = rows(ctx, tx, scope, func(args *db.Args) string {
			if len(parts) > 0 {
				return `c.area in ` + db.In(args, parts)
			}
			return `c.up = ` + args.Add(area)
		})
		if err == nil {
			err = s.names(ctx, tx, &p)
		}
		if err == nil {
			p.At, err = counted(ctx, tx)
		}
		return append(own, p.Rows...), err
	})
	return p, err
}

// Bare returns the counties or towns in an area that have stations or members and no
// union, from one on.
func (s *Service) Bare(ctx context.Context, area string, what What, after string, limit int) ([]Row, error) {
	digits := map[What]int{BareCounty: 6, BareTown: 9}[what]
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]Row, error) {
		var args db.Args
		from, to := authz.Range(area)
		where := scope.Where(columns, &args) + ` and c.what = ` + args.Add(string(what)) + ` and c.area >= ` + args.Add(from) + ` and c.area < ` + args.Add(to) +
			` and length(c.area) = ` + args.Add(digits) + ` and c.area > ` + args.Add(after)
		var areas []string
		err := tx.Each(ctx, `select c.area from org_cover c where `+where+` order by c.area limit `+args.Add(limit), args, func(r db.Row) error {
			var a string
			err := r.Scan(&a)
			areas = append(areas, a)
			return err
		})
		if err != nil {
			return nil, err
		}
		return rows(ctx, tx, scope, func(args *db.Args) string { return `c.area in ` + db.In(args, areas) })
	})
}

// names tells how the companies of a page are called.
func (s *Service) names(ctx context.Context, tx *op.Tx, p *Page) error {
	p.Firm = map[platform.Firm]string{}
	var ids []string
	for _, r := range append([]Row{p.Own}, p.Rows...) {
		for f := range r.Firms {
			if _, ok := p.Firm[f]; !ok {
				p.Firm[f], ids = "", append(ids, string(f))
			}
		}
	}
	for some := range slices.Chunk(ids, 200) {
		var args db.Args
		if err := tx.Each(ctx, `select firm_id, name from firm where firm_id in `+db.In(&args, some), args, func(r db.Row) error {
			var f platform.Firm
			var name string
			err := r.Scan(&f, &name)
			p.Firm[f] = name
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

func today(tx *op.Tx) string { return clock.Day(tx.Now()) }
