package intake_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/intake/list"
)

// many is a list that is too long to be done while one waits.
const many = direct + 35

// halfWay is on the way through such a list, in each kind of work.
const halfWay = 80

// csv is a list of so many stations.
func csv(n int) []byte {
	var b strings.Builder
	b.WriteString(header)
	for i := range n {
		fmt.Fprintf(&b, "涪城区,第%d号驿站,一环路%d号,每天8:00-22:00,12351,热水;厕所,,,\n", i, i)
	}
	return []byte(b.String())
}

var background = authz.AsSystem(context.Background(), "job.station.import")

func (h house) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h house) upload(t *testing.T, who context.Context, raw []byte) intake.ID {
	t.Helper()
	id, err := h.in.Upload(who, raw, fucheng)
	h.must(t, err)
	return id
}

// rows counts the rows of a table.
func (h house) rows(t *testing.T, table string) (n int) {
	t.Helper()
	h.must(t, h.db.View(t.Context(), func(tx *db.Tx) error { return tx.One(t.Context(), `select count(*) from `+table, nil, &n) }))
	return n
}

// stations counts what readers see, by the list and by what finders follow.
func (h house) stations(t *testing.T) int {
	t.Helper()
	d, err := h.Sync(stranger, "", 1000)
	h.must(t, err)
	n := len(d.Stations)
	for d.More {
		d, err = h.Sync(stranger, d.Cursor, 1000)
		h.must(t, err)
		n += len(d.Stations)
	}
	if got := h.rows(t, "station where closed_at is null"); got != n {
		t.Errorf("%d stations are there and %d are told", got, n)
	}
	return n
}

func (h house) state(t *testing.T, id intake.ID) string {
	t.Helper()
	b, err := h.in.Head(cadre, id)
	h.must(t, err)
	if b.Work == nil {
		return string(b.State)
	}
	return fmt.Sprintf("%s %s %d/%d", b.State, b.Work.Kind, b.Work.Done, b.Work.Total)
}

// whole checks that nothing of long work is left behind and every audit chain holds.
func (h house) whole(t *testing.T) {
	t.Helper()
	for _, table := range []string{"station_work", "station_next", "station_gram g where not exists (select 1 from station s where s.station_id = g.station_id)",
		"station_name g where not exists (select 1 from station s where s.station_id = g.station_id)"} {
		if n := h.rows(t, table); n != 0 {
			t.Errorf("%d rows are left in %s", n, table)
		}
	}
	h.must(t, h.db.View(t.Context(), func(tx *db.Tx) error {
		_, breaks, err := op.VerifyAudit(t.Context(), tx)
		if len(breaks) > 0 {
			t.Errorf("audit: %v", breaks)
		}
		return err
	}))
}

// TestLongListInTheBackground takes longer steps than one statement holds.
func TestLongListInTheBackground(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		const many = 420
		h.in.Steps(400, 320, 150)
		id := h.upload(t, cadre, csv(many))
		if got := h.state(t, id); got != "staged read 0/0" {
			t.Errorf("taken in: %s", got)
		}
		if _, err := h.in.Apply(cadre, id); !fault.Is(err, fault.Conflict) {
			t.Errorf("applied before it was read: %v", err)
		}
		files, err := h.Files(program)
		h.must(t, err)
		if len(files) != 1 {
			t.Errorf("%d files are named, want the list: what nobody names is swept away", len(files))
		}
		h.must(t, h.in.Work(background))
		p, err := h.in.Lines(cadre, id, intake.PartAll, 3, 40)
		if err != nil || h.state(t, id) != "staged" || p.Counts[intake.PartAll] != many || p.Lines[0].Understood.Name != "第80号驿站" || h.stations(t) != 0 {
			t.Errorf("read: %s, %d lines, %v", h.state(t, id), p.Counts[intake.PartAll], err)
		}
		_, err = h.in.Carry(cadre, id, intake.Applying)
		if err != nil || h.state(t, id) != fmt.Sprintf("staged apply 0/%d", many) || h.stations(t) != 0 {
			t.Errorf("ordered: %s, %v", h.state(t, id), err)
		}
		h.must(t, h.in.Work(background))
		b, err := h.in.Head(cadre, id)
		if err != nil || b.Done != (intake.Tally{Added: many}) || h.stations(t) != many {
			t.Errorf("applied: %+v, %d stations, %v", b.Done, h.stations(t), err)
		}
		found, err := h.List(cadre, station.Filter{Words: "第7号驿站"})
		if err != nil || len(found) != 1 {
			t.Errorf("%d stations are found by words, %v", len(found), err)
		}
		h.whole(t)
		_, err = h.in.Carry(cadre, id, intake.Undoing)
		h.must(t, err)
		h.must(t, h.in.Work(background))
		if h.state(t, id) != "undone" || h.stations(t) != 0 {
			t.Errorf("undone: %s, %d stations are left", h.state(t, id), h.stations(t))
		}
		h.whole(t)
		if some, err := h.in.Waiting(background); some || err != nil {
			t.Errorf("work is left: %v", err)
		}
	})
}

