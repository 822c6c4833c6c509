package member

import (
	"context"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Filter selects members. Its zero value selects all.
type Filter struct {
	Waits  bool // only those whom the union has not answered
	States []State
	Union  string
	Name   string // the whole name
	Phone  string // the whole number
	Number string // the member's number
	After  ID     // the last of the page before
	Limit  int    // zero means 50
}

// Row is a member in a list, with what makes one look twice.
type Row struct {
	Member
	Doubts []Doubt
	Late   bool // the union's answer is overdue
}

// File is a member as a cadre sees one.
type File struct {
	Member
	Terms    []Term
	Consents []Given
	Doubts   []Doubt
	Others   map[ID]Member // whom the doubts name, as far as the reader may see them
}

// AuthzObject implements op.Target.
func (f File) AuthzObject() authz.Object { return f.Member.AuthzObject() }

// List returns the members that f selects: those who wait by the time left,
// those with doubts first; others by number for life.
func (s *Service) List(ctx context.Context, f Filter) ([]Row, error) {
	return op.List(ctx, s.desk, List, func(tx *op.Tx, scope op.Scope) ([]Row, error) {
		var args db.Args
		where := scope.Where(byColumns, &args) + f.where(s.vault, &args)
		limit := f.Limit
		if limit == 0 {
			limit = 50
		}
		order := ` order by m.member_id`
		if f.Waits {
			order = ` order by case when m.due_at is null then 1 else 0 end, m.due_at, m.member_id`
		}
		all, err := s.some(ctx, tx, where+order+` limit `+args.Add(limit), args)
		if err != nil {
			return nil, err
		}
		rows := make([]Row, len(all))
		for i, m := range all {
			rows[i] = Row{Member: m, Late: !m.DueAt.IsZero() && tx.Now().After(m.DueAt)}
			if m.State != Applied {
				continue
			}
			if rows[i].Doubts, err = s.doubts(ctx, tx, m); err != nil {
				return nil, err
			}
		}
		return rows, nil
	})
}

func (f Filter) where(v vault, args *db.Args) (w string) {
	if f.Waits {
		w += ` and (m.state = 'applied' or m.to_id is not null)`
	}
	if len(f.States) > 0 {
		w += ` and m.state in ` + db.In(args, texts(f.States))
	}
	for _, is := range [][2]string{
		{"m.union_id", f.Union}, {"m.name_index", v.index("name", f.Name)}, {"m.phone_index", v.index("phone", f.Phone)}, {"m.number", f.Number},
	} {
		if is[1] != "" {
			w += ` and ` + is[0] + ` = ` + args.Add(is[1])
		}
	}
	if f.After != "" {
		w += ` and m.member_id > ` + args.Add(string(f.After))
	}
	return w
}

func texts[T ~string](vs []T) []string {
	all := make([]string, len(vs))
	for i, v := range vs {
		all[i] = string(v)
	}
	return all
}

// Get returns a member with the history and what makes one look twice.
func (s *Service) Get(ctx context.Context, which ID) (File, error) {
	return op.Read(ctx, s.desk, See, func(tx *op.Tx) (File, error) {
		m, err := s.get(ctx, tx, which)
		if err != nil {
			return File{}, err
		}
		f := File{Member: m, Others: map[ID]Member{}}
		if f.Terms, err = terms(ctx, tx, which); err != nil {
			return f, err
		}
		if f.Consents, err = consents(ctx, tx, which); err != nil || m.State != Applied {
			return f, err
		}
		if f.Doubts, err = s.doubts(ctx, tx, m); err != nil {
			return f, err
		}
		for _, d := range f.Doubts {
			if d.Other == "" {
				continue
			}
			o, err := s.get(ctx, tx, d.Other)
			if err != nil {
				return f, err
			}
			if s.desk.Check(tx.Subject, See, o.AuthzObject()) == nil {
				f.Others[o.ID] = o
			}
		}
		return f, nil
	})
}

// doubts are why one should look twice at an application: what it says of
// itself, and who else it may be.
func (s *Service) doubts(ctx context.Context, tx *op.Tx, m Member) ([]Doubt, error) {
	var keys struct{ name, birth, doc, area string }
	var sealed []byte
	err := tx.One(ctx, `select name_index, birth_index, doc_index, area, document from member where member_id = $1`, []any{string(m.ID)},
		&keys.name, &keys.birth, &keys.doc, &keys.area, &sealed)
	if err != nil {
		return nil, err
	}
	document, err := s.open(sealed, "document", m.ID)
	if err != nil {
		return nil, err
	}
	var all []Doubt
	if document != "" {
		d, err := Application{Name: m.Name, Document: document, Occupation: m.Occupation, Area: keys.area, Works: m.Works, Channel: m.Channel}.draw(clock.Day(tx.Now()))
		if err != nil {
			return nil, err
		}
		all = d.doubts(clock.Day(tx.Now()))
	}
	seen := map[ID]bool{m.ID: true}
	for _, look := range []struct{ why, where, key string }{
		{"same_document", `doc_index = $1`, keys.doc},
		{"same_name_birth", `birth_index = $1`, keys.birth},
		{"same_name_area", `name_index = $1 and area = $2`, keys.name},
	} {
		if look.key == "" {
			continue
		}
		args := []any{look.key}
		if look.why == "same_name_area" {
			args = append(args, keys.area)
		}
		err := tx.Each(ctx, `select member_id from member where `+look.where+` and state in ('applied', 'active', 'kept') order by member_id limit 5`, args, func(r db.Row) error {
			var other ID
			err := r.Scan(&other)
			if err == nil && !seen[other] {
				seen[other], all = true, append(all, Doubt{look.why, other})
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Approve makes an applicant a member, or takes a transfer over. version is the
// one that the cadre saw.
func (s *Service) Approve(ctx context.Context, which ID, version int64) error {
	return s.change(ctx, Approve, which, func(tx *op.Tx, m *Member) error {
		if !m.Waits() || m.Version != version {
			return fault.New(string(Approve), fault.Conflict, "member.changed")
		}
		if m.To != "" {
			return s.takeOver(ctx, tx, m)
		}
		if err := s.claimDocument(ctx, tx, m.ID); err != nil {
			return err
		}
		var err error
		if m.Number, err = number(ctx, tx, m.ID, (m.Area + "000000")[:6]+clock.Day(tx.Now())[2:4]); err != nil {
			return err
		}
		m.State, m.DecidedAt, m.DueAt = Active, tx.Now(), time.Time{}
		tx.Note("number", m.Number)
		tx.Emit(Joined{m.ID, m.Union})
		return begin(ctx, tx, m.ID, Term{Kind: Join, Union: m.Union, UnionName: m.UnionName, By: tx.Subject.Name})
	})
}

// claimDocument takes the identity number of who is approved, or refuses: a
// member of another union with the same one is not approved twice.
func (s *Service) claimDocument(ctx context.Context, tx *op.Tx, which ID) error {
	var key string
	if err := tx.One(ctx, `select doc_index from member where member_id = $1`, []any{string(which)}, &key); err != nil || key == "" {
		return err
	}
	whose, err := guardDocument.claim(ctx, tx, key, which)
	if err != nil || whose == which {
		return err
	}
	other, err := s.get(ctx, tx, whose)
	if err != nil {
		return err
	}
	return fault.New(string(Approve), fault.Conflict, "member.document.taken").With(fault.Args{"Union": other.UnionName})
}

// takeOver is a transfer that happens.
func (s *Service) takeOver(ctx context.Context, tx *op.Tx, m *Member) error {
	from := m.Union
	m.Union, m.UnionName, m.To, m.ToName = m.To, m.ToName, "", ""
	m.State, m.DecidedAt, m.DueAt = Active, tx.Now(), time.Time{}
	tx.Emit(Moved{m.ID, from, m.Union})
	return begin(ctx, tx, m.ID, Term{Kind: Transfer, Union: m.Union, UnionName: m.UnionName, By: tx.Subject.Name})
}

// Refuse tells an applicant, or who asked for a transfer, why not.
func (s *Service) Refuse(ctx context.Context, which ID, version int64, why string) error {
	return s.change(ctx, Refuse, which, func(tx *op.Tx, m *Member) error {
		why, err := reason(Refuse, why)
		if err != nil {
			return err
		}
		if !m.Waits() || m.Version != version {
			return fault.New(string(Refuse), fault.Conflict, "member.changed")
		}
		m.Reason, m.DecidedAt = why, tx.Now()
		tx.Emit(Turned{m.ID})
		if m.To != "" {
			return s.stay(ctx, tx, m)
		}
		m.State, m.DueAt = Refused, time.Time{}
		return free(ctx, tx, m.ID)
	})
}

// Keep holds a membership for somebody without work (保留会籍), and Resume takes
// it up again.
func (s *Service) Keep(ctx context.Context, which ID, version int64, why string) error {
	return s.pass(ctx, Pause, which, version, why, Active, Kept, Keep)
}

// Resume takes up a membership that was kept.
func (s *Service) Resume(ctx context.Context, which ID, version int64, why string) error {
	return s.pass(ctx, Continue, which, version, why, Kept, Active, Resume)
}

func (s *Service) pass(ctx context.Context, act authz.Action, which ID, version int64, why string, from, to State, kind TermKind) error {
	return s.change(ctx, act, which, func(tx *op.Tx, m *Member) error {
		why, err := reason(act, why)
		if err != nil {
			return err
		}
		if m.State != from || m.To != "" || m.Version != version {
			return fault.New(string(act), fault.Conflict, "member.changed")
		}
		m.State = to
		return begin(ctx, tx, m.ID, Term{Kind: kind, Union: m.Union, UnionName: m.UnionName, By: tx.Subject.Name, Reason: why})
	})
}

// Finish ends a membership by the union's word, with a reason that the member
// reads.
func (s *Service) Finish(ctx context.Context, which ID, version int64, why string) error {
	return s.change(ctx, Finish, which, func(tx *op.Tx, m *Member) error {
		why, err := reason(Finish, why)
		if err != nil {
			return err
		}
		if !m.State.Belongs() || m.Version != version {
			return fault.New(string(Finish), fault.Conflict, "member.changed")
		}
		return s.over(ctx, tx, m, Ended, Term{Kind: End, By: tx.Subject.Name, Reason: why})
	})
}

// Full is what [Member] masks.
type Full struct {
	Phone    string
	Document string
}

// Open returns phone and identity number in full. It needs a purpose, and its
// audit row is on disk before they are shown.
func (s *Service) Open(ctx context.Context, which ID) (Full, error) {
	var full Full
	_, err := op.Read(ctx, s.desk, Open, func(tx *op.Tx) (Member, error) {
		m, err := s.get(ctx, tx, which)
		if err != nil {
			return m, err
		}
		var phone, document []byte
		if err := tx.One(ctx, `select phone, document from member where member_id = $1`, []any{string(which)}, &phone, &document); err != nil {
			return m, err
		}
		if full.Phone, err = s.open(phone, "phone", which); err == nil {
			full.Document, err = s.open(document, "document", which)
		}
		return m, err
	})
	if err != nil {
		return Full{}, err
	}
	return full, nil
}
