package card_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/member"
	"nuanxin/internal/member/card"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// start is the beginning of a step of both kinds of codes.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const county, sibling = "990101", "990102"

// around is the rest of the house: one union for each county, a phone for each person.
type around struct{}

func (around) UnionFor(_ context.Context, _ *op.Tx, area string) (member.Union, error) {
	return member.Union{ID: id.Of[string](area[:6]), Name: "工会" + area[:6], Area: area[:6]}, nil
}

func (around) Contact(_ context.Context, _ *op.Tx, person string) (name, phone string, err error) {
	return "", "1390000" + person[len(person)-4:], nil
}

type world struct {
	*card.Service
	members *member.Service
	db      *db.DB
	desk    *op.Desk
	clock   *clock.Fake
	ring    *seal.Ring
	keys    string // the ring's file
	t       *testing.T
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, consent.Schema, job.Schema, member.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		w := &world{db: d, clock: at, t: t, keys: filepath.Join(t.TempDir(), "keys"), desk: op.New(d, member.Policy)}
		w.ring = openRing(t, w.keys)
		w.members = member.NewService(w.desk, member.Config{Ring: w.ring, Orgs: around{}, People: around{}})
		w.Service = card.New(w.desk, w.members, w.ring)
		f(t, w)
	})
}

func openRing(t *testing.T, path string) *seal.Ring {
	t.Helper()
	ring, err := seal.Open(path, seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func staff(role authz.Role, area, org string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "王静", Grants: []authz.Grant{{Role: role, Area: area, Org: org}}})
}

var (
	cadre = staff(authz.Cadre, county, "")
	host  = staff(authz.Host, county, "host")
	other = staff(authz.Host, sibling, "other")
)

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// join makes a member, and returns the worker's context.
func (w *world) join(name string) context.Context {
	w.t.Helper()
	me := authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Worker})
	r, err := w.members.Apply(me, member.Application{Name: name, Occupation: member.Rider, Area: county, Consents: []member.Consent{{Purpose: "membership", Version: 1}}})
	w.must(err)
	w.must(w.members.Approve(cadre, r.ID, 1))
	return me
}

func (w *world) mine(me context.Context) card.Card {
	w.t.Helper()
	c, err := w.Mine(me)
	w.must(err)
	return c
}

// check looks at a code and returns why it does not count.
func (w *world) check(at context.Context, shown card.Shown) card.Why {
	w.t.Helper()
	seen, err := w.Check(at, shown)
	w.must(err)
	if got := (card.Seen{Why: seen.Why}); seen.Why != "" && seen != got {
		w.t.Errorf("a code that does not count told %+v", seen)
	}
	return seen.Why
}

// rows are the audit rows of an action, by who and note.
func (w *world) rows(act authz.Action) (all []string) {
	w.t.Helper()
	w.must(w.db.View(w.t.Context(), func(tx *db.Tx) error {
		return tx.Each(w.t.Context(), `select subject, purpose, note from member_audit where action = $1 order by at, seq`, []any{string(act)}, func(r db.Row) error {
			var who, why, note string
			err := r.Scan(&who, &why, &note)
			all = append(all, who+" "+why+" "+note)
			return err
		})
	}))
	return all
}