// TestOneAfterTheOther: who waits is told for whom, what was ordered first is
// done first, and each goes on by itself.
func TestOneAfterTheOther(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		staged := func(file string) intake.ID {
			o := fucheng
			o.File = file
			id, err := h.in.Upload(cadre, csv(many), o)
			h.must(t, err)
			h.must(t, h.in.Work(background))
			return id
		}
		order := func(id intake.ID) {
			h.clock.Move(time.Second)
			_, err := h.in.Carry(cadre, id, intake.Applying)
			h.must(t, err)
		}
		ahead := func(who context.Context, id intake.ID) string {
			a, err := h.in.Ahead(who, id)
			h.must(t, err)
			return fmt.Sprintf("%d %s %d/%d", a.Count, a.File, a.Work.Done, a.Work.Total)
		}
		first, second := staged("a.csv"), staged("b.csv")
		order(second)
		order(first)
		elsewhere, err := h.in.Upload(sibling, csv(many), list.Options{Area: "510704"})
		h.must(t, err)
		for _, want := range []struct {
			about string
			who   context.Context
			id    intake.ID
			says  string
		}{
			{"ordered first", cadre, second, "0  0/0"},
			{"ordered later, though staged before", cadre, first, fmt.Sprintf("1 b.csv 0/%d", many)},
			{"who may not see them", sibling, elsewhere, fmt.Sprintf("2  0/%d", many)},
		} {
			if got := ahead(want.who, want.id); got != want.says {
				t.Errorf("%s: got %s, want %s", want.about, got, want.says)
			}
		}
		if err := h.in.Work(cutOff(t, background, few)); err == nil {
			t.Fatal("it was not cut off")
		}
		if got, want := ahead(cadre, first), fmt.Sprintf("1 b.csv %d/%d", few, many); got != want {
			t.Errorf("on the way: got %s, want %s", got, want)
		}
		h.must(t, h.in.Work(background))
		last, err := h.in.Head(sibling, elsewhere)
		h.must(t, err)
		if h.state(t, first) != "applied" || h.state(t, second) != "applied" || last.Work != nil {
			t.Errorf("in the end: %s, %s, %+v", h.state(t, first), h.state(t, second), last.Work)
		}
		if got := ahead(cadre, first); got != "0  0/0" {
			t.Errorf("in the end: %s", got)
		}
	})
}

// cutOff is a context that ends once so many rows are through.
func cutOff(t *testing.T, ctx context.Context, at int) context.Context {
	ctx, stop := context.WithCancel(ctx)
	t.Cleanup(stop)
	return intake.WithProgress(ctx, func(done, _ int) {
		if done >= at {
			stop()
		}
	})
}

