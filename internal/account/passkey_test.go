package account_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/passkey"
	"nuanxin/internal/account/session"
	"nuanxin/internal/account/warden"
	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
)

// keyed gives login a passkey, as its first second factor, and returns it with who asks.
func (w world) keyed(login string) (context.Context, *device, []string) {
	w.t.Helper()
	ctx, token := w.enter(login)
	d := newDevice(w.t)
	codes := w.addKey(ctx, token, d)
	return ctx, d, codes
}

func (w world) addKey(ctx context.Context, token string, d *device) []string {
	w.t.Helper()
	offer, err := w.StartPasskey(ctx, token)
	w.must(err)
	codes, err := w.AddPasskey(ctx, token, "办公室电脑", d.make(offer))
	w.must(err)
	return codes
}

// byKey signs in by a passkey alone.
func (w world) byKey(answer func(offer string) string) (account.Signed, error) {
	w.t.Helper()
	o, err := w.OfferPasskey(w.t.Context())
	w.must(err)
	return w.EnterPasskey(w.t.Context(), o.Secret, answer(o.Options))
}

func TestPasskeySignsIn(t *testing.T) {
	proves.That(t, "webauthn", "mfa-staff")
	each(t, func(t *testing.T, w world) {
		me := w.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
		other, _ := w.enter("liuting")
		ctx, d, codes := w.keyed("liuting")
		if len(codes) != 10 {
			t.Fatalf("the first second factor brought %d recovery codes, want 10", len(codes))
		}
		_ = other
		in, err := w.byKey(d.show)
		w.must(err)
		if in.Person != me || in.Half {
			t.Fatalf("got %+v, want a whole sign-in of %s", in, me)
		}
		v, err := w.Enter(t.Context(), in.Token)
		w.must(err)
		if v.Session.Way != session.ByPasskey || !v.Proven || !v.Factor || !v.Passkey {
			t.Errorf("got %+v, want a session by passkey that proves both factors", v)
		}
		keys, err := w.Passkeys(ctx)
		w.must(err)
		if len(keys) != 1 || keys[0].Name != "办公室电脑" || keys[0].UsedAt.IsZero() || keys[0].Away {
			t.Errorf("got %+v", keys)
		}
		second := newDevice(t)
		offer, err := w.StartPasskey(ctx, in.Token)
		w.must(err)
		o := second.read(offer).PublicKey
		if len(o.Exclude) != 1 || o.Exclude[0].ID != b64(d.id) || o.Attestation != "none" {
			t.Errorf("the offer excludes %v and asks for attestation %q", o.Exclude, o.Attestation)
		}
		more, err := w.AddPasskey(ctx, in.Token, "", second.make(offer))
		w.must(err)
		if len(more) != 0 {
			t.Errorf("a second passkey brought new recovery codes")
		}
		if _, err := w.byKey(second.show); err != nil {
			t.Errorf("the second passkey: %v", err)
		}
	})
}

// With a passkey the password alone is half a sign-in.
func TestPasskeyAfterThePassword(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.staff("liuting", "990101")
		w.staff("zhoumin", "990101")
		_, d, codes := w.keyed("liuting")
		_, foreign, _ := w.keyed("zhoumin")
		half := w.half("liuting")
		has, err := w.Waiting(t.Context(), half)
		if err != nil || has != (account.Armed{Passkey: true}) {
			t.Fatalf("got %+v, %v, want a passkey to come", has, err)
		}
		o, err := w.OfferSecond(t.Context(), half)
		w.must(err)
		if allow := d.read(o.Options).PublicKey.Allow; len(allow) != 1 || allow[0].ID != b64(d.id) {
			t.Errorf("the offer allows %v", allow)
		}
		if _, err := w.EnterSecond(t.Context(), half, foreign.show(o.Options)); code(err) != "invalid" {
			t.Errorf("another person's passkey: %v, want invalid", err)
		}
		if _, err := w.EnterSecond(t.Context(), half, d.show(o.Options)); code(err) != "invalid" {
			t.Errorf("a challenge that was used up: %v, want invalid", err)
		}
		o, err = w.OfferSecond(t.Context(), half)
		w.must(err)
		in, err := w.EnterSecond(t.Context(), half, d.show(o.Options))
		w.must(err)
		v, err := w.Enter(t.Context(), in.Token)
		if err != nil || v.Session.Way != session.ByPassword {
			t.Errorf("got %+v, %v", v, err)
		}
		if _, err := w.EnterCode(t.Context(), w.half("liuting"), codes[3]); err != nil {
			t.Errorf("a recovery code without an authenticator: %v", err)
		}
		if _, err := w.EnterCode(t.Context(), w.half("liuting"), codes[3]); code(err) != "invalid" {
			t.Errorf("the same once more: %v, want invalid", err)
		}
	})
}

