package app

import (
	"strings"
	"testing"

	"nuanxin/internal/app/tables"
	"nuanxin/internal/db"
	"nuanxin/internal/seal"
)

// opened is a sealed value, and where it stands.
type opened struct{ column, plain string }

// opened opens everything that is sealed in the database, keys aside.
func (a *App) opened(t *testing.T) (all []opened) {
	t.Helper()
	err := a.db.View(t.Context(), func(tx *db.Tx) error {
		for _, s := range tables.AllSealed() {
			row := strings.Join(s.Row, " || '/' || ")
			if len(s.Row) == 1 {
				row = "cast(" + row + " as text)"
			}
			for _, column := range s.Columns {
				if tables.IsKey(column) {
					continue
				}
				key := "null"
				under, rows := s.Under(column)
				if under != "" { // in the other rows the ring sealed it, and nothing opens what is boxed
					key = "case when " + rows + " then (select k." + under + " from " + s.Boxed + " k where k." + s.Key + " = s." + s.Key + ") end"
				}
				err := tx.Each(t.Context(), "select "+row+", cast("+s.Key+" as text), "+key+", "+column+" from "+s.Table+" s where "+column+" is not null", nil, func(r db.Row) error {
					var name, holder string
					var key, sealed []byte
					if err := r.Scan(&name, &holder, &key, &sealed); err != nil {
						return err
					}
					box, err := a.ring.Box(key, seal.Place(s.Boxed, under, holder))
					if err != nil {
						return err
					}
					text, err := box.Open(sealed, seal.Place(s.Table, column, name))
					all = append(all, opened{s.Table + "." + column, string(text)})
					return err
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
