package account

import (
	"context"
	"errors"
	"slices"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/password"
	"nuanxin/internal/account/people"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// Get returns a staff member with the grants that are not over.
func (s *Service) Get(ctx context.Context, p ID) (Person, error) {
	return op.Read(ctx, s.desk, See, staffer(ctx, p))
}

// List returns the staff that f selects and that the asker may touch.
func (s *Service) List(ctx context.Context, f Filter) ([]Person, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]Person, error) {
		var args db.Args
		where := scope.Where(authz.Columns{ID: "person_id", Area: "reach"}, &args)
		ps, err := people.List(ctx, tx, f, where, args)
		if err != nil || len(ps) == 0 {
			return ps, err
		}
		return ps, people.GrantsFor(ctx, tx, ps)
	})
}

// added is the lasting answer to an addition or a reset: the first password is
// derived from Reset, so that it is kept nowhere and can be told again.
type added struct {
	Person ID
	Reset  string
}

// firstPassword is the password that belongs to a reset.
func (s *Service) firstPassword(reset string) string {
	t := s.ring.Token("first password", reset)
	return t[:4] + "-" + t[4:8] + "-" + t[8:12]
}

// AddStaff adds a staff member and returns the first password, to be told to
// them once and changed by them. It is empty when st brought its own.
func (s *Service) AddStaff(ctx context.Context, st Staff) (ID, string, error) {
	if st.Password != "" && authz.From(ctx).Kind != authz.System {
		return "", "", fault.New(string(Add), fault.Denied, "fault.denied")
	}
	fresh := added{id.New[ID](), id.New[string]()}
	password := st.Password
	if password == "" {
		password = s.firstPassword(fresh.Reset)
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return "", "", fault.Wrap(string(Add), err)
	}
	propose := func(tx *op.Tx) (Person, error) {
		p, err := st.draw()
		if err != nil {
			return p, err
		}
		p.ID, p.MadeAt = fresh.Person, tx.Now()
		for _, g := range st.Grants {
			if g, err = s.settle(ctx, tx, g); err != nil {
				return p, err
			}
			p.Grants = append(p.Grants, g)
		}
		p.Reach = people.Reach(p.Area, p.Grants)
		return p, nil
	}
	got, err := op.Write(ctx, s.desk, Add, propose, func(tx *op.Tx, p Person) (added, error) {
		if st.Password != "" {
			if err := s.checkPassword(ctx, tx, p, st.Password); err != nil {
				return added{}, err
			}
		}
		if err := people.InsertStaff(ctx, tx, p); err != nil {
			return added{}, err
		}
		tx.Note("login", p.Login)
		tx.Emit(StaffAdded{p.ID, p.Area})
		return fresh, s.setHash(ctx, tx, p.ID, hash, st.Password == "")
	})
	if err != nil || st.Password != "" {
		return got.Person, "", err
	}
	return got.Person, s.firstPassword(got.Reset), nil
}

// checkPassword refuses a bad password for p.
func (s *Service) checkPassword(ctx context.Context, tx *op.Tx, p Person, typed string) error {
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return err
	}
	of := password.Owner{Login: p.Login, Name: p.Name}
	if p.Org != "" {
		names, err := s.orgs.Names(ctx, tx, []string{p.Org})
		if err != nil {
			return err
		}
		of.Org = names[p.Org]
	}
	if err := password.Check("password", typed, of, l["password_min"]); err != nil {
		return err
	}
	return password.RulesOf(l).Check("password", typed)
}

// Give grants a role. Nobody grants anything to themselves, nor for an area of
// which they are not an administrator.
func (s *Service) Give(ctx context.Context, to ID, g Grant) error {
	_, err := op.Write(ctx, s.desk, Give, staffer(ctx, to), func(tx *op.Tx, p Person) (string, error) {
		if string(p.ID) == tx.Subject.ID {
			return "", fault.New(string(Give), fault.Denied, "account.grant.self")
		}
		p, err := people.Hold(ctx, tx, p.ID)
		if err != nil {
			return "", err
		}
		if !p.Active {
			return "", fault.New(string(Give), fault.Conflict, "account.ended")
		}
		g, err := s.settle(ctx, tx, g)
		if err != nil {
			return "", err
		}
		object := p.AuthzObject()
		object.Area = g.Area
		if s.desk.Check(tx.Subject, Give, object) != nil {
			return "", people.FieldFault("area", "account.grant.area")
		}
		p.Grants = append(p.Grants, g)
		note(tx, g)
		tx.Emit(GrantsChanged{p.ID})
		if err := people.InsertGrant(ctx, tx, p.ID, g); err != nil {
			return "", err
		}
		return g.ID, people.SetReach(ctx, tx, p)
	})
	return err
}

func note(tx *op.Tx, g Grant) {
	tx.Note("role", string(g.Role))
	tx.Note("area", g.Area)
	if g.Org != "" {
		tx.Note("org", g.Org)
	}
}

