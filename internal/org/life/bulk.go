package life

import (
	"context"
	"errors"
	"slices"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
)

// This file is what an import of many unions asks, inside its own transactions. Who
// may is for the import to ask.

const idsAtOnce = 200

// TermsOf returns the terms of office of some unions, without who is in office, the
// first of each before the next.
func (s *Service) TermsOf(ctx context.Context, tx *op.Tx, ids []org.ID) ([]Tenure, error) {
	var all []Tenure
	for some := range slices.Chunk(ids, idsAtOnce) {
		var args db.Args
		err := tx.Each(ctx, `select org_id, seq, since, due, years, version from org_tenure where org_id in `+db.In(&args, some)+` order by org_id, seq`, args, func(r db.Row) error {
			var t Tenure
			err := r.Scan(&t.Org, &t.Seq, &t.Since, &t.Due, &t.Years, &t.Version)
			all = append(all, t)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// BeginAll stores terms of office that were checked, of whom nobody is in office so far.
func (s *Service) BeginAll(ctx context.Context, tx *op.Tx, ts []Tenure) error {
	var rows [][]any
	for _, t := range ts {
		due, err := dueAfter(t.Since, t.Years)
		if err != nil {
			return err
		}
		rows = append(rows, []any{string(t.Org), t.Seq, t.Since, due, t.Years, tx.Now().UnixMicro(), tx.Subject.Name, 1})
	}
	for some := range slices.Chunk(rows, idsAtOnce/4) {
		var args db.Args
		if _, err := tx.Exec(ctx, `insert into org_tenure (org_id, seq, since, due, years, at, by_name, version) values `+db.Values(&args, some), args...); err != nil {
			return err
		}
	}
	return nil
}

// Unbegin removes a term that an import stored and in which nothing happened since; it
// reports whether.
func (s *Service) Unbegin(ctx context.Context, tx *op.Tx, t Tenure) (bool, error) {
	n, err := tx.Exec(ctx, `
		delete from org_tenure where org_id = $1 and seq = $2 and version = 1
			and not exists (select 1 from org_post p where p.org_id = $1 and p.seq = $2)
			and not exists (select 1 from org_tenure n where n.org_id = $1 and n.seq > $2)`, string(t.Org), t.Seq)
	return n > 0, err
}

// Held is a post in a term of office of a union, which is known by the day of its election.
type Held struct {
	Org  org.ID
	Term string // the day
	Seq  int64  // of the term
	Post
}

// PostsOf returns who is and was in office in some unions, by term and post. Who may
// read it is for the caller to ask.
func (s *Service) PostsOf(ctx context.Context, tx *op.Tx, ids []org.ID) ([]Held, error) {
	var all []Held
	for some := range slices.Chunk(ids, idsAtOnce) {
		var args db.Args
		err := tx.Each(ctx, `select p.org_id, t.since, p.seq, p.no, p.post, p.name, p.since, p.until from org_post p join org_tenure t on t.org_id = p.org_id and t.seq = p.seq
			where p.org_id in `+db.In(&args, some)+` order by p.org_id, p.seq, p.no`, args, func(r db.Row) error {
			var h Held
			var sealed []byte
			if err := r.Scan(&h.Org, &h.Term, &h.Seq, &h.No, &h.Post.Post, &sealed, &h.Since, &h.Until); err != nil {
				return err
			}
			name, err := s.Ring.Open(sealed, postPlace(h.Org, h.Seq, h.No))
			h.Name = string(name)
			all = append(all, h)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Check returns h as it is kept, or what is wrong with it beside the others of its term.
// today is a day.
func (h Held) Check(today string, others []Held) (Held, error) {
	var f fault.Form
	name, err := idcard.ParseName(h.Name)
	if err != nil {
		f.Add("name", "life.name.unknown", nil)
	}
	if h.Name = name; h.Since == "" {
		h.Since = h.Term
	}
	if !slices.Contains(Offices(), h.Post.Post) {
		f.Add("post", "life.post.unknown", nil)
	}
	if !isDay(h.Since) || h.Since < h.Term || h.Since > today {
		f.Add("since", "life.post.day", nil)
	}
	if h.Until != "" && (!isDay(h.Until) || h.Until < h.Since || h.Until > today) {
		f.Add("until", "life.post.day_until", nil)
	}
	if len(others) >= mostPosts {
		f.Add("post", "life.posts.many", fault.Args{"Limit": mostPosts})
	}
	for _, o := range others {
		switch same := o.Post.Post == h.Post.Post && o.Until == "" && h.Until == ""; {
		case same && h.Post.Post == Chair:
			f.Add("post", "life.post.one_chair", nil)
		case same && o.Name == h.Name:
			f.Add("name", "life.post.twice", nil)
		}
	}
	return h, f.Err(string(SetTenure))
}

// Seat stores a post, and returns it as it is kept.
func (s *Service) Seat(ctx context.Context, tx *op.Tx, h Held) (Held, error) {
	err := tx.One(ctx, `select seq from org_tenure where org_id = $1 and since = $2`, []any{string(h.Org), h.Term}, &h.Seq)
	if errors.Is(err, db.ErrNone) {
		err = fault.New(string(SetTenure), fault.Conflict, "life.changed")
	}
	if err != nil {
		return h, err
	}
	all, err := s.PostsOf(ctx, tx, []org.ID{h.Org})
	if err != nil {
		return h, err
	}
	all = slices.DeleteFunc(all, func(o Held) bool { return o.Seq != h.Seq })
	if h, err = h.Check(today(tx), all); err != nil {
		return h, err
	}
	h.No = 1
	for _, o := range all {
		h.No = max(h.No, o.No+1)
	}
	return h, s.post(ctx, tx, Tenure{Org: h.Org, Seq: h.Seq}, h.Post)
}

// Unseat removes a post that an import stored and that stands as it did; it reports whether.
func (s *Service) Unseat(ctx context.Context, tx *op.Tx, h Held) (bool, error) {
	n, err := tx.Exec(ctx, `delete from org_post where org_id = $1 and seq = $2 and no = $3 and since = $4 and until = $5`, string(h.Org), h.Seq, h.No, h.Since, h.Until)
	return n > 0, err
}
