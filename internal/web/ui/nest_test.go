package ui_test

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// nest gives a component its children, as a template's braces do.
func nest(parent templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return parent.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}
