package intake

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/org/treefile"
)

// Action is what becomes of a row. Its words are "tree.action."+Action.
type Action string

// The actions on rows.
const (
	New    Action = "new"
	Change Action = "change"
	Same   Action = "same"
	Left   Action = "left" // it cannot be, and nothing happens; or it could not be taken back
)

// Item is a row with what becomes of it.
type Item struct {
	Seq      int
	Sheet    treefile.Kind
	Line     int // of the sheet
	Name     string
	Action   Action
	Problems []fault.Field
	Target   string          // of a union its id
	Body     json.RawMessage // what is to be: a [unionBody], [endedBody], [org.Link], [life.Tenure], [life.Held] or [firmBody]
	Was      json.RawMessage // what was before, once it is done
	Done     bool
	Person   string // the name of who is in office: kept sealed
}

// unionBody is a union as it is to be.
type unionBody struct {
	Draft   org.Draft
	Version int64 // that is changed; 0: it is new
}

// firmBody is a company in an area as it is to be, with numbers that are new.
type firmBody struct {
	Branch platform.Branch
	Facts  []platform.Fact
}

// mostDeep is how far below the top a union may stand: whatever hangs below another is
// kept with all that is above it.
const mostDeep = 24

// world is the tree as it stands, and as the rows so far make it.
type world struct {
	orgs     map[org.ID]org.Org // closed ones and bodies, too
	byName   map[string][]org.ID
	led      map[org.ID][]org.ID
	links    map[org.ID][]org.Link
	terms    map[org.ID]life.Tenure  // the newest
	begunOn  map[string]life.Tenure  // terms by union and day
	held     map[string][]life.Held  // by the same
	approved map[string]org.Approval // by union and what
	gone     map[string]org.ID       // unions that ended by name and day
	firms    map[string]platform.Branch
	facts    map[platform.ID][]platform.Fact
	may      func(authz.Action, authz.Object) bool
	pasts    map[org.ID][]org.Past // how unions stood, the first before the next
	told     map[org.ID]bool       // of whom a row of history was about
	now      time.Time
	today    string
	rowOf    map[org.ID]int // which row was about a union
	made     map[string][]org.ID
}

func (w *world) add(o org.Org) {
	if was, ok := w.orgs[o.ID]; ok {
		w.byName[was.Name] = slices.DeleteFunc(w.byName[was.Name], func(x org.ID) bool { return x == o.ID })
		w.led[was.Parent] = slices.DeleteFunc(w.led[was.Parent], func(x org.ID) bool { return x == o.ID })
	}
	w.orgs[o.ID] = o
	if o.Active {
		w.led[o.Parent] = append(w.led[o.Parent], o.ID)
		if o.IsUnion() {
			w.byName[o.Name] = append(w.byName[o.Name], o.ID)
		}
	}
}

// judge says of rows what becomes of them, and returns them in the order in which they
// are done.
func (w *world) judge(rows []treefile.Row) []Item {
	var all []Item
	take := func(k treefile.Kind, do func(treefile.Row, *Item) error) {
		var some []treefile.Row
		for _, r := range rows {
			if r.Sheet == k {
				some = append(some, r)
			}
		}
		if k == treefile.Unions {
			some = order(some)
		}
		if k == treefile.Pasts {
			some = newest(some)
		}
		for _, r := range some {
			it := Item{Seq: len(all), Sheet: k, Line: r.Line, Name: r.Get("union")}
			if k != treefile.Posts { // there a name is a person's
				it.Name = cmp.Or(r.Get("name"), it.Name)
			}
			if err := do(r, &it); err != nil {
				it.refuse(err)
			}
			all = append(all, it)
		}
	}
	take(treefile.Unions, w.union)
	take(treefile.Ended, w.ended)
	take(treefile.Begun, w.begun)
	take(treefile.Links, w.link)
	take(treefile.Pasts, w.past)
	take(treefile.Terms, w.term)
	take(treefile.Posts, w.post)
	take(treefile.Firms, w.firm)
	lost := func(treefile.Row, *Item) error { return problem("name", "tree.firm.unknown") }
	take(treefile.Steps, lost)
	take(treefile.Facts, lost)
	return all
}

// refuse leaves a row, and says why.
func (it *Item) refuse(err error) {
	told := fault.Of(err)
	it.Action, it.Problems = Left, told.Fields
	if len(told.Fields) == 0 {
		it.Problems = []fault.Field{{Msg: told.Msg, Args: told.Args}}
	}
}

// as says what becomes of a row, and what is to be.
func (it *Item) as(a Action, target string, body any) (err error) {
	it.Action, it.Target = a, target
	it.Body, err = json.Marshal(body)
	return err
}

func problem(field, msg string) error {
	var f fault.Form
	f.Add(field, msg, nil)
	return f.Err(string(Import))
}