func TestWhatAHostLearns(t *testing.T) {
	proves.That(t, "authz-field-matrix")
	each(t, func(t *testing.T, w *world) {
		me := w.join("阿不都·热合曼")
		c := w.mine(me)
		seen, err := w.Check(host, card.Shown{Text: "https://nuanxin.example/host/code#" + c.Online.Text})
		w.must(err)
		want := card.Seen{Name: "阿**·**曼", Number: "99010126000001", Union: "工会990101", Occupation: member.Rider}
		if seen != want {
			t.Errorf("got %+v, want %+v", seen, want)
		}
		who := authz.From(host).ID
		if got := w.rows(member.Check); len(got) != 1 || !strings.HasPrefix(got[0], who+" 核对会员码 ") || strings.Contains(got[0], "热合曼") {
			t.Errorf("got the audit rows %q, want one with the host and the purpose", got)
		}
		own, err := w.members.Mine(me)
		w.must(err)
		looks, _, err := op.Looks(me, w.desk, member.See, []authz.Object{own.AuthzObject()}, "", 10)
		if err != nil || len(looks) != 1 || looks[0].Subject != who || looks[0].Action != member.Check {
			t.Errorf("among who looked: got %+v, %v; want the host", looks, err)
		}
		w.clock.Set(start.Add(3 * time.Minute))
		seen, err = w.Check(cadre, card.Shown{Number: "9901 0126 000001", Digits: c.Offline.Digits[:4] + " " + c.Offline.Digits[4:]})
		if want.Offline, want.Age = true, 3*time.Minute; err != nil || seen != want {
			t.Errorf("by the digits without network: got %+v, %v; want %+v", seen, err, want)
		}
	})
}

func TestACodeRunsOut(t *testing.T) {
	proves.That(t, "signed-token")
	each(t, func(t *testing.T, w *world) {
		me := w.join("陈立冬")
		for _, test := range []struct {
			about string
			after time.Duration
			want  [2]card.Why // of the code with a network, and of the one without
		}{
			{"at once", 0, [2]card.Why{"", ""}},
			{"just before the half minute", 30*time.Second - 1, [2]card.Why{"", ""}},
			{"at the half minute", 30 * time.Second, [2]card.Why{card.Expired, ""}},
			{"just before ten minutes", 10*time.Minute - 1, [2]card.Why{card.Expired, ""}},
			{"at ten minutes", 10 * time.Minute, [2]card.Why{card.Expired, card.Expired}},
			{"on a clock that is five seconds behind", -5 * time.Second, [2]card.Why{"", ""}},
			{"on a clock that is further behind", -5*time.Second - 1, [2]card.Why{card.Early, card.Early}},
		} {
			w.clock.Set(start)
			c := w.mine(me)
			w.clock.Set(start.Add(test.after))
			for i, f := range []card.Face{c.Online, c.Offline} {
				if got := w.check(host, card.Shown{Text: f.Text}); got != test.want[i] {
					t.Errorf("%s: got %q of code %d, want %q", test.about, got, i, test.want[i])
				}
				if test.want[i] == card.Early {
					continue // digits of a time to come are not looked for
				}
				want := test.want[i]
				if i == 0 && test.after > time.Minute {
					want = card.Wrong // nobody types for so long: no longer looked for
				}
				if got := w.check(host, card.Shown{Number: c.Number, Digits: f.Digits}); got != want {
					t.Errorf("%s: got %q of digits %d, want %q", test.about, got, i, want)
				}
			}
		}
		w.clock.Set(start.Add(19 * time.Second))
		c := w.mine(me)
		if c.Online.Age != 9*time.Second || c.Offline.Age != 19*time.Second {
			t.Errorf("got the ages %v and %v, want those of their steps", c.Online.Age, c.Offline.Age)
		}
	})
}

func TestACodeCountsOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.join("陈立冬")
		c := w.mine(me)
		for _, test := range []struct {
			about string
			at    context.Context
			shown card.Shown
			want  card.Why
		}{
			{"the first", host, card.Shown{Text: c.Online.Text}, ""},
			{"the same host again", host, card.Shown{Text: c.Online.Text}, ""},
			{"another host", other, card.Shown{Text: c.Online.Text}, card.Used},
			{"another host by the digits of the same code", other, card.Shown{Number: c.Number, Digits: c.Online.Digits}, card.Used},
			{"another host by the other code", other, card.Shown{Text: c.Offline.Text}, ""},
		} {
			if got := w.check(test.at, test.shown); got != test.want {
				t.Errorf("%s: got %q, want %q", test.about, got, test.want)
			}
		}
		if got := w.rows(member.Miss); len(got) != 2 || !strings.Contains(got[0], `"why":"used"`) {
			t.Errorf("got the rows %q, want the two that were used", got)
		}
		w.clock.Set(start.Add(10 * time.Second))
		if got := w.check(other, card.Shown{Text: w.mine(me).Online.Text}); got != "" {
			t.Errorf("the next code: got %q, want it to count", got)
		}
		w.clock.Set(start.Add(time.Hour))
		w.check(other, card.Shown{Text: w.mine(me).Online.Text})
		var n int
		w.must(w.db.View(t.Context(), func(tx *db.Tx) error { return tx.One(t.Context(), `select count(*) from member_code`, nil, &n) }))
		if n != 1 {
			t.Errorf("got %d rows of used codes, want those of the hour before gone", n)
		}
	})
}

