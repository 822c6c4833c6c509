package request

import (
	"context"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// handle runs an act of a body on its own dispatch.
func (s *Service) handle(ctx context.Context, act authz.Action, k Kind, ref Ref, did DispatchID, do func(*op.Tx, *matter, *Dispatch) error) (Receipt, error) {
	return s.act(ctx, act, ref, func(tx *op.Tx, m *matter) error {
		i := slices.IndexFunc(m.ds, func(d Dispatch) bool {
			return sits(tx.Subject, d.Body) && d.holds() && (did == "" || d.ID == did)
		})
		if i < 0 {
			return fault.New(string(act), fault.Missing, "fault.missing")
		}
		if err := m.fit(k); err != nil {
			return err
		}
		return do(tx, m, &m.ds[i])
	})
}

// put adds an entry about a dispatch, in the body's name.
func (m *matter) put(tx *op.Tx, d *Dispatch, e Entry) *Entry {
	e.Dispatch, e.Body, e.BodyName = d.ID, d.Body, d.BodyName
	e.By, e.ByID, e.ByName = ByBody, tx.Subject.ID, tx.Subject.Name
	return m.add(tx, e)
}

// Open says that the body opened its page: the receipt that the matter arrived.
// It is not yet signing for it. An empty did means the body's only one.
func (s *Service) Open(ctx context.Context, ref Ref, did DispatchID) (Receipt, error) {
	return s.handle(ctx, Open, KindOpened, ref, did, func(tx *op.Tx, m *matter, d *Dispatch) error {
		if d.State != DispatchSent {
			return nil
		}
		d.State, d.OpenedAt = DispatchOpened, tx.Now()
		m.put(tx, d, Entry{Kind: KindOpened, Readers: ToStaff | ToBody})
		return nil
	})
}

// Sign says that the body takes the matter, in the name of who handles it there.
func (s *Service) Sign(ctx context.Context, ref Ref, did DispatchID, by string) (Receipt, error) {
	return s.handle(ctx, Sign, KindSigned, ref, did, func(tx *op.Tx, m *matter, d *Dispatch) error {
		by, err := short(Sign, "by", by, 40)
		if err != nil {
			return err
		}
		if d.State != DispatchSent && d.State != DispatchOpened {
			return fault.New(string(Sign), fault.Conflict, "request.dispatch.signed")
		}
		if by == "" {
			by = tx.Subject.Name
		}
		s.signed(tx, m, d, by)
		return nil
	})
}

func (s *Service) signed(tx *op.Tx, m *matter, d *Dispatch, by string) {
	d.State, d.SignedAt, d.SignedBy = DispatchSigned, tx.Now(), by
	if d.OpenedAt.IsZero() {
		d.OpenedAt = tx.Now()
	}
	m.put(tx, d, Entry{Kind: KindSigned, Readers: ToWorker | ToStaff | ToBody, Fact: by})
	m.resettle()
}

// resettle derives the state unless the worker is being waited for or has an
// answer.
func (m *matter) resettle() {
	if slices.Contains(busy, m.Status) {
		m.settle()
	}
}

// mayBounce says why a dispatch may not be sent back, or nil.
func (m *matter) mayBounce(d Dispatch) error {
	switch {
	case !d.holds() || d.State == DispatchReported:
		return fault.New(string(Bounce), fault.Conflict, "request.dispatch.over")
	case d.Final || m.Bounces >= m.limits.Bounces:
		return fault.New(string(Bounce), fault.Conflict, "request.bounce.limit").With(fault.Args{"Limit": m.limits.Bounces})
	case !m.Status.May(KindBounced):
		return m.fit(KindBounced)
	}
	return nil
}

// Bounce sends the matter back. It takes a reason and who should do it; the
// worker sees both, and no clock starts again. After so many the union decides.
func (s *Service) Bounce(ctx context.Context, ref Ref, did DispatchID, reason, suggest string) (Receipt, error) {
	return s.handle(ctx, Bounce, KindBounced, ref, did, func(tx *op.Tx, m *matter, d *Dispatch) error {
		reason, err := need(Bounce, "reason", reason, maxShort)
		if err != nil {
			return err
		}
		if suggest, err = need(Bounce, "suggest", suggest, maxShort); err != nil {
			return err
		}
		if err := m.mayBounce(*d); err != nil {
			return err
		}
		d.State, d.Reason, d.Suggest, d.EndedAt = DispatchBounced, reason, suggest, tx.Now()
		m.Bounces++
		m.put(tx, d, Entry{Kind: KindBounced, Readers: ToWorker | ToStaff | ToBody, Words: reason, Fact: ""})
		m.put(tx, d, Entry{Kind: KindNoted, Readers: ToStaff, Words: suggest, Fact: "suggest"})
		tx.Emit(Bounced{ID: m.ID, Dispatch: d.ID, Body: d.Body})
		m.resettle()
		return nil
	})
}

// Work is what a body says while it works: words and, if it can, a date.
// The worker reads it only where the union's rules let bodies speak directly.
func (s *Service) Work(ctx context.Context, ref Ref, did DispatchID, msg Message, until time.Time) (Receipt, error) {
	return s.handle(ctx, Work, KindWorking, ref, did, func(tx *op.Tx, m *matter, d *Dispatch) error {
		y, err := Say{msg.Words, msg.Files}.tidy(string(Work), false)
		if err != nil {
			return err
		}
		if !until.IsZero() && !until.After(tx.Now()) {
			return wrong(string(Work), "until", "request.deadline.past")
		}
		if d.State == DispatchSent || d.State == DispatchOpened {
			s.signed(tx, m, d, tx.Subject.Name)
		}
		if d.State != DispatchReported {
			d.State = DispatchWorking
		}
		e := m.put(tx, d, Entry{Kind: KindWorking, Readers: m.spoken(d), Words: y.Words, Until: until})
		m.attach(e, y.Files, d.Body)
		m.resettle()
		return nil
	})
}

// spoken says who reads what a body says. A station's host speaks to the worker
// directly: the two know of each other by the defect, and it must be quick.
func (m *matter) spoken(d *Dispatch) Readers {
	if m.limits.Direct || m.byHost(d) {
		return ToWorker | ToStaff | ToBody
	}
	return ToStaff | ToBody
}

// byHost reports whether the dispatch is a defect at the hands of the station's host.
func (m *matter) byHost(d *Dispatch) bool { return m.What != "" && d.Attempt == 1 && d.Task == "" }

// Report says what the body did. The union passes it on to the worker; the
// feedback clock stops.
func (s *Service) Report(ctx context.Context, ref Ref, did DispatchID, msg Message) (Receipt, error) {
	return s.handle(ctx, Report, KindReported, ref, did, func(tx *op.Tx, m *matter, d *Dispatch) error {
		return s.report(tx, m, d, msg, false)
	})
}

func (s *Service) report(tx *op.Tx, m *matter, d *Dispatch, msg Message, empty bool) error {
	y, err := Say{msg.Words, msg.Files}.tidy(string(Report), empty)
	if err != nil {
		return err
	}
	if d.State == DispatchSent || d.State == DispatchOpened {
		s.signed(tx, m, d, tx.Subject.Name)
	}
	if d.ReportedAt.IsZero() {
		d.ReportedAt = tx.Now()
	}
	d.State = DispatchReported
	e := m.put(tx, d, Entry{Kind: KindReported, Readers: m.spoken(d), Words: y.Words})
	m.attach(e, y.Files, d.Body)
	tx.Emit(Reported{ID: m.ID, Dispatch: d.ID, Body: d.Body})
	m.resettle()
	return nil
}

// Fixed is the host's word that a reported defect is mended. The worker is asked
// whether it is; the station's live status follows at once.
func (s *Service) Fixed(ctx context.Context, ref Ref, msg Message) (Receipt, error) {
	return s.handle(ctx, Mend, KindReported, ref, "", func(tx *op.Tx, m *matter, d *Dispatch) error {
		if !m.byHost(d) {
			return fault.New(string(Mend), fault.Conflict, "request.mend.only")
		}
		if err := s.report(tx, m, d, msg, true); err != nil {
			return err
		}
		m.Status, m.AnsweredAt = StatusAnswered, tx.Now()
		m.put(tx, d, Entry{Kind: KindAnswered, Readers: ToWorker | ToStaff, Fact: "fixed"})
		m.told(tx, KindAnswered)
		tx.Emit(Answered{ID: m.ID})
		m.mended(tx)
		return nil
	})
}

// NotYet is the host's word that it is not mended, why, and when it will be.
func (s *Service) NotYet(ctx context.Context, ref Ref, why string, until time.Time) (Receipt, error) {
	if until.IsZero() {
		return Receipt{}, wrong(string(Mend), "until", "fault.empty")
	}
	return s.Work(ctx, ref, "", Message{Words: why}, until)
}
