package calendar

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/workday"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

// Published says that a year's notice was entered.
type Published struct {
	Revision int64 `json:"revision"`
	Year     int   `json:"year"`
}

// EventName implements op.Event.
func (Published) EventName() string { return "calendar.published" }

// Service is what other packages may ask about the calendar. It answers from
// memory; Refresh reads the table.
type Service struct {
	desk   *op.Desk
	area   Area
	ledger atomic.Pointer[Ledger]
}

// Area tells the area of the whole installation.
type Area func(ctx context.Context, tx *op.Tx) (string, error)

// NewService returns the service of the calendar.
func NewService(desk *op.Desk, area Area) *Service {
	s := &Service{desk: desk, area: area}
	s.ledger.Store(&Ledger{})
	return s
}

// Ledger returns all revisions, as last read.
func (s *Service) Ledger() Ledger { return *s.ledger.Load() }

// Current is the number of the last revision.
func (s *Service) Current() int64 { return s.Ledger().Current() }

// As returns the calendar for a promise made after revision n.
func (s *Service) As(n int64) workday.Calendar { return s.Ledger().As(n) }

// IsWorkday implements hours.Calendar by what is published now.
func (s *Service) IsWorkday(day string) (bool, error) { return s.Ledger().Now().IsWorkday(day) }

// IsHoliday implements hours.Calendar by what is published now.
func (s *Service) IsHoliday(day string) (bool, error) { return s.Ledger().Now().IsHoliday(day) }

// Refresh reads the table anew when it has grown. Every process does so again and
// again, so that it sees what one of them was told.
func (s *Service) Refresh(ctx context.Context) error {
	before := s.ledger.Load()
	l, err := op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) (*Ledger, error) {
		last, err := last(ctx, tx)
		if err != nil || last == before.Current() {
			return before, err
		}
		read, err := load(ctx, tx)
		return &read, err
	})
	if err == nil {
		s.keep(l)
	}
	return err
}

// keep takes what was read over unless who read at the same time read more.
func (s *Service) keep(read *Ledger) {
	for now := s.ledger.Load(); now.Current() < read.Current(); now = s.ledger.Load() {
		if s.ledger.CompareAndSwap(now, read) {
			return
		}
	}
}

// target is the calendar as the target of acts.
type target struct {
	id, area string
	ledger   Ledger
}

// whole is the calendar of the installation.
func (s *Service) whole(ctx context.Context, tx *op.Tx, root string) (t target, err error) {
	t.id = root
	if t.area, err = s.area(ctx, tx); err != nil {
		return t, err
	}
	t.ledger, err = load(ctx, tx)
	return t, err
}

// AuthzObject implements op.Target.
func (t target) AuthzObject() authz.Object {
	return authz.Object{Kind: "calendar", ID: t.id, Group: "org", Area: t.area}
}

// Book returns all revisions to who may read them.
func (s *Service) Book(ctx context.Context) (Ledger, error) {
	t, err := op.Read(ctx, s.desk, See, func(tx *op.Tx) (target, error) { return s.whole(ctx, tx, id.New[string]()) })
	return t.ledger, err
}

// Preview tells what entering a notice would change, and changes nothing.
func (s *Service) Preview(ctx context.Context, e Entry) (Preview, error) {
	var p Preview
	_, err := op.Read(ctx, s.desk, Publish, func(tx *op.Tx) (target, error) {
		t, err := s.whole(ctx, tx, id.New[string]())
		if err == nil {
			err = s.desk.Both(ctx, tx, Publish, t.AuthzObject()) // before anything is said of the text
		}
		if err == nil {
			p, err = look(t.ledger, e, tx.Now())
		}
		return t, err
	})
	return p, err
}

