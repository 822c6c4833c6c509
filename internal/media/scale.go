package media

import (
	"image"
	"image/draw"

	xdraw "golang.org/x/image/draw"
)

// shrink returns img on white, its longer edge at most edge. It averages whole
// blocks first and leaves less than a half to interpolation; memory is a few rows
// of the original and two small pictures.
func shrink(img image.Image, edge int) *image.RGBA {
	b := img.Bounds()
	factor := max(1, max(b.Dx(), b.Dy())/edge)
	small := average(img, factor)
	w, h := fitted(b.Dx(), b.Dy(), edge)
	if small.Rect.Dx() == w && small.Rect.Dy() == h {
		return small
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	xdraw.ApproxBiLinear.Scale(out, out.Rect, small, small.Rect, draw.Src, nil)
	return out
}

// fitted returns the size with the same shape whose longer edge is at most edge.
func fitted(w, h, edge int) (int, int) {
	long := max(w, h)
	if long <= edge {
		return w, h
	}
	return max(1, (w*edge+long/2)/long), max(1, (h*edge+long/2)/long)
}

// average returns img with each block of factor × factor pixels as one; a block
// cut off by the border is the average of what there is.
func average(img image.Image, factor int) *image.RGBA {
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, (b.Dx()+factor-1)/factor, (b.Dy()+factor-1)/factor))
	strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), factor))
	for y := range out.Rect.Dy() {
		rows := min(factor, b.Dy()-y*factor)
		draw.Draw(strip, strip.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(strip, image.Rect(0, 0, b.Dx(), rows), img, b.Min.Add(image.Pt(0, y*factor)), draw.Over)
		averageRow(out.Pix[y*out.Stride:], strip, factor, rows)
	}
	return out
}

func averageRow(out []byte, strip *image.RGBA, factor, rows int) {
	width := strip.Rect.Dx()
	for x, n := 0, 0; x < width; x, n = x+factor, n+1 {
		end := min(x+factor, width)
		var r, g, b, count uint32
		for y := range rows {
			row := strip.Pix[y*strip.Stride+4*x : y*strip.Stride+4*end]
			for ; len(row) >= 4; row = row[4:] {
				r, g, b, count = r+uint32(row[0]), g+uint32(row[1]), b+uint32(row[2]), count+1
			}
		}
		out[4*n], out[4*n+1], out[4*n+2], out[4*n+3] = byte(r/count), byte(g/count), byte(b/count), 255 //nolint:gosec // an average of bytes is a byte
	}
}

// upright turns and mirrors img as its EXIF orientation asks.
func upright(img *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	outW, outH := w, h
	if orientation >= 5 {
		outW, outH = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, outW, outH))
	for y := range outH {
		for x := range outW {
			sx, sy := source(orientation, x, y, w, h)
			copy(out.Pix[y*out.Stride+4*x:][:4], img.Pix[sy*img.Stride+4*sx:][:4])
		}
	}
	return out
}

// source returns the pixel of a w × h picture that belongs at x, y when upright.
func source(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // upside down
		return w - 1 - x, h - 1 - y
	case 4: // upside down and mirrored
		return x, h - 1 - y
	case 5: // a quarter turn and mirrored
		return y, x
	case 6: // turn a quarter to the right
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	default: // 8: turn a quarter to the left
		return w - 1 - y, x
	}
}
