package treefile

import (
	"cmp"
	"context"
	"errors"
	"strconv"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
)

// The actions on tables of unions.
const (
	Export authz.Action = "org.export"
	Import authz.Action = "org.import"
)

// Policy says who may do them. What a row adds or changes is asked for each besides.
var Policy = authz.Rules{
	Export: authz.InArea(authz.Cadre, authz.Leader, authz.Admin),
	Import: authz.InArea(authz.Admin),
}

// Service takes the tree out and in.
type Service struct {
	desk *op.Desk
	orgs *org.Service
}

// NewService returns the service.
func NewService(desk *op.Desk, orgs *org.Service) *Service { return &Service{desk, orgs} }

// Action is what becomes of a row. Its words are "tree.action."+Action.
type Action string

// The actions on rows.
const (
	New    Action = "new"
	Change Action = "change"
	Same   Action = "same"
	Left   Action = "left" // it cannot be, and nothing happens
)

// Line is what becomes of a row, and why not.
type Line struct {
	Row      int           `json:"row"` // of the file
	Name     string        `json:"name"`
	Action   Action        `json:"action"`
	Problems []fault.Field `json:"problems,omitempty"`
}

// Report is what becomes of a table.
type Report struct {
	Lines []Line `json:"lines"`
}

// Count counts the rows with an action.
func (r Report) Count(a Action) (n int) {
	for _, l := range r.Lines {
		if l.Action == a {
			n++
		}
	}
	return n
}

// table is a table as the business of an administrator's area.
type table struct{ id, area string }

// AuthzObject implements op.Target.
func (t table) AuthzObject() authz.Object {
	return authz.Object{Kind: "org_import", ID: t.id, Group: "org", Area: t.area}
}

// own is the first area of which the subject is an administrator.
func own(who authz.Subject) string {
	for _, g := range who.Grants {
		if g.Role == authz.Admin {
			return g.Area
		}
	}
	return ""
}

// errDry takes back what a dry run did.
var errDry = errors.New("a dry run")

