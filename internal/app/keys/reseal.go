package keys

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"nuanxin/internal/app/filekeys"
	"nuanxin/internal/app/tables"
	"nuanxin/internal/blob"
	"nuanxin/internal/db"
	"nuanxin/internal/seal"
)

// Proof is what [Vault.Verify] found.
type Proof struct {
	Values int64    `json:"values"` // that open, in the database
	Files  int64    `json:"files"`  // that open
	Wrong  []string `json:"wrong"`  // places whose value does not open

	Unnamed int64 `json:"unnamed"` // files whose key is gone, or not kept yet; the sweep takes those that stay so
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
		switch open, err := v.opens(ctx, e.ID); {
		case err != nil:
			p.Wrong = append(p.Wrong, "file "+string(e.ID))
			return ctx.Err()
		case open:
			p.Files++
		default:
			p.Unnamed++
		}
		return nil
	})
}

// opens opens a file. One that is under a key of its own and that no row names has none
// any more, or not yet: that is no fault.
func (v Vault) opens(ctx context.Context, file blob.ID) (bool, error) {
	head, err := v.Blobs.Head(ctx, file, seal.HeadLen)
	if err != nil {
		return false, err
	}
	store := v.Blobs
	if seal.Boxed(head) {
		named := false
		err := v.DB.View(ctx, func(tx *db.Tx) error {
			store, named, err = filekeys.Keys{Ring: v.Ring, Blobs: v.Blobs}.Of(ctx, tx, file)
			return err
		})
		if err != nil || !named {
			return false, err
		}
	}
	_, err = store.Get(ctx, file)
	return err == nil, err
}

// Reseal seals everything anew that an older key sealed, or that is not bound to a
// version, puts what workers said under keys of their own where it is not yet, and
// returns how many values and files that were. It may be cut off and begun again; who works
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
		if err != nil || seal.Boxed(head) || seal.KeyOf(head) == now && seal.Versioned(head) {
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

// stale reports whether a value is to be sealed anew: an older key sealed it, or it is not
// bound to a version. Of what a data key sealed, that key is sealed anew. What a worker
// said before it had a key of its own goes under one.
func (v value) stale(now uint32) bool {
	if seal.Boxed(v.sealed) {
		return false
	}
	return v.moves() || seal.KeyOf(v.sealed) != now || !seal.Versioned(v.sealed)
}

// moves reports whether a value that the ring sealed goes under its data key. What tells
// who somebody is stays where it is until it is written anew.
func (v value) moves() bool { return v.under == tables.SaidKey && !seal.Boxed(v.sealed) }

// again seals some values anew in one transaction.
func (v Vault) again(ctx context.Context, some []value, now uint32) (n int64, err error) {
	var stale []value
	for _, one := range some {
		if one.stale(now) {
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
			fresh, err := v.anew(ctx, tx, one, plain)
			if err != nil {
				return err
			}
			if fresh == nil {
				continue
			}
			var args db.Args
			set := args.Add(fresh)
			changed, err := tx.Exec(ctx, `update `+one.table.Table+` set `+one.column+` = `+set+` where `+one.here(&args), args...)
			if err != nil {
				return err
			}
			n += changed
		}
		return nil
	})
	return n, err
}

// here is the condition that a value is still what it was.
func (v value) here(args *db.Args) string {
	return v.column + ` = ` + args.Add(v.sealed) + ` and (` + strings.Join(v.key, ", ") + `) = ` + db.In(args, v.at)
}

// anew seals a value as it is to be sealed now; nil: it is not there any more. A key that
// is made for it is kept at once, in the row that whoever writes there holds: who was
// erased meanwhile gets none.
func (v Vault) anew(ctx context.Context, tx *db.Tx, one value, plain []byte) ([]byte, error) {
	if !one.moves() {
		return v.Ring.Seal(plain, one.place())
	}
	var key []byte
	err := tx.One(ctx, `update `+one.table.Boxed+` set `+one.under+` = `+one.under+` where `+one.table.Key+` = $1 returning `+one.under, []any{one.holder}, &key)
	if err != nil {
		return nil, err
	}
	var args db.Args
	var there int
	if err := tx.One(ctx, `select count(*) from `+one.table.Table+` where `+one.here(&args), args, &there); err != nil || there == 0 {
		return nil, err
	}
	box, err := v.Ring.Box(key, one.keyPlace())
	if len(key) == 0 {
		if box, key, err = v.Ring.NewBox(one.keyPlace()); err == nil {
			_, err = tx.Exec(ctx, `update `+one.table.Boxed+` set `+one.under+` = $2 where `+one.table.Key+` = $1`, one.holder, key)
		}
	}
	if err != nil {
		return nil, err
	}
	return box.Seal(plain, one.place())
}
