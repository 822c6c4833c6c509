package hold

import (
	"context"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Subjects finds what is to be held.
type Subjects interface {
	// Find returns a thing by its number, or an account by its phone. None is fault.Missing.
	Find(ctx context.Context, tx *op.Tx, kind Kind, number string) (Subject, error)
}

// Service is what pages may ask about holds.
type Service struct {
	desk     *op.Desk
	ring     *seal.Ring
	subjects Subjects
}

// NewService returns the service.
func NewService(desk *op.Desk, ring *seal.Ring, subjects Subjects) *Service {
	return &Service{desk, ring, subjects}
}

// Page is how many holds one page lists.
const Page = 50

// List returns holds of the caller's area, the newest first, from after on; one more than
// a page tells that there are more.
func (s *Service) List(ctx context.Context, after ID) ([]Hold, error) {
	return op.List(ctx, s.desk, List, func(tx *op.Tx, scope op.Scope) ([]Hold, error) {
		var args db.Args
		where := scope.Where(ByColumns, &args)
		if id.Valid(string(after)) {
			where += ` and h.hold_id < ` + args.Add(string(after))
		}
		return s.some(ctx, tx, where+` order by h.hold_id desc limit `+args.Add(Page+1), args)
	})
}

// Get returns one hold with what was done.
func (s *Service) Get(ctx context.Context, which ID) (h Hold, all []Step, err error) {
	h, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (Hold, error) {
		h, err := s.one(ctx, tx, which)
		if err == nil {
			all, err = s.steps(ctx, tx, which)
		}
		return h, err
	})
	return h, all, err
}

func (s *Service) one(ctx context.Context, tx *op.Tx, which ID) (Hold, error) {
	missing := fault.New(string(See), fault.Missing, "fault.missing")
	if !id.Valid(string(which)) {
		return Hold{}, missing
	}
	all, err := s.some(ctx, tx, `h.hold_id = $1`, db.Args{string(which)})
	if err == nil && len(all) == 0 {
		err = missing
	}
	if err != nil {
		return Hold{}, err
	}
	return all[0], nil
}

// Terms are what a hold may be based on, and for how long.
type Terms struct {
	Bases  []Basis
	Days   int
	Source string
}

// Terms returns those of today.
func (s *Service) Terms(ctx context.Context) (t Terms, err error) {
	return op.List(ctx, s.desk, List, func(tx *op.Tx, _ op.Scope) (Terms, error) {
		if t.Bases, err = Bases(ctx, tx); err == nil {
			t.Days, t.Source, err = longest(ctx, tx)
		}
		return t, err
	})
}

// apart refuses who also handles matters or leads those who do.
func apart(tx *op.Tx) error {
	if tx.Subject.Has(authz.Cadre) || tx.Subject.Has(authz.Leader) {
		return fault.New(string(Set), fault.Denied, "fault.denied")
	}
	return nil
}

// Set holds something.
func (s *Service) Set(ctx context.Context, d Draft) (ID, error) {
	find := func(tx *op.Tx) (Hold, error) {
		h := Hold{ID: id.New[ID](), Basis: d.Basis, From: clock.Day(tx.Now()), Until: d.Until, SetAt: tx.Now(), SetBy: tx.Subject.Name, Version: 1}
		err := s.check(ctx, tx, &h, d)
		return h, err
	}
	return op.Write(ctx, s.desk, Set, find, func(tx *op.Tx, h Hold) (ID, error) {
		if err := apart(tx); err != nil {
			return "", err
		}
		if err := Wait(ctx, tx, h.Subject.ID); err != nil {
			return "", err
		}
		n := 0
		if err := tx.Each(ctx, `select 1 from hold where subject_id = $1 and basis = $2 and ended_at is null and until_day >= $3`, []any{h.Subject.ID, h.Basis, h.From}, func(db.Row) error {
			n++
			return nil
		}); err != nil {
			return "", err
		}
		if n > 0 {
			return "", fault.New(string(Set), fault.Conflict, "hold.there")
		}
		s.tell(tx, h)
		return h.ID, s.insert(ctx, tx, h)
	})
}

