package account

import (
	"context"
	"time"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/people"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/op"
)

// This part is what room silence needs, which asks those one thing more whose account
// nobody used for long.

// AskMore has ask say of each worker who signs in whether they are asked more.
func (s *Service) AskMore(ask func(ctx context.Context, tx *op.Tx, worker ID) (bool, error)) {
	s.asks = ask
}

// admit begins the session of a worker, or lets it wait where more is asked. It is the
// one way by which a worker's session begins.
func (s *Service) admit(ctx context.Context, tx *op.Tx, in *Signed, h session.Held, l pace.Limits) (err error) {
	if s.asks != nil {
		if in.Held, err = s.asks(ctx, tx, in.Person); err != nil {
			return err
		}
	}
	if !in.Held {
		return enterWorker(ctx, tx, in, h, l)
	}
	tx.Note("result", "asked")
	in.Lasts = l.Minutes("silence_half_min")
	in.EndsAt = tx.Now().Add(in.Lasts)
	h.Person, h.EndsAt = string(in.Person), in.EndsAt
	return session.Hold(ctx, tx, h, session.Hash(in.Token))
}

// Admit begins the session for which h waited, for who: its worker, or whoever was given
// the number instead. It is called inside the operation that took h away.
func (s *Service) Admit(ctx context.Context, tx *op.Tx, who ID, h session.Held) (*Signed, error) {
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	in := newSigned()
	in.Person = who
	return in, enterWorker(ctx, tx, in, h, l)
}

// enterWorker begins a worker's session: the account is in use.
func enterWorker(ctx context.Context, tx *op.Tx, in *Signed, h session.Held, l pace.Limits) error {
	if err := people.Used(ctx, tx, in.Person); err != nil {
		return err
	}
	in.EndsAt = tx.Now().Add(l.Minutes("session_shared_min"))
	if h.Own {
		in.EndsAt = tx.Now().Add(l.Days("session_worker_days"))
	}
	var proved time.Time
	if h.Way == session.ByCode { // WeChat proves nothing of the phone
		proved = tx.Now()
	}
	return begin(ctx, tx, in, session.Session{Kind: authz.Worker, Way: h.Way, Proved: proved})
}

// PassOn takes the number of a worker's account away and gives it to a fresh account
// without anything in it. The caller holds the first, and ends its sessions.
func (s *Service) PassOn(ctx context.Context, tx *op.Tx, who, fresh ID) (phone string, err error) {
	if _, phone, err = s.Contact(ctx, tx, string(who)); err != nil {
		return "", err
	}
	n, err := tx.Exec(ctx, `update person_phone set person_id = $3 where phone = $1 and person_id = $2`, s.index("phone", phone), string(who), string(fresh))
	if err == nil && n == 1 {
		_, err = tx.Exec(ctx, `update person set phone = null where person_id = $1`, string(who))
	} else if err == nil {
		err = errBusy()
	}
	if err != nil {
		return "", err
	}
	return phone, s.make(ctx, tx, phone, fresh)
}
