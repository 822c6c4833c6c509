package gap

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/lead"
	"nuanxin/internal/op"
)

// Place decides about somebody whose county has no union: a union's id gives the
// application to that one, which must be within the cadre's area; none keeps it with the
// union that has it, until there is one. version is the one that the cadre saw.
func (s *Service) Place(ctx context.Context, which member.ID, version int64, union string) error {
	_, err := op.Write(ctx, s.desk, Place, s.finder(ctx, which), func(tx *op.Tx, m member.Member) (bool, error) {
		all, err := Of(ctx, tx, string(which))
		if err != nil {
			return false, err
		}
		if m.State != member.Applied || m.Version != version || !all[string(which)].State.Waits() {
			return false, fault.New(string(Place), fault.Conflict, "member.changed")
		}
		if union == "" || union == m.Union {
			tx.Note("kept", m.Union)
			return true, s.close(ctx, tx, m, Kept, m.Union)
		}
		u, err := s.unions.Union(ctx, tx, union)
		if err == nil {
			err = s.desk.Check(tx.Subject, Place, authz.Object{Kind: "member", ID: string(which), Group: "member", Area: u.Area})
		}
		if fault.Is(err, fault.Missing) || fault.Is(err, fault.Denied) {
			var f fault.Form
			f.Add("union", "member.place.union", nil)
			err = f.Err(string(Place))
		}
		if err != nil {
			return false, err
		}
		tx.Note("union", u.ID)
		tx.Emit(member.AppliedTo{ID: which, Union: u.ID})
		return true, s.move(ctx, tx, m, u, Placed)
	})
	return err
}

func (s *Service) finder(ctx context.Context, which member.ID) func(*op.Tx) (member.Member, error) {
	return func(tx *op.Tx) (member.Member, error) { return s.members.Ask(ctx, tx, which) }
}

// move gives a record to a union, and closes its gap.
func (s *Service) move(ctx context.Context, tx *op.Tx, m member.Member, u lead.Union, state State) error {
	n, err := tx.Exec(ctx, `update member set union_id = $2, union_name = $3, area = $4, home_area = $4, sought = 0, changed_by = $5, changed_at = $6, version = version + 1
		where member_id = $1 and version = $7 and to_id is null`, string(m.ID), u.ID, u.Name, u.Area, tx.Subject.Name, tx.Now().UnixMicro(), m.Version)
	if err == nil && n == 0 {
		err = fault.New("member.save", fault.Conflict, "member.changed")
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update member_gap set state = $2, ended_at = $3, by_name = $4, union_id = $5 where member_id = $1`, string(m.ID), string(state), tx.Now().UnixMicro(), tx.Subject.Name, u.ID)
	return err
}

// close decides about a gap without moving anybody.
func (s *Service) close(ctx context.Context, tx *op.Tx, m member.Member, state State, union string) error {
	_, err := tx.Exec(ctx, `update member_gap set state = $2, ended_at = null, by_name = $3, union_id = $4 where member_id = $1`, string(m.ID), string(state), tx.Subject.Name, union)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `update member set changed_by = $2, changed_at = $3, version = version + 1 where member_id = $1 and version = $4`, string(m.ID), tx.Subject.Name, tx.Now().UnixMicro(), m.Version)
	if err == nil && n == 0 {
		err = fault.New("member.save", fault.Conflict, "member.changed")
	}
	return err
}

// Most is how many one call hands over.
const Most = 500

// Outcome is what became of those who were to be handed over.
type Outcome struct {
	Done  int
	Left  int   // who changed meanwhile, or asked to go elsewhere
	More  bool  // there are more than one call hands over
	Fault error // an accident; what was done before it is done
}

// HandOver gives those who asked for a county, and whom the reader may decide about, to
// the union that the county has by now: applications with the date of the answer that
// was promised, memberships by a dated transfer. Each is moved for itself. Who repeats the
// call under its client id moves nobody twice.
func (s *Service) HandOver(ctx context.Context, area, why string) (Outcome, error) {
	why, err := member.Reason(HandOver, why)
	if err != nil {
		return Outcome{}, err
	}
	all, err := s.waiting(ctx, area)
	if err != nil {
		return Outcome{}, err
	}
	o := Outcome{More: len(all) > Most}
	for _, which := range all[:min(len(all), Most)] {
		if ctx.Err() != nil {
			o.Fault = ctx.Err()
			return o, nil
		}
		switch err := s.hand(one(ctx, which), which, county(area), why); {
		case err == nil:
			o.Done++
		case fault.Is(err, fault.Conflict), fault.Is(err, fault.Missing), fault.Is(err, fault.Denied):
			o.Left++
		default:
			o.Fault = err
			return o, nil
		}
	}
	return o, nil
}

// waiting are those who asked for a county, where the reader hands over.
func (s *Service) waiting(ctx context.Context, area string) ([]member.ID, error) {
	return op.List(ctx, s.desk, HandOver, func(tx *op.Tx, scope op.Scope) (all []member.ID, err error) {
		if len(area) < digits {
			return nil, fault.New(string(HandOver), fault.Missing, "fault.missing")
		}
		switch u, err := s.own(ctx, tx, county(area)); {
		case err != nil:
			return nil, err
		case u.ID == "":
			return nil, fault.New(string(HandOver), fault.Conflict, "member.hand.nobody")
		}
		var args db.Args
		from, to := authz.Range(county(area))
		err = tx.Each(ctx, `select m.member_id from member_gap g join member m on m.member_id = g.member_id where `+there+` and m.to_id is null
			and g.asked >= `+args.Add(from)+` and g.asked < `+args.Add(to)+` and `+scope.Where(member.ByColumns, &args)+` order by m.member_id limit `+args.Add(Most+1), args, func(r db.Row) error {
			var which member.ID
			err := r.Scan(&which)
			all = append(all, which)
			return err
		})
		return all, err
	})
}

// hand gives one to the county's union.
func (s *Service) hand(ctx context.Context, which member.ID, area, why string) error {
	_, err := op.Write(ctx, s.desk, HandOver, s.finder(ctx, which), func(tx *op.Tx, m member.Member) (bool, error) {
		all, err := Of(ctx, tx, string(which))
		if err != nil {
			return false, err
		}
		u, err := s.own(ctx, tx, area)
		if err != nil {
			return false, err
		}
		if !all[string(which)].State.Waits() || !m.State.Holds() || u.ID == "" {
			return false, fault.New(string(HandOver), fault.Conflict, "member.changed")
		}
		from := m.Union
		if err := s.move(ctx, tx, m, u, Handed); err != nil {
			return false, err
		}
		tx.Note("union", u.ID)
		if !m.State.Belongs() {
			tx.Emit(member.AppliedTo{ID: which, Union: u.ID})
			return true, nil
		}
		tx.Emit(member.Moved{ID: which, From: from, To: u.ID})
		return true, s.members.Begin(ctx, tx, which, member.Term{Kind: member.Transfer, Union: u.ID, UnionName: u.Name, By: tx.Subject.Name, Reason: why})
	})
	return err
}

// one is the context of one write among several of a call: with an id of its own.
func one(ctx context.Context, which member.ID) context.Context {
	call := op.CallOf(ctx)
	if call.ClientID != "" {
		call.ClientID = id.Of[string](call.ClientID, string(which))
	}
	return op.With(ctx, call)
}
