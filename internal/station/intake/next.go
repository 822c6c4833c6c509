package intake

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/job/long"
	"nuanxin/internal/op"
	"nuanxin/internal/station"
)

// putWork puts work to hand, in the place of tidying up; that is done again
// after it. Tidying up keeps the place of what it tidies up after.
func putWork(ctx context.Context, tx *op.Tx, id ID, w Work) error {
	subject, err := json.Marshal(w.subject)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into station_work (import_id, kind, beside, subject, file, base, done, total, stop, tries, fault, at, ordered_at)
		values ($1, $2, $3, $4, $5, $6, 0, $7, false, 0, '', $8, $8)
		on conflict (import_id) do update set kind = excluded.kind, beside = excluded.beside, subject = excluded.subject, file = excluded.file,
			base = excluded.base, done = 0, total = excluded.total, stop = false, tries = 0, fault = '', at = excluded.at,
			ordered_at = case when excluded.kind = 'tidy' then station_work.ordered_at else excluded.ordered_at end`,
		id, string(w.Kind), w.beside, string(subject), db.Null(w.file), w.base, w.Total, tx.Now().UnixMicro())
	return err
}

// moveWork moves work on from where w says it is, once, or says that somebody
// else did.
func moveWork(ctx context.Context, tx *op.Tx, id ID, w Work, to int) error {
	n, err := tx.Exec(ctx, `update station_work set done = $1, total = $2, base = $3, tries = 0, fault = '', at = $4
		where import_id = $5 and kind = $6 and done = $7 and not stop`, to, w.Total, w.base, tx.Now().UnixMicro(), id, string(w.Kind), w.Done)
	if err == nil && n == 0 {
		err = errMoved
	}
	return err
}

func stopWork(ctx context.Context, tx *op.Tx, id ID) error {
	_, err := tx.Exec(ctx, `update station_work set stop = true, beside = true, tries = 0 where import_id = $1`, id)
	return err
}

func dropWork(ctx context.Context, tx *op.Tx, id ID) error {
	_, err := tx.Exec(ctx, `delete from station_work where import_id = $1`, id)
	return err
}

// troubleWork counts a failure, and keeps what a person is told of it.
func troubleWork(ctx context.Context, tx *op.Tx, id ID, t *Trouble) error {
	text := ""
	if t != nil {
		raw, err := json.Marshal(t)
		if err != nil {
			return err
		}
		text = string(raw)
	}
	_, err := tx.Exec(ctx, `update station_work set tries = tries + 1, fault = $1, at = $2 where import_id = $3`, text, tx.Now().UnixMicro(), id)
	return err
}

// dueWork is work that waits for the background.
type dueWork struct {
	id      ID
	subject authz.Subject
	tries   int
	beside  bool
	clears  bool // it only takes away what was prepared, or found by old words
}

// dueWorks are what was left to the background, and what stood still since
// before in the hands of somebody else, in the order in which it was ordered;
// what waits for a person is not among them. Nobody waits for what only clears up
// and nobody is told if it fails: it is tried until it is done.
func dueWorks(ctx context.Context, tx *op.Tx, before time.Time) ([]dueWork, error) {
	var all []dueWork
	err := tx.Each(ctx, `select import_id, subject, tries, beside, stop or kind = 'tidy' from station_work
		where (stop or kind = 'tidy' or fault = '' and tries < $1) and (beside or at < $2) order by ordered_at, import_id`, []any{long.Patience, before.UnixMicro()}, func(r db.Row) error {
		var one dueWork
		var subject string
		if err := r.Scan(&one.id, &subject, &one.tries, &one.beside, &one.clears); err != nil {
			return err
		}
		all = append(all, one)
		return json.Unmarshal([]byte(subject), &all[len(all)-1].subject)
	})
	return all, err
}

// aheadOf are the imports that the background does before the given one, first
// the one that is being done.
func aheadOf(ctx context.Context, tx *op.Tx, b Batch) ([]Batch, error) {
	return batches(ctx, tx, heads+`w.beside and w.kind <> 'tidy' and (w.stop or w.fault = '' and w.tries < $1)
		and (w.ordered_at, w.import_id) < ($2, $3) order by w.ordered_at, w.import_id`, long.Patience, b.Work.ordered, b.ID)
}

// keepChanges keeps some of what is about to be taken over: the records, by
// what they will be found, and what is to be said of their rows.
func keepChanges(ctx context.Context, tx *op.Tx, id ID, changes []change) error {
	var words, names [][2]string
	var next []change
	for _, c := range changes {
		if c.done != nil {
			if err := saveOutcome(ctx, tx, id, c.seq, *c.done); err != nil {
				return err
			}
		}
		if c.next == nil {
			continue
		}
		next = append(next, c)
		for _, g := range c.next.Grams() {
			words = append(words, [2]string{string(c.next.ID), g})
		}
		for _, k := range c.next.NameKeys() {
			names = append(names, [2]string{string(c.next.ID), k})
		}
	}
	if err := insertNext(ctx, tx, id, next); err != nil {
		return err
	}
	if err := insertPairs(ctx, tx, "station_gram (station_id, gram)", words); err != nil {
		return err
	}
	return insertPairs(ctx, tx, "station_name (station_id, name_key)", names)
}

// Statements hold a few hundred parameters at most: SQLite looks each one up
// among all others.
const (
	recordsAtOnce = 10
	pairsAtOnce   = 200
)

func insertNext(ctx context.Context, tx *op.Tx, id ID, all []change) error {
	for some := range slices.Chunk(all, recordsAtOnce) {
		var args db.Args
		batch := args.Add(id)
		var rows []string
		for _, c := range some {
			values, err := c.next.Values()
			if err != nil {
				return err
			}
			rows = append(rows, "("+batch+", "+args.Add(c.seq)+", "+strings.TrimPrefix(db.In(&args, values), "("))
		}
		_, err := tx.Exec(ctx, `insert into station_next (import_id, seq, `+station.Columns+`) values `+strings.Join(rows, ", "), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// insertPairs adds those of the pairs that are not there.
func insertPairs(ctx context.Context, tx *op.Tx, into string, pairs [][2]string) error {
	for some := range slices.Chunk(pairs, pairsAtOnce) {
		var args db.Args
		rows := make([]string, len(some))
		for i, p := range some {
			rows[i] = "(" + args.Add(p[0]) + ", " + args.Add(p[1]) + ")"
		}
		if _, err := tx.Exec(ctx, `insert into `+into+` values `+strings.Join(rows, ", ")+` on conflict do nothing`, args...); err != nil {
			return err
		}
	}
	return nil
}

// nextRow is what is known of a prepared record.
type nextRow struct {
	seq           int
	first, closes bool // it is added; it is closed
}

func nextRows(ctx context.Context, tx *op.Tx, id ID) (map[station.ID]nextRow, error) {
	all := map[station.ID]nextRow{}
	err := tx.Each(ctx, `select station_id, seq, version = 1, closed_at is not null from station_next where import_id = $1`, []any{id}, func(r db.Row) error {
		var st station.ID
		var n nextRow
		err := r.Scan(&st, &n.seq, &n.first, &n.closes)
		all[st] = n
		return err
	})
	return all, err
}

// takeCodes gives the new stations their codes, and returns those whose code
// somebody else has.
func takeCodes(ctx context.Context, tx *op.Tx, id ID) ([]station.ID, error) {
	_, err := tx.Exec(ctx, `insert into station_code (code, station_id)
		select code, station_id from station_next where import_id = $1 and version = 1 on conflict (code) do nothing`, id)
	if err != nil {
		return nil, err
	}
	return stationIDs(ctx, tx, `select station_id from station_next n where import_id = $1 and version = 1
		and not exists (select 1 from station_code c where c.code = n.code and c.station_id = n.station_id)`, id)
}

// takeNext makes the prepared records the stations', and returns which: those
// whose station is still as it was seen.
func takeNext(ctx context.Context, tx *op.Tx, id ID) ([]station.ID, error) {
	var sets []string
	for _, c := range strings.Split(station.Columns, ",")[1:] {
		c = strings.TrimSpace(c)
		sets = append(sets, c+" = excluded."+c)
	}
	return stationIDs(ctx, tx, `insert into station (`+station.Columns+`) select `+station.Columns+` from station_next where import_id = $1
		on conflict (station_id) do update set `+strings.Join(sets, ", ")+` where station.version = excluded.version - 1
		returning station_id`, id)
}

func stationIDs(ctx context.Context, tx *op.Tx, query string, args ...any) ([]station.ID, error) {
	var ids []station.ID
	err := tx.Each(ctx, query, args, func(r db.Row) error {
		var id station.ID
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// dropNext takes a prepared record away, and returns its station, if there was one.
func dropNext(ctx context.Context, tx *op.Tx, id ID, seq int) ([]station.ID, error) {
	return stationIDs(ctx, tx, `delete from station_next where import_id = $1 and seq = $2 returning station_id`, id, seq)
}

// someNext takes some prepared records away, and returns their stations.
func someNext(ctx context.Context, tx *op.Tx, id ID, limit int) ([]station.ID, error) {
	return stationIDs(ctx, tx, `delete from station_next where import_id = $1
		and seq in (select seq from station_next where import_id = $1 order by seq limit $2) returning station_id`, id, limit)
}

// forgetWords forgets by what a station that never came to be is found.
func forgetWords(ctx context.Context, tx *op.Tx, id station.ID) error {
	if _, err := tx.Exec(ctx, `delete from station_gram where station_id = $1`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from station_name where station_id = $1`, id)
	return err
}
