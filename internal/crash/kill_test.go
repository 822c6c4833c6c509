package crash_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

var killFor = flag.Duration("kill-for", time.Minute, "how long the load lasts that is killed again and again; 5 s with -short")

// clients is how many work at once in the killed process.
const clients = 64

// childEnv names the database that this program, started again by itself, is
// to load until it is killed.
const childEnv = "NUANXIN_CRASH_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		if err := child(path); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1) // it is killed, or it has failed
	}
	os.Exit(m.Run())
}

// TestKill: a process under a mixed load of 64 clients is killed with SIGKILL
// at random moments and started again on the same file, for a minute. All that
// it had acknowledged through a pipe is there, and no act is half done.
func TestKill(t *testing.T) {
	total := *killFor
	if testing.Short() {
		total = min(total, 5*time.Second)
	}
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	path := filepath.Join(t.TempDir(), "main.db")
	var acks []ack
	kills, idle := 0, 0
	for end := clock.System.Now().Add(total); clock.System.Now().Before(end); kills++ {
		after := 3 * time.Second
		if rng.IntN(5) == 0 {
			after = 60 * time.Millisecond // while it starts
		}
		got, err := runAndKill(path, time.Duration(rng.Int64N(int64(after))))
		if err != nil {
			t.Fatalf("after %d kills: %v", kills, err)
		}
		if len(got) == 0 {
			idle++ // killed before it answered anybody
		}
		acks = append(acks, got...)
	}
	d, err := db.Open(t.Context(), db.Config{URL: path})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.View(t.Context(), func(tx *db.Tx) error {
		wrong, err := verify(t.Context(), tx, acks)
		if len(wrong) > 0 {
			t.Errorf("%d faults:\n%s", len(wrong), strings.Join(wrong[:min(50, len(wrong))], "\n"))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	t.Logf("%d kills in %s, %d of them before the first answer; %d acts acknowledged, %.0f a second", kills, total, idle, len(acks), float64(len(acks))/total.Seconds())
	if kills < int(total/(4*time.Second)) || len(acks) < 100*kills {
		t.Error("the kills do not hit the work: nothing is proven")
	}
}

// runAndKill starts the child, kills it after a while and returns what it had
// acknowledged. What is in the pipe at its death was said before it.
func runAndKill(path string, after time.Duration) (acks []ack, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var stderr strings.Builder
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	acks, err = parse(out)
	alive := timer.Stop() // then the pipe ended before the kill
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err == nil && (alive || stderr.Len() > 0) {
		err = fmt.Errorf("the child ended by itself: %s", stderr.String())
	}
	return acks, err
}

// parse reads acknowledgements to the end. A last line without its end was cut
// by the kill and is no acknowledgement.
func parse(r io.Reader) (acks []ack, err error) {
	for b := bufio.NewReader(r); ; {
		line, err := b.ReadString('\n')
		if err != nil {
			return acks, nil // the pipe is closed
		}
		var a ack
		if _, err := fmt.Sscan(line, &a.Outcome, &a.Client, &a.N); err != nil {
			return acks, fmt.Errorf("the child said %q: %w", line, err)
		}
		acks = append(acks, a)
	}
}

// child serves a mixed load and says each acknowledgement on its output, in one
// write, after the act was acknowledged.
func child(path string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: path})
	if err != nil {
		return err
	}
	ids := roots(clients)
	if err := begin(ctx, d, ids); err != nil {
		return err
	}
	desk := op.New(d, rules)
	failed := make(chan error, clients)
	var mu sync.Mutex
	say := func(a ack) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = fmt.Fprintf(os.Stdout, "%s %s %d\n", a.Outcome, a.Client, a.N)
	}
	for range clients {
		go func() { failed <- client(ctx, desk, ids, say) }()
	}
	return <-failed
}

// client acts, reads, and now and then sends an act again, whose answer must
// then be the first one. It ends only by a fault.
func client(ctx context.Context, desk *op.Desk, ids []string, say func(ack)) error {
	rng := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	for {
		c := newCall(rng, ids)
		a, ok := c.send(ctx, desk)
		if !ok {
			return fmt.Errorf("%s of %s was not answered", c.Kind, c.Client)
		}
		say(a)
		switch rng.IntN(4) {
		case 0:
			if again, ok := c.send(ctx, desk); !ok || again != a {
				return fmt.Errorf("%s was answered %v and then %v", c.Client, a, again)
			}
		case 1:
			if o, err := desk.OutcomeOf(ctx, c.Client); err != nil || c.Kind != "peek" && o.State != a.Outcome {
				return fmt.Errorf("%s was answered %v and then was %v, %w", c.Client, a, o, err)
			}
		}
	}
}
