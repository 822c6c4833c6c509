package crash_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/powercut"
	"nuanxin/internal/op"
)

var (
	powercuts    = flag.Int("powercuts", cuts, "how many power cuts to simulate")
	powercutSeed = flag.Uint64("powercut-seed", 0, "repeat the power cuts of this seed alone")
)

// cuts is how many power cuts a run makes unless -powercuts says otherwise.
const cuts = 500

// cutsPerSeed: the second cut finds a database that has already survived one.
const cutsPerSeed = 2

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

// TestPowerCuts: after any cut, everything acknowledged is there and no act is
// half done.
func TestPowerCuts(t *testing.T) {
	fresh := template(t)
	if *powercutSeed != 0 {
		r := cutSeed(t, fresh, *powercutSeed, powercut.Options{})
		t.Logf("%s", strings.Join(append(r.story, r.wrong...), "\n"))
		if len(r.wrong) > 0 {
			t.Fail()
		}
		return
	}
	var total result
	for seed := uint64(1); total.cuts < *powercuts; seed++ {
		r := cutSeed(t, fresh, seed, powercut.Options{})
		total.add(r)
		if len(r.wrong) > 0 {
			t.Errorf("seed %d (again: -run TestPowerCuts -powercut-seed %d):\n%s\n%s", seed, seed,
				strings.Join(r.story, "\n"), strings.Join(r.wrong, "\n"))
		}
		if t.Failed() && len(total.wrong) > 50 {
			break
		}
	}
	t.Logf("%d cuts: %d acts acknowledged before, %d in flight and sent again, %d cuts while opening or closing", total.cuts, total.acks, total.open, total.edges)
	if *powercuts >= 100 && (total.acks < 20*total.cuts || total.open < total.cuts || total.edges < total.cuts/20) {
		t.Error("the cuts do not hit the work: nothing is proven")
	}
}

// TestCutsCanFail: the same test on a careless database or a lying disk does
// observe loss. Without this, the test above would prove nothing.
func TestCutsCanFail(t *testing.T) {
	fresh := template(t)
	for _, test := range []struct {
		about string
		opts  powercut.Options
	}{
		{"synchronous=off", powercut.Options{Unsafe: "pragma synchronous=off"}},
		{"synchronous=normal", powercut.Options{Unsafe: "pragma synchronous=normal"}},
		{"a disk that lies about syncs", powercut.Options{Lies: true}},
	} {
		t.Run(test.about, func(t *testing.T) {
			for seed := uint64(1); seed <= 20; seed++ {
				if r := cutSeed(t, fresh, seed, test.opts); len(r.wrong) > 0 {
					t.Logf("seed %d: %s", seed, r.wrong[0])
					return
				}
			}
			t.Error("lost nothing in 20 seeds")
		})
	}
}

// TestCutsRepeat: a seed asks the disk the same questions each time.
func TestCutsRepeat(t *testing.T) {
	fresh := template(t)
	for seed := uint64(1); seed <= 20; seed++ {
		a, b := cutSeed(t, fresh, seed, powercut.Options{}), cutSeed(t, fresh, seed, powercut.Options{})
		if strings.Join(a.story, "\n") != strings.Join(b.story, "\n") {
			t.Errorf("seed %d went once\n%s\nand once\n%s", seed, strings.Join(a.story, "\n"), strings.Join(b.story, "\n"))
		}
	}
}

// TestCutsWhileMigrating: a cut at any moment of the first start leaves a
// database that the second start completes.
func TestCutsWhileMigrating(t *testing.T) {
	powercut.Register()
	const seeds = cuts / 10
	finished := 0
	for seed := uint64(1); seed <= seeds; seed++ {
		memory := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			if cutMigration(t, memory, seed) {
				finished++
			}
		})
	}
	if finished > seeds/2 {
		t.Errorf("%d of %d first starts ended before the cut", finished, seeds)
	}
}

// cutMigration reports whether the first start had ended before the cut.
func cutMigration(t *testing.T, memory string, seed uint64) (finished bool) {
	ctx := t.Context()
	disk := powercut.New("empty", memory, seed, powercut.Options{})
	defer disk.Close()
	disk.CutAt(1 + rand.New(rand.NewPCG(seed, 0)).IntN(300))
	finished = start(ctx, disk) == nil
	where := disk.Ops()
	fate := disk.Boot()
	if err := start(ctx, disk); err != nil {
		t.Errorf("seed %d, cut at operation %d, %s: %v", seed, where, fate, err)
	}
	return finished
}

