package phone

import (
	"context"
	"strings"

	"nuanxin/internal/account"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/people"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// vault seals and finds what is kept of changes.
type vault struct{ people.Vault }

// table keeps the changes, sealed under their person's data key.
const table = "person_phone_change"

// index is the blind index of a new number.
func (v vault) index(phone string) string { return v.Ring.Index("account|new phone", phone) }

// insert keeps c. Conflict: another change of the person waits.
func (v vault) insert(ctx context.Context, tx *op.Tx, c Change) error {
	box, err := v.Of(ctx, tx, c.Person, table)
	if err != nil {
		return err
	}
	sealed := map[string]any{}
	for column, plain := range map[string]string{"old": c.Old, "new": c.New, "note": c.Note} {
		if sealed[column], err = box.Seal(plain, column, c.ID); err != nil {
			return err
		}
	}
	n, err := tx.Exec(ctx, `
		insert into person_phone_change (person_id, change_id, way, state, old, new, new_index, checked, note, by_id, by_name, office, asked_at, due_at, ended_at, ended_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '') on conflict do nothing`,
		string(c.Person), c.ID, string(c.Way), string(c.State), sealed["old"], sealed["new"], v.index(c.New), words(c.Checked), sealed["note"],
		db.Null(c.By), c.ByName, c.Office, c.AskedAt.UnixMicro(), db.Micros(c.DueAt), db.Micros(c.EndedAt))
	if err == nil && n == 0 {
		err = fault.New(actOpen, fault.Conflict, "accountphone.waits")
	}
	return err
}

func words(checks []Check) string {
	all := make([]string, len(checks))
	for i, c := range checks {
		all[i] = string(c)
	}
	return strings.Join(all, " ")
}

// of returns the changes of person, the newest first.
func (v vault) of(ctx context.Context, tx *op.Tx, person account.ID) ([]Change, error) {
	return v.some(ctx, tx, `person_id = $1`, []any{string(person)})
}

// one returns a change of person, or Missing.
func (v vault) one(ctx context.Context, tx *op.Tx, person account.ID, id string) (Change, error) {
	all, err := v.of(ctx, tx, person)
	for _, c := range all {
		if c.ID == id {
			return c, nil
		}
	}
	if err == nil {
		err = fault.New(string(Own), fault.Missing, "fault.missing")
	}
	return Change{}, err
}

func (v vault) some(ctx context.Context, tx *op.Tx, where string, args []any) ([]Change, error) {
	var all []Change
	err := tx.Each(ctx, `
		select person_id, change_id, way, state, old, new, checked, note, by_id, by_name, office, asked_at, due_at, ended_at, ended_by, `+people.KeyColumn(table)+`
		from person_phone_change where `+where+` order by asked_at desc, change_id desc`, args, func(r db.Row) error {
		var c Change
		var key, old, fresh, note []byte
		var checked string
		err := r.Scan(&c.Person, &c.ID, &c.Way, &c.State, &old, &fresh, &checked, &note, db.Text(&c.By), &c.ByName, &c.Office,
			db.Time(&c.AskedAt), db.Time(&c.DueAt), db.Time(&c.EndedAt), &c.EndedBy, &key)
		for _, w := range strings.Fields(checked) {
			c.Checked = append(c.Checked, Check(w))
		}
		if err != nil {
			return err
		}
		all = append(all, c)
		return v.open(&all[len(all)-1], key, old, fresh, note)
	})
	return all, err
}

func (v vault) open(c *Change, key, old, fresh, note []byte) error {
	box, err := v.With(key, c.Person, table)
	if err != nil {
		return err
	}
	if c.Old, err = box.Open(old, "old", c.ID); err != nil {
		return err
	}
	if c.New, err = box.Open(fresh, "new", c.ID); err != nil {
		return err
	}
	c.Note, err = box.Open(note, "note", c.ID)
	return err
}

// turn brings a change that waits to state, once: false means that it waits no more.
func turn(ctx context.Context, tx *op.Tx, person account.ID, id string, state State, by string) (bool, error) {
	n, err := tx.Exec(ctx, `
		update person_phone_change set state = $3, ended_at = $4, ended_by = $5 where person_id = $1 and change_id = $2 and state = 'waiting'`,
		string(person), id, string(state), tx.Now().UnixMicro(), by)
	if err == nil && n == 1 {
		tx.Note("state", string(state))
		tx.Note("change", id)
		tx.Emit(Turned{person, id, state})
	}
	return n == 1, err
}

// given reports whether phone was given to another account at a desk lately.
func (v vault) given(ctx context.Context, tx *op.Tx, person account.ID, phone string, l pace.Limits) (bool, error) {
	var n int
	err := tx.One(ctx, `
		select count(*) from person_phone_change where new_index = $1 and asked_at > $2 and person_id <> $3 and way = 'desk'`,
		[]any{v.index(phone), tx.Now().Add(-l.Days("recovery_phone_days")).UnixMicro(), string(person)}, &n)
	return n > 0, err
}
