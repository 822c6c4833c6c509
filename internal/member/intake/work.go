package intake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/job"
	"nuanxin/internal/job/long"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
)

// errMoved says that an import was moved on by somebody else, or is not so far.
var errMoved = fault.New(string(member.Import), fault.Conflict, "memberimport.moved")

// errUnion says that the union which was to take the people in is there no more.
var errUnion = fault.New(string(member.Import), fault.Conflict, "memberimport.trouble.union")

// Start takes the rows of a staged import in, those with a doubt too where that is
// said: at once when they are few, else in the background.
func (s *Service) Start(ctx context.Context, which ID, doubtful bool) error {
	return s.begin(ctx, which, Staged, Applying, doubtful)
}

// Undo takes back whom an import took in, as long as nothing happened to them since:
// at once when they are few, else in the background.
func (s *Service) Undo(ctx context.Context, which ID) error {
	return s.begin(ctx, which, Applied, Undoing, false)
}

func (s *Service) begin(ctx context.Context, which ID, from, to State, doubtful bool) error {
	total, err := op.Write(ctx, s.desk, member.Import, s.finder(ctx, which), func(tx *op.Tx, b Batch) (int, error) {
		if b.State != from {
			return 0, errMoved
		}
		if err := seize(ctx, tx, b); err != nil {
			return 0, err
		}
		b.State, b.Done, b.Stop, b.tries, b.Trouble, b.subject = to, 0, false, 0, "", tx.Subject
		if to == Applying {
			b.Doubtful = doubtful
		}
		tx.Note("state", string(to))
		return b.Total, update(ctx, tx, b)
	})
	if err != nil || total > s.direct {
		return err
	}
	return s.carry(op.With(ctx, op.Call{}), which)
}

// Stop stops an import that is being applied: whom it took in is taken back, and it
// can be looked at again.
func (s *Service) Stop(ctx context.Context, which ID) error {
	_, err := op.Write(ctx, s.desk, member.Import, s.finder(ctx, which), func(tx *op.Tx, b Batch) (bool, error) {
		if b.State != Applying || b.Stop {
			return false, errMoved
		}
		if err := seize(ctx, tx, b); err != nil {
			return false, err
		}
		b.Stop, b.Done, b.tries, b.Trouble, b.subject = true, 0, 0, "", tx.Subject
		tx.Note("state", "stop")
		return true, update(ctx, tx, b)
	})
	return err
}

// Again goes on with work that stood still until somebody looked.
func (s *Service) Again(ctx context.Context, which ID) error {
	_, err := op.Write(ctx, s.desk, member.Import, s.finder(ctx, which), func(tx *op.Tx, b Batch) (bool, error) {
		if !b.Busy() || b.Trouble == "" {
			return false, errMoved
		}
		if err := seize(ctx, tx, b); err != nil {
			return false, err
		}
		b.tries, b.Trouble, b.subject = 0, "", tx.Subject
		return true, update(ctx, tx, b)
	})
	return err
}

