package org

import (
	"context"
	"time"
	"unicode/utf8"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// Link is what a union has to do with one of its industry, beside the one that
// leads it (产业和地方相结合). It gives nobody any right.
type Link struct {
	ID     string
	Org    ID // the union that is tied
	To     ID // an industrial union or a trade federation
	Name   string
	Since  string // the day, YYYY-MM-DD
	Until  string // the first day without it; empty: it lasts
	Why    string
	By     string
	Inward bool // seen from To: Name is Org's
}

// Other is the other end, seen from where the link was read.
func (l Link) Other() ID {
	if l.Inward {
		return l.Org
	}
	return l.To
}

// Links returns what ties a union to those of its industry, and others to it, those
// that last first.
func (s *Service) Links(ctx context.Context, which ID) ([]Link, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) (all []Link, err error) {
		if !id.Valid(string(which)) {
			return nil, nil
		}
		err = tx.Each(ctx, `
			select l.link_id, l.org_id, l.to_id, o.name, l.since, l.until, l.why, l.by_name, l.to_id = $1 from org_link l
			join org o on o.org_id = case when l.org_id = $1 then l.to_id else l.org_id end
			where l.org_id = $1 or l.to_id = $1 order by case when l.until = '' then 0 else 1 end, l.since desc, l.link_id limit $2`, []any{string(which), mostPasts}, func(r db.Row) error {
			var l Link
			err := r.Scan(&l.ID, &l.Org, &l.To, &l.Name, &l.Since, &l.Until, &l.Why, &l.By, &l.Inward)
			all = append(all, l)
			return err
		})
		return all, err
	})
}

// Tie links a union to one of its industry from a day on, which may have passed. It
// returns the link's id.
func (s *Service) Tie(ctx context.Context, which, to ID, since, why string) (string, error) {
	return op.Write(ctx, s.desk, Join, byID(ctx, which), func(tx *op.Tx, o Org) (string, error) {
		why = plain.Line(why)
		if err := (Link{Since: since, Why: why}).Check(dayOf(tx)); err != nil {
			return "", err
		}
		if err := tx.Lock(ctx, treeLock); err != nil { // so that none is closed, and none is tied twice
			return "", err
		}
		if err := mayTie(ctx, tx, o, to); err != nil {
			return "", err
		}
		link := id.New[string]()
		tx.Note("to", string(to))
		tx.Emit(Changed{o.ID, o.Area})
		_, err := tx.Exec(ctx, `insert into org_link (org_id, link_id, to_id, since, until, why, by_name) values ($1, $2, $3, $4, '', $5, $6)`,
			string(o.ID), link, string(to), since, why, by(tx))
		return link, err
	})
}

// Check refuses days that are none or have not come, and words that are too many.
func (l Link) Check(today string) error {
	var f fault.Form
	if !isDay(l.Since) || l.Since > today {
		f.Add("since", "org.link.since", nil)
	}
	if l.Until != "" && (!isDay(l.Until) || l.Until > today || l.Until < l.Since) {
		f.Add("until", "org.link.until", nil)
	}
	if utf8.RuneCountInString(l.Why) > maxText {
		f.Add("why", "org.text.length", fault.Args{"Limit": maxText})
	}
	return f.Err(string(Join))
}

// Ties reports whether o may be tied to other, a union of its industry.
func (o Org) Ties(other Org) bool {
	return o.IsUnion() && o.Active && other.Active && (other.Kind == Industry || other.Kind == Trade) && other.ID != o.ID && other.ID != o.Parent
}

// mayTie refuses a tie to what is no union of an industry, to whom leads o anyway, and
// a second one.
func mayTie(ctx context.Context, tx *op.Tx, o Org, to ID) error {
	other, err := get(ctx, tx, to)
	if fault.Is(err, fault.Missing) {
		return fieldFault("to", "org.link.unfit")
	}
	if err != nil {
		return err
	}
	if !o.Ties(other) {
		return fieldFault("to", "org.link.unfit")
	}
	var n int
	err = tx.One(ctx, `select count(*) from org_link where org_id = $1 and to_id = $2 and until = ''`, []any{string(o.ID), string(to)}, &n)
	if err == nil && n > 0 {
		err = fieldFault("to", "org.link.twice")
	}
	return err
}

// Untie ends a link today. Its row stays.
func (s *Service) Untie(ctx context.Context, which ID, link string) error {
	_, err := op.Write(ctx, s.desk, Join, byID(ctx, which), func(tx *op.Tx, o Org) (bool, error) {
		if !id.Valid(link) {
			return false, fault.New(string(Join), fault.Missing, "fault.missing")
		}
		n, err := tx.Exec(ctx, `update org_link set until = $3 where org_id = $1 and link_id = $2 and until = ''`, string(o.ID), link, dayOf(tx))
		if err == nil && n == 0 {
			err = fault.New(string(Join), fault.Conflict, "org.link.over")
		}
		tx.Emit(Changed{o.ID, o.Area})
		return true, err
	})
	return err
}

// dayOf is the day of a transaction.
func dayOf(tx *op.Tx) string { return clock.Day(tx.Now()) }

// isDay reports whether s is a day, as YYYY-MM-DD.
func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
