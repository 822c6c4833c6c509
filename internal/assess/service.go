package assess

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

// Config is what the service needs.
type Config struct {
	Ring *seal.Ring
	On   []string // codes of the processing that is switched on
}

// Service is what pages may ask.
type Service struct {
	desk *op.Desk
	vault
	on []string
}

// NewService returns the service.
func NewService(desk *op.Desk, c Config) *Service { return &Service{desk, vault{c.Ring}, c.On} }

// Page is how many entries one page lists.
const Page = 50

// Register is what the list shows.
type Register struct {
	Gaps    []Gap
	Overdue []Entry // the longest first, a page of them at most
	Entries []Entry // the others, the newest first; one more than a page tells that there are more
	Terms
}

// List returns the register of the reader's areas, from after on.
func (s *Service) List(ctx context.Context, after ID) (Register, error) {
	return op.List(ctx, s.desk, List, func(tx *op.Tx, scope op.Scope) (r Register, err error) {
		if r.Terms, err = terms(ctx, tx); err != nil {
			return r, err
		}
		if r.Gaps, err = s.gaps(ctx, tx, scope); err != nil {
			return r, err
		}
		var late db.Args
		where := scope.Where(ByColumns, &late) + ` and a.state = 'done' and a.review_on < ` + late.Add(r.Today)
		if r.Overdue, err = s.some(ctx, tx, where+` order by a.review_on, a.assess_id limit `+late.Add(Page), late); err != nil {
			return r, err
		}
		var args db.Args
		where = scope.Where(ByColumns, &args) + ` and not (a.state = 'done' and a.review_on < ` + args.Add(r.Today) + `)`
		if id.Valid(string(after)) {
			where += ` and a.assess_id < ` + args.Add(string(after))
		}
		r.Entries, err = s.some(ctx, tx, where+` order by a.assess_id desc limit `+args.Add(Page+1), args)
		return r, err
	})
}

// gaps are the processing that is switched on and has no concluded impact assessment: of
// the reader's own area or of one above it, which counts for all below; to an auditor
// whatever was made below counts, too.
func (s *Service) gaps(ctx context.Context, tx *op.Tx, scope op.Scope) (all []Gap, err error) {
	by, within := authz.Security, (*op.Scope)(nil)
	if !tx.Subject.Has(by) {
		by, within = authz.Auditor, &scope
	}
	at := slices.IndexFunc(tx.Subject.Grants, func(g authz.Grant) bool { return g.Role == by })
	if at < 0 {
		return nil, nil
	}
	have, err := s.covered(ctx, tx, tx.Subject.Grants[at].Area, within)
	for _, p := range Processings() {
		if c := have[p.Code]; slices.Contains(s.on, p.Code) && !c.done {
			all = append(all, Gap{p, c.open})
		}
	}
	return all, err
}

// Get returns an entry with all that was saved of it, the newest first.
func (s *Service) Get(ctx context.Context, which ID) (e Entry, all []Saved, err error) {
	e, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (Entry, error) {
		e, err := s.one(ctx, tx, which)
		if err == nil {
			all, err = s.saved(ctx, tx, which)
		}
		return e, err
	})
	if err != nil {
		return Entry{}, nil, err
	}
	return e, all, nil
}

// Editing returns an entry to whoever may write on it.
func (s *Service) Editing(ctx context.Context, which ID) (Entry, error) {
	return op.Read(ctx, s.desk, Revise, func(tx *op.Tx) (Entry, error) { return s.one(ctx, tx, which) })
}

// Terms returns what an entry is written by today.
func (s *Service) Terms(ctx context.Context) (Terms, error) {
	return op.List(ctx, s.desk, List, func(tx *op.Tx, _ op.Scope) (Terms, error) { return terms(ctx, tx) })
}

// Write opens an entry in the area of the security administrator who asks.
func (s *Service) Write(ctx context.Context, d Draft) (ID, error) {
	find := func(tx *op.Tx) (Entry, error) {
		at := slices.IndexFunc(tx.Subject.Grants, func(g authz.Grant) bool { return g.Role == authz.Security })
		if at < 0 {
			return Entry{}, fault.New(string(Write), fault.Missing, "fault.missing")
		}
		return Entry{ID: id.New[ID](), Area: tx.Subject.Grants[at].Area, State: Open, Version: 1, WrittenAt: tx.Now(), WrittenBy: tx.Subject.Name}, nil
	}
	return op.Write(ctx, s.desk, Write, find, func(tx *op.Tx, e Entry) (ID, error) {
		t, err := terms(ctx, tx)
		if err != nil {
			return "", err
		}
		if e.Draft, err = d.check(string(Write), t); err != nil {
			return "", err
		}
		note(tx, e)
		return e.ID, s.insert(ctx, tx, e, "written")
	})
}

