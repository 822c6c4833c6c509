package office

import (
	"context"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

func tidySay(y request.Say, act string, empty bool) (request.Say, error) {
	words, err := short(request.Add, "words", y.Words, maxWords)
	if err != nil {
		return y, err
	}
	y.Words = words
	if y.Words == "" && len(y.Files) == 0 && !empty {
		return y, wrong(act, "words", "request.empty")
	}
	var form fault.Form
	request.Draft{Files: y.Files}.Check(&form)
	return y, form.Err(act)
}

// say puts what the worker said on the timeline.
func (s *Service) say(ctx context.Context, tx *op.Tx, m *matter, k request.Kind, y request.Say, fact string) error {
	n, err := s.store.Files(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	if n+len(y.Files) > request.MaxAllFiles {
		return fault.New("request."+string(k), fault.Conflict, "request.files.full").With(fault.Args{"Limit": request.MaxAllFiles})
	}
	e := m.add(tx, request.Entry{Kind: k, Readers: request.ToWorker | request.ToStaff, Words: y.Words, Fact: fact})
	m.attach(e, y.Files, "")
	if k == request.KindAdded {
		m.hear(e)
	}
	m.Quiet = false
	return nil
}

// Add adds words or files of the worker. While the union waits for the worker
// it is the reply: nobody has to find the right button.
func (s *Service) Add(ctx context.Context, ref request.Ref, y request.Say) (request.Receipt, error) {
	return s.act(ctx, request.Add, ref, func(tx *op.Tx, m *matter) error {
		y, err := tidySay(y, string(request.Add), false)
		if err != nil {
			return err
		}
		if m.Status == request.StatusWaiting {
			return s.reply(ctx, tx, m, y)
		}
		if err := m.Fit(request.KindAdded); err != nil {
			return err
		}
		return s.say(ctx, tx, m, request.KindAdded, y, "")
	})
}

// Reply answers the union's question; the clocks run on.
func (s *Service) Reply(ctx context.Context, ref request.Ref, y request.Say) (request.Receipt, error) {
	return s.act(ctx, request.Reply, ref, func(tx *op.Tx, m *matter) error {
		y, err := tidySay(y, string(request.Reply), false)
		if err != nil {
			return err
		}
		return s.reply(ctx, tx, m, y)
	})
}

func (s *Service) reply(ctx context.Context, tx *op.Tx, m *matter, y request.Say) error {
	if err := m.Fit(request.KindReplied); err != nil {
		return err
	}
	m.settle()
	return s.say(ctx, tx, m, request.KindReplied, y, "")
}

// Chase asks for news. The receipt's By is when the worker will be told
// something; a clock of its own holds the union to it.
func (s *Service) Chase(ctx context.Context, ref request.Ref) (request.Receipt, error) {
	var promise time.Time
	find := func(tx *op.Tx) (*matter, error) { return s.lock(ctx, tx, ref) }
	return op.Write(nameless(ctx, ref.Secret != ""), s.desk, request.Chase, find, func(tx *op.Tx, m *matter) (request.Receipt, error) {
		if err := m.Fit(request.KindChased); err != nil {
			return request.Receipt{}, err
		}
		today := 0
		for _, e := range m.es {
			if e.Kind == request.KindChased && clock.Day(e.At) == clock.Day(tx.Now()) {
				today++
			}
		}
		if today >= m.limits.Chases {
			return request.Receipt{}, fault.New(string(request.Chase), fault.Conflict, "request.chase.limit").With(fault.Args{"Limit": m.limits.Chases})
		}
		m.Chases++
		e := m.add(tx, request.Entry{Kind: request.KindChased, Readers: request.ToWorker | request.ToStaff})
		for _, c := range request.Clocks(m.limits, m.cal, m.all(), tx.Now()) {
			if c.Name == request.ClockReply {
				promise = c.Due
			}
		}
		e.Until = promise
		err := s.save(ctx, tx, m)
		r := m.receipt()
		if r.By = promise; promise.IsZero() {
			r.NotBy = m.NotBefore
		}
		return r, err
	})
}

// Solved says that the matter is solved. Only the worker can.
func (s *Service) Solved(ctx context.Context, ref request.Ref) (request.Receipt, error) {
	return s.act(ctx, request.Solve, ref, func(tx *op.Tx, m *matter) error {
		if err := m.Fit(request.KindSolved); err != nil {
			return err
		}
		m.Status, m.ClosedAt = request.StatusSolved, tx.Now()
		tx.Emit(request.Solved{ID: m.ID})
		m.mended(tx)
		if err := s.say(ctx, tx, m, request.KindSolved, request.Say{}, ""); err != nil {
			return err
		}
		return s.tellFollowers(ctx, tx, m, request.Solve, request.Entry{Kind: request.KindAnswered, Fact: "main_solved"})
	})
}

// Unsolved says that it is not, with a reason in a tap's code or words. The same
// case goes on, and so do its clocks.
func (s *Service) Unsolved(ctx context.Context, ref request.Ref, reason string, y request.Say) (request.Receipt, error) {
	return s.act(ctx, request.Reopen, ref, func(tx *op.Tx, m *matter) error {
		y, err := tidySay(y, string(request.Reopen), true)
		if err != nil {
			return err
		}
		if reason, err = short(request.Reopen, "reason", reason, maxShort); err != nil {
			return err
		}
		if reason != "" && !request.Reason(reason).Known() {
			return wrong(string(request.Reopen), "reason", "request.reason.unknown")
		}
		if err := m.Fit(request.KindUnsolved); err != nil {
			return err
		}
		if m.What != "" { // again, if it was said to be mended; the station knows repeats
			tx.Emit(request.StationReported{ID: m.ID, Number: m.Number, Station: m.Place.Station, What: m.What})
		}
		if m.MergedInto != "" { // for this worker it is a matter of its own again
			if err := s.leave(ctx, tx, m, ""); err != nil {
				return err
			}
		}
		m.Reopened++
		m.ClosedAt, m.MendedAt = time.Time{}, time.Time{}
		m.endReported(tx)
		m.Status = request.StatusUnsolved
		tx.Emit(request.Unsolved{ID: m.ID})
		return s.say(ctx, tx, m, request.KindUnsolved, y, reason)
	})
}

// endReported closes the hands that have said their last: a case that goes on
// must be handed out anew.
func (m *matter) endReported(tx *op.Tx) {
	for i := range m.ds {
		if m.ds[i].State == request.DispatchReported {
			m.ds[i].State, m.ds[i].EndedAt = request.DispatchSettled, tx.Now()
		}
	}
}

// Withdraw takes the matter back. Those who were joined to it go on by themselves.
func (s *Service) Withdraw(ctx context.Context, ref request.Ref) (request.Receipt, error) {
	return s.act(ctx, request.Withdraw, ref, func(tx *op.Tx, m *matter) error {
		if err := m.Fit(request.KindWithdrawn); err != nil {
			return err
		}
		if m.MergedInto != "" {
			if err := s.leave(ctx, tx, m, ""); err != nil {
				return err
			}
		}
		m.Status, m.ClosedAt = request.StatusWithdrawn, tx.Now()
		m.recallAll(tx)
		m.mended(tx)
		tx.Emit(request.Withdrawn{ID: m.ID})
		if err := s.say(ctx, tx, m, request.KindWithdrawn, request.Say{}, ""); err != nil {
			return err
		}
		return s.partAll(ctx, tx, m)
	})
}

// PhonePurpose binds a code to the request that a phone is left for.
func PhonePurpose(number string) string { return "request:" + number }

// phoneLeft is what leaving a phone answers.
type phoneLeft struct {
	request.Receipt
	Wrong bool `json:"wrong,omitempty"` // the code; the try is counted
}

// LeavePhone lets whoever holds a request without a name be reached after all.
// The code was sent to the phone for [PhonePurpose]; with it the request belongs
// to the phone's account. The timeline says that a phone was left, never which.
func (s *Service) LeavePhone(ctx context.Context, ref request.Ref, phone, code string) (request.Receipt, error) {
	find := func(tx *op.Tx) (*matter, error) { return s.lock(ctx, tx, ref) }
	left, err := op.Write(nameless(ctx, true), s.desk, request.Leave, find, func(tx *op.Tx, m *matter) (phoneLeft, error) {
		if m.Owner != "" || m.PhoneOK {
			return phoneLeft{}, fault.New(string(request.Leave), fault.Conflict, "request.phone.there")
		}
		if err := m.Fit(request.KindLeft); err != nil {
			return phoneLeft{}, err
		}
		mobile, err := idcard.ParseMobile(phone)
		if err != nil {
			return phoneLeft{}, wrong(string(request.Leave), "phone", "request.phone.wrong")
		}
		ok, err := s.needs.Phones.UseCode(ctx, tx, PhonePurpose(m.Number), mobile, code)
		if err != nil || !ok {
			return phoneLeft{Wrong: true}, err
		}
		if m.Owner, err = s.needs.Phones.WorkerWith(ctx, tx, mobile); err != nil {
			return phoneLeft{}, err
		}
		m.PhoneIndex = s.store.Phone(mobile) // found by phone; the account keeps the number
		if err := s.store.Own(ctx, tx, m.Request); err != nil {
			return phoneLeft{}, err
		}
		m.add(tx, request.Entry{Kind: request.KindLeft, Readers: request.ToWorker | request.ToStaff})
		err = s.save(ctx, tx, m)
		return phoneLeft{Receipt: m.receipt()}, err
	})
	if err == nil && left.Wrong {
		err = wrong(string(request.Leave), "code", "account.code.wrong")
	}
	return left.Receipt, err
}

// mended tells the station that the reported defect counts no more.
func (m *matter) mended(tx *op.Tx) {
	if m.What != "" {
		tx.Emit(m.fixed())
	}
}

func (m *matter) fixed() request.StationFixed {
	return request.StationFixed{ID: m.ID, Number: m.Number, Station: m.Place.Station, What: m.What}
}
