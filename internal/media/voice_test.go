package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"nuanxin/internal/fault"
)

const canary = "CANARY-voice"

func crc32PNG(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

// oggSample is an Opus file of the given length, a page a second, with tags.
func oggSample(seconds int) []byte {
	head := append([]byte("OpusHead\x01\x01"), 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0)
	out := writePage(nil, page{flags: oggFirst, serial: 77, table: []byte{19}, body: head}, 0)
	tags := []byte("OpusTags\x06\x00\x00\x00" + canary[:6] + "\x01\x00\x00\x00")
	tags = append(tags, bytes.Repeat([]byte(canary), 30)...)
	var table []byte
	for n := len(tags); ; n -= 255 {
		table = append(table, byte(min(n, 255)))
		if n < 255 {
			break
		}
	}
	out = writePage(out, page{serial: 77, table: table, body: tags}, 1)
	for s := range seconds {
		p := page{serial: 77, grain: uint64(s+1)*48000 + 312, table: []byte{3, 2}, body: []byte("\xf8abcd")}
		if s == seconds-1 {
			p.flags = oggLast
		}
		out = writePage(out, p, uint32(s+2))
	}
	return append(out, canary...)
}

func el(id uint32, bodies ...[]byte) []byte { return writeElement(nil, id, bytes.Join(bodies, nil)) }

// open turns an element's size into "unknown", as browsers write it.
func open(element []byte, idLen int) []byte {
	copy(element[idLen:], "\x01\xff\xff\xff\xff\xff\xff\xff")
	return element
}

// webmSample is what a browser records: sizes unknown, no length told.
func webmSample(seconds int, codec string) []byte {
	out := el(ebmlHead, el(0x4286, []byte{1}), el(webmDocType, []byte("webm")))
	tracks := el(webmTracks, el(webmTrack, el(0xd7, []byte{1}), el(webmKind, []byte{2}), el(webmCodec, []byte(codec)),
		el(0x536e, []byte(canary)), el(webmCodecIs, []byte("OpusHead")), el(webmAudio, el(0x9f, []byte{1}))))
	info := el(webmInfo, el(webmScale, []byte{0x0f, 0x42, 0x40}), el(0x4d80, []byte(canary)), el(0x7ba9, []byte(canary)))
	body := bytes.Join([][]byte{el(0xec, []byte(canary)), info, tracks}, nil)
	for s := range seconds {
		var at [4]byte
		binary.BigEndian.PutUint32(at[:], uint32(s*1000))
		cluster := el(webmCluster, el(webmTime, at[:]), el(webmBlock, []byte("\x81\x00\x00\x80opus")),
			el(webmGroup, el(webmInner, []byte("\x81\x03\xe8\x00opus")), el(0x75a1, []byte(canary))))
		body = append(body, open(cluster, 4)...)
	}
	body = append(body, el(0x1254c367, el(0x7373, []byte(canary)))...)
	return append(out, open(el(webmSegment, body), 4)...)
}

func box(name string, bodies ...[]byte) []byte {
	body := bytes.Join(bodies, nil)
	out := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(out, name...), body...)
}

func be(ns ...uint32) (out []byte) {
	for _, n := range ns {
		out = binary.BigEndian.AppendUint32(out, n)
	}
	return out
}

// mp4Sample is an M4A with a date, a title and data behind its end.
func mp4Sample(seconds uint32, handler string) []byte {
	date := uint32(0x43414e41) // "CANA"
	hdlr := box("hdlr", be(0, 0), []byte(handler), be(0, 0, 0), []byte(canary))
	stsd := box("stsd", be(0, 1), box("mp4a", make([]byte, 28)))
	mdia := box("mdia", box("mdhd", be(0, date, date, 16000, seconds*16000, 0)), hdlr, box("minf", box("stbl", stsd)))
	trak := box("trak", box("tkhd", be(0, date, date, 1, 0, 0)), mdia, box("udta", []byte(canary)))
	moov := box("moov", box("mvhd", be(0, date, date, 1000, seconds*1000, 0)), trak, box("udta", box("meta", []byte(canary))))
	return bytes.Join([][]byte{box("ftyp", []byte("M4A \x00\x00\x00\x00")), moov, box("free", []byte(canary)),
		box("mdat", []byte("sound")), []byte("\xff\xff" + canary)}, nil)
}

