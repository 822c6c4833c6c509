package finder

import (
	"encoding/binary"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// packer writes values one after the other, in as few bytes as they need; an
// [unpacker] reads them in the same order.
type packer struct{ buf []byte }

func (p *packer) number(n uint64) { p.buf = binary.AppendUvarint(p.buf, n) }

// time writes a time to the microsecond, beside another one that is often the same.
func (p *packer) time(t time.Time, beside int64) {
	if t.IsZero() {
		p.number(0)
		return
	}
	d := t.UnixMicro() - beside
	p.number((uint64(d<<1) ^ uint64(d>>63)) + 1)
}

// The first bytes of characters that are neither ASCII nor most of Chinese,
// which takes two bytes, from 0x81 to 0xFE the first.
const (
	below = 0x80 // two bytes follow
	above = 0xFF // three bytes follow
	han   = '一'
	most  = han + (above-below-1)<<8
)

// text writes a text so that the bytes of two have the order of the texts.
func (p *packer) text(s string) {
	n := 0
	for _, r := range s {
		n += size(r)
	}
	p.number(uint64(n))
	for _, r := range s {
		switch size(r) {
		case 1:
			p.buf = append(p.buf, byte(r))
		case 2:
			p.buf = append(p.buf, byte(below+1+(r-han)>>8), byte(r-han))
		case 3:
			p.buf = append(p.buf, below, byte(r>>8), byte(r))
		default:
			p.buf = append(p.buf, above, byte(r>>16), byte(r>>8), byte(r))
		}
	}
}

// size is how many bytes a character takes.
func size(r rune) int {
	switch {
	case r < utf8.RuneSelf:
		return 1
	case r < han:
		return 3
	case r < most:
		return 2
	}
	return 4
}

// fine is how exact degrees are printed at most: to the centimetre.
const fine = 1e7

// degrees writes an angle exactly: shortly as it is printed, else as it is.
func (p *packer) degrees(x float64) {
	if n := math.Round(x * fine); !math.Signbit(n) && n <= 360*fine && n/fine == x {
		p.number(uint64(n) + 1)
		return
	}
	p.number(0)
	p.buf = binary.BigEndian.AppendUint64(p.buf, math.Float64bits(x))
}

// unpacker reads what a [packer] wrote.
type unpacker struct{ rest string }

func (u *unpacker) number() (n uint64) {
	for i := 0; i < len(u.rest); i++ {
		b := u.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			u.rest = u.rest[i+1:]
			return n
		}
	}
	return n
}

// moment is the microsecond of a time, and whether there is one.
func (u *unpacker) moment(beside int64) (micros int64, ok bool) {
	n := u.number()
	if n == 0 {
		return 0, false
	}
	n--
	return beside + (int64(n>>1) ^ -int64(n&1)), true
}

func (u *unpacker) time(beside int64) time.Time {
	if at, ok := u.moment(beside); ok {
		return time.UnixMicro(at).UTC()
	}
	return time.Time{}
}

// bytes is a text as it was packed.
func (u *unpacker) bytes() string {
	n := u.number()
	s := u.rest[:n]
	u.rest = u.rest[n:]
	return s
}

func (u *unpacker) text() string {
	part := unpacker{u.bytes()}
	return part.chars()
}

// chars are all that is left, as a text.
func (u *unpacker) chars() string {
	s := u.rest
	var b strings.Builder
	b.Grow(len(s) + len(s)/2)
	for len(s) > 0 {
		switch c := s[0]; {
		case c < below:
			b.WriteByte(c)
			s = s[1:]
		case c == below:
			b.WriteRune(rune(s[1])<<8 | rune(s[2]))
			s = s[3:]
		case c < above:
			b.WriteRune(han + rune(c-below-1)<<8 | rune(s[1]))
			s = s[2:]
		default:
			b.WriteRune(rune(s[1])<<16 | rune(s[2])<<8 | rune(s[3]))
			s = s[4:]
		}
	}
	return b.String()
}

func (u *unpacker) degrees() float64 {
	if n := u.number(); n > 0 {
		return float64(n-1) / fine
	}
	x := math.Float64frombits(binary.BigEndian.Uint64([]byte(u.rest[:8])))
	u.rest = u.rest[8:]
	return x
}
