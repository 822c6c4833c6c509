package intake_test

import (
	"testing"
	"time"

	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/intake/list"
)

// TestOneStationTwiceInAFile: a station with two names is in a file under both.
// One row changes it; the other is told, on both databases.
func TestOneStationTwiceInAFile(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		st, err := h.Add(cadre, "", station.Facts{Name: "甲站", OtherNames: []string{"乙站"}, Area: "510703", Address: "一环路1号"})
		if err != nil {
			t.Fatal(err)
		}
		b, err := h.in.Stage(cadre, table(t, header+"涪城区,甲站,一环路1号,,12351,,,,\n涪城区,乙站,一环路1号,,12345,,,,\n"), fucheng)
		if err != nil {
			t.Fatal(err)
		}
		if got := say(b.Lines[1]); got != "skip(import.repeated_row) import.repeated_row" {
			t.Errorf("the second row: %s", got)
		}
		got, err := h.in.Apply(cadre, b.ID)
		if err != nil || len(got) != 2 || count(got, list.WillUpdate) != 1 {
			t.Errorf("applied: %+v, %v", got, err)
		}
		v, err := h.Get(cadre, st.ID)
		if err != nil || len(v.Phones) != 1 || v.Phones[0] != "12351" {
			t.Errorf("the station has %v, %v", v.Phones, err)
		}
	})
}

// TestUndoKeepsTheAgeOfHours: hours that come back are as old as they were.
func TestUndoKeepsTheAgeOfHours(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		apply := func(hours string) (b, st string) {
			staged, err := h.in.Stage(cadre, table(t, header+"涪城区,甲站,一环路1号,"+hours+",,,,,\n"), fucheng)
			if err != nil {
				t.Fatal(err)
			}
			out, err := h.in.Apply(cadre, staged.ID)
			if err != nil {
				t.Fatal(err)
			}
			return string(staged.ID), string(out[0].Station)
		}
		_, id := apply("每天8:00-20:00")
		said := h.clock.Now()
		h.clock.Move(240 * time.Hour)
		second, _ := apply("每天8:00-22:00")
		h.clock.Move(time.Hour)
		if _, err := h.in.Undo(cadre, intake.ID(second)); err != nil {
			t.Fatal(err)
		}
		v, err := h.Get(cadre, station.ID(id))
		if err != nil || v.Hours.Text(false) != "每天 8:00–20:00" || !v.HoursAt.Equal(said) || v.HoursBy != station.FromFile {
			t.Errorf("hours %s of %v by %s, %v; want those of %v", v.Hours.Text(false), v.HoursAt, v.HoursBy, err, said)
		}
	})
}

// TestUndoLeavesWhatWasUsed: also what is settled and over was use.
func TestUndoLeavesWhatWasUsed(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		b, err := h.in.Stage(cadre, table(t, header+"涪城区,甲站,一环路1号,,,,,,\n涪城区,乙站,一环路2号,,,,,,\n"), fucheng)
		if err != nil {
			t.Fatal(err)
		}
		added, err := h.in.Apply(cadre, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		used := added[0].Station
		h.must(t, h.Reported(program, used, station.Locked, h.clock.Now(), "R1"))
		h.must(t, h.Settled(program, used, "R1", h.clock.Now().Add(time.Minute)))
		h.clock.Move(time.Hour)
		if _, err := h.in.Undo(cadre, b.ID); err != nil {
			t.Fatal(err)
		}
		for i, open := range []bool{true, false} {
			v, err := h.Get(cadre, added[i].Station)
			if err != nil || v.InUse() != open {
				t.Errorf("%s: in use %v, %v; want %v", v.Name, v.InUse(), err, open)
			}
		}
	})
}
