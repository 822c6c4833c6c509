package ui

import (
	"fmt"
	"strings"

	qrcode "github.com/skip2/go-qrcode"
)

// QR draws text as a QR code, an SVG element: black on white whatever the page's
// colours, with the quiet zone that readers need. What holds it says what it is.
func QR(text string) (string, error) {
	c, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", fmt.Errorf("ui.QR: %w", err)
	}
	bits := c.Bitmap()
	var path strings.Builder
	for y, row := range bits {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	return fmt.Sprintf(`<svg viewBox="0 0 %d %d" aria-hidden="true" focusable="false"><rect width="100%%" height="100%%" fill="#fff"></rect><path d="%s" fill="#000"></path></svg>`,
		len(bits), len(bits), path.String()), nil
}
