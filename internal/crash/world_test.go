package crash_test

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

//go:embed testdata/migrate/*.sql
var files embed.FS

// schemas are those of the door and of the little domain of these tests.
func schemas() []fs.FS {
	sub, err := fs.Sub(files, "testdata")
	if err != nil {
		panic(err)
	}
	return []fs.FS{op.Schema, sub}
}

const (
	see  authz.Action = "thing.see"
	add  authz.Action = "thing.add"
	also authz.Action = "thing.also"
	peek authz.Action = "thing.peek"
)

var rules = authz.Rules{see: authz.Program, add: authz.Program, also: authz.Program, peek: authz.Sensitive(authz.Program)}

// thing counts the acts that touched it.
type thing struct{ id string }

func (t thing) AuthzObject() authz.Object {
	group := "request"
	if t.id[len(t.id)-1]&1 == 0 {
		group = "station"
	}
	return authz.Object{Kind: "thing", ID: t.id, Group: group}
}

type added struct {
	Client string `json:"client"`
}

func (added) EventName() string { return "thing.added" }

// roots are the ids of n things.
func roots(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("0190a1b2-0000-7000-8000-%012x", i+1)
	}
	return ids
}

// begin makes the tables and the things.
func begin(ctx context.Context, d *db.DB, ids []string) error {
	if err := d.Migrate(ctx, schemas()...); err != nil {
		return err
	}
	return d.Update(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			if _, err := tx.Exec(ctx, `insert into thing (id, n) values ($1, 0) on conflict (id) do nothing`, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// call is one act that a client wants done.
type call struct {
	Client string // its id
	Kind   string // one of kinds
	Root   string
	Other  string // the second thing that a "two" touches
}

// kinds: one thing changed; two things in one act; an act that is refused after
// it had begun to write; a sensitive read, which leaves an audit row.
var kinds = []string{"add", "add", "add", "add", "two", "refuse", "peek"}

// newCall draws a call; all that is random about it comes from rng.
func newCall(rng *rand.Rand, ids []string) call {
	i := rng.IntN(len(ids))
	return call{
		Client: fmt.Sprintf("%08x-%04x-4000-8000-%012x", rng.Uint32(), rng.Uint32()>>16, rng.Uint64()>>16),
		Kind:   kinds[rng.IntN(len(kinds))],
		Root:   ids[i], Other: ids[(i+1)%len(ids)],
	}
}

// answer is what an act returns, and what is returned for ever.
type answer struct {
	N     int64  `json:"n"`
	Other string `json:"other,omitempty"`
}

// ack is an answer that reached a client: from then on the act must hold.
type ack struct {
	Client  string
	Outcome string // "done", "refused" or "read"
	N       int64  // of an act that is done
}

// send does c through the real door. ok is false when nothing was
// acknowledged, so that nothing is promised.
func (c call) send(ctx context.Context, desk *op.Desk) (a ack, ok bool) {
	ctx = op.With(authz.AsSystem(ctx, "crash"), op.Call{ClientID: c.Client, Digest: c.Kind, Purpose: c.Client})
	find := func(tx *op.Tx) (thing, error) {
		var t thing
		return t, tx.One(ctx, `select id from thing where id = $1`, []any{c.Root}, &t.id)
	}
	if c.Kind == "peek" {
		_, err := op.Read(ctx, desk, peek, find)
		return ack{c.Client, "read", 0}, err == nil
	}
	r, err := op.Write(ctx, desk, add, find, c.do(ctx))
	switch {
	case err == nil:
		return ack{c.Client, "done", r.N}, true
	case fault.Is(err, fault.Conflict):
		return ack{c.Client, "refused", 0}, true
	}
	return ack{}, false
}

func (c call) do(ctx context.Context) func(*op.Tx, thing) (answer, error) {
	return func(tx *op.Tx, t thing) (r answer, err error) {
		if r.N, err = touch(ctx, tx, t.id, c.Client); err != nil {
			return r, err
		}
		tx.Note("client", c.Client)
		tx.Emit(added{c.Client})
		switch c.Kind {
		case "refuse":
			return r, fault.New("thing.add", fault.Conflict, "thing.no")
		case "two":
			r.Other = c.Other
			if _, err = touch(ctx, tx, c.Other, c.Client); err != nil {
				return r, err
			}
			return r, tx.Also(ctx, also, thing{c.Other}.AuthzObject(), added{c.Client})
		}
		return r, nil
	}
}

func touch(ctx context.Context, tx *op.Tx, root, client string) (n int64, err error) {
	if err = tx.One(ctx, `update thing set n = n + 1 where id = $1 returning n`, []any{root}, &n); err != nil {
		return n, err
	}
	_, err = tx.Exec(ctx, `insert into effect (root_id, client_id, n) values ($2, $1, $3)`, client, root, n)
	return n, err
}

// ledger is kept outside the database: what was acknowledged, and what is open.
type ledger struct {
	acks []ack
	open []call // sent, and no answer came: a client sends these again
}

// sent is a call and what came of it; ok is false when no answer came.
type sent struct {
	call
	ack
	ok bool
}

func (l *ledger) sent(s sent) {
	if s.ok {
		l.acks = append(l.acks, s.ack)
	} else {
		l.open = append(l.open, s.call)
	}
}

// again takes a call that was never answered.
func (l *ledger) again(rng *rand.Rand) (c call, ok bool) {
	if len(l.open) == 0 {
		return c, false
	}
	i := rng.IntN(len(l.open))
	c = l.open[i]
	l.open = slices.Delete(l.open, i, i+1)
	return c, true
}
