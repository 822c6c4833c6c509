// Package job does work after the commit: it delivers the events that
// operations left in the outboxes, at least once and in the order of each root,
// and runs named tasks on a schedule, once in the whole installation.
//
// It stands on plain rows and leases, so that one text serves SQLite,
// PostgreSQL and Citus: a queue that needs SKIP LOCKED, sequences or a
// connection of its own would break the house's rules on two of the three
// (ARCHITECTURE.md tells the whole reason).
package job

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

const (
	poll      = 250 * time.Millisecond // how often the outboxes are looked at
	hold      = 30 * time.Second       // how long a lease lasts without renewal
	batch     = 200                    // events taken at once
	givenUp   = 20                     // tries after which an event waits for a person
	longest   = time.Hour              // between two tries
	setback   = 5 * time.Second        // after long work failed
	faultSize = 300                    // bytes of an error that are kept
)

// Event is a stored fact on its way to its handlers.
type Event struct {
	ID    string
	Group string
	Root  string
	Name  string
	At    time.Time
	Body  json.RawMessage
	tries int
}

// Decode reads the event's body into v.
func (e Event) Decode(v any) error { return json.Unmarshal(e.Body, v) }

// Handler reacts to an event. It may be called again for the same event.
type Handler func(ctx context.Context, e Event) error

type task struct {
	name  string
	every time.Duration
	run   func(context.Context) error
}

// beside is long work that runs beside all else.
type beside struct {
	name   string
	wanted func(context.Context) (bool, error)
	run    func(context.Context) error
}

// Worker delivers events and runs tasks.
type Worker struct {
	db       *db.DB
	groups   []string
	holder   string
	hold     time.Duration
	handlers map[string][]Handler
	tasks    []task
	besides  []beside
}

// New returns a worker over the outboxes of groups.
func New(d *db.DB, groups []string) *Worker {
	return &Worker{db: d, groups: groups, holder: id.New[string](), hold: hold, handlers: map[string][]Handler{}}
}

// On registers h for events called name. Register everything before Run.
func (w *Worker) On(name string, h Handler) { w.handlers[name] = append(w.handlers[name], h) }

// Every registers a task that runs about once in each interval.
func (w *Worker) Every(name string, interval time.Duration, run func(context.Context) error) {
	w.tasks = append(w.tasks, task{name, interval, run})
}

// Beside registers long work, for which neither events nor tasks wait. It runs
// whenever wanted says that there is some, once in the whole installation, until
// it returns or ctx ends; it may then go on in another process.
func (w *Worker) Beside(name string, wanted func(context.Context) (bool, error), run func(context.Context) error) {
	w.besides = append(w.besides, beside{name, wanted, run})
}

// Run works until ctx ends, and then lets go of its leases, so that whoever
// comes next need not wait for them. Errors are logged and tried again.
func (w *Worker) Run(ctx context.Context) {
	defer w.release(context.WithoutCancel(ctx))
	var long sync.WaitGroup
	defer long.Wait()
	for _, b := range w.besides {
		long.Go(func() { w.keep(ctx, b) })
	}
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		for more := true; more && ctx.Err() == nil; {
			n, err := w.Deliver(ctx)
			if err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "events are not delivered", "err", err)
			}
			more = n == batch && err == nil
		}
		if err := w.RunTasks(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "tasks are not run", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// keep runs long work until ctx ends, and pauses after a failure.
func (w *Worker) keep(ctx context.Context, b beside) {
	for pause := poll; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = poll
		if err := w.RunBeside(ctx, b.name); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "long work failed", "work", b.name, "err", err)
			pause = setback
		}
	}
}

// RunBeside runs the named long work, if there is some.
func (w *Worker) RunBeside(ctx context.Context, name string) (err error) {
	defer caught(&err)
	ctx = authz.AsSystem(ctx, "job."+name)
	for _, b := range w.besides {
		if b.name != name {
			continue
		}
		if some, err := b.wanted(ctx); err != nil || !some {
			return err
		}
		return w.holding(ctx, "beside."+name, b.run)
	}
	return fmt.Errorf("job.beside: there is no work %q", name)
}