// carry does the work on an import until there is none.
func (s *Service) carry(ctx context.Context, which ID) error {
	for {
		b, err := s.Head(ctx, which)
		switch {
		case err != nil:
			return err
		case b.State == Applying && !b.Stop:
			err = s.apply(ctx, b)
		case b.State == Applying || b.State == Undoing:
			err = s.back(ctx, b)
		default:
			return nil
		}
		switch {
		case err != nil && !errors.Is(err, errMoved):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}

// move does a step of so many rows in one transaction that nobody else does as well.
// do returns the state that the import has then; "" for the one that it has.
func (s *Service) move(ctx context.Context, b *Batch, rows int, do func(*op.Tx) (State, error)) error {
	next := *b
	_, err := op.Write(ctx, s.desk, member.Import, s.finder(ctx, b.ID), func(tx *op.Tx, now Batch) (bool, error) {
		if now.State != b.State || now.Done != b.Done || now.Stop != b.Stop {
			return false, errMoved
		}
		if err := seize(ctx, tx, now); err != nil {
			return false, err
		}
		next = now
		to, err := do(tx)
		if err != nil {
			return false, err
		}
		if next.Done += rows; to != "" {
			next.State, next.Stop = to, false
			tx.Note("state", string(to))
		}
		next.tries, next.Trouble = 0, ""
		return true, update(ctx, tx, next)
	})
	if err == nil {
		*b = next
	}
	return err
}

// apply takes the next rows in.
func (s *Service) apply(ctx context.Context, b Batch) error {
	rows := min(step, b.Total-b.Done)
	return s.move(ctx, &b, rows, func(tx *op.Tx) (State, error) {
		lines, err := s.page(ctx, tx, b.ID, "", b.Done, rows)
		if err != nil {
			return "", err
		}
		var people []person
		for _, l := range lines {
			if !l.Done && (l.Action == WillAdd || l.Action == WillDoubt && b.Doubtful) {
				people = append(people, l.person())
			}
		}
		now, err := get(ctx, tx, b.ID) // the union may have gone up in another since the last step
		if err != nil {
			return "", err
		}
		u, err := s.orgs.UnionFor(ctx, tx, now.Area) // which also keeps it from being closed meanwhile
		if err == nil && u.ID != now.Union || fault.Is(err, fault.Missing) {
			err = errUnion
		}
		if err != nil {
			return "", err
		}
		left, err := s.admit(ctx, tx, u, reason(b), people)
		if err != nil {
			return "", err
		}
		if err := taken(ctx, tx, b, rows, left); err != nil || b.Done+rows < b.Total {
			return "", err
		}
		return Applied, nil
	})
}

// rights are the bases as they stand in a member's history, in the language of the
// people whose history it is.
var rights = map[Basis]string{
	OnPaper: "名单导入：本人签过纸质入会申请书", Collective: "名单导入：单位建会时集体入会，在会员名册上", OldSystem: "名单导入：原来就是会员，从旧系统转来",
}

// reason is what stands in a member's history.
func reason(b Batch) string { return fmt.Sprintf("%s（%s）", rights[b.Basis], b.Where) }

// back takes the next rows back that were taken in.
func (s *Service) back(ctx context.Context, b Batch) error {
	return s.move(ctx, &b, 0, func(tx *op.Tx) (State, error) {
		in, err := takenIn(ctx, tx, b.ID, step)
		if err != nil {
			return "", err
		}
		if len(in) == 0 {
			return map[State]State{Applying: Staged, Undoing: Undone}[b.State], nil
		}
		left, err := s.dismiss(ctx, tx, in)
		if err != nil {
			return "", err
		}
		return "", takenBack(ctx, tx, b.ID, in, left)
	})
}

// kind is the long work of this package.
func (s *Service) kind() long.Kind[Batch] {
	return long.Kind[Batch]{Due: s.due, As: func(ctx context.Context, b Batch) (context.Context, error) { return long.As(ctx, b.subject, s.Rights) },
		Carry: func(ctx context.Context, b Batch) error { return s.carry(ctx, b.ID) }, Failed: s.failed}
}

// Register lets the program's worker do long work in the background, and remove the
// rows that are of no more use.
func (s *Service) Register(w *job.Worker) {
	w.Beside("member.import", s.Waiting, s.Work)
	w.Every("member.import.sweep", time.Hour, s.Sweep)
}

// Waiting reports whether there is work for the background.
func (s *Service) Waiting(ctx context.Context) (bool, error) { return s.kind().Waiting(ctx) }

// Work does what waits, one import after the other. It may be stopped at any moment
// and goes on the next time.
func (s *Service) Work(ctx context.Context) error { return s.kind().Do(ctx) }

// due is the work for the background, what has stood longest first.
func (s *Service) due(ctx context.Context) ([]Batch, error) {
	return op.List(ctx, s.desk, member.Tidy, func(tx *op.Tx, _ op.Scope) ([]Batch, error) {
		if err := long.Ours(tx, member.Tidy); err != nil {
			return nil, err
		}
		return due(ctx, tx, s.direct, tx.Now().Add(-alone))
	})
}

// failed notes why work did not go on. It returns what belongs into the log.
func (s *Service) failed(ctx context.Context, b Batch, err error) error {
	words := map[fault.Kind]string{fault.Denied: "rights", fault.Missing: "rights", fault.Conflict: "union"}
	return long.Failed("list of members "+string(b.ID), err, words, func(word func(tries int) string) error {
		_, err := op.Write(ctx, s.desk, member.Tidy, s.finder(ctx, b.ID), func(tx *op.Tx, now Batch) (bool, error) {
			now.tries++
			now.Trouble = cmp.Or(word(now.tries), now.Trouble)
			return true, update(ctx, tx, now)
		})
		return err
	})
}

// Sweep removes rows that are of no more use: of lists that nobody applied for a week,
// of those that were never read to the end, and of those that were applied or taken
// back the day before.
func (s *Service) Sweep(ctx context.Context) error {
	old, err := op.List(ctx, s.desk, member.Tidy, func(tx *op.Tx, _ op.Scope) ([]Batch, error) {
		return stale(ctx, tx, tx.Now().Add(-keptStaged), tx.Now().Add(-keptDone))
	})
	for _, b := range old {
		for more := err == nil; more; {
			more, err = op.Write(ctx, s.desk, member.Tidy, s.finder(ctx, b.ID), func(tx *op.Tx, now Batch) (bool, error) {
				if now.State != b.State {
					return false, nil
				}
				return clearRows(ctx, tx, now, step)
			})
			more = more && err == nil
		}
	}
	return err
}
