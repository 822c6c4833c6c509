package platform

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/pinyin"
)

const columns = `b.branch_id, b.firm_id, f.name, f.platform, b.area, b.union_id, b.since, b.owner, b.obstacle, b.result, b.also, b.steps, b.due, b.version`

// ByColumns are the columns that decide about a row.
var ByColumns = authz.Columns{ID: "b.branch_id", Area: "b.area"}

func (b *Branch) scan(r db.Row) error {
	var steps string
	err := r.Scan(&b.ID, &b.Firm, &b.Name, &b.Platform, &b.Area, db.Text(&b.Union), &b.Since, &b.Owner, &b.Obstacle, &b.Result, &b.Also, &steps, &b.Due, &b.Version)
	if err != nil {
		return err
	}
	var kept struct{ Steps Steps }
	err = json.Unmarshal([]byte(steps), &kept)
	b.Steps = kept.Steps
	return err
}

func find(ctx context.Context, tx *op.Tx, where string, args db.Args) ([]Branch, error) {
	var all []Branch
	err := tx.Each(ctx, `select `+columns+` from firm_branch b join firm f on f.firm_id = b.firm_id where `+where, args, func(r db.Row) error {
		var b Branch
		err := b.scan(r)
		all = append(all, b)
		return err
	})
	return all, err
}

func get(ctx context.Context, tx *op.Tx, which ID) (Branch, error) {
	none := fault.New("firm.get", fault.Missing, "fault.missing")
	if !id.Valid(string(which)) {
		return Branch{}, none
	}
	all, err := find(ctx, tx, `b.branch_id = $1`, db.Args{string(which)})
	if err == nil && len(all) == 0 {
		err = none
	}
	if err != nil {
		return Branch{}, err
	}
	return all[0], nil
}

func (f Filter) where(args *db.Args, today string) (w string) {
	switch f.Which {
	case Without:
		w += ` and b.union_id is null`
	case With:
		w += ` and b.union_id is not null`
	case Idle:
		w += ` and b.union_id is null and b.due = ''`
	case Late:
		w += ` and b.due <> '' and b.due < ` + args.Add(today)
	}
	if f.Area != "" {
		from, to := authz.Range(f.Area)
		w += ` and b.area >= ` + args.Add(from) + ` and b.area < ` + args.Add(to)
	}
	if f.Words != "" {
		like := strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(key(f.Words))
		w += ` and f.find like ` + args.Add("%"+like+"%") + ` escape '!'`
	}
	if id.Valid(string(f.Firm)) {
		w += ` and b.firm_id = ` + args.Add(string(f.Firm))
	}
	if id.Valid(string(f.After.ID)) {
		w += ` and (b.area, b.branch_id) > (` + args.Add(f.After.Area) + `, ` + args.Add(string(f.After.ID)) + `)`
	}
	return w
}

// firmOf returns the company of b's name, which is kept now if it was not. Its name
// is locked by then.
func firmOf(ctx context.Context, tx *op.Tx, b Branch) (Firm, error) {
	fresh := id.New[Firm]()
	n, err := tx.Exec(ctx, `insert into firm_name (name, firm_id) values ($1, $2) on conflict (name) do nothing`, key(b.Name), string(fresh))
	if err != nil {
		return "", err
	}
	if n == 0 {
		err := tx.One(ctx, `select firm_id from firm_name where name = $1`, []any{key(b.Name)}, &fresh)
		return fresh, err
	}
	k := pinyin.Of(b.Name)
	_, err = tx.Exec(ctx, `insert into firm (firm_id, name, platform, find, made_at) values ($1, $2, $3, $4, $5)`,
		string(fresh), b.Name, b.Platform, key(b.Name)+" "+k.Full()+" "+k.Initials(), tx.Now().UnixMicro())
	return fresh, err
}

func insert(ctx context.Context, tx *op.Tx, b Branch) error {
	_, err := tx.Exec(ctx, `
		insert into firm_branch (branch_id, firm_id, area, union_id, since, owner, obstacle, result, also, steps, due, version)
		values ($1, $2, $3, null, '', '', '', '', '', '{}', '', 1)`, string(b.ID), string(b.Firm), b.Area)
	return err
}

