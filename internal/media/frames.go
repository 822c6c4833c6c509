package media

import "bytes"

const (
	amrNarrow = "#!AMR\n"
	amrWide   = "#!AMR-WB\n"
)

// cleanAMR copies the head and the whole frames of 20 ms each; what follows the
// last one is left behind.
func cleanAMR(raw []byte) (Voice, error) {
	// Bytes in a frame behind its first, by the type in that; -1 is not in use.
	head, kind, sizes := amrNarrow, "audio/amr", []int{12, 13, 15, 17, 19, 20, 26, 31, 5, -1, -1, -1, -1, -1, -1, 0}
	if bytes.HasPrefix(raw, []byte(amrWide)) {
		head, kind, sizes = amrWide, "audio/amr-wb", []int{17, 23, 32, 36, 40, 46, 50, 58, 60, 5, -1, -1, -1, -1, 0, 0}
	}
	at, frames := len(head), int64(0)
	for at < len(raw) {
		n := sizes[raw[at]>>3&15]
		if raw[at]&0x83 != 0 || n < 0 || at+1+n > len(raw) {
			break
		}
		at, frames = at+1+n, frames+1
	}
	if frames == 0 || tooMuchLeft(raw, at) {
		return Voice{}, errShape
	}
	return Voice{Data: bytes.Clone(raw[:at]), Type: kind, Length: lasts(frames, 50)}, nil
}

// tooMuchLeft reports whether what is not sound is more than a tail: then it is
// another thing dressed up.
func tooMuchLeft(raw []byte, end int) bool { return len(raw)-end > max(8192, len(raw)/10) }

// frame is one frame of MP3 or AAC.
type frame struct {
	bytes   int
	samples int64
	rate    int64
	layer   int // 3: MP3, 0: AAC
}

// cleanFrames copies the frames of an MP3 or AAC stream and nothing between,
// before (ID3) or after them (ID3, APE, a ZIP).
func cleanFrames(raw []byte) (Voice, error) {
	at, err := skipID3(raw)
	if err != nil {
		return Voice{}, err
	}
	first, ok := readFrame(raw[at:])
	if !ok {
		return Voice{}, errNotVoice
	}
	start, samples, count := at, int64(0), 0
	for at < len(raw) {
		f, ok := readFrame(raw[at:])
		if !ok || f.layer != first.layer || f.rate != first.rate || at+f.bytes > len(raw) {
			break
		}
		at, samples, count = at+f.bytes, samples+f.samples, count+1
	}
	if count < 3 || tooMuchLeft(raw, at) {
		return Voice{}, errShape
	}
	kind := "audio/mpeg"
	if first.layer == 0 {
		kind = "audio/aac"
	}
	return Voice{Data: bytes.Clone(raw[start:at]), Type: kind, Length: lasts(samples, first.rate)}, nil
}

// skipID3 returns where the tags at the start end.
func skipID3(raw []byte) (int, error) {
	at := 0
	for bytes.HasPrefix(raw[at:], []byte("ID3")) {
		if len(raw) < at+10 || (raw[at+6]|raw[at+7]|raw[at+8]|raw[at+9])&0x80 != 0 {
			return 0, errShape
		}
		n := int(raw[at+6])<<21 | int(raw[at+7])<<14 | int(raw[at+8])<<7 | int(raw[at+9])
		at += 10 + n
		if raw[at-10-n+5]&0x10 != 0 { // a footer
			at += 10
		}
		if at > len(raw) {
			return 0, errShape
		}
	}
	return at, nil
}

// readFrame reads a frame's head.
func readFrame(b []byte) (frame, bool) {
	if len(b) < 7 || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return frame{}, false
	}
	if b[1]&0xf6 == 0xf0 {
		return readAAC(b)
	}
	return readMP3(b)
}

func readAAC(b []byte) (frame, bool) {
	rates := []int64{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}
	rate := int(b[2] >> 2 & 15)
	size := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5]>>5)
	if rate >= len(rates) || size < 8 {
		return frame{}, false
	}
	return frame{bytes: size, samples: 1024 * (int64(b[6]&3) + 1), rate: rates[rate]}, true
}

func readMP3(b []byte) (frame, bool) {
	version, layer := b[1]>>3&3, b[1]>>1&3 // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5; layer 1: III
	rate, bits := b[2]>>2&3, b[2]>>4
	if version == 1 || layer != 1 || rate == 3 || bits == 0 || bits == 15 {
		return frame{}, false
	}
	kbit := []int64{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	hertz, samples := []int64{44100, 48000, 32000}[rate], int64(1152)
	if version != 3 {
		kbit = []int64{8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
		samples, hertz = 576, hertz/2
		if version == 0 {
			hertz /= 2
		}
	}
	size := samples / 8 * kbit[bits-1] * 1000 / hertz
	if b[2]&2 != 0 {
		size++
	}
	return frame{bytes: int(size), samples: samples, rate: hertz, layer: 3}, true
}
