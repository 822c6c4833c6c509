package people

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"nuanxin/internal/account/side"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

const columns = `person_id, kind, login, name, area, org_id, reach, active, made_at, ended_at, locked_at, version`

func (p *Person) scan(r db.Row) error {
	return r.Scan(&p.ID, &p.Kind, &p.Login, &p.Name, &p.Area, db.Text(&p.Org), &p.Reach, &p.Active, db.Time(&p.MadeAt), db.Time(&p.EndedAt), db.Time(&p.LockedAt), &p.Version)
}

// Insert stores p; phone is the sealed number of a worker, and key the data key that
// it is sealed with. Of staff both are NULL.
func Insert(ctx context.Context, tx *op.Tx, p Person, key, phone any) error {
	_, err := tx.Exec(ctx, `
		insert into person (person_id, kind, login, name, sealed, data_key, phone, area, org_id, reach, active, made_at, ended_at, version)
		values ($1, $2, $3, $4, null, $11, $5, $6, $7, $8, $9, $10, null, 1)`,
		string(p.ID), string(p.Kind), p.Login, p.Name, phone, p.Area, db.Null(p.Org), p.Reach, p.Active, p.MadeAt.UnixMicro(), key)
	return err
}

// StaffOf returns the id of the account of a login name, ended ones too, or Missing.
func StaffOf(ctx context.Context, tx *op.Tx, login string) (which string, err error) {
	err = tx.One(ctx, `select person_id from person_login where login = $1`, []any{FoldLogin(login)}, &which)
	if errors.Is(err, db.ErrNone) {
		err = fault.New("account.staff", fault.Missing, "fault.missing")
	}
	return which, err
}

// InsertStaff stores p with its login name and grants.
func InsertStaff(ctx context.Context, tx *op.Tx, p Person) error {
	n, err := tx.Exec(ctx, `insert into person_login (login, person_id) values ($1, $2) on conflict (login) do nothing`, p.Login, string(p.ID))
	if err != nil {
		return err
	}
	if n == 0 {
		return FieldFault("login", "account.login.taken")
	}
	if err := Insert(ctx, tx, p, nil, nil); err != nil {
		return err
	}
	for _, g := range p.Grants {
		if err := InsertGrant(ctx, tx, p.ID, g); err != nil {
			return err
		}
	}
	return nil
}

// InsertGrant stores a role of p.
func InsertGrant(ctx context.Context, tx *op.Tx, p ID, g Grant) error {
	if ok, err := side.Seize(ctx, tx, string(p), g.Role); err != nil || !ok {
		return cmp.Or(err, FieldFault("role", "account.role.apart"))
	}
	_, err := tx.Exec(ctx, `
		insert into person_grant (person_id, grant_id, role, area, org_id, from_at, until_at, given_by, given_at, ended_at, ended_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null, '')`,
		string(p), g.ID, string(g.Role), g.Area, db.Null(g.Org), g.From.UnixMicro(), db.Micros(g.Until), by(tx), tx.Now().UnixMicro())
	return err
}

// EndGrants ends one grant of p, or all.
func EndGrants(ctx context.Context, tx *op.Tx, p ID, grant string) error {
	var args db.Args
	query := `update person_grant set ended_at = ` + args.Add(tx.Now().UnixMicro()) + `, ended_by = ` + args.Add(by(tx)) +
		` where person_id = ` + args.Add(string(p)) + ` and ended_at is null`
	if grant != "" {
		query += ` and grant_id = ` + args.Add(grant)
	}
	if _, err := tx.Exec(ctx, query, args...); err != nil {
		return err
	}
	return side.Release(ctx, tx, string(p))
}

// Hold keeps p from being changed by others until the transaction ends, and
// reads it again: its reach follows from all its grants.
func Hold(ctx context.Context, tx *op.Tx, p ID) (Person, error) {
	if _, err := tx.Exec(ctx, `update person set version = version + 1 where person_id = $1`, string(p)); err != nil {
		return Person{}, err
	}
	return Get(ctx, tx, p)
}

// SetReach stores the reach of p, which was held before.
func SetReach(ctx context.Context, tx *op.Tx, p Person) error {
	_, err := tx.Exec(ctx, `update person set reach = $2 where person_id = $1`, string(p.ID), Reach(p.Area, p.Grants))
	return err
}

func by(tx *op.Tx) string {
	if tx.Subject.ID != "" {
		return tx.Subject.ID
	}
	return tx.Subject.Name
}

