package account

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

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

// SignIn signs the worker with phone in by the code that was sent there, and
// makes the account at the first time. own says that the phone is the worker's
// alone: the session is then long.
//
// The outcome is a secret, so a client's id is not kept for it: whose answer was
// lost asks for another code.
func (s *Service) SignIn(ctx context.Context, phone, code string, own bool) (Signed, error) {
	ctx = unnamed(ctx)
	phone, err := parsePhone(phone)
	if err != nil {
		return Signed{}, err
	}
	fresh, in := id.New[ID](), newSigned()
	find := func(tx *op.Tx) (root, error) {
		p, err := s.Whose(ctx, tx, phone)
		if p == "" {
			p = fresh
		}
		return root(p), err
	}
	ok, err := op.Write(ctx, s.desk, SignIn, find, func(tx *op.Tx, r root) (bool, error) {
		if ok, err := s.codes.Use(ctx, tx, ForSignIn, phone, code); !ok || err != nil {
			tx.Note("result", "wrong")
			return false, err
		}
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return false, err
		}
		if in.Person, err = s.worker(ctx, tx, phone, ID(r)); err != nil {
			return false, err
		}
		return true, s.admit(ctx, tx, in, session.Held{Way: session.ByCode, Own: own}, l)
	})
	if err == nil && !ok {
		err = wrongCode()
	}
	if err != nil {
		return Signed{}, err
	}
	return *in, nil
}

// StartLink opens a session that sees one root, root, on behalf of a body. The
// caller has checked the code that was sent to the body's contact.
func (s *Service) StartLink(ctx context.Context, orgID, rootID, label string) (Signed, error) {
	ctx = unnamed(ctx)
	in := newSigned()
	_, err := op.Write(ctx, s.desk, StartLink, newRoot(), func(tx *op.Tx, _ root) (bool, error) {
		if _, err := s.orgs.Area(ctx, tx, orgID); err != nil {
			return false, err
		}
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return false, err
		}
		in.EndsAt = tx.Now().Add(l.Hours("session_link_h"))
		tx.Note("org", orgID)
		tx.Note("only", rootID)
		return true, begin(ctx, tx, in, session.Session{Kind: authz.Link, Way: session.ByLink, Org: orgID, Only: rootID, Label: label})
	})
	if err != nil {
		return Signed{}, err
	}
	return *in, nil
}

// Whose returns the worker whose phone this is, or "".
func (s *Service) Whose(ctx context.Context, tx *op.Tx, phone string) (ID, error) {
	var p ID
	err := tx.One(ctx, `select person_id from person_phone where phone = $1`, []any{s.index("phone", phone)}, &p)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return p, err
}

// worker returns the worker with phone, or makes one with the id fresh.
func (s *Service) worker(ctx context.Context, tx *op.Tx, phone string, fresh ID) (ID, error) {
	n, err := tx.Exec(ctx, `insert into person_phone (phone, person_id) values ($1, $2) on conflict (phone) do nothing`, s.index("phone", phone), string(fresh))
	if err != nil {
		return "", err
	}
	if n == 0 {
		return s.hangs(ctx, tx, phone)
	}
	return fresh, s.make(ctx, tx, phone, fresh)
}

// make makes the account of a worker whose phone is guarded already.
func (s *Service) make(ctx context.Context, tx *op.Tx, phone string, fresh ID) error {
	box, key, err := s.vault().Fresh(fresh)
	if err != nil {
		return err
	}
	sealed, err := box.Seal(phone, "phone", string(fresh))
	if err != nil {
		return err
	}
	return people.Insert(ctx, tx, Person{ID: fresh, Kind: authz.Worker, Active: true, MadeAt: tx.Now()}, key, sealed)
}

// begin stores the session of in and ends the one that was shown with the
// sign-in: a secret from before it is worth nothing after it.
func begin(ctx context.Context, tx *op.Tx, in *Signed, s session.Session) error {
	if old := pace.OriginOf(ctx).Session; old != "" {
		if _, err := tx.Exec(ctx, `delete from account_session where hash = $1`, session.Hash(old)); err != nil {
			return err
		}
	}
	in.Lasts = in.EndsAt.Sub(tx.Now())
	s.ID, s.Person, s.Device, s.MadeAt, s.SeenAt, s.EndsAt = id.New[string](), string(in.Person), pace.OriginOf(ctx).Kind(), tx.Now(), tx.Now(), in.EndsAt
	return session.Insert(ctx, tx, s, session.Hash(in.Token))
}

// newSigned is a sign-in to come, with the secret of its session.
func newSigned() *Signed { return &Signed{Token: session.NewToken()} }

var errWrong = fault.New(string(SignInStaff), fault.Invalid, "account.signin.wrong")

