package account

import (
	"context"
	"errors"

	"nuanxin/internal/account/people"
	"nuanxin/internal/account/session"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// This part is what room phone needs, which moves accounts to other phones.

// Rephone moves the account of a worker from phone old to phone, inside the
// caller's operation: the guard, the number, and the end of all sessions but the
// one whose secret is keep. other is the account that had the phone, empty or ""
// for none: it ends. Whoever signs in by the old phone meanwhile holds its guard,
// and so came before, or finds none. Conflict: somebody else changed either.
func (s *Service) Rephone(ctx context.Context, tx *op.Tx, who, other ID, old, phone, keep string) error {
	changed := fault.New("account.rephone", fault.Conflict, "account.changed")
	if _, err := people.Hold(ctx, tx, who); err != nil {
		return err
	}
	_, now, err := s.Contact(ctx, tx, string(who))
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `delete from person_phone where phone = $1 and person_id = $2`, s.index("phone", old), string(who))
	if err == nil && n == 0 && now != "" { // without a number there is none to let go of
		err = changed
	}
	if err != nil {
		return err
	}
	if other != "" {
		if err := s.endEmpty(ctx, tx, other, phone); err != nil {
			return err
		}
	}
	n, err = tx.Exec(ctx, `insert into person_phone (phone, person_id) values ($1, $2) on conflict (phone) do nothing`, s.index("phone", phone), string(who))
	if err == nil && n == 0 {
		err = changed
	}
	if err != nil {
		return err
	}
	sealed, err := s.sealed(ctx, tx, phone, "phone", who)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update person set phone = $2 where person_id = $1`, string(who), sealed); err != nil {
		return err
	}
	if err := people.Used(ctx, tx, who); err != nil { // whoever moved it showed who they are
		return err
	}
	hash := ""
	if keep != "" {
		hash = session.Hash(keep)
	}
	return session.End(ctx, tx, string(who), hash)
}

// EndWorker ends a worker's account for good: nothing of it says any more whose it
// was, and the number may come to another.
func (s *Service) EndWorker(ctx context.Context, tx *op.Tx, who ID) error {
	_, phone, err := s.Contact(ctx, tx, string(who))
	if err != nil {
		return err
	}
	return s.endEmpty(ctx, tx, who, phone)
}

// endEmpty ends a worker's account that nothing hangs on, with its phone and name.
func (s *Service) endEmpty(ctx context.Context, tx *op.Tx, who ID, phone string) error {
	_, err := tx.Exec(ctx, `delete from person_phone where phone = $1 and person_id = $2`, s.index("phone", phone), string(who))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		update person set active = $2, ended_at = $3, phone = null, sealed = null, data_key = null, version = version + 1 where person_id = $1 and kind = 'worker'`,
		string(who), false, tx.Now().UnixMicro())
	if err != nil {
		return err
	}
	return session.End(ctx, tx, string(who), "")
}

// Tell sends words without a code to a phone. Where nothing sends messages, nobody
// is told, and that is no fault.
func (s *Service) Tell(ctx context.Context, id, phone, text string) error {
	err := s.sender.Send(ctx, Message{ID: id, Phone: phone, Text: text})
	if errors.Is(err, ErrNoMessages) {
		return nil
	}
	return err
}

// hangs takes hold of the guard of a phone, and returns whose it is. Nobody's is
// Busy: it went to somebody else at this moment.
func (s *Service) hangs(ctx context.Context, tx *op.Tx, phone string) (p ID, err error) {
	err = tx.One(ctx, `update person_phone set person_id = person_id where phone = $1 returning person_id`, []any{s.index("phone", phone)}, &p)
	if errors.Is(err, db.ErrNone) {
		err = errBusy()
	}
	return p, err
}

func errBusy() error { return fault.New(string(SignIn), fault.Busy, "fault.busy") }
