package op

import (
	"context"
	"errors"
	"sync"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
)

const (
	// refusalsKept is how many refused acts of one subject get an audit row in a
	// minute. Whoever tries more is known by then, and shall not fill the disk.
	refusalsKept = 20
	// refusalWait is how long a refusal may wait for its audit row.
	refusalWait = 2 * time.Second
)

// Check refuses with Missing, not Denied, what who may not even see. It is for
// a use case that meets a second object; the first is checked by the door.
func (d *Desk) Check(who authz.Subject, act authz.Action, o authz.Object) error {
	if d.rules.May(who, act, o) {
		return d.proven(who, act, o)
	}
	b := &barred{act, o, "missing"}
	if d.rules.May(who, authz.Action(o.Kind+".see"), o) {
		b.as = "denied"
		return fault.New(string(act), fault.Denied, "fault.denied").Because(b)
	}
	return fault.New(string(act), fault.Missing, "fault.missing").Because(b)
}

// proven refuses with Unproven who may act on o but must prove themselves again.
// It is no final answer: the same call does what it says afterwards.
func (d *Desk) proven(who authz.Subject, act authz.Action, o authz.Object) error {
	if !d.rules.Stale(who, act, d.Now()) {
		return nil
	}
	return fault.New(string(act), fault.Unproven, "fault.unproven").Because(&barred{act, o, "unproven"})
}

// spent refuses who has read enough for today.
func (d *Desk) spent(ctx context.Context, tx *Tx, act authz.Action, o authz.Object) error {
	if d.spend == nil {
		return nil
	}
	err := d.spend(ctx, tx, act)
	if fault.Is(err, fault.Busy) {
		err = fault.Of(err).Because(&barred{act, o, "too many"})
	}
	return err
}

// barred is the cause of what [Desk.Check] refuses: which act on what.
type barred struct {
	act    authz.Action
	object authz.Object
	as     string
}

// Error implements error.
func (b *barred) Error() string { return "fault." + b.as }

// refused leaves an audit row, in a transaction of its own, of an act that the
// rules refused: the act's was undone. It returns err, and where the row could not
// be written, with the reason of that: the answer stays a refusal.
func (d *Desk) refused(ctx context.Context, err error) error {
	var b *barred
	if !errors.As(err, &b) || b.object.ID == "" {
		return err
	}
	who := authz.From(ctx)
	n := d.refusals.next(string(who.Kind)+who.ID+who.Only, d.Now())
	if n > refusalsKept {
		return err
	}
	told := b.as
	if n == refusalsKept {
		told += "; no more are written this minute"
	}
	// Whoever hangs up is written down as well.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), refusalWait)
	defer stop()
	kept := d.db.Update(ctx, func(raw *db.Tx) error {
		tx := d.tx(ctx, raw)
		tx.Note(Refused, told)
		return tx.record(ctx, b.act, b.object)
	})
	if kept == nil {
		return err
	}
	return fault.Of(err).Because(errors.Join(err, kept))
}

// Refused is the name of the note in the audit row of an act that the rules
// refused: nothing was done or shown.
const Refused = "refused"

// tally counts refusals by subject in the minute that runs.
type tally struct {
	mu     sync.Mutex
	minute time.Time
	counts map[string]int
}

// next counts one more and returns how many there are now.
func (t *tally) next(subject string, now time.Time) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if minute := now.Truncate(time.Minute); t.counts == nil || !minute.Equal(t.minute) {
		t.minute, t.counts = minute, map[string]int{}
	}
	t.counts[subject]++
	return t.counts[subject]
}
