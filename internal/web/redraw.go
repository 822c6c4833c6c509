package web

import (
	"context"
	"time"

	"nuanxin/internal/memo"
)

// Drawn is a piece of a page as it was drawn for somebody, for the next reader
// to whom it looks the same. Between its parts stands what differs.
type Drawn struct {
	Parts []Piece
	Icons [4]uint64 // which icons it uses, by the numbers that ui gives them
}

// drawnKey is what a kept piece depends on: its own key, the reader's language,
// and the minute, for many words tell how long ago or until when.
type drawnKey struct {
	key    any
	lang   string
	minute int64
}

type drawings = memo.Map[drawnKey, Drawn]

// Redraw returns the piece of a page with the key, which draw draws when it is
// not kept. key is comparable and holds all that the piece depends on beside
// the language and the minute.
func Redraw(ctx context.Context, key any, draw func() (Drawn, error)) (Drawn, error) {
	s := stateOf(ctx)
	if s == nil {
		return draw()
	}
	return s.site.drawn.Get(drawnKey{key, s.lang, s.now.Unix() / int64(time.Minute/time.Second)}, draw)
}
