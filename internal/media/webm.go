package media

import (
	"encoding/binary"
	"math"
	"time"
)

// The elements of WebM that are kept. Everything else — tags, attachments,
// chapters, titles, dates, program names, indexes, padding — is left behind.
const (
	ebmlHead    = 0x1a45dfa3
	webmSegment = 0x18538067
	webmInfo    = 0x1549a966
	webmScale   = 0x2ad7b1
	webmLength  = 0x4489
	webmTracks  = 0x1654ae6b
	webmTrack   = 0xae
	webmKind    = 0x83
	webmCodec   = 0x86
	webmAudio   = 0xe1
	webmCluster = 0x1f43b675
	webmTime    = 0xe7
	webmBlock   = 0xa3
	webmGroup   = 0xa0
	webmInner   = 0xa1
	webmDocType = 0x4282
	webmCodecIs = 0x63a2

	webmMaxDepth = 4
	webmMaxTicks = 1 << 56 // a thousand ages at any scale, and far from where sums wrap
)

// webmKept says which children of an element are kept; true marks those that
// have children of their own. Those without a name are numbers: of versions; a
// track's number, id, delay, pre-roll and lacing; rate, channels and depth; a
// block's duration and padding. It is never written to.
var webmKept = map[uint32]map[uint32]bool{
	ebmlHead:    {0x4286: false, 0x42f7: false, 0x42f2: false, 0x42f3: false, webmDocType: false, 0x4287: false, 0x4285: false},
	webmSegment: {webmInfo: true, webmTracks: true, webmCluster: true},
	webmInfo:    {webmScale: false, webmLength: false},
	webmTracks:  {webmTrack: true},
	webmTrack: {0xd7: false, 0x73c5: false, webmKind: false, webmCodec: false, webmCodecIs: false, 0x56aa: false, 0x56bb: false,
		0x9c: false, 0x23e383: false, webmAudio: true},
	webmAudio:   {0xb5: false, 0x78b5: false, 0x9f: false, 0x6264: false},
	webmCluster: {webmTime: false, webmBlock: false, webmGroup: true},
	webmGroup:   {webmInner: false, 0x9b: false, 0x75a2: false},
}

// webm is the cleaning of one file.
type webm struct {
	scale   uint64 // nanoseconds in a tick
	told    float64
	cluster int64 // ticks at which the cluster under way begins
	end     int64 // ticks of the last block
	tracks  int
	blocks  int
}

// cleanWebM writes head and segment anew from the elements that are kept.
func cleanWebM(raw []byte) (Voice, error) {
	w := webm{scale: 1_000_000}
	id, body, rest, err := readElement(raw, 0)
	if err != nil || id != ebmlHead {
		return Voice{}, errShape
	}
	head, err := w.keep(ebmlHead, body, 0)
	if err != nil {
		return Voice{}, err
	}
	id, body, _, err = readElement(rest, 0)
	if err != nil || id != webmSegment {
		return Voice{}, errShape
	}
	segment, err := w.keep(webmSegment, body, 0)
	switch {
	case err != nil:
		return Voice{}, err
	case w.tracks != 1 || w.blocks == 0:
		return Voice{}, errNotVoice
	}
	out := writeElement(nil, ebmlHead, head)
	out = writeElement(out, webmSegment, segment)
	return Voice{Data: out, Type: "audio/webm; codecs=opus", Length: w.length()}, nil
}

// length is the later of what the file tells and where its last block begins.
func (w *webm) length() time.Duration {
	ns := max(w.told, float64(w.end)) * float64(w.scale)
	if !(ns < math.MaxInt64/2) {
		return math.MaxInt64 / 2
	}
	return time.Duration(ns)
}

// keep returns the children of an element that are kept, written anew.
func (w *webm) keep(parent uint32, body []byte, depth int) (out []byte, err error) {
	if depth > webmMaxDepth {
		return nil, errShape
	}
	for len(body) > 0 {
		id, inner, rest, err := readElement(body, parent)
		if err != nil && parent == webmSegment && w.blocks > 0 {
			return out, nil // the tail was cut off, or is not WebM
		}
		if err != nil {
			return nil, err
		}
		body = rest
		deep, kept := webmKept[parent][id]
		if !kept {
			continue
		}
		if deep {
			inner, err = w.keep(id, inner, depth+1)
		} else {
			err = w.look(id, inner)
		}
		if err != nil {
			return nil, err
		}
		if id == webmTrack {
			w.tracks++
		}
		out = writeElement(out, id, inner)
	}
	return out, nil
}

