package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"nuanxin/internal/fault"
	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/intake/list"
)

func TestApplyAgainAndUndo(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		file := source(t, "stations_public.csv")
		batch, err := h.in.Stage(national, file, list.Options{File: "stations_public.csv"})
		if err != nil {
			t.Fatal(err)
		}
		outcomes, err := h.in.Apply(national, batch.ID, batch.Lines[0].Row)
		if err != nil {
			t.Fatal(err)
		}
		adds := batch.Count(list.WillAdd) - 1
		if got := count(outcomes, list.WillAdd); got != adds || outcomes[0].Why != "import.left_out" {
			t.Errorf("%d were added, want %d; the first: %+v", got, adds, outcomes[0])
		}
		if _, err := h.in.Apply(national, batch.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("applied twice: %v", err)
		}
		again, err := h.in.DryRun(national, file, list.Options{})
		if err != nil || again.Count(list.WillNot) != adds || again.Count(list.WillUpdate) != 0 {
			for _, l := range again.Lines {
				if l.Action == list.WillUpdate || l.Action == list.WillAdd {
					t.Log(l.Row, l.Understood.Name, say(l), l.Changes)
				}
			}
			t.Errorf("again: %d same, %d update, %d add, %v", again.Count(list.WillNot), again.Count(list.WillUpdate), again.Count(list.WillAdd), err)
		}
		hidden, err := h.Sync(stranger, "", 0)
		if err != nil || len(hidden.Stations)+len(hidden.Gone) != 0 {
			t.Errorf("sample rows are shown to workers: %d, %v", len(hidden.Stations), err)
		}
		touched, used := outcomes[1].Station, outcomes[2].Station
		v, err := h.Get(national, touched)
		if err != nil {
			t.Fatal(err)
		}
		v.Note = "看过"
		if _, err := h.Edit(national, touched, v.Version, v.Facts); err != nil {
			t.Fatal(err)
		}
		if err := h.Reported(program, used, station.Locked, h.clock.Now(), "R1"); err != nil {
			t.Fatal(err)
		}
		undone, err := h.in.Undo(national, batch.ID)
		if err != nil {
			t.Fatal(err)
		}
		if undone[0].Why != "import.changed_meanwhile" || undone[1].Why != "import.used_meanwhile" || count(undone, list.WillAdd) != adds-2 {
			t.Errorf("undone: %+v %+v, %d", undone[0], undone[1], count(undone, list.WillAdd))
		}
		kept, err := h.in.Staged(national, batch.ID)
		if err != nil || kept.Lines[1].Left != "import.changed_meanwhile" || kept.Lines[2].Left != "import.used_meanwhile" || kept.Lines[3].Left != "" {
			t.Errorf("the import does not tell which rows were left alone: %q %q %v", kept.Lines[1].Left, kept.Lines[2].Left, err)
		}
		left, err := h.List(national, station.Filter{Limit: 200})
		if err != nil || len(left) != 2 {
			t.Errorf("%d stations are left, %v; want the two that were touched", len(left), err)
		}
	})
}

func count(all []intake.Outcome, a list.Action) (n int) {
	for _, o := range all {
		if o.Action == a {
			n++
		}
	}
	return n
}

func TestUpdateAndItsUndo(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		first, err := h.in.Stage(cadre, table(t, header+"涪城区,甲站,一环路1号,每天8:00-20:00,12351,热水,30平方米,,\n"), fucheng)
		if err != nil {
			t.Fatal(err)
		}
		outcomes, err := h.in.Apply(cadre, first.ID)
		if err != nil {
			t.Fatal(err)
		}
		st := outcomes[0].Station
		second, err := h.in.Stage(cadre, table(t, header+"涪城区,甲站,一环路1号,每天8:00-22:00,0816-2345678,热水;厕所,,,\n"), fucheng)
		if err != nil || second.Lines[0].Action != list.WillUpdate || len(second.Lines[0].Changes) != 3 {
			t.Fatalf("second = %+v, %v", second.Lines[0], err)
		}
		if _, err := h.in.Apply(cadre, second.ID); err != nil {
			t.Fatal(err)
		}
		v, err := h.Get(cadre, st)
		if err != nil || v.Hours.Text(false) != "每天 8:00–22:00" || v.Size.Metres != 30 || !slices.Equal(v.Phones, []string{"0816-2345678"}) || v.Version != 2 {
			t.Errorf("after the update: %+v, %v", v.Station, err)
		}
		if _, err := h.in.Undo(cadre, second.ID); err != nil {
			t.Fatal(err)
		}
		v, err = h.Get(cadre, st)
		if err != nil || v.Hours.Text(false) != "每天 8:00–20:00" || !slices.Equal(v.Phones, []string{"12351"}) || !v.InUse() {
			t.Errorf("after the undo: %+v, %v", v.Station, err)
		}
		if _, err := h.SetHours(cadre, st, v.Version, hours.Table{Known: true, Rows: []hours.Row{{Days: hours.EveryDay, From: 0, To: 1440}}}); err != nil {
			t.Fatal(err)
		}
		report, err := h.in.DryRun(cadre, table(t, header+"涪城区,甲站,一环路1号,每天8:00-22:00,,,,,\n"), fucheng)
		if err != nil || say(report.Lines[0]) != "same import.hours_by_hand" {
			t.Errorf("hours set by hand: %s, %v", say(report.Lines[0]), err)
		}
	})
}

func TestImportRights(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		file := table(t, header+"涪城区,甲站,,,,,,,\n")
		if _, err := h.in.Stage(host, file, fucheng); !fault.Is(err, fault.Denied) {
			t.Errorf("a host stages: %v", err)
		}
		if _, err := h.in.Stage(stranger, file, fucheng); err == nil {
			t.Error("a stranger stages")
		}
		b, err := h.in.Stage(cadre, file, fucheng)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.in.Staged(sibling, b.ID); !fault.Is(err, fault.Missing) {
			t.Errorf("a sibling's cadre looks at an import: %v", err)
		}
		if _, err := h.in.Apply(sibling, b.ID); !fault.Is(err, fault.Missing) {
			t.Errorf("a sibling's cadre applies an import: %v", err)
		}
	})
}

// TestTwoImportsOfOneFile applies two staged copies at once: every station is
// added once.
func TestTwoImportsOfOneFile(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var rows strings.Builder
		for i := range 20 {
			fmt.Fprintf(&rows, "涪城区,第%d号驿站,一环路%d号,,,,,,\n", i, i)
		}
		var wg sync.WaitGroup
		for range 2 {
			b, err := h.in.Stage(cadre, table(t, header+rows.String()), fucheng)
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				if _, err := h.in.Apply(cadre, b.ID); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		all, err := h.List(cadre, station.Filter{Limit: 200})
		if err != nil || len(all) != 20 {
			t.Errorf("%d stations, %v; want 20", len(all), err)
		}
	})
}
