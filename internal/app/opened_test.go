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
			key := "null"
			if s.Boxed != "" {
				key = "(select k.data_key from " + s.Boxed + " k where k." + s.Key + " = s." + s.Key + ")"
			}
			for _, column := range s.Columns {
				if column == "data_key" {
					continue
				}
				err := tx.Each(t.Context(), "select "+row+", cast("+s.Key+" as text), "+key+", "+column+" from "+s.Table+" s where "+column+" is not null", nil, func(r db.Row) error {
					var name, holder string
					var key, sealed []byte
					if err := r.Scan(&name, &holder, &key, &sealed); err != nil {
						return err
					}
					box, err := a.ring.Box(key, seal.Place(s.Boxed, "data_key", holder))
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
