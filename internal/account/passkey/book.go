package passkey

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"nuanxin/internal/account/begun"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Most is how many passkeys one has.
const Most = 10

// Book is where passkeys are kept.
type Book struct {
	Ring  *seal.Ring
	Party *Party
}

// place is what the public key of a credential is sealed to.
func place(person, key string) []byte {
	return seal.Place("person_passkey", "public_key", person+"/"+key)
}

// On reports whether passkeys can be used here.
func (b Book) On() bool { return b.Party != nil }

var errOff = fault.New("account.passkey", fault.Conflict, "account.passkey.off")

// Of returns the passkeys of person, the oldest first.
func (b Book) Of(ctx context.Context, tx *op.Tx, person string) (all []Key, err error) {
	if !id.Valid(person) {
		return nil, nil
	}
	err = tx.Each(ctx, `
		select credential, public_key, counter, flags, transports, name, made_at, used_at, cloned_at
		from person_passkey where person_id = $1 order by made_at, credential`, []any{person}, func(r db.Row) error {
		var k Key
		var counter, flags int64
		var ways string
		var sealed []byte
		err := r.Scan(&k.ID, &sealed, &counter, &flags, &ways, &k.Name, db.Time(&k.MadeAt), db.Time(&k.UsedAt), db.Time(&k.ClonedAt))
		if err != nil {
			return err
		}
		k.credential.Transport = parseTransports(ways)
		k.Away = away(k.credential.Transport)
		k.credential.Flags = webauthn.NewCredentialFlags(protocol.AuthenticatorFlags(flags & 0xff))
		k.credential.Authenticator.SignCount = uint32(counter) //nolint:gosec // it came as 32 bits
		if k.credential.PublicKey, err = b.Ring.Open(sealed, place(person, k.ID)); err != nil {
			return err
		}
		k.credential.ID, err = base64.RawURLEncoding.DecodeString(k.ID)
		all = append(all, k)
		return err
	})
	return all, err
}

// Any reports whether person has a passkey.
func (b Book) Any(ctx context.Context, tx *op.Tx, person string) (bool, error) {
	var n int
	err := tx.One(ctx, `select count(*) from person_passkey where person_id = $1`, []any{person}, &n)
	return n > 0, err
}

// OfferNew returns what the browser with secret needs to make a passkey, in JSON.
func (b Book) OfferNew(ctx context.Context, tx *op.Tx, o Owner, secret string, life time.Duration) (string, error) {
	if !b.On() {
		return "", errOff
	}
	var err error
	if o.Keys, err = b.Of(ctx, tx, o.ID); err != nil {
		return "", err
	}
	if len(o.Keys) >= Most {
		return "", fault.New("account.passkey", fault.Conflict, "account.passkey.most")
	}
	var have []protocol.CredentialDescriptor
	for _, k := range o.Keys {
		have = append(have, k.credential.Descriptor())
	}
	options, data, err := b.Party.rp.BeginRegistration(o, webauthn.WithExclusions(have))
	if err != nil {
		return "", fmt.Errorf("account.passkey: %w", err)
	}
	return b.offer(ctx, tx, Add, secret, options, data, life)
}

// Offer returns what the browser with secret needs to show a passkey, in JSON: any of
// this site that a device knows, or with a person one of theirs.
func (b Book) Offer(ctx context.Context, tx *op.Tx, purpose, person, secret string, life time.Duration) (string, error) {
	if !b.On() {
		return "", errOff
	}
	if person == "" {
		options, data, err := b.Party.rp.BeginDiscoverableLogin()
		if err != nil {
			return "", fmt.Errorf("account.passkey: %w", err)
		}
		return b.offer(ctx, tx, purpose, secret, options, data, life)
	}
	keys, err := b.Of(ctx, tx, person)
	if err == nil && len(keys) == 0 {
		err = fault.New("account.passkey", fault.Conflict, "account.passkey.none")
	}
	if err != nil {
		return "", err
	}
	options, data, err := b.Party.rp.BeginLogin(Owner{ID: person, Keys: keys})
	if err != nil {
		return "", fmt.Errorf("account.passkey: %w", err)
	}
	return b.offer(ctx, tx, purpose, secret, options, data, life)
}

func (b Book) offer(ctx context.Context, tx *op.Tx, purpose, secret string, options any, data *webauthn.SessionData, life time.Duration) (string, error) {
	kept, err := json.Marshal(data)
	if err != nil {
		return "", err
	}
	sent, err := json.Marshal(options)
	if err != nil {
		return "", err
	}
	return string(sent), begun.Put(ctx, tx, purpose, secret, string(kept), life)
}

func (b Book) begun(ctx context.Context, tx *op.Tx, purpose, secret string) (data webauthn.SessionData, ok bool, err error) {
	if !b.On() {
		return data, false, nil
	}
	kept, ok, err := begun.Take(ctx, tx, purpose, secret)
	if err == nil && ok {
		err = json.Unmarshal([]byte(kept), &data)
	}
	return data, ok, err
}

