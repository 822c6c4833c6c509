package intake

import (
	"context"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
)

// Service imports lists of stations.
type Service struct {
	desk   *op.Desk
	tables station.Tables
}

// NewService returns the import service; its rules are among [station.Policy].
func NewService(desk *op.Desk) *Service { return &Service{desk: desk} }

// ID names an import.
type ID string

// State is how far an import has come.
type State string

// The states.
const (
	Staged  State = "staged"
	Applied State = "applied"
	Undone  State = "undone"
)

// Batch is one import: a file that was read, to be looked at, applied and
// perhaps undone.
type Batch struct {
	ID      ID        `json:"id"`
	Area    string    `json:"area"` // of whoever staged it
	State   State     `json:"state"`
	Options Options   `json:"options"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Report
}

// AuthzObject implements op.Target.
func (b Batch) AuthzObject() authz.Object {
	return authz.Object{Kind: "station_import", ID: string(b.ID), Group: "station", Area: b.Area}
}

// Outcome is what became of one row when an import was applied or undone.
type Outcome struct {
	Row     int        `json:"row"`
	Action  Action     `json:"action"` // add, update; skip when nothing was done
	Why     string     `json:"why,omitempty"`
	Station station.ID `json:"station,omitempty"`
}

// progressKey is the context key of [WithProgress].
type progressKey struct{}

// WithProgress returns a context in which long work tells how many of its rows
// are done. It is told within the transaction: until that ends nothing is
// certain, and a transaction that is run again counts from the beginning.
func WithProgress(ctx context.Context, tell func(done, total int)) context.Context {
	return context.WithValue(ctx, progressKey{}, tell)
}

func progressOf(ctx context.Context) func(done, total int) {
	if tell, ok := ctx.Value(progressKey{}).(func(done, total int)); ok {
		return tell
	}
	return func(int, int) {}
}

// DryRun says what importing the table would do, and keeps nothing.
func (s *Service) DryRun(ctx context.Context, t sheet.Table, o Options) (Report, error) {
	report, err := Read(t, o)
	if err != nil {
		return report, err
	}
	return op.List(ctx, s.desk, station.ImportSee, func(tx *op.Tx, _ op.Scope) (Report, error) {
		if _, err := s.ownArea(tx.Subject, o); err != nil {
			return report, err
		}
		return report, s.judge(ctx, tx, report.Lines)
	})
}

// Stage reads the table, says row by row what would become of it, and keeps
// that, so that somebody can look at it and apply it.
func (s *Service) Stage(ctx context.Context, t sheet.Table, o Options) (Batch, error) {
	report, err := Read(t, o)
	if err != nil {
		return Batch{}, err
	}
	fresh := id.New[ID]()
	propose := func(tx *op.Tx) (Batch, error) {
		area, err := s.ownArea(tx.Subject, o)
		return Batch{ID: fresh, Area: area, State: Staged, Options: o, By: tx.Subject.ID, At: tx.Now(), Report: report}, err
	}
	done, err := op.Write(ctx, s.desk, station.Import, propose, func(tx *op.Tx, b Batch) (ID, error) {
		b.Lines = slices.Clone(b.Lines)
		if err := s.judge(ctx, tx, b.Lines); err != nil {
			return "", err
		}
		return b.ID, insertBatch(ctx, tx, b)
	})
	if err != nil {
		return Batch{}, err
	}
	return s.Staged(ctx, done)
}

// Staged returns an import with its lines.
func (s *Service) Staged(ctx context.Context, id ID) (Batch, error) {
	return op.Read(ctx, s.desk, station.ImportSee, func(tx *op.Tx) (Batch, error) { return getBatch(ctx, tx, id) })
}

// ownArea is the area in which the subject imports.
func (s *Service) ownArea(who authz.Subject, o Options) (string, error) {
	if s.desk.Rules().May(who, station.Import, authz.Object{Kind: "station_import", Area: o.Area}) {
		return o.Area, nil
	}
	for _, g := range who.Grants {
		if g.Role == authz.Cadre {
			return g.Area, nil
		}
	}
	return "", fault.New("station.import", fault.Denied, "fault.denied")
}

// judge refuses lines outside the subject's authority and decides the others
// against what is there.
func (s *Service) judge(ctx context.Context, tx *op.Tx, lines []Line) error {
	var keys []string
	for i := range lines {
		l := &lines[i]
		if l.Why == noStation {
			continue
		}
		inside := s.desk.Rules().May(tx.Subject, station.Add, authz.Object{Kind: "station", Area: l.Understood.Area})
		if l.Action != WillRefuse && !inside {
			l.Action, l.Why = WillRefuse, "import.outside_area"
		}
		keys = append(keys, l.Understood.NameKeys()...)
	}
	slices.Sort(keys)
	there, err := s.tables.Named(ctx, tx, slices.Compact(keys))
	if err != nil {
		return err
	}
	decide(lines, there)
	return nil
}

// Apply applies a staged import in one transaction, without the rows in leave.
// A row whose station changed since it was staged, or for which something else
// would be done by now, is left alone and told.
func (s *Service) Apply(ctx context.Context, id ID, leave ...int) ([]Outcome, error) {
	find := func(tx *op.Tx) (Batch, error) { return getBatch(ctx, tx, id) }
	return op.Write(ctx, s.desk, station.Import, find, func(tx *op.Tx, b Batch) ([]Outcome, error) {
		if err := tx.Lock(ctx, "station.import"); err != nil {
			return nil, err
		}
		if err := advance(ctx, tx, id, Staged, Applied); err != nil {
			return nil, err
		}
		now := slices.Clone(b.Lines)
		if err := s.judge(ctx, tx, now); err != nil {
			return nil, err
		}
		a := applier{service: s, batch: b}
		outcomes := make([]Outcome, 0, len(now))
		tell := progressOf(ctx)
		for i, l := range now {
			tell(i, len(now))
			o := Outcome{Row: l.Row, Action: WillSkip, Why: l.Why}
			switch was := b.Lines[i]; {
			case slices.Contains(leave, l.Row):
				o.Why = "import.left_out"
			case l.Action != was.Action || l.Station != was.Station || l.Version != was.Version:
				o.Why = "import.changed_meanwhile"
				if err := saveOutcome(ctx, tx, id, i, doneRow{Outcome: o}); err != nil {
					return nil, err
				}
			case l.Action == WillAdd || l.Action == WillUpdate:
				var err error
				if o, err = a.apply(ctx, tx, i, l); err != nil {
					return nil, err
				}
			case l.Action == WillNot:
				o.Why = "import.same"
			}
			outcomes = append(outcomes, o)
		}
		tx.Emit(a.told)
		return outcomes, s.tell(ctx, tx, a.tales)
	})
}

// applier applies the lines of one batch.
type applier struct {
	service *Service
	batch   Batch
	tales   []tale
	told    Imported
}

// tale is what is to be told about one station.
type tale struct {
	of    station.Station
	event op.Event
}

// tell numbers the changes and then leaves each station's audit row and event,
// in this order, as every other change does: two that wait for each other
// would be an accident.
func (s *Service) tell(ctx context.Context, tx *op.Tx, tales []tale) error {
	if len(tales) == 0 {
		return nil
	}
	ids := make([]station.ID, len(tales))
	for i, t := range tales {
		ids[i] = t.of.ID
	}
	if err := s.tables.Touch(ctx, tx, ids...); err != nil {
		return err
	}
	for _, t := range tales {
		if err := tx.Also(ctx, station.Import, t.of.AuthzObject(), t.event); err != nil {
			return err
		}
	}
	return nil
}

// Imported says that a file was applied.
type Imported struct {
	Import  string `json:"import"`
	Added   int    `json:"added"`
	Updated int    `json:"updated"`
}

// EventName implements op.Event.
func (Imported) EventName() string { return "station.imported" }

// doneRow is what the tables keep of an applied row, to undo it.
type doneRow struct {
	Outcome
	After  int64          `json:"after"`            // the station's version since
	Before *station.Facts `json:"before,omitempty"` // of an update
	By     station.Origin `json:"by,omitempty"`
	seq    int
}

func (a *applier) apply(ctx context.Context, tx *op.Tx, seq int, l Line) (Outcome, error) {
	o := Outcome{Row: l.Row, Action: l.Action}
	d := doneRow{}
	var st station.Station
	var event op.Event
	var err error
	if l.Action == WillAdd {
		if st, err = (station.Station{ID: id.New[station.ID](), CreatedAt: tx.Now()}).With(l.Understood, station.FromFile, tx.Now()); err != nil {
			return o, err
		}
		st, err = a.service.tables.Insert(ctx, tx, st)
		event = station.Opened{ID: st.ID, Area: st.Area}
		a.told.Added++
	} else {
		var old station.Station
		if old, err = a.service.tables.Get(ctx, tx, l.Station); err != nil {
			return o, err
		}
		facts, _ := l.onto(old)
		d.Before, d.By = &old.Facts, old.HoursBy
		if st, err = old.With(facts, station.FromFile, tx.Now()); err != nil {
			return o, err
		}
		st, err = a.service.tables.Update(ctx, tx, st)
		event = station.Changed{ID: st.ID, Version: st.Version}
		a.told.Updated++
	}
	if err != nil {
		return o, err
	}
	o.Station = st.ID
	a.tales, a.told.Import = append(a.tales, tale{st, event}), string(a.batch.ID)
	d.Outcome, d.After = o, st.Version
	return o, saveOutcome(ctx, tx, a.batch.ID, seq, d)
}

// Undo takes an applied import back, row by row: an added station is closed
// for good, an updated one gets its facts back. A row whose station has been
// changed or used since is left alone and told.
func (s *Service) Undo(ctx context.Context, id ID) ([]Outcome, error) {
	find := func(tx *op.Tx) (Batch, error) { return getBatch(ctx, tx, id) }
	return op.Write(ctx, s.desk, station.Import, find, func(tx *op.Tx, b Batch) ([]Outcome, error) {
		if err := advance(ctx, tx, id, Applied, Undone); err != nil {
			return nil, err
		}
		rows, err := doneRows(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		var outcomes []Outcome
		var tales []tale
		tell := progressOf(ctx)
		for i, d := range rows {
			tell(i, len(rows))
			o, told, err := s.undo(ctx, tx, id, d)
			if err != nil {
				return nil, err
			}
			outcomes, tales = append(outcomes, o), append(tales, told...)
		}
		return outcomes, s.tell(ctx, tx, tales)
	})
}

// undo takes one row back, and says what is to be told if it did.
func (s *Service) undo(ctx context.Context, tx *op.Tx, batch ID, d doneRow) (Outcome, []tale, error) {
	o := d.Outcome
	st, err := s.tables.Get(ctx, tx, d.Station)
	if err != nil {
		return o, nil, err
	}
	live, err := s.tables.Live(ctx, tx, st.ID)
	if err != nil {
		return o, nil, err
	}
	used := len(live.Days)+len(live.Reports) > 0
	switch {
	case !st.InUse(), st.Version != d.After:
		o.Action, o.Why = WillSkip, "import.changed_meanwhile"
	case d.Action == WillAdd && used:
		o.Action, o.Why = WillSkip, "import.used_meanwhile"
	}
	if o.Action == WillSkip {
		d.Why = o.Why // kept beside what was done
		return o, nil, saveOutcome(ctx, tx, batch, d.seq, d)
	}
	var event op.Event
	if d.Action == WillAdd {
		st.ClosedAt, st.ClosedWhy, st.ChangedAt = tx.Now(), "导入撤销", tx.Now()
		event = station.Closed{ID: st.ID, Why: st.ClosedWhy}
	} else {
		if st, err = st.With(*d.Before, d.By, tx.Now()); err != nil {
			return o, nil, err
		}
		event = station.Changed{ID: st.ID, Version: st.Version + 1}
	}
	if _, err := s.tables.Update(ctx, tx, st); err != nil {
		return o, nil, err
	}
	return o, []tale{{st, event}}, nil
}

// Imports returns the latest imports in the reader's area, newest first,
// without their lines.
func (s *Service) Imports(ctx context.Context, limit int) ([]Batch, error) {
	return op.List(ctx, s.desk, station.ImportSee, func(tx *op.Tx, scope op.Scope) ([]Batch, error) {
		var args db.Args
		where := scope.Where(authz.Columns{ID: "import_id", Area: "area"}, &args)
		return latestBatches(ctx, tx, where, args, min(max(limit, 1), 200))
	})
}
