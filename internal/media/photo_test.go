package media

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"

	"nuanxin/internal/fault"
)

// corners is a picture of four colours: red, green over blue, white.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 0, 0, 255}
			switch {
			case x >= w/2 && y < h/2:
				c = color.RGBA{0, 255, 0, 255}
			case x < w/2 && y >= h/2:
				c = color.RGBA{0, 0, 255, 255}
			case x >= w/2:
				c = color.RGBA{255, 255, 255, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func asJPEG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withEXIF puts an orientation and a canary into a JPEG.
func withEXIF(raw []byte, order binary.AppendByteOrder, orientation uint16) []byte {
	tiff := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 1)
	tiff = order.AppendUint16(tiff, 0x0112)
	tiff = order.AppendUint16(tiff, 3)
	tiff = order.AppendUint32(tiff, 1)
	tiff = order.AppendUint16(tiff, orientation)
	tiff = append(tiff, "\x00\x00\x00\x00\x00\x00CANARY"...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	return append(append(out, body...), raw[2:]...)
}

// colours names the four corners of a JPEG, row by row.
func colours(t *testing.T, raw []byte) string {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	var s string
	for _, p := range []image.Point{{w / 4, h / 4}, {w * 3 / 4, h / 4}, {w / 4, h * 3 / 4}, {w * 3 / 4, h * 3 / 4}} {
		r, g, b, _ := img.At(p.X, p.Y).RGBA()
		switch {
		case r > 0xc000 && g > 0xc000 && b > 0xc000:
			s += "w"
		case r > g && r > b:
			s += "r"
		case g > b:
			s += "g"
		default:
			s += "b"
		}
	}
	return s
}

func TestPhotoIsUpright(t *testing.T) {
	plain := asJPEG(t, corners(64, 32))
	for _, c := range []struct {
		about       string
		orientation uint16
		want        string
		wide        bool
	}{
		{"as it is", 1, "rgbw", true},
		{"mirrored", 2, "grwb", true},
		{"upside down", 3, "wbgr", true},
		{"upside down and mirrored", 4, "bwrg", true},
		{"along the other diagonal", 5, "rbgw", false},
		{"a quarter to the right", 6, "brwg", false},
		{"along the diagonal", 7, "wgbr", false},
		{"a quarter to the left", 8, "gwrb", false},
		{"a value that means nothing", 9, "rgbw", true},
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			p, err := NewCleaner(1).Photo(context.Background(), withEXIF(plain, order, c.orientation))
			if err != nil {
				t.Fatalf("%s: %v", c.about, err)
			}
			if got := colours(t, p.JPEG); got != c.want || (p.Width > p.Height) != c.wide {
				t.Errorf("%s: got %s %d×%d, want %s", c.about, got, p.Width, p.Height, c.want)
			}
			if bytes.Contains(p.JPEG, []byte("CANARY")) {
				t.Errorf("%s: the metadata is still there", c.about)
			}
		}
	}
}

func TestPhotoSizes(t *testing.T) {
	for _, c := range []struct {
		about        string
		w, h         int
		wantW, wantH int
		thumbW       int
	}{
		{"a small one stays as it is", 100, 50, 100, 50, 100},
		{"just over the edge", 1700, 850, 1600, 800, 320},
		{"a large one, by blocks and the rest", 4000, 3000, 1600, 1200, 320},
		{"upright", 900, 3600, 400, 1600, 80},
		{"a line", 5000, 1, 1600, 1, 320},
	} {
		p, err := NewCleaner(1).Photo(context.Background(), asPNG(t, corners(c.w, c.h)))
		if err != nil {
			t.Fatalf("%s: %v", c.about, err)
		}
		if p.Width != c.wantW || p.Height != c.wantH || p.ThumbWidth != c.thumbW {
			t.Errorf("%s: got %d×%d, thumb %d, want %d×%d, thumb %d", c.about, p.Width, p.Height, p.ThumbWidth, c.wantW, c.wantH, c.thumbW)
		}
		if c.h > 1 {
			if got := colours(t, p.JPEG) + colours(t, p.Thumb); got != "rgbwrgbw" {
				t.Errorf("%s: got colours %s, want rgbwrgbw", c.about, got)
			}
		}
	}
}

func TestPhotoKinds(t *testing.T) {
	pal := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.White, color.Black})
	var g bytes.Buffer
	if err := gif.EncodeAll(&g, &gif.GIF{Image: []*image.Paletted{pal, pal}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	lossy, _ := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	lossless, _ := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	clear := asPNG(t, image.NewNRGBA(image.Rect(0, 0, 8, 8)))
	for _, c := range []struct {
		about string
		raw   []byte
	}{
		{"a GIF's first frame", g.Bytes()}, {"WebP", lossy}, {"lossless WebP", lossless}, {"a see-through PNG becomes white", clear},
		{"grey", asJPEG(t, image.NewGray(image.Rect(0, 0, 9, 9)))},
	} {
		p, err := NewCleaner(1).Photo(context.Background(), c.raw)
		if err != nil || len(p.JPEG) == 0 {
			t.Errorf("%s: got %v, want it accepted", c.about, err)
		}
		if c.about[:2] == "a " && colours(t, p.JPEG) != "wwww" {
			t.Errorf("%s: got %s, want white", c.about, colours(t, p.JPEG))
		}
	}
}

// claims is a PNG's head that claims a size, with nothing behind it.
func claims(t *testing.T, w, h uint32, depth, colour byte) []byte {
	t.Helper()
	raw := bytes.Clone(asPNG(t, image.NewNRGBA(image.Rect(0, 0, 1, 1))))
	binary.BigEndian.PutUint32(raw[16:], w)
	binary.BigEndian.PutUint32(raw[20:], h)
	raw[24], raw[25] = depth, colour
	binary.BigEndian.PutUint32(raw[29:], crc32PNG(raw[12:29]))
	return raw
}

func TestPhotoRefusals(t *testing.T) {
	good := asJPEG(t, corners(40, 40))
	scans := bytes.Repeat([]byte{0xff, 0xda}, maxScans+1)
	for _, c := range []struct {
		about string
		raw   []byte
		want  string
	}{
		{"nothing", nil, "media.empty"},
		{"more than 8 MB", append(bytes.Clone(good), make([]byte, MaxPhotoBytes)...), "media.too_big"},
		{"more than 40 million pixels", claims(t, 8000, 5001, 8, 2), "media.too_many_pixels"},
		{"few pixels, but deep ones that take too much memory", claims(t, 6000, 6000, 16, 6), "media.too_many_pixels"},
		{"a side that no camera makes", claims(t, 20001, 1, 8, 2), "media.too_many_pixels"},
		{"a photo as newer iPhones keep it", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "media.heic"},
		{"a drawing", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "media.not_photo"},
		{"a page", []byte("<!doctype html><script>alert(1)</script>"), "media.not_photo"},
		{"a sound", []byte("RIFF\x24\x00\x00\x00WAVEfmt "), "media.not_photo"},
		{"cut off", good[:len(good)/2], "media.broken"},
		{"a JPEG with hundreds of passes", append(bytes.Clone(good), scans...), "media.broken"},
		{"a claim of pixels without any", claims(t, 3000, 3000, 8, 2), "media.broken"},
	} {
		p, err := NewCleaner(1).Photo(context.Background(), c.raw)
		if f := fault.Of(err); f.Kind != fault.Invalid || f.Msg != c.want || p.JPEG != nil {
			t.Errorf("%s: got %v, want %s", c.about, err, c.want)
		}
	}
}

func TestPhotoWaitsForItsTurn(t *testing.T) {
	c := NewCleaner(1)
	c.room <- struct{}{} // somebody else is at it
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Photo(ctx, asJPEG(t, corners(8, 8))); !fault.Is(err, fault.Busy) {
		t.Errorf("got %v, want busy", err)
	}
	<-c.room
	if _, err := c.Photo(context.Background(), asJPEG(t, corners(8, 8))); err != nil {
		t.Errorf("got %v, want it accepted once there is room", err)
	}
}

// TestPhotoSurvivesDamage changes bytes of good files: any answer is right
// but a panic, an internal fault or a JPEG that cannot be read.
func TestPhotoSurvivesDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	seeds := [][]byte{withEXIF(asJPEG(t, corners(48, 40)), binary.LittleEndian, 6), asPNG(t, corners(20, 20))}
	c := NewCleaner(1)
	for range 2000 {
		raw := bytes.Clone(seeds[r.IntN(len(seeds))])
		for range 1 + r.IntN(8) {
			raw[r.IntN(len(raw))] = byte(r.Uint32())
		}
		p, err := c.Photo(context.Background(), raw[:1+r.IntN(len(raw))])
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("got %v, want Invalid", err)
		}
		if err == nil {
			if _, err := jpeg.DecodeConfig(bytes.NewReader(p.JPEG)); err != nil {
				t.Fatalf("what is kept cannot be read: %v", err)
			}
		}
	}
}
