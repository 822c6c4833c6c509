package crash_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// traces is everything that acts have left in a database. Keys are a client's
// id and a root's id.
type traces struct {
	acts    map[string]traceAct // by client
	effects map[string]int
	audits  map[string]int // of acts
	events  map[string]int
	reads   map[string]int // audit rows of sensitive reads, by purpose
	also    map[string]int // audit rows of second roots, by root
	counts  map[string]int // what each thing says of itself
}

type traceAct struct {
	outcome, root string
	answer        answer
}

// verify compares acks with the database and the database with itself, and
// returns everything that is wrong.
func verify(ctx context.Context, tx *db.Tx, acks []ack) (wrong []string, err error) {
	if wrong, err = tx.Integrity(ctx); err != nil || len(wrong) > 0 {
		return wrong, err
	}
	_, breaks, err := op.VerifyAudit(ctx, tx)
	if err != nil {
		return wrong, err
	}
	for _, b := range breaks {
		wrong = append(wrong, fmt.Sprintf("audit: %+v", b))
	}
	t, err := read(ctx, tx)
	if err != nil {
		return wrong, err
	}
	return append(append(wrong, t.lost(acks)...), t.halves()...), nil
}

// lost are the acknowledged acts that are not as they were acknowledged.
func (t traces) lost(acks []ack) (wrong []string) {
	for _, a := range acks {
		act := t.acts[a.Client]
		switch {
		case a.Outcome == "read" && t.reads[a.Client] == 0:
			wrong = append(wrong, "lost: the audit row of sensitive read "+a.Client)
		case a.Outcome == "read":
		case act.outcome == "":
			wrong = append(wrong, "lost: act "+a.Client)
		case act.outcome != a.Outcome || act.answer.N != a.N:
			wrong = append(wrong, fmt.Sprintf("changed: act %s was answered %s %d and now says %s %d", a.Client, a.Outcome, a.N, act.outcome, act.answer.N))
		}
	}
	return wrong
}

// halves are acts with a part missing, doubled or without the rest.
func (t traces) halves() (wrong []string) {
	whole, first := map[string]int{}, map[string]int{}
	alsos, counts := map[string]int{}, map[string]int{}
	for client, a := range t.acts {
		if a.outcome != "done" {
			continue
		}
		whole[client+" "+a.root]++
		first[client+" "+a.root]++
		counts[a.root]++
		if other := a.answer.Other; other != "" {
			whole[client+" "+other]++
			alsos[other]++
			counts[other]++
		}
	}
	for _, part := range []struct {
		name      string
		got, want map[string]int
	}{
		{"effects", t.effects, whole},
		{"events", t.events, whole},
		{"audit rows", t.audits, first},
		{"audit rows of second things", t.also, alsos},
		{"counts of things", t.counts, counts},
	} {
		both := maps.Clone(part.want)
		maps.Copy(both, part.got)
		for _, k := range slices.Sorted(maps.Keys(both)) {
			if part.got[k] != part.want[k] {
				wrong = append(wrong, fmt.Sprintf("half: %d %s of %s, want %d", part.got[k], part.name, k, part.want[k]))
			}
		}
	}
	return wrong
}

func read(ctx context.Context, tx *db.Tx) (t traces, err error) {
	t = traces{map[string]traceAct{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}}
	err = tx.Each(ctx, `select client_id, outcome, root_id, result from act`, nil, func(r db.Row) error {
		var client, result string
		var a traceAct
		if err := r.Scan(&client, &a.outcome, &a.root, &result); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(result), &a.answer)
		t.acts[client] = a
		return err
	})
	if err != nil {
		return t, err
	}
	if err = tally(ctx, tx, `select client_id, root_id, 1 from effect`, t.effects); err != nil {
		return t, err
	}
	if err = tally(ctx, tx, `select id, '', n from thing where n > 0`, t.counts); err != nil {
		return t, err
	}
	for _, g := range []string{"request", "station"} {
		if err = t.group(ctx, tx, g); err != nil {
			return t, err
		}
	}
	return t, nil
}

// group reads the audit and the outbox of one group of tables.
func (t traces) group(ctx context.Context, tx *db.Tx, group string) error {
	if err := tally(ctx, tx, `select purpose, '', 1 from `+group+`_audit where action = 'thing.peek'`, t.reads); err != nil {
		return err
	}
	if err := tally(ctx, tx, `select root_id, '', 1 from `+group+`_audit where action = 'thing.also'`, t.also); err != nil {
		return err
	}
	if err := noted(ctx, tx, `select note, root_id from `+group+`_audit where action = 'thing.add'`, t.audits); err != nil {
		return err
	}
	return noted(ctx, tx, `select body, root_id from `+group+`_outbox`, t.events)
}

// tally adds up the third column by the first two.
func tally(ctx context.Context, tx *db.Tx, query string, into map[string]int) error {
	return tx.Each(ctx, query, nil, func(r db.Row) error {
		var a, b string
		var n int
		err := r.Scan(&a, &b, &n)
		if b != "" {
			a += " " + b
		}
		into[a] += n
		return err
	})
}

// noted counts by the client in the first column's JSON and the second column.
func noted(ctx context.Context, tx *db.Tx, query string, into map[string]int) error {
	return tx.Each(ctx, query, nil, func(r db.Row) error {
		var text, root string
		if err := r.Scan(&text, &root); err != nil {
			return err
		}
		var e added
		err := json.Unmarshal([]byte(text), &e)
		into[e.Client+" "+root]++
		return err
	})
}
