package intake

import (
	"context"
	"crypto/rand"
	"fmt"
	"math"
	"math/big"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake/list"
)

// few is how many stations are prepared in one step: what others wait for.
const few = 300

// leftOut is why a row was not applied that somebody chose to leave.
const leftOut = "import.left_out"

// change is one row's part of what is about to be taken over.
type change struct {
	seq  int
	next *station.Station // nil: the row is left alone
	done *doneRow         // nil: nothing to keep
}

// applyOn prepares the records of an import's stations, from where that
// stopped, and takes all of them over.
func (s *Service) applyOn(ctx context.Context, head Batch) error {
	b, err := s.Staged(ctx, head.ID)
	if err != nil {
		return err
	}
	if b.Work = head.Work; b.Work.Done == 0 {
		if b.Work.base, err = s.number(ctx); err != nil {
			return err
		}
	}
	before, now := list.NewSeen(), slices.Clone(b.Lines)
	if err := s.look(ctx, now[:b.Work.Done], before); err != nil { // what follows may repeat it
		return err
	}
	for from := b.Work.Done; from < len(now); from = b.Work.Done {
		to := min(from+s.few, len(now))
		there, err := s.glance(ctx, now[from:to], before)
		if err != nil {
			return err
		}
		changes, err := s.planned(b.Lines, now, from, to, there)
		if err != nil {
			return err
		}
		if err := s.step(ctx, b, to, func(tx *op.Tx) error { return keepChanges(ctx, tx, b.ID, changes) }); err != nil {
			return err
		}
	}
	keys, barred := wanted(b.Lines), outside(b.Lines, now) // before others must wait
	return s.publish(ctx, b, takeover{
		state: Applied,
		late: func(tx *op.Tx) (map[int]string, error) {
			late, err := s.lateLines(ctx, tx, b, keys)
			if err != nil {
				return nil, err
			}
			for _, i := range barred {
				late[i] = list.Outside
			}
			return late, nil
		},
		left: func(seq int, why string) doneRow {
			return doneRow{Outcome: Outcome{Row: b.Lines[seq].Row, Action: list.WillSkip, Why: why}}
		},
	})
}

