package station

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/station/printed"
)

// Tables are the tables of stations within an operation that has been
// authorized already. They are for the other packages of this domain, such as
// intake; pages and other domains call [Service].
type Tables struct{}

// Get returns one station, in use or not.
func (Tables) Get(ctx context.Context, tx *op.Tx, id ID) (Station, error) { return get(ctx, tx.Tx, id) }

// Live returns the live part of a station.
func (Tables) Live(ctx context.Context, tx *op.Tx, id ID) (Live, error) {
	lives, err := liveOf(ctx, tx.Tx, tx.Now(), id)
	return lives[id], err
}

// Insert stores a new station under a fresh code. [Tables.Touch] must follow.
func (Tables) Insert(ctx context.Context, tx *op.Tx, s Station) (Station, error) {
	return insert(ctx, tx, s)
}

// Update stores s over the version it was read at, or returns a conflict.
// [Tables.Touch] must follow.
func (Tables) Update(ctx context.Context, tx *op.Tx, s Station) (Station, error) {
	return update(ctx, tx, s)
}

// Touch numbers the changes, as the last thing that a transaction does.
func (Tables) Touch(ctx context.Context, tx *op.Tx, ids ...ID) error { return touch(ctx, tx, ids...) }

// NameKeys are the keys under which the names of a place are found again in
// other spellings.
func (f Facts) NameKeys() []string {
	var keys []string
	for _, n := range append([]string{f.Name}, f.OtherNames...) {
		keys = append(keys, printed.NameKey(n))
	}
	return distinct(keys, "")
}

// Named returns the stations in use that have one of the name keys, by key.
func (Tables) Named(ctx context.Context, tx *op.Tx, keys []string) (map[string][]Station, error) {
	there := map[string][]Station{}
	const batch = 300
	for from := 0; from < len(keys); from += batch {
		var args db.Args
		in := db.In(&args, keys[from:min(from+batch, len(keys))])
		var ids []ID
		err := tx.Each(ctx, `select distinct station_id from station_name where name_key in `+in, args, func(r db.Row) error {
			var id ID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
		if err != nil {
			return nil, err
		}
		if err := collect(ctx, tx, ids, there); err != nil {
			return nil, err
		}
	}
	return there, nil
}

func collect(ctx context.Context, tx *op.Tx, ids []ID, there map[string][]Station) error {
	const batch = 500
	for from := 0; from < len(ids); from += batch {
		list, err := find(ctx, tx.Tx, Filter{IDs: ids[from:min(from+batch, len(ids))], Limit: batch}, nil, "1 = 1")
		if err != nil {
			return err
		}
		for _, st := range list {
			for _, k := range st.NameKeys() {
				there[k] = append(there[k], st)
			}
		}
	}
	return nil
}
