package work

import (
	"context"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Text is what members m work for now, in one line.
const Text = `coalesce((select string_agg(w.words, '、' order by w.seq) from member_work w where w.member_id = m.member_id and w.until_day = '' and w.words <> ''), '')`

// Of returns where a member works and has worked, the first first.
func Of(ctx context.Context, tx *op.Tx, member string) ([]Work, error) {
	var all []Work
	err := tx.Each(ctx, `select seq, firm_id, station_id, words, station, from_day, until_day, by_name, ended_by, wrong from member_work where member_id = $1 order by seq`, []any{member}, func(r db.Row) error {
		var w Work
		err := r.Scan(&w.Seq, db.Text(&w.Firm), db.Text(&w.Post), &w.Name, &w.Station, &w.From, &w.Until, &w.By, &w.EndedBy, &w.Wrong)
		all = append(all, w)
		return err
	})
	return all, err
}

// by is who acts, as they are called; empty: the member.
func by(tx *op.Tx) string {
	if tx.Subject.Kind == authz.Worker {
		return ""
	}
	return tx.Subject.Name
}

func changed(act authz.Action) error { return fault.New(string(act), fault.Conflict, "member.changed") }

// Begin adds what somebody says, from a day on, but for what is there already. Where all
// of it is, that is fault.Conflict "member.works.there"; of nothing, nothing is added.
func Begin(ctx context.Context, tx *op.Tx, act authz.Action, member, from string, said []Said, firms func(name string) (Firm, error)) error {
	all, err := Of(ctx, tx, member)
	if err != nil {
		return err
	}
	next, added := int64(len(all)+1), 0
	for _, s := range said {
		w := Work{Seq: next, Post: s.Post, Station: s.Station, From: from, By: by(tx)}
		if w.Firm, w.Name, err = named(s.Name, firms); err != nil {
			return err
		}
		if slices.ContainsFunc(Now(all), w.Is) {
			continue
		}
		if len(Now(all)) >= Most || len(all) >= mostRows {
			return fault.New(string(act), fault.Conflict, "member.works.many").With(fault.Args{"Limit": Most})
		}
		if err := insert(ctx, tx, member, w); err != nil {
			return err
		}
		all, next, added = append(all, w), next+1, added+1
	}
	if added == 0 && len(said) > 0 {
		return fault.New(string(act), fault.Conflict, "member.works.there")
	}
	return nil
}

// named is the company that a name means, and what it is called.
func named(name string, firms func(name string) (Firm, error)) (firm, called string, err error) {
	if firms == nil || name == "" {
		return "", name, nil
	}
	f, err := firms(name)
	if err != nil || f.ID == "" {
		return "", name, err
	}
	return f.ID, f.Name, nil
}

// Is reports whether two are for one company, or at one station of ours.
func (w Work) Is(other Work) bool {
	if w.Post != "" || other.Post != "" {
		return w.Post == other.Post
	}
	return w.Firm != "" && w.Firm == other.Firm || Same(w.Name, other.Name)
}

const columns = `member_id, seq, firm_id, station_id, words, station, from_day, until_day, by_name, ended_by, wrong`

func insert(ctx context.Context, tx *op.Tx, member string, w Work) error {
	_, err := tx.Exec(ctx, `insert into member_work (`+columns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, w.row(member)...)
	return err
}

func (w Work) row(member string) []any {
	if w.Post != "" { // the name is the station's own
		w.Name, w.Station = "", ""
	}
	return []any{member, w.Seq, db.Null(w.Firm), db.Null(w.Post), w.Name, w.Station, w.From, w.Until, w.By, w.EndedBy, w.Wrong}
}

// Find returns one of a member's that lasts.
func Find(ctx context.Context, tx *op.Tx, act authz.Action, member string, seq int64) (Work, error) {
	all, err := Of(ctx, tx, member)
	if err != nil {
		return Work{}, err
	}
	i := slices.IndexFunc(all, func(w Work) bool { return w.Seq == seq })
	switch {
	case i < 0:
		return Work{}, fault.New(string(act), fault.Missing, "fault.missing")
	case all[i].Until != "":
		return Work{}, changed(act)
	}
	return all[i], nil
}

// End ends one on a day; wrong says that it never was so.
func End(ctx context.Context, tx *op.Tx, act authz.Action, member string, w Work, until string, wrong bool) error {
	n, err := tx.Exec(ctx, `update member_work set until_day = $3, ended_by = $4, wrong = $5 where member_id = $1 and seq = $2 and until_day = ''`, member, w.Seq, until, by(tx), wrong)
	if err == nil && n == 0 {
		err = changed(act)
	}
	return err
}

// Follow begins a row that goes on where another one ended: with another station, or as
// it is right.
func Follow(ctx context.Context, tx *op.Tx, member string, w Work) error {
	w.By, w.Until, w.EndedBy, w.Wrong = by(tx), "", "", false
	if err := tx.One(ctx, `select coalesce(max(seq), 0) + 1 from member_work where member_id = $1`, []any{member}, &w.Seq); err != nil {
		return err
	}
	return insert(ctx, tx, member, w)
}

// Set makes what somebody works for what is said: what is not among it ends as wrong
// today, and what is missing begins. The stations of ours stay: it says nothing of them.
func Set(ctx context.Context, tx *op.Tx, act authz.Action, member string, said []Said, firms func(name string) (Firm, error)) error {
	all, err := Of(ctx, tx, member)
	if err != nil {
		return err
	}
	today := clock.Day(tx.Now())
	for _, w := range Now(all) {
		if w.Post != "" || slices.ContainsFunc(said, func(s Said) bool { return Same(s.Name, w.Name) }) {
			continue
		}
		if err := End(ctx, tx, act, member, w, max(today, w.From), true); err != nil {
			return err
		}
	}
	said = slices.DeleteFunc(slices.Clone(said), func(s Said) bool {
		return slices.ContainsFunc(Now(all), func(w Work) bool { return Same(s.Name, w.Name) })
	})
	err = Begin(ctx, tx, act, member, today, said, firms)
	if fault.Is(err, fault.Conflict) && fault.Of(err).Msg == "member.works.there" {
		return nil
	}
	return err
}

// Rows are new works of a new member, as a list brings them.
func Rows(member, from, who string, said []Said, firms func(name string) (Firm, error)) (rows [][]any, err error) {
	var all []Work
	for _, s := range said {
		w := Work{Seq: int64(len(all) + 1), Post: s.Post, Station: s.Station, From: from, By: who}
		if w.Firm, w.Name, err = named(s.Name, firms); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, w.Is) {
			continue
		}
		all, rows = append(all, w), append(rows, w.row(member))
	}
	return rows, nil
}

