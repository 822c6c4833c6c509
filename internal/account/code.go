package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nuanxin/internal/account/code"
	"nuanxin/internal/account/pace"
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
	digits, err := code.New()
	if err != nil {
		return fault.Wrap(string(SendCode), err)
	}
	codeID := id.New[root]()
	var life time.Duration
	sent, err := op.Write(ctx, s.desk, SendCode, func(*op.Tx) (root, error) { return codeID, nil }, func(tx *op.Tx, r root) (root, error) {
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return "", err
		}
		life = l.Seconds("code_life_s")
		if err := s.codes.Spend(ctx, tx, phone, l); err != nil {
			return "", err
		}
		tx.Note("purpose", purpose)
		return r, s.codes.Keep(ctx, tx, string(r), purpose, phone, digits, life)
	})
	if err != nil || sent != codeID { // the same call, answered before: its message is on its way
		return err
	}
	m := Message{ID: string(codeID), Phone: phone, Code: digits, Minutes: int(life.Minutes())}
	m.Text = fmt.Sprintf("验证码 %s，%d 分钟内有效。不要告诉任何人。Code %s", m.Code, m.Minutes, m.Code)
	switch err := s.sender.Send(ctx, m); {
	case errors.Is(err, ErrNoMessages):
		return fault.New(string(SendCode), fault.Busy, "account.sms.off")
	case err != nil:
		return fault.New(string(SendCode), fault.Busy, "account.sms.failed").Because(err)
	}
	return nil
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
		return s.codes.Use(ctx, tx, purpose, phone, code)
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