// SignInStaff signs a staff member in by name and password. Whatever is wrong,
// the answer and the work are the same. A throttled try is Busy and says how
// long to wait; its password was not looked at.
func (s *Service) SignInStaff(ctx context.Context, login, typed string) (Signed, error) {
	ctx = unnamed(ctx)
	login = people.FoldLogin(login)
	found, err := s.charge(ctx, login)
	if err != nil {
		return Signed{}, err
	}
	if len(typed) > 4*password.Max {
		return Signed{}, errWrong
	}
	ok, fresh, err := s.verify(ctx, found.hash, typed)
	if err != nil {
		return Signed{}, fault.Wrap(string(SignInStaff), err)
	}
	if !ok || found.person == "" {
		return Signed{}, errWrong
	}
	return s.enter(ctx, login, found, fresh)
}

// verify holds password against hash, a few at a time, and returns a new hash
// when the old one was made at another cost.
func (s *Service) verify(ctx context.Context, hash, password string) (ok bool, fresh string, err error) {
	err = s.inTurn(ctx, func() {
		var stale bool
		if ok, stale = s.cost.Matches(hash, password); ok && stale {
			fresh = s.cost.Hash(password)
		}
	})
	return ok, fresh, err
}

// hash returns password as it is kept, a few at a time.
func (s *Service) hash(ctx context.Context, password string) (hash string, err error) {
	err = s.inTurn(ctx, func() { hash = s.cost.Hash(password) })
	return hash, err
}

// inTurn does dear work when there is room for it, so that memory stays bounded.
func (s *Service) inTurn(ctx context.Context, work func()) error {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.slots }()
	work()
	return nil
}

// enter begins the session of somebody whose password was right, unless the
// password or the person changed while it was looked at.
func (s *Service) enter(ctx context.Context, login string, found credential, fresh string) (Signed, error) {
	in := newSigned()
	in.Person, in.Device = found.person, knownDevice(ctx)
	_, err := op.Write(ctx, s.desk, SignInStaff, personRoot(found.person), func(tx *op.Tx, _ root) (bool, error) {
		now, err := credentialOf(ctx, tx, login)
		if err != nil {
			return false, err
		}
		if now.person != found.person || now.hash != found.hash || expired(now.goodUntil, tx.Now()) {
			return false, errWrong
		}
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return false, err
		}
		// Whoever changes the password meanwhile waits for this row, or was first.
		n, err := tx.Exec(ctx, `update person_password set hash = $2 where person_id = $1 and hash = $3`, string(in.Person), cmp.Or(fresh, found.hash), found.hash)
		if err != nil {
			return false, err
		}
		if n == 0 {
			return false, errWrong
		}
		has, err := s.armed(ctx, tx, string(in.Person))
		if err != nil {
			return false, err
		}
		if has.Any() {
			return true, pause(ctx, tx, in, session.ByPassword, l)
		}
		in.MustChange = now.mustChange
		return true, s.finish(ctx, tx, in, login, session.ByPassword, l)
	})
	if err != nil {
		return Signed{}, err
	}
	return *in, nil
}

// finish begins the session of somebody who has proved all that was asked.
func (s *Service) finish(ctx context.Context, tx *op.Tx, in *Signed, login string, way session.Way, l pace.Limits) (err error) {
	in.Half, in.EndsAt = false, tx.Now().Add(l.Hours("session_staff_h"))
	if in.FactorLost, err = s.factors.Tell(ctx, tx, string(in.Person)); err != nil {
		return err
	}
	if err := s.gate.Refund(ctx, tx, login, in.Device); err != nil {
		return err
	}
	noteOrigin(ctx, tx)
	p, err := people.Get(ctx, tx, in.Person)
	if err == nil && s.elsewhere(ctx, p.Subject(tx.Now())) {
		err = fault.New(string(SignInStaff), fault.Invalid, "account.signin.place")
	}
	if err != nil {
		return err
	}
	if err := people.Used(ctx, tx, in.Person); err != nil {
		return err
	}
	return begin(ctx, tx, in, session.Session{Kind: authz.Staff, Way: way, Proved: tx.Now()})
}

// noteOrigin writes down from where a member of staff tries to come in: nobody is signed
// in yet, and so it is not noted by itself.
func noteOrigin(ctx context.Context, tx *op.Tx) {
	if from := pace.OriginOf(ctx).Addr; from.IsValid() {
		tx.Note(op.Via, from.Unmap().String())
	}
}

// elsewhere reports whether who holds one of the three powers and comes from outside the
// networks from which these work (GB/T 22239-2019, 8.1.4.4 c).
func (s *Service) elsewhere(ctx context.Context, who authz.Subject) bool {
	if len(s.powers) == 0 || !who.Has(authz.Admin) && !who.Has(authz.Security) && !who.Has(authz.Auditor) {
		return false
	}
	from := pace.OriginOf(ctx).Addr.Unmap()
	return !slices.ContainsFunc(s.powers, func(n netip.Prefix) bool { return n.Contains(from) })
}

// knownDevice is the secret that marks the device as known, a fresh one at the
// first time.
func knownDevice(ctx context.Context) string {
	return cmp.Or(pace.OriginOf(ctx).Device, session.NewToken())
}

func expired(until, now time.Time) bool { return !until.IsZero() && !now.Before(until) }

func personRoot(p ID) func(*op.Tx) (root, error) {
	return func(*op.Tx) (root, error) { return root(p), nil }
}
