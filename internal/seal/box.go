package seal

import (
	"crypto/cipher"
	"slices"
)

// Box seals what is kept of one person, under a data key of its own. The key stands
// beside the values, sealed by the ring; when it is destroyed nothing opens them any
// more, wherever copies of them are, and when the ring gets a new key it alone is
// sealed anew.
//
// A box also opens what the ring sealed itself, and without a data key seals by the
// ring: rows of before there were boxes.
type Box struct {
	ring *Ring
	mark byte
	aead cipher.AEAD // nil: no data key
}

// boxed marks the suite of a value that a data key sealed.
const boxed = 0x10

// NewBox returns a box with a fresh data key, and that key sealed for place.
func (r *Ring) NewBox(place []byte) (Box, []byte, error) {
	h := r.follow()
	suite := h.keys[h.now].suite
	kind := suites[suite]
	plain := append([]byte{kind.mark}, random(kind.size)...)
	sealed, err := r.Seal(plain, place)
	if err != nil {
		return Box{}, nil, err
	}
	b, err := r.unpack(plain)
	return b, sealed, err
}

// Box returns the box of a data key that was sealed for place; of none, one that
// seals by the ring. [ErrOpen]: the key does not open here.
func (r *Ring) Box(sealed, place []byte) (Box, error) {
	if len(sealed) == 0 {
		return Box{ring: r}, nil
	}
	plain, err := r.Open(sealed, place)
	if err != nil {
		return Box{}, err
	}
	return r.unpack(plain)
}

func (r *Ring) unpack(plain []byte) (Box, error) {
	for suite, kind := range suites {
		if len(plain) > 0 && plain[0] == kind.mark {
			aead, err := suite.aead(plain[1:])
			return Box{r, kind.mark | boxed, aead}, err
		}
	}
	return Box{}, ErrOpen
}

// Seal returns plain, unreadable without the box and bound to place. The form is:
// suite (1 byte), zeros (4, where a ring's value names its key), nonce (12),
// ciphertext with tag.
func (b Box) Seal(plain, place []byte) ([]byte, error) {
	if b.aead == nil {
		return b.ring.Seal(plain, place)
	}
	nonce := random(b.aead.NonceSize())
	head := slices.Concat([]byte{b.mark, 0, 0, 0, 0}, nonce)
	return b.aead.Seal(head, nonce, plain, bind(place)), nil
}

// Open returns what was sealed for place, or [ErrOpen].
func (b Box) Open(sealed, place []byte) ([]byte, error) {
	if !Boxed(sealed) {
		return b.ring.Open(sealed, place)
	}
	if b.aead == nil || sealed[0] != b.mark || len(sealed) < HeadLen+b.aead.NonceSize() {
		return nil, ErrOpen
	}
	nonce, text := sealed[HeadLen:HeadLen+b.aead.NonceSize()], sealed[HeadLen+b.aead.NonceSize():]
	plain, err := b.aead.Open(nil, nonce, text, bind(place))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Boxed reports whether a data key sealed the value, not the ring itself.
func Boxed(sealed []byte) bool { return len(sealed) >= HeadLen && sealed[0]&boxed != 0 }
