package op

import (
	"context"
	"fmt"
	"reflect"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
)

// Access has two layers, which do not rest on one another. A thing that was loaded
// is judged by the rule, from what the program holds of it; and the database is
// asked whether the reader's scope holds its row, by the same rule as a condition.
// A listing is limited by the condition, and each thing in it is judged by the rule.
// A slip in one of them (a query without its scope, a thing loaded with another's
// area) shows nothing to anybody. What a listing only counts, or writes as the cells
// of a table, holds no things to judge and rests on its condition.

// Rows says where the things of a kind stand, and by which columns they are reached.
type Rows struct {
	From string // a table and its alias, such as "request r"
	By   authz.Columns
	// One says that there is one row for all things of the kind: the installation's.
	One bool
}

// Layer lets the database be asked about each thing of kind, too.
func (d *Desk) Layer(kind string, r Rows) {
	if d.rows == nil {
		d.rows = map[string]Rows{}
	}
	d.rows[kind] = r
}

// Both refuses as [Desk.Check] does, and asks the database, too: the two layers for a
// thing that a use case meets in its transaction. The first is held by the door.
func (d *Desk) Both(ctx context.Context, tx *Tx, act authz.Action, o authz.Object) error {
	if err := d.Check(tx.Subject, act, o); err != nil {
		return err
	}
	return d.within(ctx, tx, act, o)
}

// within asks the database whether the scope in which the subject of tx may do act
// holds o's row. A thing that is only now made has none, and whoever shows its
// secret has no scope: these are judged by the rule alone.
func (d *Desk) within(ctx context.Context, tx *Tx, act authz.Action, o authz.Object) error {
	r, ok := d.rows[o.Kind]
	if !ok || o.Held || o.ID == "" && !r.One || tx.Subject.Kind == authz.System {
		return nil
	}
	var args db.Args
	where := d.scopes.Where(tx.Subject, act, r.By, &args)
	if where == everything {
		return nil
	}
	query := `select coalesce(max(case when ` + where + ` then 1 else 0 end), 1) from ` + r.From
	if !r.One {
		query += ` where ` + r.By.ID + ` = ` + args.Add(o.ID)
	}
	var in int
	if err := tx.One(ctx, query, args, &in); err != nil || in == 1 {
		return err
	}
	return fault.New(string(act), fault.Missing, "fault.missing").Because(&barred{act, o, "missing"})
}

// everything is the condition of what anyone may do.
const everything = "(1 = 1)"

// judge holds every thing that a listing found against the rule. What the query let
// through and the rule does not is a fault of the program: nothing is shown.
func judge[T any](d *Desk, who authz.Subject, act authz.Action, found T) error {
	if who.Kind == authz.System {
		return nil
	}
	rows := reflect.ValueOf(found)
	if rows.Kind() == reflect.Struct {
		rows = rows.FieldByName("Rows")
	}
	if rows.Kind() != reflect.Slice || !rows.Type().Elem().Implements(reflect.TypeFor[Target]()) {
		return nil
	}
	for i := range rows.Len() {
		t, _ := rows.Index(i).Interface().(Target)
		if o := t.AuthzObject(); !d.rules.May(who, act, o) {
			return fmt.Errorf("op: a listing of %s holds a %s that its rule does not allow", act, o.Kind)
		}
	}
	return nil
}
