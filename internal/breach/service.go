package breach

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Config is what the service needs; all but Notifier.
type Config struct {
	Ring     *seal.Ring
	Holders  Holders
	People   People
	Notifier Notifier // nil: nobody is told outside the pages
}

// Service is what pages may ask.
type Service struct {
	desk *op.Desk
	vault
	Config
}

// NewService returns the service.
func NewService(desk *op.Desk, c Config) *Service { return &Service{desk, vault{c.Ring}, c} }

// Register gives the worker what happens by itself: people are told in small steps.
func (s *Service) Register(w *job.Worker) { w.Every("breach.tell", time.Minute, s.Tell) }

// Begin opens an incident in the area of the security administrator who asks.
func (s *Service) Begin(ctx context.Context, d Draft) (ID, error) {
	who := authz.From(ctx)
	if err := d.check(s.desk.Now()); err != nil {
		return "", err
	}
	find := func(tx *op.Tx) (i Incident, err error) {
		at := slices.IndexFunc(who.Grants, func(g authz.Grant) bool { return g.Role == authz.Security })
		if at < 0 {
			return i, fault.New(string(Begin), fault.Missing, "fault.missing")
		}
		return Incident{ID: id.New[ID](), Area: who.Grants[at].Area, State: Open}, nil
	}
	return op.Write(ctx, s.desk, Begin, find, func(tx *op.Tx, i Incident) (ID, error) {
		what, err := s.seal(d.What, "breach", "what", string(i.ID))
		if err != nil {
			return "", err
		}
		_, err = tx.Exec(ctx, `
			insert into breach (breach_id, area, state, what, kinds, began_at, found_at, opened_at, opened_by, persons, decision, version)
			values ($1, $2, 'open', $3, $4, $5, $6, $7, $8, 0, '', 1)`,
			string(i.ID), i.Area, what, strings.Join(d.Kinds, ","), db.Micros(d.BeganAt), d.FoundAt.UnixMicro(), tx.Now().UnixMicro(), tx.Subject.Name)
		return i.ID, err
	})
}

func (s *Service) finder(ctx context.Context, which ID) func(*op.Tx) (Incident, error) {
	return func(tx *op.Tx) (Incident, error) { return s.get(ctx, tx, which) }
}

// Get returns an incident with what was done.
func (s *Service) Get(ctx context.Context, which ID) (i Incident, steps []Step, err error) {
	i, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (Incident, error) {
		i, err := s.get(ctx, tx, which)
		if err == nil {
			steps, err = s.steps(ctx, tx, which)
		}
		return i, err
	})
	if err != nil {
		return Incident{}, nil, err
	}
	return i, steps, nil
}

// List returns the register of the reader's areas, the newest first.
func (s *Service) List(ctx context.Context, after ID) (all []Incident, err error) {
	return op.List(ctx, s.desk, List, func(tx *op.Tx, scope op.Scope) ([]Incident, error) {
		var args db.Args
		where := scope.Where(ByColumns, &args)
		if id.Valid(string(after)) {
			where += ` and b.breach_id < ` + args.Add(string(after))
		}
		return s.some(ctx, tx, where+` order by b.breach_id desc limit `+args.Add(Page+1), args)
	})
}

// Page is how many incidents one page shows.
const Page = 50

// act changes an incident that is open and has the version that was read.
func (s *Service) act(ctx context.Context, act authz.Action, which ID, version int64, do func(*op.Tx, Incident) error) error {
	_, err := op.Write(ctx, s.desk, act, s.finder(ctx, which), func(tx *op.Tx, i Incident) (bool, error) {
		n, err := tx.Exec(ctx, `update breach set version = version + 1 where breach_id = $1 and state = 'open' and version = $2`, string(i.ID), version)
		if err == nil && n == 0 {
			err = fault.New(string(act), fault.Conflict, "breach.changed")
		}
		if err != nil {
			return false, err
		}
		return true, do(tx, i)
	})
	return err
}