// Many hosts at once look at one code: one of them sees a member.
func TestManyAtOnce(t *testing.T) {
	proves.That(t, "one-winner")
	each(t, func(t *testing.T, w *world) {
		c := w.mine(w.join("陈立冬"))
		var wait sync.WaitGroup
		got := make([]card.Seen, 16)
		errs := make([]error, len(got))
		for i := range got {
			at := staff(authz.Host, county, id.New[string]())
			wait.Go(func() { got[i], errs[i] = w.Check(at, card.Shown{Text: c.Online.Text}) })
		}
		wait.Wait()
		w.must(errors.Join(errs...))
		good := 0
		for _, seen := range got {
			if seen.Why == "" {
				good++
			} else if seen.Why != card.Used {
				t.Errorf("got %q, want it used", seen.Why)
			}
		}
		if good != 1 {
			t.Errorf("got %d hosts who saw a member, want one", good)
		}
	})
}

func TestForged(t *testing.T) {
	proves.That(t, "signed-token")
	each(t, func(t *testing.T, w *world) {
		me := w.join("陈立冬")
		c := w.mine(me)
		own, err := w.members.Mine(me)
		w.must(err)
		raw, err := base64.RawURLEncoding.DecodeString(c.Online.Text)
		w.must(err)
		for i := range raw {
			bent := append([]byte{}, raw...)
			bent[i] ^= 1
			if got := w.check(host, card.Shown{Text: base64.RawURLEncoding.EncodeToString(bent)}); got != card.Wrong {
				t.Fatalf("with a bit of byte %d turned: got %q, want it wrong", i, got)
			}
		}
		foreign := card.New(w.desk, w.members, openRing(t, filepath.Join(t.TempDir(), "other")))
		theirs, err := foreign.Mine(me)
		w.must(err)
		_, key, err := ed25519.GenerateKey(nil)
		w.must(err)
		made := append([]byte{1, 1}, binary.BigEndian.AppendUint32(nil, uint32(start.Unix()))...)
		id16, err := hex.DecodeString(strings.ReplaceAll(string(own.ID), "-", ""))
		w.must(err)
		made = append(made, id16...)
		made = append(made, ed25519.Sign(key, made)...)
		for about, shown := range map[string]card.Shown{
			"another installation's": {Text: theirs.Online.Text}, "its digits": {Number: c.Number, Digits: theirs.Online.Digits},
			"signed by another key": {Text: base64.RawURLEncoding.EncodeToString(made)},
			"padded":                {Text: c.Online.Text + "="}, "cut": {Text: c.Online.Text[:50]}, "the standard alphabet": {Text: strings.NewReplacer("-", "+", "_", "/").Replace(c.Online.Text) + "+"},
			"nothing after the sign": {Text: "https://x/#"}, "a long text": {Text: strings.Repeat("A", 5000)}, "a poster's": {Text: "https://nuanxin.example/s/1234"},
			"no digits": {Number: c.Number}, "no number": {Digits: c.Online.Digits}, "nothing": {}, "a number of nobody": {Number: "99010126999999", Digits: c.Online.Digits},
			"digits that are too many": {Number: c.Number, Digits: c.Online.Digits + "0"}, "SQL": {Number: "' or 1=1 --", Digits: "' or 1=1 --"},
		} {
			if got := w.check(host, shown); got != card.Wrong {
				t.Errorf("%s: got %q, want it wrong", about, got)
			}
		}
		for _, row := range w.rows(member.Miss) {
			if !strings.Contains(row, `"why":"wrong"`) {
				t.Errorf("got the row %q", row)
			}
		}
		if len(w.rows(member.Miss)) != 3 {
			t.Errorf("got %q, want a row for each wrong try at a number that is somebody's", w.rows(member.Miss))
		}
	})
}

