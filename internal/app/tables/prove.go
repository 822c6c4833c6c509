package tables

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nuanxin/internal/db"
)

// Faults says where a catalogue differs from the list of tables, where a key
// does not begin with its shard key, which bytes are neither sealed nor said
// to be something else, and which columns have no class.
func Faults(found []db.Table) []string {
	wrong := columns().unclassed(found)
	listed := map[string]table{}
	for _, t := range all {
		listed[t.Name] = t
	}
	for _, t := range found {
		want, ok := listed[t.Name]
		delete(listed, t.Name)
		switch {
		case !ok:
			wrong = append(wrong, t.Name+" is not in the list of tables")
			continue
		case len(t.Key) == 0 || !want.reference() && t.Key[0] != want.Key:
			wrong = append(wrong, fmt.Sprintf("%s: the primary key (%s) does not begin with %s", t.Name, strings.Join(t.Key, ", "), want.Key))
		}
		wrong = append(wrong, unsealed(t, want)...)
		for name, columns := range t.Uniques {
			if !want.reference() && !slices.Contains(columns, want.Key) {
				wrong = append(wrong, fmt.Sprintf("%s: the unique index %s does not contain %s", t.Name, name, want.Key))
			}
		}
	}
	for name := range listed {
		wrong = append(wrong, name+" is in the list of tables and not in the database")
	}
	slices.Sort(wrong)
	return wrong
}

// References finds ids that name nothing. Groups have no foreign keys
// between them, so that each can live on shards of its own; this is the report
// that stands in their place.
func References(ctx context.Context, tx *db.Tx) (seen int64, wrong []string, err error) {
	known := map[string]map[string]bool{}
	for _, ref := range references() {
		if known[ref.to] == nil {
			if known[ref.to], err = Column(ctx, tx, ref.to, ref.toKey); err != nil {
				return seen, wrong, err
			}
		}
		used, err := Column(ctx, tx, ref.from, ref.column)
		if err != nil {
			return seen, wrong, err
		}
		for value := range used {
			seen++
			if !known[ref.to][value] {
				wrong = append(wrong, fmt.Sprintf("%s.%s %s names no row of %s", ref.from, ref.column, value, ref.to))
			}
		}
	}
	slices.Sort(wrong)
	return seen, wrong, nil
}

// Column returns the distinct values of one column. The names come from our
// own list of tables.
func Column(ctx context.Context, tx *db.Tx, table, name string) (map[string]bool, error) {
	values := map[string]bool{}
	err := tx.Each(ctx, `select distinct `+name+` from `+table+` where `+name+` is not null`, nil, func(r db.Row) error {
		var v string
		err := r.Scan(&v)
		values[v] = true
		return err
	})
	delete(values, "")
	return values, err
}
