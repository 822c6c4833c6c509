// Package main_test uses the program as a stranger does: it builds the binary
// once, runs it, and speaks HTTP. Nothing here calls into the program, so what
// is promised to others (README, "Names that others rely on") is what is tested.
package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/id"
)

// commit is from which commit the program says that it was built.
const commit = "0123456789abcdef0123456789abcdef01234567"

// program is the path of the binary. TestMain builds it.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "nuanxin-outside-*")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program = filepath.Join(dir, "nuanxin")
	build := exec.Command("go", "build", "-ldflags", "-X main.commit="+commit, "-o", program, ".") // as make build does
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return m.Run(), nil
}

// result is what a command said and how it ended.
type result struct {
	out, err string
	code     int
}

// command prepares the program with nothing of ours in its environment that
// would change what it does.
func command(args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "NUANXIN_") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	return cmd
}

// run runs the program to its end. stdin may be empty.
func run(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := command(args...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = t.TempDir(), strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// must is run for a command that has to end with 0; it returns its output.
func must(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	r := run(t, stdin, args...)
	if r.code != 0 {
		t.Fatalf("nuanxin %s: exit code %d\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r.out
}

// mustJSON is must for an answer in JSON, which is read into v.
func mustJSON(t *testing.T, v any, args ...string) {
	t.Helper()
	if out := must(t, "", args...); json.Unmarshal([]byte(out), v) != nil {
		t.Fatalf("nuanxin %s: not the JSON that was expected: %s", strings.Join(args, " "), out)
	}
}

// server is the program while it serves.
type server struct {
	URL   string
	cmd   *exec.Cmd
	mu    sync.Mutex
	lines []string      // what it said on either output
	ended chan struct{} // closed when it has ended
}

var addressLine = regexp.MustCompile(`http://[a-z0-9.:\[\]]+`)

// launch starts "serve" or "demo" on a free port. It returns when the program
// says its address, which it does only when it can answer; or when it ends.
func launch(args ...string) (*server, error) {
	s := &server{cmd: command(append(args, "--addr", "127.0.0.1:0")...), ended: make(chan struct{})}
	out, err1 := s.cmd.StdoutPipe()
	errs, err2 := s.cmd.StderrPipe()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan string, 1)
	var reading sync.WaitGroup
	for _, pipe := range []*bufio.Scanner{bufio.NewScanner(out), bufio.NewScanner(errs)} {
		reading.Go(func() {
			for pipe.Scan() {
				s.heard(pipe.Text(), ready)
			}
		})
	}
	go func() {
		reading.Wait()
		_ = s.cmd.Wait() // ProcessState tells
		close(s.ended)
	}()
	select {
	case s.URL = <-ready:
		return s, nil
	case <-s.ended:
		return s, fmt.Errorf("ended with %v: %s", s.cmd.ProcessState, s.said())
	case <-time.After(3 * time.Minute): // a hang must not hold up everything
		_ = s.cmd.Process.Kill()
		<-s.ended
		return s, fmt.Errorf("did not get ready: %s", s.said())
	}
}

// heard keeps one line. The log of requests is left out: it is long.
func (s *server) heard(line string, ready chan<- string) {
	if strings.Contains(line, " INFO request ") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
	if at := addressLine.FindString(line); at != "" {
		select {
		case ready <- at:
		default:
		}
	}
}

func (s *server) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

// start is launch for a program that has to start. It is stopped, and has to
// end well, when the test is over.
func start(t *testing.T, args ...string) *server {
	t.Helper()
	s, err := launch(args...)
	if err != nil {
		t.Fatalf("nuanxin %s: %v", strings.Join(args, " "), err)
	}
	t.Cleanup(func() { s.stop(t) })
	return s
}

// stop asks the program to end, as a service manager does, and wants it to end
// with 0.
func (s *server) stop(t *testing.T) {
	t.Helper()
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended before
	<-s.ended
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("stopped by SIGTERM, ended with %v, want exit code 0: %s", s.cmd.ProcessState, s.said())
	}
}

// kill ends the program with SIGKILL.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended before
	<-s.ended
}

// eachDatabase runs f with the flags that name a new, empty place on SQLite,
// and on PostgreSQL where NUANXIN_TEST_PG names a server.
func eachDatabase(t *testing.T, f func(t *testing.T, where []string)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, sqlite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, postgres(t))
	})
}

func sqlite(t *testing.T) []string {
	return []string{"--data", filepath.Join(t.TempDir(), "data")}
}

func postgres(t *testing.T) []string {
	t.Helper()
	base := os.Getenv("NUANXIN_TEST_PG")
	if base == "" {
		t.Skip("NUANXIN_TEST_PG does not name a PostgreSQL server; make test starts one")
	}
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	schema := "o_" + strings.ReplaceAll(id.New[string](), "-", "")
	edit(t, base, "create schema "+schema)
	t.Cleanup(func() { edit(t, base, "drop schema "+schema+" cascade") })
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return []string{"--data", filepath.Join(t.TempDir(), "data"), "--db", u.String()}
}

// edit changes a database behind the program's back.
func edit(t *testing.T, at, statement string) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: at})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Update(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, statement)
		return err
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}

// write makes a file and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// with is args and then more, in a slice of its own.
func with(args []string, more ...string) []string {
	return append(append([]string(nil), args...), more...)
}
