package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/job"
	"nuanxin/internal/job/long"
	"nuanxin/internal/op"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake/list"
)

// Kind is what is being done with an import.
type Kind string

// The kinds of work.
const (
	Reading  Kind = "read"
	Applying Kind = "apply"
	Undoing  Kind = "undo"
	Tidying  Kind = "tidy" // what nobody waits for: forgetting under which words changed stations were found
)

// Work is what is being done with an import just now. It goes on in small
// steps, each a transaction that moves Done on, so that nobody else waits long,
// whoever is cut off is followed by somebody who goes on from there, and two
// who try at once do no step twice.
type Work struct {
	Kind        Kind
	Done, Total int  // rows; Total is 0 while it is not known
	Stop        bool // somebody asked to stop: what was prepared is being taken away
	Trouble     *Trouble

	beside  bool
	subject authz.Subject
	file    string
	base    int64 // number of change before the first row was looked at
	ordered int64 // when, in microseconds
}

// Ahead is what an import in the background waits for.
type Ahead struct {
	Count int    // imports that are done before it
	File  string // of the one that is being done; "" where the reader may not see it
	Work  Work   // on that one
}

// Ahead returns what is done before an import that waits for its turn.
func (s *Service) Ahead(ctx context.Context, id ID) (Ahead, error) {
	var out Ahead
	_, err := op.Read(ctx, s.desk, station.ImportSee, func(tx *op.Tx) (Batch, error) {
		b, err := getHead(ctx, tx, id)
		if err != nil || !b.Busy() || !b.Work.beside || b.Work.Done > 0 {
			return b, err
		}
		all, err := aheadOf(ctx, tx, b)
		if err != nil || len(all) == 0 {
			return b, err
		}
		if out = (Ahead{Count: len(all), Work: *all[0].Work}); s.desk.Rules().May(tx.Subject, station.ImportSee, all[0].AuthzObject()) {
			out.File = all[0].Options.File
		}
		return b, nil
	})
	return out, err
}

// Trouble is why work cannot go on until a person looks at it.
type Trouble struct {
	Msg    string        `json:"msg"`
	Args   fault.Args    `json:"args,omitempty"`
	Fields []fault.Field `json:"fields,omitempty"`
}

// Err is the trouble as a fault of the file.
func (t Trouble) Err() error {
	return &fault.Error{Op: "station.import", Kind: fault.Invalid, Msg: t.Msg, Args: t.Args, Fields: t.Fields}
}

// Busy reports whether there is work for which the importer waits.
func (b Batch) Busy() bool { return b.Work != nil && b.Work.Kind != Tidying }

const (
	// Direct is how many rows are read, applied or undone while one waits for
	// the page; more are done in the background.
	Direct = 2000
	// alone is how long work that somebody does at once may stand still before
	// the background takes it over: its process is gone.
	alone = time.Minute
)

// errMoved says that work was moved on, or stopped, by somebody else.
var errMoved = fault.New("station.import", fault.Conflict, "import.state")

// progressKey is the context key of [WithProgress].
type progressKey struct{}

// WithProgress returns a context in which long work tells how many of its rows
// are prepared. Until it ends nobody sees anything of them.
func WithProgress(ctx context.Context, tell func(done, total int)) context.Context {
	return context.WithValue(ctx, progressKey{}, tell)
}

func progressOf(ctx context.Context) func(done, total int) {
	if tell, ok := ctx.Value(progressKey{}).(func(done, total int)); ok {
		return tell
	}
	return func(int, int) {}
}

// Apply applies a staged import, without the rows in leave: whoever reads sees
// nothing of it until all is there. A row whose station changed since it was
// staged, or for which something else would be done by now, is left alone and told.
func (s *Service) Apply(ctx context.Context, id ID, leave ...int) ([]Outcome, error) {
	if err := s.start(ctx, id, Applying, false, leave...); err != nil {
		return nil, err
	}
	if _, err := s.finish(ctx, id, Applied); err != nil {
		return nil, err
	}
	return op.List(ctx, s.desk, station.ImportSee, func(tx *op.Tx, _ op.Scope) ([]Outcome, error) { return outcomes(ctx, tx, id) })
}

