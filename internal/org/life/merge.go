package life

import (
	"context"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
)

// How is in which way a union ends. Its words are "life.how."+How.
type How string

// The ways.
const (
	Merged    How = "merged"    // 合并
	Abolished How = "abolished" // 撤销: the employer is gone; the memberships go on (工会法 第十三条)
)

// Count is how much of something moves.
type Count struct {
	Name string `json:"name"` // as [Part] has it; "led" is unions and bodies that are led
	N    int64  `json:"n"`
}

// Preview is what a merger would do.
type Preview struct {
	From, Into org.Org
	Counts     []Count
	Hinders    *fault.Error // why it cannot be; nil when it can
}

// ending is a union as the business of the one that leads it: nobody ends their own.
type ending struct {
	org.Org
	area string
	by   string // who leads it; empty at the top
}

// AuthzObject implements op.Target.
func (e ending) AuthzObject() authz.Object {
	o := e.Org.AuthzObject()
	o.Area = e.area
	return o
}

// Endable says on what a merger of o into another is decided, for pages. leader is
// who leads it; nil at the top.
func Endable(o org.Org, leader *org.Org) authz.Object {
	e := ending{o, o.Area, ""}
	if leader != nil {
		e.area = leader.Area
	}
	return e.AuthzObject()
}

func (s *Service) ending(ctx context.Context, tx *op.Tx, which org.ID) (ending, error) {
	o, err := s.Orgs.Ask(ctx, tx, which)
	if err != nil || o.Parent == "" {
		return ending{o, o.Area, ""}, err
	}
	up, err := s.Orgs.Ask(ctx, tx, o.Parent)
	return ending{o, up.Area, up.Name}, err
}

// Preview tells what [Service.Merge] would do now.
func (s *Service) Preview(ctx context.Context, from, into org.ID) (Preview, error) {
	var p Preview
	_, err := op.Read(ctx, s.desk, Merge, func(tx *op.Tx) (ending, error) {
		e, err := s.ending(ctx, tx, from)
		if err != nil {
			return e, err
		}
		if err := s.desk.Check(tx.Subject, Merge, e.AuthzObject()); err != nil {
			return e, err
		}
		other, err := s.taker(ctx, tx, into)
		if err != nil {
			return e, err
		}
		p = Preview{From: e.Org, Into: other}
		led, err := s.Orgs.Fit(ctx, tx, e.Org, other)
		if fault.Is(err, fault.Conflict) {
			p.Hinders, err = fault.Of(err), nil
		}
		if err != nil {
			return e, err
		}
		p.Counts = []Count{{"led", int64(len(led))}}
		for _, part := range s.Parts {
			n, err := part.Count(ctx, tx, string(from))
			if err != nil {
				return e, err
			}
			p.Counts = append(p.Counts, Count{part.Name, n})
		}
		return e, nil
	})
	if err != nil {
		return Preview{}, err
	}
	return p, nil
}

// taker returns the union that is to take another over, if the subject may decide
// about that one, too: nobody hands members to where they have no say.
func (s *Service) taker(ctx context.Context, tx *op.Tx, into org.ID) (org.Org, error) {
	o, err := s.Orgs.Ask(ctx, tx, into)
	if fault.Is(err, fault.Missing) {
		return o, fieldFault("into", "life.into.unknown")
	}
	if err == nil && s.desk.Check(tx.Subject, Merge, o.AuthzObject()) != nil {
		err = fieldFault("into", "life.into.denied")
	}
	return o, err
}

// Ending is what somebody decides about the end of a union.
type Ending struct {
	From    org.ID
	Version int64 // of From, as it was seen
	Into    org.ID
	How     How
	Why     string // members read it in their history
}

// Merge ends a union and gives all that it has to another, in one transaction. It
// returns how much of what was moved.
func (s *Service) Merge(ctx context.Context, e Ending) ([]Count, error) {
	find := func(tx *op.Tx) (ending, error) { return s.ending(ctx, tx, e.From) }
	return op.Write(ctx, s.desk, Merge, find, func(tx *op.Tx, found ending) ([]Count, error) {
		why, err := reason(e.Why, 2)
		if err == nil && e.How != Merged && e.How != Abolished {
			err = fieldFault("how", "life.how.unknown")
		}
		if err != nil {
			return nil, err
		}
		into, err := s.taker(ctx, tx, e.Into)
		if err != nil {
			return nil, err
		}
		from := found.Org
		from.Version = e.Version
		led, err := s.Orgs.Absorb(ctx, tx, from, into, line(why))
		if err != nil {
			return nil, err
		}
		a := org.Approval{Org: from.ID, What: org.Ended, Day: today(tx), How: string(e.How)}
		if found.by != "" {
			a.Approver, a.Approved = found.by, a.Day
		}
		if err := s.Orgs.Approve(ctx, tx, a); err != nil {
			return nil, err
		}
		moved := []Count{{"led", led}}
		for _, part := range s.Parts {
			n, err := part.Move(ctx, tx, string(from.ID), into, why)
			if err != nil {
				return nil, err
			}
			moved = append(moved, Count{part.Name, n})
		}
		tx.Note("into", string(into.ID))
		tx.Note("how", string(e.How))
		for _, c := range moved {
			tx.Note(c.Name, strconv.FormatInt(c.N, 10))
		}
		return moved, endPosts(ctx, tx, from, into)
	})
}

// line is a reason as the tree's history keeps it: one line.
func line(why string) string {
	runes := []rune(strings.Join(strings.Fields(why), " "))
	return string(runes[:min(len(runes), 120)])
}
