package record

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/geo"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

const (
	nearby     = 400.0                // metres within which two matters may be one
	memory     = 180 * 24 * time.Hour // older ones are another matter
	candidates = 40
	alike      = 0.3 // the score from which two are worth showing together
)

// Scope limits a query to what its reader may see.
type Scope interface {
	Where(authz.Columns, *db.Args) string
}

// Similar returns open requests that may be about the same matter: near in
// place, alike in words, the likeliest first. A nil scope is the program's.
func (s *Store) Similar(ctx context.Context, tx *op.Tx, scope Scope, to request.SimilarTo) ([]request.Alike, error) {
	found := map[request.ID]*request.Request{}
	if err := s.near(ctx, tx, scope, to, found); err != nil {
		return nil, err
	}
	if err := s.wordy(ctx, tx, scope, to, found); err != nil {
		return nil, err
	}
	var all []request.Alike
	for _, q := range found {
		if a := likeness(to, q); a.Score >= alike && q.ID != to.Not {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b request.Alike) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	if limit := cmp.Or(to.Limit, 5); len(all) > limit {
		all = all[:limit]
	}
	return all, nil
}

// near adds requests whose point lies close by.
func (s *Store) near(ctx context.Context, tx *op.Tx, scope Scope, to request.SimilarTo, found map[request.ID]*request.Request) error {
	if to.Point == nil {
		return nil
	}
	var args db.Args
	var cells []string
	for _, c := range geo.CoverCap(*to.Point, nearby) {
		cells = append(cells, "(r.cell >= "+args.Add(c.From)+" and r.cell <= "+args.Add(c.To)+")")
	}
	if len(cells) == 0 {
		return nil
	}
	return s.collect(ctx, tx, scope, to, args, "("+strings.Join(cells, " or ")+")", "r.created_at desc, r.request_id", found)
}

// wordy adds requests that share pieces of words: of those that share most, the
// ones that the reader may see. Who searches names an area, or searches everything.
func (s *Store) wordy(ctx context.Context, tx *op.Tx, scope Scope, to request.SimilarTo, found map[request.ID]*request.Request) error {
	grams := s.grams(to.Words)
	if len(grams) == 0 {
		return nil
	}
	if len(grams) > 60 {
		grams = grams[:60]
	}
	var args db.Args
	where := "gram in " + db.In(&args, grams)
	if to.Area != "" {
		from, end := authz.Range(to.Area)
		where += " and area >= " + args.Add(from) + " and area < " + args.Add(end)
	}
	var ids []request.ID
	err := tx.Each(ctx, `select request_id, count(*) as shared from request_gram where `+where+` group by request_id order by shared desc, request_id desc limit `+args.Add(5*candidates),
		args, func(r db.Row) error {
			var rid request.ID
			var shared int
			err := r.Scan(&rid, &shared)
			ids = append(ids, rid)
			return err
		})
	if err != nil || len(ids) == 0 {
		return err
	}
	var more db.Args
	in := "r.request_id in " + db.In(&more, ids)
	return s.collect(ctx, tx, scope, to, more, in, "r.created_at desc, r.request_id", found)
}

func (s *Store) collect(ctx context.Context, tx *op.Tx, scope Scope, to request.SimilarTo, args db.Args, where, order string, found map[request.ID]*request.Request) error {
	where += " and r.created_at >= " + args.Add(tx.Now().Add(-memory).UnixMicro()) + " and r.status in " + db.In(&args, request.Life())
	if scope != nil {
		where += " and " + scope.Where(Columns, &args)
	}
	if to.Area != "" {
		from, end := authz.Range(to.Area)
		where += " and r.area >= " + args.Add(from) + " and r.area < " + args.Add(end)
	}
	q := `select ` + prefixed(rootColumns) + ` from request r where ` + where + ` order by ` + order + ` limit ` + args.Add(candidates)
	return tx.Each(ctx, q, args, func(r db.Row) error {
		q, err := s.scan(r)
		if err == nil {
			found[q.ID] = q
		}
		return err
	})
}

// likeness scores one candidate: the words' share and the nearness, each alone
// when the other is not known.
func likeness(to request.SimilarTo, q *request.Request) request.Alike {
	a := request.Alike{ID: q.ID, Number: q.Number, Status: q.Status, Title: q.Title, Words: q.Words, Place: q.Place.Text, At: q.CreatedAt, Followers: q.Followers, Metres: -1}
	words := dice(to.Words, strings.Join([]string{q.Words, q.Heard, q.Title, q.Place.Text}, " "))
	if to.Point == nil || q.Place.Point == nil {
		a.Score = words
		return a
	}
	a.Metres = to.Point.Distance(*q.Place.Point)
	close := max(0, 1-a.Metres/nearby)
	if strings.TrimSpace(to.Words) == "" || q.Words == "" && q.Heard == "" {
		a.Score = close * 0.7 // a place alone is a hint, not a proof
		return a
	}
	a.Score = 0.6*words + 0.4*close
	return a
}

// dice is the share of pieces that a short text has in common with another:
// what one says in ten words may be part of what another says in fifty.
func dice(a, b string) float64 {
	x, y := db.Grams(a), db.Grams(b)
	common := 0
	for _, g := range x {
		if slices.Contains(y, g) {
			common++
		}
	}
	if least := min(len(x), len(y)); least > 0 {
		return float64(common) / float64(max(least, 4))
	}
	return 0
}
