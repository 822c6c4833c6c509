package consent

import (
	"context"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Relation is what a guardian is to a child. Its words are "consent.relation."+Relation.
type Relation string

// The relations (民法典 art. 27).
const (
	Parent      Relation = "parent"
	Grandparent Relation = "grandparent"
	Sibling     Relation = "sibling"
	Appointed   Relation = "appointed" // by the court or the residents' committee
)

// Relations lists them in the order in which a form offers them.
func Relations() []Relation { return []Relation{Parent, Grandparent, Sibling, Appointed} }

// Guardian is who agrees for a child.
type Guardian struct {
	Name     string
	Relation Relation
	At       time.Time
	By       string // of staff, who wrote it down
}

// Wards keeps who agreed for which child.
type Wards struct{ Ring *seal.Ring }

const maxName = 40

// Guard records that a guardian agrees to what is to be stored about a child. It is
// called inside the operation that stores it, and before it.
func (w Wards) Guard(ctx context.Context, tx *op.Tx, child string, g Guardian) error {
	var f fault.Form
	if n := utf8.RuneCountInString(g.Name); n == 0 || n > maxName {
		f.Add("guardian", "consent.guardian.name", nil)
	}
	if !slices.Contains(Relations(), g.Relation) {
		f.Add("relation", "consent.guardian.relation", nil)
	}
	if err := f.Err("consent.guard"); err != nil {
		return err
	}
	var last int64
	if err := tx.One(ctx, `select coalesce(max(seq), 0) from consent_guardian where child_id = $1`, []any{child}, &last); err != nil {
		return err
	}
	name, err := w.seal(g.Name, child, last+1)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into consent_guardian (child_id, seq, name, relation, at, by_name, ended_at) values ($1, $2, $3, $4, $5, $6, null)`,
		child, last+1, name, string(g.Relation), tx.Now().UnixMicro(), tx.Subject.Name)
	return err
}

// Release takes a guardian's consent back: nothing more may be stored about the child.
func (w Wards) Release(ctx context.Context, tx *op.Tx, child string) error {
	_, err := tx.Exec(ctx, `update consent_guardian set ended_at = $2 where child_id = $1 and ended_at is null`, child, tx.Now().UnixMicro())
	return err
}

// Of returns who agreed for a child and has not taken it back; false: nobody.
func (w Wards) Of(ctx context.Context, tx *op.Tx, child string) (g Guardian, ok bool, err error) {
	err = tx.Each(ctx, `select seq, name, relation, at, by_name from consent_guardian where child_id = $1 and ended_at is null order by seq desc limit 1`, []any{child}, func(r db.Row) error {
		var sealed []byte
		var seq int64
		if err := r.Scan(&seq, &sealed, &g.Relation, db.Time(&g.At), &g.By); err != nil {
			return err
		}
		ok = true
		plain, err := w.Ring.Open(sealed, w.place(child, seq))
		g.Name = string(plain)
		return err
	})
	return g, ok, err
}

func (w Wards) seal(plain, child string, seq int64) ([]byte, error) {
	return w.Ring.Seal([]byte(plain), w.place(child, seq))
}

func (Wards) place(child string, seq int64) []byte {
	return seal.Place("consent_guardian", "name", child+"/"+strconv.FormatInt(seq, 10))
}

// Ward refuses to store anything about somebody born on a day who is below the age of
// the rule, unless a guardian has agreed (fault.Invalid, "consent.child"). An empty day
// is nobody's birthday: it refuses nothing.
func Ward(ctx context.Context, tx *op.Tx, child, born string) error {
	if born == "" {
		return nil
	}
	age, err := Age(ctx, tx)
	if err != nil {
		return err
	}
	if !Below(born, clock.Day(tx.Now()), age) {
		return nil
	}
	n := 0
	err = tx.Each(ctx, `select 1 from consent_guardian where child_id = $1 and ended_at is null`, []any{child}, func(db.Row) error {
		n++
		return nil
	})
	if err == nil && n == 0 {
		err = fault.New("consent.ward", fault.Invalid, "consent.child").With(fault.Args{"Age": age})
	}
	return err
}

// Age is that below which a guardian agrees, on this day.
func Age(ctx context.Context, tx *op.Tx) (age int, err error) {
	err = tx.One(ctx, `select value from consent_rule where name = 'guardian_age' and since <= $1 order by since desc limit 1`, []any{clock.Day(tx.Now())}, &age)
	return age, err
}

// Below reports whether somebody born on a day has not completed so many years on
// another. Who was born on 29 February completes a year on 1 March of other years.
func Below(born, today string, years int) bool {
	at, err := time.Parse(time.DateOnly, born)
	if err != nil {
		return false
	}
	return today < at.AddDate(years, 0, 0).Format(time.DateOnly)
}
