package op

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
)

// entry is one audit row: who did what to which root, when and why.
type entry struct {
	root    string
	seq     int64
	at      int64
	subject string
	kind    string
	action  string
	purpose string
	note    string
}

// genesis stands before the first row of every chain.
var genesis = make([]byte, sha256.Size)

// digest chains e to the row before it. Every field goes in with its length,
// so that no two rows can look alike.
func (e entry) digest(prev []byte) []byte {
	h := sha256.New()
	h.Write(prev)
	for _, n := range []int64{e.seq, e.at} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) //nolint:gosec // the bits are what counts
	}
	for _, s := range []string{e.root, e.subject, e.kind, e.action, e.purpose, e.note} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(s))))
		h.Write([]byte(s))
	}
	return h.Sum(nil)
}

// record writes the audit row of act on o and the events of the transaction.
func (tx *Tx) record(ctx context.Context, act authz.Action, o authz.Object) error {
	note, err := json.Marshal(tx.note)
	if err != nil {
		return err
	}
	if err := tx.audit(ctx, o, act, string(note)); err != nil {
		return err
	}
	for _, p := range tx.events {
		root := p.root
		if root.ID == "" {
			root = o
		}
		if err := tx.post(ctx, root, p.event); err != nil {
			return err
		}
	}
	tx.events = nil
	return nil
}

// Also records that the operation touched another root, with what it tells
// about it. An import, say, touches many.
func (tx *Tx) Also(ctx context.Context, act authz.Action, o authz.Object, events ...Event) error {
	if err := tx.audit(ctx, o, act, "{}"); err != nil {
		return err
	}
	for _, e := range events {
		if err := tx.post(ctx, o, e); err != nil {
			return err
		}
	}
	return nil
}

// AlsoAll records that the operation touched other roots of one group, by their
// ids, each named once. They are told by what the operation emits; an event for
// each would keep everybody else's waiting for minutes.
func (tx *Tx) AlsoAll(ctx context.Context, act authz.Action, group string, ids []string) error {
	if !slices.Contains(Groups, group) {
		return fmt.Errorf("op: %s on roots of unknown group %q", act, group)
	}
	for some := range slices.Chunk(ids, 100) { // SQLite looks each parameter up among all others
		if err := tx.auditAll(ctx, act, group, some); err != nil {
			return err
		}
	}
	return nil
}

// auditAll writes one row in each chain. The heads are moved on first, which
// holds them against everybody else, and get their hashes once these are known.
func (tx *Tx) auditAll(ctx context.Context, act authz.Action, group string, ids []string) error {
	var args db.Args
	none := args.Add(genesis)
	heads := make([]string, len(ids))
	for i, id := range ids {
		heads[i] = "(" + args.Add(id) + ", 1, " + none + ")"
	}
	e := tx.entry(act, "", "{}")
	var rows, hashes []string
	var rowArgs, hashArgs db.Args
	same := strings.Join([]string{rowArgs.Add(e.at), rowArgs.Add(e.subject), rowArgs.Add(e.kind), rowArgs.Add(e.action), rowArgs.Add(e.purpose), rowArgs.Add(e.note)}, ", ")
	err := tx.Each(ctx, `
		insert into `+group+`_audit_head (root_id, seq, hash) values `+strings.Join(heads, ", ")+`
		on conflict (root_id) do update set seq = `+group+`_audit_head.seq + 1
		returning root_id, seq, hash`, args, func(r db.Row) error {
		var prev []byte
		if err := r.Scan(&e.root, &e.seq, &prev); err != nil {
			return err
		}
		hash := e.digest(prev)
		root, seq := rowArgs.Add(e.root), rowArgs.Add(e.seq)
		rows = append(rows, "("+strings.Join([]string{root, seq, same, rowArgs.Add(prev), rowArgs.Add(hash)}, ", ")+")")
		hashes = append(hashes, db.In(&hashArgs, []any{e.root, e.seq, hash}))
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into `+group+`_audit (`+auditColumns+`) values `+strings.Join(rows, ", "), rowArgs...); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into `+group+`_audit_head (root_id, seq, hash) values `+strings.Join(hashes, ", ")+`
		on conflict (root_id) do update set hash = excluded.hash`, hashArgs...)
	return err
}

// auditColumns are the columns of an audit row, in the order of [entry.values].
const auditColumns = `root_id, seq, at, subject, kind, action, purpose, note, prev, hash`

func (e entry) values(prev, hash []byte) []any {
	return []any{e.root, e.seq, e.at, e.subject, e.kind, e.action, e.purpose, e.note, prev, hash}
}

// entry is the audit row of an act of this transaction on a root.
func (tx *Tx) entry(act authz.Action, root, note string) entry {
	subject := tx.Subject.ID
	if subject == "" {
		subject = tx.Subject.Name // a job's or a command's name
	}
	return entry{root: root, at: tx.Now().UnixMicro(), subject: subject, kind: string(tx.Subject.Kind), action: string(act), purpose: tx.purpose, note: note}
}

func (tx *Tx) audit(ctx context.Context, o authz.Object, act authz.Action, note string) error {
	if !slices.Contains(Groups, o.Group) {
		return fmt.Errorf("op: %s on a %s of unknown group %q", act, o.Kind, o.Group)
	}
	e := tx.entry(act, o.ID, note)
	var prev []byte
	err := tx.One(ctx, `
		insert into `+o.Group+`_audit_head (root_id, seq, hash) values ($1, 1, $2)
		on conflict (root_id) do update set seq = `+o.Group+`_audit_head.seq + 1
		returning seq, hash`, []any{e.root, genesis}, &e.seq, &prev)
	if err != nil {
		return err
	}
	hash := e.digest(prev)
	_, err = tx.Exec(ctx, `
		insert into `+o.Group+`_audit (`+auditColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, e.values(prev, hash)...)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update `+o.Group+`_audit_head set hash = $2 where root_id = $1`, e.root, hash)
	return err
}

func (tx *Tx) post(ctx context.Context, root authz.Object, e Event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into `+root.Group+`_outbox (root_id, id, at, name, body, tries, due_at, done_at, fault)
		values ($1, $2, $3, $4, $5, 0, $3, null, '')`,
		root.ID, id.New[string](), tx.Now().UnixMicro(), e.EventName(), string(body))
	return err
}

