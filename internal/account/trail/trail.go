// Package trail lets auditors read the audit trail of the whole installation, by who,
// what and when, and have it verified. They see no case: the trail holds ids, acts and
// reasons, and no personal data.
//
// A verification reads every row, which may take long. It is asked for here, done
// beside by whoever works ([Service.Register]), and its outcome stays as a row.
package trail

import (
	"context"
	"errors"
	"strings"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
)

// The actions on the trail.
const (
	Read   authz.Action = "audit.read"
	Verify authz.Action = "audit.verify"
	Record authz.Action = "audit.record" // what a verification found
)

// Policy says who may do them.
var Policy = authz.Rules{
	Read:   authz.InArea(authz.Auditor),
	Verify: authz.InArea(authz.Auditor),
	Record: authz.Program,
}

// Finding is what a verification found.
type Finding struct {
	Rows   int64 // audit rows that were read
	Sealed int64 // anchors
	Loose  int64 // rows that no anchor seals so far
	Wrong  []string
}

// Check is a verification that was asked for.
type Check struct {
	ID      string
	AskedAt time.Time
	By      string
	EndedAt time.Time // zero: it is on its way
	Finding
	Count int64 // of what is wrong; Wrong has the first of it
}

// Config is what the service needs; all of it.
type Config struct {
	Accounts *account.Service
	Whole    func(ctx context.Context, tx *op.Tx) (string, error) // the area of the installation
	Verify   func(ctx context.Context) (Finding, error)           // reads the whole trail
}

// Service is what pages may ask about the trail.
type Service struct {
	desk *op.Desk
	Config
}

// NewService returns the service of the trail.
func NewService(desk *op.Desk, c Config) *Service { return &Service{desk, c} }

// whole is the installation, or one verification of its trail.
type whole struct{ id, area string }

// AuthzObject implements op.Target.
func (w whole) AuthzObject() authz.Object {
	return authz.Object{Kind: "audit", ID: w.id, Group: "person", Area: w.area}
}

// Page is a part of the trail, with the names of the staff in it.
type Page struct {
	Rows  []op.Trace
	Names map[string]string
	Next  string // begins the page after; empty: this is the last
}

// List returns the rows that f selects and whom words names ("" for anybody), the
// newest first.
func (s *Service) List(ctx context.Context, f op.TrailFilter, words string) (Page, error) {
	return op.List(ctx, s.desk, Read, func(tx *op.Tx, _ op.Scope) (p Page, err error) {
		if err := s.may(ctx, tx, Read); err != nil {
			return p, err
		}
		if words = strings.TrimSpace(words); words != "" {
			if f.Subjects, err = called(ctx, tx, words); err != nil {
				return p, err
			}
		}
		if p.Rows, p.Next, err = op.Trail(ctx, tx, f); err != nil {
			return p, err
		}
		var ids []string
		for _, r := range p.Rows {
			if r.Kind == authz.Staff && id.Valid(r.Subject) {
				ids = append(ids, r.Subject)
			}
			if r.Group == "person" {
				ids = append(ids, r.Root)
			}
		}
		if len(ids) > 0 {
			p.Names, err = s.Accounts.Names(ctx, tx, ids)
		}
		return p, err
	})
}

// called are the ids of the staff who are called so, or the one that words is, or
// what the program calls itself.
func called(ctx context.Context, tx *op.Tx, words string) ([]string, error) {
	all := []string{words}
	err := tx.Each(ctx, `select person_id from person where kind = 'staff' and (login = $1 or name = $2)`, []any{strings.ToLower(words), words}, func(r db.Row) error {
		var who string
		err := r.Scan(&who)
		all = append(all, who)
		return err
	})
	return all, err
}

func (s *Service) may(ctx context.Context, tx *op.Tx, act authz.Action) error {
	w, err := s.find(ctx, "")(tx)
	if err != nil {
		return err
	}
	return s.desk.Both(ctx, tx, act, w.AuthzObject())
}

func (s *Service) find(ctx context.Context, check string) func(*op.Tx) (whole, error) {
	return func(tx *op.Tx) (whole, error) {
		area, err := s.Whole(ctx, tx)
		return whole{check, area}, err
	}
}