// Compute finds whom an incident concerns, and adds those who are not on the list.
func (s *Service) Compute(ctx context.Context, which ID, version int64, by By) error {
	if err := by.check(s.desk.Now()); err != nil {
		return err
	}
	return s.act(ctx, Compute, which, version, func(tx *op.Tx, i Incident) error {
		persons, err := s.find(ctx, tx, i, by)
		if err != nil {
			return err
		}
		added, err := s.add(ctx, tx, i.ID, persons)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update breach set persons = persons + $2 where breach_id = $1`, string(i.ID), added); err != nil {
			return err
		}
		tx.Note("by", by.how())
		tx.Note("added", strconv.FormatInt(added, 10))
		return s.step(ctx, tx, i.ID, "list."+by.how(), strconv.FormatInt(added, 10))
	})
}

// find returns the people of b, as far as they are of the incident's area.
func (s *Service) find(ctx context.Context, tx *op.Tx, i Incident, b By) (all []string, err error) {
	switch {
	case b.Area != "":
		if !strings.HasPrefix(b.Area, i.Area) {
			var f fault.Form
			f.Add("area", "breach.area.outside", nil)
			return nil, f.Err(string(Compute))
		}
		return s.Holders.In(ctx, tx, b.Area)
	case b.Actor != "":
		return s.read(ctx, tx, i.Area, b)
	case b.Export != "":
		return s.taken(ctx, tx, i.Area, b.Export)
	}
	return s.Holders.Numbered(ctx, tx, i.Area, b.Numbers)
}

// read returns those whose data an account opened or took out, by the audit trail.
func (s *Service) read(ctx context.Context, tx *op.Tx, area string, b By) (all []string, err error) {
	var acts []authz.Action
	for act := range s.desk.Rules() {
		if s.desk.Rules().Sensitive(act) {
			acts = append(acts, act)
		}
	}
	who, err := s.People.Staff(ctx, tx, b.Actor)
	if fault.Is(err, fault.Missing) {
		var f fault.Form
		f.Add("actor", "breach.actor.unknown", nil)
		err = f.Err(string(Compute))
	}
	if err != nil {
		return nil, err
	}
	roots := map[string][]string{}
	f := op.TrailFilter{Subjects: []string{who}, Acts: acts, From: b.From, To: b.To, Limit: 500}
	for more := true; more; more = f.After != "" {
		var some []op.Trace
		if some, f.After, err = op.Trail(ctx, tx, f); err != nil {
			return nil, err
		}
		for _, t := range some {
			if !strings.HasPrefix(t.Note, `{"`+op.Refused+`":`) && !slices.Contains(roots[t.Group], t.Root) {
				roots[t.Group] = append(roots[t.Group], t.Root)
			}
		}
	}
	for group, some := range roots {
		found, err := s.Holders.Of(ctx, tx, area, group, some)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// Note writes down a measure that was taken.
func (s *Service) Note(ctx context.Context, which ID, version int64, words string) error {
	var f fault.Form
	words = text(&f, "words", words)
	if err := f.Err(string(Note)); err != nil {
		return err
	}
	return s.act(ctx, Note, which, version, func(tx *op.Tx, i Incident) error { return s.step(ctx, tx, i.ID, "measure", words) })
}

// Judge says how grave an incident is, by the guide, and why.
func (s *Service) Judge(ctx context.Context, which ID, version int64, l Level, words string) error {
	var f fault.Form
	words = text(&f, "reason", words)
	if l != General && l != Grave {
		f.Add("level", "breach.level.choose", nil)
	}
	if err := f.Err(string(Judge)); err != nil {
		return err
	}
	return s.act(ctx, Judge, which, version, func(tx *op.Tx, i Incident) error {
		if _, err := tx.Exec(ctx, `update breach set level = $2 where breach_id = $1`, string(i.ID), string(l)); err != nil {
			return err
		}
		tx.Note("level", string(l))
		return s.step(ctx, tx, i.ID, "level."+string(l), words)
	})
}

// Decide tells the people whom it concerns, in these words, or says why they need not
// be told. To tell somebody there must be somebody.
func (s *Service) Decide(ctx context.Context, which ID, version int64, d Decision, words string) error {
	var f fault.Form
	words = text(&f, "notice", words)
	if d != Told && d != Waived {
		f.Add("decision", "breach.decision.choose", nil)
	}
	if err := f.Err(string(Decide)); err != nil {
		return err
	}
	return s.act(ctx, Decide, which, version, func(tx *op.Tx, i Incident) error {
		if i.Decision == Told || d == Told && i.Persons == 0 {
			return fault.New(string(Decide), fault.Conflict, map[bool]string{true: "breach.told.already", false: "breach.nobody"}[i.Decision == Told])
		}
		sealed, err := s.seal(words, "breach", "notice", string(i.ID))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update breach set decision = $2, notice = $3, decided_at = $4 where breach_id = $1`, string(i.ID), string(d), sealed, tx.Now().UnixMicro()); err != nil {
			return err
		}
		tx.Note("decision", string(d))
		return s.step(ctx, tx, i.ID, "decision."+string(d), words)
	})
}

