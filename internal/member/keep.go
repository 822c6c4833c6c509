package member

import (
	"context"
	"fmt"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
)

// Register gives the worker what members do by themselves: telling applicants
// what was decided, and dating answers when the calendar has grown.
func (s *Service) Register(w *job.Worker) {
	for _, name := range []string{Joined{}.EventName(), Moved{}.EventName(), Turned{}.EventName(), Combined{}.EventName(), Parted{}.EventName()} {
		w.On(name, s.Inform)
	}
	w.On(Gone{}.EventName(), s.loosen)
	w.Every("member.renew", time.Hour, func(ctx context.Context) error {
		_, err := s.Renew(ctx)
		return err
	})
}

// Inform tells by short message that there is an answer to read, once: what was told
// is written down before it is sent, so that neither a second delivery of the
// event nor a restart in between sends it again. A message that the gateway does
// not take is tried again. A phone that nobody has signed in with is not proven,
// and is told nothing.
func (s *Service) Inform(ctx context.Context, e job.Event) error {
	var what struct {
		ID ID `json:"id"`
	}
	if err := e.Decode(&what); err != nil {
		return err
	}
	phone, err := s.claimNews(ctx, what.ID, e.ID)
	if err != nil || phone == "" {
		return err
	}
	if err := s.notifier.Notify(ctx, e.ID, phone); err != nil {
		if _, back := op.Write(ctx, s.desk, Tell, s.finder(ctx, what.ID), func(tx *op.Tx, m Member) (bool, error) {
			_, err := tx.Exec(ctx, `delete from member_told where member_id = $1 and event_id = $2`, string(m.ID), e.ID)
			return true, err
		}); back != nil {
			return fmt.Errorf("%w; and the next try will find it told: %w", err, back)
		}
		return err
	}
	return nil
}

// claimNews notes that an event is told, and returns the phone to tell; none when
// there is nobody to tell, or it was told.
func (s *Service) claimNews(ctx context.Context, which ID, event string) (phone string, err error) {
	if s.notifier == nil {
		return "", nil
	}
	_, err = op.Write(ctx, s.desk, Tell, s.finder(ctx, which), func(tx *op.Tx, m Member) (bool, error) {
		if m.Person == "" {
			return false, nil
		}
		n, err := tx.Exec(ctx, `insert into member_told (member_id, event_id, told_at) values ($1, $2, $3) on conflict (member_id, event_id) do nothing`, string(m.ID), event, tx.Now().UnixMicro())
		if err != nil || n == 0 {
			return false, err
		}
		if ok, err := consent.Allowed(ctx, tx, m.Person, consent.Messages); err != nil || !ok {
			return true, err
		}
		_, phone, err = s.people.Contact(ctx, tx, m.Person)
		return true, err
	})
	return phone, err
}

func (s *Service) finder(ctx context.Context, which ID) func(*op.Tx) (Member, error) {
	return func(tx *op.Tx) (Member, error) { return s.get(ctx, tx, which) }
}

// dated is an answer that gets its date.
type dated struct {
	id ID
	at time.Time
}

// Renew dates the answers that had no date, because the working days of their
// year were not published when they were asked for; it returns how many. The
// days count from the application. It is safe to run at any time, and writes
// nothing when nothing is new.
func (s *Service) Renew(ctx context.Context) (int, error) {
	dark, err := s.dark(ctx)
	if err != nil {
		return 0, err
	}
	for i, d := range dark {
		_, err := op.Write(ctx, s.desk, Date, s.finder(ctx, d.id), func(tx *op.Tx, m Member) (bool, error) {
			_, err := tx.Exec(ctx, `update member set due_at = $2 where member_id = $1 and due_at is null and applied_at = $3 and (state = 'applied' or to_id is not null)`,
				string(m.ID), d.at.UnixMicro(), m.AppliedAt.UnixMicro())
			return true, err
		})
		if err != nil {
			return i, err
		}
	}
	return len(dark), nil
}

// dark returns who waits for an answer without a date that can be said now.
func (s *Service) dark(ctx context.Context) (all []dated, err error) {
	return op.List(ctx, s.desk, Date, func(tx *op.Tx, _ op.Scope) ([]dated, error) {
		if tx.Subject.Kind != authz.System {
			return nil, fault.New(string(Date), fault.Denied, "fault.denied")
		}
		var waiting []dated
		err := tx.Each(ctx, `select m.member_id, m.applied_at from member m where m.due_at is null and `+Waiting, nil, func(r db.Row) error {
			var d dated
			err := r.Scan(&d.id, db.Time(&d.at))
			waiting = append(waiting, d)
			return err
		})
		for _, d := range waiting {
			if d.at, err = s.dueFrom(ctx, tx, d.at); err != nil {
				return nil, err
			}
			if !d.at.IsZero() {
				all = append(all, d)
			}
		}
		return all, err
	})
}
