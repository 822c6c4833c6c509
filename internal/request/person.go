package request

import (
	"context"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Say is what the worker adds: words, files, or both.
type Say struct {
	Words string
	Files []File
}

func (y Say) tidy(act string, empty bool) (Say, error) {
	words, err := short(Add, "words", y.Words, maxWords)
	if err != nil {
		return y, err
	}
	y.Words = words
	if y.Words == "" && len(y.Files) == 0 && !empty {
		return y, wrong(act, "words", "request.empty")
	}
	var form fault.Form
	Draft{Files: y.Files}.checkPlace(&form)
	return y, form.Err(act)
}

// say puts what the worker said on the timeline.
func (s *Service) say(ctx context.Context, tx *op.Tx, m *matter, k Kind, y Say, fact string) error {
	var n int
	if err := tx.One(ctx, `select count(*) from request_attachment where request_id = $1`, []any{m.ID}, &n); err != nil {
		return err
	}
	if n+len(y.Files) > maxAllFiles {
		return fault.New("request."+string(k), fault.Conflict, "request.files.full").With(fault.Args{"Limit": maxAllFiles})
	}
	e := m.add(tx, Entry{Kind: k, Readers: ToWorker | ToStaff, Words: y.Words, Fact: fact})
	m.attach(e, y.Files, "")
	m.Quiet = false
	return nil
}

// Add adds words or files of the worker. While the union waits for the worker
// it is the reply: nobody has to find the right button.
func (s *Service) Add(ctx context.Context, ref Ref, y Say) (Receipt, error) {
	return s.act(ctx, Add, ref, func(tx *op.Tx, m *matter) error {
		y, err := y.tidy(string(Add), false)
		if err != nil {
			return err
		}
		if m.Status == StatusWaiting {
			return s.reply(ctx, tx, m, y)
		}
		if err := m.fit(KindAdded); err != nil {
			return err
		}
		return s.say(ctx, tx, m, KindAdded, y, "")
	})
}

// Reply answers the union's question; the clocks run on.
func (s *Service) Reply(ctx context.Context, ref Ref, y Say) (Receipt, error) {
	return s.act(ctx, Reply, ref, func(tx *op.Tx, m *matter) error {
		y, err := y.tidy(string(Reply), false)
		if err != nil {
			return err
		}
		return s.reply(ctx, tx, m, y)
	})
}

func (s *Service) reply(ctx context.Context, tx *op.Tx, m *matter, y Say) error {
	if err := m.fit(KindReplied); err != nil {
		return err
	}
	m.settle()
	return s.say(ctx, tx, m, KindReplied, y, "")
}

// Chase asks for news. The receipt's By is when the worker will be told
// something; a clock of its own holds the union to it.
func (s *Service) Chase(ctx context.Context, ref Ref) (Receipt, error) {
	var promise time.Time
	find := func(tx *op.Tx) (*matter, error) { return s.lock(ctx, tx, ref) }
	return op.Write(ctx, s.desk, Chase, find, func(tx *op.Tx, m *matter) (Receipt, error) {
		if err := m.fit(KindChased); err != nil {
			return Receipt{}, err
		}
		today := 0
		for _, e := range m.es {
			if e.Kind == KindChased && clock.Day(e.At) == clock.Day(tx.Now()) {
				today++
			}
		}
		if today >= m.limits.Chases {
			return Receipt{}, fault.New(string(Chase), fault.Conflict, "request.chase.limit").With(fault.Args{"Limit": m.limits.Chases})
		}
		m.Chases++
		e := m.add(tx, Entry{Kind: KindChased, Readers: ToWorker | ToStaff})
		for _, c := range Clocks(m.limits, s.config.Calendar, m.all(), tx.Now()) {
			if c.Name == ClockReply {
				promise = c.Due
			}
		}
		e.Until = promise
		err := s.save(ctx, tx, m)
		r := m.receipt()
		r.By = promise
		return r, err
	})
}

// Solved says that the matter is solved. Only the worker can.
func (s *Service) Solved(ctx context.Context, ref Ref) (Receipt, error) {
	return s.act(ctx, Solve, ref, func(tx *op.Tx, m *matter) error {
		if err := m.fit(KindSolved); err != nil {
			return err
		}
		m.Status, m.ClosedAt = StatusSolved, tx.Now()
		tx.Emit(Solved{ID: m.ID})
		m.mended(tx)
		if err := s.say(ctx, tx, m, KindSolved, Say{}, ""); err != nil {
			return err
		}
		return s.tellFollowers(ctx, tx, m, KindAnswered, "", "main_solved")
	})
}

// Unsolved says that it is not, with a reason in a tap's code or words. The same
// case goes on, and so do its clocks.
func (s *Service) Unsolved(ctx context.Context, ref Ref, reason string, y Say) (Receipt, error) {
	return s.act(ctx, Reopen, ref, func(tx *op.Tx, m *matter) error {
		y, err := y.tidy(string(Reopen), true)
		if err != nil {
			return err
		}
		if reason, err = short(Reopen, "reason", reason, maxShort); err != nil {
			return err
		}
		if reason != "" && !Reason(reason).known() {
			return wrong(string(Reopen), "reason", "request.reason.unknown")
		}
		if err := m.fit(KindUnsolved); err != nil {
			return err
		}
		if m.Status == StatusSolved && m.What != "" {
			tx.Emit(StationReported{ID: m.ID, Number: m.Number, Station: m.Place.Station, What: m.What})
		}
		m.Reopened++
		m.ClosedAt = time.Time{}
		m.endReported(tx)
		m.Status = StatusUnsolved
		tx.Emit(Unsolved{ID: m.ID})
		return s.say(ctx, tx, m, KindUnsolved, y, reason)
	})
}

// Reason is why a matter is not solved, in one tap.
type Reason string

// Reasons lists them; the catalogue has words under "request.reason.<reason>".
func Reasons() []Reason { return []Reason{"same", "half", "promise", "other"} }

func (r Reason) known() bool {
	for _, k := range Reasons() {
		if r == k {
			return true
		}
	}
	return false
}

// endReported closes the hands that have said their last: a case that goes on
// must be handed out anew.
func (m *matter) endReported(tx *op.Tx) {
	for i := range m.ds {
		if m.ds[i].State == DispatchReported {
			m.ds[i].State, m.ds[i].EndedAt = DispatchSettled, tx.Now()
		}
	}
}

// Withdraw takes the matter back. Those who were joined to it go on by themselves.
func (s *Service) Withdraw(ctx context.Context, ref Ref) (Receipt, error) {
	return s.act(ctx, Withdraw, ref, func(tx *op.Tx, m *matter) error {
		if err := m.fit(KindWithdrawn); err != nil {
			return err
		}
		m.Status, m.ClosedAt = StatusWithdrawn, tx.Now()
		m.mended(tx)
		tx.Emit(Withdrawn{ID: m.ID})
		if err := s.say(ctx, tx, m, KindWithdrawn, Say{}, ""); err != nil {
			return err
		}
		return s.partAll(ctx, tx, m)
	})
}

// mended tells the station that the reported defect counts no more.
func (m *matter) mended(tx *op.Tx) {
	if m.What != "" {
		tx.Emit(StationFixed{ID: m.ID, Number: m.Number, Station: m.Place.Station, What: m.What})
	}
}
