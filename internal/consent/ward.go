package consent

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// The actions on children.
const (
	SeeWards     authz.Action = "consent.wards"         // a guardian, their own
	GiveWard     authz.Action = "consent.ward_give"     // for a child
	WithdrawWard authz.Action = "consent.ward_withdraw" // for a child
	ListWards    authz.Action = "consent.ward_list"     // a cadre
	OpenWard     authz.Action = "consent.ward_open"     // whole names, for a reason
)

// WardPolicy says who may do them.
var WardPolicy = authz.Rules{
	SeeWards: authz.Owner, GiveWard: authz.Owner, WithdrawWard: authz.Owner,
	ListWards: authz.InArea(authz.Cadre), OpenWard: authz.Sensitive(authz.InArea(authz.Cadre)),
}

// Evidence is what a guardian can show. Its words are "consent.evidence."+Evidence.
type Evidence string

// Evidences lists them in the order in which a form offers them.
func Evidences() []Evidence { return []Evidence{"household", "birth", "appointment"} }

// Given is one time that a guardian agreed for a child.
type Given struct {
	Guardian
	Said
	Evidence Evidence
	EndedAt  time.Time // zero: it stands
	seq      int64
}

// Child is a child in somebody's care.
type Child struct {
	ID     string
	Parent string // the guardian's account
	Area   string
	Name   string // empty once all was taken back
	Born   string // the day
	MadeAt time.Time
	Given  []Given // the first first
	Grown  bool    // past the age: the guardian's word is not enough any more
}

// AuthzObject implements op.Target.
func (c Child) AuthzObject() authz.Object {
	return authz.Object{Kind: "ward", ID: c.ID, Group: "person", Area: c.Area, Owner: c.Parent}
}

// On reports whether a purpose is agreed to now, and holds.
func (c Child) On(purpose string) bool {
	return !c.Grown && slices.ContainsFunc(c.Given, func(g Given) bool { return g.Purpose == purpose && g.EndedAt.IsZero() })
}

// Any reports whether anything is agreed to now.
func (c Child) Any() bool {
	return !c.Grown && slices.ContainsFunc(c.Given, func(g Given) bool { return g.EndedAt.IsZero() })
}

// Entry is what a guardian's form says.
type Entry struct {
	Name     string // the child's
	Born     string
	Guardian string
	Relation Relation
	Evidence Evidence
	Purposes []Said
}

// mostWards is how many children one account writes down.
const mostWards = 10

// Warded is the condition on rows about the child in column that a guardian's consent to
// a purpose stands. It is part of the read that rests on it.
func Warded(column, purpose string) string {
	return `exists (select 1 from consent_guardian cg where cg.child_id = ` + column + ` and cg.purpose = '` + purpose + `' and cg.ended_at is null)`
}

// WardColumns are what decides about rows of consent_ward w.
var WardColumns = authz.Columns{ID: "w.child_id", Area: "w.area", Owner: "w.guardian_id"}

// Children is what pages may ask about children.
type Children struct {
	desk  *op.Desk
	wards Wards
	area  func(ctx context.Context, tx *op.Tx, worker string) (string, error)
}

// NewChildren returns the service; area is where a worker belongs.
func NewChildren(desk *op.Desk, wards Wards, area func(ctx context.Context, tx *op.Tx, worker string) (string, error)) *Children {
	return &Children{desk, wards, area}
}

// Purposes returns those that a guardian is asked about today.
func (s *Children) Purposes(ctx context.Context) ([]Purpose, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) ([]Purpose, error) { return wardPurposes(ctx, tx) })
}

func wardPurposes(ctx context.Context, tx *op.Tx) (all []Purpose, err error) {
	err = tx.Each(ctx, `select purpose, version, since, source, words from consent_ward_purpose where since <= $1 order by place, purpose, version`, []any{clock.Day(tx.Now())}, func(r db.Row) error {
		p := Purpose{Ground: Asked, Separate: true}
		var words string
		if err := r.Scan(&p.Purpose, &p.Version, &p.Since, &p.Source, &words); err != nil {
			return err
		}
		if n := len(all); n > 0 && all[n-1].Purpose == p.Purpose {
			all = all[:n-1]
		}
		all = append(all, p)
		return all[len(all)-1].read("name,born", words)
	})
	return all, err
}

