package intake

import (
	"bytes"
	"context"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
	"nuanxin/internal/seal"
	"nuanxin/internal/sheet"
)

// ID names an import.
type ID string

// State is how far an import has come. Its words are "memberimport.state."+State.
type State string

// The states.
const (
	Reading  State = "reading"
	Staged   State = "staged"
	Applying State = "applying"
	Applied  State = "applied"
	Undoing  State = "undoing"
	Undone   State = "undone"
)

// Basis is by what right a union has the people of a list. Its words are
// "memberimport.basis."+Basis.
type Basis string

// The bases.
const (
	OnPaper    Basis = "paper"    // each signed an application, which is kept on paper
	Collective Basis = "together" // they joined together when their union was founded, and stand on its roll
	OldSystem  Basis = "system"   // they are members already, in the program of before
)

// Bases are all bases.
func Bases() []Basis { return []Basis{OnPaper, Collective, OldSystem} }

// Options are what is said of a list beside its rows.
type Options struct {
	File     string // its name
	Area     string // whose union takes them in; empty: that of whoever asks
	Basis    Basis
	Where    string // where what proves it is kept
	Company  string // what they work for, where no column says it
	Encoding sheet.Encoding
}

// Head is what is kept of a list beside its rows.
type Head struct {
	File    string         `json:"file"`
	Basis   Basis          `json:"basis"`
	Where   string         `json:"where"`
	Unused  []string       `json:"unused,omitempty"` // columns that mean nothing here
	Read    sheet.Encoding `json:"read"`
	Trouble string         `json:"trouble,omitempty"` // why work does not go on: a key
}

// Batch is one import.
type Batch struct {
	ID        ID
	Area      string
	Union     string
	UnionName string
	State     State
	By        string // a name
	At        time.Time
	Head
	Doubtful    bool // rows with a doubt are taken in, too
	Done, Total int  // rows
	Stop        bool

	byID    string
	subject authz.Subject
	stepped time.Time
	tries   int
}

// AuthzObject implements op.Target.
func (b Batch) AuthzObject() authz.Object {
	return authz.Object{Kind: "member_import", ID: string(b.ID), Group: "member", Area: b.Area}
}

// Busy reports whether something is being done with it.
func (b Batch) Busy() bool { return b.State == Reading || b.State == Applying || b.State == Undoing }

const (
	// MaxBytes is the largest file.
	MaxBytes = 10 << 20
	// MaxRows is the most rows of a file.
	MaxRows = 120_000
	// Direct is how many rows are taken in, or back, while one waits for the page.
	Direct = 1000
	// step is how many rows one transaction moves on.
	step = 1000
	// alone is how long work that somebody does at once may stand still before the
	// background takes it over: its process is gone.
	alone = time.Minute
	// kept is how long rows are kept of a list that nobody applied, and of one that
	// was applied or taken back.
	keptStaged, keptDone = 7 * 24 * time.Hour, 24 * time.Hour
	maxWhere             = 120
)

var limits = sheet.Limits{Bytes: MaxBytes, Unzip: 96 << 20, Rows: MaxRows}

// Service takes lists of members in.
type Service struct {
	desk    *op.Desk
	members *member.Service
	orgs    member.Orgs
	ring    *seal.Ring
	direct  int

	// Rights returns what somebody may do today: work that waited is done with the
	// rights of that moment. nil: with those when it was ordered.
	Rights func(ctx context.Context, person string) (authz.Subject, error)
	// Scan looks for malware in a file that is brought; nil: nobody does.
	Scan func(ctx context.Context, file []byte) error
}

// New returns the service of lists.
func New(desk *op.Desk, members *member.Service, orgs member.Orgs, ring *seal.Ring) *Service {
	return &Service{desk: desk, members: members, orgs: orgs, ring: ring, direct: Direct}
}

// Upload reads a file, says row by row what would become of it and keeps that to be
// looked at. Whoever repeats the call under its client id gets the same import.
func (s *Service) Upload(ctx context.Context, raw []byte, o Options) (ID, error) {
	o.Where, o.Company = plain.Line(o.Where), plain.Line(o.Company)
	if err := o.check(); err != nil {
		return "", err
	}
	area, err := ownArea(authz.From(ctx), o.Area)
	if err != nil {
		return "", err
	}
	if s.Scan != nil {
		if err := s.Scan(ctx, raw); err != nil {
			return "", err
		}
	}
	t, err := sheet.Read(bytes.NewReader(raw), o.Encoding, limits)
	if err != nil {
		return "", err
	}
	r, unused, err := open(t)
	if err != nil {
		return "", err
	}
	age, err := op.List(ctx, s.desk, member.ImportSee, func(tx *op.Tx, _ op.Scope) (int, error) { return consent.Age(ctx, tx) })
	if err != nil {
		return "", err
	}
	lines := r.lines(o.Company, clock.Day(s.desk.Now()), age)
	fresh := Batch{ID: id.New[ID](), Area: area, State: Reading, Total: len(lines), Head: Head{File: plain.Brief(plain.Line(o.File), 80), Basis: o.Basis, Where: o.Where, Unused: unused, Read: t.Encoding}}
	which, err := op.Write(ctx, s.desk, member.Import, func(*op.Tx) (Batch, error) { return fresh, nil }, func(tx *op.Tx, b Batch) (ID, error) {
		u, err := s.orgs.UnionFor(ctx, tx, b.Area)
		if err != nil {
			return "", err
		}
		b.Area, b.Union, b.UnionName = u.Area, u.ID, u.Name
		if err := s.desk.Check(tx.Subject, member.Import, b.AuthzObject()); err != nil {
			return "", err // a town has no union of its own, and its cadre none of the county's people
		}
		return b.ID, insert(ctx, tx, b)
	})
	if err != nil {
		return "", err
	}
	return which, s.stage(op.With(ctx, op.Call{}), which, lines)
}

