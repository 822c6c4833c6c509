// Command http measures the worker's two hottest answers through the whole
// program: the nearest stations as JSON (with a service and open now) and the
// home page with a position. Beside each, in the same run and on the same
// server, a fixed answer of the same size; only the ratios count. Server and
// clients share the machine.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"nuanxin/bench/internal/measure"
	"nuanxin/bench/internal/nation"
)

// places are where people stand: in the cities where the stations are.
var places = [][2]float64{{39.90, 116.40}, {31.23, 121.47}, {23.13, 113.26}, {30.57, 104.07}, {34.34, 108.94}, {30.59, 114.31}, {36.06, 103.83}, {45.80, 126.53}}

// question is one kind of request.
type question struct {
	name string
	goal string
	ask  func(r *rand.Rand) (path, cookie string)
	gzip bool
}

func questions() []question {
	at := func(r *rand.Rand) (lat, lng float64) {
		p := places[r.IntN(len(places))]
		return p[0] + r.NormFloat64()/10, p[1] + r.NormFloat64()/10
	}
	now := nation.Noon.Now()
	nearest := func(r *rand.Rand) (path, cookie string) {
		lat, lng := at(r)
		return fmt.Sprintf("/api/v1/stations/nearest?lat=%.4f&lng=%.4f&services=charging&open_at=%s", lat, lng, now.Format(time.RFC3339)), ""
	}
	home := func(r *rand.Rand) (path, cookie string) { // the phone has said before where it is
		lat, lng := at(r)
		return "/", fmt.Sprintf("here=p~%.4f~%.4f~%d", lat, lng, now.Unix()/60)
	}
	return []question{
		{name: "nearest, JSON", goal: "45 %", ask: nearest},
		{name: "gzip nearest, JSON", ask: nearest, gzip: true},
		{name: "home page, HTML", goal: "30 %", ask: home},
		{name: "gzip home page, HTML", ask: home, gzip: true},
	}
}

func main() {
	options := nation.Flags()
	long := flag.Duration("time", 3*time.Second, "time for each figure")
	profile := flag.String("profile", "", "write a CPU profile of the program's answers to this file")
	only := flag.String("only", "", "ask only the questions whose name begins so")
	flag.Parse()
	if err := run(context.Background(), *options, *long, *profile, *only); err != nil {
		fmt.Fprintln(os.Stderr, "http:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o nation.Options, long time.Duration, profile, only string) error {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // lines are made and written, as they are in use
	if err != nil {
		return err
	}
	defer func() { _ = null.Close() }() // nothing to lose
	log.SetOutput(null)
	a, err := nation.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }() // the data is thrown away
	if err := a.Finder.Refresh(ctx); err != nil {
		return err
	}
	fixed := &constant{program: a.Handler()}
	addr, stop, err := nation.Serve(ctx, fixed)
	if err != nil {
		return err
	}
	defer stop()
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // a profile is worth no fault
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	all, _ := a.Finder.Len()
	fmt.Printf("%d stations, %d connections, %v each\n\n", all, connections, long)
	rows := [][]string{{"answer", "bytes", "fixed/s", "program/s", "p50", "p99", "ratio", "by CPU", "goal"}}
	for _, q := range questions() {
		if !strings.HasPrefix(q.name, only) {
			continue
		}
		row, err := compare(ctx, q, fixed, addr, long, profile != "")
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		rows = append(rows, row)
	}
	measure.Table(os.Stdout, rows)
	return nil
}

// compare measures the program and then the fixed answer, three times in turn,
// and takes the middle ratio.
func compare(ctx context.Context, q question, fixed *constant, addr string, long time.Duration, only bool) ([]string, error) {
	r := rand.New(rand.NewPCG(1, 2))
	var asks [][]byte
	size := 0
	for range 512 {
		path, cookie := q.ask(r)
		ask := request(path, cookie, addr, q.gzip)
		body, err := once(ctx, addr, ask)
		if err != nil {
			return nil, err
		}
		asks, size = append(asks, ask), size+len(body)
	}
	fixed.body = []byte(strings.Repeat("x", size/len(asks)))
	if fixed.kind = "application/json"; strings.Contains(q.name, "HTML") {
		fixed.kind = "text/html; charset=utf-8"
	}
	plain := [][]byte{request(fixedPath, "", addr, false)}
	var ours, peers []measure.Rate
	for range 3 {
		program, err := load(ctx, addr, asks, long/3)
		if err != nil {
			return nil, err
		}
		peer := program
		if !only {
			if peer, err = load(ctx, addr, plain, long/3); err != nil {
				return nil, err
			}
		}
		ours, peers = append(ours, program), append(peers, peer)
	}
	mid := middle(ours, peers)
	return []string{q.name, fmt.Sprint(len(fixed.body)), fmt.Sprintf("%.0f", peers[mid].PerSecond), fmt.Sprintf("%.0f", ours[mid].PerSecond),
		fmt.Sprint(ours[mid].P50.Round(time.Microsecond)), fmt.Sprint(ours[mid].P99.Round(time.Microsecond)),
		fmt.Sprintf("%.1f %%", 100*ours[mid].PerSecond/peers[mid].PerSecond), byCPU(ours, peers), q.goal}, nil
}

// byCPU is the ratio of the processor time that one answer takes, over all
// rounds. On a quiet machine it is that of the rates; on a busy one it is the
// steadier of the two.
func byCPU(ours, peers []measure.Rate) string {
	var our, peer time.Duration
	for i := range ours {
		our, peer = our+ours[i].CPU, peer+peers[i].CPU
	}
	if our == 0 {
		return "?"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(peer)/float64(our))
}

// middle is the round with the middle ratio of three.
func middle(ours, peers []measure.Rate) int {
	ratio := func(i int) float64 { return ours[i].PerSecond / peers[i].PerSecond }
	for i := range 3 {
		j, k := (i+1)%3, (i+2)%3
		if (ratio(i)-ratio(j))*(ratio(k)-ratio(i)) >= 0 {
			return i
		}
	}
	return 0
}

const fixedPath = "/bench/fixed"

// constant answers one path with fixed bytes, and leaves all others to the program.
type constant struct {
	program http.Handler
	kind    string
	body    []byte
}

// ServeHTTP implements [http.Handler].
func (c *constant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != fixedPath {
		c.program.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", c.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(c.body))) // as the program's answers do
	_, _ = w.Write(c.body)                                      // the client tells what is wrong
}