// Mine returns the children of the worker who asks.
func (s *Children) Mine(ctx context.Context) (all []Child, err error) {
	_, err = op.Read(ctx, s.desk, SeeWards, func(tx *op.Tx) (one, error) {
		who, err := asker(tx)
		if err == nil {
			all, err = s.some(ctx, tx, `w.guardian_id = $1 order by w.child_id`, db.Args{who.id})
		}
		return who, err
	})
	return all, err
}

// Give writes a child down together with what its guardian agrees to: nothing of a child
// is kept before.
func (s *Children) Give(ctx context.Context, e Entry) (string, error) {
	find := func(tx *op.Tx) (Child, error) {
		who, err := asker(tx)
		if err != nil {
			return Child{}, err
		}
		c := Child{ID: id.New[string](), Parent: who.id, Name: strings.TrimSpace(e.Name), Born: e.Born, MadeAt: tx.Now()}
		c.Area, err = s.area(ctx, tx, who.id)
		return c, err
	}
	return op.Write(ctx, s.desk, GiveWard, find, func(tx *op.Tx, c Child) (string, error) {
		if err := tx.Lock(ctx, "ward|"+c.Parent); err != nil {
			return "", err
		}
		said, err := s.check(ctx, tx, c, e)
		if err != nil {
			return "", err
		}
		if err := s.insert(ctx, tx, c); err != nil {
			return "", err
		}
		for _, p := range said {
			if err := s.wards.give(ctx, tx, c.ID, Given{Guardian: Guardian{Name: strings.TrimSpace(e.Guardian), Relation: e.Relation}, Said: p, Evidence: e.Evidence}); err != nil {
				return "", err
			}
			tx.Note("purpose."+p.Purpose, "given")
		}
		return c.ID, nil
	})
}

// check says everything that is wrong with an entry.
func (s *Children) check(ctx context.Context, tx *op.Tx, c Child, e Entry) ([]Said, error) {
	var f fault.Form
	if n := utf8.RuneCountInString(c.Name); n == 0 || n > maxName {
		f.Add("name", "consent.ward.name", nil)
	}
	age, err := Age(ctx, tx)
	if err != nil {
		return nil, err
	}
	today := clock.Day(tx.Now())
	switch _, err := time.Parse(time.DateOnly, c.Born); {
	case err != nil, c.Born > today:
		f.Add("born", "consent.ward.born", nil)
	case !Below(c.Born, today, age):
		f.Add("born", "consent.ward.grown", fault.Args{"Age": age})
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(e.Guardian)); n == 0 || n > maxName {
		f.Add("guardian", "consent.guardian.name", nil)
	}
	if !slices.Contains(Relations(), e.Relation) {
		f.Add("relation", "consent.guardian.relation", nil)
	}
	if !slices.Contains(Evidences(), e.Evidence) {
		f.Add("evidence", "consent.ward.evidence", nil)
	}
	if len(e.Purposes) == 0 {
		f.Add("purpose", "consent.ward.purpose", nil)
	}
	if err := f.Err(string(GiveWard)); err != nil {
		return nil, err
	}
	all, err := s.some(ctx, tx, `w.guardian_id = $1`, db.Args{c.Parent})
	if err == nil && len(all) >= mostWards {
		err = fault.New(string(GiveWard), fault.Conflict, "consent.ward.many").With(fault.Args{"Limit": mostWards})
	}
	if err != nil {
		return nil, err
	}
	return e.Purposes, s.current(ctx, tx, e.Purposes)
}

// current refuses words that are not those of today.
func (s *Children) current(ctx context.Context, tx *op.Tx, said []Said) error {
	all, err := wardPurposes(ctx, tx)
	for _, p := range said {
		i := slices.IndexFunc(all, func(x Purpose) bool { return x.Purpose == p.Purpose })
		switch {
		case err != nil:
		case i < 0:
			err = fault.New(string(GiveWard), fault.Missing, "fault.missing")
		case all[i].Version != p.Version:
			err = fault.New(string(GiveWard), fault.Conflict, "consent.words")
		}
	}
	return err
}

