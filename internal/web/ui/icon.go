package ui

import (
	"context"
	"embed"
	"fmt"
	"io"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"nuanxin/internal/web"
)

//go:embed icons.svg
var iconFile string

//go:embed locale/*.json
var localeFiles embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(localeFiles) }

// glow is the lamplight of drawings. It is kept with the icons so that a page
// defines it once, and only when a drawing on it is lit.
const glow = "glow"

// iconSet is all icons: their names in order, and for each name its number and
// its <symbol>; read once.
type iconSet struct {
	names   []string
	numbers map[string]int
	symbols []string
}

var icons = sync.OnceValue(func() iconSet {
	m := map[string]string{}
	for _, line := range strings.Split(iconFile, "\n") {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, `<symbol id="i-`); ok {
			name, _, _ := strings.Cut(rest, `"`)
			m[name] = line
		}
	}
	m[glow] = `<radialGradient id="i-` + glow + `"><stop offset="0" stop-color="#ffb545" stop-opacity=".75"/><stop offset=".45" stop-color="#ffc978" stop-opacity=".34"/><stop offset="1" stop-color="#ffc978" stop-opacity="0"/></radialGradient>`
	set := iconSet{names: slices.Sorted(maps.Keys(m)), numbers: map[string]int{}}
	if len(set.names) > 64*len(sprite{}) {
		panic("ui: more icons than a sprite can hold")
	}
	for i, name := range set.names {
		set.numbers[name] = i
		set.symbols = append(set.symbols, m[name])
	}
	return set
})

// HasIcon reports whether there is an icon of that name.
func HasIcon(name string) bool {
	_, ok := icons().numbers[name]
	return ok
}

// IconNames lists the icons.
func IconNames() []string {
	return slices.DeleteFunc(slices.Clone(icons().names), func(n string) bool { return n == glow })
}

// sprite is the set of icons that a page uses, by their numbers.
type sprite [4]uint64

type spriteKey struct{}

// spriteOf is the sprite of the page that is being drawn, nil outside of one.
func spriteOf(ctx context.Context) *sprite {
	s, _ := ctx.Value(spriteKey{}).(*sprite)
	return s
}

func (s *sprite) join(o sprite) {
	for i := range s {
		s[i] |= o[i]
	}
}

// write writes the symbols of the set.
func (s sprite) write(w io.Writer) error {
	if s == (sprite{}) {
		return nil
	}
	if _, err := io.WriteString(w, `<svg class="sprite" aria-hidden="true">`); err != nil {
		return err
	}
	symbols := icons().symbols
	for i, some := range s {
		for ; some != 0; some &= some - 1 {
			if _, err := io.WriteString(w, symbols[i*64+bits.TrailingZeros64(some)]); err != nil {
				return err
			}
		}
	}
	_, err := io.WriteString(w, `</svg>`)
	return err
}

// Icon draws the icon called name, to stand beside a word. A name that does
// not exist is an error of the page, not an empty picture.
func Icon(name string) templ.Component { return icon(name, "i") }

// IconLarge is [Icon] at 1.6 em.
func IconLarge(name string) templ.Component { return icon(name, "i i--lg") }

func icon(name, class string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if name == "" {
			return nil
		}
		if !HasIcon(name) {
			return fmt.Errorf("ui: no icon %q", name)
		}
		use(ctx, name)
		_, err := io.WriteString(w, `<svg class="`+class+`" aria-hidden="true"><use href="#i-`+name+`"></use></svg>`)
		return err
	})
}

func use(ctx context.Context, name string) {
	if s := spriteOf(ctx); s != nil {
		i := icons().numbers[name]
		s[i/64] |= 1 << (i % 64)
	}
}

// withSprite draws body into memory and hands it on with the sprite that it
// needs, which stands before it, and with the labels that a summary awaits.
func withSprite(ctx context.Context, body templ.Component, then func(templ.Component) error) error {
	drawn, used, named := templ.GetBuffer(), sprite{}, labels{}
	defer templ.ReleaseBuffer(drawn)
	ctx = context.WithValue(context.WithValue(ctx, spriteKey{}, &used), labelsKey{}, &named)
	if err := body.Render(ctx, drawn); err != nil {
		return err
	}
	named.write(ctx, drawn)
	return then(templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		if err := used.write(w); err != nil {
			return err
		}
		_, err := w.Write(drawn.Bytes())
		return err
	}))
}

// Fragment is a piece of a page for htmx: body with the icons it uses.
func Fragment(body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return withSprite(ctx, body, func(c templ.Component) error { return c.Render(ctx, w) })
	})
}
