package treefile

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
)

// The actions of taking the tree out: without who is in office, and with their names.
const (
	Export      authz.Action = "org.export"
	ExportNames authz.Action = "org.export_names"
)

// Policy says who may do them. Names of many unions at once are for those who answer for
// an area, and who have just shown that it is they.
var Policy = authz.Rules{
	Export:      authz.InArea(authz.Cadre, authz.Leader, authz.Admin),
	ExportNames: authz.Lately(authz.Sensitive(authz.InArea(authz.Leader, authz.Admin))),
}

// Service takes the tree out.
type Service struct {
	desk  *op.Desk
	orgs  *org.Service
	life  *life.Service
	firms *platform.Service
}

// NewService returns the service.
func NewService(desk *op.Desk, orgs *org.Service, l *life.Service, firms *platform.Service) *Service {
	return &Service{desk, orgs, l, firms}
}

// copied is a copy of the tree as the business of the area of whoever takes it.
type copied struct{ id, area string }

// AuthzObject implements op.Target.
func (c copied) AuthzObject() authz.Object {
	return authz.Object{Kind: "org_copy", ID: c.id, Group: "org", Area: c.area}
}

// area is the first area of the subject in which they may take the tree out.
func area(who authz.Subject, act authz.Action) string {
	for _, g := range who.Grants {
		if g.Role == authz.Leader || g.Role == authz.Admin || g.Role == authz.Cadre && act == Export {
			return g.Area
		}
	}
	return ""
}

// Export returns the tree of the reader's area: unions by area with the ties, terms and
// earlier names that they have, those that ended, how they were approved to begin and end, and
// companies with their parts. That it was taken, and how many rows, is written down.
func (s *Service) Export(ctx context.Context) ([]Row, error) { return s.take(ctx, Export) }

// ExportNames returns the same with the names of those in office.
func (s *Service) ExportNames(ctx context.Context) ([]Row, error) { return s.take(ctx, ExportNames) }

func (s *Service) take(ctx context.Context, act authz.Action) ([]Row, error) {
	rows, err := s.unions(ctx, act)
	if err != nil {
		return nil, err
	}
	firms, err := s.companies(ctx, act)
	if err != nil {
		return nil, err
	}
	rows = append(rows, firms...)
	find := func(tx *op.Tx) (copied, error) {
		tx.Note("rows", strconv.Itoa(len(rows)))
		return copied{id.New[string](), area(tx.Subject, act)}, nil
	}
	if act == ExportNames { // within what one may take out in a day
		_, err = op.Read(ctx, s.desk, act, find)
	} else {
		_, err = op.Write(ctx, s.desk, act, find, func(*op.Tx, copied) (bool, error) { return true, nil })
	}
	if err != nil {
		return nil, err
	}
	return rows, nil
}

const page = 1000

// unions are the unions that the reader may take out, and after them what stands on
// sheets of their own. Each page is a read of its own: a long one would hold others up.
func (s *Service) unions(ctx context.Context, act authz.Action) ([]Row, error) {
	var all, more []Row
	var os []org.Org
	names, ends := map[org.ID]string{}, map[org.ID]org.Approval{}
	f := org.Filter{Kinds: org.Unions(), Closed: true, Limit: page}
	for {
		some, err := op.List(ctx, s.desk, act, func(tx *op.Tx, scope op.Scope) ([]org.Org, error) {
			some, err := s.orgs.Within(ctx, tx, scope, f)
			if err != nil {
				return nil, err
			}
			rows, err := s.beside(ctx, tx, some, ends, act == ExportNames)
			more = append(more, rows...)
			return some, err
		})
		if err != nil {
			return nil, err
		}
		for _, o := range some {
			names[o.ID] = o.Name
		}
		if os = append(os, some...); len(some) < page {
			break
		}
		f.After = some[len(some)-1].Place()
	}
	for _, o := range os {
		if o.Active {
			all = append(all, unionRow(o, names[o.Parent]))
		} else {
			more = append(more, endedRow(o, names[o.Parent], names[o.Into], ends[o.ID]))
		}
	}
	// Of those that ended the last comes first: whoever took another over stands before it.
	slices.SortStableFunc(more, func(a, b Row) int {
		by := strings.Compare(string(a.Sheet), string(b.Sheet))
		if by == 0 && a.Sheet == Ended {
			by = strings.Compare(b.Get("day"), a.Get("day"))
		}
		return by
	})
	return append(all, more...), nil
}