// Report writes down that the authority was reported to: to whom, by what number.
func (s *Service) Report(ctx context.Context, which ID, version int64, words string) error {
	var f fault.Form
	words = text(&f, "report", words)
	if err := f.Err(string(Report)); err != nil {
		return err
	}
	return s.act(ctx, Report, which, version, func(tx *op.Tx, i Incident) error {
		sealed, err := s.seal(words, "breach", "report", string(i.ID))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update breach set report = $2, reported_at = $3 where breach_id = $1`, string(i.ID), sealed, tx.Now().UnixMicro()); err != nil {
			return err
		}
		return s.step(ctx, tx, i.ID, "report", words)
	})
}

// Close ends an incident with what was learned: once it is decided whether the people
// are told, and the authority knows.
func (s *Service) Close(ctx context.Context, which ID, version int64, lessons string) error {
	var f fault.Form
	lessons = text(&f, "lessons", lessons)
	if err := f.Err(string(Finish)); err != nil {
		return err
	}
	return s.act(ctx, Finish, which, version, func(tx *op.Tx, i Incident) error {
		if i.Decision == Undecided || i.ReportedAt.IsZero() {
			return fault.New(string(Finish), fault.Conflict, "breach.unfinished")
		}
		sealed, err := s.seal(lessons, "breach", "lessons", string(i.ID))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update breach set state = 'closed', lessons = $2, closed_at = $3 where breach_id = $1`, string(i.ID), sealed, tx.Now().UnixMicro()); err != nil {
			return err
		}
		return s.step(ctx, tx, i.ID, "closed", lessons)
	})
}

// Person is somebody whom an incident concerns.
type Person struct{ Name, Phone string } // masked

// Persons returns some of those whom an incident concerns, to whoever says what for;
// after is next of the page before.
func (s *Service) Persons(ctx context.Context, which ID, after string) (all []Person, next string, err error) {
	_, err = op.Read(ctx, s.desk, Persons, func(tx *op.Tx) (Incident, error) {
		i, err := s.get(ctx, tx, which)
		if err != nil {
			return i, err
		}
		if err := s.desk.Both(ctx, tx, Persons, i.AuthzObject()); err != nil { // before anything is opened
			return i, err
		}
		var args db.Args
		ids, marks, err := s.persons(ctx, tx, which, ` and p.mark > `+args.Add(after)+` order by p.mark limit `+args.Add(Page+1), args)
		for n, p := range ids {
			if err != nil || n == Page {
				break
			}
			name, phone, missing := s.People.Contact(ctx, tx, p)
			if err = fault.Unless(missing, fault.Missing); err == nil {
				all = append(all, Person{idcard.MaskName(name), idcard.MaskPhone(phone)})
			}
		}
		if len(marks) > Page {
			next = marks[Page-1]
		}
		return i, err
	})
	if err != nil {
		return nil, "", err
	}
	return all, next, nil
}

// Notice is what somebody is told of an incident that concerns them.
type Notice struct {
	At    time.Time
	Kinds []string
	Text  string
}

