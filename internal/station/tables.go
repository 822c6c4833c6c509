package station

import (
	"context"
	"slices"
	"strings"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/station/printed"
)

// Tables are the tables of stations within an operation that has been
// authorized already. They are for the other packages of this domain, such as
// intake; pages and other domains call [Service].
type Tables struct{}

// Many returns stations, in use or not, by id.
func (Tables) Many(ctx context.Context, tx *op.Tx, ids []ID) (map[ID]Station, error) {
	all := make(map[ID]Station, len(ids))
	const batch = 500
	for from := 0; from < len(ids); from += batch {
		list, err := find(ctx, tx.Tx, Filter{IDs: ids[from:min(from+batch, len(ids))], WithClosed: true, Limit: batch}, nil, "1 = 1")
		if err != nil {
			return nil, err
		}
		for _, st := range list {
			all[st.ID] = st
		}
	}
	return all, nil
}

// Used returns which of the stations have been lived in: a day of theirs was
// set, or people reported something, also when that is over.
func (Tables) Used(ctx context.Context, tx *op.Tx, ids []ID) (map[ID]bool, error) {
	used := map[ID]bool{}
	for some := range slices.Chunk(ids, 500) {
		var args db.Args
		in := db.In(&args, some)
		err := tx.Each(ctx, `select station_id from station_day where station_id in `+in+` union select station_id from station_report where station_id in `+in, args, func(r db.Row) error {
			var id ID
			err := r.Scan(&id)
			used[id] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return used, nil
}

// Code draws a code for a station that is about to be inserted.
func (Tables) Code(ctx context.Context, tx *op.Tx, id ID) (string, error) {
	return newCode(ctx, tx, id)
}

// Index stores anew what the station is searched and found by.
func (Tables) Index(ctx context.Context, tx *op.Tx, s Station) error { return gram(ctx, tx, s) }

// Touch numbers the changes, as the last thing that a transaction does.
func (Tables) Touch(ctx context.Context, tx *op.Tx, ids ...ID) error { return touch(ctx, tx, ids...) }

// Changed returns the stations that changed after the given number of change,
// and the number of the last change.
func (Tables) Changed(ctx context.Context, tx *op.Tx, since int64) (ids []ID, last int64, err error) {
	if last, err = lastChange(ctx, tx.Tx); err != nil || last == since {
		return nil, last, err
	}
	err = tx.Each(ctx, `select station_id from station_change where seq > $1`, []any{since}, func(r db.Row) error {
		var id ID
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, last, err
}

// NameKeys are the keys under which the names of a place are found again in
// other spellings.
func (f Facts) NameKeys() []string {
	var keys []string
	for _, n := range append([]string{f.Name}, f.OtherNames...) {
		keys = append(keys, printed.NameKey(n))
	}
	return distinct(keys, "")
}

// CodeKey is the key under which a place is found again by its code. No name has
// such a key.
func CodeKey(code string) string { return "#" + code }

// Named returns the stations in use that have one of the keys, of names and of
// codes, by key. A code whose station is closed has an empty list.
func (Tables) Named(ctx context.Context, tx *op.Tx, keys []string) (map[string][]Station, error) {
	there := map[string][]Station{}
	for some := range slices.Chunk(keys, 300) {
		var names, codes []string
		for _, k := range some {
			if code, ok := strings.CutPrefix(k, CodeKey("")); ok {
				codes = append(codes, code)
			} else {
				names = append(names, k)
			}
		}
		var ids []ID
		take := func(r db.Row) error {
			var id ID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		}
		if len(names) > 0 {
			var args db.Args
			if err := tx.Each(ctx, `select distinct station_id from station_name where name_key in `+db.In(&args, names), args, take); err != nil {
				return nil, err
			}
		}
		if len(codes) > 0 {
			var args db.Args
			err := tx.Each(ctx, `select code, station_id from station_code where code in `+db.In(&args, codes), args, func(r db.Row) error {
				var code string
				var id ID
				err := r.Scan(&code, &id)
				ids, there[CodeKey(code)] = append(ids, id), nil
				return err
			})
			if err != nil {
				return nil, err
			}
		}
		slices.Sort(ids)
		if err := collect(ctx, tx, slices.Compact(ids), there); err != nil {
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
			for _, k := range append(st.NameKeys(), CodeKey(st.Code)) {
				if !slices.ContainsFunc(there[k], func(o Station) bool { return o.ID == st.ID }) {
					there[k] = append(there[k], st)
				}
			}
		}
	}
	return nil
}
