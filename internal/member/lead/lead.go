// Package lead says which unions somebody who joins may choose between: the one of the
// place where they work, or while there is none the nearest above; and those of the
// companies that they work for, where these have one there. What a member is it does not
// know; it writes down alone who asked for a place without a union ([Choice.Note]).
package lead

import (
	"context"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Union is a union as members need it.
type Union struct {
	ID, Name, Area string
	Officer        string // the name of who looks first; may be empty
}

// Firms knows the unions of companies.
type Firms interface {
	// UnionOf returns the union that stands in a company, as somebody writes its name,
	// where they work: in the prefecture of area, or around it. None is fault.Missing.
	// In a transaction that writes, it stays active until that ends.
	UnionOf(ctx context.Context, tx *op.Tx, works, area string) (Union, error)
}

// Orgs knows the unions of areas.
type Orgs interface {
	// UnionFor returns the union that looks after an area: the lowest of a county
	// or above around it. None is fault.Missing. Of no area it is the highest.
	UnionFor(ctx context.Context, tx *op.Tx, area string) (Union, error)
}

// Nearest returns the union that somebody's application from an area goes to: the lowest
// around it, else the highest of the installation. None is fault.Missing.
func Nearest(ctx context.Context, tx *op.Tx, orgs Orgs, area string) (Union, error) {
	u, err := orgs.UnionFor(ctx, tx, area)
	if fault.Is(err, fault.Missing) && area != "" {
		u, err = orgs.UnionFor(ctx, tx, "")
	}
	return u, err
}

// Covers reports whether a union is that of an area itself, its county's or one below, and
// not one from above.
func Covers(u Union, area string) bool {
	return len(u.Area) >= digits && len(area) >= digits && u.Area[:digits] == area[:digits]
}

// digits is how long the code of a county is: from there upwards unions take members.
const digits = 6

// Choice is what there is to choose between.
type Choice struct {
	Here  Union   // of the place
	Firms []Union // of the companies; none where they have none, or the same one
}

// Any reports whether there is something to choose.
func (c Choice) Any() bool { return c.Here.ID != "" && len(c.Firms) > 0 }

// Of returns the choice of who works for some companies, in an area that is looked after
// by here. Firms may be nil.
func Of(ctx context.Context, tx *op.Tx, firms Firms, here Union, works []string, area string) (Choice, error) {
	c := Choice{Here: here}
	if firms == nil || here.ID == "" {
		return c, nil
	}
	for _, name := range works {
		firm, err := firms.UnionOf(ctx, tx, name, area)
		if fault.Is(err, fault.Missing) {
			continue
		}
		if err != nil {
			return c, err
		}
		if firm.ID != here.ID && c.of(firm.ID) < 0 {
			c.Firms = append(c.Firms, firm)
		}
	}
	return c, nil
}

func (c Choice) of(id string) int {
	return slices.IndexFunc(c.Firms, func(u Union) bool { return u.ID == id })
}

// Pick returns the union with an id; of nothing it is that of the place. One that is
// none of them is the fault of the form.
func (c Choice) Pick(act authz.Action, id string) (Union, error) {
	if id == "" || id == c.Here.ID {
		return c.Here, nil
	}
	if i := c.of(id); i >= 0 {
		return c.Firms[i], nil
	}
	var f fault.Form
	f.Add("union", "member.union.choose", nil)
	return Union{}, f.Err(string(act))
}

// Note writes down that somebody asked for an area, where the union that took the
// application is one above it: once there is one, they are handed over.
func (c Choice) Note(ctx context.Context, tx *op.Tx, member, area string, took Union) error {
	if took.ID != c.Here.ID || Covers(took, area) {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into member_gap (member_id, asked, since, state, ended_at, by_name, union_id) values ($1, $2, $3, 'open', null, '', $4)`, member, area, tx.Now().UnixMicro(), took.ID)
	return err
}
