package ui

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"

	"nuanxin/internal/web"
)

// Hole is what a kept piece writes where each reader's own part goes. Nobody
// outside can write it, for it is another in each process.
var Hole = "hole-" + rand.Text()

// hole is Hole as a component.
var hole = templ.Raw(Hole)

// Kept draws a piece of a page that looks the same to many: once a minute and
// language, and else as it was drawn before. key is a comparable value of a type
// of the caller's own and holds all else that the piece depends on; nothing in it
// may be about a person, who would be shown to others. Where the piece has a
// [Hole], the next of inside is drawn, for each reader anew.
func Kept(key any, draw func(context.Context) templ.Component, inside ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		d, err := web.Redraw(ctx, key, func() (web.Drawn, error) { return drawn(ctx, draw(ctx)) })
		if err != nil {
			return err
		}
		if len(d.Parts) != len(inside)+1 {
			return fmt.Errorf("ui: a kept piece has %d holes for %d parts", len(d.Parts)-1, len(inside))
		}
		if s := spriteOf(ctx); s != nil {
			s.join(d.Icons)
		}
		for i, part := range d.Parts {
			if err := part.Write(ctx, w); err != nil {
				return err
			}
			if i == len(d.Parts)-1 {
				break
			}
			if err := inside[i].Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// drawn draws c with what it needs for being shown again.
func drawn(ctx context.Context, c templ.Component) (web.Drawn, error) {
	var used sprite
	var b strings.Builder
	if err := c.Render(context.WithValue(web.Keeping(ctx), spriteKey{}, &used), &b); err != nil {
		return web.Drawn{}, err
	}
	var parts []web.Piece
	for part := range strings.SplitSeq(b.String(), Hole) {
		parts = append(parts, web.NewPiece(part))
	}
	return web.Drawn{Parts: parts, Icons: used}, nil
}

// Words is text as a component, for what goes into a [Hole].
func Words(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, templ.EscapeString(s))
		return err
	})
}
