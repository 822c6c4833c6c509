package phone

import (
	"context"
	"fmt"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/idcard"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
)

// Register gives the worker what happens by itself: changes that waited long enough
// take effect, and the numbers concerned are told.
func (s *Service) Register(w *job.Worker) {
	w.On(Turned{}.EventName(), s.tell)
	w.Every("account.phone", 5*time.Minute, s.Settle)
}

// Settle lets the changes take effect to which nobody objected in time, and forgets
// the numbers of those that have been over for long.
func (s *Service) Settle(ctx context.Context) error {
	ripe, err := op.List(ctx, s.desk, Settle, func(tx *op.Tx, _ op.Scope) ([]Change, error) {
		if tx.Subject.Kind != authz.System {
			return nil, fault.New(string(Settle), fault.Denied, "fault.denied")
		}
		return s.some(ctx, tx, `state = 'waiting' and due_at <= $1`, []any{tx.Now().UnixMicro()})
	})
	if err != nil {
		return err
	}
	for _, c := range ripe {
		err := s.settle(ctx, c)
		if fault.Is(err, fault.Conflict) { // the account is not what it was: this cannot come true any more
			_, err = s.end(ctx, c, Failed)
		}
		if err != nil {
			return err
		}
	}
	return s.forget(ctx)
}

func (c Change) find(*op.Tx) (worker, error) { return worker{c.Person}, nil }

func (s *Service) settle(ctx context.Context, c Change) error {
	_, err := op.Write(again(ctx), s.desk, Settle, c.find, func(tx *op.Tx, w worker) (bool, error) {
		ok, err := turn(ctx, tx, w.id, c.ID, Done, "")
		if err != nil || !ok {
			return false, err
		}
		out, err := s.move(ctx, tx, w.id, c.Old, c.New, "")
		if err == nil && out != OK {
			err = fault.New(string(Settle), fault.Conflict, "accountphone.taken")
		}
		return true, err
	})
	return err
}

// end brings a change that waits to another end.
func (s *Service) end(ctx context.Context, c Change, state State) (bool, error) {
	return op.Write(again(ctx), s.desk, Settle, c.find, func(tx *op.Tx, w worker) (bool, error) {
		return turn(ctx, tx, w.id, c.ID, state, "")
	})
}

// forget drops numbers and notes of changes that have been over for long. That there
// was a change, and whose hand was in it, stays.
func (s *Service) forget(ctx context.Context) error {
	old, err := op.List(ctx, s.desk, Settle, func(tx *op.Tx, _ op.Scope) ([]Change, error) {
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return nil, err
		}
		return s.some(ctx, tx, `old is not null and ended_at < $1 and not `+hold.Held("person_id"), []any{tx.Now().Add(-l.Days("phone_kept_days")).UnixMicro()})
	})
	for _, c := range old {
		if _, err := op.Write(again(ctx), s.desk, Settle, c.find, func(tx *op.Tx, w worker) (int64, error) {
			tx.Note("forgotten", c.ID)
			return tx.Exec(ctx, `update person_phone_change set old = null, new = null, note = null where person_id = $1 and change_id = $2 and ended_at is not null`, string(w.id), c.ID)
		}); err != nil {
			return err
		}
	}
	return err
}

// note is one message about a change.
type note struct{ phone, text string }

// tell tells the numbers concerned where a change stands.
func (s *Service) tell(ctx context.Context, e job.Event) error {
	var t Turned
	if err := e.Decode(&t); err != nil {
		return err
	}
	found, err := op.List(ctx, s.desk, Tell, func(tx *op.Tx, _ op.Scope) ([]Change, error) {
		if tx.Subject.Kind != authz.System {
			return nil, fault.New(string(Tell), fault.Denied, "fault.denied")
		}
		c, err := s.one(ctx, tx, account.ID(t.Person), t.Change)
		return []Change{c}, err
	})
	if err != nil {
		if fault.Is(err, fault.Missing) {
			return nil
		}
		return err
	}
	for i, n := range found[0].news(t.State) {
		if n.phone == "" { // forgotten meanwhile
			continue
		}
		err := s.accounts.Tell(ctx, fmt.Sprintf("%s.%d", e.ID, i), n.phone, n.text)
		if err != nil && !fault.Is(err, fault.Busy) && ctx.Err() == nil {
			err = s.untold(ctx, found[0], t.State)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// untold notes in the trail that a number takes no message: that of a lost phone is
// often dead, and must not hold up what the new one is told.
func (s *Service) untold(ctx context.Context, c Change, state State) error {
	_, err := op.Write(again(ctx), s.desk, Tell, c.find, func(tx *op.Tx, _ worker) (bool, error) {
		tx.Note("change", c.ID)
		tx.Note("refused_by_gateway", string(state))
		return true, nil
	})
	return err
}

// news is what whom is told when c came to state.
func (c Change) news(state State) []note {
	fresh := idcard.MaskPhone(c.New)
	switch {
	case state == Waiting:
		at := c.DueAt.In(clock.Zone).Format("1月2日 15:04")
		return []note{{phone: c.Old, text: "【暖新】你的账号正在办换手机号，" + at + " 起改用 " + fresh + "。不是你办的，在这之前用本机登录，打开“我的”点“不是我”。"}}
	case state == Done && c.Old == c.New:
		return []note{{phone: c.New, text: "【暖新】窗口看过证件了，现在可以用这个号码登录。不是你办的，马上打 12351。"}}
	case state == Done && c.Way == BySelf:
		return []note{{phone: c.Old, text: "【暖新】你的账号已经改用 " + fresh + " 登录。不是你改的，马上打 12351。"}}
	case state == Done:
		return []note{
			{phone: c.Old, text: "【暖新】你的账号已经改用 " + fresh + " 登录。不是你办的，马上打 12351。"},
			{phone: c.New, text: "【暖新】换手机号办好了，现在可以用这个号码登录。"},
		}
	case state == Failed || state == Objected || state == Revoked:
		return []note{{phone: c.New, text: "【暖新】换手机号没有办成。到给你办的窗口问一下，或者打 12351。"}}
	}
	return nil
}
