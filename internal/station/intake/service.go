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
	"nuanxin/internal/station/intake/list"
)

// Files keeps uploaded files, sealed. Whatever no row names any more is swept
// away by the program.
type Files interface {
	Put(ctx context.Context, id string, data []byte) error
	Get(ctx context.Context, id string) ([]byte, error)
}

// Service imports lists of stations.
type Service struct {
	desk   *op.Desk
	files  Files
	tables station.Tables

	direct, piece, few int // rows: see the constants of these names

	// Rights returns what somebody may do today: work that waited is done with
	// the rights of that moment. nil: with those when it was ordered.
	Rights func(ctx context.Context, person string) (authz.Subject, error)
	// Scan looks for malware in a file that is brought; nil: nobody does.
	Scan func(ctx context.Context, file []byte) error
}

// NewService returns the import service; its rules are among [station.Policy].
func NewService(desk *op.Desk, files Files) *Service {
	return &Service{desk: desk, files: files, direct: Direct, piece: piece, few: few}
}

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
	ID      ID           `json:"id"`
	Area    string       `json:"area"` // of whoever staged it
	State   State        `json:"state"`
	Options list.Options `json:"options"`
	By      string       `json:"by"`
	At      time.Time    `json:"at"`
	Done    Tally        `json:"done,omitzero"`   // when it was applied
	Undone  Tally        `json:"undone,omitzero"` // when it was taken back
	list.Report
	Work *Work `json:"-"` // at hand; nil: none
}

// Tally counts what became of the rows when an import was applied or undone.
type Tally struct {
	Added   int `json:"added,omitempty"`
	Updated int `json:"updated,omitempty"`
	Left    int `json:"left,omitempty"` // somebody was there meanwhile
}

// AuthzObject implements op.Target.
func (b Batch) AuthzObject() authz.Object {
	return authz.Object{Kind: "station_import", ID: string(b.ID), Group: "station", Area: b.Area}
}

// Outcome is what became of one row when an import was applied or undone.
type Outcome struct {
	Row     int         `json:"row"`
	Action  list.Action `json:"action"` // add, update; skip when nothing was done
	Why     string      `json:"why,omitempty"`
	Station station.ID  `json:"station,omitempty"`
}

// DryRun says what importing the table would do, and keeps nothing.
func (s *Service) DryRun(ctx context.Context, t sheet.Table, o list.Options) (list.Report, error) {
	report, err := list.Read(t, o)
	if err != nil {
		return report, err
	}
	if _, err := s.ownArea(authz.From(ctx), o); err != nil {
		return report, err
	}
	return report, s.look(ctx, report.Lines, list.NewSeen())
}

// Staged returns an import with its lines.
func (s *Service) Staged(ctx context.Context, id ID) (Batch, error) {
	return op.Read(ctx, s.desk, station.ImportSee, func(tx *op.Tx) (Batch, error) { return getBatch(ctx, tx, id) })
}

// Head returns an import without its lines.
func (s *Service) Head(ctx context.Context, id ID) (Batch, error) {
	return op.Read(ctx, s.desk, station.ImportSee, func(tx *op.Tx) (Batch, error) { return getHead(ctx, tx, id) })
}

// Lines returns a page of the lines of an import in one of its parts, and how
// many lines each part has. Pages count from 1; one beyond the last is the last.
func (s *Service) Lines(ctx context.Context, id ID, p Part, page, size int) (Page, error) {
	var out Page
	_, err := op.Read(ctx, s.desk, station.ImportSee, func(tx *op.Tx) (Batch, error) {
		b, err := getHead(ctx, tx, id)
		if err != nil {
			return b, err
		}
		out, err = getPage(ctx, tx, id, p, page, size)
		return b, err
	})
	return out, err
}

// ownArea is the area in which the subject imports.
func (s *Service) ownArea(who authz.Subject, o list.Options) (string, error) {
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

// piece is how many lines are compared with what is there at once.
const piece = 1000

// look judges lines against what is there now, outside any transaction that
// others would wait for.
func (s *Service) look(ctx context.Context, lines []list.Line, before list.Seen) error {
	for some := range slices.Chunk(lines, s.piece) {
		if _, err := s.glance(ctx, some, before); err != nil {
			return err
		}
	}
	return nil
}

// glance judges one piece, and returns the stations that it was compared with.
func (s *Service) glance(ctx context.Context, lines []list.Line, before list.Seen) (list.There, error) {
	return op.List(ctx, s.desk, station.ImportSee, func(tx *op.Tx, _ op.Scope) (list.There, error) {
		there, err := s.there(ctx, tx, s.keys(tx.Subject, lines))
		if err == nil {
			list.Decide(lines, before, there)
		}
		return there, err
	})
}

// there is what is there under the keys, and what of it the subject may change.
func (s *Service) there(ctx context.Context, tx *op.Tx, keys []string) (list.There, error) {
	found, err := s.tables.Named(ctx, tx, keys)
	return list.There{Stations: found, May: func(st station.Station) bool { return s.mayEdit(tx.Subject, st) }}, err
}

func (s *Service) mayEdit(who authz.Subject, st station.Station) bool {
	return s.desk.Rules().May(who, station.Edit, st.AuthzObject())
}

// keys refuses lines outside the subject's authority, and returns the keys of the
// others.
func (s *Service) keys(who authz.Subject, lines []list.Line) []string {
	var keys []string
	for i := range lines {
		l := &lines[i]
		if l.Why == list.NoStation {
			continue
		}
		inside := s.desk.Rules().May(who, station.Add, authz.Object{Kind: "station", Area: l.Understood.Area})
		if l.Action != list.WillRefuse && !inside {
			l.Action, l.Why = list.WillRefuse, list.Outside
		}
		keys = append(keys, l.Keys()...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
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
	// HoursAt is when the hours of before were stated; zero in rows of earlier versions of the program.
	HoursAt time.Time `json:"hours_at,omitzero"`
	seq     int
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

// propose is the import that the subject of ctx is about to make.
func (s *Service) propose(o list.Options, r list.Report) func(*op.Tx) (Batch, error) {
	fresh := id.New[ID]()
	return func(tx *op.Tx) (Batch, error) {
		area, err := s.ownArea(tx.Subject, o)
		return Batch{ID: fresh, Area: area, State: Staged, Options: o, By: tx.Subject.ID, At: tx.Now(), Report: r}, err
	}
}
