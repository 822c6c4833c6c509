package intake

import (
	"bytes"
	"context"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/org/treefile"
	"nuanxin/internal/plain"
	"nuanxin/internal/seal"
)

// ID names an import.
type ID string

// State is how far an import has come. Its words are "tree.state."+State.
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

// Batch is one import.
type Batch struct {
	ID          ID
	Area        string // of whoever brought it
	State       State
	File        string
	Unused      []string // sheets that mean nothing here
	Trouble     string   // why work does not go on: a key
	By          string   // a name
	At          time.Time
	Done, Total int // rows
	Stop        bool

	subject authz.Subject
	stepped time.Time
	tries   int
}

// AuthzObject implements op.Target.
func (b Batch) AuthzObject() authz.Object {
	return authz.Object{Kind: "org_import", ID: string(b.ID), Group: "org", Area: b.Area}
}

// Busy reports whether something is being done with it.
func (b Batch) Busy() bool { return b.State == Reading || b.State == Applying || b.State == Undoing }

const (
	// Direct is how many rows are done, or taken back, while one waits for the page.
	Direct = 1000
	// step is how many rows one transaction moves on, and back how many it takes back:
	// each of those is held against who is joining it.
	step, back = 500, 200
	// alone is how long work that somebody does at once may stand still before the
	// background takes it over: its process is gone.
	alone = time.Minute
	// kept is how long the rows are kept of an import that nobody applied, and how long
	// one can be taken back.
	keptStaged, keptDone = 7 * 24 * time.Hour, 7 * 24 * time.Hour
)

// Config is what the service needs. Rights and Scan may be nil.
type Config struct {
	Orgs  *org.Service
	Life  *life.Service
	Firms *platform.Service
	Ring  *seal.Ring // for the names of who is in office
	// Parts are what other domains keep of a union: one of which they keep something is
	// not taken back.
	Parts []life.Part
	// Rights returns what somebody may do today: work that waited is done with the rights
	// of that moment. nil: with those when it was ordered.
	Rights func(ctx context.Context, person string) (authz.Subject, error)
	// Scan looks for malware in a file that is brought; nil: nobody does.
	Scan func(ctx context.Context, file []byte) error
}

// Service takes the tree in.
type Service struct {
	desk   *op.Desk
	direct int
	Config
}

// NewService returns the service.
func NewService(desk *op.Desk, c Config) *Service { return &Service{desk, Direct, c} }

// Upload reads a workbook, says row by row what would become of it and keeps that to be
// looked at. Whoever repeats the call under its client id gets the same import.
func (s *Service) Upload(ctx context.Context, raw []byte, file string) (ID, error) {
	area, err := ownArea(authz.From(ctx))
	if err == nil && s.Scan != nil {
		err = s.Scan(ctx, raw)
	}
	if err != nil {
		return "", err
	}
	rows, unused, err := treefile.Read(bytes.NewReader(raw))
	if err != nil {
		return "", err
	}
	w, err := s.world(ctx, rows)
	if err != nil {
		return "", err
	}
	items := w.judge(rows)
	fresh := Batch{ID: id.New[ID](), Area: area, State: Reading, File: plain.Brief(plain.Line(file), 80), Unused: unused, Total: len(items)}
	which, err := op.Write(ctx, s.desk, Import, func(*op.Tx) (Batch, error) { return fresh, nil }, func(tx *op.Tx, b Batch) (ID, error) {
		tx.Note("state", string(Reading))
		return b.ID, insert(ctx, tx, b)
	})
	if err != nil {
		return "", err
	}
	return which, s.stage(op.With(ctx, op.Call{}), which, items)
}

// ownArea is the first area in which somebody takes the tree in.
func ownArea(who authz.Subject) (string, error) {
	for _, g := range who.Grants {
		if g.Role == authz.Admin {
			return g.Area, nil
		}
	}
	return "", fault.New(string(Import), fault.Denied, "fault.denied")
}

// stage keeps the rows.
func (s *Service) stage(ctx context.Context, which ID, items []Item) error {
	b, err := s.Head(ctx, which)
	for from := b.Done; err == nil && b.State == Reading; from = b.Done {
		some := items[min(from, len(items)):min(from+2*step, len(items))]
		err = s.move(ctx, &b, len(some), func(tx *op.Tx) (State, error) {
			if err := s.insertItems(ctx, tx, b.ID, some); err != nil || b.Done+len(some) < b.Total {
				return "", err
			}
			return Staged, nil
		})
	}
	return err
}

// world reads the tree as it stands, a piece at a time.
func (s *Service) world(ctx context.Context, rows []treefile.Row) (*world, error) {
	who := authz.From(ctx)
	w := &world{orgs: map[org.ID]org.Org{}, byName: map[string][]org.ID{}, led: map[org.ID][]org.ID{}, links: map[org.ID][]org.Link{}, terms: map[org.ID]life.Tenure{}, begunOn: map[string]life.Tenure{},
		held: map[string][]life.Held{}, approved: map[string]org.Approval{}, gone: map[string]org.ID{}, firms: map[string]platform.Branch{}, facts: map[platform.ID][]platform.Fact{}, rowOf: map[org.ID]int{}, made: map[string][]org.ID{}, pasts: map[org.ID][]org.Past{}, told: map[org.ID]bool{}, now: s.desk.Now(), today: dayOf(s.desk.Now()),
		may: func(act authz.Action, o authz.Object) bool { return s.desk.Check(who, act, o) == nil }}
	has := map[treefile.Kind]bool{}
	for _, r := range rows {
		has[r.Sheet] = true
	}
	for f := (org.Filter{Closed: true, Limit: 2000}); ; {
		os, err := s.Orgs.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, o := range os {
			w.add(o)
		}
		if err := s.beside(ctx, w, os, has); err != nil {
			return nil, err
		}
		if len(os) < f.Limit {
			break
		}
		f.After = os[len(os)-1].Place()
	}
	if !has[treefile.Firms] {
		return w, nil
	}
	return w, s.companies(ctx, w)
}