// DryRun says what [Service.Apply] would do now, and does nothing.
func (s *Service) DryRun(ctx context.Context, rows []Row) (Report, error) {
	var report Report
	_, err := s.write(ctx, rows, func(r Report) error {
		report = r
		return errDry
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return report, err
}

// Apply adds and changes what the rows say, in one transaction. A row that cannot be is
// left, and the others are not.
func (s *Service) Apply(ctx context.Context, rows []Row) (Report, error) {
	return s.write(ctx, rows, func(Report) error { return nil })
}

func (s *Service) write(ctx context.Context, rows []Row, end func(Report) error) (Report, error) {
	propose := func(tx *op.Tx) (table, error) { return table{id.New[string](), own(tx.Subject)}, nil }
	return op.Write(ctx, s.desk, Import, propose, func(tx *op.Tx, _ table) (Report, error) {
		lines := make([]Line, len(rows))
		made := map[string]org.ID{}
		for _, i := range order(rows) {
			line, which, err := s.row(ctx, tx, rows[i], made)
			if err != nil {
				return Report{}, err
			}
			lines[i] = line
			if which != "" {
				made[rows[i].Name] = which
			}
		}
		r := Report{lines}
		for _, a := range []Action{New, Change, Same, Left} {
			tx.Note(string(a), strconv.Itoa(r.Count(a)))
		}
		return r, end(r)
	})
}

// row does what one row says, or tells why it cannot be. made are the unions of the rows
// before by name.
func (s *Service) row(ctx context.Context, tx *op.Tx, r Row, made map[string]org.ID) (Line, org.ID, error) {
	line := Line{Row: r.Line, Name: r.Name}
	var which org.ID
	err := tx.Try(ctx, func() (err error) {
		line.Action, which, err = s.take(ctx, tx, r, made)
		return err
	})
	if err == nil {
		return line, which, nil
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Denied, fault.Missing, fault.Conflict:
		told := fault.Of(err)
		line.Action, line.Problems = Left, told.Fields
		if len(told.Fields) == 0 {
			line.Problems = []fault.Field{{Msg: told.Msg, Args: told.Args}}
		}
		return line, "", nil
	}
	return line, "", err
}

// take adds or changes the union of a row.
func (s *Service) take(ctx context.Context, tx *op.Tx, r Row, made map[string]org.ID) (Action, org.ID, error) {
	parent, err := s.parent(ctx, tx, r, made)
	if err != nil {
		return "", "", err
	}
	o, found, err := s.find(ctx, tx, r, parent)
	if err != nil {
		return "", "", err
	}
	if !found {
		return s.add(ctx, tx, r, parent)
	}
	d := o.Draft()
	d.Name, d.Short, d.Area = cmp.Or(r.Name, d.Name), cmp.Or(r.Short, d.Short), cmp.Or(r.Area, d.Area)
	d.Phone, d.Address, d.Parent = cmp.Or(r.Phone, d.Phone), cmp.Or(r.Address, d.Address), cmp.Or(parent, d.Parent)
	if r.Kind != "" {
		d.Kind = kindOf(r.Kind)
	}
	if r.Level != "" {
		d.Level = levelOf(r.Level)
	}
	if d == o.Draft() {
		return Same, o.ID, nil
	}
	if s.desk.Check(tx.Subject, org.Edit, o.AuthzObject()) != nil {
		return "", "", problem("area", "org.area.denied")
	}
	return Change, o.ID, s.orgs.Change(ctx, tx, o, d)
}

func (s *Service) add(ctx context.Context, tx *op.Tx, r Row, parent org.ID) (Action, org.ID, error) {
	d := org.Draft{Kind: kindOf(r.Kind), Level: levelOf(r.Level), Name: r.Name, Short: r.Short, Area: r.Area, Parent: parent, Phone: r.Phone, Address: r.Address}
	o, err := s.orgs.Propose(ctx, tx, d)
	if err != nil {
		return "", "", err
	}
	if !o.IsUnion() {
		return "", "", problem("kind", "org.kind.unknown")
	}
	if s.desk.Check(tx.Subject, org.Found, o.AuthzObject()) != nil {
		return "", "", problem("area", "org.area.denied")
	}
	return New, o.ID, s.orgs.Raise(ctx, tx, o, d)
}

// parent finds who is to lead: by the number, else by the name, among the rows before
// first.
func (s *Service) parent(ctx context.Context, tx *op.Tx, r Row, made map[string]org.ID) (org.ID, error) {
	switch {
	case r.ParentID != "":
		return org.ID(r.ParentID), nil
	case r.Parent == "":
		return "", nil
	case made[r.Parent] != "":
		return made[r.Parent], nil
	}
	all, err := s.orgs.Named(ctx, tx, r.Parent)
	switch {
	case err != nil:
		return "", err
	case len(all) == 0:
		return "", problem("parent", "tree.parent.unknown")
	case len(all) > 1:
		return "", problem("parent", "tree.parent.several")
	}
	return all[0].ID, nil
}

// find finds the union that a row is about: by the number, else by the name under its
// leader.
func (s *Service) find(ctx context.Context, tx *op.Tx, r Row, parent org.ID) (org.Org, bool, error) {
	if r.ID != "" {
		o, err := s.orgs.Ask(ctx, tx, org.ID(r.ID))
		if fault.Is(err, fault.Missing) || err == nil && (!o.Active || !o.IsUnion()) {
			return o, false, problem("id", "tree.id.unknown")
		}
		return o, true, err
	}
	all, err := s.orgs.Named(ctx, tx, r.Name)
	if err != nil || len(all) == 0 {
		return org.Org{}, false, err
	}
	if parent == "" && len(all) == 1 {
		return all[0], true, nil
	}
	for _, o := range all {
		if o.Parent == parent {
			return o, true, nil
		}
	}
	if parent == "" {
		return org.Org{}, false, problem("name", "tree.name.several")
	}
	return org.Org{}, false, nil
}

func problem(field, msg string) error {
	var f fault.Form
	f.Add(field, msg, nil)
	return f.Err(string(Import))
}

// Export returns the unions of the reader's area, those that lead first.
func (s *Service) Export(ctx context.Context) ([]Row, error) {
	var rows []Row
	names := map[org.ID]string{}
	f := org.Filter{Kinds: org.Unions(), Limit: 1000}
	for {
		page, err := s.page(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, o := range page {
			names[o.ID] = o.Name
			rows = append(rows, rowOf(o, ""))
		}
		if len(page) < f.Limit {
			break
		}
		f.After = page[len(page)-1].Place()
	}
	for i, r := range rows {
		rows[i].Parent = names[org.ID(r.ParentID)]
	}
	return rows, nil
}

// page reads some of the unions that the reader may take out.
func (s *Service) page(ctx context.Context, f org.Filter) ([]org.Org, error) {
	return op.List(ctx, s.desk, Export, func(tx *op.Tx, scope op.Scope) ([]org.Org, error) {
		return s.orgs.Within(ctx, tx, scope, f)
	})
}
