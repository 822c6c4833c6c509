package life

import (
	"context"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
)

// Tenure is a term of office of a union (届).
type Tenure struct {
	Org     org.ID
	Seq     int64  // the first is 1
	Since   string // the day of the election, YYYY-MM-DD
	Due     string // by when the next is to be elected
	Years   int64
	At      time.Time // when it was entered
	By      string
	Version int64
	Posts   []Post
}

// Office is a post in a union. Its words are "life.post."+Office.
type Office string

// The posts.
const (
	Chair     Office = "chair"     // 主席
	Vice      Office = "vice"      // 副主席
	Committee Office = "committee" // 委员
	Audit     Office = "audit"     // 经费审查委员会主任 (工会法 第四十五条)
	Women     Office = "women"     // 女职工委员会主任 (工会法 第十一条)
)

// Offices are all posts.
func Offices() []Office { return []Office{Chair, Vice, Committee, Audit, Women} }

// Post is who holds a post.
type Post struct {
	No    int64
	Post  Office
	Name  string
	Since string
	Until string // the first day without it; empty: to the end of the term
}

// Terms are the years that a term of office may last on a level (工会法 第十六条).
func Terms(l org.Level) []int64 {
	if l == org.Grassroots {
		return []int64{3, 5}
	}
	return []int64{5}
}

const mostPosts = 60

// checkPosts returns the posts as they are kept, or what is wrong with them.
func checkPosts(ps []Post) ([]Post, error) {
	var f fault.Form
	var all []Post
	chairs := 0
	for _, p := range ps {
		name, err := idcard.ParseName(p.Name)
		if err != nil || !slices.Contains(Offices(), p.Post) {
			f.Add("posts", "life.name.unknown", nil)
			break
		}
		if p.Post == Chair {
			chairs++
		}
		all = append(all, Post{Post: p.Post, Name: name})
	}
	if chairs != 1 {
		f.Add("posts", "life.posts.chair", nil)
	}
	if len(ps) > mostPosts {
		f.Add("posts", "life.posts.many", fault.Args{"Limit": mostPosts})
	}
	slices.SortStableFunc(all, func(a, b Post) int {
		return slices.Index(Offices(), a.Post) - slices.Index(Offices(), b.Post)
	})
	return slices.Compact(all), f.Err(string(SetTenure))
}

// dueAfter is the day by which the next term begins.
func dueAfter(since string, years int64) (string, error) {
	at, err := time.Parse(time.DateOnly, since)
	return at.AddDate(int(years), 0, 0).Format(time.DateOnly), err
}

// file is a union as the owner of its terms of office.
type file struct{ org.Org }

// AuthzObject implements op.Target. Who is in office is seen by less people than the
// union itself.
func (f file) AuthzObject() authz.Object {
	o := f.Org.AuthzObject()
	o.Kind = "tenure"
	return o
}

func (s *Service) fileOf(ctx context.Context, which org.ID) func(*op.Tx) (file, error) {
	return func(tx *op.Tx) (file, error) {
		o, err := s.Orgs.Ask(ctx, tx, which)
		return file{o}, err
	}
}

