package office

import (
	"context"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// handle runs an act of a body on its own dispatch; with an empty did, on the
// one that waits for it.
func (s *Service) handle(ctx context.Context, act authz.Action, k request.Kind, ref request.Ref, did request.DispatchID, do func(*op.Tx, *matter, *request.Dispatch) error) (request.Receipt, error) {
	return s.act(ctx, act, ref, func(tx *op.Tx, m *matter) error {
		i := request.InHand(m.ds, func(d request.Dispatch) bool {
			return request.Sits(tx.Subject, d.Body) && (did == "" || d.ID == did)
		})
		if i < 0 {
			return fault.New(string(act), fault.Missing, "fault.missing")
		}
		if err := m.Fit(k); err != nil {
			return err
		}
		return do(tx, m, &m.ds[i])
	})
}

// put adds an entry about a dispatch, in the body's name.
func (m *matter) put(tx *op.Tx, d *request.Dispatch, e request.Entry) *request.Entry {
	e.Dispatch, e.Body, e.BodyName = d.ID, d.Body, d.BodyName
	e.By, e.ByID, e.ByName = request.ByBody, tx.Subject.ID, tx.Subject.Name
	return m.add(tx, e)
}

// Open says that the body opened its page: the receipt that the matter arrived.
// It is not yet signing for it.
func (s *Service) Open(ctx context.Context, ref request.Ref, did request.DispatchID) (request.Receipt, error) {
	return s.handle(ctx, request.Open, request.KindOpened, ref, did, func(tx *op.Tx, m *matter, d *request.Dispatch) error {
		if d.State != request.DispatchSent {
			return nil
		}
		d.State, d.OpenedAt = request.DispatchOpened, tx.Now()
		m.put(tx, d, request.Entry{Kind: request.KindOpened, Readers: request.ToStaff | request.ToBody})
		return nil
	})
}

// Sign says that the body takes the matter, in the name of who handles it there.
func (s *Service) Sign(ctx context.Context, ref request.Ref, did request.DispatchID, by string) (request.Receipt, error) {
	return s.handle(ctx, request.Sign, request.KindSigned, ref, did, func(tx *op.Tx, m *matter, d *request.Dispatch) error {
		by, err := short(request.Sign, "by", by, 40)
		if err != nil {
			return err
		}
		if d.State != request.DispatchSent && d.State != request.DispatchOpened {
			return fault.New(string(request.Sign), fault.Conflict, "request.dispatch.signed")
		}
		if by == "" {
			by = tx.Subject.Name
		}
		s.signed(tx, m, d, by)
		return nil
	})
}

func (s *Service) signed(tx *op.Tx, m *matter, d *request.Dispatch, by string) {
	d.State, d.SignedAt, d.SignedBy = request.DispatchSigned, tx.Now(), by
	if d.OpenedAt.IsZero() {
		d.OpenedAt = tx.Now()
	}
	m.put(tx, d, request.Entry{Kind: request.KindSigned, Readers: request.ToWorker | request.ToStaff | request.ToBody, Fact: by})
	m.resettle()
}

// resettle derives the state unless the worker is being waited for or has an
// answer.
func (m *matter) resettle() {
	if m.Status.Busy() {
		m.settle()
	}
}

// Bounce sends the matter back. It takes a reason, which the worker reads, and
// who should do it, which the union reads and decides. No clock starts again.
// After so many the union's word is final.
func (s *Service) Bounce(ctx context.Context, ref request.Ref, did request.DispatchID, reason, suggest string) (request.Receipt, error) {
	return s.handle(ctx, request.Bounce, request.KindBounced, ref, did, func(tx *op.Tx, m *matter, d *request.Dispatch) error {
		reason, err := need(request.Bounce, "reason", reason, maxShort)
		if err != nil {
			return err
		}
		if suggest, err = need(request.Bounce, "suggest", suggest, maxShort); err != nil {
			return err
		}
		if err := m.MayBounce(*d, m.limits); err != nil {
			return err
		}
		d.State, d.Reason, d.Suggest, d.EndedAt = request.DispatchBounced, reason, suggest, tx.Now()
		m.Bounces++
		m.put(tx, d, request.Entry{Kind: request.KindBounced, Readers: request.ToWorker | request.ToStaff | request.ToBody, Words: reason, Fact: ""})
		m.put(tx, d, request.Entry{Kind: request.KindNoted, Readers: request.ToStaff, Words: suggest, Fact: "suggest"})
		tx.Emit(request.Bounced{ID: m.ID, Dispatch: d.ID, Body: d.Body})
		m.resettle()
		return nil
	})
}

// Work is what a body says while it works: words and, if it can, a date.
// The worker reads it only where the union's rules let bodies speak directly.
func (s *Service) Work(ctx context.Context, ref request.Ref, did request.DispatchID, msg request.Message, until time.Time) (request.Receipt, error) {
	return s.handle(ctx, request.Work, request.KindWorking, ref, did, func(tx *op.Tx, m *matter, d *request.Dispatch) error {
		y, err := tidySay(request.Say{Words: msg.Words, Files: msg.Files}, string(request.Work), false)
		if err != nil {
			return err
		}
		if !until.IsZero() && !until.After(tx.Now()) {
			return wrong(string(request.Work), "until", "request.deadline.past")
		}
		if d.State == request.DispatchSent || d.State == request.DispatchOpened {
			s.signed(tx, m, d, tx.Subject.Name)
		}
		if d.State != request.DispatchReported {
			d.State = request.DispatchWorking
		}
		e := m.put(tx, d, request.Entry{Kind: request.KindWorking, Readers: m.spoken(d), Words: y.Words, Until: until})
		m.attach(e, y.Files, d.Body)
		m.resettle()
		return nil
	})
}

// spoken says who reads what a body says. A station's host speaks to the worker
// directly: the two know of each other by the defect, and it must be quick.
func (m *matter) spoken(d *request.Dispatch) request.Readers {
	if m.limits.Direct || m.ByHost(*d) {
		return request.ToWorker | request.ToStaff | request.ToBody
	}
	return request.ToStaff | request.ToBody
}

// hear lets the station's host read what the worker says of a defect that the
// host has at first hand: "not hot" mends nothing, "the left tap" does.
func (m *matter) hear(e *request.Entry) {
	for _, d := range m.ds {
		if m.ByHost(d) && d.Holds() {
			e.Readers, e.Dispatch = e.Readers|request.ToBody, d.ID
		}
	}
}

// Report says what the body did. The union passes it on to the worker; the
// feedback clock stops.
func (s *Service) Report(ctx context.Context, ref request.Ref, did request.DispatchID, msg request.Message) (request.Receipt, error) {
	return s.handle(ctx, request.Report, request.KindReported, ref, did, func(tx *op.Tx, m *matter, d *request.Dispatch) error {
		_, err := s.report(tx, m, d, msg, false)
		return err
	})
}

// report returns the words as they are kept.
func (s *Service) report(tx *op.Tx, m *matter, d *request.Dispatch, msg request.Message, empty bool) (string, error) {
	y, err := tidySay(request.Say{Words: msg.Words, Files: msg.Files}, string(request.Report), empty)
	if err != nil {
		return "", err
	}
	if d.State == request.DispatchSent || d.State == request.DispatchOpened {
		s.signed(tx, m, d, tx.Subject.Name)
	}
	if d.ReportedAt.IsZero() {
		d.ReportedAt = tx.Now()
	}
	d.State = request.DispatchReported
	e := m.put(tx, d, request.Entry{Kind: request.KindReported, Readers: m.spoken(d), Words: y.Words})
	m.attach(e, y.Files, d.Body)
	tx.Emit(request.Reported{ID: m.ID, Dispatch: d.ID, Body: d.Body})
	if m.limits.Direct && !m.ByHost(*d) {
		m.told(tx, request.KindReported)
	}
	m.resettle()
	return y.Words, nil
}

// Fixed is the host's word that a reported defect is mended. The worker is asked
// whether it is, and so is everybody whose report was joined to this one; the
// station's live status follows at once.
func (s *Service) Fixed(ctx context.Context, ref request.Ref, msg request.Message) (request.Receipt, error) {
	return s.handle(ctx, request.Mend, request.KindReported, ref, "", func(tx *op.Tx, m *matter, d *request.Dispatch) error {
		if !m.ByHost(*d) {
			return fault.New(string(request.Mend), fault.Conflict, "request.mend.only")
		}
		words, err := s.report(tx, m, d, msg, true)
		if err != nil {
			return err
		}
		m.Status, m.AnsweredAt = request.StatusAnswered, tx.Now()
		m.put(tx, d, request.Entry{Kind: request.KindAnswered, Readers: request.ToWorker | request.ToStaff, Fact: "fixed"})
		m.told(tx, request.KindAnswered)
		tx.Emit(request.Answered{ID: m.ID})
		m.mended(tx)
		return s.tellFollowers(ctx, tx, m, request.Mend, request.Entry{Kind: request.KindAnswered, BodyName: d.BodyName, Words: words, Fact: "fixed"})
	})
}

// NotYet is the host's word that it is not mended, why, and when it will be: the
// zero time where nobody can say.
func (s *Service) NotYet(ctx context.Context, ref request.Ref, why string, until time.Time) (request.Receipt, error) {
	return s.Work(ctx, ref, "", request.Message{Words: why}, until)
}
