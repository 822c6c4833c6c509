package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

var errScans = errors.New("too many scans")

// header is what a photo says about itself before it is decoded.
type header struct {
	kind          string
	width, height int
	perPixel      float64 // bytes of memory that decoding takes for a pixel
	orientation   int     // as EXIF counts, 1 to 8
}

func (h header) tooLarge() bool {
	pixels := int64(h.width) * int64(h.height)
	return h.width > maxSide || h.height > maxSide || pixels > MaxPixels || float64(pixels)*h.perPixel > MaxDecodeBytes
}

// headerOf reads the header with the decoder that will read the rest, so that
// both mean the same picture.
func headerOf(kind string, raw []byte) (header, error) {
	h := header{kind: kind, orientation: 1}
	var c image.Config
	var err error
	r := bytes.NewReader(raw)
	switch kind {
	case "jpeg":
		c, err = jpeg.DecodeConfig(r)
		h.perPixel, h.orientation = jpegFacts(raw)
		if bytes.Count(raw, []byte{0xff, 0xda}) > maxScans {
			err = errors.Join(err, errScans)
		}
	case "png":
		c, err = png.DecodeConfig(r)
		h.perPixel, h.orientation = pngFacts(raw)
	case "gif":
		c, err = gif.DecodeConfig(r)
		h.perPixel = 1
	default:
		c, err = webp.DecodeConfig(r)
		h.perPixel, h.orientation = 8, webpOrientation(raw)
	}
	h.width, h.height = c.Width, c.Height
	if err == nil && (h.width <= 0 || h.height <= 0) {
		err = errors.New("no pixels")
	}
	return h, err
}

// jpegFacts walks the segments up to the first scan.
func jpegFacts(raw []byte) (perPixel float64, orientation int) {
	perPixel, orientation = 20, 1 // a frame that is not found is thought of as the worst
	for at := 2; at+4 <= len(raw); {
		if raw[at] != 0xff || raw[at+1] == 0xff || raw[at+1] == 0 {
			at++
			continue
		}
		marker, n := raw[at+1], int(binary.BigEndian.Uint16(raw[at+2:]))
		if marker == 0xda || marker == 0xd9 || n < 2 || at+2+n > len(raw) {
			return perPixel, orientation
		}
		body := raw[at+4 : at+2+n]
		switch {
		case marker == 0xc0 || marker == 0xc1 || marker == 0xc2:
			perPixel = frameWeight(body, marker == 0xc2)
		case marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
			orientation = tiffOrientation(body[6:])
		}
		at += 2 + n
	}
	return perPixel, orientation
}

// frameWeight sums the samples per pixel of a frame's components; a progressive
// frame also keeps a 32-bit coefficient for each sample, and four inks are
// turned into another four planes.
func frameWeight(body []byte, progressive bool) float64 {
	const worst = 20
	if len(body) < 6 || len(body) < 6+3*int(body[5]) {
		return worst
	}
	var samples, hMax, vMax int
	for i := range int(body[5]) {
		h, v := int(body[7+3*i]>>4), int(body[7+3*i]&15)
		samples, hMax, vMax = samples+h*v, max(hMax, h), max(vMax, v)
	}
	if hMax*vMax == 0 {
		return worst
	}
	weight := float64(samples) / float64(hMax*vMax)
	if progressive {
		weight *= 5
	}
	if body[5] == 4 {
		weight += 4
	}
	return weight
}

// pngFacts reads the bit depth and colour type, and looks for an eXIf chunk
// before the pixels.
func pngFacts(raw []byte) (perPixel float64, orientation int) {
	perPixel, orientation = 8, 1
	if len(raw) < 33 {
		return perPixel, orientation
	}
	switch depth, colour := raw[24], raw[25]; {
	case depth == 16:
	case colour == 3 || colour == 0:
		perPixel = 1
	default:
		perPixel = 4
	}
	for at := 8; at+12 <= len(raw); {
		n := int(binary.BigEndian.Uint32(raw[at:]))
		name := string(raw[at+4 : at+8])
		if n > len(raw)-at-12 || name == "IDAT" {
			break
		}
		if name == "eXIf" {
			orientation = tiffOrientation(raw[at+8 : at+8+n])
		}
		at += 12 + n
	}
	return perPixel, orientation
}

// webpOrientation looks for an EXIF chunk, which stands behind the pixels.
func webpOrientation(raw []byte) int {
	for at := 12; at+8 <= len(raw); {
		n := int(binary.LittleEndian.Uint32(raw[at+4:]))
		if n > len(raw)-at-8 {
			break
		}
		if string(raw[at:at+4]) == "EXIF" {
			return tiffOrientation(bytes.TrimPrefix(raw[at+8:at+8+n], []byte("Exif\x00\x00")))
		}
		at += 8 + n + n%2
	}
	return 1
}

// tiffOrientation finds the orientation in EXIF's first directory; 1, upright,
// when it is not there or makes no sense.
func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(b[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 1
	}
	count := int64(order.Uint16(b[at:]))
	for i := int64(0); i < count && at+2+12*i+12 <= int64(len(b)); i++ {
		entry := b[at+2+12*i:]
		if order.Uint16(entry) != 0x0112 {
			continue
		}
		if o := int(order.Uint16(entry[8:])); o >= 1 && o <= 8 {
			return o
		}
		return 1
	}
	return 1
}