// Publish enters a notice and returns the number of its revision. It refuses
// when somebody has entered one since the preview.
func (s *Service) Publish(ctx context.Context, e Entry) (int64, error) {
	root := id.New[string]()
	find := func(tx *op.Tx) (target, error) { return s.whole(ctx, tx, root) }
	n, err := op.Write(ctx, s.desk, Publish, find, func(tx *op.Tx, t target) (int64, error) {
		p, err := look(t.ledger, e, tx.Now())
		if err != nil {
			return 0, err
		}
		if e.Base != t.ledger.Current() {
			return 0, fault.New(string(Publish), fault.Conflict, "calendar.changed")
		}
		r := p.After.revisions[len(p.After.revisions)-1]
		tx.Note("year", strconv.Itoa(p.Notice.Year))
		tx.Emit(Published{Revision: r.Number, Year: r.Year})
		return r.Number, insert(ctx, tx, r)
	})
	if err == nil {
		err = s.Refresh(ctx)
	}
	return n, err
}

// look reads a notice and lays it upon the ledger.
func look(l Ledger, e Entry, now time.Time) (Preview, error) {
	p := Preview{Entry: e, Before: l}
	p.Base = l.Current()
	var err error
	if p.Notice, err = workday.ParseNotice(e.Text); err != nil {
		return p, unread(p.Notice.Year, err)
	}
	if err := wrong(p, now); err != nil {
		return p, err
	}
	p.Source = p.source(p.Notice)
	p.Published = l.Now().Published(p.Notice.Year)
	if p.After, err = l.with(Revision{Year: p.Notice.Year, Days: p.Notice.Days, Source: p.Source, Corrects: p.Corrects && p.Published}); err != nil {
		return p, err
	}
	if p.Changes = l.Now().Changes(p.After.Now(), p.Notice.Year); len(p.Changes) == 0 {
		return p, refuse("text", "calendar.same", fault.Args{"Year": p.Notice.Year})
	}
	return p, nil
}

func refuse(field, msg string, args fault.Args) error {
	var form fault.Form
	form.Add(field, msg, args)
	return form.Err(string(Publish))
}

// unread says why a text is no notice.
func unread(year int, err error) error {
	if errors.Is(err, workday.ErrUnknown) && year > 0 {
		return refuse("text", "calendar.unpublished", fault.Args{"Year": year})
	}
	return refuse("text", "calendar.unreadable", nil)
}

// The longest source, in characters.
const maxSource = 500

// wrong says everything that is wrong with a notice that could be read.
func wrong(p Preview, now time.Time) error {
	var form fault.Form
	if year := now.In(clock.Zone).Year(); p.Notice.Year < year-1 || p.Notice.Year > year+2 {
		form.Add("text", "calendar.bad_year", fault.Args{"Year": p.Notice.Year})
	}
	for _, f := range p.Notice.Flaws() {
		form.Add("text", "calendar.flaw."+f.Code, fault.Args{"Day": f.Day, "Year": p.Notice.Year})
	}
	switch source := p.source(p.Notice); {
	case source == "":
		form.Add("source", "calendar.no_source", nil)
	case utf8.RuneCountInString(source) > maxSource:
		form.Add("source", "fault.long", fault.Args{"Limit": maxSource})
	}
	return form.Err(string(Publish))
}

func last(ctx context.Context, tx *op.Tx) (n int64, err error) {
	err = tx.One(ctx, `select coalesce(max(revision), 0) from calendar_year`, nil, &n)
	return n, err
}

func load(ctx context.Context, tx *op.Tx) (Ledger, error) {
	var all []Revision
	err := tx.Each(ctx, `select revision, year, days, source, corrects, by_id, by_name, at from calendar_year order by revision`, nil, func(r db.Row) error {
		var v Revision
		var days string
		err := r.Scan(&v.Number, &v.Year, &days, &v.Source, &v.Corrects, db.Text(&v.By), &v.ByName, db.Time(&v.At))
		if err == nil {
			err = json.Unmarshal([]byte(days), &v.Days)
		}
		all = append(all, v)
		return err
	})
	if err != nil {
		return Ledger{}, err
	}
	return NewLedger(all)
}

func insert(ctx context.Context, tx *op.Tx, r Revision) error {
	days, err := json.Marshal(r.Days)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into calendar_year (revision, year, days, source, corrects, by_id, by_name, at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		r.Number, r.Year, string(days), r.Source, r.Corrects, db.Null(tx.Subject.ID), tx.Subject.Name, tx.Now().UnixMicro())
	return err
}

// Years are the published years, the newest first.
func (l Ledger) Years() []int {
	all := l.Now().Years()
	slices.Reverse(all)
	return all
}