// Keep keeps the passkey that the browser with secret made. false: the answer does not
// hold, came too late, or the passkey is somebody's already.
func (b Book) Keep(ctx context.Context, tx *op.Tx, o Owner, secret, name, answer string) (bool, error) {
	data, ok, err := b.begun(ctx, tx, Add, secret)
	if err != nil || !ok {
		return false, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return false, nil //nolint:nilerr // it came from outside and is wrong, not broken
	}
	c, err := b.Party.rp.CreateCredential(o, data, parsed)
	if err != nil {
		return false, nil //nolint:nilerr // likewise
	}
	key := base64.RawURLEncoding.EncodeToString(c.ID)
	n, err := tx.Exec(ctx, `insert into person_passkey_id (credential, person_id) values ($1, $2) on conflict (credential) do nothing`, key, o.ID)
	if err != nil || n == 0 {
		return false, err
	}
	sealed, err := b.Ring.Seal(c.PublicKey, place(o.ID, key))
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `
		insert into person_passkey (person_id, credential, public_key, counter, flags, transports, name, made_at, used_at, cloned_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, null, null)`,
		o.ID, key, sealed, int64(c.Authenticator.SignCount), int64(c.Flags.ProtocolValue()), transports(c.Transport), name, tx.Now().UnixMicro())
	return err == nil, err
}

// Result is what came of an answer.
type Result string

// What can come of an answer.
const (
	OK     Result = "ok"
	Wrong  Result = "wrong"
	Cloned Result = "cloned"
)

// Check uses up the challenge of the browser with secret and holds its answer against
// the passkeys of person; with "" against those of the person that the answer names.
func (b Book) Check(ctx context.Context, tx *op.Tx, purpose, person, secret, answer string) (string, Result, error) {
	data, ok, err := b.begun(ctx, tx, purpose, secret)
	if err != nil || !ok {
		return "", Wrong, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return "", Wrong, nil //nolint:nilerr // it came from outside and is wrong, not broken
	}
	if person == "" {
		person = whose(parsed.Response.UserHandle)
	}
	keys, err := b.Of(ctx, tx, person)
	if err != nil {
		return "", Wrong, err
	}
	found, err := b.verify(Owner{ID: person, Keys: keys}, purpose, data, parsed)
	if err != nil {
		return "", Wrong, nil //nolint:nilerr // likewise
	}
	return b.used(ctx, tx, person, found)
}

func (b Book) verify(o Owner, purpose string, data webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error) {
	if purpose != SignIn {
		return b.Party.rp.ValidateLogin(o, data, parsed)
	}
	_, c, err := b.Party.rp.ValidatePasskeyLogin(func(_, h []byte) (webauthn.User, error) {
		if whose(h) != o.ID || len(o.Keys) == 0 {
			return nil, errors.New("nobody of this handle")
		}
		return o, nil
	}, data, parsed)
	return c, err
}

// used notes the use of a passkey. The row is taken by its counter: of two answers at
// once with the same one, the second is refused, and a key removed meanwhile is none.
func (b Book) used(ctx context.Context, tx *op.Tx, person string, c *webauthn.Credential) (string, Result, error) {
	key := base64.RawURLEncoding.EncodeToString(c.ID)
	if c.Authenticator.CloneWarning {
		_, err := tx.Exec(ctx, `update person_passkey set cloned_at = $3 where person_id = $1 and credential = $2`, person, key, tx.Now().UnixMicro())
		return person, Cloned, err
	}
	now := int64(c.Authenticator.SignCount)
	n, err := tx.Exec(ctx, `
		update person_passkey set counter = $3, used_at = $4 where person_id = $1 and credential = $2 and (counter < $3 or $3 = 0 and counter = 0)`,
		person, key, now, tx.Now().UnixMicro())
	if err != nil || n == 0 {
		return person, Wrong, err
	}
	return person, OK, nil
}

// Remove takes a passkey of person away. false: there is none of this id.
func (b Book) Remove(ctx context.Context, tx *op.Tx, person, key string) (bool, error) {
	n, err := tx.Exec(ctx, `delete from person_passkey where person_id = $1 and credential = $2`, person, key)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, `delete from person_passkey_id where credential = $1 and person_id = $2`, key, person)
	return true, err
}

// Drop takes all passkeys of person away.
func (b Book) Drop(ctx context.Context, tx *op.Tx, person string) error {
	keys, err := b.Of(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if _, err := b.Remove(ctx, tx, person, k.ID); err != nil {
			return err
		}
	}
	return nil
}

// Named is a name that a passkey may have: what was typed, else what kind of device.
func Named(typed, device string) string {
	return cmp.Or(strings.TrimSpace(typed), device, "Passkey")
}
