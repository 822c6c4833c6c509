package op

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
)

// Look is one sensitive read of a root: who, when and what for.
type Look struct {
	Group   string
	Root    string
	Seq     int64
	At      time.Time
	Subject string // person id, or the name of what the program did it for
	Kind    authz.Kind
	Action  authz.Action
	Purpose string
}

// place is where a look stands in the list of them.
func (l Look) place() string { return fmt.Sprintf("%d.%s.%d", l.At.UnixMicro(), l.Root, l.Seq) }

// older orders looks, the newest first.
func (l Look) older(m Look) int {
	return cmp.Or(m.At.Compare(l.At), strings.Compare(m.Root, l.Root), cmp.Compare(m.Seq, l.Seq))
}

// Looks returns the sensitive reads of things on which the subject of ctx may do
// act, newest first, from what it returned as next on the page before. What was
// refused is not among them: nothing was shown. Each statement names the roots, by
// which the rows are kept. Of those in judged, which no row ties to the subject, both
// layers have been asked before, by another way: here the rule alone is.
func Looks(ctx context.Context, d *Desk, act authz.Action, of []authz.Object, after string, limit int, judged ...authz.Object) (all []Look, next string, err error) {
	var acts []string
	for a := range d.rules {
		if d.rules.Sensitive(a) {
			acts = append(acts, string(a))
		}
	}
	slices.Sort(acts)
	roots := map[string][]string{}
	for _, o := range slices.Concat(of, judged) {
		roots[o.Group] = append(roots[o.Group], o.ID)
	}
	err = d.db.View(ctx, func(tx *db.Tx) error {
		for _, o := range of {
			if err := d.Both(ctx, d.tx(ctx, tx), act, o); err != nil {
				return err
			}
		}
		for _, o := range judged {
			if err := d.Check(authz.From(ctx), act, o); err != nil {
				return err
			}
		}
		for _, group := range Groups {
			for some := range slices.Chunk(roots[group], 100) { // SQLite looks each parameter up among all others
				if all, err = looks(ctx, tx, all, group, some, acts, after, limit+1); err != nil {
					return err
				}
			}
		}
		return nil
	})
	slices.SortFunc(all, Look.older)
	if len(all) > limit {
		all = all[:limit]
		next = all[limit-1].place()
	}
	return all, next, err
}

func looks(ctx context.Context, tx *db.Tx, all []Look, group string, roots, acts []string, after string, limit int) ([]Look, error) {
	var args db.Args
	query := `select root_id, seq, at, subject, kind, action, purpose from ` + group + `_audit
		where root_id in ` + db.In(&args, roots) + ` and action in ` + db.In(&args, acts) + ` and note not like '{"` + Refused + `":%'`
	if at, root, seq, ok := placed(after); ok {
		query += ` and (at, root_id, seq) < (` + args.Add(at) + `, ` + args.Add(root) + `, ` + args.Add(seq) + `)`
	}
	query += ` order by at desc, root_id desc, seq desc limit ` + args.Add(limit)
	err := tx.Each(ctx, query, args, func(r db.Row) error {
		l := Look{Group: group}
		err := r.Scan(&l.Root, &l.Seq, db.Time(&l.At), &l.Subject, &l.Kind, &l.Action, &l.Purpose)
		all = append(all, l)
		return err
	})
	return all, err
}

// placed reads what [Look.place] wrote; ok is false for anything else.
func placed(s string) (at int64, root string, seq int64, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 || !id.Valid(parts[1]) {
		return 0, "", 0, false
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	seq, err2 := strconv.ParseInt(parts[2], 10, 64)
	return at, parts[1], seq, err == nil && err2 == nil
}
