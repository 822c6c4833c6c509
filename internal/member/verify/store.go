package verify

import (
	"context"
	"slices"

	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
)

// Doubtful is the condition on rows m that their check is an open one.
const Doubtful = `exists (select 1 from member_realname rn where rn.member_id = m.member_id and rn.state in ('mismatch', 'no_record'))`

// row is a standing as it is kept.
type row struct {
	Standing
	print string
	ask   string
	next  int64
}

// Of returns how the checks of some records stand; who is in none has none.
func Of(ctx context.Context, tx *op.Tx, which ...string) (map[string]Standing, error) {
	all := map[string]Standing{}
	rows, err := kept(ctx, tx, which)
	for id, r := range rows {
		all[id] = r.Standing
	}
	return all, err
}

const atOnce = 200 // how many records one statement names

func kept(ctx context.Context, tx *op.Tx, which []string) (map[string]row, error) {
	all := map[string]row{}
	for some := range slices.Chunk(which, atOnce) {
		var args db.Args
		err := tx.Each(ctx, `select member_id, print, ask_id, state, source, tries, coalesce(next_at, 0), checked_at, fixes, wanted, wanted_by, wanted_at, seen_by, seen_at, note
			from member_realname where member_id in `+db.In(&args, some), args, func(r db.Row) error {
			var id string
			var k row
			err := r.Scan(&id, &k.print, &k.ask, &k.State, &k.Source, &k.Tries, &k.next, db.Time(&k.CheckedAt), &k.Fixes, &k.Wanted, &k.WantedBy, db.Time(&k.WantedAt), &k.SeenBy, db.Time(&k.SeenAt), &k.Note)
			all[id] = k
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// put stores what is known of a record's check, whatever was known before.
func put(ctx context.Context, tx *op.Tx, which member.ID, k row) error {
	next := any(k.next)
	if k.State != Due {
		next = nil
	}
	if k.State == Match || k.State == Seen {
		if err := written(ctx, tx, which, 0); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		insert into member_realname (member_id, print, ask_id, state, source, since, tries, next_at, checked_at, fixes, wanted, wanted_by, wanted_at, seen_by, seen_at, note)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		on conflict (member_id) do update set print = excluded.print, ask_id = excluded.ask_id, state = excluded.state, source = excluded.source, tries = excluded.tries,
			next_at = excluded.next_at, checked_at = excluded.checked_at, fixes = excluded.fixes, wanted = excluded.wanted, wanted_by = excluded.wanted_by, wanted_at = excluded.wanted_at,
			seen_by = excluded.seen_by, seen_at = excluded.seen_at, note = excluded.note`,
		string(which), k.print, k.ask, string(k.State), k.Source, tx.Now().UnixMicro(), k.Tries, next, db.Micros(k.CheckedAt), k.Fixes, k.Wanted, k.WantedBy, db.Micros(k.WantedAt), k.SeenBy, db.Micros(k.SeenAt), k.Note)
	return err
}

// written notes whether a member wrote the identity number anew, and nobody looked so far.
func written(ctx context.Context, tx *op.Tx, which member.ID, own int) error {
	_, err := tx.Exec(ctx, `update member set doc_own = $2 where member_id = $1`, string(which), own)
	return err
}

// Numbered reports whether an identity number is that of a worker's record at which a
// union looked: who joined, and did not write it anew since. number "": whether there is any.
func (s *Service) Numbered(ctx context.Context, tx *op.Tx, worker, number string) (bool, error) {
	var n int
	err := tx.One(ctx, `select count(*) from member m where m.person_id = $1 and m.number <> '' and m.doc_own = 0 and m.doc_index <> '' and ($2 = '' or m.doc_index = $2)`,
		[]any{worker, s.Members.Index("document", number)}, &n)
	return n > 0, err
}

// held is one, for an act that goes by it: until the transaction ends nobody else's does.
func held(ctx context.Context, tx *op.Tx, which member.ID) (row, error) {
	if err := tx.Lock(ctx, "realname "+string(which)); err != nil {
		return row{}, err
	}
	return one(ctx, tx, which)
}

// one is what is known of one record's check.
func one(ctx context.Context, tx *op.Tx, which member.ID) (row, error) {
	all, err := kept(ctx, tx, []string{string(which)})
	return all[string(which)], err
}

// again lines a record up anew. How often it was written anew is not forgotten.
func (k row) again(print string, now int64) row {
	return row{Standing: Standing{State: Due, Fixes: k.Fixes}, print: print, ask: id.New[string](), next: now}
}

// drop forgets the checks of records.
func drop(ctx context.Context, tx *op.Tx, where string, args ...any) error {
	_, err := tx.Exec(ctx, `delete from member_realname where `+where, args...)
	return err
}
