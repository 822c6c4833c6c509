package member

import (
	"context"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member/half"
	"nuanxin/internal/member/lead"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

// Receipt tells an applicant what happens now.
type Receipt struct {
	ID      ID        `json:"id"`
	Union   string    `json:"union"`   // its name
	Officer string    `json:"officer"` // who looks first; may be empty
	DueAt   time.Time `json:"due_at"`  // zero: the working days are not published so far
}

// Own is one's own membership.
type Own struct {
	Member
	Terms    []Term
	Ties     []Tie
	Worked   []work.Work // where they work and have worked, the first first
	Consents []Given
	Officer  string // who looks first at what waits
	Known    bool   // it is an application, and somebody of the same name and identity number is a member
}

// AuthzObject implements op.Target.
func (o Own) AuthzObject() authz.Object { return o.Member.AuthzObject() }

// Given is a consent, and what became of it.
type Given struct {
	Consent
	At          time.Time
	WithdrawnAt time.Time
}

// Offer is what joining starts from.
type Offer struct {
	Union    Union             // that looks after the area; zero: none does
	Purposes []consent.Purpose // what is asked for now
	Firms    []work.Firm       // the platforms that are known there
	Posts    []work.Post       // the stations of ours there
	Name     string            // of the account; may be empty
	Phone    string            // of the account, masked; empty for nobody
	Days     int               // the working days within which a union answers
	DueAt    time.Time         // the last of them, counted from now; zero: not published so far
}

// Offer returns what somebody who wants to join in an area starts from. Nobody
// need be signed in, and the area may be empty.
func (s *Service) Offer(ctx context.Context, area string) (Offer, error) {
	return op.List(ctx, s.desk, Apply, func(tx *op.Tx, _ op.Scope) (o Offer, err error) {
		if o.Purposes, err = consent.Joining(ctx, tx); err != nil {
			return o, err
		}
		days, err := rule(ctx, tx, "answer_days")
		if err != nil {
			return o, err
		}
		o.Days = int(days)
		if o.DueAt, err = s.due(ctx, tx); err != nil {
			return o, err
		}
		if tx.Subject.Kind == authz.Worker {
			name, phone, err := s.people.Contact(ctx, tx, tx.Subject.ID)
			if err != nil {
				return o, err
			}
			o.Name, o.Phone = name, idcard.MaskPhone(phone)
		}
		if area == "" {
			return o, nil
		}
		if o.Posts, err = s.near(ctx, tx, area); err != nil {
			return o, err
		}
		if o.Union, err = lead.Nearest(ctx, tx, s.orgs, area); fault.Unless(err, fault.Missing) != nil || s.firms == nil {
			return o, fault.Unless(err, fault.Missing)
		}
		o.Firms, err = s.firms.Around(ctx, tx, area)
		return o, err
	})
}

// Choice returns the unions that somebody who works for some companies in an area may choose
// between.
func (s *Service) Choice(ctx context.Context, area string, works []work.Said) (lead.Choice, error) {
	if works = work.Clean(works); len(area) < 6 || len(works) == 0 {
		return lead.Choice{}, nil
	}
	return op.List(ctx, s.desk, Apply, func(tx *op.Tx, _ op.Scope) (lead.Choice, error) {
		here, err := lead.Nearest(ctx, tx, s.orgs, area)
		if err != nil {
			return lead.Choice{}, fault.Unless(err, fault.Missing)
		}
		return lead.Of(ctx, tx, s.firms, here, names(works), area)
	})
}

// Apply asks the union of an area, or of the company there that was chosen, for membership, in the name of the worker who
// is signed in. Who is a member or has applied already is told so
// (fault.Conflict, "member.already").
func (s *Service) Apply(ctx context.Context, a Application) (Receipt, error) {
	fresh := Member{ID: id.New[ID](), Person: authz.From(ctx).ID, State: Applied, Version: 1}
	propose := func(tx *op.Tx) (Member, error) { return fresh, nil }
	return op.Write(ctx, s.desk, Apply, propose, func(tx *op.Tx, m Member) (Receipt, error) {
		asked, err := consent.Joining(ctx, tx)
		if err != nil {
			return Receipt{}, err
		}
		d, err := a.draw(clock.Day(tx.Now()), asked)
		if err != nil {
			return Receipt{}, err
		}
		if err := s.posted(ctx, tx, d.Works); err != nil {
			return Receipt{}, err
		}
		if err := grown(consent.Ward(ctx, tx, string(m.ID), d.resident.Birth)); err != nil {
			return Receipt{}, err
		}
		u, choice, err := s.chosen(ctx, tx, d)
		if err != nil {
			return Receipt{}, err
		}
		_, phone, err := s.people.Contact(ctx, tx, m.Person)
		if err != nil {
			return Receipt{}, err
		}
		if err := s.claim(ctx, tx, m.ID, phone); err != nil {
			return Receipt{}, err
		}
		m.Union, m.UnionName, m.Area = u.ID, u.Name, u.Area
		m.Occupation, m.Channel = d.Occupation, d.Channel
		m.Phone, m.Document = idcard.MaskPhone(phone), idcard.MaskID(d.Document)
		m.AppliedAt = tx.Now()
		if m.DueAt, err = s.due(ctx, tx); err != nil {
			return Receipt{}, err
		}
		if err := s.insert(ctx, tx, m, d, phone); err != nil {
			return Receipt{}, err
		}
		if err := work.Begin(ctx, tx, Apply, string(m.ID), clock.Day(tx.Now()), d.Works, s.called(ctx, tx, d.Area)); err != nil {
			return Receipt{}, err
		}
		if err := s.agree(ctx, tx, m.Person, asked, d.Consents); err != nil {
			return Receipt{}, err
		}
		if err := choice.Note(ctx, tx, string(m.ID), d.Area, u); err != nil {
			return Receipt{}, err
		}
		if err := twin.Seek(ctx, tx, string(m.ID)); err != nil {
			return Receipt{}, err
		}
		if err := half.Clear(ctx, tx, m.Person); err != nil {
			return Receipt{}, err
		}
		tx.Emit(AppliedTo{m.ID, u.ID})
		return Receipt{m.ID, u.Name, u.Officer, m.DueAt}, nil
	})
}

// chosen is the union that answers, of those that there were to choose between.
func (s *Service) chosen(ctx context.Context, tx *op.Tx, d draft) (Union, lead.Choice, error) {
	u, err := lead.Nearest(ctx, tx, s.orgs, d.Area)
	if err != nil {
		return u, lead.Choice{}, nobody(Apply, err)
	}
	choice, err := lead.Of(ctx, tx, s.firms, u, names(d.Works), d.Area)
	if err != nil {
		return u, choice, err
	}
	u, err = choice.Pick(Apply, d.Union)
	return u, choice, err
}

// grown tells at the input for the identity number that a child cannot join.
func grown(err error) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	var f fault.Form
	f.Add("document", fault.Of(err).Msg, fault.Of(err).Args)
	return f.Err(string(Apply))
}

