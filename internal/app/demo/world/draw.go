package world

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// The plane that scenes are thought of in, and the size at which they are drawn:
// small, for the demo must be ready soon.
const (
	wide, high = 960, 720
	ground     = 520 // where the wall meets the ground
	part, of   = 2, 3
)

// canvas is a drawing under way.
type canvas struct {
	*image.RGBA
	r *rand.Rand
}

// Drawings are the kinds that [Draw] knows.
func Drawings() []string {
	return []string{"gate", "gateopen", "pile", "board", "lock", "cabinet", "microwave", "light", "road"}
}

// Draw returns a simple drawing of the kind as a JPEG, in the place of a photo:
// a street, different for each seed, in winter with snow.
func Draw(kind string, seed uint64, winter bool) ([]byte, error) {
	c := canvas{image.NewRGBA(image.Rect(0, 0, wide*part/of, high*part/of)), source(seed, "draw "+kind)}
	c.scene()
	switch kind {
	case "gate":
		c.gate(true)
	case "gateopen":
		c.gate(false)
	case "pile":
		c.piles()
	case "board":
		c.board()
	case "lock":
		c.lock()
	case "cabinet":
		c.cabinet()
	case "microwave":
		c.microwave()
	case "light":
		c.light()
	default:
		c.road()
	}
	if winter {
		c.snow()
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, c.RGBA, &jpeg.Options{Quality: 80})
	return out.Bytes(), err
}

func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255} //nolint:gosec // bytes of a colour
}

func (c canvas) box(x, y, w, h int, paint color.RGBA) {
	draw.Draw(c.RGBA, image.Rect(x*part/of, y*part/of, (x+w)*part/of, (y+h)*part/of), image.NewUniform(paint), image.Point{}, draw.Src)
}

func (c canvas) disc(x, y, radius int, paint color.RGBA) {
	for dy := -radius; dy <= radius; dy++ {
		half := int(math.Sqrt(float64(radius*radius - dy*dy)))
		c.box(x-half, y+dy, 2*half, 1, paint)
	}
}

// line is a thick line.
func (c canvas) line(x0, y0, x1, y1, thick int, paint color.RGBA) {
	steps := max(abs(x1-x0), abs(y1-y0), 1)
	for i := 0; i <= steps; i += max(thick/3, 1) {
		c.disc(x0+(x1-x0)*i/steps, y0+(y1-y0)*i/steps, thick/2, paint)
	}
}

func abs(n int) int { return max(n, -n) }

// scene is a sky, a row of houses and a street.
func (c canvas) scene() {
	sky := pick(c.r, rgb(0xb9cbd8), rgb(0x8fa6b8), rgb(0x4a5a70), rgb(0xd4d2c8))
	c.box(0, 0, wide, ground, sky)
	c.box(0, ground, wide, high-ground, rgb(0xc9ced1))
	for x := -20; x < wide; {
		w, h := 110+c.r.IntN(120), 180+c.r.IntN(200)
		wall := pick(c.r, rgb(0x9a7f6c), rgb(0x8d8f93), rgb(0xa8937a), rgb(0x7d8794))
		c.box(x, ground-h, w, h, wall)
		for wy := ground - h + 24; wy < ground-40; wy += 56 {
			for wx := x + 16; wx < x+w-30; wx += 44 {
				c.box(wx, wy, 24, 32, pick(c.r, rgb(0xf2d28b), rgb(0x56606b), rgb(0x56606b)))
			}
		}
		x += w + 6
	}
}

func (c canvas) snow() {
	for range 240 + c.r.IntN(400) {
		c.disc(c.r.IntN(wide), c.r.IntN(high), 1+c.r.IntN(3), rgb(0xf4f6f8))
	}
}

// gate is the gate of a housing estate, its barrier down or up.
func (c canvas) gate(shut bool) {
	stone, red := rgb(0x6d5a4a), rgb(0xb8352c)
	c.box(120, 170, 90, ground-170, stone)
	c.box(750, 170, 90, ground-170, stone)
	c.box(90, 120, 780, 60, stone)
	c.box(330, 132, 300, 36, rgb(0xd9b44a))
	c.box(640, 330, 96, ground-330, rgb(0x3e5c76)) // the guard's box
	c.box(654, 350, 68, 70, rgb(0xbcd4e6))
	if !shut {
		c.line(240, 430, 330, 200, 22, red)
		return
	}
	for i := range 10 {
		c.line(230+i*42, 430, 250+i*42, 430, 22, []color.RGBA{red, rgb(0xf4f1ea)}[i%2])
	}
	c.disc(430, 330, 62, red)
	c.box(388, 318, 84, 24, rgb(0xf4f1ea))
}