// order returns rows of unions so that whoever leads comes before whom it leads.
func order(rows []treefile.Row) []treefile.Row {
	byName, byID := map[string]int{}, map[string]int{}
	for i, r := range rows {
		if _, ok := byName[r.Get("name")]; !ok {
			byName[r.Get("name")] = i
		}
		if _, ok := byID[r.Get("id")]; !ok {
			byID[r.Get("id")] = i
		}
	}
	all := make([]treefile.Row, 0, len(rows))
	seen := make([]bool, len(rows))
	for i := range rows {
		var line []int // from a row up to one that was seen
		for at, ok := i, true; ok && !seen[at]; {
			seen[at] = true
			line = append(line, at)
			if up := rows[at].Get("parent_id"); up != "" {
				at, ok = byID[up]
			} else if up = rows[at].Get("parent"); up != "" {
				at, ok = byName[up]
			} else {
				ok = false
			}
		}
		for _, at := range slices.Backward(line) {
			all = append(all, rows[at])
		}
	}
	return all
}

// union says what becomes of a row of the sheet of unions.
func (w *world) union(r treefile.Row, it *Item) error {
	parent, err := w.leader(r)
	if err != nil {
		return err
	}
	o, found, err := w.find(r, parent)
	if err != nil {
		return err
	}
	if !found {
		return w.newUnion(r, parent, it)
	}
	if line, twice := w.rowOf[o.ID]; twice {
		var f fault.Form
		f.Add("id", "tree.row.twice", fault.Args{"Row": line})
		return f.Err(string(Import))
	}
	w.rowOf[o.ID] = r.Line
	it.Name = cmp.Or(it.Name, o.Name)
	d := o.Draft()
	d.Name, d.Short, d.Area = cmp.Or(r.Get("name"), d.Name), cmp.Or(r.Get("short"), d.Short), cmp.Or(r.Get("area"), d.Area)
	d.Phone, d.Address, d.Parent = cmp.Or(r.Get("phone"), d.Phone), cmp.Or(r.Get("address"), d.Address), cmp.Or(parent, d.Parent)
	if s := r.Get("kind"); s != "" {
		d.Kind = treefile.KindOf(s)
	}
	if s := r.Get("level"); s != "" {
		d.Level = treefile.LevelOf(s)
	}
	if d == o.Draft() {
		return it.as(Same, string(o.ID), nil)
	}
	next, err := o.Plan(d)
	if err != nil {
		return err
	}
	if err := w.changes(o, next); err != nil {
		return err
	}
	w.add(next)
	return it.as(Change, string(o.ID), unionBody{d, o.Version})
}

// changes refuses a change that the tree would.
func (w *world) changes(was, next org.Org) error {
	if !w.may(org.Edit, was.AuthzObject()) || !w.may(org.Edit, next.AuthzObject()) {
		return problem("area", "org.area.denied")
	}
	if !next.IsUnion() {
		return problem("kind", "org.kind.unknown")
	}
	if err := w.fits(next, was); err != nil {
		return err
	}
	if next.Parent != was.Parent && slices.Contains(w.line(next.Parent), next.ID) {
		return problem("parent", "org.parent.loop")
	}
	if next.Area == was.Area && next.Kind == was.Kind && next.Level == was.Level {
		return nil
	}
	for _, led := range w.led[was.ID] {
		if next.Loses(was, w.orgs[led]) {
			var f fault.Form
			f.Add("area", "org.leads_others", fault.Args{"Name": w.orgs[led].Called()})
			return f.Err(string(Import))
		}
	}
	return nil
}

// fits refuses a leader that cannot be.
func (w *world) fits(o, was org.Org) error {
	if o.Parent == "" {
		return nil
	}
	p, ok := w.orgs[o.Parent]
	if !ok {
		return problem("parent", "org.parent.unfit")
	}
	if err := o.Under(p, was); err != nil {
		return err
	}
	if len(w.line(o.Parent)) >= mostDeep {
		return problem("parent", "tree.deep")
	}
	return nil
}

// line is an organisation with those above it, as far as it may go.
func (w *world) line(o org.ID) (all []org.ID) {
	for o != "" && len(all) < mostDeep {
		all = append(all, o)
		o = w.orgs[o].Parent
	}
	return all
}

func (w *world) newUnion(r treefile.Row, parent org.ID, it *Item) error {
	d := org.Draft{Kind: treefile.KindOf(r.Get("kind")), Level: treefile.LevelOf(r.Get("level")), Name: r.Get("name"), Short: r.Get("short"), Area: r.Get("area"), Parent: parent, Phone: r.Get("phone"), Address: r.Get("address")}
	o, err := org.Org{ID: org.ID(cmp.Or(r.Get("id"), id.New[string]())), Active: true, Version: 1}.Plan(d)
	switch {
	case err != nil:
		return err
	case !o.IsUnion():
		return problem("kind", "org.kind.unknown")
	case !w.may(org.Found, o.AuthzObject()):
		return problem("area", "org.area.denied")
	}
	if err := w.fits(o, org.Org{}); err != nil {
		return err
	}
	w.add(o)
	w.rowOf[o.ID] = r.Line
	w.made[o.Name] = append(w.made[o.Name], o.ID)
	return it.as(New, string(o.ID), unionBody{d, 0})
}

