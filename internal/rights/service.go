package rights

import (
	"context"
	"errors"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/workday"
)

// Service is what other packages may ask about asks.
type Service struct {
	desk *op.Desk
	vault
	orgs     Orgs
	people   People
	fields   Fields
	callers  Callers
	notifier Notifier
	calendar func() workday.Calendar
}

// NewService returns the service.
func NewService(desk *op.Desk, c Config) *Service {
	return &Service{desk, vault{c.Ring}, c.Orgs, c.People, c.Fields, c.Callers, c.Notifier, c.Calendar}
}

// Register gives the worker what happens by itself: whoever asked on a page is
// told by message that there is an answer.
func (s *Service) Register(w *job.Worker) {
	w.On(Answered{}.EventName(), s.notify)
	w.Every("rights.index", time.Hour, s.Index)
}

// Receipt tells who asked what happens now.
type Receipt struct {
	ID      ID        `json:"id"`
	Union   string    `json:"union"`
	Officer string    `json:"officer"` // who looks first; may be empty
	DueAt   time.Time `json:"due_at"`  // zero: the working days are not published so far
}

// Send asks something in the name of the worker who is signed in. It goes to the
// union that they belong to; for who is no member, to the one of the area that
// they name, or to the highest.
func (s *Service) Send(ctx context.Context, d Draft) (Receipt, error) {
	var f fault.Form
	d.check(&f)
	if err := f.Err("rights.send"); err != nil {
		return Receipt{}, err
	}
	who, officer := authz.From(ctx), ""
	find := func(tx *op.Tx) (Ask, error) {
		a := Ask{ID: id.New[ID](), Person: who.ID, Kind: d.Kind, State: Open, Channel: OnPage, Words: d.Words, Field: d.Field, Wanted: d.Wanted, Proof: d.Proof, AskedAt: tx.Now(), Version: 1}
		if who.Kind != authz.Worker {
			return a, nil // and is refused: nobody's
		}
		if home, err := s.orgs.HomeOf(ctx, tx, who.ID); err != nil {
			return a, err
		} else if home != "" {
			d.Area = home
		}
		first, err := s.address(ctx, tx, &a, d.Area)
		officer = first
		return a, err
	}
	return op.Write(ctx, s.desk, Send, find, func(tx *op.Tx, a Ask) (Receipt, error) {
		if who.Kind != authz.Worker {
			return Receipt{}, fault.New(string(Send), fault.Denied, "fault.denied")
		}
		if err := s.roomFor(ctx, tx, who.ID); err != nil {
			return Receipt{}, err
		}
		if err := s.kept(ctx, tx, a); err != nil {
			return Receipt{}, err
		}
		if err := s.insert(ctx, tx, a, ""); err != nil {
			return Receipt{}, err
		}
		return s.receipt(ctx, tx, a, officer)
	})
}

// address writes the union that answers on a, and returns who looks first.
func (s *Service) address(ctx context.Context, tx *op.Tx, a *Ask, area string) (officer string, err error) {
	u, err := s.orgs.UnionFor(ctx, tx, area)
	if area != "" && fault.Is(err, fault.Missing) {
		u, err = s.orgs.UnionFor(ctx, tx, "")
	}
	a.Union, a.UnionName, a.Area = u.ID, u.Name, u.Area
	return u.Officer, err
}

// roomFor refuses one more than may wait at a time.
func (s *Service) roomFor(ctx context.Context, tx *op.Tx, person string) error {
	most, err := Rule(ctx, tx, "open_most", today(tx))
	if err != nil {
		return err
	}
	var n int64
	if err := tx.One(ctx, `select count(*) from rights_ask where person_id = $1 and state = 'open'`, []any{person}, &n); err != nil {
		return err
	}
	if n >= most {
		return fault.New(string(Send), fault.Conflict, "rights.many").With(fault.Args{"Limit": most})
	}
	return nil
}

func (s *Service) receipt(ctx context.Context, tx *op.Tx, a Ask, officer string) (Receipt, error) {
	due, err := s.dueAt(ctx, tx, a.AskedAt)
	return Receipt{a.ID, a.UnionName, officer, due}, err
}