// claim takes the phone for an application, or says whose it is. The identity
// number is claimed at the approval, for what is typed here may be another's.
func (s *Service) claim(ctx context.Context, tx *op.Tx, which ID, phone string) error {
	whose, err := guardPhone.claim(ctx, tx, s.index("phone", phone), which)
	if err != nil || whose == which {
		return err
	}
	old, err := s.get(ctx, tx, whose)
	if err != nil {
		return err
	}
	return fault.New(string(Apply), fault.Conflict, "member.already").With(fault.Args{"Union": old.UnionName})
}

// nobody is the fault of the form that named an area without a union.
func nobody(act authz.Action, err error) error {
	if fault.Is(err, fault.Missing) {
		var f fault.Form
		f.Add("area", "member.area.nobody", nil)
		err = f.Err(string(act))
	}
	return err
}

// agree keeps what an applicant agreed to, of what was asked.
func (s *Service) agree(ctx context.Context, tx *op.Tx, person string, asked []consent.Purpose, given []Consent) error {
	for _, p := range asked {
		said := Consent{Purpose: p.Purpose, Version: p.Version}
		if !slices.Contains(given, said) {
			continue
		}
		if err := consent.Record(ctx, tx, person, consent.Decision{Said: said, Given: true, Way: consent.AtJoining}); err != nil {
			return err
		}
		if err := s.Decided(ctx, tx, person, p.Purpose, true); err != nil {
			return err
		}
	}
	return nil
}

// Decided implements consent.Follower: what is kept by consent alone ends with it.
func (s *Service) Decided(ctx context.Context, tx *op.Tx, person, purpose string, given bool) error {
	switch {
	case purpose == consent.News:
		_, err := tx.Exec(ctx, `update member set news = $2 where person_id = $1`, person, given)
		return err
	case purpose == consent.Document && !given:
		all, err := s.some(ctx, tx, `m.person_id = $1`, db.Args{person})
		for _, m := range all {
			if err == nil {
				err = forgetDocument(ctx, tx, m.ID)
			}
		}
		return err
	}
	return nil
}

// Mine returns the membership of the worker who is signed in: the newest, be it
// over. None is fault.Missing.
func (s *Service) Mine(ctx context.Context) (Own, error) {
	return op.Read(ctx, s.desk, See, func(tx *op.Tx) (Own, error) {
		who := authz.From(ctx)
		if who.Kind != authz.Worker {
			return Own{}, fault.New(string(See), fault.Missing, "fault.missing")
		}
		m, err := s.one(ctx, tx, ofPerson, who.ID)
		if err != nil {
			return Own{}, err
		}
		o, err := s.AskOwn(ctx, tx, m)
		if err != nil || !m.Waits() {
			return o, err
		}
		if m.State == Applied {
			if o.Known, err = twin.Known(ctx, tx, string(m.ID)); err != nil {
				return o, err
			}
		}
		u, err := s.orgs.UnionFor(ctx, tx, m.Area)
		o.Officer = u.Officer
		return o, fault.Unless(err, fault.Missing) // a company's union may stand where there is none of the place
	})
}

