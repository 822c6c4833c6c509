package intake

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/treefile"
)

// This file is about how unions were called and led before. Such rows are done from the
// newest back, each before the first that is known here; the newest of a union's may say
// since when that first one stood.

// pastBody is a row of history as it is to be.
type pastBody struct {
	Past  org.Past
	Moves bool // it is the first that is known here, which began earlier
}

// newest orders rows of history from the newest back; of one moment the later row is newer.
func newest(rows []treefile.Row) []treefile.Row {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b treefile.Row) int { return strings.Compare(a.Get("since"), b.Get("since")) })
	slices.Reverse(rows)
	return rows
}

// histories reads how some unions stood since they are known here.
func (s *Service) histories(ctx context.Context, tx *op.Tx, w *world, ids []org.ID) error {
	pasts, err := s.Orgs.PastsOf(ctx, tx, ids)
	for o, all := range pasts {
		w.pasts[o] = all
	}
	return err
}

// past says what becomes of a row about how a union was called and led before.
func (w *world) past(r treefile.Row, it *Item) error {
	which, err := w.any("union", r.Get("id"), r.Get("union"))
	switch {
	case err != nil:
		return err
	case which == "":
		return problem("union", "tree.union.unknown")
	}
	o := w.orgs[which]
	p, err := org.Past{From: treefile.SinceOf(r.Get("since")), Name: cmp.Or(r.Get("name"), o.Name), Kind: treefile.KindOf(r.Get("kind")), Level: treefile.LevelOf(r.Get("level")),
		Area: r.Get("area"), Parent: org.ID(r.Get("parent_id")), ParentName: r.Get("parent"), Why: r.Get("why")}.Check(w.now)
	if err != nil {
		return err
	}
	if _, ok := w.orgs[p.Parent]; !ok {
		p.Parent = "" // its name tells
	}
	known := w.pasts[which]
	if len(known) == 0 { // it is raised by this very file
		known = []org.Past{o.Past(w.now, w.orgs[o.Parent].Name)}
	}
	if slices.ContainsFunc(known, func(k org.Past) bool {
		return k.From.Truncate(time.Second).Equal(p.From) && k.Stands(p) && k.Why == p.Why
	}) {
		w.told[which] = true
		return it.as(Same, string(which), nil)
	}
	moves := !w.told[which] && p.Stands(known[0])
	switch {
	case p.From.After(known[0].From):
		return problem("since", "org.past.late")
	case !w.may(org.Edit, o.AuthzObject()):
		return problem("area", "org.area.denied")
	case moves:
		known = slices.Clone(known[1:])
	}
	w.pasts[which], w.told[which] = append([]org.Past{p}, known...), true
	return it.as(New, string(which), pastBody{p, moves})
}

// recall does a row of history.
func (a *applying) recall(it Item) (json.RawMessage, error) {
	var body pastBody
	if err := json.Unmarshal(it.Body, &body); err != nil {
		return nil, err
	}
	o, err := a.Orgs.Ask(a.ctx, a.tx, org.ID(it.Target))
	if err != nil {
		return nil, err
	}
	if a.desk.Check(a.tx.Subject, org.Edit, o.AuthzObject()) != nil {
		return nil, problem("area", "org.area.denied")
	}
	done, err := a.Orgs.Recall(a.ctx, a.tx, o.ID, body.Past, body.Moves)
	if err != nil {
		return nil, err
	}
	return json.Marshal(done)
}

// unrecall takes back what recall did; it reports whether that stood as it was done.
func (a *applying) unrecall(it Item) (bool, error) {
	var done org.Recalled
	if err := json.Unmarshal(it.Was, &done); err != nil {
		return false, err
	}
	return a.Orgs.Unrecall(a.ctx, a.tx, org.ID(it.Target), done)
}
