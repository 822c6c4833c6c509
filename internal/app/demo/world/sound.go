package world

import (
	"bytes"
	"encoding/binary"
	"math"
)

// rate is how many samples a second the hummed messages have.
const rate = 8000

// Hum returns a WAV of somebody humming for so many seconds, in the place of a
// voice message: nobody's voice is in the demo.
func Hum(seconds int, seed uint64) []byte {
	r := source(seed, "hum")
	n := seconds * rate
	data := make([]byte, 0, 2*n)
	phase, base := 0.0, 150+60*r.Float64()
	tone, until := 1.0, 0
	for i := range n {
		if i >= until { // a new syllable
			tone = math.Pow(2, float64(r.IntN(8))/12)
			until = i + rate/6 + r.IntN(rate/4)
		}
		phase += 2 * math.Pi * base * tone / rate
		left := float64(until-i) / (rate / 4)
		loud := 7000 * math.Min(1, left*2) * math.Min(1, float64(n-i)/rate)
		v := loud * (math.Sin(phase) + 0.4*math.Sin(2*phase) + 0.2*math.Sin(3*phase)) / 1.6
		data = binary.LittleEndian.AppendUint16(data, uint16(int16(v))) //nolint:gosec // two's complement is meant
	}
	var out bytes.Buffer
	out.WriteString("RIFF")
	out.Write(binary.LittleEndian.AppendUint32(nil, uint32(36+len(data)))) //nolint:gosec // a few seconds
	out.WriteString("WAVEfmt ")
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16)} {
		_ = binary.Write(&out, binary.LittleEndian, v) // a buffer never fails
	}
	out.WriteString("data")
	out.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))) //nolint:gosec // a few seconds
	out.Write(data)
	return out.Bytes()
}
