package warden

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/account"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/people"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// Service is what the pages of the security administrator may ask.
type Service struct{ desk *op.Desk }

// NewService returns the service.
func NewService(desk *op.Desk) *Service { return &Service{desk} }

// Watched is a staff member as the security administrator sees one.
type Watched struct {
	people.Person
	Factor     bool // there is a second factor
	MustChange bool // the first password was not changed so far
	PasswordAt time.Time
	Sessions   []session.Session // the last seen first; hashes are left out
	UsedAt     time.Time         // when a session of theirs was last in use; zero: never
	LockedBy   string            // empty: the program itself
	LockedWhy  string            // in the words of who did it, or [Dormant]
	Tries      []op.Trace        // at signing in and at what is theirs, the newest first; only of one
}

const (
	maxWhy  = 200
	triesOn = 30
)

// watching are the acts that tell of signing in, also those of rooms beside this one.
var watching = []authz.Action{account.TryPassword, account.SignInStaff, account.EnterCode, account.EnterPasskey, "account.enter_provider", "account.link_provider", "account.unlink_provider", "account.invite_provider", "account.accept_invite", account.Prove, account.SetPassword, account.ResetPassword, account.StartFactor, account.ConfirmFactor, account.RenewCodes, account.DropFactor, account.ResetFactor, account.AddPasskey, account.RemovePasskey, Lock, Unlock, EndSessions, Sleep}

// Watch returns the staff that f selects, as the security administrator sees them.
func (s *Service) Watch(ctx context.Context, f people.Filter) ([]Watched, error) {
	return op.List(ctx, s.desk, Watch, func(tx *op.Tx, scope op.Scope) ([]Watched, error) {
		var args db.Args
		where := scope.Where(authz.Columns{ID: "person_id", Area: "reach"}, &args)
		ps, err := people.List(ctx, tx, f, where, args)
		if err == nil && len(ps) > 0 {
			err = people.GrantsFor(ctx, tx, ps)
		}
		all := make([]Watched, len(ps))
		for i, p := range ps {
			all[i].Person = p
		}
		if err != nil || len(all) == 0 {
			return nil, err
		}
		return all, watched(ctx, tx, all)
	})
}

// WatchOne returns one of them, with the last tries.
func (s *Service) WatchOne(ctx context.Context, who people.ID) (Watched, error) {
	return op.Read(ctx, s.desk, Watch, func(tx *op.Tx) (Watched, error) {
		p, err := people.Staff(ctx, tx, who)
		if err != nil {
			return Watched{}, err
		}
		all := []Watched{{Person: p}}
		if err := watched(ctx, tx, all); err != nil {
			return all[0], err
		}
		all[0].Tries, _, err = op.Trail(ctx, tx, op.TrailFilter{Groups: []string{"person"}, Root: string(who), Acts: watching, Limit: triesOn})
		return all[0], err
	})
}

// watched fills in what is known of how people sign in.
func watched(ctx context.Context, tx *op.Tx, all []Watched) error {
	at := map[string]*Watched{}
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = string(all[i].ID)
		at[ids[i]] = &all[i]
	}
	var args db.Args
	err := tx.Each(ctx, `
		select p.person_id, p.locked_by, p.locked_why, p.used_at, w.must_change, w.set_at, f.on_at is not null or exists (select 1 from person_passkey k where k.person_id = p.person_id)
		from person p join person_password w on w.person_id = p.person_id left join person_factor f on f.person_id = p.person_id
		where p.person_id in `+db.In(&args, ids), args, func(r db.Row) error {
		var who, by, why string
		var must, factor bool
		var used, set time.Time
		err := r.Scan(&who, &by, &why, db.Time(&used), &must, db.Time(&set), &factor)
		w := at[who]
		w.LockedBy, w.LockedWhy, w.UsedAt, w.MustChange, w.PasswordAt, w.Factor = by, why, used, must, set, factor
		return err
	})
	if err != nil {
		return err
	}
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return err
	}
	for _, who := range ids {
		if at[who].Sessions, err = session.Live(ctx, tx, who, "", l); err != nil {
			return err
		}
	}
	return nil
}

// Policies returns the limits that count now and those to come, with their sources.
func (s *Service) Policies(ctx context.Context) ([]pace.Dated, error) {
	return op.List(ctx, s.desk, Watch, func(tx *op.Tx, _ op.Scope) ([]pace.Dated, error) {
		if !tx.Subject.Has(authz.Security) {
			return nil, fault.New(string(Watch), fault.Missing, "fault.missing")
		}
		return pace.All(ctx, tx)
	})
}

// EndSessions ends the sessions of a staff member; with an empty id, all.
func (s *Service) EndSessions(ctx context.Context, who people.ID, sessionID string) error {
	_, err := op.Write(ctx, s.desk, EndSessions, staffer(ctx, who), func(tx *op.Tx, p people.Person) (bool, error) {
		return true, session.EndOne(ctx, tx, string(p.ID), sessionID, "")
	})
	return err
}

// Lock keeps a staff member from signing in until [Service.Unlock], and ends their
// sessions. It is for danger in delay, so that it asks for no proof. Conflict: it is
// locked already, or the stay is over.
func (s *Service) Lock(ctx context.Context, who people.ID, why string) error {
	return s.bar(ctx, Lock, who, why, func(tx *op.Tx, p people.Person, why string) error {
		n, err := tx.Exec(ctx, `
			update person set locked_at = $2, locked_by = $3, locked_why = $4, version = version + 1 where person_id = $1 and active and locked_at is null`,
			string(p.ID), tx.Now().UnixMicro(), tx.Subject.Name, why)
		if err == nil && n == 0 {
			err = fault.New(string(Lock), fault.Conflict, "account.locked")
		}
		if err != nil {
			return err
		}
		return session.End(ctx, tx, string(p.ID), "")
	})
}

// Unlock lets somebody sign in again. Conflict: nothing is locked.
func (s *Service) Unlock(ctx context.Context, who people.ID, why string) error {
	return s.bar(ctx, Unlock, who, why, func(tx *op.Tx, p people.Person, _ string) error {
		n, err := people.Unlock(ctx, tx, p.ID)
		if err == nil && n == 0 {
			err = fault.New(string(Unlock), fault.Conflict, "account.unlocked")
		}
		return err
	})
}

// bar does either, with a reason, to anybody but oneself.
func (s *Service) bar(ctx context.Context, act authz.Action, who people.ID, why string, do func(*op.Tx, people.Person, string) error) error {
	why = strings.TrimSpace(plain.Line(why))
	if n := utf8.RuneCountInString(why); n < 4 || n > maxWhy {
		var f fault.Form
		f.Add("why", "account.why.length", fault.Args{"Least": 4, "Most": maxWhy})
		return f.Err(string(act))
	}
	_, err := op.Write(ctx, s.desk, act, staffer(ctx, who), func(tx *op.Tx, p people.Person) (bool, error) {
		if string(p.ID) == tx.Subject.ID {
			return false, fault.New(string(act), fault.Denied, "account.lock.self")
		}
		tx.Note("why", why)
		return true, do(tx, p, why)
	})
	return err
}

func staffer(ctx context.Context, who people.ID) func(*op.Tx) (people.Person, error) {
	return func(tx *op.Tx) (people.Person, error) { return people.Staff(ctx, tx, who) }
}
