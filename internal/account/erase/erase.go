// Package erase ends a worker's account at the worker's own wish, and with it all
// that tells who they are (个人信息保护法 art. 15 and 47; 网络数据安全管理条例 2024
// art. 24).
//
// What has to end first is named, not ended by force: matters under way and a
// membership ([Waiting]). Then, in one transaction, every domain that keeps
// something of the worker forgets it ([Keeper], [Holder]): names, numbers, identity numbers,
// photos and voice are overwritten or removed; what must stay (that there was a
// matter and how it was answered, a member's number and history, the audit trail)
// stands under an id that leads to nobody any more.
//
// What is held by law (package hold) stays, with the account's name and number, locked:
// nobody signs in to it any more, it is used for nothing, and a row in
// person_erase_waits says that it waits. [Service.Finish] ends it in the night after the
// last hold is over.
//
// The row in person_erased is the journal. A backup made before is older than it:
// the program writes the journal beside the keys as well, and [Service.Redo] does
// again what a restored database has forgotten.
//
// It announces [Erased].
package erase

import (
	"context"
	"embed"
	"slices"
	"strconv"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

// The actions.
const (
	See   authz.Action = "account.see_erase" // what would go, and what has to end first
	Erase authz.Action = "account.erase"
	Redo  authz.Action = "account.erase_again" // after a restore, and when a hold is over
)

// Policy says who may do them: nobody but the worker.
var Policy = authz.Rules{See: authz.Owner, Erase: authz.Owner, Redo: authz.Program}

// Keeper is a domain that keeps something of workers.
type Keeper interface {
	// Forget drops whatever tells who a worker is. Doing it twice is no fault.
	Forget(ctx context.Context, tx *op.Tx, worker string) error
}

// Holder is a keeper in which something has to end first.
type Holder interface {
	Keeper
	// Waits counts what of a worker's is not over.
	Waits(ctx context.Context, tx *op.Tx, worker string) (int, error)
}

// Waiting counts what has to end first.
type Waiting struct {
	Matters int // that are not closed
	Members int // memberships and applications that are not over
}

// Any reports whether anything has to end first.
func (w Waiting) Any() bool { return w.Matters+w.Members > 0 }

// Erased says that a worker was forgotten.
type Erased struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// EventName implements op.Event.
func (Erased) EventName() string { return "account.erased" }

// Service is what pages may ask about ending an account.
type Service struct {
	desk *op.Desk
	Config
}

// Config is what the service needs; all of it.
type Config struct {
	Accounts         *account.Service
	Matters, Members Holder
	Others           []Keeper // forget first: they may find what is theirs by those
	Holds            *hold.Service
	// Things returns the ids of a worker's matters and members' records, which may be held.
	Things func(ctx context.Context, tx *op.Tx, worker string) ([]string, error)
}

// NewService returns the service.
func NewService(desk *op.Desk, c Config) *Service { return &Service{desk, c} }

// worker is the worker who asks.
type worker struct{ id string }

// AuthzObject implements op.Target.
func (w worker) AuthzObject() authz.Object {
	return authz.Object{Kind: "account", ID: w.id, Group: "person", Owner: w.id}
}

func asker(tx *op.Tx) (worker, error) {
	if tx.Subject.Kind != authz.Worker {
		return worker{}, fault.New(string(See), fault.Missing, "account.session.none")
	}
	return worker{tx.Subject.ID}, nil
}

// Held returns what is held of the worker who asks, the longest first.
func (s *Service) Held(ctx context.Context) (all []hold.Hold, err error) {
	_, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (worker, error) {
		who, err := asker(tx)
		if err == nil {
			all, err = s.held(ctx, tx, who.id)
		}
		return who, err
	})
	return all, err
}

// held is what is held of who. Whoever forgets on the strength of it waits for those who
// are about to hold something of it ([hold.Wait]).
func (s *Service) held(ctx context.Context, tx *op.Tx, who string) ([]hold.Hold, error) {
	things, err := s.Things(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	return s.Holds.Now(ctx, tx, append(things, who))
}

// Ready returns what has to end first, and the number to which a code goes.
func (s *Service) Ready(ctx context.Context) (w Waiting, phone string, err error) {
	_, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (worker, error) {
		who, err := asker(tx)
		if err != nil {
			return who, err
		}
		if _, phone, err = s.Accounts.Contact(ctx, tx, who.id); err == nil {
			w, err = s.waits(ctx, tx, who.id)
		}
		return who, err
	})
	return w, phone, err
}

func (s *Service) waits(ctx context.Context, tx *op.Tx, who string) (all Waiting, err error) {
	if all.Matters, err = s.Matters.Waits(ctx, tx, who); err == nil {
		all.Members, err = s.Members.Waits(ctx, tx, who)
	}
	return all, err
}

func purpose(who string) string { return "erase:" + who }

