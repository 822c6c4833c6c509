package life

import (
	"context"
	"errors"
	"fmt"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/seal"
)

const columns = `f.founding_id, f.state, f.kind, f.level, f.name, f.short, f.area, f.parent_id, f.parent_area, f.members, f.chair, f.years, f.elected, f.why,
	f.asker_id, f.asker_name, f.asked_at, f.due_at, f.decided_at, f.decider, f.reason, f.org_id, f.version`

// ByColumns are the columns that decide about a row.
var ByColumns = authz.Columns{ID: "f.founding_id", Area: "f.area"}

func chairPlace(which ID) []byte { return seal.Place("org_founding", "chair", string(which)) }

func postPlace(o org.ID, seq, no int64) []byte {
	return seal.Place("org_post", "name", fmt.Sprintf("%s/%d/%d", o, seq, no))
}

func (s *Service) insert(ctx context.Context, tx *op.Tx, f Founding) error {
	chair, err := s.Ring.Seal([]byte(f.Chair), chairPlace(f.ID))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into org_founding (founding_id, state, kind, level, name, short, area, parent_id, parent_area, members, chair, years, elected, why,
			asker_id, asker_name, asked_at, due_at, decided_at, decider, reason, org_id, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, null, '', '', null, 1)`,
		string(f.ID), string(f.State), string(f.Kind), string(f.Level), f.Name, f.Short, f.Area, string(f.Parent), f.ParentArea, f.Members, chair, f.Years, f.Elected, f.Why,
		f.Asker, f.AskerName, f.AskedAt.UnixMicro(), db.Micros(f.DueAt))
	return err
}

// settle stores a decision if the application still has the version that was read.
func settle(ctx context.Context, tx *op.Tx, f Founding) error {
	n, err := tx.Exec(ctx, `
		update org_founding set state = $2, decided_at = $3, decider = $4, reason = $5, org_id = $6, version = version + 1
		where founding_id = $1 and version = $7`,
		string(f.ID), string(f.State), f.DecidedAt.UnixMicro(), f.Decider, f.Reason, db.Null(f.Org), f.Version)
	if err == nil && n == 0 {
		err = fault.New("founding.settle", fault.Conflict, "life.changed")
	}
	return err
}

func (s *Service) scan(r db.Row) (Founding, error) {
	var f Founding
	var chair []byte
	err := r.Scan(&f.ID, &f.State, &f.Kind, &f.Level, &f.Name, &f.Short, &f.Area, &f.Parent, &f.ParentArea, &f.Members, &chair, &f.Years, &f.Elected, &f.Why,
		&f.Asker, &f.AskerName, db.Time(&f.AskedAt), db.Time(&f.DueAt), db.Time(&f.DecidedAt), &f.Decider, &f.Reason, db.Text(&f.Org), &f.Version)
	if err != nil {
		return f, err
	}
	name, err := s.Ring.Open(chair, chairPlace(f.ID))
	f.Chair = string(name)
	return f, err
}

func (s *Service) get(ctx context.Context, tx *op.Tx, which ID) (Founding, error) {
	none := fault.New("founding.get", fault.Missing, "fault.missing")
	if !id.Valid(string(which)) {
		return Founding{}, none
	}
	all, err := s.find(ctx, tx, `f.founding_id = $1`, db.Args{string(which)})
	if err == nil && len(all) == 0 {
		err = none
	}
	if err != nil {
		return Founding{}, err
	}
	return all[0], nil
}

func (s *Service) find(ctx context.Context, tx *op.Tx, where string, args db.Args) ([]Founding, error) {
	var all []Founding
	err := tx.Each(ctx, `select `+columns+` from org_founding f where `+where, args, func(r db.Row) error {
		f, err := s.scan(r)
		all = append(all, f)
		return err
	})
	return all, err
}

// Filter selects applications.
type Filter struct {
	State State // "" selects all
	After ID    // the last of the page before
	Limit int   // zero means 50
}

// List returns the applications of the reader's area, the newest first.
func (s *Service) List(ctx context.Context, f Filter) ([]Founding, error) {
	return op.List(ctx, s.desk, SeeFounding, func(tx *op.Tx, scope op.Scope) ([]Founding, error) {
		var args db.Args
		where := scope.Where(ByColumns, &args)
		if f.State != "" {
			where += ` and f.state = ` + args.Add(string(f.State))
		}
		if id.Valid(string(f.After)) {
			where += ` and f.founding_id < ` + args.Add(string(f.After))
		}
		if f.Limit == 0 {
			f.Limit = 50
		}
		return s.find(ctx, tx, where+` order by f.founding_id desc limit `+args.Add(f.Limit), args)
	})
}

// Renew dates the applications that had no date, because the working days of their
// year were not published when they were made; it returns how many. It is safe to
// run at any time.
func (s *Service) Renew(ctx context.Context) (int, error) {
	dark, err := op.List(ctx, s.desk, Date, func(tx *op.Tx, _ op.Scope) ([]Founding, error) {
		if tx.Subject.Kind != authz.System {
			return nil, fault.New(string(Date), fault.Denied, "fault.denied")
		}
		all, err := s.find(ctx, tx, `f.state = 'asked' and f.due_at is null`, nil)
		var dated []Founding
		for _, f := range all {
			var wrong error
			if f.DueAt, wrong = s.due(ctx, tx, f.AskedAt); !f.DueAt.IsZero() {
				dated = append(dated, f)
			}
			err = errors.Join(err, wrong)
		}
		return dated, err
	})
	if err != nil {
		return 0, err
	}
	for i, d := range dark {
		_, err := op.Write(ctx, s.desk, Date, s.byID(ctx, d.ID), func(tx *op.Tx, f Founding) (bool, error) {
			_, err := tx.Exec(ctx, `update org_founding set due_at = $2 where founding_id = $1 and state = 'asked' and due_at is null`, string(f.ID), d.DueAt.UnixMicro())
			return true, err
		})
		if err != nil {
			return i, err
		}
	}
	return len(dark), nil
}

// begin stores a term of office with its posts. That another one was entered at
// the same time shows in the key.
func (s *Service) begin(ctx context.Context, tx *op.Tx, t Tenure, ps []Post) error {
	due, err := dueAfter(t.Since, t.Years)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `insert into org_tenure (org_id, seq, since, due, years, at, by_name, version) values ($1, $2, $3, $4, $5, $6, $7, 1) on conflict (org_id, seq) do nothing`,
		string(t.Org), t.Seq, t.Since, due, t.Years, tx.Now().UnixMicro(), tx.Subject.Name)
	if err == nil && n == 0 {
		err = fault.New(string(SetTenure), fault.Conflict, "life.changed")
	}
	if err != nil {
		return err
	}
	for i, p := range ps {
		p.No, p.Since = int64(i+1), t.Since
		if err := s.post(ctx, tx, t, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) post(ctx context.Context, tx *op.Tx, t Tenure, p Post) error {
	name, err := s.Ring.Seal([]byte(p.Name), postPlace(t.Org, t.Seq, p.No))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into org_post (org_id, seq, no, post, name, since, until) values ($1, $2, $3, $4, $5, $6, $7)`,
		string(t.Org), t.Seq, p.No, string(p.Post), name, p.Since, p.Until)
	return err
}

