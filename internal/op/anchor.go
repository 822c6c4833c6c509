package op

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/db"
)

const (
	// sealLag is how long after the end of an hour it is sealed. Acts take
	// seconds, so almost every row of the hour is there by then.
	sealLag = 5 * time.Minute
	// sealOverlap is how far each run looks back for rows that came later still:
	// from a slow act, or from a machine whose clock is behind.
	sealOverlap = 2 * time.Hour
	// sealHeads bounds an anchor and the memory to make it; a busier hour gets several.
	sealHeads = 4096
	sealPage  = 2000
)

// Anchor seals the audit chains of a group that grew in an hour. It holds the
// newest row of each; since rows are chained, that seals all rows before it. The
// hour is when the rows were found, not what their times say: a row that comes
// late goes into the next anchor, and no anchor is ever made again.
type Anchor struct {
	Group     string
	Seq       int64
	Since     time.Time // of the oldest row that this anchor is the first to seal
	Until     time.Time // what came before it is sealed
	Size      int64     // number of chains
	Root      []byte    // of the Merkle tree over their newest rows, as in RFC 6962
	Prev      []byte    // hash of the anchor before
	Hash      []byte    // of the text
	Signature []byte    // over the text, by Ed25519
	heads     []byte
}

// Text is what is hashed and signed.
func (a Anchor) Text() string {
	return fmt.Sprintf("nuanxin audit anchor 1\n%s\n%d\n%d\n%d\n%d\n%x\n%x\n",
		a.Group, a.Seq, a.Since.UnixMicro(), a.Until.UnixMicro(), a.Size, a.Root, a.Prev)
}

// head is the newest row of a chain when it was sealed: a leaf of the tree.
type head struct {
	root string
	seq  int64
	hash []byte
}

// headLen is the length of a packed head: id (16), number (8), hash.
const headLen = 16 + 8 + sha256.Size

func (h head) pack() ([]byte, error) {
	b, err := hex.DecodeString(strings.ReplaceAll(h.root, "-", ""))
	if err != nil || len(b) != 16 || len(h.hash) != sha256.Size {
		return nil, fmt.Errorf("op: the audit row %d of %q cannot be sealed", h.seq, h.root)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(h.seq)) //nolint:gosec // the bits are what counts
	return append(b, h.hash...), nil
}

func unpack(b []byte) head {
	root := fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
	return head{root, int64(binary.BigEndian.Uint64(b[16:])), b[24:headLen]} //nolint:gosec // the bits of pack
}

// merkle is the tree hash of RFC 6962: leaves and nodes are told apart, so that
// no node passes for a leaf.
func merkle(leaves [][]byte) []byte {
	var sum [sha256.Size]byte
	switch n := len(leaves); n {
	case 0:
		sum = sha256.Sum256(nil)
	case 1:
		sum = sha256.Sum256(append([]byte{0}, leaves[0]...))
	default:
		left := 1 << (bits.Len(uint(n-1)) - 1)
		sum = sha256.Sum256(slices.Concat([]byte{1}, merkle(leaves[:left]), merkle(leaves[left:])))
	}
	return sum[:]
}

// SealAudit seals every hour of every group that is over and not sealed yet. It
// may be stopped anywhere and run by several processes at once: an anchor is one
// row, and of two with one number the database takes the first. An hour in which
// nothing happened gets no anchor: an empty one would say nothing that the next
// one does not.
func SealAudit(ctx context.Context, d *db.DB, key ed25519.PrivateKey) error {
	var errs []error
	for _, g := range Groups {
		errs = append(errs, sealGroup(ctx, d, key, g))
	}
	return errors.Join(errs...)
}