// Insert is the head of a statement that adds [Rows].
const Insert = `insert into member_work (` + columns + `) values `

// Forget drops all of a member's.
func Forget(ctx context.Context, tx *op.Tx, member string) error {
	_, err := tx.Exec(ctx, `delete from member_work where member_id = $1`, member)
	return err
}

// Carry ends those of a record that last, on a day, and begins them for another one that
// has none like it, from their own days. It returns which ended and which began.
func Carry(ctx context.Context, tx *op.Tx, act authz.Action, from, into, today string, which func(Work) bool) (ended, begun []int64, err error) {
	all, err := Of(ctx, tx, from)
	if err != nil {
		return nil, nil, err
	}
	has, err := Of(ctx, tx, into)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range Now(all) {
		if which != nil && !which(w) {
			continue
		}
		if err := End(ctx, tx, act, from, w, max(today, w.From), false); err != nil {
			return nil, nil, err
		}
		ended = append(ended, w.Seq)
		if slices.ContainsFunc(Now(has), w.Is) {
			continue
		}
		next := w
		next.Seq = int64(len(has) + 1)
		if err := insert(ctx, tx, into, next); err != nil {
			return nil, nil, err
		}
		has, begun = append(has, next), append(begun, next.Seq)
	}
	return ended, begun, nil
}
