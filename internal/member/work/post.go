package work

import (
	"context"
	"slices"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Post is a station of ours (工会驿站) that members belong to. It is no depot of a platform
// (配送站点), which [Work.Station] has in the member's words.
type Post struct {
	ID, Name string
	Others   []string // further names
	Area     string
	Open     bool // it may be named now: it is in use, and shown to workers
	Closed   bool // for good
}

// Posts knows the stations of ours.
type Posts interface {
	// Near returns those that a member of an area may name: of its county, or all within it.
	Near(ctx context.Context, tx *op.Tx, area string) ([]Post, error)
	// Some returns those with some ids, however they are.
	Some(ctx context.Context, tx *op.Tx, ids []string) ([]Post, error)
}

// Match returns the one of some posts that a name means; ok is false for none, and where it
// means several.
func Match(posts []Post, name string) (found Post, ok bool) {
	for _, p := range posts {
		if !Same(p.Name, name) && !slices.ContainsFunc(p.Others, func(other string) bool { return Same(other, name) }) {
			continue
		}
		if ok {
			return Post{}, false
		}
		found, ok = p, true
	}
	return found, ok
}

// Call gives the rows at stations of ours their names, as they are called now.
func Call(ctx context.Context, tx *op.Tx, posts Posts, all []Work) error {
	var ids []string
	for _, w := range all {
		if w.Post != "" && !slices.Contains(ids, w.Post) {
			ids = append(ids, w.Post)
		}
	}
	if len(ids) == 0 || posts == nil {
		return nil
	}
	found, err := posts.Some(ctx, tx, ids)
	for i, w := range all {
		if at := slices.IndexFunc(found, func(p Post) bool { return p.ID == w.Post }); w.Post != "" && at >= 0 {
			all[i].Name, all[i].Closed = found[at].Name, found[at].Closed
		}
	}
	return err
}

// PostsOf tells at which stations of ours some members are now, in one line each.
func PostsOf(ctx context.Context, tx *op.Tx, posts Posts, members []string) (map[string]string, error) {
	const batch = 500
	of := map[string][]Work{}
	for from := 0; from < len(members) && posts != nil; from += batch {
		var args db.Args
		err := tx.Each(ctx, `select member_id, station_id from member_work where station_id is not null and until_day = '' and member_id in `+db.In(&args, members[from:min(from+batch, len(members))])+` order by member_id, seq`, args, func(r db.Row) error {
			var member string
			var w Work
			err := r.Scan(&member, &w.Post)
			of[member] = append(of[member], w)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	lines := make(map[string]string, len(of))
	for member, all := range of {
		if err := Call(ctx, tx, posts, all); err != nil {
			return nil, err
		}
		lines[member] = Names(all)
	}
	return lines, nil
}
