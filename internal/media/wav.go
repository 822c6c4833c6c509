package media

import "encoding/binary"

// cleanWAV writes head and sound anew; all other chunks are left behind.
func cleanWAV(raw []byte) (Voice, error) {
	var format, sound []byte
	for at := 12; at+8 <= len(raw) && sound == nil; {
		n := int64(binary.LittleEndian.Uint32(raw[at+4:]))
		start := int64(at) + 8
		end := min(start+n, int64(len(raw))) // recorders that were stopped leave a size of 0 or -1
		switch string(raw[at : at+4]) {
		case "fmt ":
			format = raw[start:end]
		case "data":
			if n == 0 {
				end = int64(len(raw))
			}
			sound = raw[start:end]
		}
		at = int(end + n%2)
	}
	if len(format) < 16 || len(sound) == 0 {
		return Voice{}, errShape
	}
	format, ok := plainFormat(format)
	if !ok {
		return Voice{}, errNotVoice
	}
	rate := int64(binary.LittleEndian.Uint32(format[8:]))
	out := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(4+8+16+8+len(sound)+len(sound)%2))...) //nolint:gosec // at most MaxVoiceBytes were read
	out = append(out, "WAVEfmt \x10\x00\x00\x00"...)
	out = append(append(out, format...), "data"...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(sound))) //nolint:gosec // at most MaxVoiceBytes were read
	out = append(out, sound...)
	if len(sound)%2 == 1 {
		out = append(out, 0)
	}
	return Voice{Data: out, Type: "audio/wav", Length: lasts(int64(len(sound)), rate)}, nil
}

// plainFormat returns the sixteen bytes of a format without compression, or of
// A-law and µ-law, its rate checked against its parts.
func plainFormat(f []byte) ([]byte, bool) {
	f = append([]byte(nil), f...)
	le := binary.LittleEndian
	kind := le.Uint16(f)
	if kind == 0xfffe && len(f) >= 26 { // extensible: the kind stands further on
		kind = le.Uint16(f[24:])
		le.PutUint16(f, kind)
	}
	channels, hertz, align, bits := int64(le.Uint16(f[2:])), int64(le.Uint32(f[4:])), int64(le.Uint16(f[12:])), int64(le.Uint16(f[14:]))
	known := kind == 1 || kind == 3 || kind == 6 || kind == 7
	sane := channels >= 1 && channels <= 8 && bits >= 8 && bits <= 64 && bits%8 == 0 && hertz >= 4000 && hertz <= 192000
	return f[:16], known && sane && align == channels*bits/8 && int64(le.Uint32(f[8:])) == hertz*align
}