// beside are the ties, terms, history and approvals of some unions; how those ended that did goes
// into ends.
func (s *Service) beside(ctx context.Context, tx *op.Tx, os []org.Org, ends map[org.ID]org.Approval, named bool) ([]Row, error) {
	names, ids := map[org.ID]string{}, make([]org.ID, len(os))
	for i, o := range os {
		ids[i], names[o.ID] = o.ID, o.Name
	}
	links, err := s.orgs.LinksOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	pasts, err := s.orgs.PastsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	terms, err := s.life.TermsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	said, err := s.orgs.ApprovalsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, l := range links {
		rows = append(rows, Row{Sheet: Links, Cells: []string{string(l.Org), names[l.Org], string(l.To), l.Name, l.Since, l.Until, l.Why}})
	}
	for _, o := range os {
		rows = append(rows, pastRows(o, pasts[o.ID])...)
	}
	for _, t := range terms {
		rows = append(rows, Row{Sheet: Terms, Cells: []string{string(t.Org), names[t.Org], strconv.FormatInt(t.Seq, 10), t.Since, strconv.FormatInt(t.Years, 10), t.Due}})
	}
	for _, a := range said {
		if a.What == org.Ended {
			ends[a.Org] = a
			continue
		}
		rows = append(rows, Row{Sheet: Begun, Cells: []string{string(a.Org), names[a.Org], a.Day, a.Approver, a.Approved, a.Paper}})
	}
	if !named {
		return rows, nil
	}
	posts, err := s.life.PostsOf(ctx, tx, ids)
	for _, h := range posts {
		rows = append(rows, Row{Sheet: Posts, Cells: []string{string(h.Org), names[h.Org], h.Term, officeWords.write(string(h.Post.Post)), h.Name, h.Since, h.Until}})
	}
	return rows, err
}

// pastRows are how a union was called and led, unless it stands as it was first written
// down: then there is nothing to tell.
func pastRows(o org.Org, ps []org.Past) (rows []Row) {
	if len(ps) == 1 && ps[0].From.Equal(o.FoundedAt) {
		return nil
	}
	for _, p := range ps {
		rows = append(rows, Row{Sheet: Pasts, Cells: []string{string(o.ID), o.Name, since(p.From), p.Name, kindWords.write(string(p.Kind)), levelWords.write(string(p.Level)), p.Area, string(p.Parent), p.ParentName, p.Why}})
	}
	return rows
}

func endedRow(o org.Org, parent, into string, a org.Approval) Row {
	r := unionRow(o, parent)
	how := ""
	if a.How != "" {
		how = howWords.write(a.How)
	}
	r.Sheet, r.Cells = Ended, append(r.Cells[:8], how, string(o.Into), into, a.Day, a.Approver, a.Approved, a.Paper, o.Phone, o.Address)
	return r
}

func unionRow(o org.Org, parent string) Row {
	return Row{Sheet: Unions, Cells: []string{string(o.ID), o.Name, o.Short, kindWords.write(string(o.Kind)), levelWords.write(string(o.Level)), o.Area, string(o.Parent), parent, o.Phone, o.Address}}
}

// companies are the companies of the reader's area with their parts, by area and name.
func (s *Service) companies(ctx context.Context, act authz.Action) ([]Row, error) {
	var all []Row
	var after platform.Place
	for {
		some, err := op.List(ctx, s.desk, act, func(tx *op.Tx, scope op.Scope) ([]platform.Branch, error) {
			some, err := s.firms.Within(ctx, tx, scope, after, page)
			if err != nil {
				return nil, err
			}
			rows, err := s.firmRows(ctx, tx, some)
			all = append(all, rows...)
			return some, err
		})
		if err != nil {
			return nil, err
		}
		if len(some) < page {
			break
		}
		after = platform.Place{Area: some[page-1].Area, ID: some[page-1].ID}
	}
	slices.SortStableFunc(all, func(a, b Row) int {
		return cmp.Or(strings.Compare(a.Get("area"), b.Get("area")), strings.Compare(a.Get("name"), b.Get("name")))
	})
	return all, nil
}

func (s *Service) firmRows(ctx context.Context, tx *op.Tx, bs []platform.Branch) ([]Row, error) {
	var ids []platform.ID
	unions := []org.ID{}
	for _, b := range bs {
		if ids = append(ids, b.ID); b.Union != "" {
			unions = append(unions, b.Union)
		}
	}
	facts, err := s.firms.FactsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	called, err := s.orgs.AskAll(ctx, tx, unions)
	var rows []Row
	for _, b := range bs {
		r := Row{Sheet: Firms, Cells: []string{b.Name, yes(b.Platform), b.Area, string(b.Union), called[b.Union].Name, b.Since, b.Owner, b.Obstacle, b.Result, b.Also}}
		for _, x := range b.Steps {
			r.Parts = append(r.Parts, Row{Sheet: Steps, Cells: []string{b.Name, b.Area, x.Text, x.Due, x.Done}})
		}
		for _, a := range facts[b.ID] {
			r.Parts = append(r.Parts, Row{Sheet: Facts, Cells: []string{b.Name, b.Area, occupationWords.write(a.Occupation), strconv.FormatInt(a.N, 10), a.Day, a.Source}})
		}
		rows = append(rows, r)
	}
	return rows, err
}

func yes(b bool) string {
	if b {
		return "是"
	}
	return "否"
}
