package keys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"nuanxin/internal/app/lockfile"
	"nuanxin/internal/seal"
)

// Rotate adds a key, by which everything is sealed from then on, also by programs
// that run. It returns the key and where the old file was copied to, also beside
// an error that came once the file had changed.
func (v Vault) Rotate(ctx context.Context, suite seal.Suite) (added seal.Info, backup string, err error) {
	err = v.alone(func() error {
		if added, backup, err = v.File.Add(suite, v.DB.Clock().Now()); err != nil {
			return err
		}
		return v.note(ctx, Rotate, "key", number(added.ID), "suite", string(added.Suite))
	})
	return added, backup, err
}

// Retire takes keys away that nothing is sealed with any more: the named ones, or
// all of those. What is sealed by one of the named is told, and nothing changes.
// Without a backup's name no key went; with one they did, also beside an error.
func (v Vault) Retire(ctx context.Context, ids ...uint32) (gone []uint32, backup string, err error) {
	err = v.alone(func() error {
		count, err := v.Census(ctx)
		if err != nil {
			return err
		}
		there := map[uint32]bool{}
		for _, k := range v.Ring.Keys() {
			there[k.ID] = true
			if len(ids) == 0 && !k.Seals && count.Of(k.ID) == 0 {
				gone = append(gone, k.ID)
			}
		}
		for _, k := range ids {
			switch n := count.Of(k); {
			case !there[k]:
				return fmt.Errorf("there is no key %d", k)
			case n > 0:
				return fmt.Errorf("%d values are sealed by key %d; run nuanxin keys reseal first", n, k)
			}
			gone = append(gone, k)
		}
		if len(gone) == 0 {
			return nil
		}
		if backup, err = v.File.Retire(gone, v.DB.Clock().Now()); err != nil {
			return err
		}
		var names []string
		for _, k := range gone {
			names = append(names, number(k))
		}
		return v.note(ctx, Retire, "keys", strings.Join(names, " "))
	})
	return gone, backup, err
}

// Guard has the key file guarded as it is configured now, and returns where the old
// file was copied to: if that was not guarded, it has to go.
func (v Vault) Guard(ctx context.Context) (backup string, err error) {
	err = v.alone(func() error {
		if backup, err = v.File.Rewrap(v.DB.Clock().Now()); err != nil {
			return err
		}
		return v.note(ctx, Guard)
	})
	return backup, err
}

// Split writes the shares of the key file into the folder dir, one file each,
// readable by their owner alone, and returns their names. Of a split that could
// not be written whole nothing is left.
func (v Vault) Split(ctx context.Context, dir string, need, shares int) (names []string, err error) {
	all, err := v.File.Split(need, shares)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			for _, name := range names {
				err = errors.Join(err, os.Remove(name))
			}
			names = nil
		}
	}()
	for _, s := range all {
		text, err := json.MarshalIndent(s, "", "  ")
		if err != nil {
			return names, err
		}
		name := filepath.Join(dir, fmt.Sprintf("nuanxin-key-share-%d-of-%d.json", s.Number, shares))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return names, err
		}
		names = append(names, name)
		_, err = f.Write(append(text, '\n'))
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return names, err
		}
	}
	return names, v.note(ctx, Split, "need", strconv.Itoa(need), "shares", strconv.Itoa(shares))
}

// Join writes the key file from the files of enough shares.
func Join(to seal.File, files []string) error {
	var shares []seal.Share
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		s, err := seal.ReadShare(text)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		shares = append(shares, s)
	}
	return to.Join(shares)
}

// alone runs work while no other command changes the key file.
func (v Vault) alone(work func() error) error {
	lock, err := lockfile.Take(v.File.Path + ".lock")
	if errors.Is(err, lockfile.ErrTaken) {
		return errors.New("somebody else changes the key file just now")
	}
	if err != nil {
		return err
	}
	return errors.Join(work(), lock.Close())
}

func number(k uint32) string { return strconv.FormatUint(uint64(k), 10) }