// Write writes down what somebody asked at a counter or on the phone; it belongs
// to the cadre's own union.
func (s *Service) Write(ctx context.Context, n Note) (Receipt, error) {
	if err := n.check(); err != nil {
		return Receipt{}, err
	}
	who, officer := authz.From(ctx), ""
	find := func(tx *op.Tx) (a Ask, err error) {
		a = Ask{ID: id.New[ID](), Kind: n.Kind, State: Open, Channel: n.Channel, Words: n.Words, Name: n.Name, Phone: idcard.MaskPhone(n.Phone), TakenBy: who.Name, AskedAt: tx.Now(), Version: 1}
		for _, g := range who.Grants {
			if g.Role == authz.Cadre {
				officer, err = s.address(ctx, tx, &a, g.Area)
				return a, err
			}
		}
		return a, fault.New(string(Write), fault.Missing, "fault.missing")
	}
	return op.Write(ctx, s.desk, Write, find, func(tx *op.Tx, a Ask) (Receipt, error) {
		if err := s.insert(ctx, tx, a, n.Phone); err != nil {
			return Receipt{}, err
		}
		return s.receipt(ctx, tx, a, officer)
	})
}

// Get returns an ask to whoever may see it.
func (s *Service) Get(ctx context.Context, which ID) (Ask, error) {
	return op.Read(ctx, s.desk, See, func(tx *op.Tx) (a Ask, err error) {
		if a, err = s.get(ctx, tx, which); err == nil {
			a.Hands, err = hands(ctx, tx, a.ID)
		}
		return a, err
	})
}

func (s *Service) finder(ctx context.Context, which ID) func(*op.Tx) (Ask, error) {
	return func(tx *op.Tx) (Ask, error) { return s.get(ctx, tx, which) }
}

// Who returns the name and the masked phone of whoever asked.
func (s *Service) Who(ctx context.Context, a Ask) (name, phone string, err error) {
	if a.Person == "" {
		return a.Name, a.Phone, nil
	}
	_, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (Ask, error) {
		name, phone, err = s.reach(ctx, tx, a.Person, consent.Call)
		return a, err
	})
	return name, idcard.MaskPhone(phone), err
}

// reach returns a worker's name, and the phone unless they do not want to be reached
// in this way.
func (s *Service) reach(ctx context.Context, tx *op.Tx, worker, purpose string) (name, phone string, err error) {
	if name, phone, err = s.people.Contact(ctx, tx, worker); err != nil {
		return "", "", err
	}
	if ok, err := consent.Allowed(ctx, tx, worker, purpose); err != nil || !ok {
		return name, "", err
	}
	return name, phone, nil
}

// Phone returns the whole phone of whoever asked. It is a read that they see.
func (s *Service) Phone(ctx context.Context, which ID) (phone string, err error) {
	_, err = op.Read(ctx, s.desk, Call, func(tx *op.Tx) (Ask, error) {
		a, err := s.get(ctx, tx, which)
		if err != nil {
			return a, err
		}
		if a.Person != "" {
			_, phone, err = s.reach(ctx, tx, a.Person, consent.Call)
			return a, err
		}
		b, err := s.box(a.key, a.ID)
		if err != nil {
			return a, err
		}
		var sealed []byte
		if err = tx.One(ctx, `select phone from rights_ask where ask_id = $1`, []any{string(a.ID)}, &sealed); err == nil {
			phone, err = b.open(sealed, "phone")
		}
		return a, err
	})
	if err != nil {
		return "", err
	}
	return phone, nil
}

// Mine returns what the worker who is signed in has asked, the newest first.
func (s *Service) Mine(ctx context.Context) ([]Ask, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]Ask, error) {
		if tx.Subject.Kind != authz.Worker {
			return nil, fault.New(string(See), fault.Missing, "fault.missing")
		}
		var args db.Args
		all, err := s.some(ctx, tx, scope.Where(ByColumns, &args)+` and r.person_id = `+args.Add(tx.Subject.ID)+` order by r.ask_id desc`, args)
		for i := range all {
			if err == nil {
				all[i].Hands, err = hands(ctx, tx, all[i].ID)
			}
		}
		if err != nil {
			return nil, err
		}
		return all, s.date(ctx, tx, all)
	})
}

// Filter selects asks of the desk.
type Filter struct {
	Closed bool   // those that are closed, the newest first; else those that wait, the oldest first
	After  string // the last of the page before
	Limit  int    // zero means 50
}

