package op

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
)

// Trace is one row of the audit trail as whoever audits reads it.
type Trace struct {
	Look
	Note string // JSON: what changed, never personal data
}

// TrailFilter selects rows of the audit trail. Its zero value selects all.
type TrailFilter struct {
	Groups   []string // nil: all
	Root     string   // what it was done to; empty: anything
	Subjects []string // who; nil: anybody
	Acts     []authz.Action
	Prefix   string // of the action, such as "member."
	Refused  bool   // only what the rules refused
	From, To time.Time
	After    string // next of the page before
	Limit    int
}

// Trail returns rows of the audit trail, the newest first, inside an operation that
// says who may read them. next begins the page after; empty: this is the last.
func Trail(ctx context.Context, tx *Tx, f TrailFilter) (all []Trace, next string, err error) {
	groups := f.Groups
	if groups == nil {
		groups = Groups
	}
	for _, g := range groups {
		if !slices.Contains(Groups, g) {
			continue
		}
		if all, err = f.read(ctx, tx, all, g); err != nil {
			return nil, "", err
		}
	}
	slices.SortFunc(all, func(a, b Trace) int { return cmp.Or(a.older(b.Look), strings.Compare(a.Group, b.Group)) })
	if len(all) > f.Limit {
		all = all[:f.Limit]
		next = all[f.Limit-1].place()
	}
	return all, next, nil
}

func (f TrailFilter) read(ctx context.Context, tx *Tx, all []Trace, group string) ([]Trace, error) {
	var args db.Args
	where := []string{"at <= " + args.Add(cmp.Or(f.To, tx.Now()).UnixMicro())}
	if !f.From.IsZero() {
		where = append(where, "at >= "+args.Add(f.From.UnixMicro()))
	}
	if f.Root != "" {
		where = append(where, "root_id = "+args.Add(f.Root))
	}
	if len(f.Subjects) > 0 {
		where = append(where, "subject in "+db.In(&args, f.Subjects))
	}
	if len(f.Acts) > 0 {
		where = append(where, "action in "+db.In(&args, f.Acts))
	}
	if f.Prefix != "" {
		where = append(where, "action >= "+args.Add(f.Prefix)+" and action < "+args.Add(f.Prefix+"\x7f"))
	}
	if f.Refused {
		where = append(where, `note like '{"`+Refused+`":%'`)
	}
	if at, root, seq, ok := placed(f.After); ok {
		where = append(where, "(at, root_id, seq) < ("+args.Add(at)+", "+args.Add(root)+", "+args.Add(seq)+")")
	}
	err := tx.Each(ctx, `select root_id, seq, at, subject, kind, action, purpose, note from `+group+`_audit
		where `+strings.Join(where, " and ")+` order by at desc, root_id desc, seq desc limit `+args.Add(f.Limit+1), args, func(r db.Row) error {
		t := Trace{Look: Look{Group: group}}
		err := r.Scan(&t.Root, &t.Seq, db.Time(&t.At), &t.Subject, &t.Kind, &t.Action, &t.Purpose, &t.Note)
		all = append(all, t)
		return err
	})
	return all, err
}
