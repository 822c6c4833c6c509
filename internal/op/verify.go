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

// VerifyAnchors holds every anchor against its signature, the anchor before it
// and the audit rows that it seals, and returns the newest of each group. What
// it finds beyond [VerifyAudit]: a root removed with its whole chain, a chain cut
// short together with its head, and a chain written anew from some row on.
func VerifyAnchors(ctx context.Context, tx *db.Tx, public ed25519.PublicKey) (seen int64, last []Anchor, breaks []Break, err error) {
	for _, g := range Groups {
		w := anchorWalk{public: public, before: Anchor{Group: g, Hash: genesis}, told: map[string]bool{}}
		for more := true; more; {
			if more, err = w.page(ctx, tx); err != nil {
				return seen, last, breaks, err
			}
		}
		seen, breaks = seen+w.seen, append(breaks, w.breaks...)
		if w.seen > 0 {
			last = append(last, w.before)
		}
	}
	return seen, last, breaks, nil
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
	told   map[string]bool // roots whose fault was told: one is enough
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