// settle completes and checks a grant to come: the area of a role within an
// organisation is the organisation's.
func (s *Service) settle(ctx context.Context, tx *op.Tx, g Grant) (Grant, error) {
	if g.Org != "" {
		area, err := s.orgs.Area(ctx, tx, g.Org)
		if fault.Is(err, fault.Missing) {
			return g, people.FieldFault("org", "account.org.unknown")
		}
		if err != nil {
			return g, err
		}
		if OfOrg(g.Role) {
			g.Area = area
		}
	}
	g.ID = id.New[string]()
	if g.From.IsZero() {
		g.From = tx.Now()
	}
	return g, people.CheckGrant(g, tx.Now())
}

// Take ends a grant, at once and everywhere.
func (s *Service) Take(ctx context.Context, from ID, grantID string) error {
	_, err := op.Write(ctx, s.desk, Take, staffer(ctx, from), func(tx *op.Tx, p Person) (bool, error) {
		p, err := people.Hold(ctx, tx, p.ID)
		if err != nil {
			return false, err
		}
		i := slices.IndexFunc(p.Grants, func(g Grant) bool { return g.ID == grantID })
		if i < 0 {
			return false, fault.New(string(Take), fault.Missing, "account.grant.none")
		}
		note(tx, p.Grants[i])
		if err := people.EndGrants(ctx, tx, p.ID, grantID); err != nil {
			return false, err
		}
		p.Grants = slices.Delete(p.Grants, i, i+1)
		tx.Emit(GrantsChanged{p.ID})
		return true, people.SetReach(ctx, tx, p)
	})
	return err
}

// Rename changes the name that workers see.
func (s *Service) Rename(ctx context.Context, who ID, version int64, name string) error {
	_, err := op.Write(ctx, s.desk, Rename, staffer(ctx, who), func(tx *op.Tx, p Person) (bool, error) {
		name, err := parseName(name)
		if err == nil && name == "" {
			err = people.FieldFault("name", "account.name.length")
		}
		if err != nil {
			return false, err
		}
		n, err := tx.Exec(ctx, `update person set name = $3, version = version + 1 where person_id = $1 and version = $2`, string(p.ID), version, name)
		if err == nil && n == 0 {
			err = fault.New(string(Rename), fault.Conflict, "account.changed")
		}
		return true, err
	})
	return err
}

// ResetPassword gives somebody a first password again and ends their sessions.
// Their own password people change themselves.
func (s *Service) ResetPassword(ctx context.Context, who ID) (string, error) {
	fresh := added{who, id.New[string]()}
	hash, err := s.hash(ctx, s.firstPassword(fresh.Reset))
	if err != nil {
		return "", fault.Wrap(string(ResetPassword), err)
	}
	got, err := op.Write(ctx, s.desk, ResetPassword, staffer(ctx, who), func(tx *op.Tx, p Person) (added, error) {
		if string(p.ID) == tx.Subject.ID {
			return added{}, fault.New(string(ResetPassword), fault.Denied, "account.reset.self")
		}
		if !p.Active {
			return added{}, fault.New(string(ResetPassword), fault.Conflict, "account.ended")
		}
		if err := s.setHash(ctx, tx, p.ID, hash, true); err != nil {
			return added{}, err
		}
		return fresh, session.End(ctx, tx, string(p.ID), "")
	})
	if err != nil {
		return "", err
	}
	return s.firstPassword(got.Reset), nil
}

// SetPassword changes the password of whoever asks, and ends their other
// sessions. A wrong old one counts as a wrong try at signing in.
func (s *Service) SetPassword(ctx context.Context, old, password, token string) error {
	if err := s.prove(ctx, "old", old, token); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err == nil {
		err = s.unused(ctx, password)
	}
	if err != nil {
		return fault.Wrap(string(SetPassword), err)
	}
	_, err = op.Write(unnamed(ctx), s.desk, SetPassword, selfOf(ctx), func(tx *op.Tx, p Person) (bool, error) {
		if err := s.checkPassword(ctx, tx, p, password); err != nil {
			return false, err
		}
		if password == old {
			return false, people.FieldFault("password", "account.password.same")
		}
		if err := s.gate.Refund(ctx, tx, p.Login, pace.OriginOf(ctx).Device); err != nil {
			return false, err
		}
		if err := s.setHash(ctx, tx, p.ID, hash, false); err != nil {
			return false, err
		}
		return true, session.End(ctx, tx, string(p.ID), session.Hash(token))
	})
	return err
}

// prove holds password against whoever asks, as a try at signing in: what follows
// gives the try back. A wrong one is a fault of field.
func (s *Service) prove(ctx context.Context, field, password, token string) error {
	me, err := s.Me(ctx, token)
	if err != nil {
		return err
	}
	found, err := s.charge(ctx, me.Login)
	if err != nil {
		return err
	}
	ok, _, err := s.verify(ctx, found.hash, password)
	if err != nil {
		return fault.Wrap(string(SetPassword), err)
	}
	if !ok || found.person != me.ID {
		return people.FieldFault(field, "account.password.wrong")
	}
	return nil
}

