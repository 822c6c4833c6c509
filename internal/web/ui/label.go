package ui

import (
	"bytes"
	"context"
	"slices"

	"github.com/a-h/templ"
)

// labels are the labels of a page's inputs, for the summary of a form's faults,
// which stands above them: "this is empty" says nothing without a name.
type labels struct {
	byID    map[string]string
	awaited []FormError
}

type labelsKey struct{}

// noteLabel notes the label of an input.
func noteLabel(ctx context.Context, id, label string) {
	l, ok := ctx.Value(labelsKey{}).(*labels)
	if !ok || len(l.awaited) == 0 { // no summary waits for it
		return
	}
	if l.byID == nil {
		l.byID = map[string]string{}
	}
	l.byID[id] = label
}

// awaitLabel returns what stands for the label of a fault's input until the
// input has been drawn, where the words of the fault need it.
func awaitLabel(ctx context.Context, e FormError) string {
	l, ok := ctx.Value(labelsKey{}).(*labels)
	if !ok || !e.Unnamed {
		return ""
	}
	l.awaited = append(l.awaited, e)
	return mark(e)
}

func mark(e FormError) string { return Hole + e.ID + ";" }

// write writes the labels into the page that awaits them.
func (l *labels) write(ctx context.Context, page *bytes.Buffer) {
	if len(l.awaited) == 0 {
		return
	}
	text := slices.Clone(page.Bytes())
	for _, e := range l.awaited {
		name := ""
		if label := l.byID[e.ID]; label != "" {
			name = t(ctx, "ui.error_of", "Name", label)
		}
		text = bytes.Replace(text, []byte(templ.EscapeString(mark(e))), []byte(templ.EscapeString(name)), 1)
	}
	page.Reset()
	page.Write(text)
}