// piles are charging posts with cables.
func (c canvas) piles() {
	for i := range 3 {
		x := 190 + i*220
		c.box(x, 260, 110, ground-260, rgb(0x2f6f5e))
		c.box(x+18, 284, 74, 60, rgb(0xdff3ea))
		lamp := pick(c.r, rgb(0x5fd38d), rgb(0xe0523f))
		c.disc(x+55, 380, 12, lamp)
		c.line(x+100, 400, x+150, 470, 10, rgb(0x20262c))
		c.line(x+150, 470, x+120, 500, 10, rgb(0x20262c))
	}
	c.box(160, 210, 660, 34, rgb(0x3a4a55))
}

// board is a notice board; nothing on it can be read.
func (c canvas) board() {
	c.box(210, 130, 540, 350, rgb(0x5a4632))
	c.box(232, 152, 496, 306, rgb(0xf3ead4))
	c.box(300, 176, 360, 34, rgb(0xb8352c))
	for i := range 7 {
		c.box(270, 236+i*30, 300+c.r.IntN(120), 12, rgb(0x6b6b6b))
	}
	c.disc(650, 420, 26, rgb(0xc94b3f))
	c.box(300, 480, 24, 60, rgb(0x5a4632))
	c.box(636, 480, 24, 60, rgb(0x5a4632))
}

// lock is a door with a chain and a padlock.
func (c canvas) lock() {
	c.box(280, 90, 400, ground-60, rgb(0x4f6d7a))
	c.box(474, 90, 12, ground-60, rgb(0x33474f))
	c.box(310, 130, 140, 190, rgb(0xa9c3cc))
	c.box(510, 130, 140, 190, rgb(0xa9c3cc))
	for i := range 14 {
		c.disc(390+i*14, 400+6*(i%2), 9, rgb(0x9b9b93))
	}
	c.disc(480, 430, 30, rgb(0x7a7a72))
	c.box(444, 430, 72, 66, rgb(0xc99a2e))
	c.disc(480, 462, 9, rgb(0x2b2b2b))
}

// cabinet is a battery-swap cabinet.
func (c canvas) cabinet() {
	c.box(230, 100, 500, ground-70, rgb(0x1f3d5c))
	c.box(250, 118, 460, 44, rgb(0x3fb27f))
	for row := range 4 {
		for column := range 3 {
			x, y := 256+column*152, 178+row*90
			c.box(x, y, 140, 78, rgb(0x2e5276))
			c.disc(x+118, y+38, 10, pick(c.r, rgb(0x5fd38d), rgb(0x5fd38d), rgb(0xe8b23a), rgb(0xe0523f)))
		}
	}
}

func (c canvas) microwave() {
	c.box(120, 430, 720, 36, rgb(0x8a6a48))
	c.box(230, 210, 500, 220, rgb(0xe4e4e0))
	c.box(254, 234, 330, 172, rgb(0x2a2f33))
	c.box(606, 240, 100, 40, rgb(0x1d3b2a))
	for i := range 6 {
		c.disc(626+(i%3)*30, 310+(i/3)*40, 11, rgb(0xa8a8a2))
	}
	c.box(360, 320, 120, 40, rgb(0xc9824a))
}

func (c canvas) light() {
	c.box(0, 0, wide, high, rgb(0x1b2433))
	for i := range 4 {
		x := 130 + i*230
		c.box(x, 170, 12, 420, rgb(0x505a66))
		c.line(x+6, 170, x+90, 150, 10, rgb(0x505a66))
		if i == 0 || c.r.IntN(3) == 0 {
			c.disc(x+92, 162, 26, rgb(0xf6d98a))
		} else {
			c.disc(x+92, 162, 14, rgb(0x39424d))
		}
	}
	c.box(0, 590, wide, 130, rgb(0x2b333d))
}

func (c canvas) road() {
	c.box(0, ground-60, wide, high-ground+60, rgb(0x5b6167))
	for x := 40; x < wide; x += 160 {
		c.box(x, 600, 90, 12, rgb(0xe9e4d2))
	}
	c.disc(520, 640, 58, rgb(0x35393d))
	c.disc(535, 648, 38, rgb(0x22262a))
	for i := range 5 {
		c.line(150+i*30, 540, 190+i*30, 470, 12, rgb(0xe07b39))
	}
}
