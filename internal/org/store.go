package org

import (
	"context"
	"embed"
	"slices"
	"strings"

	"golang.org/x/text/width"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/pinyin"
	"nuanxin/internal/plain"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

// Filter selects organisations. Its zero value selects all that are active.
type Filter struct {
	Area   string // in this area
	Over   string // whose area contains this one, itself among them
	Kinds  []Kind
	Levels []Level
	Under  ID     // below this one in the tree, and itself
	Parent ID     // led directly by this one
	Tops   bool   // led by none
	Depth  int    // with Under: at most so many steps below; zero means any
	Words  string // part of the name, or of its pinyin
	Duties bool   // only those with a duty
	Closed bool   // those that ended, too
	IDs    []ID
	After  Place // the last of the page before
	Limit  int   // zero means 100
}

// Place is where a page ends.
type Place struct {
	Area string
	ID   ID
}

// Place is o's place in a listing.
func (o Org) Place() Place { return Place{o.Area, o.ID} }

const columns = `o.org_id, o.kind, o.level, o.name, o.short, o.area, o.parent_id, o.phone, o.address, o.mask, o.active, o.founded_at, o.into_id, o.version`

func (o *Org) scan(r db.Row) error {
	return r.Scan(&o.ID, &o.Kind, &o.Level, &o.Name, &o.Short, &o.Area, db.Text(&o.Parent), &o.Phone, &o.Address, &o.Contact, &o.Active, db.Time(&o.FoundedAt), db.Text(&o.Into), &o.Version)
}

func insert(ctx context.Context, tx *op.Tx, o Org, contact []byte) error {
	_, err := tx.Exec(ctx, `
		insert into org (org_id, kind, level, name, short, area, parent_id, phone, address, contact, mask, find, active, founded_at, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)`,
		string(o.ID), string(o.Kind), string(o.Level), o.Name, o.Short, o.Area, db.Null(o.Parent), o.Phone, o.Address,
		blob(contact), o.Contact, o.find(), o.Active, o.FoundedAt.UnixMicro())
	return err
}

// update stores o if it still has the version that was read.
func update(ctx context.Context, tx *op.Tx, o Org, contact []byte) error {
	n, err := tx.Exec(ctx, `
		update org set kind = $2, level = $3, name = $4, short = $5, area = $6, parent_id = $7, phone = $8, address = $9,
			contact = coalesce($10, contact), mask = $11, find = $12, active = $13, into_id = $14, version = version + 1
		where org_id = $1 and version = $15`,
		string(o.ID), string(o.Kind), string(o.Level), o.Name, o.Short, o.Area, db.Null(o.Parent), o.Phone, o.Address,
		blob(contact), o.Contact, o.find(), o.Active, db.Null(o.Into), o.Version)
	if err == nil && n == 0 {
		err = fault.New("org.update", fault.Conflict, "org.changed")
	}
	return err
}

// blob is b as an argument, NULL when it is empty.
func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// find is the text that searches look in: the names, folded, and their pinyin.
func (o Org) find() string {
	k := pinyin.Of(o.Name)
	return fold(o.Name+" "+o.Short) + " " + k.Full() + " " + k.Initials()
}

func fold(s string) string { return strings.ToLower(width.Fold.String(plain.Line(s))) }

func get(ctx context.Context, tx *op.Tx, which ID) (Org, error) {
	os, err := list(ctx, tx, Filter{IDs: []ID{which}, Closed: true}, "1 = 1", nil)
	if err == nil && len(os) == 0 {
		err = fault.New("org.get", fault.Missing, "fault.missing")
	}
	if err != nil {
		return Org{}, err
	}
	return os[0], nil
}

func list(ctx context.Context, tx *op.Tx, f Filter, scope string, args db.Args) ([]Org, error) {
	if !f.sound() {
		return nil, nil
	}
	from := `org o`
	if f.Under != "" {
		from += ` join org_closure c on c.org_id = o.org_id and c.ancestor_id = ` + args.Add(string(f.Under))
		if f.Depth > 0 {
			from += ` and c.depth <= ` + args.Add(f.Depth)
		}
	}
	where := scope + f.where(&args)
	if f.Limit == 0 {
		f.Limit = 100
	}
	var os []Org
	err := tx.Each(ctx, `select `+columns+` from `+from+` where `+where+` order by o.area, o.org_id limit `+args.Add(f.Limit), args, func(r db.Row) error {
		var o Org
		err := o.scan(r)
		os = append(os, o)
		return err
	})
	return os, err
}

// sound reports whether all ids are ids: PostgreSQL does not even compare others.
func (f Filter) sound() bool {
	for _, v := range append([]ID{f.Under, f.Parent, f.After.ID}, f.IDs...) {
		if v != "" && !id.Valid(string(v)) {
			return false
		}
	}
	return !slices.Contains(f.IDs, "")
}

func (f Filter) where(args *db.Args) string {
	var w string
	if f.Area != "" {
		from, to := authz.Range(f.Area)
		w += ` and o.area >= ` + args.Add(from) + ` and o.area < ` + args.Add(to)
	}
	if f.Over != "" {
		w += ` and o.area in ` + db.In(args, areasAbove(f.Over))
	}
	if len(f.Kinds) > 0 {
		w += ` and o.kind in ` + db.In(args, texts(f.Kinds))
	}
	if len(f.Levels) > 0 {
		w += ` and o.level in ` + db.In(args, texts(f.Levels))
	}
	if f.Parent != "" {
		w += ` and o.parent_id = ` + args.Add(string(f.Parent))
	}
	if f.Tops {
		w += ` and o.parent_id is null`
	}
	if f.IDs != nil {
		w += ` and o.org_id in ` + db.In(args, texts(f.IDs))
	}
	if f.Words != "" {
		w += ` and o.find like ` + args.Add("%"+escape(fold(f.Words))+"%") + ` escape '!'`
	}
	if f.Duties {
		w += ` and exists (select 1 from org_duty d where d.org_id = o.org_id)`
	}
	if !f.Closed {
		w += ` and o.active`
	}
	if f.After.ID != "" {
		w += ` and (o.area, o.org_id) > (` + args.Add(f.After.Area) + `, ` + args.Add(string(f.After.ID)) + `)`
	}
	return w
}

// escape makes like's own signs ordinary.
func escape(s string) string { return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s) }