// mp4Fragments is what a browser records in pieces: the length is in the fragments.
func mp4Fragments(seconds uint32) []byte {
	hdlr := box("hdlr", be(0, 0), []byte("soun"), be(0, 0, 0))
	stsd := box("stsd", be(0, 1), box("Opus", make([]byte, 28)))
	mdia := box("mdia", box("mdhd", be(0, 0, 0, 48000, 0, 0)), hdlr, box("minf", box("stbl", stsd)))
	moov := box("moov", box("mvhd", be(0, 0, 0, 1000, 0, 0)), box("trak", mdia), box("mvex", box("trex", be(0, 1, 1, 960, 0, 0))))
	out := append(box("ftyp", []byte("iso5\x00\x00\x00\x00")), moov...)
	for s := range seconds {
		traf := box("traf", box("tfhd", be(0x20000, 1)), box("tfdt", be(0, s*48000)), box("trun", be(0, 50)))
		out = append(append(out, box("moof", box("mfhd", be(0, s)), traf)...), box("mdat", []byte("sound"))...)
	}
	return out
}

func wavSample(seconds int) []byte {
	format := []byte("\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00")
	chunk := func(name string, body []byte) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body))), body...)
	}
	out := []byte("RIFF\x00\x00\x00\x00WAVE")
	out = append(out, chunk("LIST", []byte(canary))...)
	out = append(append(out, chunk("fmt ", format)...), chunk("data", make([]byte, seconds*16000))...)
	return append(out, chunk("id3 ", []byte(canary))...)
}

func mp3Sample(seconds int) []byte {
	out := append([]byte("ID3\x03\x00\x00\x00\x00\x00\x0c"), canary...)
	frame := append([]byte{0xff, 0xf3, 0x18, 0xc0}, make([]byte, 68)...) // MPEG 2, 8 kbit/s, 16 kHz: 36 ms in 36 bytes
	for range seconds * 1000 / 36 {
		out = append(out, frame[:36]...)
	}
	return append(append(out, "TAG"...), canary...)
}

