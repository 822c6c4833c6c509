package powercut

import (
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"

	"github.com/ncruces/go-sqlite3/vfs"
)

// ErrPower is what every operation returns after the power has failed.
var ErrPower = errors.New("the power has failed")

// Options are the ways in which a disk can be worse than promised, and what its
// connections are told when they open. The zero value is an honest disk.
type Options struct {
	// Lies makes every sync return at once and do nothing.
	Lies bool
	// Pragmas run on each new connection, after the database's own.
	Pragmas []string
	// Unsafe runs before every transaction, behind the back of whoever checked
	// the connection: "pragma synchronous=off", to prove that a test can fail.
	Unsafe string
}

// Disk is a folder of files that can lose power. It is safe for concurrent use.
type Disk struct {
	name   string
	memory string // a real folder for the WAL-index of each boot
	opts   Options

	mu   sync.Mutex
	rng  *rand.Rand
	seen map[string]*inode // the folder as programs see it
	kept map[string]*inode // the folder as a cut would certainly leave it
	boot int               // how often it was switched on
	ops  int               // operations since the last boot that a cut can hit
	cut  int               // the operation at which the power fails; 0 is never
	dead bool
	log  hash.Hash64 // of the operations, to compare two runs
}

// inode is a file's content.
type inode struct {
	seen    []byte
	kept    []byte
	pending []change // what leads from kept to seen
	locks
}

// change is a write, or a truncation when data is nil.
type change struct {
	off  int64 // or the new size
	data []byte
}

// New returns an empty disk under a name that is unique in the process. The
// name mounts it: see [Disk.URL]. memory is a real folder for temporary use.
func New(name, memory string, seed uint64, opts Options) *Disk {
	d := &Disk{
		name: name, memory: memory, opts: opts,
		rng:  rand.New(rand.NewPCG(seed, 0x706f776572)), //nolint:gosec // a simulation must be repeatable
		seen: map[string]*inode{}, kept: map[string]*inode{},
		log: fnv.New64a(),
	}
	vfs.Register(name, fileSystem{d})
	return d
}

// Close forgets the disk's name.
func (d *Disk) Close() { vfs.Unregister(d.name) }

// URL is the address of file for db.Config, with [Driver] as its driver.
func (d *Disk) URL(file string) string { return d.name + "/" + file }

// CutAt makes the power fail at the n-th operation from now; 0 is never.
func (d *Disk) CutAt(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ops, d.cut = 0, n
}

// Cut ends the power now.
func (d *Disk) Cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
}

// Dead reports whether the power has failed.
func (d *Disk) Dead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

// Ops is how many operations a cut could have hit since [Disk.CutAt].
func (d *Disk) Ops() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ops
}

// Digest identifies all operations so far: two runs with the same digest have
// put the same question to the disk.
func (d *Disk) Digest() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.Sum64()
}

// Copy fills an empty disk with what is certain on d.
func (d *Disk) Copy(to *Disk) {
	d.mu.Lock()
	defer d.mu.Unlock()
	to.mu.Lock()
	defer to.mu.Unlock()
	for name, n := range d.kept {
		f := &inode{seen: slices.Clone(n.kept), kept: slices.Clone(n.kept)}
		to.seen[name], to.kept[name] = f, f
	}
}

// Sizes tells how large each file is, as programs see it.
func (d *Disk) Sizes() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	sizes := map[string]int{}
	for name, n := range d.seen {
		sizes[name] = len(n.seen)
	}
	return sizes
}

// step counts one operation and fails when the power has. The operation that
// meets the cut has begun: what it changes is pending. mu must be held.
func (d *Disk) step(boot int, what, name string, off int64, n int) error {
	if d.dead || boot != d.boot {
		return ErrPower
	}
	d.ops++
	_, _ = fmt.Fprintln(d.log, what, name, off, n)
	if d.ops == d.cut {
		d.dead = true
	}
	return nil
}

// shm is where the WAL-index of this boot lives.
func (d *Disk) shm(name string) string {
	return filepath.Join(d.memory, fmt.Sprintf("%s-%d-%s-shm", d.name, d.boot, name))
}

// sync makes the content of n certain; and the folder, where folder is set.
func (d *Disk) sync(n *inode, folder bool) {
	if d.opts.Lies {
		return
	}
	for _, c := range n.pending {
		n.kept = c.apply(n.kept)
	}
	n.pending = nil
	if folder {
		d.syncFolder()
	}
}

func (d *Disk) syncFolder() {
	if d.opts.Lies {
		return
	}
	clear(d.kept)
	for name, n := range d.seen {
		d.kept[name] = n
	}
}

// apply returns file after c.
func (c change) apply(file []byte) []byte {
	if c.data == nil {
		return resize(file, c.off)
	}
	if end := c.off + int64(len(c.data)); end > int64(len(file)) {
		file = resize(file, end)
	}
	copy(file[c.off:], c.data)
	return file
}

// resize cuts file or lets it grow by zeros.
func resize(file []byte, size int64) []byte {
	if size <= int64(len(file)) {
		clear(file[size:]) // so that growing again shows zeros
		return file[:size]
	}
	return append(file, make([]byte, size-int64(len(file)))...)
}
