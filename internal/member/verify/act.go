package verify

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/op"
)

// Confirm writes down that a cadre looked at the original (已当面核对原件), with what they
// saw. version is the one that the cadre saw of the member.
func (s *Service) Confirm(ctx context.Context, which member.ID, version int64, note string) error {
	return s.act(ctx, Confirm, which, version, note, func(tx *op.Tx, k *row, note string) error {
		k.State, k.SeenBy, k.SeenAt, k.Note = Seen, tx.Subject.Name, tx.Now(), note
		return nil
	})
}

// Want asks a member to look at name and number again, in words that they read.
func (s *Service) Want(ctx context.Context, which member.ID, version int64, words string) error {
	return s.act(ctx, Want, which, version, words, func(tx *op.Tx, k *row, words string) error {
		if !k.State.Open() {
			return fault.New(string(Want), fault.Conflict, "member.changed")
		}
		k.Wanted, k.WantedBy, k.WantedAt = words, tx.Subject.Name, tx.Now()
		tx.Emit(Wanted{which})
		return nil
	})
}

func (s *Service) act(ctx context.Context, act authz.Action, which member.ID, version int64, words string, do func(*op.Tx, *row, string) error) error {
	_, err := op.Write(ctx, s.desk, act, s.finder(ctx, which), func(tx *op.Tx, m member.Member) (bool, error) {
		words, err := member.Reason(act, words)
		if err != nil {
			return false, err
		}
		if !m.State.Holds() || m.Document == "" || m.Version != version {
			return false, fault.New(string(act), fault.Conflict, "member.changed")
		}
		k, err := held(ctx, tx, which)
		if err != nil {
			return false, err
		}
		if k.State == None {
			raw, err := s.Members.AskRaw(ctx, tx, which)
			if err != nil {
				return false, err
			}
			k.ask, k.print = id.New[string](), s.print(raw)
		}
		if err := do(tx, &k, words); err != nil {
			return false, err
		}
		if err := put(ctx, tx, which, k); err != nil {
			return false, err
		}
		return true, touch(ctx, tx, which, m.Version, tx.Subject.Name)
	})
	return err
}

// touch lets whoever has the member open on a screen be told that it changed.
func touch(ctx context.Context, tx *op.Tx, which member.ID, version int64, by string) error {
	n, err := tx.Exec(ctx, `update member set changed_by = $2, changed_at = $3, version = version + 1 where member_id = $1 and version = $4`, string(which), by, tx.Now().UnixMicro(), version)
	if err == nil && n == 0 {
		err = fault.New("member.save", fault.Conflict, "member.changed")
	}
	return err
}

// Mine is what the worker who is signed in may know of their check, and do about it.
type Mine struct {
	Standing
	Agreed bool // that it is checked
	Left   int64
}

// Mine returns how the check of a worker's own record stands. Without a record it is
// fault.Missing.
func (s *Service) Mine(ctx context.Context) (Mine, error) {
	var mine Mine
	_, err := op.Read(ctx, s.desk, member.See, func(tx *op.Tx) (m member.Member, err error) {
		if tx.Subject.Kind != authz.Worker {
			return m, fault.New(string(member.See), fault.Missing, "fault.missing")
		}
		if m, err = s.Members.AskPerson(ctx, tx, tx.Subject.ID); err != nil {
			return m, err
		}
		k, err := one(ctx, tx, m.ID)
		if err != nil {
			return m, err
		}
		most, err := s.Members.Rule(ctx, tx, "realname_fixes")
		if err != nil {
			return m, err
		}
		mine.Standing, mine.Left = k.Standing, max(0, most-k.Fixes)
		mine.Agreed, err = consent.Agreed(ctx, tx, m.Person, consent.Realname)
		return m, err
	})
	return mine, err
}

// Fix writes name and number of the worker's own record anew, where they were found not
// to belong together; what is new is checked again. It counts: after a few times the
// union must look at the original (fault.Conflict, "member.fix.shut").
func (s *Service) Fix(ctx context.Context, name, document string) error {
	find := func(tx *op.Tx) (member.Member, error) {
		if tx.Subject.Kind != authz.Worker {
			return member.Member{}, fault.New(string(Fix), fault.Missing, "fault.missing")
		}
		return s.Members.AskPerson(ctx, tx, tx.Subject.ID)
	}
	_, err := op.Write(ctx, s.desk, Fix, find, func(tx *op.Tx, m member.Member) (bool, error) {
		k, err := held(ctx, tx, m.ID)
		if err != nil {
			return false, err
		}
		most, err := s.Members.Rule(ctx, tx, "realname_fixes")
		if err != nil {
			return false, err
		}
		switch {
		case !m.State.Holds() || !k.State.Open():
			return false, fault.New(string(Fix), fault.Conflict, "member.changed")
		case k.Fixes >= most:
			return false, fault.New(string(Fix), fault.Conflict, "member.fix.shut")
		}
		return true, s.rewrite(ctx, tx, m, k, name, document)
	})
	return err
}

