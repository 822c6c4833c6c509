package consent

import (
	"context"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/hold"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

func (s *Children) insert(ctx context.Context, tx *op.Tx, c Child) error {
	box, key, err := s.wards.Ring.NewBox(wardPlace("data_key", c.ID))
	if err != nil {
		return err
	}
	name, err := box.Seal([]byte(c.Name), wardPlace("name", c.ID))
	if err != nil {
		return err
	}
	born, err := box.Seal([]byte(c.Born), wardPlace("born", c.ID))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into consent_ward (child_id, guardian_id, area, data_key, name, born, made_at) values ($1, $2, $3, $7, $4, $5, $6)`, c.ID, c.Parent, c.Area, name, born, c.MadeAt.UnixMicro(), key)
	return err
}

func wardPlace(column, child string) []byte { return seal.Place("consent_ward", column, child) }

// give adds a consent of a guardian.
func (w Wards) give(ctx context.Context, tx *op.Tx, child string, g Given) error {
	if err := w.Guard(ctx, tx, child, g.Guardian); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update consent_guardian set purpose = $2, version = $3, evidence = $4 where child_id = $1 and seq = (select max(seq) from consent_guardian where child_id = $1)`,
		child, g.Purpose, g.Version, string(g.Evidence))
	return err
}

func (s *Children) some(ctx context.Context, tx *op.Tx, where string, args db.Args) (all []Child, err error) {
	age, err := Age(ctx, tx)
	if err != nil {
		return nil, err
	}
	err = tx.Each(ctx, `select w.child_id, w.guardian_id, w.area, w.data_key, w.name, w.born, w.made_at from consent_ward w where `+where, args, func(r db.Row) error {
		var c Child
		var key, name, born []byte
		if err := r.Scan(&c.ID, &c.Parent, &c.Area, &key, &name, &born, db.Time(&c.MadeAt)); err != nil {
			return err
		}
		err := s.wards.open(&c, key, name, born)
		c.Grown = c.Born != "" && !Below(c.Born, clock.Day(tx.Now()), age)
		if !tx.Subject.Whole(tx.Now()) { // a guardian who has shown nothing but a phone
			c.Born = c.Born[:min(len(c.Born), 4)]
		}
		all = append(all, c)
		return err
	})
	for i := range all {
		if err == nil {
			all[i].Given, err = s.wards.given(ctx, tx, all[i].ID)
		}
	}
	return all, err
}

// open opens name and birthday of a child; once all was taken back there are none.
func (w Wards) open(c *Child, key, name, born []byte) error {
	if key == nil {
		return nil
	}
	box, err := w.Ring.Box(key, wardPlace("data_key", c.ID))
	if err != nil {
		return err
	}
	called, err := box.Open(name, wardPlace("name", c.ID))
	if err != nil {
		return err
	}
	day, err := box.Open(born, wardPlace("born", c.ID))
	c.Name, c.Born = string(called), string(day)
	return err
}

// given are all consents for a child, the first first.
func (w Wards) given(ctx context.Context, tx *op.Tx, child string) (all []Given, err error) {
	err = tx.Each(ctx, `select seq, name, relation, at, by_name, ended_at, purpose, version, evidence from consent_guardian where child_id = $1 order by seq`, []any{child}, func(r db.Row) error {
		var g Given
		var sealed []byte
		if err := r.Scan(&g.seq, &sealed, &g.Relation, db.Time(&g.At), &g.By, db.Time(&g.EndedAt), &g.Purpose, &g.Version, &g.Evidence); err != nil {
			return err
		}
		plain, err := w.Ring.Open(sealed, w.place(child, g.seq))
		g.Name = string(plain)
		all = append(all, g)
		return err
	})
	return all, err
}

// Names returns how the guardian called themselves who wrote children down.
func (w Wards) Names(ctx context.Context, tx *op.Tx, guardian string) (all []string, err error) {
	err = tx.Each(ctx, `select g.child_id, g.seq, g.name from consent_guardian g join consent_ward w on w.child_id = g.child_id where w.guardian_id = $1`, []any{guardian}, func(r db.Row) error {
		var child string
		var seq int64
		var sealed []byte
		if err := r.Scan(&child, &seq, &sealed); err != nil {
			return err
		}
		name, err := w.Ring.Open(sealed, w.place(child, seq))
		all = append(all, string(name))
		return err
	})
	return all, err
}

// forgetWards lets go of the children that somebody wrote down whose account ends;
// what is held stays.
func forgetWards(ctx context.Context, tx *op.Tx, guardian string) error {
	free := ` and not ` + hold.Held("child_id", "guardian_id")
	if _, err := tx.Exec(ctx, `delete from consent_guardian where child_id in (select child_id from consent_ward where guardian_id = $1`+free+`)`, guardian); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from consent_ward where guardian_id = $1`+free, guardian)
	return err
}