// Deliver hands one batch of due events of each group to their handlers and
// returns how many were delivered in the fullest group.
func (w *Worker) Deliver(ctx context.Context) (most int, err error) {
	for _, g := range w.groups {
		n, err := w.deliver(ctx, g)
		if err != nil {
			return most, fmt.Errorf("job.deliver %s: %w", g, err)
		}
		most = max(most, n)
	}
	return most, nil
}

func (w *Worker) deliver(ctx context.Context, group string) (int, error) {
	events, err := w.due(ctx, group)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	delivered := 0
	err = w.holding(ctx, "outbox."+group, func(ctx context.Context) (err error) {
		delivered, err = w.deliverAll(ctx, group)
		return err
	})
	return delivered, err
}

// deliverAll hands over what is due in a group whose lease is held. It reads
// anew: another worker may have delivered before the lease was taken.
func (w *Worker) deliverAll(ctx context.Context, group string) (delivered int, err error) {
	events, err := w.due(ctx, group)
	if err != nil {
		return 0, err
	}
	behind := map[string]bool{} // roots whose earlier event failed: theirs must wait
	for _, e := range events {
		if behind[e.Root] {
			continue
		}
		fault := w.handle(ctx, e)
		if ctx.Err() != nil {
			return delivered, ctx.Err()
		}
		behind[e.Root] = fault != nil
		if err := w.settle(ctx, e, fault); err != nil {
			return delivered, err
		}
		delivered++
	}
	return delivered, nil
}

// due reads the events whose turn it is, a root's in their order: one that waits
// to be tried again, or for a person, holds up those of its root behind it and
// nobody else's.
func (w *Worker) due(ctx context.Context, group string) ([]Event, error) {
	var events []Event
	err := w.db.View(ctx, func(tx *db.Tx) error {
		events = nil
		return tx.Each(ctx, `
			select root_id, id, at, name, body, tries from `+group+`_outbox e
			where done_at is null and due_at <= $1 and not exists (
				select 1 from `+group+`_outbox b where b.root_id = e.root_id and b.id < e.id and b.done_at is null and b.due_at > $1)
			order by id limit $2`, []any{tx.Now().UnixMicro(), batch}, func(r db.Row) error {
			e := Event{Group: group}
			var body string
			err := r.Scan(&e.Root, &e.ID, db.Time(&e.At), &e.Name, &body, &e.tries)
			e.Body = json.RawMessage(body)
			events = append(events, e)
			return err
		})
	})
	return events, err
}

func (w *Worker) handle(ctx context.Context, e Event) (err error) {
	defer caught(&err)
	ctx = authz.AsSystem(ctx, "job."+e.Name)
	var errs []error
	for _, h := range w.handlers[e.Name] {
		errs = append(errs, h(ctx, e))
	}
	return errors.Join(errs...)
}

// settle marks e as delivered, or says when to try again.
func (w *Worker) settle(ctx context.Context, e Event, fault error) error {
	return w.db.Update(ctx, func(tx *db.Tx) error {
		if fault == nil {
			_, err := tx.Exec(ctx, `update `+e.Group+`_outbox set done_at = $3 where root_id = $1 and id = $2`, e.Root, e.ID, tx.Now().UnixMicro())
			return err
		}
		slog.ErrorContext(ctx, "an event failed", "event", e.Name, "id", e.ID, "tries", e.tries+1, "err", fault)
		due := tx.Now().Add(wait(e.tries))
		_, err := tx.Exec(ctx, `update `+e.Group+`_outbox set tries = tries + 1, due_at = $3, fault = $4 where root_id = $1 and id = $2`,
			e.Root, e.ID, due.UnixMicro(), short(fault.Error()))
		return err
	})
}

// wait is how long to wait after so many tries: doubling up to an hour, and
// about for ever once it is given up.
func wait(tries int) time.Duration {
	if tries+1 >= givenUp {
		return 10 * 365 * 24 * time.Hour
	}
	return min(time.Second<<min(tries, 12), longest)
}

func short(s string) string {
	if len(s) > faultSize {
		s = s[:faultSize]
	}
	return s
}

