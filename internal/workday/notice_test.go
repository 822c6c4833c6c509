package workday_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/workday"
)

const vectors = "../../../shared/vectors/holiday-cn"

// notice is a published year of the reference data.
func notice(t *testing.T, year int) workday.Notice {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(vectors, fmt.Sprint(year, ".json")))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the reference data is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	n, err := workday.ParseNotice(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPublishedNoticesHaveNoFlaws(t *testing.T) {
	for year := 2015; year <= 2026; year++ {
		n := notice(t, year)
		if flaws := n.Flaws(); len(flaws) > 0 || len(n.Papers) == 0 {
			t.Errorf("%d: got flaws %v and %d papers, want none and some", year, flaws, len(n.Papers))
		}
		days, published := workday.Calendar{}.Year(year)
		if !published || !slices.Equal(days, n.Days) {
			t.Errorf("%d: what is built in differs from the notice", year)
		}
	}
}

func TestAnEmptyNoticeIsUnknown(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(vectors, "2027.json"))
	if errors.Is(err, os.ErrNotExist) {
		text = []byte(`{"year": 2027, "papers": [], "days": []}`)
	} else if err != nil {
		t.Fatal(err)
	}
	if n, err := workday.ParseNotice(text); !errors.Is(err, workday.ErrUnknown) || n.Year != 2027 {
		t.Errorf("got %v, %v; want 2027 and unknown", n.Year, err)
	}
}

// year2027 is an invented notice.
func year2027() workday.Notice {
	n := workday.Notice{Year: 2027, Papers: []string{"https://example.org/2027"}}
	for _, d := range strings.Fields("-2027-01-01 -2027-01-02 -2027-01-03 -2027-02-05 -2027-02-06 -2027-02-07 -2027-02-08 -2027-02-09 -2027-02-10 +2027-02-13 -2027-05-01 -2027-05-02 -2027-05-03 -2027-10-01 -2027-10-02 -2027-10-03 -2027-10-04") {
		n.Days = append(n.Days, workday.Day{Date: d[1:], Name: "示例", Off: d[0] == '-'})
	}
	return n
}

func TestFlaws(t *testing.T) {
	for _, c := range []struct {
		say    string
		change func(*workday.Notice)
		want   []workday.Flaw
	}{
		{"a whole notice", func(*workday.Notice) {}, nil},
		{"the end of the December before may be in it", func(n *workday.Notice) {
			n.Days = append(n.Days, workday.Day{Date: "2026-12-31", Off: true})
		}, nil},
		{"another year's file", func(n *workday.Notice) { n.Days = append(n.Days, workday.Day{Date: "2028-01-01", Off: true}) }, []workday.Flaw{{Code: "outside", Day: "2028-01-01"}}},
		{"an earlier December day is settled", func(n *workday.Notice) { n.Days = append(n.Days, workday.Day{Date: "2026-12-27", Off: true}) }, []workday.Flaw{{Code: "outside", Day: "2026-12-27"}}},
		{"a day twice", func(n *workday.Notice) { n.Days = append(n.Days, n.Days[0]) }, []workday.Flaw{{Code: "twice", Day: "2027-01-01"}}},
		{"National Day forgotten", func(n *workday.Notice) {
			n.Days = slices.DeleteFunc(n.Days, func(d workday.Day) bool { return d.Date == "2027-10-01" })
		}, []workday.Flaw{{Code: "fixed", Day: "2027-10-01"}}},
		{"half a file", func(n *workday.Notice) { n.Days = n.Days[:9] }, []workday.Flaw{{Code: "fixed", Day: "2027-05-01"}, {Code: "fixed", Day: "2027-10-01"}, {Code: "fixed", Day: "2027-10-02"}, {Code: "fixed", Day: "2027-10-03"}, {Code: "few"}}},
	} {
		n := year2027()
		c.change(&n)
		if got := n.Flaws(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.say, got, c.want)
		}
	}
}

func TestALaterNoticeReplacesTheYear(t *testing.T) {
	n := year2027()
	first, err := workday.Calendar{}.WithYear(2027, n.Days)
	if err != nil {
		t.Fatal(err)
	}
	n.Days = slices.DeleteFunc(n.Days, func(d workday.Day) bool { return d.Date == "2027-02-13" })
	n.Days = append(n.Days, workday.Day{Date: "2027-05-04", Name: "示例", Off: true})
	second, err := first.WithYear(2027, n.Days)
	if err != nil {
		t.Fatal(err)
	}
	want := []workday.Change{{"2027-02-13", workday.MakeUp, workday.Weekend, "示例"}, {"2027-05-04", workday.Workday, workday.Holiday, "示例"}}
	if got := first.Changes(second, 2027); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := (workday.Calendar{}).Changes(first, 2027); len(got) != len(year2027().Days) || got[0] != (workday.Change{"2027-01-01", 0, workday.Holiday, "示例"}) {
		t.Errorf("a new year: got %v, want every day that the notice names", got)
	}
	if _, err := json.Marshal(n); err != nil {
		t.Error(err)
	}
	if k, err := second.Kind("2026-12-29"); k != workday.Workday || err != nil {
		t.Errorf("the end of December: got %v, %v; want known once the next year is", k, err)
	}
}
