// Package keys tells by which key everything sealed was sealed, opens all of it to
// prove that it can be opened, and seals it anew under the newest key, on a
// running system.
package keys

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nuanxin/internal/app/tables"
	"nuanxin/internal/authz"
	"nuanxin/internal/blob"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// What is done with keys; each leaves an audit row.
const (
	Rotate authz.Action = "keys.rotate"
	Reseal authz.Action = "keys.reseal"
	Retire authz.Action = "keys.retire"
	Split  authz.Action = "keys.split"
	Guard  authz.Action = "keys.guard"
)

// Policy says who may: whoever may run the program's own commands.
var Policy = authz.Rules{Rotate: authz.Program, Reseal: authz.Program, Retire: authz.Program, Split: authz.Program, Guard: authz.Program}

// act is one thing that was done with keys.
type act string

// AuthzObject implements op.Target.
func (a act) AuthzObject() authz.Object {
	return authz.Object{Kind: "keys", ID: string(a), Group: "org"}
}

// note leaves the audit row of something that was done, with notes as name, value.
func (v Vault) note(ctx context.Context, what authz.Action, notes ...string) error {
	this := id.New[act]()
	_, err := op.Write(authz.AsSystem(ctx, string(what)), v.Desk, what, func(*op.Tx) (act, error) { return this, nil }, func(tx *op.Tx, _ act) (bool, error) {
		for i := 0; i+1 < len(notes); i += 2 {
			tx.Note(notes[i], notes[i+1])
		}
		return true, nil
	})
	return err
}

// Vault is everything that was sealed, and its keys.
type Vault struct {
	DB    *db.DB
	Desk  *op.Desk // under a policy with [Policy] in it
	Blobs *blob.Store
	Ring  *seal.Ring
	File  seal.File
}

// files is the name of the sealed files where a column's would stand.
const files = "files"

// Data stands for all the data keys where a key's id would: what they sealed. Each is
// itself sealed by one of the ring's.
const Data = 0

// Census counts sealed values by key, and by column as "table.column" or "files".
type Census map[uint32]map[string]int64

// Of returns how many values the key sealed.
func (c Census) Of(key uint32) (n int64) {
	for _, v := range c[key] {
		n += v
	}
	return n
}

func (c Census) add(key uint32, where string, n int64) {
	if c[key] == nil {
		c[key] = map[string]int64{}
	}
	c[key][where] += n
}

