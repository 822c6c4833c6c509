package intake_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/intake/list"
)

// added adds a station and returns it.
func (h house) added(t *testing.T, who context.Context, f station.Facts) station.Station {
	t.Helper()
	done, err := h.Add(who, "", f)
	h.must(t, err)
	v, err := h.Get(who, done.ID)
	h.must(t, err)
	return v.Station
}

// TestStationOfTheCity: a row may lie in the importer's county and be about a
// station that only the city's cadre keeps. It is left alone, by its code and by
// its name and address; the city itself may.
func TestStationOfTheCity(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		facts := station.Facts{Name: "市总驿站", Area: "5107", Address: "一环路1号", Public: true}
		coded := h.added(t, national, facts)
		facts.Name, facts.Address = "园区驿站", "二环路2号"
		named := h.added(t, national, facts)
		if _, err := h.Edit(cadre, coded.ID, coded.Version, facts); err == nil {
			t.Fatal("a county's cadre edits it by hand: this test shows nothing")
		}
		file := table(t, "驿站编码,区县,站点名称,详细地址,联系电话\n"+
			coded.Code+",涪城区,改了的名字,一环路1号,08160000000\n"+
			",涪城区,园区驿站,二环路2号,08160000000\n"+
			",涪城区,园区驿站,二环路2号,08160000001\n"+
			coded.Code+",涪城区,乙站,别路3号,\n")
		b, err := h.in.Stage(cadre, file, fucheng)
		h.must(t, err)
		const refused = "refuse(import.outside_area) import.station_outside"
		for i, want := range []string{refused, refused, refused, "skip(import.code_other) import.code_other"} {
			if got := say(b.Lines[i]); got != want || b.Lines[i].Station != "" || len(b.Lines[i].Changes) > 0 {
				t.Errorf("row %d: got %s, %+v; want %s", b.Lines[i].Row, got, b.Lines[i].Changes, want)
			}
		}
		if d := b.Lines[3].Doubts[0]; d.Text != coded.Code {
			t.Errorf("another's station is told by name: %+v", d)
		}
		done, err := h.in.Apply(cadre, b.ID)
		h.must(t, err)
		for _, was := range []station.Station{coded, named} {
			if v, err := h.Get(national, was.ID); err != nil || v.Version != was.Version || v.Name != was.Name {
				t.Errorf("after %+v: %s is %s of version %d, %v", done, was.Name, v.Name, v.Version, err)
			}
		}
		if r, err := h.in.DryRun(as(authz.Cadre, "5107"), file, fucheng); err != nil || r.Lines[0].Action != list.WillUpdate || r.Lines[1].Action != list.WillUpdate {
			t.Errorf("the city's own: %+v, %v", r.Lines, err)
		}
	})
}

// TestAreaLostOnTheWay: who loses the city between the first prepared row and the
// last changes nothing of it any more, neither by an import nor by its undo.
func TestAreaLostOnTheWay(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		city := as(authz.Cadre, "5107")
		st := h.added(t, city, station.Facts{Name: "第0号驿站", Area: "5107", Address: "一环路0号", Public: true})
		moved := func(area string) {
			h.in.Rights = func(_ context.Context, person string) (authz.Subject, error) {
				return authz.Subject{ID: person, Kind: authz.Staff, Grants: []authz.Grant{{Role: authz.Cadre, Area: area}}}, nil
			}
		}
		id := h.upload(t, city, csv(many))
		h.must(t, h.in.Work(background))
		_, err := h.in.Carry(city, id, intake.Applying)
		h.must(t, err)
		_ = h.in.Work(cutOff(t, background, halfWay))
		moved("510703")
		h.must(t, h.in.Work(background))
		b, err := h.in.Head(cadre, id)
		if want := (intake.Tally{Added: many - 1, Left: 1}); err != nil || b.Done != want {
			t.Errorf("applied: %+v, %v; want %+v", b.Done, err, want)
		}
		left, err := h.in.Lines(cadre, id, intake.PartLeft, 1, 40)
		if err != nil || len(left.Lines) != 1 || left.Lines[0].Left != list.Outside {
			t.Errorf("left alone: %+v, %v", left.Lines, err)
		}
		if v, err := h.Get(city, st.ID); err != nil || v.Version != st.Version || v.Area != "5107" {
			t.Errorf("the city's station: %+v, %v", v.Station, err)
		}
		h.whole(t)
	})
}

// TestUndoOfTheCity: what the city changed by a list for one county, the county
// does not change back.
func TestUndoOfTheCity(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		city := as(authz.Cadre, "5107")
		st := h.added(t, city, station.Facts{Name: "甲站", Area: "510704", Address: "甲路1号", Public: true})
		b, err := h.in.Stage(city, table(t, header+"游仙区,甲站,甲路1号,,12351,,,,\n涪城区,乙站,乙路2号,,12351,,,,\n"), fucheng)
		h.must(t, err)
		_, err = h.in.Apply(city, b.ID)
		h.must(t, err)
		_, err = h.in.Undo(cadre, b.ID)
		h.must(t, err)
		if v, err := h.Get(city, st.ID); err != nil || fmt.Sprint(v.Phones) != "[12351]" {
			t.Errorf("a county's cadre changed another county's station back: %v, %v", v.Phones, err)
		}
		if b, err = h.in.Head(cadre, b.ID); err != nil || b.Undone != (intake.Tally{Added: 1, Left: 1}) {
			t.Errorf("undone: %+v, %v", b.Undone, err)
		}
	})
}

// TestTidyingNeedsNoRights: what is left to clear up after an import is cleared up,
// whoever ordered it and whatever they may do by now.
func TestTidyingNeedsNoRights(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var rows strings.Builder
		for i := range 50 {
			fmt.Fprintf(&rows, "涪城区,第%d号驿站,一环路%d号,,PHONE,,,,\n", i, i)
		}
		for _, phone := range []string{"12351", "12345"} {
			b, err := h.in.Stage(cadre, table(t, header+strings.ReplaceAll(rows.String(), "PHONE", phone)), fucheng)
			h.must(t, err)
			ctx, stop := context.WithCancel(cadre)
			t.Cleanup(stop)
			last := 0
			_, err = h.in.Apply(intake.WithProgress(ctx, func(done, _ int) {
				if 0 < done && done < last { // all are taken over, and the clearing up has begun
					stop()
				}
				last = done
			}), b.ID)
			if ctx.Err() == nil {
				continue
			}
			if got := h.state(t, b.ID); err == nil || got != "applied tidy 5/50" {
				t.Fatalf("cut off: %s, %v", got, err)
			}
			h.in.Rights = func(_ context.Context, person string) (authz.Subject, error) {
				return authz.Subject{ID: person, Kind: authz.Staff}, nil
			}
			h.clock.Move(2 * time.Minute)
			h.must(t, h.in.Work(background))
			h.whole(t)
		}
		if h.in.Rights == nil {
			t.Error("nothing was cut off: this test shows nothing")
		}
	})
}