// start is a first start: it makes the tables and finds them sound.
func start(ctx context.Context, disk *powercut.Disk) error {
	d, err := openOn(ctx, disk)
	if err != nil {
		return err
	}
	if err = begin(ctx, d, roots(6)); err == nil {
		err = d.View(ctx, func(tx *db.Tx) error {
			wrong, err := verify(ctx, tx, nil)
			if len(wrong) > 0 {
				err = errors.New(strings.Join(wrong, "\n"))
			}
			return err
		})
	}
	return errors.Join(err, d.Current(ctx, schemas()...), d.Close())
}

// TestVerifySees: each part of an act that is taken away is missed.
func TestVerifySees(t *testing.T) {
	disk := template(t)
	d, err := openOn(t.Context(), disk)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	desk, ctx := op.New(d, rules), t.Context()
	var acks []ack
	for i, kind := range []string{"add", "two", "refuse", "peek", "add"} {
		c := call{fmt.Sprintf("00000000-0000-4000-8000-%012d", i), kind, roots(2)[0], roots(2)[1]}
		a, ok := c.send(ctx, desk)
		if !ok {
			t.Fatalf("%s was not acknowledged", kind)
		}
		acks = append(acks, a)
	}
	for about, damage := range map[string]string{
		"":                            `select 1`,
		"an act":                      `delete from act where client_id = '` + acks[0].Client + `'`,
		"a refusal":                   `delete from act where client_id = '` + acks[2].Client + `'`,
		"another answer":              `update act set result = '{"n":7}' where client_id = '` + acks[0].Client + `'`,
		"an effect":                   `delete from effect where client_id = '` + acks[1].Client + `'`,
		"an effect without its act":   `insert into effect (root_id, client_id, n) select id, '00000000-0000-4000-8000-00000000000f', 99 from thing`,
		"a count":                     `update thing set n = n + 1`,
		"an audit row":                `delete from request_audit where seq = 1`,
		"the whole audit":             `delete from request_audit`,
		"an event":                    `delete from station_outbox`,
		"the audit of a read's chain": `update request_audit set purpose = '' where action = 'thing.peek'`,
	} {
		undo := errors.New("undo")
		err := d.Update(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, damage); err != nil {
				t.Errorf("%s: %v", about, err)
			}
			wrong, err := verify(ctx, tx, acks)
			if err != nil || (len(wrong) > 0) != (about != "") {
				t.Errorf("damage %q: %v, %v", about, wrong, err)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
	}
}

// template is a disk with a migrated database, from which every seed starts.
func template(t *testing.T) *powercut.Disk {
	t.Helper()
	powercut.Register()
	disk := powercut.New("template-"+strings.ReplaceAll(t.Name(), "/", "-"), t.TempDir(), 0, powercut.Options{})
	t.Cleanup(disk.Close)
	d, err := openOn(t.Context(), disk)
	if err == nil {
		err = errors.Join(begin(t.Context(), d, roots(6)), d.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return disk
}

func openOn(ctx context.Context, disk *powercut.Disk) (*db.DB, error) {
	return db.Open(ctx, db.Config{URL: disk.URL("main.db"), Driver: powercut.Driver, Clock: clock.At(noon)})
}

// result is what came of one seed.
type result struct {
	cuts, acks, open, edges int      // edges: cuts while opening or closing
	story                   []string // how it went, the same each time
	wrong                   []string
}

func (r *result) add(o result) {
	r.cuts, r.acks, r.open, r.edges = r.cuts+o.cuts, r.acks+o.acks, r.open+o.open, r.edges+o.edges
	r.wrong = append(r.wrong, o.wrong...)
}

// cutSeed loads, cuts and verifies as seed says. It runs in a bubble with a
// clock and a randomness of its own, so that it goes the same way each time.
func cutSeed(t *testing.T, from *powercut.Disk, seed uint64, opts powercut.Options) (r result) {
	t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
		cryptotest.SetGlobalRandom(t, seed)
		memory := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 0))
			if rng.IntN(2) == 0 { // else checkpoints come at closing alone
				opts.Pragmas = []string{fmt.Sprintf("pragma wal_autocheckpoint=%d", 4+rng.IntN(60))}
			}
			disk := powercut.New("disk", memory, seed, opts)
			defer disk.Close()
			from.Copy(disk)
			l := &load{disk: disk, rng: rng, ids: roots(6)}
			for range cutsPerSeed {
				l.untilCut(t.Context(), &r)
				if l.check(t.Context(), &r); len(r.wrong) > 0 {
					return
				}
			}
		})
	})
	return r
}