// leader finds who is to lead.
func (w *world) leader(r treefile.Row) (org.ID, error) {
	return w.named("parent", r.Get("parent_id"), r.Get("parent"))
}

// named finds a union by its number, else by its name, among those of the rows before
// first.
func (w *world) named(field, number, name string) (org.ID, error) {
	unknown, unfit := "tree.union.unknown", "tree.union.unknown"
	if field == "parent" {
		unknown, unfit = "tree.parent.unknown", "org.parent.unfit"
	}
	all := w.made[name]
	switch {
	case number != "":
		o, ok := w.orgs[org.ID(number)]
		if !ok || !o.Active || !o.IsUnion() {
			return "", problem(field, unfit)
		}
		return o.ID, nil
	case name == "":
		return "", nil
	case len(all) == 0:
		all = w.byName[name]
	}
	switch len(all) {
	case 0:
		return "", problem(field, unknown)
	case 1:
		return all[0], nil
	}
	return "", problem(field, "tree.parent.several")
}

// find finds the union that a row is about: by its number, else by its name under its
// leader.
func (w *world) find(r treefile.Row, parent org.ID) (o org.Org, found bool, err error) {
	if number := r.Get("id"); number != "" {
		o, found = w.orgs[org.ID(number)]
		if found && (!o.Active || !o.IsUnion()) || !found && (!id.Valid(number) || r.Get("kind") == "") {
			return o, false, problem("id", "tree.id.unknown")
		}
		if found {
			return o, true, nil
		}
	}
	all := w.byName[r.Get("name")]
	if r.Get("id") != "" { // of two rows with numbers of their own neither is the other
		all = slices.DeleteFunc(slices.Clone(all), func(x org.ID) bool { return slices.Contains(w.made[r.Get("name")], x) })
	}
	if parent == "" && len(all) == 1 {
		return w.orgs[all[0]], true, nil
	}
	for _, x := range all {
		if w.orgs[x].Parent == parent {
			return w.orgs[x], true, nil
		}
	}
	if parent == "" && len(all) > 0 {
		return o, false, problem("name", "tree.name.several")
	}
	return o, false, nil
}

// inArea reports whether the import may write about something in an area.
func (w *world) inArea(area string) bool {
	return w.may(Import, authz.Object{Kind: "org_import", Group: "org", Area: area})
}

// of finds the union that a row of another sheet is about.
func (w *world) of(number, name string) (org.Org, error) {
	which, err := w.any("union", number, name)
	switch {
	case err != nil:
		return org.Org{}, err
	case which == "":
		return org.Org{}, problem("union", "tree.union.unknown")
	}
	return w.orgs[which], nil
}

// link says what becomes of a row of the sheet of ties.
func (w *world) link(r treefile.Row, it *Item) error {
	o, err := w.of(r.Get("id"), r.Get("union"))
	if err != nil {
		return err
	}
	to, err := w.of(r.Get("to_id"), r.Get("to"))
	if err != nil {
		return err
	}
	if r.Get("until") != "" { // a tie that ended may be between unions that did
		o.Active, to.Active = true, true
	}
	l := org.Link{ID: id.New[string](), Org: o.ID, To: to.ID, Since: r.Get("since"), Until: r.Get("until"), Why: r.Get("why")}
	it.Name = o.Name + " – " + to.Name
	for _, x := range w.links[o.ID] {
		switch {
		case x.To == l.To && x.Since == l.Since && x.Until == l.Until:
			return it.as(Same, string(o.ID), nil)
		case x.To == l.To && x.Until == "" && l.Until == "":
			return problem("to", "org.link.twice")
		}
	}
	switch err := l.Check(w.today); {
	case err != nil:
		return err
	case !w.may(org.Join, o.AuthzObject()):
		return problem("area", "org.area.denied")
	case !o.Ties(to):
		return problem("to", "org.link.unfit")
	}
	w.links[o.ID] = append(w.links[o.ID], l)
	return it.as(New, string(o.ID), l)
}

// term says what becomes of a row of the sheet of terms of office.
func (w *world) term(r treefile.Row, it *Item) error {
	o, err := w.of(r.Get("id"), r.Get("union"))
	if err != nil {
		return err
	}
	years, err := strconv.ParseInt(r.Get("years"), 10, 64)
	if err != nil {
		years = 0 // no term lasts so long
	}
	it.Name = o.Name
	last := w.terms[o.ID]
	t := life.Tenure{Org: o.ID, Seq: last.Seq + 1, Since: r.Get("since"), Years: years}
	key := string(o.ID) + t.Since
	if was, ok := w.begunOn[key]; ok && was.Years == t.Years {
		return it.as(Same, string(o.ID), nil)
	}
	ended := w.approved[string(o.ID)+org.Ended].Day
	switch err := t.Check(o.Level, w.today, last.Since); {
	case err != nil:
		return err
	case !o.Active && ended != "" && t.Since > ended:
		return problem("since", "tree.term.ended")
	case !w.inArea(o.Area):
		return problem("area", "org.area.denied")
	}
	w.terms[o.ID], w.begunOn[key] = t, t
	return it.as(New, string(o.ID), t)
}
