package office

import (
	"context"
	"fmt"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// Register gives the worker what requests do by themselves: telling a worker by
// SMS, the ladder, and tidying up.
func (s *Service) Register(w *job.Worker) {
	w.On(request.Told{}.EventName(), s.notify)
	w.Every("request.ladder", time.Minute, func(ctx context.Context) error {
		_, err := s.Climb(ctx)
		return err
	})
	w.Every("request.renew", time.Hour, func(ctx context.Context) error {
		_, err := s.Renew(ctx, true)
		return err
	})
	w.Every("request.sweep", 24*time.Hour, func(ctx context.Context) error {
		_, err := s.Sweep(ctx)
		return err
	})
}

// notify tells the worker outside the pages that there is something to read.
func (s *Service) notify(ctx context.Context, e job.Event) error {
	var told request.Told
	if err := e.Decode(&told); err != nil {
		return err
	}
	t, err := op.Read(ctx, s.desk, request.See, func(tx *op.Tx) (t target[request.Notice], err error) {
		q, err := s.store.Get(ctx, tx, request.Ref{ID: told.ID})
		if err != nil {
			return t, err
		}
		if wants, err := consent.Allowed(ctx, tx, q.Owner, consent.Messages); err != nil || !wants {
			return target[request.Notice]{object: q.AuthzObject()}, err
		}
		i, err := s.identity(ctx, tx, q)
		n := request.Notice{Key: e.ID, Worker: q.Owner, Number: q.Number, Kind: told.Kind}
		if i.PhoneOK {
			n.Phone = i.Phone
		}
		return target[request.Notice]{n, q.AuthzObject()}, err
	})
	if err != nil || t.view.Worker == "" && t.view.Phone == "" {
		return err
	}
	return s.needs.Notifier.Notify(ctx, t.view)
}

// orphanAge is how long a file may wait for its request.
const orphanAge = 48 * time.Hour

// Sweep removes files that no request ever named, and returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	removed := 0
	err := s.needs.Files.Older(ctx, s.desk.Now().Add(-orphanAge), func(blob string) error {
		used, err := op.List(ctx, s.desk, request.Verify, func(tx *op.Tx, _ op.Scope) (bool, error) { return s.store.Used(ctx, tx, blob) })
		if err != nil || used {
			return err
		}
		removed++
		return s.needs.Files.Remove(ctx, blob)
	})
	return removed, err
}

// page returns the next ids after one.
type page func(ctx context.Context, tx *op.Tx, last request.ID, most int) ([]request.ID, error)

// each calls do with every request that the pages hold, some hundred in one
// snapshot.
func (s *Service) each(ctx context.Context, after page, do func(*op.Tx, *matter) error) error {
	var last request.ID
	for {
		ids, err := op.List(ctx, s.desk, request.Verify, func(tx *op.Tx, _ op.Scope) ([]request.ID, error) {
			if tx.Subject.Kind != authz.System {
				return nil, fault.New(string(request.Verify), fault.Denied, "fault.denied")
			}
			ids, err := after(ctx, tx, last, 200)
			for _, rid := range ids {
				m, err := s.peek(ctx, tx, rid)
				if err != nil {
					return ids, err
				}
				if err := do(tx, m); err != nil {
					return ids, err
				}
			}
			return ids, err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		last = ids[len(ids)-1]
	}
}

// Check reports every request whose stored due times or counters differ from
// what its timeline says. Only the program may ask.
func (s *Service) Check(ctx context.Context) ([]string, error) {
	var faults []string
	err := s.each(ctx, s.store.After, func(tx *op.Tx, m *matter) error {
		tally, err := s.store.Tally(ctx, tx, m.Request)
		if err != nil {
			return err
		}
		for _, what := range s.differences(m, tally.Followers, tally.Guards, tally.Events) {
			faults = append(faults, fmt.Sprintf("request %s: %s", m.Number, what))
		}
		return nil
	})
	return faults, err
}

// differences compares what is stored of m with what it should be.
func (s *Service) differences(m *matter, followers, guards, events int) []string {
	var all []string
	note := func(bad bool, what string, got, want any) {
		if bad {
			all = append(all, fmt.Sprintf("%s is %v, want %v", what, got, want))
		}
	}
	was := *m.Request
	s.clock(m, was.ChangedAt)
	now := m.Request
	note(!was.DueAt.Equal(now.DueAt), "the due time", was.DueAt, now.DueAt)
	note(was.DueClock != now.DueClock, "the due clock", was.DueClock, now.DueClock)
	note(!was.SoonAt.Equal(now.SoonAt), "the soon time", was.SoonAt, now.SoonAt)
	note(!was.AnswerBy.Equal(now.AnswerBy), "the answer's time", was.AnswerBy, now.AnswerBy)
	note(!was.LadderAt.Equal(now.LadderAt), "the ladder's time", was.LadderAt, now.LadderAt)
	note(!was.NotBefore.Equal(now.NotBefore), "the day before which it cannot be", was.NotBefore, now.NotBefore)
	note(was.Missed != now.Missed, "missed", was.Missed, now.Missed)
	told := map[request.Kind]int{}
	for _, e := range m.es {
		told[e.Kind]++
	}
	note(was.Chases != told[request.KindChased], "the number of chases", was.Chases, told[request.KindChased])
	note(was.Bounces != told[request.KindBounced], "the number of bounces", was.Bounces, told[request.KindBounced])
	note(was.Reopened != told[request.KindUnsolved], "how often it was not solved", was.Reopened, told[request.KindUnsolved])
	if derived := request.Derive(!was.SeenAt.IsZero(), was.Reopened, m.ds); was.Status.Busy() && was.Status != request.StatusUnsolved { // "not solved" stands until somebody acts
		note(was.Status != derived, "the state", was.Status, derived)
	}
	note(was.Followers != followers, "the number of followers", was.Followers, followers)
	note(guards != 1, "the number of guards of its number", guards, 1)
	note(was.Version != int64(events), "the version", was.Version, events)
	return all
}