// Break is a place where an audit chain does not hold.
type Break struct {
	Group, Root string
	Seq         int64
	Why         string
}

// VerifyAudit walks every audit chain and reports each break: a row edited,
// removed, added or reordered, and a head that disagrees with its last row.
func VerifyAudit(ctx context.Context, tx *db.Tx) (rows int64, breaks []Break, err error) {
	for _, g := range Groups {
		n, b, err := verifyGroup(ctx, tx, g)
		if err != nil {
			return rows, breaks, err
		}
		rows, breaks = rows+n, append(breaks, b...)
	}
	return rows, breaks, nil
}

type link struct {
	entry
	prev, hash []byte
}

// verifyGroup reads the rows chain by chain, each with its chain's head beside
// it, so that it holds one row at a time however many chains there are.
func verifyGroup(ctx context.Context, tx *db.Tx, group string) (rows int64, breaks []Break, err error) {
	bad := func(root string, seq int64, why string) { breaks = append(breaks, Break{group, root, seq, why}) }
	var last, head link
	ended := func() { // the chain of last, which head speaks of
		switch {
		case last.root == "":
		case head.hash == nil:
			bad(last.root, last.seq, "has no head")
		case last.seq != head.seq || !bytes.Equal(last.hash, head.hash):
			bad(last.root, head.seq, fmt.Sprintf("the head says %d rows and there are %d", head.seq, last.seq))
		}
	}
	err = tx.Each(ctx, `
		select a.root_id, a.seq, a.at, a.subject, a.kind, a.action, a.purpose, a.note, a.prev, a.hash, coalesce(h.seq, 0), h.hash
		from `+group+`_audit a left join `+group+`_audit_head h on h.root_id = a.root_id order by a.root_id, a.seq`, nil, func(r db.Row) error {
		var l, its link
		if err := r.Scan(&l.root, &l.seq, &l.at, &l.subject, &l.kind, &l.action, &l.purpose, &l.note, &l.prev, &l.hash, &its.seq, &its.hash); err != nil {
			return err
		}
		rows++
		before := last
		if l.root != last.root {
			ended()
			before = link{hash: genesis}
		}
		if why := l.after(before); why != "" {
			bad(l.root, l.seq, why)
		}
		last, head = l, its
		return nil
	})
	if err != nil {
		return rows, breaks, err
	}
	ended()
	return rows, breaks, tx.Each(ctx, `
		select h.root_id, h.seq from `+group+`_audit_head h
		where not exists (select 1 from `+group+`_audit a where a.root_id = h.root_id) order by h.root_id`, nil, func(r db.Row) error {
		err := r.Scan(&head.root, &head.seq)
		bad(head.root, head.seq, fmt.Sprintf("the head says %d rows and there are 0", head.seq))
		return err
	})
}

// after says why l cannot follow the row before it in its chain, or "".
func (l link) after(before link) string {
	switch {
	case l.seq != before.seq+1:
		return fmt.Sprintf("row %d follows row %d", l.seq, before.seq)
	case !bytes.Equal(l.prev, before.hash):
		return "does not continue the row before it"
	case !bytes.Equal(l.hash, l.digest(l.prev)):
		return "was changed after it was written"
	}
	return ""
}