// SendCode sends a code to the number of the worker who asks: a phone left open on a
// table ends no account.
func (s *Service) SendCode(ctx context.Context) error {
	_, phone, err := s.Ready(ctx)
	if err != nil {
		return err
	}
	return s.Accounts.SendCode(ctx, purpose(authz.From(ctx).ID), phone)
}

// Outcome is how a try went: a wrong code is no error, so that the try stays counted.
type Outcome string

// The outcomes.
const (
	OK    Outcome = "ok"
	Wrong Outcome = "wrong" // the code
)

// Erase forgets the worker who asks, confirmed by the code. Conflict: something has
// to end first. Nothing brings the account back.
func (s *Service) Erase(ctx context.Context, code string) error {
	out, err := op.Write(op.With(ctx, op.Call{}), s.desk, Erase, asker, func(tx *op.Tx, who worker) (Outcome, error) {
		w, err := s.waits(ctx, tx, who.id)
		if err != nil {
			return "", err
		}
		if w.Any() {
			return "", fault.New(string(Erase), fault.Conflict, "own.erase.waits")
		}
		_, phone, err := s.Accounts.Contact(ctx, tx, who.id)
		if err != nil {
			return "", err
		}
		if ok, err := s.Accounts.UseCode(ctx, tx, purpose(who.id), phone, code); err != nil || !ok {
			tx.Note("result", string(Wrong))
			return Wrong, err
		}
		return OK, s.forget(ctx, tx, who.id, tx.Now())
	})
	if err == nil && out == Wrong {
		var f fault.Form
		f.Add("code", "account.code.wrong", nil)
		err = f.Err(string(Erase))
	}
	return err
}

func (s *Service) forget(ctx context.Context, tx *op.Tx, who string, at time.Time) error {
	things, err := s.Things(ctx, tx, who)
	if err != nil {
		return err
	}
	if err := hold.Wait(ctx, tx, append(things, who)...); err != nil {
		return err
	}
	held, err := s.held(ctx, tx, who)
	if err != nil {
		return err
	}
	for _, k := range slices.Concat(s.Others, []Keeper{s.Matters, s.Members}) {
		if err := k.Forget(ctx, tx, who); err != nil {
			return err
		}
	}
	tx.Emit(Erased{who, at})
	if len(held) > 0 {
		tx.Note("held", strconv.Itoa(len(held)))
		return s.lock(ctx, tx, who, at)
	}
	if err := s.Accounts.EndWorker(ctx, tx, account.ID(who)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from person_erase_waits where person_id = $1`, who); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into person_erased (person_id, erased_at) values ($1, $2) on conflict (person_id) do nothing`, who, at.UnixMicro())
	return err
}

// Open counts what has to end first of an account, for others who may end it, in their
// transaction.
func (s *Service) Open(ctx context.Context, tx *op.Tx, who string) (matters, members int, err error) {
	w, err := s.waits(ctx, tx, who)
	return w.Matters, w.Members, err
}

// EndFor ends the account of somebody who cannot do it any more, in the transaction of who
// may, and reports whether something is held and goes later. Conflict: it has ended.
func (s *Service) EndFor(ctx context.Context, tx *op.Tx, who string, at time.Time) (held bool, err error) {
	known, err := here(ctx, tx, who)
	if err != nil {
		return false, err
	}
	if !known {
		return false, fault.New(string(Erase), fault.Conflict, "own.erase.gone")
	}
	all, err := s.held(ctx, tx, who)
	if err != nil {
		return false, err
	}
	return len(all) > 0, s.forget(ctx, tx, who, at)
}

// Redo forgets again those of a journal whom a restored database still knows, and
// returns how many: whatever was under way when the backup was made ends with them.
func (s *Service) Redo(ctx context.Context, journal []Erased) (n int, err error) {
	for _, e := range journal {
		known, err := s.known(ctx, e)
		if err != nil || !known {
			if err != nil {
				return n, err
			}
			continue
		}
		_, err = op.Write(ctx, s.desk, Redo, func(*op.Tx) (worker, error) { return worker{e.ID}, nil }, func(tx *op.Tx, who worker) (bool, error) {
			return true, s.forget(ctx, tx, who.id, e.At)
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// known reports whether the one of the journal is not forgotten here.
func (s *Service) known(ctx context.Context, e Erased) (bool, error) {
	return op.List(ctx, s.desk, Redo, func(tx *op.Tx, _ op.Scope) (bool, error) {
		if tx.Subject.Kind != authz.System {
			return false, fault.New(string(Redo), fault.Denied, "fault.denied")
		}
		if !id.Valid(e.ID) {
			return false, nil
		}
		return here(ctx, tx, e.ID)
	})
}

// here reports whether an account is there and has not ended.
func here(ctx context.Context, tx *op.Tx, who string) (known bool, err error) {
	err = tx.Each(ctx, `select 1 from person p where p.person_id = $1 and not exists (select 1 from person_erased e where e.person_id = p.person_id)
		and not exists (select 1 from person_erase_waits w where w.person_id = p.person_id)`, []any{who}, func(db.Row) error {
		known = true
		return nil
	})
	return known, err
}
