package workday

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Notice is the State Council's yearly notice on holidays and make-up workdays.
type Notice struct {
	Year   int      `json:"year"`
	Papers []string `json:"papers"` // where it was published
	Days   []Day    `json:"days"`
}

// ParseNotice reads a year in the JSON form of holiday-cn. A file without days is
// a year whose notice is not out: [ErrUnknown].
func ParseNotice(text []byte) (Notice, error) {
	var n Notice
	if err := json.Unmarshal(text, &n); err != nil {
		return n, fmt.Errorf("workday: parse notice: %w", err)
	}
	if len(n.Days) == 0 {
		return n, fmt.Errorf("%d: %w", n.Year, ErrUnknown)
	}
	for _, d := range n.Days {
		if _, err := number(d.Date); err != nil {
			return n, err
		}
	}
	slices.SortStableFunc(n.Days, func(a, b Day) int { return strings.Compare(a.Date, b.Date) })
	return n, nil
}

// ParseYear is [ParseNotice] without the papers.
func ParseYear(text []byte) (year int, days []Day, err error) {
	n, err := ParseNotice(text)
	return n.Year, n.Days, err
}

// Flaw is why a notice cannot be the whole and right one of its year.
type Flaw struct {
	Code string // outside, twice, fixed, few
	Day  string // YYYY-MM-DD; empty when no one day is meant
}

// fewest is how many days off the law gave in the years that we know.
const fewest = 11

// Flaws finds what no whole notice has: days of another year, a day named twice,
// a day at work that the law has made a holiday, too few days off. Half a notice
// taken for the whole would give false dates.
func (n Notice) Flaws() []Flaw {
	var all []Flaw
	seen, off := map[string]bool{}, map[string]bool{}
	first, last := fmt.Sprintf("%04d-12-%02d", n.Year-1, lastSettled+1), fmt.Sprintf("%04d-12-31", n.Year)
	for _, d := range n.Days {
		if seen[d.Date] {
			all = append(all, Flaw{"twice", d.Date})
		}
		seen[d.Date] = true
		if d.Off {
			off[d.Date] = true
		}
		if d.Date < first || d.Date > last {
			all = append(all, Flaw{"outside", d.Date})
		}
	}
	for _, fixed := range []string{"01-01", "05-01", "10-01", "10-02", "10-03"} {
		if day := fmt.Sprintf("%04d-%s", n.Year, fixed); !off[day] {
			all = append(all, Flaw{"fixed", day})
		}
	}
	if len(off) < fewest {
		all = append(all, Flaw{Code: "few"})
	}
	return all
}

// Change is one day that two notices of a year see differently.
type Change struct {
	Day      string
	Was, Now Kind
	Name     string // of the holiday, by the later notice, else by the earlier
}

// Changes lists the days of a year, and of the December before it, that now sees
// otherwise than c. Days that c does not know have no kind there.
func (c Calendar) Changes(now Calendar, year int) []Change {
	var all []Change
	from, err := number(fmt.Sprintf("%04d-12-%02d", year-1, lastSettled+1))
	if err != nil {
		return nil
	}
	to, _ := number(fmt.Sprintf("%04d-12-31", year))
	for n := from; n <= to; n++ {
		was, _ := c.table().kind(n)
		is, _ := now.table().kind(n)
		m, listed := now.table().days[n]
		if !listed {
			m = c.table().days[n]
		}
		if was != is && (was != 0 || listed) {
			all = append(all, Change{Day: midnight(n).Format(time.DateOnly), Was: was, Now: is, Name: m.name})
		}
	}
	return all
}
