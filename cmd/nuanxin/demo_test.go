package main_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// names are the names of all stations of a demo, sorted.
func (s *server) names(t *testing.T) string {
	t.Helper()
	var all []string
	for since, more := "", true; more; {
		var got stationsOut
		s.client().getJSON(t, api+"/stations/sync?since="+since, &got)
		for _, x := range got.Stations {
			all = append(all, x.Name)
		}
		since, more = got.Next, got.More
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// welcome is what the demo prints for people, without how it got there.
func (s *server) welcome() []string {
	return slices.DeleteFunc(strings.Split(s.said(), "\n"), func(line string) bool { return strings.HasPrefix(line, "demo: ") })
}

func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: fills a county three times")
	}
	t.Parallel()
	const stations = 40
	demo := func(t *testing.T, where []string, seed int, more ...string) *server {
		return start(t, with(with([]string{"demo", "--stations", fmt.Sprint(stations), "--seed", fmt.Sprint(seed)}, where...), more...)...)
	}
	where := sqlite(t)
	first := demo(t, where, 7)
	if lines := first.welcome(); len(lines) > 10 || !strings.Contains(strings.Join(lines, " "), first.URL+"/desk") {
		t.Errorf("the welcome has %d lines, want at most ten with the address:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	var health struct{ Stations int }
	if first.client().getJSON(t, "/healthz", &health); health.Stations != stations {
		t.Errorf("--stations %d: got %d", stations, health.Stations)
	}
	for _, path := range []string{"/", "/help", "/stations", "/staff/sign-in", "/desk", "/host"} {
		if a := first.client().get(t, path); a.status != http.StatusOK && a.status != http.StatusSeeOther {
			t.Errorf("%s: got %d", path, a.status)
		}
	}
	for _, line := range first.welcome() {
		if _, password, ok := strings.Cut(line, "password for all of them: "); ok {
			first.signIn(t, "liuting", strings.TrimSpace(password))
		}
	}
	mine := first.client().capture(t, `{"words":"示例：看看还在不在"}`)
	was := first.names(t)
	first.stop(t)

	second := demo(t, where, 8) // what is there counts, not what is asked
	second.client().getJSON(t, api+"/requests/"+mine.Number, &struct{}{}, "X-Request-Secret", mine.Secret)
	if second.names(t) != was {
		t.Error("a second start has other stations")
	}
	second.stop(t)
	must(t, "", with([]string{"check"}, where...)...)

	over := demo(t, where, 7, "--fresh")
	if a := over.client().get(t, api+"/requests/"+mine.Number, "X-Request-Secret", mine.Secret); a.status == http.StatusOK && strings.Contains(a.body, "看看还在不在") {
		t.Error("--fresh has kept a request")
	}
	if over.names(t) != was {
		t.Error("the same seed made another county")
	}
	over.stop(t)
	t.Run("postgres", func(t *testing.T) {
		if other := demo(t, postgres(t), 8); other.names(t) == was {
			t.Error("another seed made the same county")
		}
	})
}