// shown is how many verifications a page shows, and kept how much of what is wrong.
const (
	shown = 10
	kept  = 50
)

// Checks returns the last verifications, the newest first.
func (s *Service) Checks(ctx context.Context) ([]Check, error) {
	return op.List(ctx, s.desk, Read, func(tx *op.Tx, _ op.Scope) ([]Check, error) {
		if err := s.may(ctx, tx, Read); err != nil {
			return nil, err
		}
		return some(ctx, tx, `order by asked_at desc, check_id desc limit $1`, shown)
	})
}

func some(ctx context.Context, tx *op.Tx, rest string, arg any) (all []Check, err error) {
	err = tx.Each(ctx, `select check_id, asked_at, by_name, ended_at, rows_n, sealed_n, loose_n, wrong_n, wrong from audit_check `+rest, []any{arg}, func(r db.Row) error {
		var c Check
		var wrong string
		err := r.Scan(&c.ID, db.Time(&c.AskedAt), &c.By, db.Time(&c.EndedAt), &c.Rows, &c.Sealed, &c.Loose, &c.Count, &wrong)
		if wrong != "" {
			c.Wrong = strings.Split(wrong, "\n")
		}
		all = append(all, c)
		return err
	})
	return all, err
}

// Ask asks for a verification. Conflict: one is on its way.
func (s *Service) Ask(ctx context.Context) error {
	fresh := id.New[string]()
	_, err := op.Write(ctx, s.desk, Verify, s.find(ctx, fresh), func(tx *op.Tx, w whole) (bool, error) {
		n, err := tx.Exec(ctx, `insert into audit_check_open (name, check_id) values ('trail', $1) on conflict (name) do nothing`, w.id)
		if err == nil && n == 0 {
			err = fault.New(string(Verify), fault.Conflict, "watch.verify.runs")
		}
		if err != nil {
			return false, err
		}
		_, err = tx.Exec(ctx, `
			insert into audit_check (check_id, asked_at, by_id, by_name, ended_at, rows_n, sealed_n, loose_n, wrong_n, wrong) values ($1, $2, $3, $4, null, 0, 0, 0, 0, '')`,
			w.id, tx.Now().UnixMicro(), db.Null(tx.Subject.ID), tx.Subject.Name)
		return true, err
	})
	return err
}

// Register gives the worker the verifications that are asked for.
func (s *Service) Register(w *job.Worker) {
	w.Beside("audit.verify", func(ctx context.Context) (bool, error) {
		c, err := s.next(ctx)
		return c != nil, err
	}, s.Run)
}

// next is the verification that waits longest, or nil.
func (s *Service) next(ctx context.Context) (*Check, error) {
	all, err := op.List(ctx, s.desk, Record, func(tx *op.Tx, _ op.Scope) ([]Check, error) {
		if tx.Subject.Kind != authz.System {
			return nil, fault.New(string(Record), fault.Denied, "fault.denied")
		}
		return some(ctx, tx, `where ended_at is null order by asked_at limit $1`, 1)
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Run verifies the trail for whoever asked, and keeps what was found.
func (s *Service) Run(ctx context.Context) error {
	c, err := s.next(ctx)
	if err != nil || c == nil {
		return err
	}
	f, err := s.Verify(ctx)
	if errors.Is(err, context.Canceled) {
		return err // it is tried again
	}
	if err != nil {
		f.Wrong = append(f.Wrong, "the reading broke off")
	}
	_, err = op.Write(ctx, s.desk, Record, s.find(ctx, c.ID), func(tx *op.Tx, w whole) (int64, error) {
		if _, err := tx.Exec(ctx, `delete from audit_check_open where check_id = $1`, w.id); err != nil {
			return 0, err
		}
		return tx.Exec(ctx, `update audit_check set ended_at = $2, rows_n = $3, sealed_n = $4, loose_n = $5, wrong_n = $6, wrong = $7 where check_id = $1 and ended_at is null`,
			w.id, tx.Now().UnixMicro(), f.Rows, f.Sealed, f.Loose, len(f.Wrong), strings.Join(f.Wrong[:min(len(f.Wrong), kept)], "\n"))
	})
	return err
}
