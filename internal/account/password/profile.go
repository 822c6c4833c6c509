package password

import (
	"context"
	"time"
	"unicode"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Rules are what 等保 level 3 adds (GB/T 22239-2019 8.1.4.1 a: complexity, regular
// change), by dated limits. They are off until an office sets a day: who must change
// often chooses what is guessed easily (OWASP ASVS 5.0 6.2.10).
type Rules struct {
	Days  int64 // after so many a password must be changed; 0: never
	Kept  int64 // the last so many may not come again; 0: any may
	Kinds int64 // of small letters, capitals, digits and other signs, so many at least; 0: any
}

// RulesOf are the rules that count by l.
func RulesOf(l pace.Limits) Rules {
	return Rules{l["password_days"], l["password_kept"], l["password_kinds"]}
}

// On reports whether there are any.
func (r Rules) On() bool { return r.Days > 0 || r.Kept > 0 || r.Kinds > 0 }

// Over reports whether a password that was set at a time must be changed now.
func (r Rules) Over(set, now time.Time) bool {
	return r.Days > 0 && !now.Before(set.Add(time.Duration(r.Days)*24*time.Hour))
}

// Check refuses a password of too few kinds of signs, as a fault of field.
func (r Rules) Check(field, password string) error {
	var small, capital, digit, other int64
	for _, c := range password {
		switch {
		case unicode.IsLower(c):
			small = 1
		case unicode.IsUpper(c):
			capital = 1
		case unicode.IsDigit(c):
			digit = 1
		default:
			other = 1
		}
	}
	if small+capital+digit+other >= r.Kinds {
		return nil
	}
	var f fault.Form
	f.Add(field, "account.password.kinds", fault.Args{"Least": r.Kinds})
	return f.Err("account.password")
}

// Last returns the hashes of the passwords of person that may not come again.
func (r Rules) Last(ctx context.Context, tx *op.Tx, person string) (all []string, err error) {
	err = tx.Each(ctx, `select hash from person_password_old where person_id = $1 order by set_at desc limit $2`, []any{person, r.Kept}, func(row db.Row) error {
		var hash string
		err := row.Scan(&hash)
		all = append(all, hash)
		return err
	})
	return all, err
}

// Keep remembers a hash that person has from now on, and forgets those that may come
// again. Where no rule asks for it, none is remembered.
func (r Rules) Keep(ctx context.Context, tx *op.Tx, person, hash string) error {
	if r.Kept > 0 {
		_, err := tx.Exec(ctx, `
			insert into person_password_old (person_id, set_at, hash) values ($1, $2, $3)
			on conflict (person_id, set_at) do update set hash = excluded.hash`, person, tx.Now().UnixMicro(), hash)
		if err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		delete from person_password_old where person_id = $1 and set_at not in (
			select o.set_at from person_password_old o where o.person_id = $1 order by o.set_at desc limit $2)`, person, r.Kept)
	return err
}
