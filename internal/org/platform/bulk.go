package platform

import (
	"context"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// This file is what an import asks, inside its own transactions. Who may is for the
// import to ask.

// Key is what two writings of one company's name share.
func Key(name string) string { return key(name) }

// Within returns companies in areas that a scope of another action allows, by area.
func (s *Service) Within(ctx context.Context, tx *op.Tx, scope op.Scope, after Place, limit int) ([]Branch, error) {
	var args db.Args
	where := scope.Where(ByColumns, &args) + Filter{After: after}.where(&args, "")
	return find(ctx, tx, where+` order by b.area, b.branch_id limit `+args.Add(limit), args)
}

// FactsOf returns how many people are said to work for some companies, by day.
func (s *Service) FactsOf(ctx context.Context, tx *op.Tx, ids []ID) (map[ID][]Fact, error) {
	all := map[ID][]Fact{}
	for some := range slices.Chunk(ids, 200) {
		var args db.Args
		err := tx.Each(ctx, `select branch_id, occupation, n, day, source from firm_fact where branch_id in `+db.In(&args, some)+` order by branch_id, day, occupation, source, n, fact_id`, args, func(r db.Row) error {
			var which ID
			var a Fact
			err := r.Scan(&which, &a.Occupation, &a.N, &a.Day, &a.Source)
			all[which] = append(all[which], a)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Draw returns b with what is kept of it, or what is wrong with it. It asks no database.
func (b Branch) Draw(today string) (Branch, error) {
	var f fault.Form
	b.Name = plain.Line(b.Name)
	if n := utf8.RuneCountInString(b.Name); n < 2 || n > maxName {
		f.Add("name", "org.name.length", fault.Args{"Limit": maxName})
	}
	if !isArea(b.Area) {
		f.Add("area", "org.area.unknown", nil)
	}
	p, err := b.draw(today)
	b.Plan = p
	if err != nil {
		for _, w := range fault.Of(err).Fields {
			f.Add(w.Name, w.Msg, w.Args)
		}
	}
	return b, f.Err(string(SetPlan))
}

// Draw returns a as it is kept, or what is wrong with it.
func (a Fact) Draw(today string) (Fact, error) { return a.draw(today) }

// Was is how a company stood before an import, and what the import added to it.
type Was struct {
	Branch Branch // of a new one only its id and firm
	New    bool
	Facts  []string // ids
}

// Put adds a company in an area, or changes what is kept of it, and adds numbers. b was
// drawn; its version is the one that is changed, 0 for a new one.
func (s *Service) Put(ctx context.Context, tx *op.Tx, b Branch, facts []Fact) (Was, error) {
	if err := tx.Lock(ctx, "firm "+key(b.Name)); err != nil {
		return Was{}, err
	}
	was := Was{Branch: b, New: b.Version == 0}
	if b.Union != "" {
		if err := s.stands(ctx, tx, b.Union); err != nil {
			return was, err
		}
	}
	var err error
	if was.New {
		was.Branch, err = s.putNew(ctx, tx, b)
	} else if was.Branch, err = get(ctx, tx, b.ID); err == nil {
		err = update(ctx, tx, b)
	}
	for _, a := range facts {
		if err == nil {
			var fact string
			fact, err = say(ctx, tx, b.ID, a)
			was.Facts = append(was.Facts, fact)
		}
	}
	return was, err
}

func (s *Service) putNew(ctx context.Context, tx *op.Tx, b Branch) (Branch, error) {
	var err error
	if b.Firm, err = firmOf(ctx, tx, b); err != nil {
		return b, err
	}
	var n int
	if err = tx.One(ctx, `select count(*) from firm_branch where firm_id = $1 and area = $2`, []any{string(b.Firm), b.Area}, &n); err != nil {
		return b, err
	}
	if n > 0 {
		var f fault.Form
		f.Add("name", "firm.twice", nil)
		return b, f.Err(string(Add))
	}
	steps, err := json.Marshal(struct{ Steps Steps }{b.Steps})
	if err != nil {
		return b, err
	}
	_, err = tx.Exec(ctx, `
		insert into firm_branch (branch_id, firm_id, area, union_id, since, owner, obstacle, result, also, steps, due, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)`,
		string(b.ID), string(b.Firm), b.Area, db.Null(b.Union), b.Since, b.Owner, b.Obstacle, b.Result, b.Also, string(steps), b.Steps.Next())
	return b, err
}

// TakeBack undoes what [Service.Put] did, if nothing happened to the company since; it
// reports whether.
func (s *Service) TakeBack(ctx context.Context, tx *op.Tx, was Was) (bool, error) {
	b, err := get(ctx, tx, was.Branch.ID)
	if err != nil {
		return false, fault.Unless(err, fault.Missing)
	}
	if err := tx.Lock(ctx, "firm "+key(b.Name)); err != nil {
		return false, err
	}
	var facts int
	if err := tx.One(ctx, `select count(*) from firm_fact where branch_id = $1`, []any{string(b.ID)}, &facts); err != nil {
		return false, err
	}
	if was.New && (b.Version != 1 || facts != len(was.Facts)) || !was.New && b.Version != was.Branch.Version+1 {
		return false, nil
	}
	for some := range slices.Chunk(was.Facts, 200) {
		var args db.Args
		if _, err := tx.Exec(ctx, `delete from firm_fact where branch_id = `+args.Add(string(b.ID))+` and fact_id in `+db.In(&args, some), args...); err != nil {
			return false, err
		}
	}
	if !was.New {
		b.Plan = was.Branch.Plan
		return true, update(ctx, tx, b)
	}
	if _, err := tx.Exec(ctx, `delete from firm_branch where branch_id = $1`, string(b.ID)); err != nil {
		return false, err
	}
	for _, q := range []string{
		`delete from firm_name where firm_id = $1 and not exists (select 1 from firm_branch b where b.firm_id = $1)`,
		`delete from firm where firm_id = $1 and not exists (select 1 from firm_branch b where b.firm_id = $1)`,
	} {
		if _, err := tx.Exec(ctx, q, string(b.Firm)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// say adds a number and returns its id.
func say(ctx context.Context, tx *op.Tx, which ID, a Fact) (string, error) {
	by, fact := "", id.New[string]()
	if tx.Subject.Kind == authz.Staff {
		by = tx.Subject.Name
	}
	_, err := tx.Exec(ctx, `insert into firm_fact (branch_id, fact_id, occupation, n, day, source, by_name, at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		string(which), fact, a.Occupation, a.N, a.Day, a.Source, by, tx.Now().UnixMicro())
	return fact, err
}

// Called are the companies by the keys of all names that they go by.
func (s *Service) Called(ctx context.Context, tx *op.Tx) (map[string]Firm, error) {
	all, err := names(ctx, tx, `1 = 1`, nil)
	firms := map[string]Firm{}
	for _, n := range all {
		for _, k := range n.keys {
			firms[k] = n.firm
		}
	}
	return firms, err
}
