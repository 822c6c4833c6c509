package twin

import (
	"context"
	"slices"
	"strings"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// match is a pair that was found.
type match struct {
	a, b record
	why  Why
	rank int64
}

// keep stores the pairs of records with those that share something with them.
func keep(ctx context.Context, tx *op.Tx, mine, found []record) error {
	found, err := final(ctx, tx, found)
	if err != nil {
		return err
	}
	var all []match
	done := map[[2]string]bool{}
	for _, a := range mine {
		n := map[Why]int{}
		for _, b := range slices.Backward(found) { // the newest first
			w, rank := why(a, b)
			key := [2]string{min(a.id, b.id), max(a.id, b.id)}
			if w == "" || a.id == b.id || done[key] || again(a, b) || n[w] == mostAlike {
				continue
			}
			n[w]++
			done[key] = true
			all = append(all, match{a, b, w, rank}, match{b, a, w, rank})
		}
	}
	slices.SortFunc(all, func(x, y match) int { // two who find the same store it in one order
		return strings.Compare(x.a.id+x.b.id, y.a.id+y.b.id)
	})
	for some := range slices.Chunk(all, 50) {
		if err := store(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

// final puts in the place of each record that was merged the one that it went into,
// found by what the merged one is.
func final(ctx context.Context, tx *op.Tx, found []record) ([]record, error) {
	for i, r := range found {
		for range 32 { // chains are short; two records never lead to each other
			if r.state != "merged" || r.into == "" {
				break
			}
			next, err := records(ctx, tx, `m.member_id = $1`, db.Args{r.into})
			if err != nil || len(next) == 0 {
				return nil, err
			}
			r.id, r.area, r.state, r.into, r.person = next[0].id, next[0].area, next[0].state, next[0].into, next[0].person
		}
		found[i] = r
	}
	return found, nil
}

// store keeps pairs. One that was decided about stays so, unless what speaks for it
// now is a number and was less before; one that rested is open again.
func store(ctx context.Context, tx *op.Tx, all []match) error {
	var args db.Args
	now := args.Add(tx.Now().UnixMicro())
	var rows []string
	for _, m := range all {
		rows = append(rows, `(`+strings.Join([]string{args.Add(m.a.id), args.Add(m.b.id), args.Add(m.b.area), args.Add(string(m.why)), args.Add(m.rank), `'open'`, now, `null`, `null`, `''`, `''`}, `, `)+`)`)
	}
	sure := args.Add(Sure)
	_, err := tx.Exec(ctx, `
		insert into member_twin (member_id, other_id, other_area, why, rank, state, found_at, handed_at, decided_at, by_name, reason) values `+strings.Join(rows, `, `)+`
		on conflict (member_id, other_id) do update set other_area = excluded.other_area, why = excluded.why,
			rank = case when member_twin.handed_at is null then excluded.rank else excluded.rank - 10 end,
			state = case when member_twin.state = 'rest' or member_twin.state = 'not' and excluded.rank <= `+sure+` and member_twin.rank > `+sure+` then 'open' else member_twin.state end`, args...)
	return err
}
