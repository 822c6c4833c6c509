// Package lead says which unions somebody who joins may choose between: the one of the
// place where they work, and the one of the company that they work for, where it has
// one there. It keeps nothing; what a member is it does not know.
package lead

import (
	"context"

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

// Choice is what there is to choose between.
type Choice struct {
	Here Union // of the place
	Firm Union // of the company; zero: there is none, or it is the same
}

// Both reports whether there are two.
func (c Choice) Both() bool { return c.Here.ID != "" && c.Firm.ID != "" }

// Of returns the choice of who works for a company, in an area that is looked after by
// here. Firms may be nil.
func Of(ctx context.Context, tx *op.Tx, firms Firms, here Union, works, area string) (Choice, error) {
	c := Choice{Here: here}
	if firms == nil || works == "" || here.ID == "" {
		return c, nil
	}
	firm, err := firms.UnionOf(ctx, tx, works, area)
	if fault.Is(err, fault.Missing) {
		return c, nil
	}
	if err == nil && firm.ID != here.ID {
		c.Firm = firm
	}
	return c, err
}

// Pick returns the union with an id; of nothing it is that of the place. One that is
// none of the two is the fault of the form.
func (c Choice) Pick(act authz.Action, id string) (Union, error) {
	switch id {
	case "", c.Here.ID:
		return c.Here, nil
	case c.Firm.ID:
		return c.Firm, nil
	}
	var f fault.Form
	f.Add("union", "member.union.choose", nil)
	return Union{}, f.Err(string(act))
}
