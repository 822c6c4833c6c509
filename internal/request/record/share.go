package record

import (
	"context"
	"strings"

	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// mayRead selects the bodies that may see a kind of what the worker of a request sent, in
// one text by commas: those for which the last that was said is a yes to it, while the matter
// is open, and unless the worker wants it for none. It stands in the reads themselves, so
// that a no counts with its commit. kind is a column or a quoted word.
func mayRead(kind string) string {
	return `coalesce((select string_agg(cast(s.body_id as text), ',') from request_share s join request q on q.request_id = s.request_id
		where s.request_id = $1 and s.body_id is not null and s.given and ',' || s.kinds || ',' like '%,' || ` + kind + ` || ',%'
			and not exists (select 1 from request_share n where n.request_id = s.request_id and n.body_id = s.body_id and n.seq > s.seq)
			and q.status not in (` + closed() + `) and not ` + consent.Stopped("q.owner_id", consent.Photos) + `), '')`
}

// closed are the states in which a matter is over, as SQL has them.
func closed() string {
	var all []string
	for _, s := range request.Closed() {
		all = append(all, `'`+string(s)+`'`)
	}
	return strings.Join(all, ", ")
}

// bodies reads what [mayRead] selects.
func bodies(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// WordsFor returns the bodies that may read the worker's own words.
func (s *Store) WordsFor(ctx context.Context, tx *op.Tx, rid request.ID) ([]string, error) {
	var text string
	err := tx.One(ctx, `select `+mayRead(`'words'`), []any{rid}, &text)
	return bodies(text), err
}

// Shares returns what was decided about what came with a request, the first first.
func (s *Store) Shares(ctx context.Context, tx *op.Tx, rid request.ID) (all []request.Share, err error) {
	err = tx.Each(ctx, `select given, at, way, body_id, bodies, contact, kinds, by_name from request_share where request_id = $1 order by seq`, []any{rid}, func(r db.Row) error {
		var x request.Share
		var kinds string
		err := r.Scan(&x.Given, db.Time(&x.At), &x.Way, db.Text(&x.Body), &x.BodyName, &x.Contact, &kinds, &x.By)
		for _, k := range bodies(kinds) {
			x.Kinds = append(x.Kinds, request.ShareKind(k))
		}
		all = append(all, x)
		return err
	})
	return all, err
}

// Share adds what was said about a request's files and words, now.
func (s *Store) Share(ctx context.Context, tx *op.Tx, rid request.ID, x request.Share) error {
	kinds := make([]string, len(x.Kinds))
	for i, k := range x.Kinds {
		kinds[i] = string(k)
	}
	var seq int64
	if err := tx.One(ctx, `select coalesce(max(seq), 0) + 1 from request_share where request_id = $1`, []any{rid}, &seq); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into request_share (request_id, seq, given, at, way, body_id, bodies, contact, kinds, by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		rid, seq, x.Given, tx.Now().UnixMicro(), string(x.Way), db.Null(x.Body), x.BodyName, x.Contact, strings.Join(kinds, ","), x.By)
	return err
}

// AskFirst reports whether the worker wants to be told when a body has the matter, to be
// asked what it may see.
func (s *Store) AskFirst(ctx context.Context, tx *op.Tx, rid request.ID) (bool, error) {
	all, err := s.Shares(ctx, tx, rid)
	last, _ := request.LastShare(all, "")
	return last.Given, err
}

// Wish notes that the worker wants to be told when a body has a request, where they do: it
// names no body, and is no consent.
func (s *Store) Wish(ctx context.Context, tx *op.Tx, rid request.ID, wants bool) error {
	if !wants {
		return nil
	}
	return s.Share(ctx, tx, rid, request.Share{Given: true, Way: request.ShareForm})
}
