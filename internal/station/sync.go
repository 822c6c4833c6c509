package station

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Delta is what changed after a cursor. Whoever applies all deltas from the
// empty cursor on, in order, has the directory; applying one twice does no harm.
type Delta struct {
	Stations   []View    `json:"stations"`
	Gone       []ID      `json:"gone"` // closed for good, or not public any more
	Cursor     string    `json:"cursor"`
	More       bool      `json:"more"` // ask again at once
	ServerTime time.Time `json:"server_time"`
}

// Sync returns up to limit changes of public stations after the cursor since,
// which is empty at first and then the cursor of the answer before. The cursor
// is a number of change, see the package's words on changes in order; one that
// was never given, as after a backup was restored, is refused: whoever has it
// begins anew.
func (s *Service) Sync(ctx context.Context, since string, limit int) (Delta, error) {
	var from int64
	if since != "" {
		n, err := strconv.ParseInt(since, 10, 64)
		if err != nil || n < 0 {
			return Delta{}, wrongCursor()
		}
		from = n
	}
	if limit <= 0 || limit > 1000 {
		limit = 500
	}
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) (Delta, error) {
		b, err := s.batch(ctx, tx, from, limit)
		d := Delta{Stations: []View{}, Gone: []ID{}, Cursor: strconv.FormatInt(b.last, 10), More: b.more, ServerTime: tx.Now()}
		for _, v := range b.views {
			switch {
			case v.Public && v.InUse():
				v.Station = v.outside()
				d.Stations = append(d.Stations, v)
			case !v.PublishedAt.IsZero():
				d.Gone = append(d.Gone, v.ID)
			}
		}
		return d, err
	})
}

func wrongCursor() error { return fault.New("station.sync", fault.Invalid, "station.sync.cursor") }

// batch is a run of changes, public or not, in order.
type batch struct {
	views []View
	last  int64
	more  bool
}

func (s *Service) batch(ctx context.Context, tx *op.Tx, from int64, limit int) (batch, error) {
	b := batch{last: from}
	changes, err := changesSince(ctx, tx.Tx, from, limit+1)
	if err != nil {
		return b, err
	}
	if b.more = len(changes) > limit; b.more {
		changes = changes[:limit]
	}
	ids := make([]ID, len(changes))
	for i, c := range changes {
		ids[i], b.last = c.id, c.seq
	}
	if len(changes) == 0 && from > 0 {
		if last, err := lastChange(ctx, tx.Tx); err != nil || from > last {
			return b, cmp.Or(err, wrongCursor())
		}
	}
	byID, err := s.byIDs(ctx, tx.Tx, tx.Now(), ids)
	for _, id := range ids {
		b.views = append(b.views, byID[id])
	}
	return b, err
}

func (s *Service) byIDs(ctx context.Context, tx *db.Tx, now time.Time, ids []ID) (map[ID]View, error) {
	all := make(map[ID]View, len(ids))
	if len(ids) == 0 {
		return all, nil
	}
	list, err := find(ctx, tx, Filter{IDs: ids, WithClosed: true, Limit: len(ids)}, nil, "1 = 1")
	if err != nil {
		return nil, err
	}
	lives, err := liveOf(ctx, tx, now, ids...)
	if err != nil {
		return nil, err
	}
	for _, st := range list {
		all[st.ID] = View{st, lives[st.ID], st.Now(lives[st.ID], now, s.cal)}
	}
	return all, nil
}
