package org

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// What was approved.
const (
	Begun = "begun"
	Ended = "ended"
)

// Ends are the ways in which a union ends, beside that it is not known how: it becomes
// part of another, its employer is gone, or it is closed without having had anybody.
var Ends = []string{"merged", "abolished", "closed"}

// Approval is how it was approved that a union began or ended: both are for the union
// above to approve (工会法 第十二条、第十三条). What is not known is empty.
type Approval struct {
	Org      ID
	What     string // Begun or Ended
	Day      string // on which it began or ended, YYYY-MM-DD
	How      string // one of Ends
	Approver string // the union that approved, as it was called
	Approved string // the day
	Paper    string // the number of the document
}

// Empty reports whether a says nothing.
func (a Approval) Empty() bool { return a.Day+a.How+a.Approver+a.Approved+a.Paper == "" }

// Check returns a as it is kept, or what is wrong with it. today is a day.
func (a Approval) Check(today string) (Approval, error) {
	var f fault.Form
	a.Approver, a.Paper = plain.Line(a.Approver), plain.Line(a.Paper)
	for _, x := range [][2]string{{"day", a.Day}, {"approved", a.Approved}} {
		if x[1] != "" && (!isDay(x[1]) || x[1] > today) {
			f.Add(x[0], "org.approval.day", nil)
		}
	}
	for _, x := range [][2]string{{"approver", a.Approver}, {"paper", a.Paper}} {
		if utf8.RuneCountInString(x[1]) > maxText {
			f.Add(x[0], "org.text.length", fault.Args{"Limit": maxText})
		}
	}
	switch {
	case a.How != "" && (a.What != Ended || !slices.Contains(Ends, a.How)):
		f.Add("how", "org.approval.how", nil)
	case a.Empty():
		f.Add("day", "org.approval.empty", nil)
	}
	return a, f.Err("org.approval")
}

// Approvals returns how an organisation was approved to begin and to end, as far as that
// is known.
func (s *Service) Approvals(ctx context.Context, which ID) ([]Approval, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) ([]Approval, error) {
		return s.ApprovalsOf(ctx, tx, []ID{which})
	})
}

// ApprovalsOf returns what is known of some organisations, of each the beginning first. Of
// one whose founding was decided here before approvals were kept, that decision is told.
func (s *Service) ApprovalsOf(ctx context.Context, tx *op.Tx, ids []ID) ([]Approval, error) {
	var all []Approval
	for some := range slices.Chunk(ids, idsAtOnce) {
		known := map[ID]bool{}
		var args db.Args
		if err := tx.Each(ctx, `select org_id, what, day, how, approver, approved, paper from org_approval where org_id in `+db.In(&args, texts(some)), args, func(r db.Row) error {
			var a Approval
			err := r.Scan(&a.Org, &a.What, &a.Day, &a.How, &a.Approver, &a.Approved, &a.Paper)
			known[a.Org] = known[a.Org] || a.What == Begun
			all = append(all, a)
			return err
		}); err != nil {
			return nil, err
		}
		args = nil
		if err := tx.Each(ctx, `select f.org_id, f.decided_at, p.name from org_founding f join org p on p.org_id = f.parent_id
			where f.state = 'approved' and f.org_id in `+db.In(&args, texts(some)), args, func(r db.Row) error {
			a := Approval{What: Begun}
			var at time.Time
			err := r.Scan(&a.Org, db.Time(&at), &a.Approver)
			if a.Day = clock.Day(at); !known[a.Org] {
				a.Approved = a.Day
				all = append(all, a)
			}
			return err
		}); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b Approval) int {
		return strings.Compare(string(a.Org)+a.What, string(b.Org)+b.What)
	})
	return all, nil
}

// Approve keeps how something was approved, in place of what was known. Who may say so is
// for the caller to ask.
func (s *Service) Approve(ctx context.Context, tx *op.Tx, a Approval) error {
	return approve(ctx, tx, a)
}

func approve(ctx context.Context, tx *op.Tx, a Approval) error {
	a, err := a.Check(dayOf(tx))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into org_approval (org_id, what, day, how, approver, approved, paper, at, by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (org_id, what) do update set day = $3, how = $4, approver = $5, approved = $6, paper = $7, at = $8, by_name = $9`,
		string(a.Org), a.What, a.Day, a.How, a.Approver, a.Approved, a.Paper, tx.Now().UnixMicro(), by(tx))
	return err
}

// Unapprove takes back what Approve kept, if it stands as it did; was is what was known
// before, empty where nothing was. It reports whether.
func (s *Service) Unapprove(ctx context.Context, tx *op.Tx, a, was Approval) (bool, error) {
	a, err := a.Check(dayOf(tx))
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `delete from org_approval where org_id = $1 and what = $2 and day = $3 and how = $4 and approver = $5 and approved = $6 and paper = $7`,
		string(a.Org), a.What, a.Day, a.How, a.Approver, a.Approved, a.Paper)
	if err != nil || n == 0 || was.What == "" {
		return n > 0, err
	}
	return true, approve(ctx, tx, was)
}

// closedBy keeps that a union was closed, and that the one above approved it.
func closedBy(ctx context.Context, tx *op.Tx, o Org) error {
	if !o.IsUnion() {
		return nil
	}
	a := Approval{Org: o.ID, What: Ended, Day: dayOf(tx), How: "closed"}
	if o.Parent != "" {
		up, err := get(ctx, tx, o.Parent)
		if err != nil {
			return err
		}
		a.Approver, a.Approved = up.Name, a.Day
	}
	return approve(ctx, tx, a)
}

// Unrecord removes a union that an import recorded as ended and to which nothing happened
// since; it reports whether. act is the import's.
func (s *Service) Unrecord(ctx context.Context, tx *op.Tx, which ID, act authz.Action) (bool, error) {
	var n int
	err := tx.One(ctx, `
		select count(*) from org o where o.org_id = $1 and o.version = 1 and not o.active
			and not exists (select 1 from org x where x.into_id = o.org_id or x.parent_id = o.org_id)
			and not exists (select 1 from org_tenure t where t.org_id = o.org_id) and not exists (select 1 from org_link l where l.org_id = o.org_id or l.to_id = o.org_id)
			and not exists (select 1 from org_audit a where a.root_id = o.org_id and a.action <> $2)`, []any{string(which), string(act)}, &n)
	if err != nil || n == 0 {
		return false, err
	}
	for _, q := range []string{`delete from org_approval where org_id = $1`, `delete from org_closure where org_id = $1`, `delete from org_past where org_id = $1`, `delete from org where org_id = $1`} {
		if _, err := tx.Exec(ctx, q, string(which)); err != nil {
			return false, err
		}
	}
	return true, nil
}