// Mine returns what the worker who is signed in is told, the newest first.
func (s *Service) Mine(ctx context.Context) ([]Notice, error) {
	return op.List(ctx, s.desk, Mine, func(tx *op.Tx, _ op.Scope) ([]Notice, error) {
		if tx.Subject.Kind != authz.Worker {
			return nil, fault.New(string(Mine), fault.Missing, "fault.missing")
		}
		if err := s.desk.Both(ctx, tx, Mine, authz.Object{Kind: "account", ID: tx.Subject.ID, Group: "person", Owner: tx.Subject.ID}); err != nil {
			return nil, err
		}
		told, err := s.some(ctx, tx, `b.decision = 'told' and b.breach_id in (select p.breach_id from breach_person p where p.mark = $1) order by b.breach_id desc`, db.Args{s.mark(tx.Subject.ID)})
		all := make([]Notice, len(told))
		for n, i := range told {
			all[n] = Notice{i.DecidedAt, i.Kinds, i.Notice}
		}
		return all, err
	})
}

// atOnce is how many people one step tells.
const atOnce = 100

// Tell sends word to those who were not told so far, a step of each incident at a time.
// It is written down first, so that nobody is told twice; a message that the gateway
// does not take is taken back and tried again.
func (s *Service) Tell(ctx context.Context) error {
	waiting, err := op.List(ctx, s.desk, Send, func(tx *op.Tx, _ op.Scope) (all []ID, err error) {
		err = tx.Each(ctx, `select b.breach_id from breach b where b.decision = 'told' and exists (select 1 from breach_person p where p.breach_id = b.breach_id and p.told_at is null) order by b.breach_id`, nil, func(r db.Row) error {
			var which ID
			err := r.Scan(&which)
			all = append(all, which)
			return err
		})
		return all, err
	})
	for _, which := range waiting {
		if err == nil {
			err = s.tellSome(ctx, which)
		}
	}
	return err
}

func (s *Service) tellSome(ctx context.Context, which ID) error {
	type word struct{ mark, phone string }
	var words []word
	_, err := op.Write(ctx, s.desk, Send, s.finder(ctx, which), func(tx *op.Tx, i Incident) (int, error) {
		words = nil
		var args db.Args
		ids, marks, err := s.persons(ctx, tx, which, ` and p.told_at is null order by p.mark limit `+args.Add(atOnce), args)
		for n, p := range ids {
			if err != nil {
				return 0, err
			}
			_, phone, missing := s.People.Contact(ctx, tx, p)
			if err = fault.Unless(missing, fault.Missing); err == nil {
				_, err = tx.Exec(ctx, `update breach_person set told_at = $3 where breach_id = $1 and mark = $2`, string(which), marks[n], tx.Now().UnixMicro())
			}
			if phone != "" {
				words = append(words, word{marks[n], phone})
			}
		}
		return len(ids), err
	})
	if err != nil || s.Notifier == nil {
		return err
	}
	for _, w := range words {
		if err := s.Notifier.Notify(ctx, string(which)+"/"+w.mark, w.phone); err != nil {
			if _, back := op.Write(ctx, s.desk, Send, s.finder(ctx, which), func(tx *op.Tx, _ Incident) (bool, error) {
				_, err := tx.Exec(ctx, `update breach_person set told_at = null where breach_id = $1 and mark = $2`, string(which), w.mark)
				return true, err
			}); back != nil {
				return back
			}
			return err
		}
	}
	return nil
}

// Rule is by when something is due, with its source.
type Rule struct {
	Name   string
	Value  int64
	Source string
}

// Rules returns the rules that hold today.
func (s *Service) Rules(ctx context.Context) ([]Rule, error) {
	return op.List(ctx, s.desk, List, func(tx *op.Tx, _ op.Scope) (all []Rule, err error) {
		for _, name := range []string{"report_grave_h", "grave_persons", "report_h", "tell_h", "summary_days", "keep_days"} {
			r := Rule{Name: name}
			if err := tx.One(ctx, `select value, source from breach_rule where name = $1 and since <= $2 order by since desc limit 1`, []any{name, clock.Day(tx.Now())}, &r.Value, &r.Source); err != nil {
				return nil, err
			}
			all = append(all, r)
		}
		return all, nil
	})
}