// Tenures returns the terms of office of a union, the newest first.
func (s *Service) Tenures(ctx context.Context, which org.ID) ([]Tenure, error) {
	var all []Tenure
	_, err := op.Read(ctx, s.desk, SeeTenure, func(tx *op.Tx) (f file, err error) {
		if f, err = s.fileOf(ctx, which)(tx); err == nil {
			all, err = s.tenures(ctx, tx, which)
		}
		return f, err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Elect begins the next term of office. last is the newest that the cadre saw: two
// who enter the same election enter it once.
func (s *Service) Elect(ctx context.Context, which org.ID, last int64, since string, years int64, ps []Post) error {
	_, err := op.Write(ctx, s.desk, SetTenure, s.fileOf(ctx, which), func(tx *op.Tx, o file) (bool, error) {
		all, err := s.current(ctx, tx, o.Org)
		if err != nil {
			return false, err
		}
		was := ""
		if len(all) > 0 {
			was = all[0].Since
		}
		if int64(len(all)) != last {
			return false, fault.New(string(SetTenure), fault.Conflict, "life.changed")
		}
		t := Tenure{Org: which, Seq: last + 1, Since: since, Years: years}
		wrong := t.Check(o.Level, today(tx), was)
		ps, err := checkPosts(ps)
		if err != nil || wrong != nil {
			return false, together(wrong, err)
		}
		tx.Note("since", since)
		return true, s.begin(ctx, tx, t, ps)
	})
	return err
}

// Check refuses a term that cannot follow one that began on the day was, if any, in a
// union of a level.
func (t Tenure) Check(level org.Level, today, was string) error {
	var f fault.Form
	switch {
	case !isDay(t.Since) || t.Since > today:
		f.Add("since", "life.day.past", nil)
	case t.Since <= was:
		f.Add("since", "life.day.after", fault.Args{"Day": was})
	}
	if !slices.Contains(Terms(level), t.Years) {
		f.Add("years", "life.years.unfit", nil)
	}
	return f.Err(string(SetTenure))
}

// current returns the terms of a union that may have more.
func (s *Service) current(ctx context.Context, tx *op.Tx, o org.Org) ([]Tenure, error) {
	if !o.Active || !o.IsUnion() {
		return nil, fault.New(string(SetTenure), fault.Conflict, "org.closed_already")
	}
	return s.tenures(ctx, tx, o.ID)
}

// Replace says who is in office within the newest term from today on (补选): who is
// no longer named ends today, who is new begins. version is the term's that the
// cadre saw.
func (s *Service) Replace(ctx context.Context, which org.ID, version int64, ps []Post) error {
	_, err := op.Write(ctx, s.desk, SetTenure, s.fileOf(ctx, which), func(tx *op.Tx, o file) (bool, error) {
		all, err := s.current(ctx, tx, o.Org)
		if err != nil {
			return false, err
		}
		if len(all) == 0 || all[0].Version != version {
			return false, fault.New(string(SetTenure), fault.Conflict, "life.changed")
		}
		ps, err := checkPosts(ps)
		if err != nil {
			return false, err
		}
		return true, s.replace(ctx, tx, all[0], ps)
	})
	return err
}

// replace ends the posts of t that ps lacks and begins those that t lacks.
func (s *Service) replace(ctx context.Context, tx *op.Tx, t Tenure, ps []Post) error {
	key := func(p Post) string { return string(p.Post) + "|" + p.Name }
	stays := map[string]bool{}
	for _, p := range ps {
		stays[key(p)] = true
	}
	for _, p := range t.Posts {
		if p.Until != "" {
			continue
		}
		if stays[key(p)] {
			delete(stays, key(p))
			continue
		}
		if _, err := tx.Exec(ctx, `update org_post set until = $4 where org_id = $1 and seq = $2 and no = $3`, string(t.Org), t.Seq, p.No, today(tx)); err != nil {
			return err
		}
	}
	n := int64(len(t.Posts))
	for _, p := range ps {
		if !stays[key(p)] {
			continue
		}
		n++
		p.No, p.Since = n, today(tx)
		if err := s.post(ctx, tx, t, p); err != nil {
			return err
		}
	}
	done, err := tx.Exec(ctx, `update org_tenure set version = version + 1 where org_id = $1 and seq = $2 and version = $3`, string(t.Org), t.Seq, t.Version)
	if err == nil && done == 0 {
		err = fault.New(string(SetTenure), fault.Conflict, "life.changed")
	}
	return err
}

// In returns who is in office in t.
func (t Tenure) In() []Post {
	return slices.DeleteFunc(slices.Clone(t.Posts), func(p Post) bool { return p.Until != "" })
}

// Lead is the name of who chairs t.
func (t Tenure) Lead() string {
	for _, p := range t.In() {
		if p.Post == Chair {
			return p.Name
		}
	}
	return ""
}

// Renewal is a union whose term of office ends, or was never entered.
type Renewal struct {
	org.Org
	Seq  int64  // 0: none was entered
	Due  string // by when the next is to be elected
	Late bool
}

// Which renewals a list shows.
const (
	RenewSoon = "soon" // or over
	RenewOver = "over" // over
	RenewNone = "none" // never entered
)

// RenewalFilter selects renewals.
type RenewalFilter struct {
	Which string // RenewSoon where it is none of the others
	Area  string // of unions in this area
	After Renewal
	Limit int
}

// Renewals returns the unions of the reader's area whose term ends within the
// notice that the rules give, is over or was never entered; those that ended first
// before.
func (s *Service) Renewals(ctx context.Context, f RenewalFilter) ([]Renewal, error) {
	return op.List(ctx, s.desk, SeeTenure, func(tx *op.Tx, scope op.Scope) ([]Renewal, error) {
		days, err := rule(ctx, tx, "renew_notice")
		if err != nil {
			return nil, err
		}
		until := clock.Day(tx.Now().AddDate(0, 0, int(days)))
		if f.Which == RenewOver {
			until = clock.Day(tx.Now().AddDate(0, 0, -1))
		}
		return renewals(ctx, tx, scope, f, until)
	})
}