// Page is a part of the register.
type Page struct {
	Rows []Ask
	Next string // for Filter.After; empty: no more
}

// List returns the asks of the reader's areas.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	return op.List(ctx, s.desk, List, func(tx *op.Tx, scope op.Scope) (p Page, err error) {
		if f.Limit == 0 {
			f.Limit = 50
		}
		state, step, order := `r.state = 'open'`, ` > `, ` order by r.ask_id`
		if f.Closed {
			state, step, order = `r.state <> 'open'`, ` < `, ` order by r.ask_id desc`
		}
		var args db.Args
		where := scope.Where(ByColumns, &args) + ` and ` + state
		if id.Valid(f.After) {
			where += ` and r.ask_id` + step + args.Add(f.After)
		}
		if p.Rows, err = s.some(ctx, tx, where+order+` limit `+args.Add(f.Limit+1), args); err != nil {
			return p, err
		}
		if len(p.Rows) > f.Limit {
			p.Rows = p.Rows[:f.Limit]
			p.Next = string(p.Rows[f.Limit-1].ID)
		}
		return p, s.date(ctx, tx, p.Rows)
	})
}

// Take takes an ask back.
func (s *Service) Take(ctx context.Context, which ID) error {
	_, err := op.Write(ctx, s.desk, Take, s.finder(ctx, which), func(tx *op.Tx, a Ask) (bool, error) {
		a.State = Taken
		return true, s.close(ctx, tx, a)
	})
	return err
}

// Answer says what was done.
func (s *Service) Answer(ctx context.Context, which ID, version int64, words string) error {
	return s.end(ctx, Answer, which, version, Done, words)
}

// Reject refuses an ask, with the reason (个人信息保护法 art. 50).
func (s *Service) Reject(ctx context.Context, which ID, version int64, words string) error {
	return s.end(ctx, Reject, which, version, Refused, words)
}

func (s *Service) end(ctx context.Context, act authz.Action, which ID, version int64, to State, words string) error {
	words, err := answer(words)
	if err != nil {
		return err
	}
	_, err = op.Write(ctx, s.desk, act, s.finder(ctx, which), func(tx *op.Tx, a Ask) (bool, error) {
		a.State, a.Answer, a.AnsweredBy, a.Version = to, words, tx.Subject.Name, version
		tx.Emit(Answered{a.ID})
		return true, s.close(ctx, tx, a)
	})
	return err
}

// date fills in by when each is answered.
func (s *Service) date(ctx context.Context, tx *op.Tx, all []Ask) (err error) {
	for i := range all {
		if all[i].DueAt, err = s.dueAt(ctx, tx, all[i].AskedAt); err != nil {
			return err
		}
	}
	return nil
}

// dueAt is the end of office hours on the last of the working days that the rule
// gave when something was asked; zero when the days are not published so far.
func (s *Service) dueAt(ctx context.Context, tx *op.Tx, asked time.Time) (time.Time, error) {
	day := clock.Day(asked)
	days, err := Rule(ctx, tx, "answer_days", day)
	if err != nil {
		return time.Time{}, err
	}
	closes, err := Rule(ctx, tx, "day_ends_min", day)
	if err != nil {
		return time.Time{}, err
	}
	at, err := s.calendar().AddWorkdays(asked, int(days), workday.Hours{To: workday.Minute(closes)})
	if errors.Is(err, workday.ErrUnknown) {
		return time.Time{}, nil
	}
	return at, err
}

// notify tells by short message that there is an answer; who asked at a counter
// is told by the cadre.
func (s *Service) notify(ctx context.Context, e job.Event) error {
	var what Answered
	if err := e.Decode(&what); err != nil || s.notifier == nil {
		return err
	}
	phone := ""
	_, err := op.List(ctx, s.desk, List, func(tx *op.Tx, _ op.Scope) (bool, error) {
		a, err := s.get(ctx, tx, what.ID)
		if err != nil || a.Person == "" {
			return false, err
		}
		_, phone, err = s.reach(ctx, tx, a.Person, consent.Messages)
		return true, err
	})
	if err != nil || phone == "" {
		return fault.Unless(err, fault.Missing)
	}
	return s.notifier.Notify(ctx, e.ID, phone)
}
