package office_test

import (
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	"nuanxin/internal/workday"
)

// notices are calendars by revision, in a test's hands.
type notices []workday.Calendar

func (n *notices) Current() int64                     { return int64(len(*n) - 1) }
func (n *notices) As(revision int64) workday.Calendar { return (*n)[min(revision, n.Current())] }

// off is a calendar with 2027 published and days off in it.
func off(t testing.TB, days ...string) workday.Calendar {
	t.Helper()
	var all []workday.Day
	for _, d := range append([]string{"2027-01-01"}, days...) {
		all = append(all, workday.Day{Date: d, Name: "元旦", Off: true})
	}
	cal, err := workday.Calendar{}.WithYear(2027, all)
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

// dated runs fn on both databases at a moment, with the calendar in the test's hands.
func dated(t *testing.T, at time.Time, fn func(h *house, n *notices)) {
	t.Helper()
	clk := clock.At(at)
	dbtest.Each(t, clk, schemas, func(t *testing.T, d *dbOf) {
		clk.Set(at)
		h := build(t, d, clk)
		n := &notices{{}}
		h.needs.Calendar = n
		h.Service = office.NewService(h.desk, h.ring, office.Config{HomeArea: county}, h.needs)
		fn(h, n)
		h.sound()
	})
}

var lastDays = time.Date(2026, 12, 30, 2, 0, 0, 0, time.UTC) // a Wednesday, 10:00

func (h *house) renewed(say string, dark bool, want int) {
	h.t.Helper()
	if n, err := h.Renew(program(), dark); err != nil || n != want {
		h.t.Errorf("%s: renewed %d, %v; want %d", say, n, err, want)
	}
}

func (h *house) caseOf(r request.Receipt) request.Case {
	h.t.Helper()
	c, err := h.Case(cadre(), request.Ref{ID: r.ID})
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func TestANoticePublishedLaterGivesTheDates(t *testing.T) {
	dated(t, lastDays, func(h *house, n *notices) {
		r := h.capture()
		if !r.By.IsZero() || !r.NotBy.Equal(lastDays) {
			h.t.Errorf("before the notice: got by %v, not by %v; want no promise and the moment", r.By, r.NotBy)
		}
		p, err := h.List(cadre(), request.Filter{})
		if err != nil || len(p.Rows) != 1 || p.Rows[0].State != request.ClockUnknown {
			h.t.Fatalf("the list: %+v, %v; want one unknown row", p, err)
		}
		h.renewed("while nothing is out", false, 0)
		*n = notices{off(h.t), off(h.t)} // what was not known counts as it was published first
		h.clk.Set(lastDays.Add(time.Hour))
		h.renewed("when it is out", true, 1)
		h.renewed("again", false, 0)
		c := h.caseOf(r)
		want := time.Date(2027, 1, 7, 9, 30, 0, 0, time.UTC) // the fifth working day after 30 December
		last := c.Timeline[len(c.Timeline)-1]
		if !c.AnswerBy.Equal(want) || last.Kind != request.KindDated || !last.Until.Equal(want) || last.Readers&request.ToWorker == 0 {
			h.t.Errorf("after the notice: got %v and %+v, want %v told to the worker", c.AnswerBy, last, want)
		}
		if !c.NotBefore.IsZero() {
			h.t.Errorf("after the notice: got not before %v, want all known", c.NotBefore)
		}
	})
}

func TestALaterNoticeMovesNoPromise(t *testing.T) {
	dated(t, lastDays, func(h *house, n *notices) {
		*n = append(*n, off(h.t))
		r := h.capture()
		late := append(notices{}, (*n)...)
		late = append(late, off(h.t, "2027-01-04", "2027-01-05"))
		if got, err := h.Foresee(program(), &late); err != nil || got != (office.Foresight{Kept: 1}) {
			h.t.Errorf("the preview: got %+v, %v; want one promise kept", got, err)
		}
		*n = late
		h.renewed("two days off granted late", false, 0)
		c := h.caseOf(r)
		if !c.AnswerBy.Equal(r.By) || !c.Kept {
			h.t.Errorf("the promised date: got %v, kept %v; want %v, kept", c.AnswerBy, c.Kept, r.By)
		}
		next := h.capture()
		if want := time.Date(2027, 1, 11, 9, 30, 0, 0, time.UTC); !next.By.Equal(want) || h.caseOf(next).Kept {
			h.t.Errorf("a request after it: got %v, want %v", next.By, want)
		}
	})
}

func TestACorrectionMovesTheDateInSight(t *testing.T) {
	dated(t, lastDays, func(h *house, n *notices) {
		*n = append(*n, off(h.t))
		r := h.capture()
		mended := notices{{}, off(h.t, "2027-01-04"), off(h.t, "2027-01-04")}
		if got, err := h.Foresee(program(), &mended); err != nil || got != (office.Foresight{Moved: 1}) {
			h.t.Errorf("the preview: got %+v, %v; want one date moved", got, err)
		}
		*n = mended
		h.renewed("a slip mended", false, 1)
		c := h.caseOf(r)
		last := c.Timeline[len(c.Timeline)-1]
		if c.AnswerBy.Equal(r.By) || last.Kind != request.KindDated || !last.Until.Equal(c.AnswerBy) {
			h.t.Errorf("got %v and %+v, want another date than %v, told", c.AnswerBy, last, r.By)
		}
	})
}

func TestStepsThatRunIntoTheUnknownAreFoundAgain(t *testing.T) {
	dated(t, time.Date(2026, 12, 14, 2, 0, 0, 0, time.UTC), func(h *house, n *notices) {
		r := h.capture()
		h.must(h.Answer(cadre(), request.Ref{ID: r.ID}, request.Message{Words: "修好了"}))
		if c := h.caseOf(r); !c.LadderAt.IsZero() || c.NotBefore.IsZero() {
			h.t.Errorf("fifteen working days from 14 December: got step %v, not before %v; want unknown", c.LadderAt, c.NotBefore)
		}
		*n = notices{off(h.t), off(h.t)}
		h.renewed("the quiet answer", true, 1)
		if c := h.caseOf(r); c.LadderAt.IsZero() || c.Timeline[len(c.Timeline)-1].Kind == request.KindDated {
			h.t.Errorf("got step %v, last entry %s; want a step, and nothing told of an answer that is given", c.LadderAt, c.Timeline[len(c.Timeline)-1].Kind)
		}
	})
}

func TestUnknownClocksStandWhereTheyMayFallDue(t *testing.T) {
	dated(t, time.Date(2026, 12, 24, 2, 0, 0, 0, time.UTC), func(h *house, _ *notices) {
		dark, held, soon := h.capture(), h.capture(), h.capture()
		h.must(h.Look(cadre(), request.Ref{ID: dark.ID}))
		h.must(h.Ask(cadre(), request.Ref{ID: held.ID}, request.Message{Words: "哪个门"}))
		p, err := h.List(cadre(), request.Filter{})
		if err != nil || len(p.Rows) != 3 {
			h.t.Fatal(p, err)
		}
		for i, want := range []request.Receipt{soon, dark, held} {
			if p.Rows[i].ID != want.ID {
				h.t.Errorf("row %d: got %s %s, want %s", i, p.Rows[i].Number, p.Rows[i].State, want.Number)
			}
		}
	})
}
