package intake

import (
	"cmp"
	"encoding/json"
	"slices"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/treefile"
)

// This file is about what is said of unions beside how they stand: those that ended, how
// they were approved, and who is in office.

// endedBody is a union that ended, as it is to be recorded; without a draft it is known.
type endedBody struct {
	Draft    *org.Draft
	Into     org.ID
	Approval org.Approval
}

// approval is how a row says that something was approved, over what is known: an empty
// cell keeps that.
func approval(r treefile.Row, what string, known org.Approval) org.Approval {
	known.What, known.Day = what, cmp.Or(r.Get("day"), known.Day)
	known.Approver, known.Approved, known.Paper = cmp.Or(r.Get("approver"), known.Approver), cmp.Or(r.Get("approved"), known.Approved), cmp.Or(r.Get("paper"), known.Paper)
	if how := r.Get("how"); how != "" {
		known.How = treefile.HowOf(how)
	}
	return known
}

// any finds a union by its number, ended ones too, else one that stands by its name.
func (w *world) any(field, number, name string) (org.ID, error) {
	if o, ok := w.orgs[org.ID(number)]; ok && o.IsUnion() {
		return o.ID, nil
	}
	return w.named(field, number, name)
}

// ended says what becomes of a row of the sheet of unions that ended.
func (w *world) ended(r treefile.Row, it *Item) error {
	number := r.Get("id")
	o, known := w.orgs[org.ID(number)]
	if number == "" {
		if which, ok := w.gone[r.Get("name")+"|"+r.Get("day")]; ok {
			o, known = w.orgs[which], true
		}
	}
	switch {
	case known && o.Active && o.IsUnion():
		return problem("id", "tree.ended.stands") // it ends where its members are moved
	case known && !o.IsUnion(), number != "" && !id.Valid(number):
		return problem("id", "tree.id.unknown")
	}
	if line, twice := w.rowOf[o.ID]; known && twice {
		var f fault.Form
		f.Add("id", "tree.row.twice", fault.Args{"Row": line})
		return f.Err(string(Import))
	}
	if known {
		w.rowOf[o.ID] = r.Line
		was := w.approved[string(o.ID)+org.Ended]
		return w.approve(o, was, approval(r, org.Ended, was), it, endedBody{})
	}
	return w.record(r, number, it)
}

// record says what becomes of a row about a union that nobody here knew.
func (w *world) record(r treefile.Row, number string, it *Item) error {
	parent, err := w.any("parent", r.Get("parent_id"), r.Get("parent"))
	if err != nil {
		return err
	}
	into, err := w.any("into", r.Get("into_id"), r.Get("into"))
	if err != nil {
		return err
	}
	d := org.Draft{Kind: treefile.KindOf(r.Get("kind")), Level: treefile.LevelOf(r.Get("level")), Name: r.Get("name"), Short: r.Get("short"), Area: r.Get("area"), Parent: parent, Phone: r.Get("phone"), Address: r.Get("address")}
	o, err := org.Org{ID: org.ID(cmp.Or(number, id.New[string]())), Into: into, Version: 1}.Plan(d)
	switch {
	case err != nil:
		return err
	case !o.IsUnion():
		return problem("kind", "org.kind.unknown")
	case !w.may(org.Found, o.AuthzObject()):
		return problem("area", "org.area.denied")
	case len(w.line(o.Parent)) >= mostDeep:
		return problem("parent", "tree.deep")
	}
	a, err := approval(r, org.Ended, org.Approval{Org: o.ID}).Check(w.today)
	if err != nil && !a.Empty() {
		return err
	}
	w.add(o)
	w.rowOf[o.ID], w.gone[o.Name+"|"+a.Day], w.approved[string(o.ID)+org.Ended] = r.Line, o.ID, a
	return it.as(New, string(o.ID), endedBody{&d, into, a})
}

// approve says what becomes of a row about how something was approved.
func (w *world) approve(o org.Org, was, a org.Approval, it *Item, body endedBody) error {
	it.Name = cmp.Or(it.Name, o.Name)
	a.Org = o.ID
	if a == was || a.Empty() && a.What == org.Ended {
		return it.as(Same, string(o.ID), nil)
	}
	a, err := a.Check(w.today)
	switch {
	case err != nil:
		return err
	case !w.may(org.Edit, o.AuthzObject()):
		return problem("area", "org.area.denied")
	}
	w.approved[string(o.ID)+a.What] = a
	body.Approval = a
	if was.What == "" {
		return it.as(New, string(o.ID), body)
	}
	return it.as(Change, string(o.ID), body)
}

// begun says what becomes of a row about how a union was approved to be founded.
func (w *world) begun(r treefile.Row, it *Item) error {
	which, err := w.any("union", r.Get("id"), r.Get("union"))
	switch {
	case err != nil:
		return err
	case which == "":
		return problem("union", "tree.union.unknown")
	}
	was := w.approved[string(which)+org.Begun]
	return w.approve(w.orgs[which], was, approval(r, org.Begun, was), it, endedBody{})
}

