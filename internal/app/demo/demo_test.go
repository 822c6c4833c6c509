package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"nuanxin/internal/app"
	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/request"
	"nuanxin/internal/request/example"
	"nuanxin/internal/station"
)

// stopper cuts the filling off when it has told of a step.
type stopper struct {
	at   string
	stop context.CancelFunc
}

func (s stopper) Write(p []byte) (int, error) {
	if strings.Contains(string(p), s.at) {
		s.stop()
	}
	return len(p), nil
}

func TestPrepare(t *testing.T) {
	c := Configure(app.Config{Data: filepath.Join(t.TempDir(), "demo"), Clock: clock.At(time.Date(2026, 11, 24, 4, 30, 0, 0, time.UTC))})
	ctx, cancel := context.WithCancel(t.Context())
	if err := Prepare(ctx, c, Options{Seed: 1, Progress: stopper{"stations", cancel}}); err == nil {
		t.Fatal("a filling that was cut off counts as done")
	}
	began := clock.System.Now()
	if err := Prepare(t.Context(), c, Options{Seed: 1}); err != nil {
		t.Fatalf("after one that was cut off: %v", err)
	}
	t.Logf("filled in %s", clock.System.Now().Sub(began))
	first, err := os.ReadFile(filepath.Join(c.Data, fullName))
	if err != nil {
		t.Fatal(err)
	}
	if err := Prepare(t.Context(), c, Options{Seed: 2}); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(filepath.Join(c.Data, fullName)); err != nil || !bytes.Equal(again, first) {
		t.Errorf("a second start made it anew (%v)", err)
	}
	a, err := app.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	checkWhole(t, a)
	checkRequests(t, a)
	checkExamples(t, a)
	checkAssessments(t, a)
	checkStations(t, a)
	checkMembers(t, a)
	checkSignIns(t, a)
}

// checkWhole holds what `nuanxin check` holds.
func checkWhole(t *testing.T, a *app.App) {
	report, err := a.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Results {
		for _, wrong := range r.Wrong {
			t.Errorf("%s: %s", r.Name, wrong)
		}
	}
}