// tenures returns a union's terms of office with their posts, the newest first.
func (s *Service) tenures(ctx context.Context, tx *op.Tx, which org.ID) ([]Tenure, error) {
	var all []Tenure
	err := tx.Each(ctx, `select seq, since, due, years, at, by_name, version from org_tenure where org_id = $1 order by seq desc`, []any{string(which)}, func(r db.Row) error {
		t := Tenure{Org: which}
		err := r.Scan(&t.Seq, &t.Since, &t.Due, &t.Years, db.Time(&t.At), &t.By, &t.Version)
		all = append(all, t)
		return err
	})
	if err != nil || len(all) == 0 {
		return all, err
	}
	err = tx.Each(ctx, `select seq, no, post, name, since, until from org_post where org_id = $1 order by seq, no`, []any{string(which)}, func(r db.Row) error {
		var p Post
		var seq int64
		var sealed []byte
		if err := r.Scan(&seq, &p.No, &p.Post, &sealed, &p.Since, &p.Until); err != nil {
			return err
		}
		name, err := s.Ring.Open(sealed, postPlace(which, seq, p.No))
		p.Name = string(name)
		t := &all[int64(len(all))-seq]
		t.Posts = append(t.Posts, p)
		return err
	})
	return all, err
}

// never is the due day of a term that was never entered, in the order of a list.
const never = "0000-00-00"

func renewals(ctx context.Context, tx *op.Tx, scope op.Scope, f RenewalFilter, until string) ([]Renewal, error) {
	var args db.Args
	where := scope.Where(authz.Columns{ID: "o.org_id", Area: "o.area"}, &args)
	due := `coalesce(t.due, '` + never + `')`
	if f.Area != "" {
		from, to := authz.Range(f.Area)
		where += ` and o.area >= ` + args.Add(from) + ` and o.area < ` + args.Add(to)
	}
	if f.Which == RenewNone {
		where += ` and t.due is null`
	} else {
		where += ` and t.due <= ` + args.Add(until)
	}
	if id.Valid(string(f.After.ID)) {
		last := f.After.Due
		if last == "" {
			last = never
		}
		where += ` and (` + due + `, o.org_id) > (` + args.Add(last) + `, ` + args.Add(string(f.After.ID)) + `)`
	}
	var all []Renewal
	now := today(tx)
	err := tx.Each(ctx, `
		select o.org_id, o.name, o.kind, o.level, o.area, coalesce(t.seq, 0), coalesce(t.due, '') from org o
		left join org_tenure t on t.org_id = o.org_id and t.seq = (select max(n.seq) from org_tenure n where n.org_id = o.org_id)
		where `+where+` and o.active and o.kind in `+db.In(&args, kinds())+` order by `+due+`, o.org_id limit `+args.Add(f.Limit), args, func(r db.Row) error {
		var n Renewal
		err := r.Scan(&n.ID, &n.Name, &n.Kind, &n.Level, &n.Area, &n.Seq, &n.Due)
		n.Late = n.Due != "" && n.Due < now
		all = append(all, n)
		return err
	})
	return all, err
}

func kinds() []string {
	var all []string
	for _, k := range org.Unions() {
		all = append(all, string(k))
	}
	return all
}

// endPosts ends who is in office in a union that ends, and asks the one that takes
// it over for what was asked of it.
func endPosts(ctx context.Context, tx *op.Tx, from, into org.Org) error {
	if _, err := tx.Exec(ctx, `update org_post set until = $2 where org_id = $1 and until = ''`, string(from.ID), today(tx)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update org_founding set parent_id = $2, parent_area = $3, version = version + 1 where parent_id = $1 and state = 'asked'`,
		string(from.ID), string(into.ID), into.Area)
	return err
}

// Relocate gives the applications that wait for a union the union's new area: its
// leaders decide.
func (s *Service) Relocate(ctx context.Context, tx *op.Tx, union, area string) error {
	_, err := tx.Exec(ctx, `update org_founding set parent_area = $2, version = version + 1 where parent_id = $1 and state = 'asked'`, union, area)
	return err
}
