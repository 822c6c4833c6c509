package keys

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"nuanxin/internal/blob"
	"nuanxin/internal/db"
	"nuanxin/internal/seal"
)

// Proof is what [Vault.Verify] found.
type Proof struct {
	Values int64    `json:"values"` // that open, in the database
	Files  int64    `json:"files"`  // that open
	Wrong  []string `json:"wrong"`  // places whose value does not open
}

// Verify opens everything. Nothing of what it opens leaves it.
func (v Vault) Verify(ctx context.Context) (p Proof, err error) {
	p.Wrong = []string{}
	err = v.each(ctx, func(some []value) error {
		for _, one := range some {
			if _, err := v.open(one); err != nil {
				p.Wrong = append(p.Wrong, fmt.Sprintf("%v, key %d", one, seal.KeyOf(one.sealed)))
				continue
			}
			p.Values++
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	return p, v.Blobs.Walk(ctx, func(e blob.Entry) error {
		if e.ID == "" {
			return nil
		}
		if _, err := v.Blobs.Get(ctx, e.ID); err != nil {
			p.Wrong = append(p.Wrong, "file "+string(e.ID))
			return ctx.Err()
		}
		p.Files++
		return nil
	})
}

// Reseal seals everything anew that an older key sealed, or that is not bound to a
// version, and returns how many
// values and files that were. It may be cut off and begun again; who works
// meanwhile waits for a few rows at most. A value that somebody changes in between
// is theirs and stays. tell hears how far it is.
func (v Vault) Reseal(ctx context.Context, tell func(values, files int64)) (values, files int64, err error) {
	now := v.Ring.Current()
	if err := v.note(ctx, Reseal, "key", strconv.FormatUint(uint64(now), 10)); err != nil {
		return 0, 0, err
	}
	err = v.each(ctx, func(some []value) error {
		n, err := v.again(ctx, some, now)
		if values += n; n > 0 {
			tell(values, files)
		}
		return err
	})
	if err != nil {
		return values, files, err
	}
	err = v.Blobs.Walk(ctx, func(e blob.Entry) error {
		if e.ID == "" {
			return nil
		}
		head, err := v.Blobs.Head(ctx, e.ID, seal.HeadLen)
		if err != nil || seal.KeyOf(head) == now && seal.Versioned(head) {
			return err
		}
		if err := v.Blobs.Reseal(ctx, e.ID); err != nil {
			return err
		}
		if files++; files%step == 0 {
			tell(values, files)
		}
		return nil
	})
	return values, files, err
}

// again seals some values anew in one transaction.
func (v Vault) again(ctx context.Context, some []value, now uint32) (n int64, err error) {
	var stale []value
	for _, one := range some {
		if fresh := seal.KeyOf(one.sealed) == now && seal.Versioned(one.sealed); !fresh && !seal.Boxed(one.sealed) { // of what a data key sealed, that key is sealed anew
			stale = append(stale, one)
		}
	}
	if len(stale) == 0 {
		return 0, nil
	}
	err = v.DB.Update(ctx, func(tx *db.Tx) error {
		n = 0
		for _, one := range stale {
			plain, err := v.Ring.Open(one.sealed, one.place())
			if err != nil {
				return fmt.Errorf("%v, key %d: %w", one, seal.KeyOf(one.sealed), err)
			}
			fresh, err := v.Ring.Seal(plain, one.place())
			if err != nil {
				return err
			}
			var args db.Args
			set := args.Add(fresh)
			was := args.Add(one.sealed)
			changed, err := tx.Exec(ctx, `update `+one.table.Table+` set `+one.column+` = `+set+` where `+one.column+` = `+was+
				` and (`+strings.Join(one.key, ", ")+`) = `+db.In(&args, one.at), args...)
			if err != nil {
				return err
			}
			n += changed
		}
		return nil
	})
	return n, err
}
