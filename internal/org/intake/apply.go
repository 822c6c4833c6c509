package intake

import (
	"context"
	"encoding/json"
	"slices"

	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/org/treefile"
)

// apply does the next rows.
func (s *Service) apply(ctx context.Context, b Batch) error {
	rows := min(step, b.Total-b.Done)
	return s.move(ctx, &b, rows, func(tx *op.Tx) (State, error) {
		all, err := s.pageOf(ctx, tx, b.ID, "", b.Done, rows)
		if err != nil {
			return "", err
		}
		if err := s.Orgs.LockTree(ctx, tx); err != nil { // so that what is asked stays so
			return "", err
		}
		a := &applying{s, ctx, tx, b, nil, nil}
		if err := a.all(slices.DeleteFunc(all, func(it Item) bool { return it.Done || it.Action != New && it.Action != Change })); err != nil {
			return "", err
		}
		if b.Done+rows < b.Total {
			return "", nil
		}
		return Applied, nil
	})
}

// applying is one step.
type applying struct {
	*Service
	ctx  context.Context //nolint:containedctx // of one transaction, as is all of this
	tx   *op.Tx
	b    Batch
	done []int
	made []string // what was made or changed, for the audit trail
}

func (a *applying) all(its []Item) error {
	var unions, terms []Item
	var err error
	for _, it := range its {
		switch {
		case it.Sheet == treefile.Unions && it.Action == New:
			unions = append(unions, it)
			continue
		case it.Sheet == treefile.Terms:
			terms = append(terms, it)
			continue
		case it.Sheet == treefile.Posts && err == nil: // who is in office, in a term that stands
			err = a.begin(terms)
			terms = nil
		}
		// New ones stand before whoever is changed to be led by them.
		if err == nil {
			err = a.raise(unions)
			unions = nil
		}
		if err == nil {
			err = a.one(it)
		}
	}
	if err == nil {
		err = a.raise(unions)
	}
	if err == nil {
		err = a.begin(terms)
	}
	if err == nil {
		err = done(a.ctx, a.tx, a.b.ID, a.done, true)
	}
	if err != nil {
		return err
	}
	slices.Sort(a.made)
	return a.tx.AlsoAll(a.ctx, Import, "org", slices.Compact(a.made))
}

// left stores why a row that could be can be no more. What is no answer is returned.
func (a *applying) left(it Item, err error) error {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Denied, fault.Missing, fault.Conflict:
		it.refuse(err)
		return settle(a.ctx, a.tx, a.b.ID, it)
	}
	return err
}

// raise stores new unions, but for those that can stand no more.
func (a *applying) raise(its []Item) error {
	if len(its) == 0 {
		return nil
	}
	bodies := make([]unionBody, len(its))
	var ids, parents []org.ID
	var names []string
	for i, it := range its {
		if err := json.Unmarshal(it.Body, &bodies[i]); err != nil {
			return err
		}
		d := bodies[i].Draft
		ids, names = append(ids, org.ID(it.Target)), append(names, d.Name)
		if d.Parent != "" {
			ids, parents = append(ids, d.Parent), append(parents, d.Parent)
		}
	}
	known, err := a.Orgs.AskAll(a.ctx, a.tx, unique(ids))
	if err != nil {
		return err
	}
	deep, err := a.Orgs.Lines(a.ctx, a.tx, unique(parents))
	if err != nil {
		return err
	}
	there, err := a.Orgs.AskLed(a.ctx, a.tx, unique(parents), unique(names))
	if err != nil {
		return err
	}
	p := planned{known, deep, map[string]bool{}}
	for _, o := range there {
		p.taken[string(o.Parent)+o.Name] = true
	}
	var good []org.Org
	for i, it := range its {
		o, err := a.plan(it, bodies[i].Draft, p)
		if err != nil {
			if err := a.left(it, err); err != nil {
				return err
			}
			continue
		}
		p.known[o.ID], p.deep[o.ID] = o, append([]org.ID{o.ID}, p.deep[o.Parent]...)
		good, a.done, a.made = append(good, o), append(a.done, it.Seq), append(a.made, it.Target)
	}
	return a.Orgs.RaiseAll(a.ctx, a.tx, good, "")
}

// planned is what a step knows of the tree.
type planned struct {
	known map[org.ID]org.Org
	deep  map[org.ID][]org.ID
	taken map[string]bool // names under their leaders that were there before the step
}