func sealGroup(ctx context.Context, d *db.DB, key ed25519.PrivateKey, group string) error {
	closed := d.Clock().Now().Add(-sealLag).Truncate(time.Hour)
	s := slice{group: group, until: closed.UnixMicro(), root: "00000000-0000-0000-0000-000000000000"}
	last := Anchor{Group: group, Prev: genesis, Hash: genesis, Until: time.UnixMicro(0)}
	err := d.View(ctx, func(tx *db.Tx) (err error) {
		if last, err = newest(ctx, tx, last); err != nil || !closed.After(last.Until) {
			return err
		}
		s.at = max(0, last.Until.Add(-sealOverlap).UnixMicro())
		s.sealed, err = sealedSince(ctx, tx, group, s.at)
		return err
	})
	for err == nil && closed.After(last.Until) && !s.done {
		if err = d.View(ctx, func(tx *db.Tx) error { return s.read(ctx, tx) }); err != nil || len(s.heads) == 0 {
			return err
		}
		next := Anchor{Group: group, Seq: last.Seq + 1, Prev: last.Hash, Since: time.UnixMicro(s.since), Until: closed}
		if !s.done { // there is more: as far as was read
			next.Until = later(last.Until, time.UnixMicro(s.at))
		}
		if err = next.sign(slices.Collect(maps.Values(s.heads)), key); err == nil {
			err = d.Update(ctx, func(tx *db.Tx) error { return next.insert(ctx, tx) })
		}
		last = next
	}
	if db.IsUnique(err) {
		return nil // another process sealed it just now
	}
	return err
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// slice collects heads of rows that no anchor seals yet, in the order of time.
type slice struct {
	group   string
	sealed  map[string]int64 // newest sealed row by root, where the last anchors tell
	at, seq int64            // the row read last: where to go on
	root    string
	until   int64
	heads   map[string]head
	since   int64
	done    bool
}

func (s *slice) read(ctx context.Context, tx *db.Tx) error {
	s.heads, s.since = map[string]head{}, 0
	for len(s.heads) < sealHeads && !s.done {
		n := 0
		err := tx.Each(ctx, `
			select at, root_id, seq, hash from `+s.group+`_audit
			where (at, root_id, seq) > ($1, $2, $3) and at < $4
			order by at, root_id, seq limit $5`, []any{s.at, s.root, s.seq, s.until, sealPage}, func(r db.Row) error {
			var h head
			if err := r.Scan(&s.at, &h.root, &h.seq, &h.hash); err != nil {
				return err
			}
			n++
			s.root, s.seq = h.root, h.seq
			if h.seq <= s.sealed[h.root] {
				return nil
			}
			if len(s.heads) == 0 {
				s.since = s.at
			}
			if h.seq > s.heads[h.root].seq {
				s.heads[h.root] = h
			}
			return nil
		})
		if err != nil {
			return err
		}
		s.done = n < sealPage
	}
	return nil
}

// sign fills in the tree over heads and all that follows from it.
func (a *Anchor) sign(heads []head, key ed25519.PrivateKey) error {
	leaves := make([][]byte, len(heads))
	for i, h := range heads {
		var err error
		if leaves[i], err = h.pack(); err != nil {
			return err
		}
	}
	slices.SortFunc(leaves, bytes.Compare)
	a.Size, a.Root, a.heads = int64(len(leaves)), merkle(leaves), bytes.Join(leaves, nil)
	hash := sha256.Sum256([]byte(a.Text()))
	a.Hash, a.Signature = hash[:], ed25519.Sign(key, []byte(a.Text()))
	return nil
}

func (a *Anchor) insert(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `
		insert into audit_anchor (name, seq, since, until, size, heads, root, prev, hash, signature)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		a.Group, a.Seq, a.Since.UnixMicro(), a.Until.UnixMicro(), a.Size, a.heads, a.Root, a.Prev, a.Hash, a.Signature)
	return err
}

const anchorColumns = `seq, since, until, size, heads, root, prev, hash, signature`

func (a *Anchor) scan(r db.Row) error {
	return r.Scan(&a.Seq, db.Time(&a.Since), db.Time(&a.Until), &a.Size, &a.heads, &a.Root, &a.Prev, &a.Hash, &a.Signature)
}

// newest returns the group's newest anchor, or none when there is not any.
func newest(ctx context.Context, tx *db.Tx, none Anchor) (Anchor, error) {
	err := tx.Each(ctx, `select `+anchorColumns+` from audit_anchor where name = $1 order by seq desc limit 1`, []any{none.Group}, none.scan)
	return none, err
}

// sealedSince returns the newest row of each chain that was sealed after a time.
func sealedSince(ctx context.Context, tx *db.Tx, group string, at int64) (map[string]int64, error) {
	sealed := map[string]int64{}
	err := tx.Each(ctx, `select heads from audit_anchor where name = $1 and until > $2`, []any{group, at}, func(r db.Row) error {
		var all []byte
		if err := r.Scan(&all); err != nil {
			return err
		}
		for b := range slices.Chunk(all, headLen) {
			if len(b) == headLen {
				h := unpack(b)
				sealed[h.root] = max(sealed[h.root], h.seq)
			}
		}
		return nil
	})
	return sealed, err
}
