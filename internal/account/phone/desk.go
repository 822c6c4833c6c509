package phone

import (
	"context"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/people"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// File returns a member with the changes of their phone, for the desk.
func (s *Service) File(ctx context.Context, member string) (File, error) {
	return op.Read(ctx, s.desk, See, func(tx *op.Tx) (File, error) { return s.file(ctx, tx, member) })
}

func (s *Service) file(ctx context.Context, tx *op.Tx, member string) (f File, err error) {
	if f.Holder, err = s.members.Holder(ctx, tx, member); err != nil || f.Person == "" {
		return f, err
	}
	if _, f.Phone, err = s.accounts.Contact(ctx, tx, f.Person); err != nil {
		return f, err
	}
	f.Changes, err = s.of(ctx, tx, account.ID(f.Person))
	return f, err
}

// finder finds a member whose phone is to change.
func (s *Service) finder(ctx context.Context, member string) func(*op.Tx) (Holder, error) {
	return func(tx *op.Tx) (Holder, error) {
		f, err := s.file(ctx, tx, member)
		return f.Holder, err
	}
}

// movable refuses a member whose phone cannot change at a desk.
func (h Holder) movable() error {
	if h.Person == "" || !h.Live {
		return fault.New(actOpen, fault.Conflict, "accountphone.nobody")
	}
	return nil
}

// SendTo sends a code to the new number of a member, which the person reads out.
func (s *Service) SendTo(ctx context.Context, member, phone string) error {
	h, err := op.Read(ctx, s.desk, Open, s.finder(ctx, member))
	if err == nil {
		err = h.movable()
	}
	if err != nil {
		return err
	}
	return s.accounts.SendCode(ctx, forNew(account.ID(h.Person)), phone)
}

// Open opens a change for a member who stands at the desk without their phone. It
// takes effect after the limit recovery_wait_h, unless the old number objects.
// Conflict: another waits, or the member has no account.
//
// Who has the number still, and was not seen for longer than the limit silence_days,
// comes in again by it: nothing waits then, and the time is zero.
func (s *Service) Open(ctx context.Context, member string, o Opening) (time.Time, error) {
	o, err := o.draw()
	if err != nil {
		return time.Time{}, err
	}
	change := id.New[string]()
	var at time.Time
	out, err := op.Write(again(ctx), s.desk, Open, s.finder(ctx, member), func(tx *op.Tx, h Holder) (Outcome, error) {
		if err := h.movable(); err != nil {
			return "", err
		}
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return "", err
		}
		who := account.ID(h.Person)
		if o.Phone == h.Phone {
			return s.confirm(ctx, tx, h, change, o, l)
		}
		if out, err := s.mayOpen(ctx, tx, who, o, l); err != nil || out != OK {
			tx.Note("result", string(out))
			return out, err
		}
		at = due(tx, l)
		tx.Note("member", h.Number)
		tx.Note("change", change)
		tx.Note("checked", words(o.Checked))
		tx.Emit(Turned{who, change, Waiting})
		return OK, s.insert(ctx, tx, Change{ID: change, Person: who, Way: AtDesk, State: Waiting, Old: h.Phone, New: o.Phone, Checked: o.Checked, Note: o.Note,
			By: tx.Subject.ID, ByName: tx.Subject.Name, Office: h.Union, AskedAt: tx.Now(), DueAt: at})
	})
	if err == nil {
		err = out.fault()
	}
	return at, err
}

// confirm notes that the desk knows a member who has the number that the account has,
// and was not seen for long. Invalid: they were.
func (s *Service) confirm(ctx context.Context, tx *op.Tx, h Holder, change string, o Opening, l pace.Limits) (Outcome, error) {
	who := account.ID(h.Person)
	used, err := people.LastUsed(ctx, tx, who)
	if err == nil && (l["silence_days"] == 0 || tx.Now().Sub(used) <= l.Days("silence_days")) {
		err = wrong("phone", "accountphone.same")
	}
	if err != nil {
		return "", err
	}
	if out, err := s.proved(ctx, tx, who, o, l); err != nil || out != OK {
		tx.Note("result", string(out))
		return out, err
	}
	if err := people.Used(ctx, tx, who); err != nil {
		return "", err
	}
	tx.Note("member", h.Number)
	tx.Note("change", change)
	tx.Note("checked", words(o.Checked))
	tx.Emit(Turned{who, change, Done})
	return OK, s.insert(ctx, tx, Change{ID: change, Person: who, Way: AtDesk, State: Done, Old: h.Phone, New: o.Phone, Checked: o.Checked, Note: o.Note,
		By: tx.Subject.ID, ByName: tx.Subject.Name, Office: h.Union, AskedAt: tx.Now(), EndedAt: tx.Now()})
}

// proved uses up the code, and counts what the cadre does.
func (s *Service) proved(ctx context.Context, tx *op.Tx, who account.ID, o Opening, l pace.Limits) (Outcome, error) {
	if ok, err := s.accounts.UseCode(ctx, tx, forNew(who), o.Phone, o.Code); err != nil || !ok {
		return Wrong, err
	}
	if ok, err := pace.Take(ctx, tx, s.Ring.Index("account|recovery", tx.Subject.ID), 24*time.Hour, l["recovery_cadre_day"]); err != nil || !ok {
		return Many, err
	}
	return OK, nil
}

// mayOpen uses up the code and finds out what stands against a change.
func (s *Service) mayOpen(ctx context.Context, tx *op.Tx, who account.ID, o Opening, l pace.Limits) (Outcome, error) {
	if out, err := s.proved(ctx, tx, who, o, l); err != nil || out != OK {
		return out, err
	}
	if _, ok, err := s.clear(ctx, tx, who, o.Phone); err != nil || !ok {
		return Taken, err
	}
	if given, err := s.given(ctx, tx, who, o.Phone, l); err != nil || given {
		return Given, err
	}
	return OK, nil
}

// Revoke takes a change back that waits, at the desk. Conflict: it waits no more.
func (s *Service) Revoke(ctx context.Context, member, change string) error {
	_, err := op.Write(ctx, s.desk, Revoke, s.finder(ctx, member), func(tx *op.Tx, h Holder) (bool, error) {
		return turned(turn(ctx, tx, account.ID(h.Person), change, Revoked, tx.Subject.Name))
	})
	return err
}
