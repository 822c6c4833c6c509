package op

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"nuanxin/internal/db"
)

// String names the place and what is wrong there.
func (b Break) String() string {
	if b.Root == "" {
		return fmt.Sprintf("%s anchor %d %s", b.Group, b.Seq, b.Why)
	}
	return fmt.Sprintf("%s %s row %d %s", b.Group, b.Root, b.Seq, b.Why)
}

// Proof is what [VerifyAnchors] found.
type Proof struct {
	Anchors int64    // how many there are
	Last    []Anchor // the newest of each group that has any
	Loose   int64    // rows that no anchor seals yet: only their chain holds them
	Breaks  []Break
}

// VerifyAnchors holds every anchor against its signature, the anchor before it
// and the audit rows that it seals. What it finds beyond [VerifyAudit]: a root
// removed with its whole chain, a chain cut short together with its head, a chain
// written anew from some row on, and rows written in later under an old date.
func VerifyAnchors(ctx context.Context, tx *db.Tx, public ed25519.PublicKey) (p Proof, err error) {
	for _, g := range Groups {
		w := anchorWalk{public: public, before: Anchor{Group: g, Hash: genesis}, sealed: map[string]int64{}, told: map[string]bool{}}
		for more := true; more; {
			if more, err = w.page(ctx, tx); err != nil {
				return p, err
			}
		}
		if err := w.rest(ctx, tx); err != nil {
			return p, err
		}
		p.Anchors, p.Loose, p.Breaks = p.Anchors+w.seen, p.Loose+w.loose, append(p.Breaks, w.breaks...)
		if w.seen > 0 {
			p.Last = append(p.Last, w.before)
		}
	}
	var args db.Args
	err = tx.Each(ctx, `select name, seq from audit_anchor where name not in `+db.In(&args, Groups)+` order by name, seq`, args, func(r db.Row) error {
		b := Break{Why: "seals a group that there is not"}
		err := r.Scan(&b.Group, &b.Seq)
		p.Breaks = append(p.Breaks, b)
		return err
	})
	return p, err
}

// HasAnchor reports whether an anchor that was noted elsewhere is still there.
func HasAnchor(ctx context.Context, tx *db.Tx, group string, seq int64, hash []byte) (bool, error) {
	var n int64
	err := tx.One(ctx, `select count(*) from audit_anchor where name = $1 and seq = $2 and hash = $3`, []any{group, seq, hash}, &n)
	return n == 1, err
}

type anchorWalk struct {
	public ed25519.PublicKey
	before Anchor
	seen   int64
	loose  int64
	sealed map[string]int64 // newest sealed row by root
	told   map[string]bool  // roots whose fault was told: one is enough
	breaks []Break
}

// page verifies the next few anchors.
func (w *anchorWalk) page(ctx context.Context, tx *db.Tx) (more bool, err error) {
	const few = 16
	var all []Anchor
	err = tx.Each(ctx, `select `+anchorColumns+` from audit_anchor where name = $1 and seq > $2 order by seq limit $3`,
		[]any{w.before.Group, w.before.Seq, few}, func(r db.Row) error {
			a := Anchor{Group: w.before.Group}
			err := a.scan(r)
			all = append(all, a)
			return err
		})
	for _, a := range all {
		if err == nil {
			err = w.verify(ctx, tx, a)
		}
	}
	return len(all) == few, err
}

func (w *anchorWalk) verify(ctx context.Context, tx *db.Tx, a Anchor) error {
	bad := func(why string) { w.breaks = append(w.breaks, Break{Group: a.Group, Seq: a.Seq, Why: why}) }
	hash := sha256.Sum256([]byte(a.Text()))
	switch {
	case a.Seq != w.before.Seq+1:
		bad(fmt.Sprintf("follows anchor %d: those between are gone", w.before.Seq))
	case !bytes.Equal(a.Prev, w.before.Hash):
		bad("does not continue the anchor before it")
	}
	switch {
	case !ed25519.Verify(w.public, []byte(a.Text()), a.Signature):
		bad("of " + hour(a) + " is not signed by this installation's key as it stands")
	case !bytes.Equal(a.Hash, hash[:]):
		bad("of " + hour(a) + " does not have its own hash")
	}
	leaves := slices.Collect(slices.Chunk(a.heads, headLen))
	if int64(len(leaves)) != a.Size || len(a.heads)%headLen != 0 || !bytes.Equal(a.Root, merkle(leaves)) {
		bad("of " + hour(a) + ": the list of what it seals was changed")
	}
	w.seen, w.before = w.seen+1, a
	for some := range slices.Chunk(leaves, 200) {
		if err := w.compare(ctx, tx, a, some); err != nil {
			return err
		}
	}
	return nil
}