func aacSample(seconds int) []byte {
	var out []byte
	for range seconds * 1000 / 64 { // 16 kHz
		out = append(out, 0xff, 0xf1, 0x60, 0x40, 0x02, 0x1f, 0xfc, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	}
	return append(out, canary...)
}

func amrSample(seconds int) []byte {
	out := []byte(amrNarrow)
	for range seconds * 50 {
		out = append(append(out, 0x3c), make([]byte, 31)...)
	}
	return append(out, 0xff, 'C', 'A', 'N', 'A', 'R', 'Y')
}

func samples(seconds int) map[string][]byte {
	return map[string][]byte{
		"audio/ogg; codecs=opus": oggSample(seconds), "audio/webm; codecs=opus": webmSample(seconds, "A_OPUS"),
		"audio/mp4": mp4Sample(uint32(seconds), "soun"), "audio/wav": wavSample(seconds),
		"audio/mpeg": mp3Sample(seconds), "audio/aac": aacSample(seconds), "audio/amr": amrSample(seconds),
	}
}

func TestVoiceIsKnownAndCleaned(t *testing.T) {
	for kind, raw := range samples(10) {
		given := bytes.Clone(raw)
		v, err := Clean(raw)
		if err != nil || v.Type != kind {
			t.Errorf("%s: got %s, %v", kind, v.Type, err)
			continue
		}
		if off := (v.Length - 10*time.Second).Abs(); off > 100*time.Millisecond {
			t.Errorf("%s: got a length of %v, want 10 s", kind, v.Length)
		}
		if bytes.Contains(v.Data, []byte("CANA")) {
			t.Errorf("%s: a tag is still there", kind)
		}
		if !bytes.Equal(raw, given) {
			t.Errorf("%s: the caller's bytes were changed", kind)
		}
		again, err := Clean(v.Data)
		if err != nil || !bytes.Equal(again.Data, v.Data) {
			t.Errorf("%s: cleaning what is clean changes it: %v", kind, err)
		}
	}
}

// What is too little for a box may still be a word.
func TestVoiceHidesNothingBehindTheLastBox(t *testing.T) {
	raw := mp4Fragments(1)
	tail := []byte("CANARY")
	at := bytes.Index(raw, []byte("mvex")) - 4
	raw = slices.Concat(raw[:at], box("mvex", box("trex", be(0, 1, 1, 960, 0, 0)), tail), raw[at+len(box("mvex", box("trex", be(0, 1, 1, 960, 0, 0)))):])
	moov := bytes.Index(raw, []byte("moov")) - 4
	binary.BigEndian.PutUint32(raw[moov:], binary.BigEndian.Uint32(raw[moov:])+uint32(len(tail)))
	v, err := Clean(raw)
	if err != nil || bytes.Contains(v.Data, tail) {
		t.Errorf("%v, and the tail is there: %v", err, bytes.Contains(v.Data, tail))
	}
}

func TestVoiceInFragments(t *testing.T) {
	v, err := Clean(mp4Fragments(7))
	if err != nil || v.Length != 7*time.Second {
		t.Errorf("got %v, %v, want 7 s", v.Length, err)
	}
}

func TestVoiceRefusals(t *testing.T) {
	type refusal struct {
		about string
		raw   []byte
		want  string
	}
	cases := []refusal{
		{"nothing", nil, "media.empty"},
		{"more than 4 MB", wavSample(270), "media.too_big"},
		{"a page", []byte("<html>"), "media.not_voice"},
		{"a film", mp4Sample(10, "vide"), "media.not_voice"},
		{"WebM with a picture's codec", webmSample(3, "V_VP8"), "media.not_voice"},
		{"an Ogg page whose checksum is wrong", append([]byte("OggS"), make([]byte, 60)...), "media.broken"},
		{"a file cut off in its head", webmSample(3, "A_OPUS")[:20], "media.broken"},
		{"ID3 with a page behind it", []byte("ID3\x03\x00\x00\x00\x00\x00\x00<html><script>"), "media.not_voice"},
		{"three frames and a large ZIP", append(aacSample(1), make([]byte, 50_000)...), "media.broken"},
		{"WAV that says MP3", bytes.Replace(wavSample(1), []byte("\x01\x00\x01\x00"), []byte("\x55\x00\x01\x00"), 1), "media.not_voice"},
	}
	far := append(el(ebmlHead, el(webmDocType, []byte("webm"))), el(webmSegment,
		el(webmTracks, el(webmTrack, el(webmKind, []byte{2}), el(webmCodec, []byte("A_OPUS")))),
		el(webmCluster, el(webmTime, bytes.Repeat([]byte{0xff}, 8)), el(webmBlock, []byte("\x81\x00\x00\x80opus"))))...)
	cases = append(cases, refusal{"WebM whose time would wrap to nothing", far, "media.broken"})
	long := mp4Fragments(1)
	traf := append(box("tfhd", be(0x20008, 1, 0xffffffff)), box("tfdt", be(1<<24, 0x3fffffff, 0xffffffff))...)
	for range 80 {
		traf = append(traf, box("trun", be(0, 1<<24))...)
	}
	long = append(append(long, box("moof", box("mfhd", be(0, 1)), box("traf", traf))...), box("mdat", []byte("sound"))...)
	cases = append(cases, refusal{"MP4 whose length would wrap to nothing", long, "media.too_long"})
	for kind, raw := range samples(160) {
		cases = append(cases, refusal{kind + " of 160 seconds", raw, "media.too_long"})
	}
	for _, c := range cases {
		if _, err := Clean(c.raw); fault.Of(err).Msg != c.want {
			t.Errorf("%s: got %v, want %s", c.about, err, c.want)
		}
	}
}

// TestVoiceSurvivesDamage changes bytes of good files: it may be cleaned or
// refused, and what is kept must be accepted again.
func TestVoiceSurvivesDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	seeds := [][]byte{mp4Fragments(3)}
	for _, s := range samples(3) {
		seeds = append(seeds, s)
	}
	for range 20_000 {
		raw := bytes.Clone(seeds[r.IntN(len(seeds))])
		for range r.IntN(6) {
			raw[r.IntN(min(len(raw), 600))] = byte(r.Uint32())
		}
		v, err := Clean(raw[:1+r.IntN(len(raw))])
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("got %v, want Invalid", err)
		}
		if err != nil {
			continue
		}
		if again, err := Clean(v.Data); err != nil || again.Length != v.Length {
			t.Fatalf("%s: what is kept is refused: %v (%v, %v)", v.Type, err, v.Length, again.Length)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range samples(2) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := Clean(raw); err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
	})
}