// beside reads the ties and terms of some unions, where there are rows of them.
func (s *Service) beside(ctx context.Context, w *world, os []org.Org, has map[treefile.Kind]bool) error {
	var ids []org.ID
	for _, o := range os {
		ids = append(ids, o.ID)
	}
	_, err := op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) (bool, error) {
		if has[treefile.Links] {
			links, err := s.Orgs.LinksOf(ctx, tx, ids)
			if err != nil {
				return false, err
			}
			for _, l := range links {
				w.links[l.Org] = append(w.links[l.Org], l)
			}
		}
		if has[treefile.Pasts] {
			if err := s.histories(ctx, tx, w, ids); err != nil {
				return false, err
			}
		}
		if has[treefile.Ended] || has[treefile.Begun] || has[treefile.Terms] {
			if err := s.approvals(ctx, tx, w, ids); err != nil {
				return false, err
			}
		}
		if !has[treefile.Terms] && !has[treefile.Posts] {
			return true, nil
		}
		terms, err := s.Life.TermsOf(ctx, tx, ids)
		for _, t := range terms {
			w.terms[t.Org], w.begunOn[string(t.Org)+t.Since] = t, t
		}
		if err != nil || !has[treefile.Posts] {
			return true, err
		}
		posts, err := s.Life.PostsOf(ctx, tx, ids)
		for _, h := range posts {
			w.held[string(h.Org)+h.Term] = append(w.held[string(h.Org)+h.Term], h)
		}
		return true, err
	})
	return err
}

// approvals reads how some unions were approved to begin and end.
func (s *Service) approvals(ctx context.Context, tx *op.Tx, w *world, ids []org.ID) error {
	said, err := s.Orgs.ApprovalsOf(ctx, tx, ids)
	for _, a := range said {
		w.approved[string(a.Org)+a.What] = a
	}
	for _, o := range ids {
		if !w.orgs[o].Active {
			w.gone[w.orgs[o].Name+"|"+w.approved[string(o)+org.Ended].Day] = o
		}
	}
	return err
}

// companies reads the companies of the areas in which the subject takes the tree in.
func (s *Service) companies(ctx context.Context, w *world) error {
	const some = 1000
	var after platform.Place
	for {
		bs, err := op.List(ctx, s.desk, Import, func(tx *op.Tx, scope op.Scope) ([]platform.Branch, error) {
			bs, err := s.Firms.Within(ctx, tx, scope, after, some)
			if err != nil {
				return nil, err
			}
			ids := make([]platform.ID, len(bs))
			for i, b := range bs {
				ids[i] = b.ID
			}
			facts, err := s.Firms.FactsOf(ctx, tx, ids)
			for which, all := range facts {
				w.facts[which] = all
			}
			return bs, err
		})
		if err != nil {
			return err
		}
		for _, b := range bs {
			w.firms[platform.Key(b.Name)+"|"+b.Area] = b
		}
		if len(bs) < some {
			return nil
		}
		after = platform.Place{Area: bs[some-1].Area, ID: bs[some-1].ID}
	}
}

// Head returns an import without its rows.
func (s *Service) Head(ctx context.Context, which ID) (Batch, error) {
	return op.Read(ctx, s.desk, See, s.finder(ctx, which))
}

func (s *Service) finder(ctx context.Context, which ID) func(*op.Tx) (Batch, error) {
	return func(tx *op.Tx) (Batch, error) { return get(ctx, tx, which) }
}

// Page is one page of the rows of an import.
type Page struct {
	Batch
	Items       []Item
	Counts      map[Action]int
	Page, Pages int
}

// Items returns a page of the rows with an action, or of all; pages count from 1, and
// one beyond the last is the last.
func (s *Service) Items(ctx context.Context, which ID, a Action, page, size int) (Page, error) {
	return op.Read(ctx, s.desk, See, func(tx *op.Tx) (p Page, err error) {
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
		p.Items, err = s.pageOf(ctx, tx, which, a, (p.Page-1)*size, size)
		return p, err
	})
}

// Refused returns the rows that are left out, in pieces.
func (s *Service) Refused(ctx context.Context, which ID, each func([]Item) error) error {
	if _, err := s.Head(ctx, which); err != nil {
		return err
	}
	for after := -1; ; {
		some, err := op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) ([]Item, error) {
			return s.items(ctx, tx, which, `seq > $2 and action = 'left' order by seq limit $3`, after, step)
		})
		if err != nil || len(some) == 0 {
			return err
		}
		if err := each(some); err != nil {
			return err
		}
		after = some[len(some)-1].Seq
	}
}

// Imports returns the latest imports of the reader's area, newest first.
func (s *Service) Imports(ctx context.Context, limit int) ([]Batch, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]Batch, error) { return latest(ctx, tx, scope, limit) })
}
