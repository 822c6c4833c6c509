package paper

import (
	_ "embed"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/signintech/gopdf"
	"golang.org/x/image/font/gofont/goregular"
)

//go:embed font/DroidSansFallbackFull.ttf
var droid []byte

// The fonts, in the order in which a letter looks for one.
const (
	latin = "latin"
	han   = "han"
)

// fonts reads both fonts once; their tables are shared by all documents.
var fonts = sync.OnceValues(func() (*gopdf.FontContainer, error) {
	c := new(gopdf.FontContainer)
	return c, errors.Join(c.AddTTFFontData(latin, goregular.TTF), c.AddTTFFontData(han, droid))
})

// The sheet, in points.
const (
	left, right = 54.0, 541.0
	top, bottom = 84.0, 780.0
	keyWide     = 138.0
	indent      = 14.0
	small, body = 8.0, 10.0
)

// Config is what a document is.
type Config struct {
	Title string
	Mark  string                    // stands on each page: whose it is, when it was taken
	At    time.Time                 // when it was made
	Foot  func(page, of int) string // stands below each page
	Rare  func(r rune) string       // stands for a letter that no font here has
	Pages int                       // at most; 0: 400
}

// Doc is a document in the making. The first error stays and is returned by [Doc.Bytes].
type Doc struct {
	Config
	pdf   *gopdf.GoPdf
	y     float64
	wide  map[rune]float64 // of a letter of size 1
	font  map[rune]string  // of a letter
	rare  map[rune]bool
	pages int
	full  bool
	err   error
}

// New begins a document.
func New(c Config) *Doc {
	if c.Pages == 0 {
		c.Pages = 400
	}
	d := &Doc{Config: c, pdf: &gopdf.GoPdf{}, wide: map[rune]float64{}, font: map[rune]string{}, rare: map[rune]bool{}}
	d.pdf.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	d.pdf.SetInfo(gopdf.PdfInfo{Title: c.Title, Creator: "Nuanxin", Producer: "Nuanxin", CreationDate: c.At})
	all, err := fonts()
	if d.err = err; err != nil {
		return d
	}
	d.err = errors.Join(d.pdf.AddTTFFontFromFontContainer(latin, all), d.pdf.AddTTFFontFromFontContainer(han, all))
	d.page()
	return d
}

// Full reports whether something did not fit.
func (d *Doc) Full() bool { return d.full }

// Rare returns the letters that were told in words.
func (d *Doc) Rare() (all []rune) {
	for r := range d.rare {
		all = append(all, r)
	}
	slices.Sort(all)
	return all
}

// Head sets a heading: of the document (0), a part (1), a piece of it (2 and more).
func (d *Doc) Head(level int, text string) {
	size := []float64{18, 14, 11}[min(level, 2)]
	d.y += size * 0.6
	if d.y+4*size > bottom {
		d.page() // no heading alone at the foot
	}
	d.lines(text, size, d.in(level), right)
	d.y += size * 0.2
}

// in is where the words below a heading begin.
func (d *Doc) in(level int) float64 { return left + indent*float64(max(0, level-2)) }

// Text sets a paragraph below a heading of a level.
func (d *Doc) Text(level int, text string) {
	d.lines(text, body, d.in(level), right)
	d.y += 3
}

// Cut sets a last word on the last page, below what did not fit any more.
func (d *Doc) Cut(text string) {
	d.full, d.y = false, bottom-body
	for _, line := range d.wrap(text, body, right-left) {
		d.y += body * 1.3
		d.draw(line, body, left)
	}
	d.full = true
}

// Pair sets what something is called and what it is.
func (d *Doc) Pair(level int, key, value string) {
	x := d.in(level)
	keys, values := d.wrap(key, body, keyWide-8), d.wrap(value, body, right-x-keyWide)
	for i := range max(len(keys), len(values)) {
		if !d.line(body) {
			return
		}
		if i < len(keys) {
			d.pdf.SetTextColor(90, 90, 90)
			d.draw(keys[i], body, x)
			d.pdf.SetTextColor(0, 0, 0)
		}
		if i < len(values) {
			d.draw(values[i], body, x+keyWide)
		}
	}
	d.y += 2
}

