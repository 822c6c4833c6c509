package platform

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/plain"
)

// Config is what the service needs.
type Config struct {
	Orgs *org.Service
	// Members tells how the members of some areas spread; nil: there are none.
	Members func(ctx context.Context, tx *op.Tx, areas []string) ([]Spread, error)
}

// Service is what others may ask about companies.
type Service struct {
	desk *op.Desk
	Config
}

// NewService returns the service.
func NewService(desk *op.Desk, c Config) *Service { return &Service{desk, c} }

// Draft is a company in an area, as a form has it.
type Draft struct {
	Name     string
	Platform bool
	Area     string
}

// Add keeps a company in an area. A company of the same name is the same company;
// twice in one area it is not kept.
func (s *Service) Add(ctx context.Context, d Draft) (ID, error) {
	fresh := Branch{ID: id.New[ID](), Name: plain.Line(d.Name), Platform: d.Platform, Area: strings.TrimSpace(d.Area), Version: 1}
	propose := func(*op.Tx) (Branch, error) { return fresh, nil }
	return op.Write(ctx, s.desk, Add, propose, func(tx *op.Tx, b Branch) (ID, error) {
		var f fault.Form
		if n := utf8.RuneCountInString(b.Name); n < 2 || n > maxName {
			f.Add("name", "org.name.length", fault.Args{"Limit": maxName})
		}
		if !isArea(b.Area) {
			f.Add("area", "org.area.unknown", nil)
		}
		if err := f.Err(string(Add)); err != nil {
			return "", err
		}
		if err := tx.Lock(ctx, "firm "+key(b.Name)); err != nil {
			return "", err
		}
		firm, err := firmOf(ctx, tx, b)
		if err != nil {
			return "", err
		}
		b.Firm = firm
		var n int
		if err := tx.One(ctx, `select count(*) from firm_branch where firm_id = $1 and area = $2`, []any{string(firm), b.Area}, &n); err != nil {
			return "", err
		}
		if n > 0 {
			f.Add("name", "firm.twice", nil)
			return "", f.Err(string(Add))
		}
		tx.Note("name", b.Name)
		return b.ID, insert(ctx, tx, b)
	})
}

// Get returns a company in an area with what was said of how many work there, the
// newest first.
func (s *Service) Get(ctx context.Context, which ID) (Branch, []Fact, error) {
	var facts []Fact
	b, err := op.Read(ctx, s.desk, See, func(tx *op.Tx) (Branch, error) {
		b, err := get(ctx, tx, which)
		if err == nil {
			facts, err = factsOf(ctx, tx, which)
		}
		return b, err
	})
	if err != nil {
		return Branch{}, nil, err
	}
	return b, facts, nil
}

// SetPlan stores what is kept of a company in an area, over version, which the cadre
// saw.
func (s *Service) SetPlan(ctx context.Context, which ID, version int64, p Plan) error {
	_, err := op.Write(ctx, s.desk, SetPlan, byID(ctx, which), func(tx *op.Tx, b Branch) (bool, error) {
		p, err := p.draw(clock.Day(tx.Now()))
		if err != nil {
			return false, err
		}
		if p.Union != "" && p.Union != b.Union {
			if err := s.stands(ctx, tx, p.Union); err != nil {
				return false, err
			}
		}
		b.Plan, b.Version = p, version
		tx.Note("union", string(p.Union))
		return true, update(ctx, tx, b)
	})
	return err
}

// stands refuses what is no union, or is closed. It stays so until the transaction ends.
func (s *Service) stands(ctx context.Context, tx *op.Tx, which org.ID) error {
	_, err := s.Orgs.Area(ctx, tx, string(which))
	if err == nil {
		var o org.Org
		if o, err = s.Orgs.Ask(ctx, tx, which); err == nil && o.IsUnion() {
			return nil
		}
	}
	if fault.Unless(err, fault.Missing) != nil {
		return err
	}
	var f fault.Form
	f.Add("union", "firm.union.unfit", nil)
	return f.Err(string(SetPlan))
}

// Say adds how many people work for a company in an area. What was said before stays.
func (s *Service) Say(ctx context.Context, which ID, a Fact) error {
	_, err := op.Write(ctx, s.desk, Tell, byID(ctx, which), func(tx *op.Tx, b Branch) (bool, error) {
		a, err := a.draw(clock.Day(tx.Now()))
		if err != nil {
			return false, err
		}
		_, err = say(ctx, tx, b.ID, a)
		return true, err
	})
	return err
}

