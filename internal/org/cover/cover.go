package cover

import (
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/id"
	"nuanxin/internal/org"
	"nuanxin/internal/org/platform"
)

// What is something that is counted. Its words are "cover."+What.
type What string

// What is counted.
const (
	Unions     What = "unions"
	Grass      What = "grass" // 基层工会 and 联合基层工会
	Members    What = "members"
	Occupation What = "occupation" // members, by it
	Firm       What = "firm"       // members, by the company that they name
	Stations   What = "stations"
	With       What = "with"    // companies with a union
	Without    What = "without" // companies without one
	Idle       What = "idle"    // companies without a union or a step that waits
	Late       What = "late"    // companies whose plan is behind
	Over       What = "over"    // unions whose term has run out
	Never      What = "never"   // unions whose term was never entered
	BareCounty What = "bare_county"
	BareTown   What = "bare_town" // towns with stations or members, and no union within
)

// The actions on what is counted.
const (
	See   authz.Action = "cover.see"
	Count authz.Action = "cover.count"
)

// Policy says who may do them.
var Policy = authz.Rules{
	See:   authz.InArea(authz.Cadre, authz.Leader, authz.Admin),
	Count: authz.Program,
}

// cell is one number.
type cell struct {
	area string
	what What
	key  string
}

// Row is what there is in an area with all within it.
type Row struct {
	Area        string
	N           map[What]int64
	Occupations map[string]int64 // members
	Firms       map[platform.Firm]int64
}

// AuthzObject implements op.Target.
func (r Row) AuthzObject() authz.Object {
	return authz.Object{Kind: "cover", ID: id.Of[string]("cover " + r.Area), Group: "org", Area: r.Area}
}

// levels are how many digits the areas have that are counted for.
var levels = []int{0, 2, 4, 6, 9}

// Above is the area around one that is counted for; of the nation it is "-".
func Above(area string) string {
	up := "-"
	for _, n := range levels {
		if n < len(area) {
			up = area[:n]
		}
	}
	return up
}

// around are the areas that are counted for and hold one.
func around(area string) (all []string) {
	for _, n := range levels {
		if n <= len(area) {
			all = append(all, area[:n])
		}
	}
	return all
}

// tally is what is counted.
type tally map[cell]int64

// add counts something in its area and all around.
func (t tally) add(area string, what What, key string, n int64) {
	if n == 0 {
		return
	}
	for _, a := range around(area) {
		t[cell{a, what, key}] += n
	}
}

// bare counts the counties and towns with stations or members and no union within.
func (t tally) bare() {
	what := map[int]What{6: BareCounty, 9: BareTown}
	bare := map[string]bool{}
	for c := range t {
		if what[len(c.area)] != "" && (c.what == Stations || c.what == Members) && t[cell{c.area, Unions, ""}] == 0 {
			bare[c.area] = true
		}
	}
	for area := range bare {
		t.add(area, what[len(area)], "", 1)
	}
}

// rows are the numbers by area, in order.
func (t tally) rows() []Row {
	at := map[string]*Row{}
	for c, n := range t {
		r := at[c.area]
		if r == nil {
			r = &Row{Area: c.area, N: map[What]int64{}, Occupations: map[string]int64{}, Firms: map[platform.Firm]int64{}}
			at[c.area] = r
		}
		switch c.what {
		case Occupation:
			r.Occupations[c.key] = n
		case Firm:
			r.Firms[platform.Firm(c.key)] = n
		default:
			r.N[c.what] = n
		}
	}
	all := make([]Row, 0, len(at))
	for _, r := range at {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b Row) int {
		if a.Area < b.Area {
			return -1
		}
		return 1
	})
	return all
}

// grass are the kinds of grass-roots unions.
var grass = []org.Kind{org.Basic, org.Joint}

// Least is the smallest number of members that is told outside.
const Least = 10

// Hide says which numbers of a table are not told: those below [Least] but nought, and
// besides, wherever a line or a column would give one away by its sum, the next
// smallest.
func Hide(table [][]int64) [][]bool {
	hidden := make([][]bool, len(table))
	for i, line := range table {
		hidden[i] = make([]bool, len(line))
		for j, n := range line {
			hidden[i][j] = n > 0 && n < Least
		}
	}
	if len(table) == 0 {
		return hidden
	}
	for again := true; again; {
		again = false
		for i := range table {
			again = second(len(table[i]), func(j int) (int64, *bool) { return table[i][j], &hidden[i][j] }) || again
		}
		for j := range table[0] {
			again = second(len(table), func(i int) (int64, *bool) { return table[i][j], &hidden[i][j] }) || again
		}
	}
	return hidden
}

// second hides the smallest other number of a line of which one alone is hidden; it
// reports whether there was one.
func second(n int, at func(int) (int64, *bool)) bool {
	hidden, least := 0, -1
	for i := range n {
		v, h := at(i)
		switch {
		case *h:
			hidden++
		case v > 0:
			if least < 0 {
				least = i
			} else if w, _ := at(least); v < w {
				least = i
			}
		}
	}
	if hidden != 1 || least < 0 {
		return false
	}
	_, h := at(least)
	*h = true
	return true
}
