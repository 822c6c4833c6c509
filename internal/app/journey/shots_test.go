package journey

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"nuanxin/internal/web/webtest"
)

// heaviest is how large a picture of the README may be.
const heaviest = 150 << 10

// TestShots draws the pictures of the README: the demo's county at one moment,
// so that they change only when the pages do.
func TestShots(t *testing.T) {
	dir := os.Getenv("NUANXIN_SHOTS")
	if dir == "" {
		t.Skip("NUANXIN_SHOTS names no folder for the pictures")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("../../..", dir) // as seen from the top of the checkout
	}
	h := open(t)
	shoot := func(name string, p *webtest.Page) {
		t.Helper()
		whole(t, name, p)
		webtest.Eval[bool](p, `(document.querySelectorAll('.toast').forEach(t=>t.remove()),document.activeElement.blur(),true)`)
		file := filepath.Join(dir, name+".png")
		p.Screenshot(file, false)
		light(t, file)
	}
	_, _, _, at := h.riders(t)
	p := h.located(t, phoneView(), [2]float64{at[0] - 0.0006, at[1] + 0.0015})
	shoot("home", p)
	p.FollowNamed("看详情")
	shoot("station", p)
	p.Go(h.url + "/help")
	shoot("help", p)
	shoot("progress", h.told(t))

	desk := h.visit(t, "qiuye", "/host", phoneView())
	desk.FollowNamed("站前骑手之家")
	shoot("host", desk)

	desk = h.visit(t, "liuting", "/desk/requests", deskView())
	shoot("inbox", desk)
	desk.FollowNamed("雪原雅居送餐要等摆渡车")
	shoot("case", desk)
	desk = h.visit(t, "zhouquan", "/desk/imports", deskView())
	desk.FollowNamed("stations_public.csv")
	desk.FollowNamed("拿不准")
	shoot("import", desk)
}

// told is the progress of a matter of the demo's first worker that has gone a
// long way.
func (h *house) told(t *testing.T) *webtest.Page {
	t.Helper()
	p := h.visit(t, phone, "/help/mine", phoneView())
	longest := webtest.Eval[string](p, `Promise.all([...document.querySelectorAll('a.row[href^="/help/2"]')].map(a=>fetch(a.href).then(r=>r.text()).then(s=>[s.split('tl__').length,a.getAttribute('href')])))
		.then(all=>all.sort((a,b)=>b[0]-a[0])[0][1])`)
	p.Go(h.url + longest)
	return p
}

// light makes the picture as small as its colours allow, and fails the test when
// it is still too heavy for a README.
func light(t *testing.T, file string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, fewer(img)); err != nil {
		t.Fatal(err)
	}
	if out.Len() > heaviest {
		t.Errorf("%s: got %d bytes, want at most %d", filepath.Base(file), out.Len(), heaviest)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %v, %d KB, was %d KB", filepath.Base(file), img.Bounds().Size(), out.Len()>>10, len(raw)>>10)
}

// fewer paints the picture with its 256 most frequent colours. Our pages are flat:
// what is lost are shades at the edges of letters.
func fewer(img image.Image) image.Image {
	count := map[color.RGBA]int{}
	flat := image.NewRGBA(img.Bounds())
	draw.Draw(flat, flat.Bounds(), img, img.Bounds().Min, draw.Src)
	each := func(do func(x, y int, c color.RGBA)) {
		for y := flat.Rect.Min.Y; y < flat.Rect.Max.Y; y++ {
			for x := flat.Rect.Min.X; x < flat.Rect.Max.X; x++ {
				do(x, y, flat.RGBAAt(x, y))
			}
		}
	}
	each(func(_, _ int, c color.RGBA) { count[c]++ })
	all := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	var palette color.Palette
	for _, c := range all[:min(256, len(all))] {
		palette = append(palette, c)
	}
	nearest := map[color.RGBA]uint8{}
	for _, c := range all {
		nearest[c] = uint8(palette.Index(c))
	}
	painted := image.NewPaletted(flat.Rect, palette)
	each(func(x, y int, c color.RGBA) { painted.SetColorIndex(x, y, nearest[c]) })
	return painted
}