// rewrite puts another name and number into a record, and lines it up.
func (s *Service) rewrite(ctx context.Context, tx *op.Tx, m member.Member, k row, name, document string) error {
	raw, err := s.Members.AskRaw(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	was := s.print(raw)
	if err := corrected(&raw, name, document, clock.Day(tx.Now())); err != nil {
		return err
	}
	if s.print(raw) == was {
		return wrong("name", "member.fix.same")
	}
	if err := consent.Ward(ctx, tx, string(m.ID), raw.Born); fault.Is(err, fault.Invalid) {
		return wrong("document", fault.Of(err).Msg)
	} else if err != nil {
		return err
	}
	if err := s.Members.Rewrite(ctx, tx, m.ID, raw); err != nil {
		return err
	}
	if m.State.Belongs() {
		if _, err := tx.Exec(ctx, `delete from member_document where member_id = $1`, string(m.ID)); err != nil {
			return err
		}
		if err := s.Members.TakeDocument(ctx, tx, m.ID); fault.Is(err, fault.Conflict) {
			return fault.New(string(Fix), fault.Conflict, "member.fix.desk.conflict") // of whose it is nothing is told
		} else if err != nil {
			return err
		}
	}
	if err := written(ctx, tx, m.ID, 1); err != nil {
		return err
	}
	k.Fixes++
	tx.Note("fix", "name and number")
	if err := put(ctx, tx, m.ID, k.again(s.print(raw), tx.Now().UnixMicro())); err != nil {
		return err
	}
	if err := touch(ctx, tx, m.ID, m.Version, ""); err != nil {
		return err
	}
	return twin.Seek(ctx, tx, string(m.ID))
}

// corrected puts what somebody wrote into a record, or says what is wrong with it.
func corrected(raw *member.Raw, name, document, today string) error {
	var f fault.Form
	var err error
	if raw.Name, err = idcard.ParseName(name); err != nil {
		f.Add("name", "member.name.unknown", nil)
	}
	r, err := idcard.ParseResident(idcard.Plain(document), today)
	if err != nil {
		f.Add("document", "member.document.wrong", nil)
	}
	raw.Document, raw.Born = r.Number, r.Birth
	return f.Err(string(Fix))
}

func wrong(field, msg string) error {
	var f fault.Form
	f.Add(field, msg, nil)
	return f.Err(string(Fix))
}

// Decided implements consent.Follower: who agrees is lined up, who does not any more is
// not asked about; a result that is there stays, unless the number itself is gone.
func (s *Service) Decided(ctx context.Context, tx *op.Tx, person, purpose string, given bool) error {
	const theirs = `member_id in (select m.member_id from member m where m.person_id = $1)`
	switch {
	case purpose == consent.Realname && given:
		_, err := tx.Exec(ctx, `update member set named = 0 where person_id = $1`, person)
		return err
	case purpose == consent.Realname:
		return drop(ctx, tx, `state = 'due' and `+theirs, person)
	case purpose == consent.Document && !given:
		return drop(ctx, tx, theirs, person)
	}
	return nil
}

// Forget drops what is known of a worker whose account ends, but for what a legal hold
// keeps. It is called before whose the memberships are is forgotten.
func (s *Service) Forget(ctx context.Context, tx *op.Tx, worker string) error {
	return drop(ctx, tx, `member_id in (select m.member_id from member m where m.person_id = $1 and not `+hold.Held("m.member_id", "m.person_id")+`)`, worker)
}

// Copies returns how the checks of the records of the worker who is signed in stand: what
// one may have a copy of (PIPL 45).
func (s *Service) Copies(ctx context.Context) (map[string]Standing, error) {
	return op.List(ctx, s.desk, member.See, func(tx *op.Tx, scope op.Scope) (map[string]Standing, error) {
		if tx.Subject.Kind != authz.Worker {
			return nil, fault.New(string(member.See), fault.Missing, "fault.missing")
		}
		var args db.Args
		mine, err := s.Members.AskSome(ctx, tx, scope.Where(member.ByColumns, &args)+` and m.person_id = `+args.Add(tx.Subject.ID), args)
		if err != nil {
			return nil, err
		}
		which := make([]string, len(mine))
		for i, m := range mine {
			which[i] = string(m.ID)
		}
		return Of(ctx, tx, which...)
	})
}
