package rights

import (
	"context"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Known returns what is kept of the worker who is signed in and may be wrong.
func (s *Service) Known(ctx context.Context) ([]Field, error) {
	return op.List(ctx, s.desk, Send, func(tx *op.Tx, _ op.Scope) ([]Field, error) {
		if tx.Subject.Kind != authz.Worker {
			return nil, fault.New(string(Send), fault.Missing, "fault.missing")
		}
		return s.fields.Known(ctx, tx, tx.Subject.ID)
	})
}

// kept refuses a correction of what is not kept of its worker, or is right already.
func (s *Service) kept(ctx context.Context, tx *op.Tx, a Ask) error {
	if a.Field == "" {
		return nil
	}
	all, err := s.fields.Known(ctx, tx, a.Person)
	if err != nil {
		return err
	}
	var f fault.Form
	i := slices.IndexFunc(all, func(x Field) bool { return x.Name == a.Field })
	switch {
	case a.Kind != Correct || i < 0:
		f.Add("field", "rights.field.choose", nil)
	case all[i].Value == a.Wanted:
		f.Add("wanted", "rights.wanted.same", nil)
	case all[i].Choice != nil && !slices.Contains(all[i].Choice, a.Wanted):
		f.Add("wanted", "rights.wanted.choose", nil)
	}
	return f.Err(string(Send))
}

// Now returns what stands in the field that an ask is about, for the cadre who looks
// at both; nothing once it is closed.
func (s *Service) Now(ctx context.Context, a Ask) (value string, err error) {
	if a.Field == "" || a.Person == "" || a.State != Open {
		return "", nil
	}
	_, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (Ask, error) {
		all, err := s.fields.Known(ctx, tx, a.Person)
		for _, f := range all {
			if f.Name == a.Field {
				value = f.Value
			}
		}
		return a, err
	})
	return value, err
}

// Accept changes what an ask says is wrong, in the domain that keeps it, and answers
// it in the same transaction. What stood there stays with the ask.
func (s *Service) Accept(ctx context.Context, which ID, version int64, words string) error {
	words, err := answer(words)
	if err != nil {
		return err
	}
	_, err = op.Write(ctx, s.desk, Accept, s.finder(ctx, which), func(tx *op.Tx, a Ask) (bool, error) {
		if a.Field == "" || a.Person == "" {
			return false, fault.New(string(Accept), fault.Missing, "fault.missing")
		}
		a.State, a.Answer, a.AnsweredBy, a.Version = Done, words, tx.Subject.Name, version
		if err := s.close(ctx, tx, a); err != nil {
			return false, err
		}
		was, err := s.fields.Correct(ctx, tx, a.Person, a.Field, a.Wanted)
		if err != nil {
			return false, err
		}
		tx.Note("field", a.Field)
		tx.Emit(Answered{a.ID})
		b, err := s.box(a.key, a.ID)
		if err != nil {
			return false, err
		}
		sealed, err := b.seal(was, "was")
		if err != nil {
			return false, err
		}
		_, err = tx.Exec(ctx, `update rights_ask set was = $2 where ask_id = $1`, string(a.ID), sealed)
		return true, err
	})
	return err
}

// Proofs are the files that asks name, so that nobody sweeps them.
func (s *Service) Proofs(ctx context.Context) (map[string]bool, error) {
	return op.List(ctx, s.desk, List, func(tx *op.Tx, _ op.Scope) (map[string]bool, error) {
		if tx.Subject.Kind != authz.System {
			return nil, fault.New("rights.proofs", fault.Denied, "fault.denied")
		}
		all := map[string]bool{}
		err := tx.Each(ctx, `select proof from rights_ask where proof <> ''`, nil, func(r db.Row) error {
			var file string
			err := r.Scan(&file)
			all[file] = true
			return err
		})
		return all, err
	})
}