// note tells the trail what an entry is, and nothing of its words.
func note(tx *op.Tx, e Entry) {
	tx.Note("kind", string(e.Kind))
	tx.Note("of", e.Of)
	tx.Note("review", e.Review)
}

// change changes an entry that is still of a version and in one of some states.
func (s *Service) change(ctx context.Context, act authz.Action, which ID, version int64, step string, states []State, how func(*op.Tx, *Entry) error) error {
	_, err := op.Write(ctx, s.desk, act, func(tx *op.Tx) (Entry, error) { return s.one(ctx, tx, which) }, func(tx *op.Tx, e Entry) (bool, error) {
		if !slices.Contains(states, e.State) || e.Version != version {
			return false, changed(act)
		}
		if err := how(tx, &e); err != nil {
			return false, err
		}
		note(tx, e)
		return true, s.save(ctx, tx, act, e, step)
	})
	return err
}

func changed(act authz.Action) error { return fault.New(string(act), fault.Conflict, "assess.changed") }

// Revise writes on an entry that is open. What it is of the two kinds stays.
func (s *Service) Revise(ctx context.Context, which ID, version int64, d Draft) error {
	return s.change(ctx, Revise, which, version, "revised", []State{Open}, func(tx *op.Tx, e *Entry) error {
		t, err := terms(ctx, tx)
		if err != nil {
			return err
		}
		d.Kind = e.Kind
		e.Draft, err = d.check(string(Revise), t)
		return err
	})
}

// Conclude lets an entry stand as it is. The one that it looked at again is over.
func (s *Service) Conclude(ctx context.Context, which ID, version int64) error {
	return s.change(ctx, Conclude, which, version, "concluded", []State{Open}, func(tx *op.Tx, e *Entry) error {
		e.State, e.ConcludedAt, e.ConcludedBy = Done, tx.Now(), tx.Subject.Name
		return s.prior(ctx, tx, Conclude, *e, "replaced", func(old *Entry) bool {
			was := old.State
			old.State, old.EndedAt = Over, tx.Now()
			return was == Done
		})
	})
}

// prior changes the entry that e looks at again, where there is one and it is to change.
func (s *Service) prior(ctx context.Context, tx *op.Tx, act authz.Action, e Entry, step string, how func(*Entry) bool) error {
	if e.Prior == "" {
		return nil
	}
	old, err := s.one(ctx, tx, e.Prior)
	if err != nil || !how(&old) {
		return err
	}
	if err := s.save(ctx, tx, act, old, step); err != nil {
		return err
	}
	return tx.Also(ctx, act, old.AuthzObject())
}

// Again looks at an entry in force again: a new one that names it and begins with its words.
func (s *Service) Again(ctx context.Context, which ID, version int64) (ID, error) {
	return op.Write(ctx, s.desk, Again, func(tx *op.Tx) (Entry, error) { return s.one(ctx, tx, which) }, func(tx *op.Tx, old Entry) (ID, error) {
		if old.State != Done || old.Version != version || old.Next != "" {
			return "", changed(Again)
		}
		t, err := terms(ctx, tx)
		if err != nil {
			return "", err
		}
		e := Entry{Draft: old.Draft, ID: id.New[ID](), Area: old.Area, State: Open, Prior: old.ID, Version: 1, WrittenAt: tx.Now(), WrittenBy: tx.Subject.Name}
		e.On = t.Today
		e.Review = t.Proposed(e.Kind, e.Of, e.On)
		old.Next = e.ID
		if err := s.save(ctx, tx, Again, old, ""); err != nil {
			return "", err
		}
		note(tx, e)
		if err := tx.Also(ctx, Again, e.AuthzObject()); err != nil {
			return "", err
		}
		return e.ID, s.insert(ctx, tx, e, "again")
	})
}

// Retire ends an entry, for a reason: the processing has ended, or it was a mistake. The
// one that it looked at again may be looked at anew.
func (s *Service) Retire(ctx context.Context, which ID, version int64, why string) error {
	return s.change(ctx, Retire, which, version, "retired", []State{Open, Done}, func(tx *op.Tx, e *Entry) error {
		var f fault.Form
		e.State, e.EndedAt, e.EndWhy = Over, tx.Now(), text(&f, "why", "why", why, minWords, maxSubject)
		if err := f.Err(string(Retire)); err != nil {
			return err
		}
		return s.prior(ctx, tx, Retire, *e, "", func(old *Entry) bool {
			was := old.Next
			old.Next = ""
			return was == e.ID
		})
	})
}

// terms are those of today.
func terms(ctx context.Context, tx *op.Tx) (t Terms, err error) {
	t.Today = clock.Day(tx.Now())
	if t.Cases, err = cases(ctx, tx, t.Today); err == nil {
		t.Rules, err = rules(ctx, tx, t.Today)
	}
	return t, err
}