// post says what becomes of a row about who is in office. The name goes apart: it is
// kept sealed.
func (w *world) post(r treefile.Row, it *Item) error {
	o, err := w.of(r.Get("id"), r.Get("union"))
	if err != nil {
		return err
	}
	it.Name = o.Name
	key := string(o.ID) + r.Get("term")
	if _, ok := w.begunOn[key]; !ok {
		return problem("term", "tree.term.unknown")
	}
	h := life.Held{Org: o.ID, Term: r.Get("term"), Post: life.Post{Post: treefile.OfficeOf(r.Get("post")), Name: r.Get("name"), Since: cmp.Or(r.Get("since"), r.Get("term")), Until: r.Get("until")}}
	for _, x := range w.held[key] {
		if x.Post.Post == h.Post.Post && x.Name == h.Name && x.Since == h.Since && x.Until == h.Until {
			return it.as(Same, string(o.ID), nil)
		}
	}
	if h, err = h.Check(w.today, w.held[key]); err != nil {
		return err
	}
	if !w.inArea(o.Area) {
		return problem("area", "org.area.denied")
	}
	w.held[key] = append(w.held[key], h)
	it.Person, h.Name = h.Name, ""
	return it.as(New, string(o.ID), h)
}

// past does a row of what this file is about.
func (a *applying) past(it Item) (json.RawMessage, error) {
	if it.Sheet == treefile.Posts {
		return a.seat(it)
	}
	var body endedBody
	if err := json.Unmarshal(it.Body, &body); err != nil {
		return nil, err
	}
	if body.Draft != nil {
		return nil, a.record(it, body)
	}
	o, err := a.Orgs.Ask(a.ctx, a.tx, body.Approval.Org)
	if err != nil {
		return nil, err
	}
	if a.desk.Check(a.tx.Subject, org.Edit, o.AuthzObject()) != nil {
		return nil, problem("area", "org.area.denied")
	}
	known, err := a.Orgs.ApprovalsOf(a.ctx, a.tx, []org.ID{o.ID})
	if err != nil {
		return nil, err
	}
	was := org.Approval{}
	if i := slices.IndexFunc(known, func(k org.Approval) bool { return k.What == body.Approval.What }); i >= 0 {
		was = known[i]
	}
	if (was.What == "") != (it.Action == New) {
		return nil, problem("day", "tree.meanwhile")
	}
	if err := a.Orgs.Approve(a.ctx, a.tx, body.Approval); err != nil {
		return nil, err
	}
	return json.Marshal(was)
}

// record stores a union that ended before it was known here.
func (a *applying) record(it Item, body endedBody) error {
	ids := slices.DeleteFunc([]org.ID{org.ID(it.Target), body.Draft.Parent, body.Into}, func(o org.ID) bool { return o == "" })
	known, err := a.Orgs.AskAll(a.ctx, a.tx, unique(ids))
	if err != nil {
		return err
	}
	_, there := known[org.ID(it.Target)]
	_, up := known[body.Draft.Parent]
	_, into := known[body.Into]
	if there || !up && body.Draft.Parent != "" || !into && body.Into != "" {
		return problem("name", "tree.meanwhile")
	}
	o, err := org.Org{ID: org.ID(it.Target), Into: body.Into, FoundedAt: a.tx.Now(), Version: 1}.Plan(*body.Draft)
	if err != nil {
		return err
	}
	if a.desk.Check(a.tx.Subject, org.Found, o.AuthzObject()) != nil {
		return problem("area", "org.area.denied")
	}
	if err := a.Orgs.RaiseAll(a.ctx, a.tx, []org.Org{o}, ""); err != nil || body.Approval.Empty() {
		return err
	}
	return a.Orgs.Approve(a.ctx, a.tx, body.Approval)
}

// seat stores who is in office.
func (a *applying) seat(it Item) (json.RawMessage, error) {
	var h life.Held
	if err := json.Unmarshal(it.Body, &h); err != nil {
		return nil, err
	}
	o, err := a.Orgs.Ask(a.ctx, a.tx, h.Org)
	if err != nil {
		return nil, err
	}
	if a.desk.Check(a.tx.Subject, Import, Batch{Area: o.Area}.AuthzObject()) != nil {
		return nil, problem("area", "org.area.denied")
	}
	h.Name = it.Person
	if h, err = a.Life.Seat(a.ctx, a.tx, h); err != nil {
		return nil, err
	}
	h.Name = ""
	return json.Marshal(h)
}

// pastBack takes back what past did; it reports whether that stood as it was done.
func (a *applying) pastBack(it Item) (bool, error) {
	if it.Sheet == treefile.Posts {
		var h life.Held
		if err := json.Unmarshal(it.Was, &h); err != nil {
			return false, err
		}
		return a.Life.Unseat(a.ctx, a.tx, h)
	}
	var body endedBody
	if err := json.Unmarshal(it.Body, &body); err != nil {
		return false, err
	}
	if body.Draft != nil {
		return a.Orgs.Unrecord(a.ctx, a.tx, org.ID(it.Target), Import)
	}
	var was org.Approval
	if err := json.Unmarshal(it.Was, &was); err != nil {
		return false, err
	}
	return a.Orgs.Unapprove(a.ctx, a.tx, body.Approval, was)
}
