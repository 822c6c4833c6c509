package card

import (
	"crypto/ed25519"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/seal"
)

// Kind is a form of the code.
type Kind byte

// The kinds.
const (
	Online  Kind = 1
	Offline Kind = 2
)

// Life is how long a code of the kind lasts.
func (k Kind) Life() time.Duration {
	if k == Offline {
		return 10 * time.Minute
	}
	return 30 * time.Second
}

// Step is the time within which the same code is made again.
func (k Kind) Step() time.Duration {
	if k == Offline {
		return time.Minute
	}
	return 10 * time.Second
}

// skew is how far the clocks of two processes of ours may differ.
const skew = 5 * time.Second

// Code is one code of one member.
type Code struct {
	Member member.ID
	Kind   Kind
	At     time.Time // the beginning of its step
}

// now is a member's code of a kind at a time.
func now(which member.ID, k Kind, at time.Time) Code {
	return Code{which, k, at.Truncate(k.Step()).UTC()}
}

// Age is how old the code is at a time.
func (c Code) Age(at time.Time) time.Duration { return at.Sub(c.At) }

// stale says why the code does not count at a time by its age; nothing when it does.
func (c Code) stale(at time.Time) Why {
	switch age := c.Age(at); {
	case age < -skew:
		return Early
	case age >= c.Kind.Life():
		return Expired
	}
	return ""
}

// The text of a code in bytes: its version, kind, time in seconds, the member's
// id, and the signature over all of that.
const (
	version  = 1
	bodySize = 1 + 1 + 4 + 16
	textSize = bodySize + ed25519.SignatureSize
)

// text is how bytes become text: in one way only.
var text = base64.RawURLEncoding.Strict()

var errForged = errors.New("card: no code of this installation")

// keys makes and proves codes.
type keys struct{ ring *seal.Ring }

func (k keys) signer() ed25519.PrivateKey { return k.ring.Signer("member.card.1") }

// sign returns the code as text, 115 characters that an address may hold.
func (k keys) sign(c Code) (string, error) {
	raw, err := hex.DecodeString(strings.ReplaceAll(string(c.Member), "-", ""))
	if err != nil || len(raw) != 16 {
		return "", fmt.Errorf("card: member %q has no id", c.Member)
	}
	b := make([]byte, 0, textSize)
	b = append(b, version, byte(c.Kind))
	b = binary.BigEndian.AppendUint32(b, uint32(c.At.Unix())) //nolint:gosec // until 2106
	b = append(b, raw...)
	b = append(b, ed25519.Sign(k.signer(), b)...)
	return text.EncodeToString(b), nil
}

// read returns the code of a text that this installation signed. Before it may
// stand the address that the drawing holds.
func (k keys) read(s string) (Code, error) {
	if i := strings.LastIndexByte(s, '#'); i >= 0 {
		s = s[i+1:]
	}
	b, err := text.DecodeString(strings.TrimSpace(s))
	if err != nil || len(b) != textSize || b[0] != version || Kind(b[1]) != Online && Kind(b[1]) != Offline {
		return Code{}, errForged
	}
	public, ok := k.signer().Public().(ed25519.PublicKey)
	if !ok || !ed25519.Verify(public, b[:bodySize], b[bodySize:]) {
		return Code{}, errForged
	}
	h := hex.EncodeToString(b[6:bodySize])
	which, err := id.Parse[member.ID](h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
	if err != nil {
		return Code{}, errForged
	}
	return Code{which, Kind(b[1]), time.Unix(int64(binary.BigEndian.Uint32(b[2:6])), 0).UTC()}, nil
}

// digits returns the eight digits of a code.
func (k keys) digits(c Code) string {
	mac := k.ring.Index("member|code", fmt.Sprintf("%s|%d|%d", c.Member, c.Kind, c.At.Unix()))
	n, err := strconv.ParseUint(mac[:15], 16, 64)
	if err != nil {
		panic("card: an index is hexadecimal: " + err.Error())
	}
	return fmt.Sprintf("%08d", n%100_000_000)
}

// match returns the code of a member whose digits these are at a time, also one
// that ran out lately, so that this can be said; ok is false for none.
func (k keys) match(which member.ID, digits string, at time.Time) (c Code, ok bool) {
	for _, kind := range []Kind{Online, Offline} {
		for age := -skew; age < 2*kind.Life(); age += kind.Step() {
			try := now(which, kind, at.Add(-age))
			if subtle.ConstantTimeCompare([]byte(k.digits(try)), []byte(digits)) == 1 && !ok {
				c, ok = try, true
			}
		}
	}
	return c, ok
}
