package authz

import (
	"fmt"
	"slices"
	"strings"

	"nuanxin/internal/db"
)

// Columns names the columns of a listing that decide about its rows. An empty
// name means that rows are never reached that way.
type Columns struct {
	ID    string // the root's id
	Area  string
	Org   string
	Owner string
	// Body is a condition with one %s for the list of body ids, such as
	// "exists (select 1 from dispatch d where d.request_id = r.request_id and d.body_id in %s)".
	Body string
}

// nothing is the condition that no row meets, in both databases' words.
const nothing = "1 = 0"

// Where writes the rule of act as a condition on rows: exactly those that s may
// do act to. It never needs a secret, so what is only Held is not listed.
func (r Rules) Where(s Subject, act Action, c Columns, args *db.Args) string {
	rule, ok := r[act]
	if !ok {
		return nothing
	}
	var any []string
	if s.Kind == System {
		return "1 = 1"
	}
	for _, t := range rule.ties {
		if t.by == anyone || s.Only == "" {
			any = append(any, t.where(s, c, args)...)
		} else if c.ID != "" {
			any = append(any, within(s.Only, c, args, t.where(s, c, args))...)
		}
	}
	slices.Sort(any)
	any = slices.Compact(any)
	if len(any) == 0 {
		return nothing
	}
	return "(" + strings.Join(any, " or ") + ")"
}

// within narrows conditions to the one root that a link opens.
func within(root string, c Columns, args *db.Args, any []string) []string {
	if len(any) == 0 {
		return nil
	}
	return []string{"(" + strings.Join(any, " or ") + ") and " + c.ID + " = " + args.Add(root)}
}

func (t tie) where(s Subject, c Columns, args *db.Args) []string {
	switch t.by {
	case anyone:
		return []string{"1 = 1"}
	case signedIn:
		if s.Kind == Worker || s.Kind == Staff {
			return []string{"1 = 1"}
		}
	case owner:
		if s.Kind == Worker && s.ID != "" && c.Owner != "" {
			return []string{c.Owner + " = " + args.Add(s.ID)}
		}
	case inArea:
		return t.whereArea(s, c, args)
	case ofOrg:
		if ids := t.orgs(s); c.Org != "" && len(ids) > 0 {
			return []string{c.Org + " in " + db.In(args, ids)}
		}
	case ofBody:
		if ids := t.orgs(s); c.Body != "" && len(ids) > 0 {
			return []string{fmt.Sprintf(c.Body, db.In(args, ids))}
		}
	}
	return nil
}

func (t tie) whereArea(s Subject, c Columns, args *db.Args) []string {
	if c.Area == "" {
		return nil
	}
	var any []string
	for _, g := range s.Grants {
		switch {
		case !slices.Contains(t.roles, g.Role):
		case g.Area == "":
			any = append(any, "1 = 1")
		default:
			from, to := Range(g.Area)
			any = append(any, "("+c.Area+" >= "+args.Add(from)+" and "+c.Area+" < "+args.Add(to)+")")
		}
	}
	return any
}

// Range returns the half-open range of digit texts that begin with area, for
// areas of one digit and more. Its ends are digits and letters only, so that
// every collation sorts them alike: the range of "59" ends before "6".
func Range(area string) (from, to string) {
	head := strings.TrimRight(area, "9")
	if head == "" {
		return area, "a"
	}
	last := len(head) - 1
	return area, head[:last] + string(head[last]+1)
}

func (t tie) orgs(s Subject) []string {
	var ids []string
	for _, g := range s.Grants {
		if g.Org != "" && slices.Contains(t.roles, g.Role) {
			ids = append(ids, g.Org)
		}
	}
	return ids
}