// Bytes ends the document and returns it. More than two at a time would be much memory:
// the caller sees to that.
func (d *Doc) Bytes() ([]byte, error) {
	for n := 1; n <= d.pages && d.err == nil; n++ {
		d.err = d.pdf.SetPage(n)
		d.furnish(n)
	}
	if d.err != nil {
		return nil, d.err
	}
	var out buffer
	_, err := d.pdf.WriteTo(&out)
	return out, err
}

// buffer is a writer that keeps what is written.
type buffer []byte

// Write implements io.Writer.
func (b *buffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

var _ io.Writer = (*buffer)(nil)

// furnish sets what stands above and below a page.
func (d *Doc) furnish(n int) {
	d.pdf.SetTextColor(90, 90, 90)
	d.pdf.SetStrokeColor(170, 170, 170)
	y := 40.0
	for _, line := range d.wrap(d.Mark, small, right-left) {
		d.y = y
		d.draw(line, small, left)
		y += small * 1.4
	}
	d.pdf.Line(left, top-18, right, top-18)
	if d.Foot != nil {
		d.y = bottom + 24
		d.draw(d.Foot(n, d.pages), small, left)
	}
	d.pdf.SetTextColor(0, 0, 0)
}

func (d *Doc) page() bool {
	if d.pages >= d.Pages {
		d.full = true
		return false
	}
	d.pdf.AddPage()
	d.pages++
	d.y = top
	return true
}

// line moves on by a line; false: there is no more room.
func (d *Doc) line(size float64) bool {
	if d.full || d.y+size*1.5 > bottom && !d.page() {
		return false
	}
	d.y += size * 1.5
	return true
}

func (d *Doc) lines(text string, size, from, to float64) {
	for _, line := range d.wrap(text, size, to-from) {
		if !d.line(size) {
			return
		}
		d.draw(line, size, from)
	}
}

// draw sets a line, letters of the same font together.
func (d *Doc) draw(line string, size, x float64) {
	run, font := "", ""
	flush := func() {
		if run == "" || d.err != nil {
			return
		}
		d.pdf.SetXY(x, d.y)
		if d.err = errors.Join(d.pdf.SetFont(font, "", size), d.pdf.Text(run)); d.err == nil {
			x += d.width(run) * size
		}
		run = ""
	}
	for _, r := range line {
		if f := d.of(r); f != font {
			flush()
			font = f
		}
		run += string(r)
	}
	flush()
}

// of is the font of a letter; empty: none has it.
func (d *Doc) of(r rune) string {
	if f, ok := d.font[r]; ok || d.err != nil {
		return f
	}
	found := ""
	for _, f := range []string{latin, han} {
		has := false
		if d.err = d.pdf.SetFont(f, "", body); d.err == nil {
			has, d.err = d.pdf.IsCurrFontContainGlyph(r)
		}
		if d.err != nil || has {
			found = f
			break
		}
	}
	d.font[r] = found
	if found == "" || d.err != nil {
		return found
	}
	w := 0.0
	w, d.err = d.pdf.MeasureTextWidth(string(r))
	d.wide[r] = w / body
	return found
}

func (d *Doc) width(s string) (w float64) {
	for _, r := range s {
		if d.of(r) != "" {
			w += d.wide[r]
		}
	}
	return w
}

// told is a text in letters that the fonts have.
func (d *Doc) told(text string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(text, "\t", "    ") {
		switch {
		case r == '\n':
			b.WriteRune(r)
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r): // nothing to see
		case d.of(r) != "":
			b.WriteRune(r)
		case d.Config.Rare != nil:
			d.rare[r] = true
			b.WriteString(d.Config.Rare(r))
		}
	}
	return b.String()
}
