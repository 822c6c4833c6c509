package app

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/app/keys"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/request"
	"nuanxin/internal/seal"
)

// Sealing anew is cut off half-way and begun again while people go on writing:
// nothing is lost, and in the end everything is under the new key.
func TestResealAmongWrites(t *testing.T) {
	proves.That(t, "crypto-agility")
	w := newWorld(t)
	v := w.app.Vault()
	if _, _, err := v.Rotate(t.Context(), seal.SM4GCM); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	wrote := make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				wrote <- n
				return
			default:
			}
			r, err := w.app.Requests.Capture(t.Context(), request.Draft{Words: "充电桩又坏了", Place: request.Place{Area: "220402"}, Anonymous: true})
			if err == nil {
				_, err = w.app.Requests.Add(t.Context(), request.Ref{Number: r.Number, Secret: w.app.Requests.Secret(r.ID)}, request.Say{Words: "还没人来"})
			}
			if err != nil {
				t.Error(err)
			}
			n++
		}
	}()
	ctx, cut := context.WithCancel(t.Context())
	if _, _, err := v.Reseal(ctx, func(int64, int64) { cut() }); !errors.Is(err, context.Canceled) {
		t.Errorf("cut off: %v", err)
	}
	if _, _, err := v.Reseal(t.Context(), func(int64, int64) {}); err != nil {
		t.Error(err)
	}
	close(stop)
	if n := <-wrote; n == 0 {
		t.Error("nobody wrote meanwhile")
	}
	count, err := v.Census(t.Context())
	if err != nil || count.Of(1) != 0 || count.Of(2) == 0 {
		t.Errorf("sealed by the old key: %v, %v", count[1], err)
	}
	proof, err := v.Verify(t.Context())
	if err != nil || len(proof.Wrong) > 0 || proof.Values != count.Of(2)+count.Of(keys.Data) {
		t.Errorf("proof: %+v, %v; counted %d and %d", proof, err, count.Of(2), count.Of(keys.Data))
	}
	w.clock.Move(time.Second) // copies of the file are named by the time
	if gone, _, err := v.Retire(t.Context()); err != nil || len(gone) != 1 || gone[0] != 1 {
		t.Errorf("retired %v, %v", gone, err)
	}
	if report, err := w.app.Check(t.Context()); err != nil || !report.OK {
		t.Errorf("check: %+v, %v", report, err)
	}
}

// A value of before values were bound to a version is bound to one when all is sealed
// anew, under the same key too.
func TestResealBindsAVersion(t *testing.T) {
	w := newWorld(t)
	v := w.app.Vault()
	var file struct {
		Keys []struct{ Key []byte }
	}
	if text, err := os.ReadFile(v.Ring.File().Path); err != nil || json.Unmarshal(text, &file) != nil {
		t.Fatal(err)
	}
	block := must[cipher.Block](t)(aes.NewCipher(file.Keys[0].Key))
	aead := must[cipher.AEAD](t)(cipher.NewGCM(block))
	nonce := make([]byte, aead.NonceSize())
	old := aead.Seal(append([]byte{1, 0, 0, 0, 1}, nonce...), nonce, []byte("请去看看"), seal.Place("request_dispatch", "task", string(w.dispatch)))
	words := func(t *testing.T, change []byte) (now []byte) {
		must[bool](t)(true, v.DB.Update(t.Context(), func(tx *db.Tx) error {
			if change != nil {
				if _, err := tx.Exec(t.Context(), `update request_dispatch set task = $2 where dispatch_id = $1`, string(w.dispatch), change); err != nil {
					return err
				}
			}
			return tx.One(t.Context(), `select task from request_dispatch where dispatch_id = $1`, []any{string(w.dispatch)}, &now)
		}))
		return now
	}
	if seal.Versioned(words(t, old)) {
		t.Fatal("the old value is not an old one")
	}
	if n, _, err := v.Reseal(t.Context(), func(int64, int64) {}); err != nil || n != 1 {
		t.Errorf("sealed anew %d, %v", n, err)
	}
	plain, err := v.Ring.Open(words(t, nil), seal.Place("request_dispatch", "task", string(w.dispatch)))
	if !seal.Versioned(words(t, nil)) || string(plain) != "请去看看" {
		t.Errorf("it reads %q, %v", plain, err)
	}
}

// A value that was moved to another row, or changed, is named by its place, and
// sealing anew stops there instead of losing it.
func TestVerifyNamesWhatDoesNotOpen(t *testing.T) {
	w := newWorld(t)
	v := w.app.Vault()
	err := v.DB.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `update request set words = (select words from request where request_id = $1) where request_id = $2`, string(w.other.ID), string(w.request.ID))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	proof, err := v.Verify(t.Context())
	if err != nil || len(proof.Wrong) != 1 || !strings.Contains(proof.Wrong[0], "request.words of "+string(w.request.ID)) {
		t.Errorf("proof: %+v, %v", proof, err)
	}
	err = v.DB.Update(t.Context(), func(tx *db.Tx) error { // and one that the ring sealed
		elsewhere, err := v.Ring.Seal([]byte("x"), seal.Place("request", "words", string(w.other.ID)))
		if err == nil {
			_, err = tx.Exec(t.Context(), `update request set words = $2 where request_id = $1`, string(w.request.ID), elsewhere)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := v.Rotate(t.Context(), seal.AES256GCM); err != nil {
		t.Fatal(err)
	}
	if _, _, err := v.Reseal(t.Context(), func(int64, int64) {}); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("sealed anew: %v", err)
	}
	if _, _, err := v.Retire(t.Context(), 1); err == nil {
		t.Error("the key of a value that does not open was retired")
	}
}
