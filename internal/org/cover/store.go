package cover

import (
	"context"
	"errors"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/platform"
)

// columns decide about a row.
var columns = authz.Columns{ID: "c.area", Area: "c.area"}

// ByArea is where the numbers of an area stand.
var ByArea = op.Rows{From: "(select area from org_cover group by area) c", By: columns}

// tally counts everything.
func (s *Service) tally(ctx context.Context, tx *op.Tx) (tally, error) {
	t := tally{}
	for _, count := range []func(context.Context, *op.Tx, tally) error{s.unions, s.terms, s.firms, s.others} {
		if err := count(ctx, tx, t); err != nil {
			return nil, err
		}
	}
	t.bare()
	return t, nil
}

func kinds() (all []string) {
	for _, k := range org.Unions() {
		all = append(all, string(k))
	}
	return all
}

func (s *Service) unions(ctx context.Context, tx *op.Tx, t tally) error {
	var args db.Args
	return tx.Each(ctx, `select area, kind, count(*) from org where active and kind in `+db.In(&args, kinds())+` group by area, kind`, args, func(r db.Row) error {
		var area string
		var kind org.Kind
		var n int64
		err := r.Scan(&area, &kind, &n)
		t.add(area, Unions, "", n)
		if slices.Contains(grass, kind) {
			t.add(area, Grass, "", n)
		}
		return err
	})
}

// terms counts the unions whose newest term has run out, or that have none.
func (s *Service) terms(ctx context.Context, tx *op.Tx, t tally) error {
	var args db.Args
	day := args.Add(today(tx))
	return tx.Each(ctx, `
		select o.area, sum(case when n.due is null then 1 else 0 end), sum(case when n.due < `+day+` then 1 else 0 end)
		from org o left join (select org_id, max(due) as due from org_tenure group by org_id) n on n.org_id = o.org_id
		where o.active and o.kind in `+db.In(&args, kinds())+` group by o.area`, args, func(r db.Row) error {
		var area string
		var never, over int64
		err := r.Scan(&area, &never, &over)
		t.add(area, Never, "", never)
		t.add(area, Over, "", over)
		return err
	})
}

func (s *Service) firms(ctx context.Context, tx *op.Tx, t tally) error {
	var args db.Args
	day := args.Add(today(tx))
	return tx.Each(ctx, `
		select b.area, sum(case when b.union_id is null then 0 else 1 end), sum(case when b.union_id is null then 1 else 0 end),
			sum(case when b.union_id is null and b.due = '' then 1 else 0 end), sum(case when b.due <> '' and b.due < `+day+` then 1 else 0 end)
		from firm_branch b group by b.area`, args, func(r db.Row) error {
		var area string
		var with, without, idle, late int64
		err := r.Scan(&area, &with, &without, &idle, &late)
		t.add(area, With, "", with)
		t.add(area, Without, "", without)
		t.add(area, Idle, "", idle)
		t.add(area, Late, "", late)
		return err
	})
}

// others counts what other domains have.
func (s *Service) others(ctx context.Context, tx *op.Tx, t tally) error {
	stations, err := s.Stations(ctx, tx)
	if err != nil {
		return err
	}
	for _, x := range stations {
		t.add(x.Area, Stations, "", x.N)
	}
	occupations, err := s.Occupations(ctx, tx)
	if err != nil {
		return err
	}
	for _, x := range occupations {
		t.add(x.Area, Members, "", x.N)
		t.add(x.Area, Occupation, x.Key, x.N)
	}
	works, err := s.Works(ctx, tx)
	if err != nil {
		return err
	}
	called, err := s.Firms.Called(ctx, tx)
	for _, x := range works {
		if f, ok := called[platform.Key(x.Key)]; ok {
			t.add(x.Area, Firm, string(f), x.N)
		}
	}
	return err
}

// stored are the numbers as they were counted before.
func stored(ctx context.Context, tx *op.Tx) (tally, error) {
	t := tally{}
	err := tx.Each(ctx, `select area, what, key, n from org_cover`, nil, func(r db.Row) error {
		var c cell
		var n int64
		err := r.Scan(&c.area, &c.what, &c.key, &n)
		t[c] = n
		return err
	})
	return t, err
}

const rowsAtOnce = 100

func store(ctx context.Context, tx *op.Tx, all []cell, t tally) error {
	for some := range slices.Chunk(all, rowsAtOnce) {
		var values [][]any
		for _, c := range some {
			values = append(values, []any{c.area, Above(c.area), string(c.what), c.key, t[c]})
		}
		var args db.Args
		if _, err := tx.Exec(ctx, `insert into org_cover (area, up, what, key, n) values `+db.Values(&args, values)+` on conflict (area, what, key) do update set n = excluded.n`, args...); err != nil {
			return err
		}
	}
	return nil
}

func remove(ctx context.Context, tx *op.Tx, all []cell) error {
	for _, c := range all {
		if _, err := tx.Exec(ctx, `delete from org_cover where area = $1 and what = $2 and key = $3`, c.area, string(c.what), c.key); err != nil {
			return err
		}
	}
	return nil
}

// rows are the numbers of some areas within a scope.
func rows(ctx context.Context, tx *op.Tx, scope op.Scope, which func(*db.Args) string) ([]Row, error) {
	t := tally{}
	var args db.Args
	where := scope.Where(columns, &args) + ` and ` + which(&args)
	err := tx.Each(ctx, `select c.area, c.what, c.key, c.n from org_cover c where `+where, args, func(r db.Row) error {
		var c cell
		var n int64
		err := r.Scan(&c.area, &c.what, &c.key, &n)
		t[c] = n
		return err
	})
	return t.rows(), err
}

// counted is when everything was counted; zero: never.
func counted(ctx context.Context, tx *op.Tx) (at time.Time, err error) {
	err = tx.One(ctx, `select at from org_counted where name = 'cover'`, nil, db.Time(&at))
	if errors.Is(err, db.ErrNone) {
		err = nil
	}
	return at, err
}