// check reads a draft, or says everything that is wrong with it.
func (s *Service) check(ctx context.Context, tx *op.Tx, h *Hold, d Draft) error {
	if !tx.Subject.Has(authz.Security) {
		for _, g := range tx.Subject.Grants {
			h.Area = g.Area // and is refused
		}
		return nil
	}
	var f fault.Form
	h.Reason = reasoned(&f, d.Reason)
	days, _, err := longest(ctx, tx)
	if err != nil {
		return err
	}
	dated(&f, d.Until, h.From, days)
	bases, err := Bases(ctx, tx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(bases, func(b Basis) bool { return b.Code == d.Basis }) {
		f.Add("basis", "hold.basis.choose", nil)
	}
	if !slices.Contains(Kinds(), d.Kind) {
		f.Add("kind", "hold.kind.choose", nil)
	} else if h.Subject, err = s.subjects.Find(ctx, tx, d.Kind, d.Number); fault.Is(err, fault.Missing) {
		f.Add("number", "hold.number.none", nil)
	} else if err != nil {
		return err
	}
	if err := f.Err(string(Set)); err != nil {
		return err
	}
	for _, g := range tx.Subject.Grants {
		if h.Area == "" && g.Role == authz.Security {
			h.Area = g.Area // an account has no place: that of whoever holds it
		}
	}
	return nil
}

// Changed says that something is held, until when, or no longer. It holds nothing of the
// reason: it is written beside the keys.
type Changed struct {
	ID     ID     `json:"id"`
	Kind   Kind   `json:"kind"`
	Of     string `json:"of"`
	Area   string `json:"area"`
	Called string `json:"called"`
	Basis  string `json:"basis"`
	From   string `json:"from"`
	Until  string `json:"until"`
	Ended  bool   `json:"ended"`
}

// EventName implements op.Event.
func (Changed) EventName() string { return "hold.changed" }

// tell notes and announces how a hold is now.
func (s *Service) tell(tx *op.Tx, h Hold) {
	tx.Note("kind", string(h.Kind))
	tx.Note("of", h.Subject.ID)
	tx.Note("basis", h.Basis)
	tx.Note("until", h.Until)
	tx.Emit(Changed{h.ID, h.Kind, h.Subject.ID, h.Area, h.Called, h.Basis, h.From, h.Until, !h.EndedAt.IsZero()})
}

// Renew lets a hold go on until another day, which may be an earlier one.
func (s *Service) Renew(ctx context.Context, which ID, version int64, until, reason string) error {
	return s.change(ctx, Renew, which, version, func(tx *op.Tx, h *Hold) (Step, error) {
		var f fault.Form
		st := Step{Kind: "renewed", Until: until, Reason: reasoned(&f, reason)}
		days, _, err := longest(ctx, tx)
		if err != nil {
			return st, err
		}
		dated(&f, until, clock.Day(tx.Now()), days)
		h.Until = until
		return st, f.Err(string(Renew))
	})
}

// End lets what was held go, the coming night.
func (s *Service) End(ctx context.Context, which ID, version int64, reason string) error {
	return s.change(ctx, End, which, version, func(tx *op.Tx, h *Hold) (Step, error) {
		var f fault.Form
		st := Step{Kind: "ended", Until: h.Until, Reason: reasoned(&f, reason)}
		h.EndedAt, h.EndedBy, h.EndWhy = tx.Now(), tx.Subject.Name, st.Reason
		return st, f.Err(string(End))
	})
}

// change renews or ends a hold that holds.
func (s *Service) change(ctx context.Context, act authz.Action, which ID, version int64, how func(*op.Tx, *Hold) (Step, error)) error {
	_, err := op.Write(ctx, s.desk, act, func(tx *op.Tx) (Hold, error) { return s.one(ctx, tx, which) }, func(tx *op.Tx, h Hold) (bool, error) {
		if err := apart(tx); err != nil {
			return false, err
		}
		if h.Over(clock.Day(tx.Now())) {
			return false, fault.New(string(act), fault.Conflict, "hold.over")
		}
		st, err := how(tx, &h)
		if err != nil {
			return false, err
		}
		st.At, st.By = tx.Now(), tx.Subject.Name
		if err := s.save(ctx, tx, h, version); err != nil {
			return false, err
		}
		s.tell(tx, h)
		return true, s.step(ctx, tx, h.ID, st)
	})
	return err
}

// save writes what can change of a hold that is still of a version.
func (s *Service) save(ctx context.Context, tx *op.Tx, h Hold, version int64) error {
	var why any
	if h.EndWhy != "" {
		sealed, err := s.seal(h.EndWhy, "hold", "end_why", string(h.ID))
		if err != nil {
			return err
		}
		why = sealed
	}
	n, err := tx.Exec(ctx, `update hold set until_day = $2, ended_at = $3, ended_by = $4, end_why = $5, version = version + 1 where hold_id = $1 and version = $6`,
		string(h.ID), h.Until, db.Micros(h.EndedAt), h.EndedBy, why, version)
	if err == nil && n == 0 {
		err = fault.New(string(Renew), fault.Conflict, "hold.changed")
	}
	if err != nil {
		return err
	}
	if !h.EndedAt.IsZero() {
		return loose(ctx, tx, h)
	}
	return bind(ctx, tx, h)
}
