package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/secretsharing"
)

// Share is one part of a key file that was split: any Need of them give the file
// back, fewer tell nothing of it (Shamir, How to Share a Secret, 1979). What is
// shared is a number of the group P-256, from which the key comes that the file is
// sealed with; every share holds that sealed file, too, so that shares need nothing
// but one another.
type Share struct {
	Format string `json:"format"`
	Set    []byte `json:"set"` // which split it is of
	Need   int    `json:"need"`
	Number int    `json:"number"` // from 1
	Value  []byte `json:"value"`  // secret
	Sealed []byte `json:"sealed"` // nonce (12), ciphertext with tag
}

const (
	shareFormat = "nuanxin key share 1"
	// maxShares is into how many parts a file is split at most: as many as there
	// are people who could be asked.
	maxShares = 20
)

// curve is the group whose numbers are shared.
var curve = group.P256

// Split splits the file into so many shares, of which need give it back, without its
// guard: a guard may be lost, too.
func (f File) Split(need, shares int) ([]Share, error) {
	if need < 2 || need > shares || shares > maxShares {
		return nil, fmt.Errorf("seal: a file is split so that 2 or more of at most %d shares give it back", maxShares)
	}
	text, err := f.text()
	if err != nil {
		return nil, err
	}
	if _, _, err := parse(text); err != nil {
		return nil, fmt.Errorf("seal: %s: %w", f.Path, err)
	}
	secret := curve.RandomNonZeroScalar(rand.Reader)
	set := random(16)
	aead, err := shareCipher(secret, set)
	if err != nil {
		return nil, err
	}
	nonce := random(aead.NonceSize())
	sealed := aead.Seal(nonce, nonce, text, set)
	split := secretsharing.New(rand.Reader, uint(need-1), secret)
	all := make([]Share, shares)
	for i, s := range split.Share(uint(shares)) {
		value, err := s.Value.MarshalBinary()
		if err != nil {
			return nil, err
		}
		all[i] = Share{shareFormat, set, need, i + 1, value, sealed}
	}
	return all, nil
}

// Join writes the file that was split, where nothing may be.
func (f File) Join(shares []Share) error {
	text, err := join(shares)
	if err != nil {
		return err
	}
	k, _, err := parse(text)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	if text, err = f.guard(k); err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	file, err := os.OpenFile(f.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("seal: %s is there already; nothing was changed", f.Path)
	}
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync(), file.Close())
}

func join(shares []Share) ([]byte, error) {
	if len(shares) == 0 {
		return nil, errors.New("seal: no shares were given")
	}
	first := shares[0]
	numbers := map[int]bool{}
	var parts []secretsharing.Share
	for _, s := range shares {
		switch {
		case s.Format != shareFormat || s.Number < 1 || s.Number > maxShares || s.Need < 2:
			return nil, errors.New("seal: one of the files is no share of a key file")
		case !bytes.Equal(s.Set, first.Set) || s.Need != first.Need || !bytes.Equal(s.Sealed, first.Sealed):
			return nil, fmt.Errorf("seal: share %d is of another split than share %d", s.Number, first.Number)
		case numbers[s.Number]:
			return nil, fmt.Errorf("seal: share %d was given twice", s.Number)
		}
		numbers[s.Number] = true
		value := curve.NewScalar()
		if err := value.UnmarshalBinary(s.Value); err != nil {
			return nil, fmt.Errorf("seal: share %d is damaged: %w", s.Number, err)
		}
		parts = append(parts, secretsharing.Share{ID: curve.NewScalar().SetUint64(uint64(s.Number)), Value: value})
	}
	if len(parts) < first.Need {
		return nil, fmt.Errorf("seal: %d shares are needed and %d were given", first.Need, len(parts))
	}
	secret, err := secretsharing.Recover(uint(first.Need-1), parts)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	aead, err := shareCipher(secret, first.Set)
	if err != nil {
		return nil, err
	}
	if len(first.Sealed) < aead.NonceSize() {
		return nil, errors.New("seal: the shares are damaged")
	}
	text, err := aead.Open(nil, first.Sealed[:aead.NonceSize()], first.Sealed[aead.NonceSize():], first.Set)
	if err != nil {
		return nil, errors.New("seal: the shares do not fit together: one of them was changed")
	}
	return text, nil
}

func shareCipher(secret group.Scalar, set []byte) (cipher.AEAD, error) {
	number, err := secret.MarshalBinary()
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, number, set, shareFormat, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// ReadShare reads a share from its file's text.
func ReadShare(text []byte) (s Share, err error) {
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("seal: not a share of a key file: %w", err)
	}
	return s, nil
}