func checkRequests(t *testing.T, a *app.App) {
	seen := map[request.Status]int{}
	missed, raised, total := 0, 0, 0
	f := request.Filter{Group: request.GroupAll, Limit: 100}
	for {
		page, err := a.Requests.List(authz.AsSystem(t.Context(), "test"), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rows {
			total++
			seen[r.Status]++
			if r.Missed {
				missed++
			}
			if r.Level == 3 {
				raised++
			}
			if !r.Demo {
				t.Errorf("request %s does not carry the demo's mark", r.Number)
			}
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	t.Logf("%d requests: %v; %d missed a clock, %d went up", total, seen, missed, raised)
	if total != world.Requests || missed == 0 || raised == 0 {
		t.Errorf("%d requests, %d missed a clock, %d went up", total, missed, raised)
	}
	for _, s := range request.Statuses() {
		if seen[s] == 0 {
			t.Errorf("no request is %q", s)
		}
	}
}

// checkExamples holds that the public page shows what was retold, marked as invented, and
// that a worker's consent stands behind each.
func checkExamples(t *testing.T, a *app.App) {
	shown, err := a.Examples.Answered(t.Context(), "")
	if err != nil || len(shown) != len(world.Examples()) {
		t.Fatalf("%d are shown, %v", len(shown), err)
	}
	for _, r := range world.Examples() {
		if !slices.ContainsFunc(shown, func(s example.Shown) bool { return s.Draft == example.Draft{What: r.What, Done: r.Done} }) || !strings.Contains(r.What, "示例") {
			t.Errorf("%s is not shown, or not marked", r.Case)
		}
	}
}

// checkAssessments holds that the register shows an assessment and an audit, marked as
// invented, and what is still missing.
func checkAssessments(t *testing.T, a *app.App) {
	r, err := a.Assess.List(authz.With(t.Context(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Grants: []authz.Grant{{Role: authz.Auditor}}}), "")
	if err != nil || len(r.Entries) != len(world.Assessments()) || len(r.Gaps) == 0 {
		t.Fatalf("got %+v, %v", r, err)
	}
	for _, e := range r.Entries {
		if !strings.HasPrefix(e.Subject, "（示例）") {
			t.Errorf("%s is not marked", e.Subject)
		}
	}
}

// checkMembers holds that a cadre meets members in every state, and every doubt,
// and that the phone of the welcome can still join.
func checkMembers(t *testing.T, a *app.App) {
	states, doubts, waiting := map[member.State]int{}, map[member.Why]int{}, 0
	f := roll.Filter{Limit: 100}
	page, err := a.Roll.List(authz.AsSystem(t.Context(), "test"), f)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range page.Rows {
		states[r.State]++
		for _, d := range r.Doubts {
			doubts[d.Why]++
		}
		if r.To != "" {
			waiting++
		}
	}
	t.Logf("%d members: %v, %v, %d want to move", len(page.Rows), states, doubts, waiting)
	for _, s := range member.States() {
		if states[s] == 0 && s != member.Merged { // a merged record is read through the one that it went into
			t.Errorf("no member is %q", s)
		}
	}
	for _, why := range []member.Why{member.SameDocument, member.SameNameBirth, member.SameNameArea, member.Young, member.UnknownArea} {
		if doubts[why] == 0 {
			t.Errorf("nobody raises %q", why)
		}
	}
	if len(page.Rows) < 30 || waiting < 2 {
		t.Errorf("%d members, %d want to move", len(page.Rows), waiting)
	}
}

func checkStations(t *testing.T, a *app.App) {
	if err := a.Finder.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, mapped := a.Finder.Len()
	if all != world.County || mapped >= all {
		t.Errorf("the finder knows %d stations, %d on the map; want %d, some of them not", all, mapped, world.County)
	}
	ctx := authz.AsSystem(t.Context(), "test")
	batches, err := a.Intake.Imports(ctx, 10)
	if err != nil || len(batches) != 1 || batches[0].State != "applied" {
		t.Errorf("imports: %d, %v; want one that is applied", len(batches), err)
	}
	statuses := map[station.Status]int{}
	for street := range 8 {
		views, err := a.Stations.Directory(ctx, station.Filter{Area: fmt.Sprintf("%s%03d", world.Area, street+1), Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range views {
			statuses[v.Now.Status]++
			if !v.Demo {
				t.Errorf("workers are shown %s, which is not the demo's", v.Name)
			}
		}
	}
	t.Logf("stations now: %v", statuses)
	for _, s := range []station.Status{station.Open, station.Shut, station.Unknown, station.LockedNow} {
		if statuses[s] == 0 {
			t.Errorf("no station is %q", s)
		}
	}
}

func checkSignIns(t *testing.T, a *app.App) {
	text := Welcome("http://localhost:8080")
	if n := strings.Count(text, "\n"); n != 10 {
		t.Errorf("the welcome has %d lines, want ten", n)
	}
	for _, p := range world.StaffList() {
		if !strings.Contains(text, p.Login) && p.Login != "shilei" && p.Login != "daijun" {
			t.Errorf("the welcome does not name %s", p.Login)
		}
		if _, err := a.Accounts.SignInStaff(t.Context(), p.Login, world.Password); err != nil {
			t.Errorf("%s cannot sign in: %v", p.Login, err)
		}
	}
}

func TestAnOlderDemoIsBroughtUpToDate(t *testing.T) {
	c := Configure(app.Config{Data: filepath.Join(t.TempDir(), "demo"), Clock: clock.At(time.Date(2026, 11, 24, 4, 30, 0, 0, time.UTC))})
	if err := mark(c.Data, markName, []byte(markText)); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Migrate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := mark(c.Data, fullName, []byte("{}\n")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(c.Data, "nuanxin.db")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), db.Config{URL: file, Clock: c.Clock})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Migrate(t.Context(), withoutNewest(t)), d.Close()); err != nil {
		t.Fatal(err)
	}
	if a, err := app.Open(t.Context(), c); err == nil {
		_ = a.Close()
		t.Fatal("the schema is not older; the test tests nothing")
	}
	if err := Prepare(t.Context(), c, Options{}); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), c)
	if err != nil {
		t.Fatalf("after a second start by a newer program: %v", err)
	}
	_ = a.Close()
}

// withoutNewest are all migrations but the last: the schema of the program before.
func withoutNewest(t *testing.T) fs.FS {
	t.Helper()
	newest := fmt.Sprint(app.SchemaVersion())
	older := fstest.MapFS{}
	for _, schema := range app.Schemas {
		names, err := fs.Glob(schema, "migrate/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(schema, name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(name, "migrate/"+newest) {
				older[name] = &fstest.MapFile{Data: text}
			}
		}
	}
	return older
}

func TestPrepareLeavesOthersAlone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "letters.txt")
	if err := os.WriteFile(file, []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, fresh := range []bool{false, true} {
		if err := Prepare(t.Context(), app.Config{Data: dir}, Options{Fresh: fresh}); err == nil {
			t.Errorf("fresh=%v: somebody else's folder is taken for the demo", fresh)
		}
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("the file is gone: %v", err)
	}
}
