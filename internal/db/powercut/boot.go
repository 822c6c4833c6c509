package powercut

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// sector is what the disk writes whole or not at all.
const sector = 512

// fate is how one cut treats what was not synced.
type fate struct {
	mode   mode
	chance float64 // that a sector or a folder's entry gets through
}

type mode int

const (
	none    mode = iota // nothing gets through
	all                 // everything does
	ordered             // a beginning does, and some sectors of the change after it
	random              // any sectors do, in any order
	modes
)

// Boot switches the disk on again and returns how the cut went, for a report.
// Connections from before stay dead. Without a cut before, it is one.
func (d *Disk) Boot() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := fate{mode(d.rng.IntN(int(modes))), []float64{0.05, 0.5, 0.95}[d.rng.IntN(3)]}
	folder := map[string]*inode{}
	for _, name := range d.names() {
		n := d.kept[name]
		if d.seen[name] != n && f.through(d.rng) {
			n = d.seen[name]
		}
		if n != nil {
			content := f.survive(d.rng, n)
			folder[name] = &inode{seen: content, kept: slices.Clone(content)}
		}
	}
	d.seen, d.kept = folder, maps.Clone(folder)
	d.boot, d.ops, d.cut, d.dead = d.boot+1, 0, 0, false
	return f.String()
}

// names are those of all files that were there or may be, in order.
func (d *Disk) names() []string {
	both := maps.Clone(d.kept)
	maps.Copy(both, d.seen)
	return slices.Sorted(maps.Keys(both))
}

func (f fate) String() string {
	chance := map[float64]string{0.05: "few", 0.5: "half", 0.95: "most"}[f.chance]
	return [modes]string{"nothing un-synced survived", "everything survived", "a beginning survived, the next change torn", chance + " of the sectors survived, reordered"}[f.mode]
}

// through decides about one thing that was not synced.
func (f fate) through(rng *rand.Rand) bool {
	switch f.mode {
	case none:
		return false
	case all:
		return true
	case ordered:
		return rng.IntN(2) == 0
	default:
		return rng.Float64() < f.chance
	}
}

// survive is what the cut leaves of n. Reordering needs no shuffling: of every
// sector any version may be the last that got through, each by itself, which is
// all that any order of writing could bring about.
func (f fate) survive(rng *rand.Rand, n *inode) []byte {
	file := slices.Clone(n.kept)
	whole := 0
	if f.mode == ordered {
		whole = rng.IntN(len(n.pending) + 1)
	}
	for i, c := range n.pending {
		switch {
		case f.mode == none, f.mode == ordered && i > whole:
		case f.mode == all, f.mode == ordered && i < whole:
			file = c.apply(file)
		default:
			file = f.tear(rng, file, c)
		}
	}
	return file
}

// tear applies the sectors of c that get through.
func (f fate) tear(rng *rand.Rand, file []byte, c change) []byte {
	if c.data == nil {
		if f.through(rng) {
			file = c.apply(file)
		}
		return file
	}
	kept := int64(len(file))
	for at := int64(0); at < int64(len(c.data)); {
		end := min((c.off+at)/sector*sector+sector-c.off, int64(len(c.data)))
		part := change{c.off + at, c.data[at:end]}
		switch {
		case f.through(rng):
			file = part.apply(file)
		case part.off >= kept && rng.IntN(4) == 0: // the file grew, its content never came
			file = change{part.off, junk(rng, len(part.data))}.apply(file)
		}
		at = end
	}
	return file
}

// junk is what a block may hold that was given to a file and never written.
func junk(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.IntN(256)) //nolint:gosec // below 256
	}
	return b
}