// plan is a new union, if it can stand as the tree is now.
func (a *applying) plan(it Item, d org.Draft, p planned) (org.Org, error) {
	o, err := org.Org{ID: org.ID(it.Target), Active: true, FoundedAt: a.tx.Now(), Version: 1}.Plan(d)
	if err != nil {
		return o, err
	}
	_, there := p.known[o.ID]
	switch {
	case there, p.taken[string(o.Parent)+o.Name] && o.Parent != "":
		return o, problem("name", "tree.meanwhile")
	case a.desk.Check(a.tx.Subject, org.Found, o.AuthzObject()) != nil:
		return o, problem("area", "org.area.denied")
	case o.Parent == "":
		return o, nil
	}
	parent, ok := p.known[o.Parent]
	switch {
	case !ok:
		return o, problem("parent", "org.parent.unfit")
	case len(p.deep[o.Parent]) >= mostDeep:
		return o, problem("parent", "tree.deep")
	}
	return o, o.Under(parent, org.Org{})
}

func unique[T ~string](all []T) []T { return slices.Compact(slices.Sorted(slices.Values(all))) }

// one does a row that is done by itself.
func (a *applying) one(it Item) error {
	err := a.tx.Try(a.ctx, func() (err error) {
		switch it.Sheet {
		case treefile.Unions:
			it.Was, err = a.change(it)
		case treefile.Links:
			err = a.tie(it)
		case treefile.Firms:
			it.Was, err = a.firm(it)
		case treefile.Pasts:
			it.Was, err = a.recall(it)
		default:
			it.Was, err = a.past(it)
		}
		return err
	})
	if err != nil {
		it.Was = nil
		return a.left(it, err)
	}
	a.made = append(a.made, it.Target)
	it.Done = true
	return settle(a.ctx, a.tx, a.b.ID, it)
}

// change changes a union that stands as it stood when the workbook was looked at.
func (a *applying) change(it Item) (was json.RawMessage, err error) {
	var body unionBody
	if err := json.Unmarshal(it.Body, &body); err != nil {
		return nil, err
	}
	o, err := a.Orgs.Ask(a.ctx, a.tx, org.ID(it.Target))
	switch {
	case err != nil:
		return nil, err
	case !o.Active || o.Version != body.Version:
		return nil, problem("name", "tree.meanwhile")
	case a.desk.Check(a.tx.Subject, org.Edit, o.AuthzObject()) != nil:
		return nil, problem("area", "org.area.denied")
	}
	if err := a.Orgs.Change(a.ctx, a.tx, o, body.Draft); err != nil {
		return nil, err
	}
	return json.Marshal(unionBody{o.Draft(), o.Version + 1})
}

func (a *applying) tie(it Item) error {
	var l org.Link
	if err := json.Unmarshal(it.Body, &l); err != nil {
		return err
	}
	o, err := a.Orgs.Ask(a.ctx, a.tx, l.Org)
	if err != nil {
		return err
	}
	if a.desk.Check(a.tx.Subject, org.Join, o.AuthzObject()) != nil {
		return problem("area", "org.area.denied")
	}
	return a.Orgs.TieAs(a.ctx, a.tx, l)
}

func (a *applying) firm(it Item) (json.RawMessage, error) {
	var body firmBody
	if err := json.Unmarshal(it.Body, &body); err != nil {
		return nil, err
	}
	if a.desk.Check(a.tx.Subject, Import, Batch{Area: body.Branch.Area}.AuthzObject()) != nil {
		return nil, problem("area", "org.area.denied")
	}
	was, err := a.Firms.Put(a.ctx, a.tx, body.Branch, body.Facts)
	if err != nil {
		return nil, err
	}
	return json.Marshal(was)
}

// begin stores terms of office, but for those that can begin no more.
func (a *applying) begin(its []Item) error {
	if len(its) == 0 {
		return nil
	}
	var ids []org.ID
	for _, it := range its {
		ids = append(ids, org.ID(it.Target))
	}
	ids = unique(ids)
	orgs, err := a.Orgs.AskAll(a.ctx, a.tx, ids)
	if err != nil {
		return err
	}
	terms, err := a.Life.TermsOf(a.ctx, a.tx, ids)
	if err != nil {
		return err
	}
	last := map[org.ID]life.Tenure{}
	for _, t := range terms {
		last[t.Org] = t
	}
	var good []life.Tenure
	for _, it := range its {
		t, err := a.term(it, orgs, last)
		if err != nil {
			if err := a.left(it, err); err != nil {
				return err
			}
			continue
		}
		last[t.Org] = t
		good, a.done, a.made = append(good, t), append(a.done, it.Seq), append(a.made, it.Target)
	}
	return a.Life.BeginAll(a.ctx, a.tx, good)
}