// TestRestartHalfWay stops the background in the middle of each kind of work,
// and once before the last step: readers have seen nothing then, and whoever
// comes next does the rest, and nothing twice.
func TestRestartHalfWay(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		id := h.upload(t, cadre, csv(many))
		step := func(about string, before, after int) {
			t.Helper()
			for _, at := range []int{halfWay, many} {
				if err := h.in.Work(cutOff(t, background, at)); err == nil && at < many {
					t.Errorf("%s: was not cut off", about)
				}
				if got := h.stations(t); got != before && h.state(t, id) != about {
					t.Errorf("%s, cut off: %d stations, want %d", about, got, before)
				}
			}
			h.must(t, h.in.Work(background))
			if got := h.stations(t); got != after || h.state(t, id) != about {
				t.Errorf("%s: %s, %d stations, want %d", about, h.state(t, id), got, after)
			}
			h.whole(t)
		}
		step("staged", 0, 0)
		_, err := h.in.Carry(cadre, id, intake.Applying)
		h.must(t, err)
		step("applied", 0, many)
		_, err = h.in.Carry(cadre, id, intake.Undoing)
		h.must(t, err)
		step("undone", many, 0)
		if got := h.rows(t, "station_import_row"); got != many {
			t.Errorf("%d rows are kept, want %d", got, many)
		}
	})
}

func TestCancel(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		id := h.upload(t, cadre, csv(many))
		_ = h.in.Work(cutOff(t, background, halfWay))
		if err := h.in.Cancel(sibling, id); !fault.Is(err, fault.Missing) {
			t.Errorf("a sibling's cadre stops an import: %v", err)
		}
		h.must(t, h.in.Cancel(cadre, id))
		h.must(t, h.in.Work(background))
		if _, err := h.in.Head(cadre, id); !fault.Is(err, fault.Missing) || h.rows(t, "station_import_row") != 0 {
			t.Errorf("stopped while it was read: %d rows are left, %v", h.rows(t, "station_import_row"), err)
		}
		id = h.upload(t, cadre, csv(many))
		h.must(t, h.in.Work(background))
		_, err := h.in.Carry(cadre, id, intake.Applying)
		h.must(t, err)
		_ = h.in.Work(cutOff(t, background, halfWay))
		h.must(t, h.in.Cancel(cadre, id))
		h.must(t, h.in.Work(background))
		if h.state(t, id) != "staged" || h.stations(t) != 0 {
			t.Errorf("stopped while it was applied: %s, %d stations", h.state(t, id), h.stations(t))
		}
		h.whole(t)
		if err := h.in.Cancel(cadre, id); !fault.Is(err, fault.Conflict) {
			t.Errorf("stopped what was not going on: %v", err)
		}
		if _, err := h.in.Apply(cadre, id); err != nil || h.stations(t) != many {
			t.Errorf("applied after all: %d stations, %v", h.stations(t), err)
		}
		_, err = h.in.Carry(cadre, id, intake.Undoing)
		h.must(t, err)
		_ = h.in.Work(cutOff(t, background, halfWay))
		h.must(t, h.in.Cancel(cadre, id))
		h.must(t, h.in.Work(background))
		if h.state(t, id) != "applied" || h.stations(t) != many {
			t.Errorf("stopped while it was undone: %s, %d stations", h.state(t, id), h.stations(t))
		}
		h.whole(t)
	})
}

