package op

import (
	"context"
	"embed"
	"errors"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

// Groups are the groups of tables, each with its own audit chain and outbox.
var Groups = []string{"member", "org", "person", "request", "station"}

// Desk runs operations under one set of rules.
type Desk struct {
	db       *db.DB
	rules    authz.Rules // judge things
	scopes   authz.Rules // limit rows: the same rules, apart for the tests of each layer alone
	rows     map[string]Rows
	refusals tally
	spend    Spender
}

// Enough is the message of a read that was one too many for today; its argument
// Limit is how many there may be.
const Enough = "failure.enough.text"

// Spender counts one more sensitive read by the subject of tx, inside its
// transaction, and refuses one too many: fault.Busy, [Enough].
type Spender func(ctx context.Context, tx *Tx, act authz.Action) error

// Limit lets s count every sensitive read before it is answered.
func (d *Desk) Limit(s Spender) { d.spend = s }

// New returns a desk over d that obeys rules.
func New(d *db.DB, rules authz.Rules) *Desk { return &Desk{db: d, rules: rules, scopes: rules} }

// Rules are the rules that the desk obeys.
func (d *Desk) Rules() authz.Rules { return d.rules }

// Now is the desk's time, for what is computed outside a transaction.
func (d *Desk) Now() time.Time { return d.db.Clock().Now() }

// Call is what a request brings besides its subject.
type Call struct {
	ClientID string // made by the client; the first answer to it is the answer for ever
	Digest   string // hash of the input, so that one id cannot stand for two acts
	Purpose  string // why sensitive data is read
}

type callKey struct{}

// With returns a context for one call.
func With(ctx context.Context, c Call) context.Context { return context.WithValue(ctx, callKey{}, c) }

// CallOf returns the call of ctx.
func CallOf(ctx context.Context) Call {
	c, _ := ctx.Value(callKey{}).(Call)
	return c
}

// Tx is the transaction of an operation.
type Tx struct {
	*db.Tx
	Subject authz.Subject
	purpose string
	note    map[string]string
	events  []posted
}

// Event is a fact that other domains may react to after the commit.
type Event interface{ EventName() string }

type posted struct {
	root  authz.Object // zero: the operation's own root
	event Event
}

// Emit stores e with the transaction. It is delivered at least once after the
// commit, never before it, and never without it.
func (tx *Tx) Emit(e Event) { tx.events = append(tx.events, posted{event: e}) }

// Note adds a fact to the audit row: what changed, never personal data.
func (tx *Tx) Note(name, value string) {
	if tx.note == nil {
		tx.note = map[string]string{}
	}
	tx.note[name] = value
}

// Target is a thing that can be acted upon.
type Target interface{ AuthzObject() authz.Object }

// Scope limits a listing to what its reader may see.
type Scope struct {
	rules   authz.Rules
	subject authz.Subject
	act     authz.Action
}

// Where is the condition to AND into the listing's WHERE clause.
func (s Scope) Where(c authz.Columns, args *db.Args) string {
	return s.rules.Where(s.subject, s.act, c, args)
}

// Read finds the target and returns it if the subject of ctx may do act to it.
func Read[T Target](ctx context.Context, d *Desk, act authz.Action, find func(*Tx) (T, error)) (T, error) {
	var t T
	run := d.db.View
	if d.rules.Sensitive(act) {
		if CallOf(ctx).Purpose == "" {
			return t, fault.New(string(act), fault.Invalid, "fault.purpose")
		}
		run = d.db.Update
	}
	err := run(ctx, func(raw *db.Tx) (err error) {
		tx := d.tx(ctx, raw)
		if t, err = find(tx); err != nil {
			return err
		}
		if err = d.Both(ctx, tx, act, t.AuthzObject()); err != nil || !d.rules.Sensitive(act) {
			return err
		}
		if err = d.spent(ctx, tx, act, t.AuthzObject()); err != nil {
			return err
		}
		return tx.record(ctx, act, t.AuthzObject())
	})
	if err != nil {
		var none T
		if d.rules.Sensitive(act) {
			err = d.refused(ctx, err)
		}
		return none, failed(act, err)
	}
	return t, nil
}

// List runs find with the scope in which the subject of ctx may do act. find
// must put scope.Where into its query, so that it never loads what it hides.
func List[T any](ctx context.Context, d *Desk, act authz.Action, find func(*Tx, Scope) (T, error)) (T, error) {
	var t T
	err := d.db.View(ctx, func(raw *db.Tx) (err error) {
		tx := d.tx(ctx, raw)
		if err = d.proven(tx.Subject, act, authz.Object{}); err != nil {
			return err
		}
		if t, err = find(tx, Scope{d.scopes, tx.Subject, act}); err != nil {
			return err
		}
		return judge(d, tx.Subject, act, t)
	})
	if err != nil {
		var none T
		return none, failed(act, err)
	}
	return t, nil
}

// tries is how often an act is begun that others overtake.
const tries = 8

// Write finds the target, checks that the subject of ctx may do act to it, runs
// do, and stores the audit row, the events and the outcome: all in one
// transaction. R must survive JSON, for it is given again to whoever repeats
// the call.
func Write[T Target, R any](ctx context.Context, d *Desk, act authz.Action, find func(*Tx) (T, error), do func(*Tx, T) (R, error)) (R, error) {
	result, err := attempt(ctx, d, act, find, do)
	for n := 1; n < tries && db.IsUnique(err); n++ {
		// Somebody took the same key at the same time and won. What they stored can
		// be read now: the outcome of this very call, or what the rules refuse it by. Where
		// many come at once, another one of them may win then.
		result, err = attempt(ctx, d, act, find, do)
	}
	if err == nil {
		return result, nil
	}
	if errors.Is(err, db.ErrBusy) {
		return result, failed(act, err)
	}
	var none R
	return none, fault.Wrap(string(act), d.refused(ctx, err))
}

// failed is the fault of an operation that did not come through: Busy where nothing was
// done and it may be tried again.
func failed(act authz.Action, err error) error {
	if errors.Is(err, db.ErrBusy) {
		return fault.New(string(act), fault.Busy, "fault.busy").Because(err)
	}
	return fault.Wrap(string(act), err)
}

func attempt[T Target, R any](ctx context.Context, d *Desk, act authz.Action, find func(*Tx) (T, error), do func(*Tx, T) (R, error)) (R, error) {
	var result R
	var refusal error
	err := d.db.Update(ctx, func(raw *db.Tx) error {
		refusal = nil
		known, err := recall(ctx, raw, act, &result)
		if known {
			refusal = err
			return nil
		}
		if err != nil {
			return err
		}
		tx := d.tx(ctx, raw)
		var root authz.Object
		err = raw.Try(ctx, func() error {
			t, err := find(tx)
			if err != nil {
				return err
			}
			root = t.AuthzObject()
			if err := d.Both(ctx, tx, act, root); err != nil {
				return err
			}
			if result, err = do(tx, t); err != nil {
				return err
			}
			return tx.record(ctx, act, root)
		})
		if err != nil && !final(err) {
			return err
		}
		refusal = err
		return remember(ctx, tx, act, root.ID, result, err)
	})
	if err == nil {
		err = refusal
	}
	return result, err
}

// final reports whether err is an answer, rather than an accident that a later
// try may not meet.
func final(err error) bool {
	return slices.Contains([]fault.Kind{fault.Invalid, fault.Denied, fault.Missing, fault.Conflict, fault.SoldOut}, fault.KindOf(err))
}

func (d *Desk) tx(ctx context.Context, raw *db.Tx) *Tx {
	tx := &Tx{Tx: raw, Subject: authz.From(ctx), purpose: CallOf(ctx).Purpose}
	if place, _ := ctx.Value(fromKey{}).(string); place != "" && (tx.Subject.Kind == authz.Staff || tx.Subject.Kind == authz.Link) {
		tx.Note(Via, place)
	}
	return tx
}

// Via is the name of the note that says from where an act came.
const Via = "via"

type fromKey struct{}

// From returns a context whose acts come from place, such as a network address. Only of
// those who act for a union or a body is it written down: where a worker was who speaks
// of an employer is nobody's to know.
func From(ctx context.Context, place string) context.Context {
	return context.WithValue(ctx, fromKey{}, place)
}