// look takes in what matters of an element without children, and refuses what
// is not sound.
func (w *webm) look(id uint32, body []byte) error {
	if len(body) > roomFor(id) {
		return errShape
	}
	switch id {
	case webmDocType:
		return known(string(body) == "webm")
	case webmCodec:
		return known(string(body) == "A_OPUS")
	case webmKind:
		return known(number(body) == 2)
	case webmScale:
		w.scale = number(body)
		return known(w.scale > 0 && w.scale <= 1_000_000_000)
	case webmLength:
		w.told = float(body)
	case webmTime:
		at := number(body)
		if at > webmMaxTicks {
			return errShape
		}
		w.cluster = int64(at)
	case webmBlock, webmInner:
		return w.block(body)
	}
	return nil
}

// roomFor returns how long an element may be, so that no number hides a text.
func roomFor(id uint32) int {
	switch id {
	case webmBlock, webmInner:
		return 1 << 16
	case webmCodecIs:
		return 32
	}
	return 8
}

func known(ok bool) error {
	if !ok {
		return errNotVoice
	}
	return nil
}

// block notes when a block begins: 16 bits relative to its cluster, behind the
// number of its track.
func (w *webm) block(body []byte) error {
	if len(body) < 5 || body[0]&0x80 == 0 {
		return errShape
	}
	w.end = max(w.end, w.cluster+int64(int16(binary.BigEndian.Uint16(body[1:])))) //nolint:gosec // sixteen bits with a sign
	w.blocks++
	return nil
}

// readElement reads one element. A segment or cluster of unknown size, as
// browsers record, reaches to the end or to the next element that cannot be its child.
func readElement(b []byte, parent uint32) (id uint32, body, rest []byte, err error) {
	id, n := elementID(b)
	if n == 0 {
		return 0, nil, nil, errShape
	}
	size, m, unknown := elementSize(b[n:])
	if m == 0 {
		return 0, nil, nil, errShape
	}
	b = b[n+m:]
	switch {
	case unknown && id == webmSegment && parent == 0:
		return id, b, nil, nil
	case unknown && id == webmCluster:
		end := clusterEnd(b)
		return id, b[:end], b[end:], nil
	case unknown || size > int64(len(b)):
		return 0, nil, nil, errShape
	}
	return id, b[:size], b[size:], nil
}

// clusterEnd finds the first element that belongs to the segment again.
func clusterEnd(b []byte) int {
	for at := 0; at < len(b); {
		id, n := elementID(b[at:])
		if n == 0 || n == 4 { // the segment's children have ids of four bytes, a cluster's have not
			return at
		}
		size, m, unknown := elementSize(b[at+n:])
		if m == 0 || unknown || size > int64(len(b)-at-n-m) || id == 0 {
			return at
		}
		at += n + m + int(size)
	}
	return len(b)
}

// elementID reads an id of one to four bytes; n is 0 when there is none.
func elementID(b []byte) (id uint32, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	for n = 1; n <= 4 && b[0]&(0x80>>(n-1)) == 0; n++ {
	}
	if n > 4 || n > len(b) {
		return 0, 0
	}
	for _, c := range b[:n] {
		id = id<<8 | uint32(c)
	}
	return id, n
}

// elementSize reads a size of one to eight bytes, 56 bits at most; all ones mean unknown.
func elementSize(b []byte) (size int64, n int, unknown bool) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0, false
	}
	for n = 1; b[0]&(0x80>>(n-1)) == 0; n++ {
	}
	if n > len(b) {
		return 0, 0, false
	}
	size = int64(b[0]) & (0x7f >> (n - 1))
	for _, c := range b[1:n] {
		size = size<<8 | int64(c)
	}
	return size, n, size == 1<<(7*n)-1
}

// writeElement appends an element with its size in eight bytes.
func writeElement(out []byte, id uint32, body []byte) []byte {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], id)
	from := 0
	for from < 3 && b[from] == 0 {
		from++
	}
	out = append(out, b[from:]...)
	out = binary.BigEndian.AppendUint64(out, 1<<56|uint64(len(body)))
	return append(out, body...)
}

func number(b []byte) (n uint64) {
	if len(b) > 8 {
		return 0
	}
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}

func float(b []byte) float64 {
	switch len(b) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}