func TestBadLongFiles(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for _, test := range []struct{ about, text, want string }{
			{"no header", strings.Repeat("一,二,三\n", many), "sheet.no_header"},
			{"a quote that never ends", string(csv(many)) + "\"涪城区,甲站\n", "sheet.csv"},
			{"too many rows", header + strings.Repeat("涪城区,甲,乙,,,,,,\n", 50_001), "sheet.rows"},
			{"in no encoding", string(csv(many)) + "\xff\xff\n", "sheet.encoding.wrong"},
		} {
			id := h.upload(t, cadre, []byte(test.text))
			h.must(t, h.in.Work(background))
			b, err := h.in.Head(cadre, id)
			h.must(t, err)
			if b.Work == nil || b.Work.Trouble == nil || b.Work.Trouble.Msg != test.want {
				t.Errorf("%s: got %+v, want %s", test.about, b.Work, test.want)
				continue
			}
			if some, err := h.in.Waiting(background); some || err != nil {
				t.Errorf("%s: it is tried again, %v", test.about, err)
			}
			h.must(t, h.in.Cancel(cadre, id))
			h.must(t, h.in.Work(background))
			if _, err := h.in.Head(cadre, id); !fault.Is(err, fault.Missing) {
				t.Errorf("%s: put away, but still there: %v", test.about, err)
			}
		}
		h.whole(t)
	})
}

// TestMeanwhile lets others work between the first prepared row and the last:
// what they did is theirs.
func TestMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ids, err := h.AddAll(program, []station.Facts{{Name: "第5号驿站", Area: "510703", Address: "一环路5号", Public: true},
			{Name: "第6号驿站", Area: "510703", Address: "一环路6号", Public: true}}, station.FromCadre)
		h.must(t, err)
		id := h.upload(t, cadre, csv(many))
		h.must(t, h.in.Work(background))
		_, err = h.in.Carry(cadre, id, intake.Applying)
		h.must(t, err)
		_ = h.in.Work(cutOff(t, background, many))
		_, err = h.Edit(cadre, ids[0], 1, station.Facts{Name: "第5号驿站", Area: "510703", Address: "一环路5号", Note: "手改的", Public: true})
		h.must(t, err)
		_, err = h.Add(cadre, "", station.Facts{Name: "第9号驿站", Area: "510703", Address: "一环路9号", Public: true})
		h.must(t, err)
		h.must(t, h.db.Update(t.Context(), func(tx *db.Tx) error { // somebody has drawn the same codes
			_, err := tx.Exec(t.Context(), `insert into station_code (code, station_id) select code, $1 from station_next where seq >= 100 and seq < 103`, ids[0])
			return err
		}))
		h.must(t, h.in.Work(background))
		b, err := h.in.Head(cadre, id)
		if err != nil || b.Done != (intake.Tally{Added: many - 3, Updated: 1, Left: 2}) || h.stations(t) != many {
			t.Errorf("%+v, %d stations, %v", b.Done, h.stations(t), err)
		}
		left, err := h.in.Lines(cadre, id, intake.PartLeft, 1, 40)
		if err != nil || len(left.Lines) != 2 || left.Lines[0].Left != "import.changed_meanwhile" || left.Lines[1].Understood.Name != "第9号驿站" {
			t.Errorf("left alone: %+v, %v", left.Lines, err)
		}
		if v, err := h.Get(cadre, ids[0]); err != nil || v.Note != "手改的" || v.Hours.Known {
			t.Errorf("what was edited by hand: %+v, %v", v.Facts, err)
		}
		found, err := h.List(cadre, station.Filter{Words: "第101号驿站"})
		h.must(t, err)
		if again, err := h.ByCode(cadre, found[0].Code); err != nil || again.ID != found[0].ID {
			t.Errorf("by the code that was drawn anew: %v, %v", again.ID, err)
		}
		if by, err := h.List(cadre, station.Filter{Words: found[0].Code}); err != nil || len(by) != 1 {
			t.Errorf("%d stations are found by that code, %v", len(by), err)
		}
		h.whole(t)
	})
}

