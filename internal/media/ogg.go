package media

import (
	"bytes"
	"encoding/binary"
	"math"
)

// page is one page of an Ogg file.
type page struct {
	flags  byte
	grain  uint64 // samples up to the end of the page; all ones: no packet ends here
	serial uint32
	table  []byte // lengths of the segments
	body   []byte
}

const (
	oggContinued = 1
	oggFirst     = 2
	oggLast      = 4

	oggTags = "OpusTags\x00\x00\x00\x00\x00\x00\x00\x00" // no maker, no tags
)

// cleanOgg writes the pages of one Opus stream anew, with empty tags.
func cleanOgg(raw []byte) (Voice, error) {
	first, rest, ok := readPage(raw)
	if !ok || first.flags&oggFirst == 0 {
		return Voice{}, errShape
	}
	// Family 0, one or two channels, has a head of 19 bytes and nothing behind it.
	if len(first.body) != 19 || !bytes.HasPrefix(first.body, []byte("OpusHead")) || first.body[18] != 0 {
		return Voice{}, errNotVoice
	}
	skip := int64(binary.LittleEndian.Uint16(first.body[10:]))
	rest, err := skipTags(rest, first.serial)
	if err != nil {
		return Voice{}, err
	}
	out := writePage(nil, page{flags: oggFirst, serial: 1, table: first.table, body: first.body}, 0)
	out = writePage(out, page{serial: 1, table: []byte{byte(len(oggTags))}, body: []byte(oggTags)}, 1)
	end, count := int64(0), uint32(2)
	for done := false; !done; count++ {
		p, next, ok := readPage(rest)
		if !ok || p.serial != first.serial {
			break
		}
		if p.grain <= math.MaxInt64 {
			end = max(end, int64(p.grain))
		}
		done = p.flags&oggLast != 0
		p.serial, p.flags, rest = 1, p.flags&(oggContinued|oggLast), next
		out = writePage(out, p, count)
	}
	if count == 2 {
		return Voice{}, errShape
	}
	return Voice{Data: out, Type: "audio/ogg; codecs=opus", Length: lasts(end-skip, 48000)}, nil
}

// skipTags returns what follows the pages of the packet of tags, which is all
// that those pages may hold.
func skipTags(rest []byte, serial uint32) ([]byte, error) {
	for begun := false; ; begun = true {
		p, next, ok := readPage(rest)
		if !ok || p.serial != serial || !begun && !bytes.HasPrefix(p.body, []byte("OpusTags")) {
			return nil, errShape
		}
		rest = next
		for i, n := range p.table {
			if n < 255 && i != len(p.table)-1 {
				return nil, errShape
			}
			if n < 255 {
				return rest, nil
			}
		}
	}
}

// readPage reads one page whose checksum holds.
func readPage(raw []byte) (p page, rest []byte, ok bool) {
	if len(raw) < 27 || string(raw[:5]) != "OggS\x00" {
		return page{}, nil, false
	}
	segments := int(raw[26])
	if len(raw) < 27+segments {
		return page{}, nil, false
	}
	p = page{flags: raw[5], grain: binary.LittleEndian.Uint64(raw[6:]),
		serial: binary.LittleEndian.Uint32(raw[14:]), table: raw[27 : 27+segments]}
	end := 27 + segments
	for _, n := range p.table {
		end += int(n)
	}
	if len(raw) < end {
		return page{}, nil, false
	}
	p.body = raw[27+segments : end]
	whole := bytes.Clone(raw[:end])
	copy(whole[22:26], "\x00\x00\x00\x00")
	return p, raw[end:], crc32Ogg(whole) == binary.LittleEndian.Uint32(raw[22:])
}

func writePage(out []byte, p page, count uint32) []byte {
	at := len(out)
	out = append(out, 'O', 'g', 'g', 'S', 0, p.flags)
	out = binary.LittleEndian.AppendUint64(out, p.grain)
	out = binary.LittleEndian.AppendUint32(out, p.serial)
	out = binary.LittleEndian.AppendUint32(out, count)
	out = append(out, 0, 0, 0, 0, byte(len(p.table))) //nolint:gosec // a table was counted by one byte when it was read
	out = append(append(out, p.table...), p.body...)
	binary.LittleEndian.PutUint32(out[at+22:], crc32Ogg(out[at:]))
	return out
}

// crc32Ogg is the CRC with polynomial 04c11db7, high bit first, no inversion.
func crc32Ogg(b []byte) (crc uint32) {
	for _, c := range b {
		crc = crc<<8 ^ oggTable[byte(crc>>24)^c]
	}
	return crc
}

// oggTable is never written to.
var oggTable = func() (table [256]uint32) {
	for i := range table {
		crc := uint32(i) << 24
		for range 8 {
			crc = crc<<1 ^ crc>>31*0x04c11db7
		}
		table[i] = crc
	}
	return table
}()