// Census counts, reading the heads of the values alone.
func (v Vault) Census(ctx context.Context) (Census, error) {
	c := Census{}
	err := v.DB.View(ctx, func(tx *db.Tx) error {
		clear(c)
		for _, t := range tables.AllSealed() {
			for _, column := range t.Columns {
				err := tx.Each(ctx, fmt.Sprintf(`select substr(%[1]s, 1, %[2]d), count(*) from %[3]s where %[1]s is not null group by 1`, column, seal.HeadLen, t.Table), nil, func(r db.Row) error {
					var head []byte
					var n int64
					if err := r.Scan(&head, &n); err != nil {
						return err
					}
					if len(head) > 0 { // an empty value is none
						c.add(seal.KeyOf(head), t.Table+"."+column, n)
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, v.Blobs.Walk(ctx, func(e blob.Entry) error {
		if e.ID == "" {
			return nil
		}
		head, err := v.Blobs.Head(ctx, e.ID, seal.HeadLen)
		if err == nil {
			c.add(seal.KeyOf(head), files, 1)
		}
		return err
	})
}

// value is one sealed value and where it stands.
type value struct {
	table  tables.Sealed
	key    []string // columns of the primary key
	at     []any    // and their values
	column string
	row    string
	sealed []byte
	under  string // the column of the data key that seals it; empty: the ring does
	holder string // whose data key it is
	box    []byte // and the key, itself sealed; empty: there is none
}

func (v value) place() []byte { return seal.Place(v.table.Table, v.column, v.row) }

// keyPlace is where the data key stands.
func (v value) keyPlace() []byte { return seal.Place(v.table.Boxed, v.under, v.holder) }

// String names the place and nothing that is kept there.
func (v value) String() string { return v.table.Table + "." + v.column + " of " + v.row }

// open opens a value, by its row's data key if that sealed it.
func (v Vault) open(one value) ([]byte, error) {
	if !seal.Boxed(one.sealed) {
		return v.Ring.Open(one.sealed, one.place())
	}
	if one.under == "" {
		return nil, seal.ErrOpen
	}
	b, err := v.Ring.Box(one.box, one.keyPlace())
	if err != nil {
		return nil, err
	}
	return b.Open(one.sealed, one.place())
}

// step is how many rows are read at once.
const step = 200

// each calls visit with the sealed values of the database, some rows at a time,
// each in a transaction of its own so that nothing is held up.
func (v Vault) each(ctx context.Context, visit func([]value) error) error {
	keys := map[string][]string{}
	err := v.DB.View(ctx, func(tx *db.Tx) error {
		found, err := tx.Tables(ctx)
		for _, t := range found {
			keys[t.Name] = t.Key
		}
		return err
	})
	for _, t := range tables.AllSealed() {
		for last := []any(nil); err == nil; {
			var some []value
			if some, last, err = v.page(ctx, t, keys[t.Table], last); err == nil {
				err = visit(some)
			}
			if last == nil {
				break
			}
		}
	}
	return err
}

// page reads the rows behind last, and returns the last of them; nil: there are
// no more.
func (v Vault) page(ctx context.Context, t tables.Sealed, key []string, last []any) (some []value, next []any, err error) {
	columns := slices.Concat(key, t.Row, []string{t.Key})
	for _, c := range t.Columns {
		columns = append(append(columns, c), boxOf(t, c)...)
	}
	seen := 0
	err = v.DB.View(ctx, func(tx *db.Tx) error {
		var args db.Args
		where := ""
		if last != nil {
			where = ` where (` + strings.Join(key, ", ") + `) > ` + db.In(&args, last)
		}
		return tx.Each(ctx, `select `+strings.Join(columns, ", ")+` from `+t.Table+where+` order by `+strings.Join(key, ", ")+` limit `+args.Add(step), args, func(r db.Row) error {
			cells := make([]any, len(columns))
			into := make([]any, len(columns))
			for i := range cells {
				into[i] = &cells[i]
			}
			if err := r.Scan(into...); err != nil {
				return err
			}
			seen++
			next = cells[:len(key)]
			some = append(some, values(t, key, cells)...)
			return nil
		})
	})
	if seen < step {
		next = nil
	}
	return some, next, err
}

// boxOf selects whether a data key seals a column in this row, and that key, itself
// sealed; NULL: there is none yet.
func boxOf(t tables.Sealed, column string) []string {
	under, rows := t.Under(column)
	if under == "" {
		return []string{"0", "null"}
	}
	return []string{`case when ` + rows + ` then 1 else 0 end`, fmt.Sprintf(`(select k.%[1]s from %[2]s k where k.%[3]s = %[4]s.%[3]s)`, under, t.Boxed, t.Key, t.Table)}
}

// values are the sealed values of a row that [Vault.page] read.
func values(t tables.Sealed, key []string, cells []any) (some []value) {
	at := cells[:len(key)]
	var row []string
	for _, c := range cells[len(key):][:len(t.Row)] {
		row = append(row, fmt.Sprint(c))
	}
	rest := cells[len(key)+len(t.Row):]
	holder := fmt.Sprint(rest[0])
	for i, column := range t.Columns {
		cell := rest[1+3*i:]
		sealed, _ := cell[0].([]byte)
		if len(sealed) == 0 {
			continue
		}
		one := value{table: t, key: key, at: at, column: column, row: strings.Join(row, "/"), sealed: sealed, holder: holder}
		if fmt.Sprint(cell[1]) == "1" {
			one.under, _ = t.Under(column)
			one.box, _ = cell[2].([]byte)
		}
		some = append(some, one)
	}
	return some
}
