package account_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// device is a phone that makes and shows passkeys as W3C Web Authentication says.
type device struct {
	t       *testing.T
	key     *ecdsa.PrivateKey
	id      []byte
	handle  []byte
	counter uint32
	origin  string
	party   string
	flags   byte // user present 1, verified 4
}

const siteOrigin = "https://nuanxin.example.org"

func newDevice(t *testing.T) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d := &device{t: t, key: key, id: make([]byte, 16), origin: siteOrigin, party: "nuanxin.example.org", flags: 1 | 4}
	_, _ = rand.Read(d.id)
	return d
}

// options are what a page gives to the browser.
type options struct {
	PublicKey struct {
		Challenge string
		User      struct{ ID, Name string }
		Exclude   []struct{ ID string } `json:"excludeCredentials"`
		Allow     []struct{ ID string } `json:"allowCredentials"`

		Attestation      string
		UserVerification string
		RPID             string `json:"rpId"`
	}
}

func (d *device) read(text string) (o options) {
	d.t.Helper()
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		d.t.Fatal(err)
	}
	return o
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (d *device) client(kind, challenge string) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

// cborBytes is a byte string in CBOR, shorter than 64 KB.
func cborBytes(b []byte) []byte {
	return append([]byte{0x59, byte(len(b) >> 8), byte(len(b))}, b...)
}

func (d *device) data(flags byte, more ...byte) []byte {
	hash := sha256.Sum256([]byte(d.party))
	out := append(hash[:], flags)
	out = binary.BigEndian.AppendUint32(out, d.counter)
	return append(out, more...)
}

// make answers an offer to make a passkey.
func (d *device) make(offer string) string {
	d.t.Helper()
	o := d.read(offer)
	var err error
	if d.handle, err = base64.RawURLEncoding.DecodeString(o.PublicKey.User.ID); err != nil {
		d.t.Fatal(err)
	}
	x, y := d.key.X.FillBytes(make([]byte, 32)), d.key.Y.FillBytes(make([]byte, 32))
	cose := append([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21}, cborBytes(x)...)
	cose = append(append(cose, 0x22), cborBytes(y)...)
	held := append(make([]byte, 16), 0, byte(len(d.id)))
	held = append(append(held, d.id...), cose...)
	object := append([]byte{0xa3, 0x63}, "fmt"...)
	object = append(append(object, 0x64), "none"...)
	object = append(append(object, 0x67), "attStmt"...)
	object = append(append(object, 0xa0, 0x68), "authData"...)
	object = append(object, cborBytes(d.data(d.flags|0x40, held...))...)
	return d.answer(map[string]any{"clientDataJSON": b64(d.client("webauthn.create", o.PublicKey.Challenge)), "attestationObject": b64(object), "transports": []string{"internal"}})
}

// show answers an offer to show a passkey, and counts.
func (d *device) show(offer string) string {
	d.t.Helper()
	d.counter++
	return d.sign(offer)
}

func (d *device) sign(offer string) string {
	d.t.Helper()
	client, data := d.client("webauthn.get", d.read(offer).PublicKey.Challenge), d.data(d.flags)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return d.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(sig), "userHandle": b64(d.handle)})
}

func (d *device) answer(response map[string]any) string {
	b, err := json.Marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": response})
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}