// PutPassword sets the password of the staff member called login, opens the account
// where it is locked, and ends all their sessions. Only the program's own commands may:
// they are the way back when the last security administrator is locked out.
func (s *Service) PutPassword(ctx context.Context, login, password string) error {
	if authz.From(ctx).Kind != authz.System {
		return fault.New(string(ResetPassword), fault.Denied, "fault.denied")
	}
	login = people.FoldLogin(login)
	hash, err := s.hash(ctx, password)
	if err != nil {
		return fault.Wrap(string(ResetPassword), err)
	}
	_, err = op.Write(ctx, s.desk, ResetPassword, called(ctx, login), func(tx *op.Tx, p Person) (bool, error) {
		if err := s.checkPassword(ctx, tx, p, password); err != nil {
			return false, err
		}
		if err := s.setHash(ctx, tx, p.ID, hash, false); err != nil {
			return false, err
		}
		if _, err := people.Unlock(ctx, tx, p.ID); err != nil {
			return false, err
		}
		return true, session.End(ctx, tx, string(p.ID), "")
	})
	return err
}

// called finds the active staff member whose login name is login.
func called(ctx context.Context, login string) func(*op.Tx) (Person, error) {
	return func(tx *op.Tx) (Person, error) {
		var who ID
		err := tx.One(ctx, `select g.person_id from person_login g join person p on p.person_id = g.person_id where g.login = $1 and p.active`, []any{login}, &who)
		if err != nil && !errors.Is(err, db.ErrNone) {
			return Person{}, err
		}
		return people.Get(ctx, tx, who)
	}
}

// setHash stores a password's hash. A first one must be changed, and soon. It
// takes the row that a sign-in takes, too: sessions ended after it stay ended.
func (s *Service) setHash(ctx context.Context, tx *op.Tx, who ID, hash string, first bool) error {
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return err
	}
	var until any
	if first {
		until = tx.Now().Add(l.Days("first_password_days")).UnixMicro()
	}
	_, err = tx.Exec(ctx, `
		insert into person_password (person_id, hash, set_at, must_change, good_until, absent) values ($1, $2, $3, $4, $5, $6)
		on conflict (person_id) do update
		set hash = excluded.hash, set_at = excluded.set_at, must_change = excluded.must_change, good_until = excluded.good_until, absent = excluded.absent`,
		string(who), hash, tx.Now().UnixMicro(), first, until, false)
	if err != nil {
		return err
	}
	return password.RulesOf(l).Keep(ctx, tx, string(who), hash)
}

// unused refuses a password that whoever asks had lately, where a rule asks for it.
func (s *Service) unused(ctx context.Context, typed string) error {
	hashes, err := op.List(ctx, s.desk, SetPassword, func(tx *op.Tx, _ op.Scope) ([]string, error) {
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return nil, err
		}
		return password.RulesOf(l).Last(ctx, tx, tx.Subject.ID)
	})
	for _, hash := range hashes {
		ok, _, err := s.verify(ctx, hash, typed)
		if err == nil && ok {
			err = people.FieldFault("password", "account.password.used")
		}
		if err != nil {
			return err
		}
	}
	return err
}

// EndStay ends somebody's work here: all grants, all sessions, the right to
// sign in. The name stays in what they did.
func (s *Service) EndStay(ctx context.Context, who ID) error {
	_, err := op.Write(ctx, s.desk, EndStay, staffer(ctx, who), func(tx *op.Tx, p Person) (bool, error) {
		if string(p.ID) == tx.Subject.ID {
			return false, fault.New(string(EndStay), fault.Denied, "account.end.self")
		}
		n, err := tx.Exec(ctx, `update person set active = $2, ended_at = $3, version = version + 1 where person_id = $1 and active`, string(p.ID), false, tx.Now().UnixMicro())
		if err == nil && n == 0 {
			err = fault.New(string(EndStay), fault.Conflict, "account.ended")
		}
		if err != nil {
			return false, err
		}
		if err := people.EndGrants(ctx, tx, p.ID, ""); err != nil {
			return false, err
		}
		if err := s.passkeys.Drop(ctx, tx, string(p.ID)); err != nil {
			return false, err
		}
		for _, end := range s.leave {
			if err := end(ctx, tx, string(p.ID)); err != nil {
				return false, err
			}
		}
		tx.Emit(StayEnded{p.ID})
		return true, session.End(ctx, tx, string(p.ID), "")
	})
	return err
}

func staffer(ctx context.Context, p ID) func(*op.Tx) (Person, error) {
	return func(tx *op.Tx) (Person, error) { return people.Staff(ctx, tx, p) }
}

// Staff returns the account of a login name, ended ones too, or fault.Missing.
func (s *Service) Staff(ctx context.Context, tx *op.Tx, login string) (string, error) {
	return people.StaffOf(ctx, tx, login)
}