func hour(a Anchor) string { return a.Until.UTC().Format(time.RFC3339) }

// compare holds the rows of the database against those that a sealed.
func (w *anchorWalk) compare(ctx context.Context, tx *db.Tx, a Anchor, leaves [][]byte) error {
	type key struct {
		root string
		seq  int64
	}
	var roots []string
	var seqs []int64
	var heads []head
	for _, b := range leaves {
		if len(b) == headLen {
			h := unpack(b)
			heads, roots, seqs = append(heads, h), append(roots, h.root), append(seqs, h.seq)
			w.sealed[h.root] = max(w.sealed[h.root], h.seq)
		}
	}
	slices.Sort(seqs)
	found := map[key][]byte{}
	var args db.Args
	query := `select root_id, seq, hash from ` + a.Group + `_audit where root_id in ` + db.In(&args, roots) + ` and seq in ` + db.In(&args, slices.Compact(seqs))
	err := tx.Each(ctx, query, args, func(r db.Row) error {
		var k key
		var hash []byte
		err := r.Scan(&k.root, &k.seq, &hash)
		found[k] = hash
		return err
	})
	for _, h := range heads {
		hash, ok := found[key{h.root, h.seq}]
		if err != nil || w.told[h.root] || ok && bytes.Equal(hash, h.hash) {
			continue
		}
		why := fmt.Sprintf("is not the row that anchor %d of %s sealed", a.Seq, hour(a))
		if !ok {
			why, err = gone(ctx, tx, a, h)
		}
		w.told[h.root] = true
		w.breaks = append(w.breaks, Break{a.Group, h.root, h.seq, why})
	}
	return err
}

// gone says how much of a chain is missing.
func gone(ctx context.Context, tx *db.Tx, a Anchor, h head) (why string, err error) {
	var left int64
	err = tx.One(ctx, `select count(*) from `+a.Group+`_audit where root_id = $1`, []any{h.root}, &left)
	if left == 0 {
		return fmt.Sprintf("and all before it are gone: anchor %d of %s sealed them", a.Seq, hour(a)), err
	}
	return fmt.Sprintf("is gone: anchor %d of %s sealed it", a.Seq, hour(a)), err
}

// rest looks at the rows that no anchor seals. Those of the last hours wait for
// the next one. A row that is dated before what the newest anchor looked at
// came more than two hours late, which no act takes: somebody wrote it in, or the
// clock of the machine was that wrong.
func (w *anchorWalk) rest(ctx context.Context, tx *db.Tx) error {
	var roots []string
	err := tx.Each(ctx, `select root_id, seq from `+w.before.Group+`_audit_head`, nil, func(r db.Row) error {
		var h head
		err := r.Scan(&h.root, &h.seq)
		if h.seq > w.sealed[h.root] {
			roots = append(roots, h.root)
		}
		return err
	})
	for some := range slices.Chunk(roots, 200) {
		if err != nil {
			return err
		}
		var args db.Args
		err = tx.Each(ctx, `select root_id, seq, at from `+w.before.Group+`_audit where root_id in `+db.In(&args, some)+` order by root_id, seq`, args, w.late)
	}
	return err
}

func (w *anchorWalk) late(r db.Row) error {
	var h head
	var at time.Time
	if err := r.Scan(&h.root, &h.seq, db.Time(&at)); err != nil || h.seq <= w.sealed[h.root] {
		return err
	}
	w.loose++
	if w.seen > 0 && at.Before(w.before.Until.Add(-sealOverlap)) && !w.told[h.root] {
		w.told[h.root] = true
		w.breaks = append(w.breaks, Break{w.before.Group, h.root, h.seq, fmt.Sprintf("is dated %s, and anchor %d of %s, made after that, does not know it: it was written in later",
			at.UTC().Format(time.RFC3339), w.before.Seq, hour(w.before))})
	}
	return nil
}
