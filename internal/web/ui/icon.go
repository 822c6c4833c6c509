package ui

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io"
	"maps"
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

// symbols maps an icon's name to its <symbol>; read once.
var symbols = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for _, line := range strings.Split(iconFile, "\n") {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, `<symbol id="i-`); ok {
			name, _, _ := strings.Cut(rest, `"`)
			m[name] = line
		}
	}
	m[glow] = `<radialGradient id="i-` + glow + `"><stop offset="0" stop-color="#ffb545" stop-opacity=".75"/><stop offset=".45" stop-color="#ffc978" stop-opacity=".34"/><stop offset="1" stop-color="#ffc978" stop-opacity="0"/></radialGradient>`
	return m
})

// HasIcon reports whether there is an icon of that name.
func HasIcon(name string) bool { return symbols()[name] != "" }

// IconNames lists the icons.
func IconNames() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(symbols())), func(n string) bool { return n == glow })
}

// sprite collects the icons that a page uses.
type sprite map[string]bool

type spriteKey struct{}

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
	if s, ok := ctx.Value(spriteKey{}).(sprite); ok {
		s[name] = true
	}
}

// withSprite renders body into memory and returns it with the sprite it needs.
func withSprite(ctx context.Context, body templ.Component) (drawn, symbolsUsed templ.Component, err error) {
	used := sprite{}
	var buf bytes.Buffer
	if err := body.Render(context.WithValue(ctx, spriteKey{}, used), &buf); err != nil {
		return nil, nil, err
	}
	var b strings.Builder
	if len(used) > 0 {
		b.WriteString(`<svg class="sprite" aria-hidden="true">`)
		for _, name := range slices.Sorted(maps.Keys(used)) {
			b.WriteString(symbols()[name])
		}
		b.WriteString(`</svg>`)
	}
	return templ.Raw(buf.String()), templ.Raw(b.String()), nil
}

// Fragment is a piece of a page for htmx: body with the icons it uses.
func Fragment(body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		drawn, icons, err := withSprite(ctx, body)
		if err != nil {
			return err
		}
		return templ.Join(icons, drawn).Render(ctx, w)
	})
}
