package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// ForSignIn is the purpose of the codes that workers sign in with. Others name
// their own purposes, such as "request" or "link".
const ForSignIn = "sign_in"

// SendCode sends a fresh code for purpose to phone. The one before it for the
// same purpose is void. Whether the phone has an account is not even looked up.
func (s *Service) SendCode(ctx context.Context, purpose, phone string) error {
	phone, err := parsePhone(phone)
	if err != nil {
		return err
	}
	code, err := newCode()
	if err != nil {
		return fault.Wrap(string(SendCode), err)
	}
	codeID := id.New[root]()
	var life time.Duration
	sent, err := op.Write(ctx, s.desk, SendCode, func(*op.Tx) (root, error) { return codeID, nil }, func(tx *op.Tx, r root) (root, error) {
		l, err := limitsOf(ctx, tx)
		if err != nil {
			return "", err
		}
		life = l.seconds("code_life_s")
		if err := s.takeSend(ctx, tx, phone, l); err != nil {
			return "", err
		}
		tx.Note("purpose", purpose)
		return r, s.keepCode(ctx, tx, r, purpose, phone, code, life)
	})
	if err != nil || sent != codeID { // the same call, answered before: its message is on its way
		return err
	}
	m := Message{ID: string(codeID), Phone: phone, Code: code, Minutes: int(life.Minutes())}
	m.Text = fmt.Sprintf("验证码 %s，%d 分钟内有效。不要告诉任何人。Code %s", m.Code, m.Minutes, m.Code)
	switch err := s.sender.Send(ctx, m); {
	case errors.Is(err, ErrNoMessages):
		return fault.New(string(SendCode), fault.Busy, "account.sms.off")
	case err != nil:
		return fault.New(string(SendCode), fault.Busy, "account.sms.failed").Because(err)
	}
	return nil
}

// takeSend counts a message against the phone, the address and the day.
func (s *Service) takeSend(ctx context.Context, tx *op.Tx, phone string, l limits) error {
	if err := takeMessage(ctx, tx, s.index("phone", phone), l); err != nil {
		return err
	}
	ok, err := take(ctx, tx, s.index("sms", OriginOf(ctx).place()), 24*time.Hour, l["sms_address_day"])
	if err == nil && !ok {
		err = fault.New(string(SendCode), fault.Busy, "account.sms.address")
	}
	if err != nil {
		return err
	}
	ok, err = take(ctx, tx, "sms", 24*time.Hour, l["sms_day"])
	if err == nil && !ok {
		err = fault.New(string(SendCode), fault.Busy, "account.sms.day")
	}
	return err
}

func (s *Service) keepCode(ctx context.Context, tx *op.Tx, r root, purpose, phone, code string, life time.Duration) error {
	_, err := tx.Exec(ctx, `
		insert into account_code (phone, purpose, code_id, hash, made_at, ends_at, tries, used_at) values ($1, $2, $3, $4, $5, $6, 0, null)
		on conflict (phone, purpose) do update set code_id = excluded.code_id, hash = excluded.hash, made_at = excluded.made_at,
			ends_at = excluded.ends_at, tries = 0, used_at = null`,
		s.index("phone", phone), purpose, string(r), s.codeHash(r, purpose, phone, code), tx.Now().UnixMicro(), tx.Now().Add(life).UnixMicro())
	return err
}

func (s *Service) codeHash(r root, purpose, phone, code string) string {
	return s.index("code", string(r)+"|"+purpose+"|"+phone+"|"+code)
}

func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}

// CheckCode uses up the code that was sent for purpose to phone. A wrong, old,
// used or never sent one is the same Invalid fault of the field "code".
func (s *Service) CheckCode(ctx context.Context, purpose, phone, code string) error {
	phone, err := parsePhone(phone)
	if err != nil {
		return err
	}
	ok, err := op.Write(unnamed(ctx), s.desk, CheckCode, newRoot(), func(tx *op.Tx, _ root) (bool, error) {
		tx.Note("purpose", purpose)
		return s.useCode(ctx, tx, purpose, phone, code)
	})
	if err == nil && !ok {
		err = wrongCode()
	}
	return err
}

func wrongCode() error {
	var f fault.Form
	f.Add("code", "account.code.wrong", nil)
	return f.Err(string(CheckCode))
}

// useCode counts a try, and uses the code up when it is right. The try is
// counted first, under the row's lock, so that no number of tries at once gets
// more guesses than one by one. A wrong code is no error: the count must stay.
func (s *Service) useCode(ctx context.Context, tx *op.Tx, purpose, phone, code string) (bool, error) {
	l, err := limitsOf(ctx, tx)
	if err != nil {
		return false, err
	}
	ok, err := take(ctx, tx, s.index("code", OriginOf(ctx).place()), time.Hour, l["code_address_hour"])
	if err != nil || !ok {
		return false, err
	}
	var r root
	var hash string
	key, now := s.index("phone", phone), tx.Now().UnixMicro()
	err = tx.One(ctx, `
		update account_code set tries = tries + 1
		where phone = $1 and purpose = $2 and used_at is null and ends_at > $3 and tries < $4
		returning code_id, hash`, []any{key, purpose, now, l["code_tries"]}, &r, &hash)
	if errors.Is(err, db.ErrNone) {
		return false, nil
	}
	if err != nil || !hmac.Equal([]byte(hash), []byte(s.codeHash(r, purpose, phone, digits(code)))) {
		return false, err
	}
	n, err := tx.Exec(ctx, `update account_code set used_at = $3 where phone = $1 and purpose = $2 and used_at is null`, key, purpose, now)
	return n == 1, err
}