// update stores b if it still has the version that was read.
func update(ctx context.Context, tx *op.Tx, b Branch) error {
	steps, err := json.Marshal(struct{ Steps Steps }{b.Steps})
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		update firm_branch set union_id = $2, since = $3, owner = $4, obstacle = $5, result = $6, steps = $7, due = $8, also = $9, version = version + 1
		where branch_id = $1 and version = $10`,
		string(b.ID), db.Null(b.Union), b.Since, b.Owner, b.Obstacle, b.Result, string(steps), b.Steps.Next(), b.Also, b.Version)
	if err == nil && n == 0 {
		err = fault.New("firm.update", fault.Conflict, "firm.changed")
	}
	return err
}

const mostFacts = 200

func factsOf(ctx context.Context, tx *op.Tx, which ID) ([]Fact, error) {
	var all []Fact
	err := tx.Each(ctx, `select occupation, n, day, source, by_name, at from firm_fact where branch_id = $1 order by day desc, fact_id desc limit $2`, []any{string(which), mostFacts}, func(r db.Row) error {
		var a Fact
		err := r.Scan(&a.Occupation, &a.N, &a.Day, &a.Source, &a.By, db.Time(&a.At))
		all = append(all, a)
		return err
	})
	return all, err
}

// latest returns the newest number of each company, area and occupation.
func latest(ctx context.Context, tx *op.Tx, where string, args db.Args) ([]Known, error) {
	var all []Known
	last := ""
	err := tx.Each(ctx, `
		select b.branch_id, b.firm_id, b.area, b.union_id, a.occupation, a.n, a.day, a.source
		from firm_branch b join firm_fact a on a.branch_id = b.branch_id
		where `+where+` order by b.branch_id, a.occupation, a.day desc, a.fact_id desc`, args, func(r db.Row) error {
		var branch string
		var k Known
		err := r.Scan(&branch, &k.Firm, &k.Area, db.Text(&k.Union), &k.Occupation, &k.N, &k.Day, &k.Source)
		if this := branch + k.Occupation; this != last {
			last = this
			all = append(all, k)
		}
		return err
	})
	return all, err
}

// names are how the companies are called, and how else members call them.
func names(ctx context.Context, tx *op.Tx, where string, args db.Args) ([]name, error) {
	var all []name
	err := tx.Each(ctx, `select b.firm_id, f.name, b.also from firm_branch b join firm f on f.firm_id = b.firm_id where `+where+` order by b.branch_id`, args, func(r db.Row) error {
		var n name
		var also string
		err := r.Scan(&n.firm, &n.shown, &also)
		n.keys = append(n.keys, key(n.shown))
		for line := range strings.Lines(also) {
			n.keys = append(n.keys, key(line))
		}
		all = append(all, n)
		return err
	})
	return all, err
}

// reach is the condition on companies b that somebody who works in an area may mean: there, around it, and in its prefecture.
func reach(area string, args *db.Args) string {
	var above []string
	for n := 2; n <= len(area); n++ {
		above = append(above, area[:n])
	}
	from, to := authz.Range(area[:min(4, len(area))])
	return `(b.area in ` + db.In(args, above) + ` or b.area >= ` + args.Add(from) + ` and b.area < ` + args.Add(to) + `)`
}

// Around returns the platforms that are kept where somebody works, by their name.
func (s *Service) Around(ctx context.Context, tx *op.Tx, area string) ([]Called, error) {
	if len(area) < 6 {
		return nil, nil
	}
	return around(ctx, tx, area)
}

func around(ctx context.Context, tx *op.Tx, area string) (all []Called, err error) {
	var args db.Args
	err = tx.Each(ctx, `select distinct b.firm_id, f.name from firm_branch b join firm f on f.firm_id = b.firm_id where f.platform and `+reach(area, &args)+` order by f.name, b.firm_id`, args, func(r db.Row) error {
		var c Called
		err := r.Scan(&c.Firm, &c.Name)
		all = append(all, c)
		return err
	})
	return all, err
}

// Platforms returns those that members of the reader's areas may work for, by their name.
func (s *Service) Platforms(ctx context.Context) ([]Called, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) (all []Called, err error) {
		for _, area := range areasOf(tx.Subject) {
			some, err := around(ctx, tx, area)
			if err != nil {
				return nil, err
			}
			for _, c := range some {
				if !slices.Contains(all, c) {
					all = append(all, c)
				}
			}
		}
		return all, nil
	})
}

// Named returns the company that somebody who works in an area means by a name: one that is
// called so, or one there that is said to be called so, too. None is a zero one.
func (s *Service) Named(ctx context.Context, tx *op.Tx, called, area string) (c Called, err error) {
	name := key(called)
	if name == "" {
		return c, nil
	}
	take := func(r db.Row) error { return r.Scan(&c.Firm, &c.Name) }
	if err := tx.Each(ctx, `select f.firm_id, f.name from firm_name n join firm f on f.firm_id = n.firm_id where n.name = $1`, []any{name}, take); err != nil || c.Firm != "" || len(area) < 6 {
		return c, err
	}
	var args db.Args
	err = tx.Each(ctx, `select b.firm_id, f.name, b.also from firm_branch b join firm f on f.firm_id = b.firm_id where b.also <> '' and `+reach(area, &args)+` order by b.branch_id`, args, func(r db.Row) error {
		var x Called
		var also string
		err := r.Scan(&x.Firm, &x.Name, &also)
		if c.Firm == "" && slices.ContainsFunc(strings.Split(also, "\n"), func(n string) bool { return key(n) == name }) {
			c = x
		}
		return err
	})
	return c, err
}

// standing returns the unions in the companies that are called so, where somebody who
// works in an area may find them, the nearest first.
func standing(ctx context.Context, tx *op.Tx, called, area string) ([]string, error) {
	if len(area) < 6 {
		return nil, nil
	}
	var args db.Args
	type found struct{ union, area string }
	var all []found
	err := tx.Each(ctx, `
		select b.union_id, b.area, f.name, b.also from firm_branch b join firm f on f.firm_id = b.firm_id
		where b.union_id is not null and `+reach(area, &args)+` order by b.branch_id`, args, func(r db.Row) error {
		var x found
		var name, also string
		err := r.Scan(&x.union, &x.area, &name, &also)
		if called != "" && slices.ContainsFunc(append(strings.Split(also, "\n"), name), func(n string) bool { return key(n) == called }) {
			all = append(all, x)
		}
		return err
	})
	near := func(x found) int { // how much of the place the two share, if one holds the other
		if strings.HasPrefix(area, x.area) {
			return len(x.area)
		}
		return 0
	}
	slices.SortStableFunc(all, func(x, y found) int { return near(y) - near(x) })
	var unions []string
	for _, x := range all {
		unions = append(unions, x.union)
	}
	return unions, err
}