func TestPasskeyAttacks(t *testing.T) {
	proves.That(t, "webauthn")
	each(t, func(t *testing.T, w world) {
		w.limit("begin_address_hour", 1000)
		me := w.staff("liuting", "990101")
		w.staff("zhoumin", "990101")
		ctx, d, _ := w.keyed("liuting")
		_, foreign, _ := w.keyed("zhoumin")
		refused := func(about string, answer func(string) string) {
			t.Helper()
			if _, err := w.byKey(answer); code(err) != "invalid" {
				t.Errorf("%s: %v, want invalid", about, err)
			}
		}
		changed := func(change func(d *device)) func(string) string {
			return func(offer string) string {
				x := *d
				change(&x)
				x.counter = d.counter + 1
				return x.sign(offer)
			}
		}
		refused("a foreign origin", changed(func(x *device) { x.origin = "https://nuanxin.example.net" }))
		refused("another site's key", changed(func(x *device) { x.party = "example.net" }))
		refused("nobody verified", changed(func(x *device) { x.flags = 1 }))
		refused("another's key under this person", changed(func(x *device) { x.key, x.id = foreign.key, foreign.id }))
		refused("this key under another person", changed(func(x *device) { x.handle = foreign.handle }))
		refused("no answer", func(string) string { return "{}" })
		refused("nonsense", func(string) string { return "\x00" })
		// A challenge is good once, in its own browser, for its own purpose, for a while.
		a, err := w.OfferPasskey(t.Context())
		w.must(err)
		b, err := w.OfferPasskey(t.Context())
		w.must(err)
		answer := d.show(a.Options)
		if _, err := w.EnterPasskey(t.Context(), b.Secret, answer); code(err) != "invalid" {
			t.Errorf("in another browser: %v", err)
		}
		if _, err := w.EnterPasskey(t.Context(), a.Secret, answer); err != nil {
			t.Errorf("in its own: %v", err)
		}
		if _, err := w.EnterPasskey(t.Context(), a.Secret, answer); code(err) != "invalid" {
			t.Errorf("again: %v", err)
		}
		late, err := w.OfferPasskey(t.Context())
		w.must(err)
		w.clock.Move(5 * time.Minute)
		if _, err := w.EnterPasskey(t.Context(), late.Secret, d.show(late.Options)); code(err) != "invalid" {
			t.Errorf("too late: %v", err)
		}
		// A copy of the key counts from where it was copied.
		refused("a counter that went back", func(offer string) string { d.counter -= 2; return d.sign(offer) })
		d.counter += 2
		keys, err := w.Passkeys(ctx)
		w.must(err)
		if len(keys) != 1 || keys[0].ClonedAt.IsZero() {
			t.Errorf("the owner does not read of the copy: %+v", keys)
		}
		w.staff("guard", "990101", account.Grant{Role: authz.Security, Area: "990101"})
		guard, _ := w.enter("guard")
		seen, err := warden.NewService(w.desk).WatchOne(guard, me)
		w.must(err)
		if last := seen.Tries[0]; last.Action != account.EnterPasskey || !strings.Contains(last.Note, string(passkey.Cloned)) {
			t.Errorf("the trail says %+v", last)
		}
		if _, err := w.byKey(d.show); err != nil {
			t.Errorf("the true one afterwards: %v", err)
		}
		w.must(w.RemovePasskey(ctx, b64(d.id)))
		refused("a removed passkey", d.show)
	})
}

func TestPasskeyRaces(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.staff("liuting", "990101")
		_, d, _ := w.keyed("liuting")
		o, err := w.OfferPasskey(t.Context())
		w.must(err)
		answer := d.show(o.Options)
		var mu sync.Mutex
		var wg sync.WaitGroup
		in := 0
		for range 12 {
			wg.Go(func() {
				if _, err := w.EnterPasskey(t.Context(), o.Secret, answer); err == nil {
					mu.Lock()
					in++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if in != 1 {
			t.Errorf("one answer signed in %d times, want once", in)
		}
	})
}

// Adding and removing asks again; a device belongs to one person; leavers have none.
func TestPasskeyRights(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.staff("admin", "9901", account.Grant{Role: authz.Admin, Area: "9901"})
		liuting := w.staff("liuting", "990101")
		w.staff("zhoumin", "990101")
		ctx, d, _ := w.keyed("liuting")
		zhou, token := w.enter("zhoumin")
		offer, err := w.StartPasskey(zhou, token)
		w.must(err)
		x := *d
		if _, err := w.AddPasskey(zhou, token, "", x.make(offer)); code(err) != "invalid" {
			t.Errorf("another's device: %v, want invalid", err)
		}
		if err := w.RemovePasskey(zhou, b64(d.id)); code(err) != "missing" {
			t.Errorf("another's passkey removed: %v, want missing", err)
		}
		worker := w.worker("13812340001")
		s, err := w.Resolve(t.Context(), worker.Token)
		w.must(err)
		if _, err := w.StartPasskey(authz.With(t.Context(), s), worker.Token); !fault.Is(err, fault.Missing) {
			t.Errorf("a worker's: %v, want missing", err)
		}
		w.clock.Move(16 * time.Minute)
		if _, err := w.StartPasskey(ctx, "any"); code(err) != "unproven" {
			t.Errorf("long after the proof: %v, want unproven", err)
		}
		if err := w.RemovePasskey(ctx, b64(d.id)); code(err) != "unproven" {
			t.Errorf("removed long after the proof: %v, want unproven", err)
		}
		admin, _ := w.enter("admin")
		w.must(w.ResetFactor(admin, liuting))
		if _, err := w.byKey(d.show); code(err) != "invalid" {
			t.Errorf("after a reset: %v, want invalid", err)
		}
		in, err := w.SignInStaff(t.Context(), "liuting", password)
		if err != nil || in.Half || !in.FactorLost {
			t.Errorf("the password after a reset: %+v, %v", in, err)
		}
		_, d, _ = w.keyed("liuting")
		w.must(w.EndStay(admin, liuting))
		if _, err := w.byKey(d.show); code(err) != "invalid" {
			t.Errorf("after the end of a stay: %v, want invalid", err)
		}
	})
}