func byID(ctx context.Context, which ID) func(*op.Tx) (Branch, error) {
	return func(tx *op.Tx) (Branch, error) { return get(ctx, tx, which) }
}

// Which companies a list shows.
const (
	Without = "without" // where no union stands
	Late    = "late"    // whose plan is behind
	With    = "with"    // where a union stands
	Idle    = "idle"    // where none stands, and no step towards one waits
)

// Filter selects companies in areas.
type Filter struct {
	Which string // "" or one of those
	Area  string // in this area
	Words string // part of the name, or of its pinyin
	Firm  Firm   // only this company
	After Place
	Limit int // zero means 50
}

// Place is where a page ends.
type Place struct {
	Area string
	ID   ID
}

// List returns the companies of the reader's area, by area.
func (s *Service) List(ctx context.Context, f Filter) ([]Branch, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]Branch, error) {
		var args db.Args
		where := scope.Where(ByColumns, &args) + f.where(&args, clock.Day(tx.Now()))
		if f.Limit == 0 {
			f.Limit = 50
		}
		return find(ctx, tx, where+` order by b.area, b.branch_id limit `+args.Add(f.Limit), args)
	})
}

// Sum is how a reader's companies stand.
type Sum struct{ All, Without, Late int }

// Sum counts the companies of the reader's area.
func (s *Service) Sum(ctx context.Context) (Sum, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) (n Sum, err error) {
		var args db.Args
		late := args.Add(clock.Day(tx.Now()))
		err = tx.One(ctx, `
			select count(*), coalesce(sum(case when b.union_id is null then 1 else 0 end), 0),
				coalesce(sum(case when b.due <> '' and b.due < `+late+` then 1 else 0 end), 0)
			from firm_branch b where `+scope.Where(ByColumns, &args), args, &n.All, &n.Without, &n.Late)
		return n, err
	})
}

// Cover holds the members of the reader's areas against the people who are known to
// work there.
func (s *Service) Cover(ctx context.Context) (Coverage, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) (Coverage, error) {
		var args db.Args
		where := scope.Where(ByColumns, &args)
		known, err := latest(ctx, tx, where, args)
		if err != nil {
			return Coverage{}, err
		}
		names, err := names(ctx, tx, where, args)
		if err != nil || s.Members == nil {
			return cover(nil, known, names), err
		}
		members, err := s.Members(ctx, tx, areasOf(tx.Subject))
		return cover(members, known, names), err
	})
}

// areasOf are the areas for which the subject may read numbers, none within another.
func areasOf(who authz.Subject) []string {
	if who.Kind == authz.System {
		return []string{""}
	}
	var all []string
	for _, g := range who.Grants {
		if g.Role == authz.Cadre || g.Role == authz.Leader || g.Role == authz.Admin {
			all = append(all, g.Area)
		}
	}
	slices.Sort(all)
	var outer []string
	for _, a := range all {
		if len(outer) == 0 || !strings.HasPrefix(a, outer[len(outer)-1]) {
			outer = append(outer, a)
		}
	}
	return outer
}

// UnionOf returns the union that stands in the company that somebody names, where they
// work: the nearest around an area first, then another of its prefecture. None that is
// active is Missing. In a transaction that writes, it stays active until that ends.
func (s *Service) UnionOf(ctx context.Context, tx *op.Tx, called, area string) (org.Org, error) {
	all, err := standing(ctx, tx, key(called), area)
	if err != nil {
		return org.Org{}, err
	}
	for _, which := range all {
		if _, err := s.Orgs.Area(ctx, tx, which); err == nil {
			return s.Orgs.Ask(ctx, tx, org.ID(which))
		} else if !fault.Is(err, fault.Missing) {
			return org.Org{}, err
		}
	}
	return org.Org{}, fault.New("firm.union_of", fault.Missing, "org.union.none")
}

// Here counts the companies in whose plan a union stands.
func (s *Service) Here(ctx context.Context, tx *op.Tx, union string) (n int64, err error) {
	err = tx.One(ctx, `select count(*) from firm_branch where union_id = $1`, []any{union}, &n)
	return n, err
}

// Follow gives the companies of a union to another, inside a transaction that ends
// the first.
func (s *Service) Follow(ctx context.Context, tx *op.Tx, from, into string) (int64, error) {
	return tx.Exec(ctx, `update firm_branch set union_id = $2, version = version + 1 where union_id = $1`, from, into)
}