// lease takes or renews the named lease for this worker.
func (w *Worker) lease(ctx context.Context, name string) (bool, error) {
	var n int64
	err := w.db.Update(ctx, func(tx *db.Tx) (err error) {
		n, err = tx.Exec(ctx, `
			insert into lease (name, holder, until) values ($1, $2, $3)
			on conflict (name) do update set holder = excluded.holder, until = excluded.until
			where lease.holder = excluded.holder or lease.until < $4`,
			name, w.holder, tx.Now().Add(w.hold).UnixMicro(), tx.Now().UnixMicro())
		return err
	})
	return n == 1, err
}

// holding runs work while this worker holds the named lease, which is renewed
// until work ends; it does nothing when another holds it. Work whose lease is
// lost all the same, because this process stood still, is told by its context.
func (w *Worker) holding(ctx context.Context, name string, work func(context.Context) error) error {
	if ok, err := w.lease(ctx, name); !ok || err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var renewal sync.WaitGroup
	renewal.Go(func() { w.renew(ctx, name, stop) })
	err := work(ctx)
	stop()
	renewal.Wait()
	return err
}

func (w *Worker) renew(ctx context.Context, name string, lost func()) {
	ticker := time.NewTicker(w.hold / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		// A database that cannot be asked just now may answer in time.
		if ok, err := w.lease(ctx, name); err == nil && !ok {
			lost()
			return
		}
	}
}

// release lets go of every lease that this worker holds.
func (w *Worker) release(ctx context.Context) {
	err := w.db.Update(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `delete from lease where holder = $1`, w.holder)
		return err
	})
	if err != nil {
		slog.ErrorContext(ctx, "leases are not let go of; they end by themselves", "err", err)
	}
}

// RunTasks runs every task that is due.
func (w *Worker) RunTasks(ctx context.Context) error {
	for _, t := range w.tasks {
		if err := w.runTask(ctx, t); err != nil {
			return fmt.Errorf("job.task %s: %w", t.name, err)
		}
	}
	return nil
}

func (w *Worker) runTask(ctx context.Context, t task) error {
	var due time.Time
	err := w.db.View(ctx, func(tx *db.Tx) error {
		return tx.One(ctx, `select due_at from schedule where name = $1`, []any{t.name}, db.Time(&due))
	})
	if err != nil && !errors.Is(err, db.ErrNone) {
		return err
	}
	if due.After(w.db.Clock().Now()) {
		return nil
	}
	return w.holding(ctx, "task."+t.name, func(ctx context.Context) error {
		return w.ran(ctx, t, t.once(ctx))
	})
}

func (t task) once(ctx context.Context) (err error) {
	defer caught(&err)
	return t.run(authz.AsSystem(ctx, "job."+t.name))
}

// caught, deferred, makes a panic an error: it ends one piece of work and not
// the process with all that others do in it.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// ran notes that a task ran, and when it is due again. A task that was cut
// short stays due.
func (w *Worker) ran(ctx context.Context, t task, fault error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	text := ""
	if fault != nil {
		slog.ErrorContext(ctx, "a task failed", "task", t.name, "err", fault)
		text = short(fault.Error())
	}
	return w.db.Update(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			insert into schedule (name, due_at, ran_at, fault) values ($1, $2, $3, $4)
			on conflict (name) do update set due_at = excluded.due_at, ran_at = excluded.ran_at, fault = excluded.fault`,
			t.name, tx.Now().Add(t.every).UnixMicro(), tx.Now().UnixMicro(), text)
		return err
	})
}

// Backlog counts the events that wait and those that were given up, by group.
func (w *Worker) Backlog(ctx context.Context) (waiting, stuck map[string]int64, err error) {
	waiting, stuck = map[string]int64{}, map[string]int64{}
	err = w.db.View(ctx, func(tx *db.Tx) error {
		for _, g := range w.groups {
			var n, dead int64
			err := tx.One(ctx, `select count(*), count(*) filter (where tries >= $1) from `+g+`_outbox where done_at is null`, []any{givenUp}, &n, &dead)
			if err != nil {
				return err
			}
			waiting[g], stuck[g] = n, dead
		}
		return nil
	})
	return waiting, stuck, err
}