// consents are what a member agreed to, each with the day on which it was taken back.
func consents(ctx context.Context, tx *op.Tx, person string) ([]Given, error) {
	said, err := consent.Of(ctx, tx, person)
	var all []Given
	for _, d := range said {
		if d.Given {
			all = append(all, Given{Consent: d.Said, At: d.At})
		} else if n := len(all); n > 0 && all[n-1].Purpose == d.Purpose {
			all[n-1].WithdrawnAt = d.At
		}
	}
	return all, err
}

// Withdraw takes an application, or a transfer that waits, back.
func (s *Service) Withdraw(ctx context.Context, which ID) error {
	return s.change(ctx, Withdraw, which, func(tx *op.Tx, m *Member) error {
		switch {
		case m.To != "":
			return s.stay(ctx, tx, m)
		case m.State != Applied:
			return fault.New(string(Withdraw), fault.Conflict, "member.withdraw.late")
		}
		m.State, m.DecidedAt, m.DueAt = Withdrawn, tx.Now(), time.Time{}
		return drop(ctx, tx, m.ID)
	})
}

// AskTransfer asks the union of another area to take the membership over
// (接转). The old union is told when it happens and need not agree.
func (s *Service) AskTransfer(ctx context.Context, which ID, area string) (Receipt, error) {
	var r Receipt
	err := s.change(ctx, Move, which, func(tx *op.Tx, m *Member) error {
		if !m.State.Belongs() || m.To != "" {
			return fault.New(string(Move), fault.Conflict, "member.transfer.not_now")
		}
		u, err := s.orgs.UnionFor(ctx, tx, area)
		if err != nil {
			return nobody(Move, err)
		}
		if u.ID == m.Union {
			var f fault.Form
			f.Add("area", "member.transfer.same", nil)
			return f.Err(string(Move))
		}
		m.To, m.ToName, m.Area, m.AppliedAt, m.Reason = u.ID, u.Name, u.Area, tx.Now(), ""
		if m.DueAt, err = s.due(ctx, tx); err != nil {
			return err
		}
		r = Receipt{m.ID, u.Name, u.Officer, m.DueAt}
		tx.Emit(AppliedTo{m.ID, u.ID})
		return nil
	})
	return r, err
}

// Quit ends one's own membership (退会), which is free and needs no reason.
func (s *Service) Quit(ctx context.Context, which ID) error {
	return s.change(ctx, Quit, which, func(tx *op.Tx, m *Member) error {
		if !m.State.Belongs() {
			return fault.New(string(Quit), fault.Conflict, "member.leave.not_now")
		}
		return s.over(ctx, tx, m, Left, Term{Kind: Leave})
	})
}

// over ends a membership.
func (s *Service) over(ctx context.Context, tx *op.Tx, m *Member, state State, t Term) error {
	if err := s.stay(ctx, tx, m); err != nil {
		return err
	}
	m.State, m.DecidedAt, m.Reason = state, tx.Now(), t.Reason
	t.Union, t.UnionName = m.Union, m.UnionName
	if err := begin(ctx, tx, m.ID, t); err != nil {
		return err
	}
	tx.Emit(Gone{m.ID, m.Union})
	return free(ctx, tx, m.ID)
}

// stay drops a transfer that waits.
func (s *Service) stay(ctx context.Context, tx *op.Tx, m *Member) (err error) {
	m.To, m.ToName, m.DueAt = "", "", time.Time{}
	m.Area, err = homeArea(ctx, tx, m.ID)
	return err
}

// change runs an act on one membership and stores what became of it.
func (s *Service) change(ctx context.Context, act authz.Action, which ID, do func(*op.Tx, *Member) error) error {
	find := func(tx *op.Tx) (Member, error) { return s.get(ctx, tx, which) }
	_, err := op.Write(ctx, s.desk, act, find, func(tx *op.Tx, m Member) (bool, error) {
		home, err := homeArea(ctx, tx, which)
		if err != nil {
			return false, err
		}
		was := m.Union
		if err := do(tx, &m); err != nil {
			return false, err
		}
		if m.Union != was {
			home = m.Area
		}
		if m.ChangedAt, m.ChangedBy = tx.Now(), ""; tx.Subject.Kind != authz.Worker {
			m.ChangedBy = tx.Subject.Name
		}
		return true, save(ctx, tx, m, home)
	})
	return err
}
