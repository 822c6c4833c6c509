package people

import (
	"context"
	"errors"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// KeyColumn reads the data key of the person of a row of a table that has a person_id:
// the two are of one group, and stand together.
func KeyColumn(table string) string {
	return `(select k.data_key from person k where k.person_id = ` + table + `.person_id)`
}

// Vault seals what is kept of people, of each under a data key of their own, which is
// destroyed when the account ends.
type Vault struct{ Ring *seal.Ring }

// Box seals and opens what one table keeps of one person.
type Box struct {
	box   seal.Box
	table string
}

func keyPlace(person ID) []byte { return seal.Place("person", "data_key", string(person)) }

// With returns the box of a key that stands in the person's row.
func (v Vault) With(key []byte, person ID, table string) (Box, error) {
	b, err := v.Ring.Box(key, keyPlace(person))
	return Box{b, table}, err
}

// Of returns the box of a person whose row is there.
func (v Vault) Of(ctx context.Context, tx *op.Tx, person ID, table string) (Box, error) {
	var key []byte
	err := tx.One(ctx, `select data_key from person where person_id = $1`, []any{string(person)}, &key)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return Box{}, err
	}
	return v.With(key, person, table)
}

// Fresh returns the box of a new person, and the key to be kept in the row.
func (v Vault) Fresh(person ID) (Box, []byte, error) {
	b, key, err := v.Ring.NewBox(keyPlace(person))
	return Box{b, "person"}, key, err
}

// Seal seals a value for a column of a row; of nothing it is NULL.
func (b Box) Seal(plain, column, row string) (any, error) {
	if plain == "" {
		return nil, nil //nolint:nilnil // NULL
	}
	return b.box.Seal([]byte(plain), seal.Place(b.table, column, row))
}

// Open opens a value of a column of a row; of nothing it is nothing.
func (b Box) Open(sealed []byte, column, row string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := b.box.Open(sealed, seal.Place(b.table, column, row))
	return string(plain), err
}

// Rename keeps how a worker is to be called; empty takes the name away.
func (v Vault) Rename(ctx context.Context, tx *op.Tx, person ID, name string) error {
	box, err := v.Of(ctx, tx, person, "person")
	if err != nil {
		return err
	}
	sealed, err := box.Seal(name, "sealed", string(person))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update person set sealed = $2, version = version + 1 where person_id = $1`, string(person), sealed)
	return err
}
