package intake

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/station/intake/list"
)

// Part is some of the lines of an import.
type Part string

// The parts of an import beside those of the actions.
const (
	PartAll   Part = ""
	PartDoubt Part = "doubt" // somebody should look
	PartLeft  Part = "left"  // somebody was there meanwhile
)

// Page is one page of a part of an import.
type Page struct {
	Lines       []list.Line
	Page, Pages int
	Counts      map[Part]int // lines of each part
}

// has reports whether a line of the given marks belongs to the part.
func (p Part) has(a list.Action, doubtful, left bool) bool {
	switch p {
	case PartAll:
		return true
	case PartDoubt:
		return doubtful
	case PartLeft:
		return left
	}
	return Part(a) == p
}

// getPage finds a page by the marks of all lines, which an index holds, and
// then reads its lines alone.
func getPage(ctx context.Context, tx *op.Tx, id ID, part Part, page, size int) (Page, error) {
	out := Page{Counts: map[Part]int{}}
	var seqs []int64
	err := tx.Each(ctx, `select seq, action, doubtful, left_alone from station_import_row where import_id = $1 order by seq`, []any{id}, func(r db.Row) error {
		var seq int64
		var a list.Action
		var doubtful, left bool
		if err := r.Scan(&seq, &a, &doubtful, &left); err != nil {
			return err
		}
		for _, p := range []Part{PartAll, PartDoubt, PartLeft, Part(a)} {
			if p.has(a, doubtful, left) {
				out.Counts[p]++
			}
		}
		if part.has(a, doubtful, left) {
			seqs = append(seqs, seq)
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	out.Pages = max(1, (len(seqs)+size-1)/size)
	out.Page = min(max(page, 1), out.Pages)
	var args db.Args
	where := `import_id = ` + args.Add(id) + ` and seq in ` + db.In(&args, seqs[(out.Page-1)*size:min(len(seqs), out.Page*size)])
	out.Lines, err = lines(ctx, tx, where, args...)
	return out, err
}