// Agree gives one more consent for a child that is written down, or one again.
func (s *Children) Agree(ctx context.Context, child string, said Said) error {
	_, err := op.Write(ctx, s.desk, GiveWard, s.find(ctx, child), func(tx *op.Tx, c Child) (bool, error) {
		if err := s.current(ctx, tx, []Said{said}); err != nil || c.On(said.Purpose) {
			return false, err // a second tap changes nothing
		}
		if c.Name == "" || c.Grown {
			return false, fault.New(string(GiveWard), fault.Conflict, "consent.ward.gone")
		}
		last := c.Given[len(c.Given)-1]
		tx.Note("purpose."+said.Purpose, "given")
		return true, s.wards.give(ctx, tx, c.ID, Given{Guardian: last.Guardian, Said: said, Evidence: last.Evidence})
	})
	return err
}

// Withdraw takes a consent back. With the last one the child's name and birthday go.
func (s *Children) Withdraw(ctx context.Context, child, purpose string) error {
	_, err := op.Write(ctx, s.desk, WithdrawWard, s.find(ctx, child), func(tx *op.Tx, c Child) (bool, error) {
		n, err := tx.Exec(ctx, `update consent_guardian set ended_at = $3 where child_id = $1 and purpose = $2 and ended_at is null`, c.ID, purpose, tx.Now().UnixMicro())
		if err != nil || n == 0 {
			return false, err
		}
		tx.Note("purpose."+purpose, "withdrawn")
		_, err = tx.Exec(ctx, `update consent_ward set data_key = null, name = null, born = null where child_id = $1 and not exists (select 1 from consent_guardian g where g.child_id = consent_ward.child_id and g.ended_at is null)`, c.ID)
		return true, err
	})
	return err
}

// find locks and returns a child; one of nobody is fault.Missing.
func (s *Children) find(ctx context.Context, child string) func(*op.Tx) (Child, error) {
	return func(tx *op.Tx) (Child, error) {
		missing := fault.New(string(SeeWards), fault.Missing, "fault.missing")
		if !id.Valid(child) {
			return Child{}, missing
		}
		if err := tx.Lock(ctx, "ward|"+child); err != nil {
			return Child{}, err
		}
		return s.one(ctx, tx, child)
	}
}

func (s *Children) one(ctx context.Context, tx *op.Tx, child string) (Child, error) {
	missing := fault.New(string(SeeWards), fault.Missing, "fault.missing")
	if !id.Valid(child) {
		return Child{}, missing
	}
	all, err := s.some(ctx, tx, `w.child_id = $1`, db.Args{child})
	if err == nil && len(all) == 0 {
		err = missing
	}
	if err != nil {
		return Child{}, err
	}
	return all[0], nil
}

// WardPage is how many children one page lists.
const WardPage = 50

// List returns the children of the caller's area for whom a consent to a purpose stands,
// from after on; one more than a page tells that there are more. It is the read that the
// consent allows: what was taken back, and who is grown, is not in it.
func (s *Children) List(ctx context.Context, purpose, after string) (all []Child, err error) {
	return op.List(ctx, s.desk, ListWards, func(tx *op.Tx, scope op.Scope) ([]Child, error) {
		purposes, err := wardPurposes(ctx, tx)
		if err != nil || !slices.ContainsFunc(purposes, func(p Purpose) bool { return p.Purpose == purpose }) {
			return nil, err
		}
		var args db.Args
		where := scope.Where(WardColumns, &args) + ` and ` + Warded("w.child_id", purpose)
		if id.Valid(after) {
			where += ` and w.child_id > ` + args.Add(after)
		}
		found, err := s.some(ctx, tx, where+` order by w.child_id limit `+args.Add(WardPage+1), args)
		return slices.DeleteFunc(found, func(c Child) bool { return c.Grown }), err
	})
}

// Open returns a child of whom something is agreed to, with whole names; it needs a
// purpose (op.Call) and leaves an audit row, which the guardian reads.
func (s *Children) Open(ctx context.Context, child string) (c Child, err error) {
	c, err = op.Read(ctx, s.desk, OpenWard, func(tx *op.Tx) (Child, error) {
		c, err := s.one(ctx, tx, child)
		if err == nil && !c.Any() {
			err = fault.New(string(OpenWard), fault.Missing, "fault.missing")
		}
		return c, err
	})
	if err != nil {
		return Child{}, err
	}
	return c, nil
}