func texts[T ~string](vs []T) []string {
	all := make([]string, len(vs))
	for i, v := range vs {
		all[i] = string(v)
	}
	return all
}

// treeLock orders the changes of the tree, which are rare: two at once could
// each be right and together make a circle.
const treeLock = "org tree"

// lead puts o, with all that it leads, under its parent.
func lead(ctx context.Context, tx *op.Tx, o Org) error {
	if err := tx.Lock(ctx, treeLock); err != nil {
		return err
	}
	below, err := links(ctx, tx, `select org_id, depth from org_closure where ancestor_id = $1`, o.ID)
	if err != nil {
		return err
	}
	var above []step
	if o.Parent != "" {
		if above, err = links(ctx, tx, `select ancestor_id, depth from org_closure where org_id = $1`, o.Parent); err != nil {
			return err
		}
	}
	if len(below) == 0 {
		below = []step{{o.ID, 0}}
		if err := link(ctx, tx, o.ID, o.ID, 0); err != nil {
			return err
		}
	}
	for _, b := range below {
		if _, err := tx.Exec(ctx, `delete from org_closure where org_id = $1 and depth > $2`, string(b.id), b.depth); err != nil {
			return err
		}
		for _, a := range above {
			if a.id == b.id {
				return fieldFault("parent", "org.parent.loop")
			}
			if err := link(ctx, tx, b.id, a.id, b.depth+1+a.depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// leftBehind returns one that o leads and, as o now stands, may not lead. A pair
// of kinds and levels that the table did not allow before is let be.
func leftBehind(ctx context.Context, tx *op.Tx, o, was Org) ([]Org, error) {
	var args db.Args
	if !o.IsUnion() {
		return list(ctx, tx, Filter{Parent: o.ID, Limit: 1}, "1 = 1", nil)
	}
	from, to := authz.Range(o.Area)
	lost := []string{`not (o.area >= ` + args.Add(from) + ` and o.area < ` + args.Add(to) + `)`}
	for _, k := range Kinds() {
		for _, l := range Levels() {
			if led := (Org{Kind: k, Level: l}); !leads(o, led) && leads(was, led) {
				lost = append(lost, `o.kind = `+args.Add(string(k))+` and o.level = `+args.Add(string(l)))
			}
		}
	}
	return list(ctx, tx, Filter{Parent: o.ID, Limit: 1}, `(`+strings.Join(lost, ` or `)+`)`, args)
}

// step is one line of the closure as seen from one of its ends.
type step struct {
	id    ID
	depth int64
}

func links(ctx context.Context, tx *op.Tx, query string, of ID) ([]step, error) {
	var all []step
	err := tx.Each(ctx, query, []any{string(of)}, func(r db.Row) error {
		var s step
		err := r.Scan(&s.id, &s.depth)
		all = append(all, s)
		return err
	})
	return all, err
}

func link(ctx context.Context, tx *op.Tx, id, ancestor ID, depth int64) error {
	_, err := tx.Exec(ctx, `insert into org_closure (org_id, ancestor_id, depth) values ($1, $2, $3)`, string(id), string(ancestor), depth)
	return err
}

func duties(ctx context.Context, tx *op.Tx, ids ...ID) (map[ID][]Duty, error) {
	all := map[ID][]Duty{}
	var args db.Args
	err := tx.Each(ctx, `select org_id, topic, area from org_duty where org_id in `+db.In(&args, texts(ids))+` order by org_id, area, topic`, args, func(r db.Row) error {
		var id ID
		var d Duty
		err := r.Scan(&id, &d.Topic, &d.Area)
		all[id] = append(all[id], d)
		return err
	})
	return all, err
}

func setDuties(ctx context.Context, tx *op.Tx, id ID, ds []Duty) error {
	if _, err := tx.Exec(ctx, `delete from org_duty where org_id = $1`, string(id)); err != nil {
		return err
	}
	for _, d := range ds {
		if _, err := tx.Exec(ctx, `insert into org_duty (org_id, topic, area) values ($1, $2, $3)`, string(id), d.Topic, d.Area); err != nil {
			return err
		}
	}
	return nil
}
