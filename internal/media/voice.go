package media

import (
	"errors"
	"time"

	"nuanxin/internal/fault"
)

// The limits of a voice message. Length holds where the container tells it;
// size holds always.
const (
	MaxVoiceBytes  = 4 << 20
	MaxVoiceLength = 150 * time.Second
)

// Voice is a cleaned voice message.
type Voice struct {
	Data   []byte
	Type   string        // media type to serve it with
	Length time.Duration // 0: the container does not tell
}

// errShape is the fault of a container whose structure does not hold.
var errShape = errors.New("the container's structure does not hold")

// errNotVoice is the fault of a container that holds something else than sound
// that we know.
var errNotVoice = errors.New("no sound of a known kind")

// Clean returns the cleaned form of a voice message. It decodes nothing and is
// quick, so that it needs no turn.
func Clean(raw []byte) (Voice, error) {
	const op = "media.voice"
	switch {
	case len(raw) == 0:
		return Voice{}, fault.New(op, fault.Invalid, "media.empty")
	case len(raw) > MaxVoiceBytes:
		return Voice{}, fault.New(op, fault.Invalid, "media.too_big").With(fault.Args{"LimitMB": MaxVoiceBytes >> 20})
	}
	clean := sniffVoice(raw)
	if clean == nil {
		return Voice{}, fault.New(op, fault.Invalid, "media.not_voice")
	}
	v, err := clean(raw)
	switch {
	case errors.Is(err, errNotVoice):
		return Voice{}, fault.New(op, fault.Invalid, "media.not_voice").Because(err)
	case err != nil:
		return Voice{}, broken(op, err)
	case v.Length > MaxVoiceLength:
		return Voice{}, fault.New(op, fault.Invalid, "media.too_long").With(fault.Args{"LimitSeconds": int(MaxVoiceLength.Seconds())})
	}
	return v, nil
}

// sniffVoice returns what cleans a file that begins so; nil is none that we know.
func sniffVoice(raw []byte) func([]byte) (Voice, error) {
	starts := func(at int, s string) bool { return len(raw) >= at+len(s) && string(raw[at:at+len(s)]) == s }
	switch {
	case starts(0, "OggS"):
		return cleanOgg
	case starts(0, "\x1a\x45\xdf\xa3"):
		return cleanWebM
	case starts(0, "RIFF") && starts(8, "WAVE"):
		return cleanWAV
	case starts(4, "ftyp"):
		return cleanMP4
	case starts(0, amrNarrow), starts(0, amrWide):
		return cleanAMR
	case starts(0, "ID3"), len(raw) > 1 && raw[0] == 0xff && raw[1]&0xe0 == 0xe0:
		return cleanFrames
	}
	return nil
}

// lasts turns a count of units into time.
func lasts(units, perSecond int64) time.Duration {
	if perSecond <= 0 || units <= 0 {
		return 0
	}
	if units/perSecond > 1<<32 {
		return 1 << 62
	}
	return time.Duration(units/perSecond)*time.Second + time.Duration(units%perSecond)*time.Second/time.Duration(perSecond)
}