// A new key of the ring seals what comes, and codes go on: they are signed by a
// key that is derived from what never changes.
func TestANewKeyOfTheRing(t *testing.T) {
	proves.That(t, "signed-token")
	each(t, func(t *testing.T, w *world) {
		me := w.join("陈立冬")
		before := w.mine(me)
		_, _, err := seal.File{Path: w.keys}.Add(seal.SM4GCM, start)
		w.must(err)
		again := card.New(w.desk, w.members, openRing(t, w.keys))
		if w.ring.Current() != 2 {
			t.Fatal("the ring has no new key")
		}
		seen, err := again.Check(host, card.Shown{Text: before.Online.Text})
		if err != nil || seen.Why != "" {
			t.Errorf("got %+v, %v; want the code to count", seen, err)
		}
	})
}

func TestWhoIsNoMemberAnyMore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.join("陈立冬")
		own, err := w.members.Mine(me)
		w.must(err)
		w.must(w.members.Keep(cadre, own.ID, 2, "暂时没有工作"))
		seen, err := w.Check(host, card.Shown{Text: w.mine(me).Online.Text})
		if err != nil || seen.Why != "" || !seen.Kept {
			t.Errorf("kept: got %+v, %v; want a member who is kept", seen, err)
		}
		w.clock.Set(start.Add(time.Minute))
		c := w.mine(me)
		w.must(w.members.Quit(me, own.ID))
		if got := w.check(host, card.Shown{Text: c.Offline.Text}); got != card.Over {
			t.Errorf("left: got %q, want it over", got)
		}
		if got := w.check(host, card.Shown{Number: c.Number, Digits: c.Offline.Digits}); got != card.Over {
			t.Errorf("left, by the digits: got %q, want it over", got)
		}
		if got := w.mine(me); got.Online.Text != "" || got.Offline.Digits != "" || got.State != member.Left {
			t.Errorf("got %+v, want a card without codes", got)
		}
	})
}

func TestWhoMayLook(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.join("陈立冬")
		for _, test := range []struct {
			about string
			at    context.Context
			want  bool
		}{
			{"a host", host, true},
			{"a host elsewhere", other, true},
			{"a cadre", cadre, true},
			{"a cadre of another county", staff(authz.Cadre, sibling, ""), true},
			{"a leader", staff(authz.Leader, county, ""), true},
			{"an administrator", staff(authz.Admin, county, ""), false},
			{"a partner body", staff(authz.Partner, county, "body"), false},
			{"a host of nothing", staff(authz.Host, county, ""), false},
			{"the member", me, false},
			{"nobody", context.Background(), false},
			{"a link", authz.With(context.Background(), authz.Subject{Kind: authz.Link, Only: "x", Grants: []authz.Grant{{Role: authz.Host, Org: "host"}}}), false},
		} {
			w.clock.Set(w.clock.Now().Add(10 * time.Second))
			_, err := w.Check(test.at, card.Shown{Text: w.mine(me).Online.Text})
			if test.want && err != nil || !test.want && !fault.Is(err, fault.Missing) {
				t.Errorf("%s: got %v, want %v", test.about, err, test.want)
			}
		}
		if _, err := w.Mine(cadre); !fault.Is(err, fault.Missing) {
			t.Errorf("a cadre's own card: got %v, want none", err)
		}
		if got := len(w.rows(member.Check)); got != 5 {
			t.Errorf("got %d checks in the trail, want those of the five who may", got)
		}
	})
}