func (a *applying) term(it Item, orgs map[org.ID]org.Org, last map[org.ID]life.Tenure) (life.Tenure, error) {
	var t life.Tenure
	if err := json.Unmarshal(it.Body, &t); err != nil {
		return t, err
	}
	o, was := orgs[t.Org], last[t.Org]
	switch {
	case o.ID == "", t.Seq != was.Seq+1: // another was entered meanwhile, or one of the import was left
		return t, problem("since", "tree.meanwhile")
	case a.desk.Check(a.tx.Subject, Import, Batch{Area: o.Area}.AuthzObject()) != nil:
		return t, problem("area", "org.area.denied")
	}
	return t, t.Check(o.Level, dayOf(a.tx.Now()), was.Since)
}

// back takes the next rows back that were done, the last first.
func (s *Service) back(ctx context.Context, b Batch) error {
	to := b.Total - b.Done
	from := max(0, to-back)
	return s.move(ctx, &b, to-from, func(tx *op.Tx) (State, error) {
		all, err := s.items(ctx, tx, b.ID, `seq >= $2 and seq < $3 and done and action <> 'left' order by seq desc`, from, to)
		if err != nil {
			return "", err
		}
		if err := s.Orgs.LockTree(ctx, tx); err != nil {
			return "", err
		}
		a := &applying{s, ctx, tx, b, nil, nil}
		if err := a.takeBack(all); err != nil || from > 0 {
			return "", err
		}
		return map[State]State{Applying: Staged, Undoing: Undone}[b.State], nil
	})
}

func (a *applying) takeBack(all []Item) error {
	var raised []Item
	for _, it := range all {
		if it.Sheet == treefile.Unions && it.Action == New {
			raised = append(raised, it)
			continue
		}
		// Who was changed to be led by a new one goes before that one does.
		ok := false
		err := a.tx.Try(a.ctx, func() (err error) {
			ok, err = a.oneBack(it)
			return err
		})
		if err := a.taken(it, ok, err); err != nil {
			return err
		}
	}
	if err := a.retract(raised); err != nil {
		return err
	}
	slices.Sort(a.made)
	return a.tx.AlsoAll(a.ctx, Import, "org", slices.Compact(a.made))
}

// taken notes that a row was taken back, or why not.
func (a *applying) taken(it Item, ok bool, err error) error {
	if err != nil && !slices.Contains([]fault.Kind{fault.Invalid, fault.Denied, fault.Missing, fault.Conflict}, fault.KindOf(err)) {
		return err
	}
	if ok && err == nil {
		a.made = append(a.made, it.Target)
		it.Done, it.Was = false, nil
		return settle(a.ctx, a.tx, a.b.ID, it)
	}
	it.refuse(problem("", "tree.touched"))
	return settle(a.ctx, a.tx, a.b.ID, it)
}

func (a *applying) oneBack(it Item) (bool, error) {
	switch it.Sheet {
	case treefile.Unions:
		return a.unchange(it)
	case treefile.Links:
		var l org.Link
		if err := json.Unmarshal(it.Body, &l); err != nil {
			return false, err
		}
		return a.Orgs.Untied(a.ctx, a.tx, l)
	case treefile.Pasts:
		return a.unrecall(it)
	case treefile.Terms:
		var t life.Tenure
		if err := json.Unmarshal(it.Body, &t); err != nil {
			return false, err
		}
		return a.Life.Unbegin(a.ctx, a.tx, t)
	case treefile.Firms:
		var was platform.Was
		if err := json.Unmarshal(it.Was, &was); err != nil {
			return false, err
		}
		return a.Firms.TakeBack(a.ctx, a.tx, was)
	default:
		return a.pastBack(it)
	}
}

func (a *applying) unchange(it Item) (bool, error) {
	var was unionBody
	if err := json.Unmarshal(it.Was, &was); err != nil {
		return false, err
	}
	o, err := a.Orgs.Ask(a.ctx, a.tx, org.ID(it.Target))
	if err != nil || !o.Active || o.Version != was.Version {
		return false, err
	}
	return true, a.Orgs.Change(a.ctx, a.tx, o, was.Draft)
}

// retract removes unions that the import made.
func (a *applying) retract(its []Item) error {
	if len(its) == 0 {
		return nil
	}
	ids := make([]org.ID, len(its))
	for i, it := range its {
		ids[i] = org.ID(it.Target)
	}
	gone, err := a.Orgs.Retract(a.ctx, a.tx, ids, string(Import), func(o org.ID) (bool, error) {
		for _, part := range a.Parts {
			if n, err := part.Count(a.ctx, a.tx, string(o)); err != nil || n > 0 {
				return true, err
			}
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	for _, it := range its {
		if err := a.taken(it, slices.Contains(gone, org.ID(it.Target)), nil); err != nil {
			return err
		}
	}
	return nil
}
