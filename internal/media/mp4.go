package media

import (
	"bytes"
	"encoding/binary"
)

// mp4Parents are the boxes that hold boxes; mp4Leaves those kept as they are.
// All others are overwritten. Neither is ever written to.
var (
	mp4Parents = set("moov", "trak", "mdia", "minf", "dinf", "stbl", "edts", "mvex", "moof", "traf")
	mp4Leaves  = set("ftyp", "styp", "mvhd", "tkhd", "mdhd", "hdlr", "smhd", "dref", "elst", "stsd", "stts", "stsc", "stsz",
		"stco", "co64", "sgpd", "sbgp", "mehd", "trex", "mfhd", "tfhd", "tfdt", "trun", "sidx", "mdat")
)

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// mp4 is the cleaning of one file, in place.
type mp4 struct {
	units, perSecond int64 // of the whole film, or of the fragments
	mediaRate        int64
	step             int64 // default samples' duration, of fragments
	end              int64
	sounds, data     int
}

// mp4MaxUnits is a thousand ages at any rate, and far from where sums wrap.
const mp4MaxUnits = 1 << 60

// reach moves the end of the sound to what was read, if that is later.
func (m *mp4) reach(end int64) { m.end = min(max(m.end, end), mp4MaxUnits) }

// cleanMP4 overwrites all boxes that carry no sound, where they stand.
func cleanMP4(raw []byte) (Voice, error) {
	out := bytes.Clone(raw)
	var m mp4
	end, err := m.walk(out, 0)
	switch {
	case err != nil:
		return Voice{}, err
	case m.sounds != 1 || m.data == 0:
		return Voice{}, errNotVoice
	}
	length := max(lasts(m.units, m.perSecond), lasts(m.end, m.mediaRate))
	return Voice{Data: out[:end], Type: "audio/mp4", Length: length}, nil
}

// walk cleans the boxes of b and returns where the last whole one ends.
func (m *mp4) walk(b []byte, depth int) (int, error) {
	if depth > 8 {
		return 0, errShape
	}
	at := 0
	for at+8 <= len(b) {
		head, size := boxSize(b[at:])
		if size < head || size > len(b)-at {
			if depth == 0 && m.sounds > 0 && m.data > 0 {
				return at, nil // trailing data
			}
			return 0, errShape
		}
		if err := m.box(b[at:at+size], head, depth); err != nil {
			return 0, err
		}
		at += size
	}
	clear(b[at:]) // too little for a box
	return at, nil
}

// boxSize returns the size of a box's head and of the whole box.
func boxSize(b []byte) (head, size int) {
	n := binary.BigEndian.Uint32(b)
	switch {
	case n == 0: // to the end of the file
		return 8, len(b)
	case n == 1 && len(b) >= 16:
		return 16, int(min(binary.BigEndian.Uint64(b[8:]), 1<<40))
	}
	return 8, int(n)
}

// box cleans one box.
func (m *mp4) box(b []byte, head, depth int) error {
	name, body := string(b[4:8]), b[head:]
	switch {
	case mp4Parents[name]:
		_, err := m.walk(body, depth+1)
		return err
	case !mp4Leaves[name]:
		copy(b[4:8], "free")
		clear(body)
		return nil
	case name == "mdat":
		m.data += len(body)
		return nil
	case len(body) > 1<<20 || len(body) < 8:
		return errShape
	}
	return m.leaf(name, body)
}

// leaf reads what tells the length and the kind, and takes out dates and names.
func (m *mp4) leaf(name string, b []byte) error {
	switch name {
	case "mvhd", "mdhd", "tkhd":
		return m.headBox(name, b)
	case "hdlr":
		if len(b) < 24 || string(b[8:12]) != "soun" {
			return errNotVoice
		}
		m.sounds++
		clear(b[24:]) // the handler's name
	case "stsd":
		if len(b) < 16 || !soundFormat(string(b[12:16])) {
			return errNotVoice
		}
	case "dref":
		return known(!bytes.Contains(b, []byte("://"))) // sound that lies elsewhere
	case "trex":
		if len(b) < 24 {
			return errShape
		}
		m.step = int64(binary.BigEndian.Uint32(b[12:]))
	case "tfhd":
		return m.fragment(b)
	case "tfdt":
		return m.fragmentTime(b)
	case "trun":
		return m.run(b)
	}
	return nil
}

func soundFormat(name string) bool {
	switch name {
	case "mp4a", "Opus", "alac", "samr", "sawb":
		return true
	}
	return false
}

// headBox zeroes the dates and reads the length.
func (m *mp4) headBox(name string, b []byte) error {
	wide := b[0] == 1
	at, need := 12, 20
	if wide {
		at, need = 20, 32
	}
	if len(b) < need {
		return errShape
	}
	clear(b[4:at])
	if name == "tkhd" {
		return nil
	}
	rate, units := int64(binary.BigEndian.Uint32(b[at:])), int64(binary.BigEndian.Uint32(b[at+4:]))
	if wide {
		units = int64(binary.BigEndian.Uint64(b[at+4:]) & (1<<62 - 1))
	}
	if units == 0xffffffff {
		units = 0 // not known
	}
	if name == "mdhd" {
		m.mediaRate = rate
		m.reach(units)
		return nil
	}
	m.units, m.perSecond = units, rate
	return nil
}

// fragment reads a fragment's own default duration, which stands behind the
// optional fields that its flags announce.
func (m *mp4) fragment(b []byte) error {
	flags := binary.BigEndian.Uint32(b)
	at := 8
	if flags&1 != 0 {
		at += 8
	}
	if flags&2 != 0 {
		at += 4
	}
	if flags&8 == 0 {
		return nil
	}
	if len(b) < at+4 {
		return errShape
	}
	m.step = int64(binary.BigEndian.Uint32(b[at:]))
	return nil
}

// fragmentTime moves the end to where a fragment begins.
func (m *mp4) fragmentTime(b []byte) error {
	begin := int64(binary.BigEndian.Uint32(b[4:]))
	if b[0] == 1 {
		if len(b) < 12 {
			return errShape
		}
		begin = int64(binary.BigEndian.Uint64(b[4:]) & (1<<62 - 1))
	}
	m.reach(begin)
	return nil
}

// run adds the durations of a fragment's samples.
func (m *mp4) run(b []byte) error {
	flags, count := binary.BigEndian.Uint32(b), int64(binary.BigEndian.Uint32(b[4:]))
	if flags&0x100 == 0 {
		m.reach(m.end + min(count, 1<<24)*m.step)
		return nil
	}
	at, width := 8, 0
	for _, bit := range []uint32{1, 4} {
		if flags&bit != 0 {
			at += 4
		}
	}
	for _, bit := range []uint32{0x100, 0x200, 0x400, 0x800} {
		if flags&bit != 0 {
			width += 4
		}
	}
	for ; count > 0 && at+width <= len(b); count, at = count-1, at+width {
		m.reach(m.end + int64(binary.BigEndian.Uint32(b[at:])))
	}
	return nil
}
