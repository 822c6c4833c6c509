package oidc

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/people"
	"nuanxin/internal/account/session"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// This part is invitations: a member of staff who has no password of their own comes in
// at the union's provider instead of setting one, and is linked to whoever the provider
// says that they are.

// Invited is an invitation as whoever has its link sees it.
type Invited struct {
	Name, Login string // of the person
	Union, Host string
	EndsAt      time.Time
	provider    string
}

// Invite makes an invitation for a member of staff who has no password of their own, and
// returns its secret, to be told to them once. Their first password ends, and with it an
// invitation before this one. Conflict: they have a password or a second factor, or are
// linked already: an administrator could then be somebody without their notice.
func (s *Service) Invite(ctx context.Context, who account.ID, provider string) (token string, err error) {
	fresh := session.NewToken()
	_, err = op.Write(unnamed(ctx), s.desk, Invite, staff(ctx, who), func(tx *op.Tx, p people.Person) (bool, error) {
		if err := s.invitable(ctx, tx, p); err != nil {
			return false, err
		}
		e, err := s.find(ctx, provider)(tx)
		if err != nil {
			return false, err
		}
		if may, err := within(ctx, tx, e, string(p.ID)); err != nil || !may {
			return false, errors.Join(err, fault.New(string(Invite), fault.Denied, "account.provider.area"))
		}
		set, life, err := s.Accounts.Unset(ctx, tx, p.ID)
		if err != nil {
			return false, err
		}
		tx.Note("provider", e.ID)
		if err := uninvite(ctx, tx, string(p.ID)); err != nil {
			return false, err
		}
		_, err = tx.Exec(ctx, `insert into account_invite (hash, person_id, provider_id, set_at, made_at, made_by, ends_at) values ($1, $2, $3, $4, $4, $5, $6)`,
			session.Hash(fresh), string(p.ID), e.ID, set.UnixMicro(), tx.Subject.ID, set.Add(life).UnixMicro())
		return err == nil, err
	})
	return fresh, err
}

func staff(ctx context.Context, who account.ID) func(*op.Tx) (people.Person, error) {
	return func(tx *op.Tx) (people.Person, error) { return people.Staff(ctx, tx, who) }
}

// invitable refuses an invitation for oneself, for who is gone, and for who is linked.
func (s *Service) invitable(ctx context.Context, tx *op.Tx, p people.Person) error {
	switch {
	case string(p.ID) == tx.Subject.ID:
		return fault.New(string(Invite), fault.Denied, "account.invite.self")
	case !p.Active:
		return fault.New(string(Invite), fault.Conflict, "account.ended")
	}
	have, err := ties(ctx, tx, string(p.ID))
	if err == nil && len(have) > 0 {
		err = fault.New(string(Invite), fault.Conflict, "account.invite.linked")
	}
	return err
}

// Inviting are the providers by which an administrator may invite somebody; none for who
// has a password of their own, or is linked.
func (s *Service) Inviting(ctx context.Context, who account.ID) (all []Entry, err error) {
	if s.Origin == "" {
		return nil, nil
	}
	_, err = op.Read(ctx, s.desk, account.See, func(tx *op.Tx) (people.Person, error) {
		p, err := people.Staff(ctx, tx, who)
		if err != nil {
			return p, err
		}
		open, err := s.Accounts.Unsettled(ctx, tx, p.ID)
		if err != nil || !open {
			return p, err
		}
		if err = s.invitable(ctx, tx, p); fault.Is(err, fault.Conflict) || fault.Is(err, fault.Denied) {
			return p, nil
		} else if err != nil {
			return p, err
		}
		offered, err := s.named(ctx, tx, `1 = 1`)
		for _, e := range offered {
			if may, err := within(ctx, tx, e, string(p.ID)); err != nil {
				return p, err
			} else if may {
				all = append(all, e)
			}
		}
		return p, err
	})
	return all, err
}

// Invitation shows the invitation whose secret this is, or Missing.
func (s *Service) Invitation(ctx context.Context, token string) (v Invited, err error) {
	_, err = op.Read(unnamed(ctx), s.desk, SeeInvite, func(tx *op.Tx) (root, error) {
		i, err := invited(ctx, tx, session.Hash(token))
		if err != nil {
			return "", err
		}
		p, err := people.Staff(ctx, tx, account.ID(i.person))
		if err != nil {
			return "", err
		}
		e, err := s.find(ctx, i.provider)(tx)
		if err != nil {
			return "", err
		}
		v = Invited{Name: p.Name, Login: p.Login, Union: e.Name, EndsAt: i.ends, provider: e.ID}
		if u, err := url.Parse(e.Issuer); err == nil {
			v.Host = u.Host
		}
		return root(i.person), nil
	})
	return v, err
}