// check says what is missing beside the file.
func (o Options) check() error {
	var f fault.Form
	if !slices.Contains(Bases(), o.Basis) {
		f.Add("basis", "memberimport.wrong.basis", nil)
	}
	if n := len([]rune(o.Where)); n < 2 || n > maxWhere {
		f.Add("where", "memberimport.wrong.where", fault.Args{"Limit": maxWhere})
	}
	return f.Err(string(member.Import))
}

// ownArea is the area in which somebody takes members in.
func ownArea(who authz.Subject, asked string) (string, error) {
	for _, g := range who.Grants {
		if g.Role == authz.Cadre && (asked == "" || asked == g.Area) {
			return g.Area, nil
		}
	}
	return "", fault.New(string(member.Import), fault.Missing, "fault.missing")
}

// stage compares the rows with the members that are there, and keeps them.
func (s *Service) stage(ctx context.Context, which ID, lines []Line) error {
	b, err := s.Head(ctx, which)
	for from := b.Done; err == nil && b.State == Reading; from = b.Done {
		some := lines[min(from, len(lines)):min(from+step, len(lines))]
		err = s.move(ctx, &b, len(some), func(tx *op.Tx) (State, error) {
			if err := s.judge(ctx, tx, b, some); err != nil {
				return "", err
			}
			if err := s.insertLines(ctx, tx, b.ID, some); err != nil || b.Done+len(some) < b.Total {
				return "", err
			}
			return Staged, nil
		})
	}
	return err
}

// judge says of rows what the members that are there say of them.
func (s *Service) judge(ctx context.Context, tx *op.Tx, b Batch, lines []Line) error {
	if err := s.place(ctx, tx, b.Area, lines); err != nil {
		return err
	}
	var good []int
	var people []person
	for i := range lines {
		if lines[i].Member = id.New[member.ID](); lines[i].Action == WillAdd {
			good, people = append(good, i), append(people, lines[i].person())
		}
	}
	known, err := s.known(ctx, tx, b.Area, people)
	if err != nil {
		return err
	}
	for k, i := range good {
		switch l := &lines[i]; {
		case known[k].Same != "":
			l.Action, l.Why, l.Others = WillSkip, "same_"+known[k].By, []member.Doubt{{Other: known[k].Same}}
		case len(known[k].Alike) > 0:
			l.Action, l.Why, l.Others = WillDoubt, string(known[k].Alike[0].Why), known[k].Alike
		}
	}
	return nil
}

// place finds the stations of ours that rows name, and refuses a depot of no platform.
func (s *Service) place(ctx context.Context, tx *op.Tx, area string, lines []Line) error {
	var near []work.Post
	for i := range lines {
		l := &lines[i]
		if l.Action != WillAdd || l.Station+l.Post == "" {
			continue
		}
		if near == nil {
			var err error
			if near, err = s.members.Near(ctx, tx, area); err != nil {
				return err
			}
		}
		l.place(near)
		if _, ok := l.said(); !ok {
			l.Action, l.Why, l.Note = WillRefuse, "station", ""
		}
	}
	return nil
}

func (l Line) person() person {
	works, _ := l.said()
	return person{ID: l.Member, Name: l.Name, Phone: l.Phone, Document: l.Document, Old: l.Old, Occupation: l.Occupation, Works: works}
}

// Head returns an import without its rows.
func (s *Service) Head(ctx context.Context, which ID) (Batch, error) {
	return op.Read(ctx, s.desk, member.ImportSee, s.finder(ctx, which))
}

func (s *Service) finder(ctx context.Context, which ID) func(*op.Tx) (Batch, error) {
	return func(tx *op.Tx) (Batch, error) { return get(ctx, tx, which) }
}

// Page is one page of the rows of an import.
type Page struct {
	Batch
	Lines       []Line
	Counts      map[Action]int
	Page, Pages int
}

// Lines returns a page of the rows with an action, or of all; pages count from 1, and
// one beyond the last is the last.
func (s *Service) Lines(ctx context.Context, which ID, a Action, page, size int) (Page, error) {
	return op.Read(ctx, s.desk, member.ImportSee, func(tx *op.Tx) (p Page, err error) {
		if p.Batch, err = get(ctx, tx, which); err != nil {
			return p, err
		}
		if p.Counts, err = counts(ctx, tx, which); err != nil {
			return p, err
		}
		n := p.Counts[a]
		if a == "" {
			n = 0
			for _, some := range p.Counts {
				n += some
			}
		}
		p.Pages = max(1, (n+size-1)/size)
		p.Page = min(max(page, 1), p.Pages)
		p.Lines, err = s.page(ctx, tx, which, a, (p.Page-1)*size, size)
		return p, err
	})
}

// Refused returns the rows that are not taken in, in pieces, for a file to be mended.
func (s *Service) Refused(ctx context.Context, which ID, each func([]Line) error) error {
	if _, err := s.Head(ctx, which); err != nil {
		return err
	}
	for after := -1; ; {
		some, err := op.List(ctx, s.desk, member.ImportSee, func(tx *op.Tx, _ op.Scope) ([]Line, error) { return s.refused(ctx, tx, which, after, step) })
		if err != nil || len(some) == 0 {
			return err
		}
		if err := each(some); err != nil {
			return err
		}
		after = some[len(some)-1].Seq
	}
}

// Imports returns the latest imports in the reader's area, newest first.
func (s *Service) Imports(ctx context.Context, limit int) ([]Batch, error) {
	return op.List(ctx, s.desk, member.ImportSee, func(tx *op.Tx, scope op.Scope) ([]Batch, error) { return latest(ctx, tx, scope, limit) })
}