// Undo takes an applied import back, row by row: an added station is closed
// for good, an updated one gets its facts back. A row whose station has been
// changed or used since is left alone and told.
func (s *Service) Undo(ctx context.Context, id ID) ([]Outcome, error) {
	if err := s.start(ctx, id, Undoing, false); err != nil {
		return nil, err
	}
	if _, err := s.finish(ctx, id, Undone); err != nil {
		return nil, err
	}
	return op.List(ctx, s.desk, station.ImportSee, func(tx *op.Tx, _ op.Scope) ([]Outcome, error) {
		rows, err := doneRows(ctx, tx, id)
		all := make([]Outcome, len(rows))
		for i, d := range rows {
			if all[i] = d.Outcome; d.Why != "" {
				all[i].Action = list.WillSkip
			}
		}
		return all, err
	})
}

// Carry applies or undoes an import: at once where it is short, else in the
// background; then the answer has Work.
func (s *Service) Carry(ctx context.Context, id ID, kind Kind) (Batch, error) {
	b, err := s.Head(ctx, id)
	if err != nil {
		return b, err
	}
	rows, err := s.Lines(ctx, id, PartAll, 1, 1)
	if err != nil {
		return b, err
	}
	beside := rows.Counts[PartAll] > s.direct
	if err := s.start(ctx, id, kind, beside); err != nil {
		return b, err
	}
	if beside {
		return s.Head(ctx, id)
	}
	return s.finish(ctx, id, map[Kind]State{Applying: Applied, Undoing: Undone}[kind])
}

// start puts work on an import to hand.
func (s *Service) start(ctx context.Context, id ID, kind Kind, beside bool, leave ...int) error {
	_, err := op.Write(ctx, s.desk, station.Import, s.head(ctx, id), func(tx *op.Tx, b Batch) (ID, error) {
		switch {
		case b.Busy():
			return "", fault.New("station.import", fault.Conflict, "import.busy")
		case b.State != map[Kind]State{Applying: Staged, Undoing: Applied}[kind]:
			return "", errMoved
		}
		total, err := countRows(ctx, tx, id, kind)
		if err != nil {
			return "", err
		}
		if err := leaveOut(ctx, tx, id, leave); err != nil {
			return "", err
		}
		return id, putWork(ctx, tx, id, Work{Kind: kind, Total: total, beside: beside, subject: tx.Subject})
	})
	return err
}

// finish carries work on that whoever asks waits for, until the import is in
// the state that was asked for.
func (s *Service) finish(ctx context.Context, id ID, want State) (Batch, error) {
	ctx = op.With(ctx, op.Call{}) // the steps are not what the client named
	if err := s.carry(ctx, id); err != nil {
		return Batch{}, err
	}
	b, err := s.Head(ctx, id)
	if err == nil && b.State != want {
		err = errMoved
	}
	return b, err
}

func (s *Service) head(ctx context.Context, id ID) func(*op.Tx) (Batch, error) {
	return func(tx *op.Tx) (Batch, error) { return getHead(ctx, tx, id) }
}