// TestTwoCadresAtOnce lets two import the same list, and two processes work.
func TestTwoCadresAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var both [2]intake.ID
		for i := range both {
			both[i] = h.upload(t, cadre, csv(many))
		}
		work := func() {
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() { h.must(t, h.in.Work(background)) })
			}
			wg.Wait()
		}
		work()
		for _, id := range both {
			_, err := h.in.Carry(cadre, id, intake.Applying)
			h.must(t, err)
		}
		work()
		h.must(t, h.in.Work(background))
		var sum intake.Tally
		for _, id := range both {
			b, err := h.in.Head(cadre, id)
			h.must(t, err)
			sum.Added, sum.Left = sum.Added+b.Done.Added, sum.Left+b.Done.Left
		}
		if sum != (intake.Tally{Added: many, Left: many}) || h.stations(t) != many {
			t.Errorf("%+v, %d stations; want each once", sum, h.stations(t))
		}
		h.whole(t)
	})
}

// TestWhoeverAskedIsGone lets work stand still that somebody did at once: the
// background does not touch it at first, and then takes it over.
func TestWhoeverAskedIsGone(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		b, err := h.in.Stage(cadre, table(t, string(csv(90))), fucheng)
		h.must(t, err)
		if _, err := h.in.Apply(cutOff(t, cadre, few), b.ID); err == nil {
			t.Error("it was not cut off")
		}
		h.must(t, h.in.Work(background))
		if got := h.state(t, b.ID); got != "staged apply 15/90" {
			t.Errorf("at once: %s", got)
		}
		h.clock.Move(2 * time.Minute)
		h.must(t, h.in.Work(background))
		if h.state(t, b.ID) != "applied" || h.stations(t) != 90 {
			t.Errorf("later: %s, %d stations", h.state(t, b.ID), h.stations(t))
		}
		h.whole(t)
		other := bytes.ReplaceAll(csv(many), []byte("驿站"), []byte("别站"))
		if _, err := h.in.Stage(cutOff(t, program, halfWay), table(t, string(other)), fucheng); err == nil {
			t.Error("a command was not cut off")
		}
		h.clock.Move(2 * time.Minute)
		h.must(t, h.in.Work(background))
		if all, err := h.in.Imports(cadre, 10); err != nil || len(all) != 1 {
			t.Errorf("a command that was ended while it read left %d imports, %v", len(all)-1, err)
		}
		if b, err = h.in.Stage(program, table(t, string(other)), fucheng); err != nil {
			t.Fatal(err)
		}
		if _, err := h.in.Apply(cutOff(t, program, halfWay), b.ID); err == nil {
			t.Error("a command was not cut off")
		}
		h.clock.Move(2 * time.Minute)
		h.must(t, h.in.Work(background))
		if h.state(t, b.ID) != "staged" || h.stations(t) != 90 {
			t.Errorf("a command that was ended while it applied: %s, %d stations", h.state(t, b.ID), h.stations(t))
		}
		h.whole(t)
	})
}

// TestRightsThatWereTakenAway: what waited is done with the rights of the moment
// in which it is done.
func TestRightsThatWereTakenAway(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		id := h.upload(t, cadre, csv(many))
		h.must(t, h.in.Work(background))
		_, err := h.in.Carry(cadre, id, intake.Applying)
		h.must(t, err)
		h.in.Rights = func(_ context.Context, person string) (authz.Subject, error) {
			return authz.Subject{ID: person, Kind: authz.Staff}, nil
		}
		rights := h.in.Rights
		h.in.Rights = nil
		_ = h.in.Work(cutOff(t, background, halfWay))
		h.in.Rights = rights
		h.must(t, h.in.Work(background))
		b, err := h.in.Head(cadre, id)
		if err != nil || b.Work == nil || b.Work.Trouble == nil || h.rows(t, "station_next") == 0 || h.stations(t) != 0 {
			t.Errorf("without rights: %+v, %d stations, %v; want none and told why", b.Work, h.stations(t), err)
		}
		h.must(t, h.in.Cancel(national, id)) // a colleague
		h.must(t, h.in.Work(background))
		if got := h.state(t, id); got != "staged" || h.rows(t, "station_next") != 0 {
			t.Errorf("stopped by a colleague: %s, %d prepared rows are left", got, h.rows(t, "station_next"))
		}
		h.whole(t)
	})
}