// load is what works on a disk, over all its boots.
type load struct {
	ledger
	disk *powercut.Disk
	rng  *rand.Rand
	ids  []string
}

// untilCut opens the database and works until the power fails, and boots.
func (l *load) untilCut(ctx context.Context, r *result) {
	at := 1 + l.rng.IntN([]int{12, 400, 3000}[l.rng.IntN(3)])
	clean := l.rng.IntN(4) == 0 // close in good order, and be cut in the middle of that
	l.disk.CutAt(at)
	before := len(l.acks)
	where := "in the load"
	d, err := openOn(ctx, l.disk)
	if err != nil {
		where = "while opening"
		r.edges++
	} else {
		desk := op.New(d, rules)
		for range 4 + l.rng.IntN(28) {
			if l.disk.Dead() {
				break
			}
			l.group(ctx, d, desk)
		}
		if alive := !l.disk.Dead(); alive && clean {
			where = "while closing"
			r.edges++
			l.disk.CutAt(1 + l.rng.IntN(20))
		} else if alive {
			where = "between two acts"
			l.disk.Cut()
		}
		_ = d.Close() // fails when the power has
	}
	r.cuts++
	r.acks += len(l.acks) - before
	r.open += len(l.open)
	ops, digest := l.disk.Ops(), l.disk.Digest()
	fate := l.disk.Boot()
	r.story = append(r.story, fmt.Sprintf("cut %s at operation %d of at most %d [%x]: %d acknowledged, %d open; %s", where, ops, at, digest, len(l.acks)-before, len(l.open), fate))
}

// group sends some calls at once, so that they are one group of the writer: a
// gate holds the writer until all are waiting. Beside it there may be a reader
// that keeps the log from being reset.
func (l *load) group(ctx context.Context, d *db.DB, desk *op.Desk) {
	gate, read := make(chan struct{}), make(chan struct{})
	var wg, reader sync.WaitGroup
	var all []*sent
	if l.rng.IntN(3) == 0 {
		reader.Go(func() { _ = d.View(ctx, func(tx *db.Tx) error { return hold(ctx, tx, read) }) })
		synctest.Wait()
	}
	wg.Go(func() { _ = d.Update(ctx, func(*db.Tx) error { <-gate; return nil }) })
	synctest.Wait()
	for range 1 + l.rng.IntN(8) {
		c, old := l.again(l.rng)
		if !old {
			c = newCall(l.rng, l.ids)
		}
		s := &sent{call: c}
		all = append(all, s)
		wg.Go(func() { s.ack, s.ok = c.send(ctx, desk) })
		synctest.Wait()
	}
	close(gate)
	wg.Wait()
	for _, s := range all {
		l.sent(*s)
	}
	close(read)
	reader.Wait()
}

// hold keeps a snapshot until release is closed.
func hold(ctx context.Context, tx *db.Tx, release <-chan struct{}) error {
	var n int
	err := tx.One(ctx, `select count(*) from thing`, nil, &n)
	<-release
	return err
}

// check opens the database as after any cut and compares. Half the time it does
// not close it, so that the next start finds a log to read.
func (l *load) check(ctx context.Context, r *result) {
	d, err := openOn(ctx, l.disk)
	if err != nil {
		r.wrong = append(r.wrong, "open: "+err.Error())
		return
	}
	err = d.Current(ctx, schemas()...)
	if err == nil {
		err = d.View(ctx, func(tx *db.Tx) error {
			wrong, err := verify(ctx, tx, l.acks)
			r.wrong = append(r.wrong, wrong...)
			return err
		})
	}
	if l.rng.IntN(2) == 0 {
		l.disk.Cut()
		_ = d.Close()
		l.disk.Boot()
	} else {
		err = errors.Join(err, d.Close())
	}
	if err != nil {
		r.wrong = append(r.wrong, err.Error())
	}
}