// A proof by passkey is as good as one by password and code.
func TestPasskeyProves(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.staff("liuting", "990101")
		_, d, codes := w.keyed("liuting")
		in, err := w.byKey(d.show)
		w.must(err)
		w.clock.Move(16 * time.Minute)
		s, err := w.Resolve(t.Context(), in.Token)
		w.must(err)
		ctx := authz.With(t.Context(), s)
		if err := w.Prove(ctx, password, "", in.Token); code(err) != "invalid" {
			t.Errorf("by the password alone: %v, want invalid", err)
		}
		w.must(w.Prove(ctx, password, codes[0], in.Token))
		w.clock.Move(16 * time.Minute)
		o, err := w.OfferProof(ctx, in.Token)
		w.must(err)
		w.must(w.ProvePasskey(ctx, in.Token, d.show(o.Options)))
		if err := w.ProvePasskey(ctx, in.Token, d.show(o.Options)); code(err) != "invalid" {
			t.Errorf("the same challenge again: %v, want invalid", err)
		}
		v, err := w.Enter(t.Context(), in.Token)
		if err != nil || !v.Proven {
			t.Errorf("got %+v, %v, want proven", v, err)
		}
	})
}

func TestParty(t *testing.T) {
	for origin, want := range map[string]bool{
		"https://nuanxin.example.org": true, "https://nuanxin.example.org:8443": true, "http://localhost:8080": true,
		"": false, "http://nuanxin.example.org": false, "https://10.1.2.3": false, "https://[fd00::1]": false,
	} {
		p, err := passkey.NewParty(origin)
		if err != nil || (p != nil) != want {
			t.Errorf("%q: got %v, %v, want one: %v", origin, p != nil, err, want)
		}
	}
}

// Whoever has passkeys alone reads how many recovery codes are left and makes new ones;
// of two at once ten hold; without a second factor, and to workers, there are none.
func TestCodesOfWhoHasPasskeysAlone(t *testing.T) {
	proves.That(t, "auth-recovery")
	each(t, func(t *testing.T, w world) {
		w.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
		ctx, token := w.enter("liuting")
		if _, err := w.RenewCodes(ctx); code(err) != "conflict" {
			t.Errorf("without a second factor: %v, want conflict", err)
		}
		d := newDevice(t)
		offer, err := w.StartPasskey(ctx, token)
		w.must(err)
		old, err := w.AddPasskey(ctx, token, "", d.make(offer))
		w.must(err)
		made := w.clock.Now()
		w.clock.Move(time.Minute)
		state, err := w.Factor(ctx)
		if err != nil || state.On || state.Left != 10 || !state.Made.Equal(made) {
			t.Errorf("after the passkey: %+v, %v", state, err)
		}
		var all sync.WaitGroup
		got := make([][]string, 2)
		for i := range got {
			all.Go(func() { got[i], _ = w.RenewCodes(ctx) })
		}
		all.Wait()
		if state, err = w.Factor(ctx); err != nil || state.Left != 10 || !state.Made.Equal(w.clock.Now()) {
			t.Errorf("after two at once: %+v, %v, want ten of the later", state, err)
		}
		half := w.half("liuting")
		if _, err := w.EnterCode(t.Context(), half, old[0]); code(err) != "invalid" {
			t.Errorf("an old one: %v, want invalid", err)
		}
		held := 0
		for _, codes := range got {
			if len(codes) != 10 {
				t.Fatalf("%d codes", len(codes))
			}
			if _, err := w.EnterCode(t.Context(), half, codes[0]); err == nil {
				held++
			}
		}
		if held != 1 {
			t.Errorf("%d of the two at once hold, want 1", held)
		}
		worker := w.worker("13812340009")
		s, err := w.Resolve(t.Context(), worker.Token)
		w.must(err)
		if _, err := w.RenewCodes(authz.With(t.Context(), s)); code(err) != "missing" && code(err) != "denied" && code(err) != "unproven" {
			t.Errorf("a worker: %v", err)
		}
	})
}