// carry does the work on an import until there is none, or a person must look.
func (s *Service) carry(ctx context.Context, id ID) error {
	for {
		b, err := s.Head(ctx, id)
		if err != nil {
			return err
		}
		switch w := b.Work; {
		case w == nil || w.Trouble != nil && !w.Stop:
			return nil
		case w.Stop:
			err = s.clear(ctx, b)
		case w.Kind == Reading:
			err = s.readOn(ctx, b)
		case w.Kind == Applying:
			err = s.applyOn(ctx, b)
		case w.Kind == Undoing:
			err = s.undoOn(ctx, b)
		default:
			err = s.tidy(ctx, b)
		}
		switch {
		case b.Work.Stop && b.Work.Kind == Reading && err == nil:
			return nil // the import is gone
		case err != nil && !errors.Is(err, errMoved):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}

// step moves work on from where b says it is to row to, and does what belongs
// to it, in one transaction.
func (s *Service) step(ctx context.Context, b Batch, to int, do func(*op.Tx) error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	_, err := op.Write(ctx, s.desk, station.Import, s.head(ctx, b.ID), func(tx *op.Tx, _ Batch) (struct{}, error) {
		if err := moveWork(ctx, tx, b.ID, *b.Work, to); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, do(tx)
	})
	if err == nil {
		b.Work.Done = to
		progressOf(ctx)(to, b.Work.Total)
	}
	return err
}

// Cancel stops work on an import. What was prepared is taken away in the
// background; an import whose file was still being read goes with it.
func (s *Service) Cancel(ctx context.Context, id ID) error {
	_, err := op.Write(ctx, s.desk, station.Import, s.head(ctx, id), func(tx *op.Tx, b Batch) (ID, error) {
		if !b.Busy() {
			return "", errMoved
		}
		return id, stopWork(ctx, tx, id)
	})
	return err
}

// Register lets the program's worker do long work in the background.
func (s *Service) Register(w *job.Worker) { w.Beside("station.import", s.Waiting, s.Work) }

// kind is the long work of this package.
func (s *Service) kind() long.Kind[dueWork] {
	return long.Kind[dueWork]{Due: s.due, As: s.inNameOf, Carry: s.carryOn, Failed: s.failed}
}

// Waiting reports whether there is work for the background.
func (s *Service) Waiting(ctx context.Context) (bool, error) { return s.kind().Waiting(ctx) }

// Work does what waits for the background, one import after the other. It may
// be stopped at any moment and goes on the next time.
func (s *Service) Work(ctx context.Context) error { return s.kind().Do(ctx) }

// carryOn does one of them. What a command that was ended began must leave nothing.
func (s *Service) carryOn(ctx context.Context, one dueWork) error {
	var err error
	if !one.beside && one.subject.Kind == authz.System {
		if err = s.Cancel(ctx, one.id); errors.Is(err, errMoved) {
			err = nil
		}
	}
	return errors.Join(err, s.carry(ctx, one.id))
}

// inNameOf is the context of work that somebody ordered. What only clears up is the
// program's own: it needs no right, and must be done though nobody has one.
func (s *Service) inNameOf(ctx context.Context, one dueWork) (context.Context, error) {
	if one.clears {
		return ctx, nil
	}
	return long.As(ctx, one.subject, s.Rights)
}

// due lists the work for the background, what was ordered first before what
// was ordered later.
func (s *Service) due(ctx context.Context) ([]dueWork, error) {
	return op.List(ctx, s.desk, station.ImportSee, func(tx *op.Tx, _ op.Scope) ([]dueWork, error) {
		return dueWorks(ctx, tx, tx.Now().Add(-alone))
	})
}

// failed notes why work did not go on: what a person can mend at once, what is
// ours after a few tries. It returns what belongs into the log.
func (s *Service) failed(ctx context.Context, one dueWork, err error) error {
	final := slices.Contains([]fault.Kind{fault.Invalid, fault.Denied, fault.Missing, fault.Conflict}, fault.KindOf(err))
	f := fault.Of(err)
	trouble := &Trouble{Msg: f.Msg, Args: f.Args, Fields: f.Fields}
	switch {
	case err == nil:
		return nil
	case one.clears:
		trouble = nil
	case final:
		err = nil
	case one.tries+1 < long.Patience:
		trouble = nil
	default:
		trouble = &Trouble{Msg: "import.broken"}
	}
	_, kept := op.Write(ctx, s.desk, station.Import, s.head(ctx, one.id), func(tx *op.Tx, b Batch) (struct{}, error) {
		return struct{}{}, troubleWork(ctx, tx, one.id, trouble)
	})
	if fault.Is(kept, fault.Missing) {
		kept = nil // it was stopped meanwhile
	}
	if err != nil {
		err = fmt.Errorf("import %s: %w", one.id, err)
	}
	return errors.Join(err, kept)
}
