package media

import (
	"bytes"
	"context"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"

	"nuanxin/internal/fault"
)

// The limits of a photo.
const (
	MaxPhotoBytes  = 8 << 20
	MaxPixels      = 40_000_000
	MaxDecodeBytes = 192 << 20 // memory that decoding may take, by the header
	PhotoEdge      = 1600
	ThumbEdge      = 320

	maxSide  = 20_000
	maxScans = 300 // of a JPEG; each may cost a pass over the whole picture
	quality  = 82
)

// Photo is a cleaned photo and its thumbnail, both JPEG without metadata.
type Photo struct {
	JPEG          []byte
	Width, Height int
	Thumb         []byte
	ThumbWidth    int
	ThumbHeight   int
}

// PhotoType is the media type of both files of a [Photo].
const PhotoType = "image/jpeg"

// Cleaner cleans photos, a few at a time, so that memory stays bounded. Make
// one for the whole program.
type Cleaner struct{ room chan struct{} }

// NewCleaner returns a cleaner that decodes at most atOnce photos at a time; each
// takes up to [MaxDecodeBytes], a usual one of 12 million pixels about 20 MB.
func NewCleaner(atOnce int) *Cleaner { return &Cleaner{room: make(chan struct{}, max(atOnce, 1))} }

// Photo returns the cleaned form of raw. It waits for its turn until ctx ends.
func (c *Cleaner) Photo(ctx context.Context, raw []byte) (Photo, error) {
	const op = "media.photo"
	h, err := inspect(op, raw)
	if err != nil {
		return Photo{}, err
	}
	select {
	case c.room <- struct{}{}:
		defer func() { <-c.room }()
	case <-ctx.Done():
		return Photo{}, fault.New(op, fault.Busy, "media.busy").Because(ctx.Err())
	}
	img, err := h.decode(bytes.NewReader(raw))
	if err != nil {
		return Photo{}, broken(op, err)
	}
	return render(op, img, h.orientation)
}

// inspect judges a file by its first bytes and its header alone.
func inspect(op string, raw []byte) (header, error) {
	switch {
	case len(raw) == 0:
		return header{}, fault.New(op, fault.Invalid, "media.empty")
	case len(raw) > MaxPhotoBytes:
		return header{}, fault.New(op, fault.Invalid, "media.too_big").With(fault.Args{"LimitMB": MaxPhotoBytes >> 20})
	}
	kind := sniffPhoto(raw)
	switch kind {
	case "heic":
		return header{}, fault.New(op, fault.Invalid, "media.heic")
	case "":
		return header{}, fault.New(op, fault.Invalid, "media.not_photo")
	}
	h, err := headerOf(kind, raw)
	if err != nil {
		return header{}, broken(op, err)
	}
	if h.tooLarge() {
		return header{}, fault.New(op, fault.Invalid, "media.too_many_pixels").With(fault.Args{"LimitMP": MaxPixels / 1_000_000})
	}
	return h, nil
}

func broken(op string, err error) error {
	return fault.New(op, fault.Invalid, "media.broken").Because(err)
}

// sniffPhoto tells the kind by the content; "" is none that we know.
func sniffPhoto(raw []byte) string {
	starts := func(s string) bool { return bytes.HasPrefix(raw, []byte(s)) }
	switch {
	case starts("\xff\xd8\xff"):
		return "jpeg"
	case starts("\x89PNG\r\n\x1a\n"):
		return "png"
	case starts("GIF87a"), starts("GIF89a"):
		return "gif"
	case starts("RIFF") && len(raw) >= 16 && string(raw[8:12]) == "WEBP":
		return "webp"
	case len(raw) >= 12 && string(raw[4:8]) == "ftyp" && isHEIC(string(raw[8:12])):
		return "heic"
	}
	return ""
}

func isHEIC(brand string) bool {
	switch brand {
	case "heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1", "avif", "avis":
		return true
	}
	return false
}

// decode reads the pixels. Only the first frame of a GIF is looked at.
func (h header) decode(r *bytes.Reader) (image.Image, error) {
	switch h.kind {
	case "jpeg":
		return jpeg.Decode(r)
	case "png":
		return png.Decode(r)
	case "gif":
		return gif.Decode(r)
	default:
		return webp.Decode(r)
	}
}

// render makes both files from the pixels.
func render(op string, img image.Image, orientation int) (Photo, error) {
	full := upright(shrink(img, PhotoEdge), orientation)
	thumb := shrink(full, ThumbEdge)
	p := Photo{
		Width: full.Rect.Dx(), Height: full.Rect.Dy(),
		ThumbWidth: thumb.Rect.Dx(), ThumbHeight: thumb.Rect.Dy(),
	}
	var err error
	if p.JPEG, err = encode(full); err != nil {
		return Photo{}, fault.Wrap(op, err)
	}
	if p.Thumb, err = encode(thumb); err != nil {
		return Photo{}, fault.Wrap(op, err)
	}
	return p, nil
}

func encode(img *image.RGBA) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