// BeginInvited begins to accept the invitation whose secret this is. State, nonce and
// verifier belong to this invitation and this browser alone.
func (s *Service) BeginInvited(ctx context.Context, token string) (Started, error) {
	v, err := s.Invitation(ctx, token)
	if err != nil {
		return Started{}, err
	}
	return s.begin(ctx, BeginInvite, v.provider, func(*op.Tx) pending { return pending{Invite: session.Hash(token)} })
}

// answered is what came of an invitation.
type answered string

const (
	joined answered = "joined"
	over   answered = "over"
	taken  answered = "taken"
	beyond answered = "area"
)

// accept links the person of the invitation that p began to subject, and signs them in.
// What is refused leaves the invitation as it was.
func (s *Service) accept(ctx context.Context, e Entry, p pending, subject string, claims Claims) (Outcome, error) {
	out := Outcome{Invited: true, Next: "/desk"}
	fresh := id.New[root]()
	find := func(tx *op.Tx) (root, error) {
		i, err := invited(ctx, tx, p.Invite)
		if fault.Is(err, fault.Missing) {
			return fresh, nil
		}
		return root(i.person), err
	}
	got, err := op.Write(ctx, s.desk, Accept, find, func(tx *op.Tx, who root) (answered, error) {
		tx.Note("provider", e.ID)
		got, err := s.join(ctx, tx, e, p.Invite, string(who), subject)
		if err != nil || got != joined {
			tx.Note("result", string(got))
			return got, err
		}
		in, err := s.Accounts.Arrive(ctx, tx, string(who), session.ByProvider, e.both(claims))
		if err == nil && in == nil { // locked meanwhile: nothing of it happened
			err = errOver()
		}
		if err != nil {
			return "", err
		}
		out.Signed = *in
		return joined, nil
	})
	if err != nil {
		return out, err
	}
	switch got {
	case over:
		err = errOver()
	case taken:
		err = fault.New(string(Accept), fault.Invalid, "account.invite.taken")
	case beyond:
		err = fault.New(string(Accept), fault.Invalid, "account.provider.area")
	}
	return out, err
}

func errOver() error { return fault.New(string(Accept), fault.Invalid, "account.invite.over") }

// join uses an invitation up by the link of its person to subject. The row of the password
// is taken first: whoever gives a password meanwhile came before, and so ended it, or waits.
func (s *Service) join(ctx context.Context, tx *op.Tx, e Entry, hash, who, subject string) (answered, error) {
	i, err := invited(ctx, tx, hash)
	if fault.Is(err, fault.Missing) || err == nil && i.provider != e.ID {
		return over, nil
	}
	if err != nil {
		return "", err
	}
	if ok, err := s.Accounts.StillUnset(ctx, tx, account.ID(who), i.set); err != nil || !ok {
		return over, err
	}
	if _, err = invited(ctx, tx, hash); fault.Is(err, fault.Missing) { // another was faster
		return over, nil
	} else if err != nil {
		return "", err
	}
	if may, err := within(ctx, tx, e, who); err != nil || !may {
		return beyond, err
	}
	if ok, err := tie(ctx, tx, who, e.ID, subject); err != nil || !ok {
		return taken, err
	}
	return joined, uninvite(ctx, tx, who)
}

// invitation is a row of account_invite.
type invitation struct {
	person, provider string
	set, ends        time.Time
}

// invited is the invitation with a hash that is not over, or Missing.
func invited(ctx context.Context, tx *op.Tx, hash string) (i invitation, err error) {
	err = tx.One(ctx, `select person_id, provider_id, set_at, ends_at from account_invite where hash = $1 and ends_at > $2`, []any{hash, tx.Now().UnixMicro()},
		&i.person, &i.provider, db.Time(&i.set), db.Time(&i.ends))
	if errors.Is(err, db.ErrNone) {
		err = fault.New("account.invite", fault.Missing, "account.invite.over")
	}
	return i, err
}

func uninvite(ctx context.Context, tx *op.Tx, person string) error {
	_, err := tx.Exec(ctx, `delete from account_invite where person_id = $1`, person)
	return err
}

// both reports whether a provider says that it saw two factors.
func (e Entry) both(claims Claims) bool {
	return slices.ContainsFunc(claims.Strong, func(w string) bool { return slices.Contains(e.Strong, w) })
}