// Get reads one person with the grants that are not over.
func Get(ctx context.Context, tx *op.Tx, p ID) (Person, error) {
	found := make([]Person, 1)
	missing := fault.New("account.get", fault.Missing, "fault.missing")
	if !id.Valid(string(p)) {
		return Person{}, missing
	}
	err := tx.One(ctx, `select `+columns+` from person where person_id = $1`, []any{string(p)},
		&found[0].ID, &found[0].Kind, &found[0].Login, &found[0].Name, &found[0].Area, db.Text(&found[0].Org), &found[0].Reach,
		&found[0].Active, db.Time(&found[0].MadeAt), db.Time(&found[0].EndedAt), db.Time(&found[0].LockedAt), &found[0].Version)
	if errors.Is(err, db.ErrNone) {
		return Person{}, missing
	}
	if err != nil || found[0].Kind != authz.Staff {
		return found[0], err
	}
	return found[0], GrantsFor(ctx, tx, found)
}

// Staff is Get of a member of staff alone: others are Missing.
func Staff(ctx context.Context, tx *op.Tx, p ID) (Person, error) {
	who, err := Get(ctx, tx, p)
	if err == nil && who.Kind != authz.Staff {
		err = fault.New("account.get", fault.Missing, "fault.missing")
	}
	return who, err
}

// Unlock lets p sign in again, and returns how many were locked: one or none. The days
// after which an account that nobody uses is locked begin anew.
func Unlock(ctx context.Context, tx *op.Tx, p ID) (int64, error) {
	return tx.Exec(ctx, `update person set locked_at = null, locked_by = '', locked_why = '', used_at = $2, version = version + 1 where person_id = $1 and locked_at is not null`, string(p), tx.Now().UnixMicro())
}

// Used notes that a session of somebody is in use.
func Used(ctx context.Context, tx *op.Tx, p ID) error {
	_, err := tx.Exec(ctx, `update person set used_at = $2 where person_id = $1`, string(p), tx.Now().UnixMicro())
	return err
}

// LastUsed is when a session of p was seen last, as far as it is noted.
func LastUsed(ctx context.Context, tx *op.Tx, p ID) (at time.Time, err error) {
	err = tx.One(ctx, `select coalesce(used_at, made_at) from person where person_id = $1`, []any{string(p)}, db.Time(&at))
	return at, err
}

// GrantsFor reads the grants of ps that are in force or to come.
func GrantsFor(ctx context.Context, tx *op.Tx, ps []Person) error {
	at := map[ID]int{}
	ids := make([]string, len(ps))
	for i, p := range ps {
		at[p.ID], ids[i] = i, string(p.ID)
	}
	var args db.Args
	return tx.Each(ctx, `
		select person_id, grant_id, role, area, org_id, from_at, until_at from person_grant
		where person_id in `+db.In(&args, ids)+` and ended_at is null and (until_at is null or until_at > `+args.Add(tx.Now().UnixMicro())+`)
		order by person_id, grant_id`, args, func(r db.Row) error {
		var p ID
		var g Grant
		err := r.Scan(&p, &g.ID, &g.Role, &g.Area, db.Text(&g.Org), db.Time(&g.From), db.Time(&g.Until))
		ps[at[p]].Grants = append(ps[at[p]].Grants, g)
		return err
	})
}

func List(ctx context.Context, tx *op.Tx, f Filter, where string, args db.Args) ([]Person, error) {
	where += ` and kind = 'staff'`
	if f.Area != "" {
		from, to := authz.Range(f.Area)
		where += ` and reach >= ` + args.Add(from) + ` and reach < ` + args.Add(to)
	}
	if w := FoldLogin(f.Words); w != "" {
		like := args.Add("%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(w) + "%")
		where += ` and (login like ` + like + ` escape '!' or lower(name) like ` + like + ` escape '!')`
	}
	if !f.Ended {
		where += ` and active`
	}
	if id.Valid(string(f.After)) {
		where += ` and person_id > ` + args.Add(string(f.After))
	}
	if f.Limit == 0 {
		f.Limit = 50
	}
	var ps []Person
	err := tx.Each(ctx, `select `+columns+` from person where `+where+` order by person_id limit `+args.Add(f.Limit), args, func(r db.Row) error {
		var p Person
		err := p.scan(r)
		ps = append(ps, p)
		return err
	})
	return ps, err
}

// FieldFault is what is wrong with one input.
func FieldFault(field, msg string) error {
	var f fault.Form
	f.Add(field, msg, fault.Args{"Limit": MaxName})
	return f.Err("account.field")
}

// Filter selects staff. Its zero value selects all who are active.
type Filter struct {
	Words string // part of the name or the login name
	Area  string // kept in this area
	Ended bool   // those whose stay ended, too
	After ID     // the last of the page before
	Limit int    // zero means 50
}

// SeenAt returns when somebody was last there, of the sessions that are kept; zero: none is.
func SeenAt(ctx context.Context, tx *op.Tx, person string) (at time.Time, err error) {
	err = tx.One(ctx, `select max(seen_at) from account_session where person_id = $1`, []any{person}, db.Time(&at))
	return at, err
}