// planned says what the lines from one to another would do, as they were staged
// and as they are now.
func (s *Service) planned(was, now []list.Line, from, to int, there list.There) ([]change, error) {
	byID := map[station.ID]station.Station{}
	for _, namesakes := range there.Stations {
		for _, st := range namesakes {
			byID[st.ID] = st
		}
	}
	var all []change
	for i := from; i < to; i++ {
		l := now[i]
		switch {
		case l.Left == leftOut:
		case was[i].Differs(l):
			all = append(all, change{seq: i, done: &doneRow{Outcome: Outcome{Row: l.Row, Action: list.WillSkip, Why: whyLate(l)}}})
		case l.Action == list.WillAdd || l.Action == list.WillUpdate:
			c, err := s.prepared(l, i, byID[l.Station])
			if err != nil {
				return nil, fmt.Errorf("row %d: %w", l.Row, err)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// whyLate is why a line is left alone that would do something else by now.
func whyLate(now list.Line) string {
	if now.Action == list.WillRefuse {
		return now.Why
	}
	return "import.changed_meanwhile"
}

// outside are the lines that would have done something and are refused by now: who
// ordered it has lost an area since the first of them were prepared.
func outside(was, now []list.Line) (all []int) {
	for i, l := range now {
		if l.Left != leftOut && l.Action == list.WillRefuse && was[i].Action != l.Action {
			all = append(all, i)
		}
	}
	return all
}

// prepared is the station that a line adds, or the one that it changes.
func (s *Service) prepared(l list.Line, seq int, old station.Station) (change, error) {
	at, facts := s.desk.Now(), l.Understood
	d := doneRow{Outcome: Outcome{Row: l.Row, Action: l.Action}}
	if l.Action == list.WillUpdate {
		facts, _ = l.Onto(old)
		d.Before, d.By, d.HoursAt = &old.Facts, old.HoursBy, old.HoursAt
	} else {
		n, err := rand.Int(rand.Reader, big.NewInt(90_000_000))
		if err != nil {
			return change{}, err
		}
		// Nobody has the code yet: that it is free is seen to when all are taken over.
		old = station.Station{ID: id.New[station.ID](), Code: fmt.Sprintf("%08d", n.Int64()+10_000_000), CreatedAt: at}
	}
	st, err := old.With(facts, station.FromFile, at)
	st.Version = old.Version + 1
	d.Station, d.After = st.ID, st.Version
	return change{seq, &st, &d}, err
}

// wanted are the lines that would do something, by their keys.
func wanted(lines []list.Line) map[string][]int {
	keys := map[string][]int{}
	for i, l := range lines {
		if l.Left == leftOut || l.Action != list.WillAdd && l.Action != list.WillUpdate {
			continue
		}
		for _, k := range l.Keys() {
			keys[k] = append(keys[k], i)
		}
	}
	return keys
}

// lateLines says which lines came too late: since their work began, somebody
// added or changed a station of one of their names or codes, and something else would
// be done with them by now.
func (s *Service) lateLines(ctx context.Context, tx *op.Tx, b Batch, keys map[string][]int) (map[int]string, error) {
	late := map[int]string{}
	ids, _, err := s.tables.Changed(ctx, tx, b.Work.base)
	if err != nil || len(ids) == 0 {
		return late, err
	}
	changed, err := s.tables.Many(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	affected := map[int]bool{}
	var names []string
	for _, st := range changed {
		for _, k := range append(st.NameKeys(), station.CodeKey(st.Code)) {
			for _, i := range keys[k] {
				affected[i] = true
				names = append(names, b.Lines[i].Keys()...)
			}
		}
	}
	slices.Sort(names)
	there, err := s.there(ctx, tx, slices.Compact(names))
	for i := range affected {
		if l := b.Lines[i]; l.Differs(l.Anew(there)) {
			late[i] = "import.changed_meanwhile"
		}
	}
	return late, err
}

// undoOn prepares how the stations of an applied import were, and takes all of
// that over.
func (s *Service) undoOn(ctx context.Context, b Batch) error {
	rows, err := s.rows(ctx, b.ID)
	if err == nil && b.Work.Done == 0 {
		b.Work.base, err = s.number(ctx)
	}
	if err != nil {
		return err
	}
	for from := b.Work.Done; from < len(rows); from = b.Work.Done {
		to := min(from+s.few, len(rows))
		changes, err := s.reversed(ctx, rows[from:to])
		if err != nil {
			return err
		}
		if err := s.step(ctx, b, to, func(tx *op.Tx) error { return keepChanges(ctx, tx, b.ID, changes) }); err != nil {
			return err
		}
	}
	bySeq := map[int]doneRow{}
	for _, d := range rows {
		bySeq[d.seq] = d
	}
	return s.publish(ctx, b, takeover{
		state: Undone,
		late:  func(tx *op.Tx) (map[int]string, error) { return s.lateUses(ctx, tx, b.Work.base, rows) },
		left: func(seq int, why string) doneRow {
			d := bySeq[seq]
			d.Why = why // kept beside what was done
			return d
		},
	})
}

// number is the number of the last change of any station.
func (s *Service) number(ctx context.Context) (int64, error) {
	return op.List(ctx, s.desk, station.ImportSee, func(tx *op.Tx, _ op.Scope) (int64, error) {
		_, last, err := s.tables.Changed(ctx, tx, math.MaxInt64)
		return last, err
	})
}

func (s *Service) rows(ctx context.Context, id ID) ([]doneRow, error) {
	return op.List(ctx, s.desk, station.ImportSee, func(tx *op.Tx, _ op.Scope) ([]doneRow, error) { return doneRows(ctx, tx, id) })
}

// reversed says how the stations of applied rows were before.
func (s *Service) reversed(ctx context.Context, rows []doneRow) ([]change, error) {
	ids := make([]station.ID, len(rows))
	for i, d := range rows {
		ids[i] = d.Station
	}
	var stations map[station.ID]station.Station
	used, err := op.List(ctx, s.desk, station.ImportSee, func(tx *op.Tx, _ op.Scope) (used map[station.ID]bool, err error) {
		if stations, err = s.tables.Many(ctx, tx, ids); err != nil {
			return nil, err
		}
		return s.tables.Used(ctx, tx, ids)
	})
	if err != nil {
		return nil, err
	}
	all := make([]change, len(rows))
	for i, d := range rows {
		st := stations[d.Station]
		if !s.mayEdit(authz.From(ctx), st) {
			d.Why = list.Outside
			all[i] = change{seq: d.seq, done: &d}
		} else if all[i], err = s.backwards(d, st, used[d.Station]); err != nil {
			return nil, fmt.Errorf("row %d: %w", d.Row, err)
		}
	}
	return all, nil
}

// backwards is the station of an applied row as it was: closed, or with the
// facts of before.
func (s *Service) backwards(d doneRow, st station.Station, used bool) (change, error) {
	at := s.desk.Now()
	switch d.Why = ""; {
	case !st.InUse(), st.Version != d.After:
		d.Why = "import.changed_meanwhile"
	case d.Action == list.WillAdd && used:
		d.Why = "import.used_meanwhile"
	}
	if d.Why != "" {
		return change{seq: d.seq, done: &d}, nil
	}
	var err error
	if d.Action == list.WillAdd {
		st.ClosedAt, st.ClosedWhy, st.ChangedAt = at, "导入撤销", at
	} else {
		if st, err = st.With(*d.Before, d.By, at); !d.HoursAt.IsZero() {
			st.HoursAt, st.HoursBy = d.HoursAt, d.By // they are as old as they were
		}
	}
	st.Version++
	return change{seq: d.seq, next: &st}, err
}

// lateUses says which added stations were used since the work began.
func (s *Service) lateUses(ctx context.Context, tx *op.Tx, base int64, rows []doneRow) (map[int]string, error) {
	ids, _, err := s.tables.Changed(ctx, tx, base)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	used, err := s.tables.Used(ctx, tx, ids)
	late := map[int]string{}
	for _, d := range rows {
		if d.Action == list.WillAdd && used[d.Station] {
			late[d.seq] = "import.used_meanwhile"
		}
	}
	return late, err
}
