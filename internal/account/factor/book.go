package factor

import (
	"context"
	"errors"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Book is where second factors are kept.
type Book struct{ Ring *seal.Ring }

// State is what a person sees of their own second factor.
type State struct {
	On      bool
	Since   time.Time
	Left    int       // recovery codes not used yet
	Made    time.Time // when those were made; zero: none are left, or it is not known
	Secret  string    // while it waits for its first code: the secret in base32
	Address string    // and the same for an authenticator to read
	ResetAt time.Time
	ResetBy string // the name of who took it away, or Machine; until it is set up again
}

// Machine stands for the program's own command, where a name would.
const Machine = "-"

// State returns the state of person, whose login name is login. Only the person
// may see it.
func (b Book) State(ctx context.Context, tx *op.Tx, person, login string) (State, error) {
	var s State
	var sealed []byte
	err := tx.One(ctx, `select count(*), max(made_at) from person_recovery where person_id = $1 and used_at is null`, []any{person}, &s.Left, db.Time(&s.Made))
	if err != nil {
		return State{}, err
	}
	err = tx.One(ctx, `select sealed, on_at, reset_at, reset_by from person_factor where person_id = $1`, []any{person},
		&sealed, db.Time(&s.Since), db.Time(&s.ResetAt), &s.ResetBy)
	if errors.Is(err, db.ErrNone) {
		return s, nil
	}
	if err != nil {
		return State{}, err
	}
	if s.On = !s.Since.IsZero(); s.On {
		return s, nil
	}
	if len(sealed) > 0 {
		s.Secret, err = b.open(sealed, person)
		s.Address = address(login, s.Secret)
	}
	return s, err
}

// On reports whether person has a second factor.
func (b Book) On(ctx context.Context, tx *op.Tx, person string) (bool, error) {
	var n int
	err := tx.One(ctx, `select count(*) from person_factor where person_id = $1 and on_at is not null`, []any{person}, &n)
	return n > 0, err
}

// Propose makes a secret that waits for its first code. The one before it that
// waited is void.
func (b Book) Propose(ctx context.Context, tx *op.Tx, person string) error {
	sealed, err := b.Ring.Seal([]byte(newSecret()), place(person))
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		insert into person_factor (person_id, sealed, on_at, last_step, reset_at, reset_by, reset_told) values ($1, $2, null, 0, null, '', $3)
		on conflict (person_id) do update set sealed = excluded.sealed, last_step = 0 where person_factor.on_at is null`, person, sealed, true)
	if err == nil && n == 0 {
		err = fault.New("account.factor", fault.Conflict, "account.factor.on")
	}
	return err
}

// Confirm puts the secret that waits into force by its first code, which is used
// up by it. false means that the code is wrong or that none waits.
func (b Book) Confirm(ctx context.Context, tx *op.Tx, person, code string) (bool, error) {
	at, ok, err := b.step(ctx, tx, person, code)
	if err != nil || !ok {
		return false, err
	}
	n, err := tx.Exec(ctx, `
		update person_factor set on_at = $2, last_step = $3, reset_at = null, reset_by = '' where person_id = $1 and on_at is null and last_step < $3`,
		person, tx.Now().UnixMicro(), at)
	return n == 1, err
}

// Use uses code up: a code of the moment, or a recovery code. false means that it
// is wrong or was used, or that there is none to be used.
func (b Book) Use(ctx context.Context, tx *op.Tx, person, code string) (bool, error) {
	if len(typed(code)) != codeSize {
		tx.Note("by", "recovery")
		n, err := tx.Exec(ctx, `update person_recovery set used_at = $3 where person_id = $1 and hash = $2 and used_at is null`,
			person, b.hash(person, typed(code)), tx.Now().UnixMicro())
		return n == 1, err
	}
	at, ok, err := b.step(ctx, tx, person, code)
	if err != nil || !ok {
		return false, err
	}
	n, err := tx.Exec(ctx, `update person_factor set last_step = $2 where person_id = $1 and on_at is not null and last_step < $2`, person, at)
	return n == 1, err
}

// Renew makes ten recovery codes; those before are void. They are told once and
// kept as hashes. Of two at once the later ones hold, and never both.
func (b Book) Renew(ctx context.Context, tx *op.Tx, person string) ([]string, error) {
	if err := tx.Lock(ctx, "recovery "+person); err != nil {
		return nil, err
	}
	if err := b.DropCodes(ctx, tx, person); err != nil {
		return nil, err
	}
	var codes []string
	for range codesMade {
		code := newRecovery()
		if _, err := tx.Exec(ctx, `insert into person_recovery (person_id, hash, used_at, made_at) values ($1, $2, null, $3)`, person, b.hash(person, code), tx.Now().UnixMicro()); err != nil {
			return nil, err
		}
		codes = append(codes, Grouped(code, "-"))
	}
	return codes, nil
}

// Drop ends the codes of the moment of person. Recovery codes stay as long as there is
// another second factor. false means that there were none.
func (b Book) Drop(ctx context.Context, tx *op.Tx, person string) (bool, error) {
	n, err := tx.Exec(ctx, `
		update person_factor set sealed = null, on_at = null, reset_at = null, reset_by = '', reset_told = $2 where person_id = $1 and on_at is not null`,
		person, true)
	return n > 0, err
}

// DropCodes takes the recovery codes of person away.
func (b Book) DropCodes(ctx context.Context, tx *op.Tx, person string) error {
	_, err := tx.Exec(ctx, `delete from person_recovery where person_id = $1`, person)
	return err
}

// Reset ends all of it because by took it away: that is told at the next sign-in.
func (b Book) Reset(ctx context.Context, tx *op.Tx, person, by string) error {
	_, err := tx.Exec(ctx, `
		insert into person_factor (person_id, sealed, on_at, last_step, reset_at, reset_by, reset_told) values ($1, null, null, 0, $2, $3, $4)
		on conflict (person_id) do update set sealed = null, on_at = null, reset_at = excluded.reset_at, reset_by = excluded.reset_by, reset_told = excluded.reset_told`,
		person, tx.Now().UnixMicro(), by, false)
	if err != nil {
		return err
	}
	return b.DropCodes(ctx, tx, person)
}

// Tell reports whether somebody took the second factor of person away and the
// person has not been told yet, who is told now.
func (b Book) Tell(ctx context.Context, tx *op.Tx, person string) (bool, error) {
	n, err := tx.Exec(ctx, `update person_factor set reset_told = $2 where person_id = $1 and not reset_told`, person, true)
	return n == 1, err
}

func (b Book) step(ctx context.Context, tx *op.Tx, person, code string) (int64, bool, error) {
	var sealed []byte
	err := tx.One(ctx, `select sealed from person_factor where person_id = $1`, []any{person}, &sealed)
	if errors.Is(err, db.ErrNone) || err == nil && len(sealed) == 0 {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	secret, err := b.open(sealed, person)
	if err != nil {
		return 0, false, err
	}
	return step(secret, typed(code), tx.Now())
}

func (b Book) open(sealed []byte, person string) (string, error) {
	plain, err := b.Ring.Open(sealed, place(person))
	return string(plain), err
}

func (b Book) hash(person, code string) string {
	return b.Ring.Index("account|recovery", person+"|"+code)
}

func place(person string) []byte { return seal.Place("person_factor", "sealed", person) }
