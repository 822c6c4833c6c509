// Package code keeps the codes that go to phones: six digits for a purpose and a
// phone, good for a few minutes, a few tries and one use. What is kept is a keyed
// hash. Messages are counted for the phone, for the address and for the day.
//
// All of it happens inside an operation of package account, which sends the message.
package code

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"golang.org/x/text/width"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Book is where codes are kept. Phones and keys are blind indexes.
type Book struct{ Ring *seal.Ring }

// index is the blind index of a value of one sort, as all of package account has it.
func (b Book) index(sort, value string) string { return b.Ring.Index("account|"+sort, value) }

// Spend counts a message against the phone, the address and the day.
func (b Book) Spend(ctx context.Context, tx *op.Tx, phone string, l pace.Limits) error {
	if err := takeMessage(ctx, tx, b.index("phone", phone), l); err != nil {
		return err
	}
	ok, err := pace.Take(ctx, tx, b.index("sms", pace.OriginOf(ctx).Place()), 24*time.Hour, l["sms_address_day"])
	if err == nil && !ok {
		err = fault.New("account.send_code", fault.Busy, "account.sms.address")
	}
	if err != nil {
		return err
	}
	ok, err = pace.Take(ctx, tx, "sms", 24*time.Hour, l["sms_day"])
	if err == nil && !ok {
		err = fault.New("account.send_code", fault.Busy, "account.sms.day")
	}
	return err
}

// Keep keeps code under id for life. The one before it for the same purpose is void.
func (b Book) Keep(ctx context.Context, tx *op.Tx, id, purpose, phone, code string, life time.Duration) error {
	_, err := tx.Exec(ctx, `
		insert into account_code (phone, purpose, code_id, hash, made_at, ends_at, tries, used_at) values ($1, $2, $3, $4, $5, $6, 0, null)
		on conflict (phone, purpose) do update set code_id = excluded.code_id, hash = excluded.hash, made_at = excluded.made_at,
			ends_at = excluded.ends_at, tries = 0, used_at = null`,
		b.index("phone", phone), purpose, id, b.hash(id, purpose, phone, code), tx.Now().UnixMicro(), tx.Now().Add(life).UnixMicro())
	return err
}

func (b Book) hash(id, purpose, phone, code string) string {
	return b.index("code", id+"|"+purpose+"|"+phone+"|"+code)
}

// New draws a code.
func New() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}

// Use counts a try, and uses the code up when it is right. The try is
// counted first, under the row's lock, so that no number of tries at once gets
// more guesses than one by one. A wrong code is no error: the count must stay.
func (b Book) Use(ctx context.Context, tx *op.Tx, purpose, phone, code string) (bool, error) {
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return false, err
	}
	ok, err := pace.Take(ctx, tx, b.index("code", pace.OriginOf(ctx).Place()), time.Hour, l["code_address_hour"])
	if err != nil || !ok {
		return false, err
	}
	var id string
	var hash string
	key, now := b.index("phone", phone), tx.Now().UnixMicro()
	err = tx.One(ctx, `
		update account_code set tries = tries + 1
		where phone = $1 and purpose = $2 and used_at is null and ends_at > $3 and tries < $4
		returning code_id, hash`, []any{key, purpose, now, l["code_tries"]}, &id, &hash)
	if errors.Is(err, db.ErrNone) {
		return false, nil
	}
	if err != nil || !hmac.Equal([]byte(hash), []byte(b.hash(id, purpose, phone, digits(code)))) {
		return false, err
	}
	n, err := tx.Exec(ctx, `update account_code set used_at = $3 where phone = $1 and purpose = $2 and used_at is null`, key, purpose, now)
	return n == 1, err
}

// digits are the digits of a code as it was typed or pasted: of any width, with
// spaces between, or within the whole message.
func digits(code string) string {
	var b strings.Builder
	for _, r := range width.Fold.String(code) {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	if b.Len() > 6 {
		return b.String()[:6] // the message names the code first
	}
	return b.String()
}
