package intake

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/id"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/org/treefile"
)

// firm says what becomes of a row of the sheet of companies, with its steps and numbers.
func (w *world) firm(r treefile.Row, it *Item) error {
	key := platform.Key(r.Get("name")) + "|" + r.Get("area")
	b, found := w.firms[key]
	switch {
	case found && b.Version < 0:
		return problem("name", "firm.twice")
	case !w.inArea(r.Get("area")):
		return problem("area", "org.area.denied")
	case !found:
		b = platform.Branch{ID: id.New[platform.ID](), Name: r.Get("name"), Area: r.Get("area"), Platform: treefile.Yes(r.Get("platform"))}
	}
	was := b
	union, err := w.named("union", r.Get("union_id"), r.Get("union"))
	if err != nil {
		return err
	}
	b.Union, b.Since, b.Owner = cmp.Or(union, b.Union), cmp.Or(r.Get("since"), b.Since), cmp.Or(r.Get("owner"), b.Owner)
	b.Obstacle, b.Result, b.Also = cmp.Or(r.Get("obstacle"), b.Obstacle), cmp.Or(r.Get("result"), b.Result), cmp.Or(r.Get("also"), b.Also)
	facts, err := w.parts(&b, r)
	if err != nil {
		return err
	}
	if b, err = b.Draw(w.today); err != nil {
		return err
	}
	defer func() { b.Version = -1; w.firms[key] = b }() // a second row is not of the first
	switch {
	case !found:
		return it.as(New, string(b.ID), firmBody{b, facts})
	case len(facts) == 0 && samePlan(was.Plan, b.Plan):
		return it.as(Same, string(b.ID), nil)
	}
	return it.as(Change, string(b.ID), firmBody{b, facts})
}

func samePlan(a, b platform.Plan) bool {
	sa, sb := a.Steps, b.Steps
	a.Steps, b.Steps = nil, nil
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y) && slices.Equal(sa, sb)
}

// parts takes the steps of a row into b, in place of those there, and returns the
// numbers that nobody has said so far.
func (w *world) parts(b *platform.Branch, r treefile.Row) (facts []platform.Fact, err error) {
	var steps platform.Steps
	for _, p := range r.Parts {
		if p.Sheet == treefile.Steps {
			steps = append(steps, platform.Step{Text: p.Get("step"), Due: p.Get("due"), Done: p.Get("done")})
			continue
		}
		n, wrong := strconv.ParseInt(strings.ReplaceAll(p.Get("n"), ",", ""), 10, 64)
		if wrong != nil {
			n = -1 // no number of people
		}
		a, err := platform.Fact{Occupation: treefile.OccupationOf(p.Get("occupation")), N: n, Day: p.Get("day"), Source: p.Get("source")}.Draw(w.today)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(w.facts[b.ID], a) && !slices.Contains(facts, a) {
			facts = append(facts, a)
		}
	}
	if len(steps) > 0 {
		b.Steps = steps
	}
	return facts, nil
}
