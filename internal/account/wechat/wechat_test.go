package wechat_test

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/session"
	"nuanxin/internal/account/wechat"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

// weixin knows codes: each is good once.
type weixin map[string]string

func (weixin) AppID() string { return "wx1" }

func (weixin) Address(redirect, state string) string {
	return "https://open.weixin.qq.com/?" + url.Values{"redirect": {redirect}, "state": {state}}.Encode()
}

func (w weixin) OpenID(_ context.Context, code string) (string, error) {
	switch code {
	case "often":
		return "", wechat.ErrBusy
	case "down":
		return "", errors.New("down")
	}
	id, ok := w[code]
	if !ok {
		return "", wechat.ErrCode
	}
	delete(w, code)
	return id, nil
}

type phones map[string]string

func (p phones) Send(_ context.Context, m account.Message) error {
	p[m.Phone] = m.Code
	return nil
}

type world struct {
	*wechat.Service
	t        *testing.T
	db       *db.DB
	desk     *op.Desk
	accounts *account.Service
	clock    *clock.Fake
	phones   phones
	api      weixin
}

func each(t *testing.T, f func(t *testing.T, w world)) {
	t.Helper()
	clk := clock.At(start)
	dbtest.Each(t, clk, []fs.FS{op.Schema, account.Schema, wechat.Schema}, func(t *testing.T, d *db.DB) {
		clk.Set(start)
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		desk := op.New(d, authz.Merge(account.Policy, wechat.Policy, authz.Rules{"test.forget": authz.Anyone}))
		w := world{t: t, db: d, desk: desk, clock: clk, phones: phones{}, api: weixin{}}
		w.accounts = account.NewService(desk, account.Config{Ring: ring, Sender: w.phones, Cheap: true})
		w.Service = wechat.NewService(desk, wechat.Config{Ring: ring, Accounts: w.accounts, API: w.api, Redirect: "https://nuanxin.example.org/sign-in/wechat/back"})
		f(t, w)
	})
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

func (w world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) worker(phone string) account.Signed {
	w.t.Helper()
	w.must(w.accounts.SendCode(w.t.Context(), account.ForSignIn, phone))
	in, err := w.accounts.SignIn(w.t.Context(), phone, w.phones[phone], true)
	w.must(err)
	return in
}

func (w world) as(token string) context.Context {
	w.t.Helper()
	s, err := w.accounts.Resolve(w.t.Context(), token)
	w.must(err)
	return authz.With(w.t.Context(), s)
}

// back comes back from WeChat with a code that is good for openid.
func (w world) back(ctx context.Context, s wechat.Started, openid string) (wechat.Outcome, error) {
	w.t.Helper()
	w.api["c"] = openid
	return w.Back(ctx, s.Secret, state(s), "c")
}

func state(s wechat.Started) string {
	u, _ := url.Parse(s.Address)
	return u.Query().Get("state")
}

func (w world) link(token, openid string) error {
	w.t.Helper()
	s, err := w.BeginLink(w.as(token), token)
	w.must(err)
	_, err = w.back(w.as(token), s, openid)
	return err
}

func (w world) enter(openid string) (wechat.Outcome, error) {
	w.t.Helper()
	s, err := w.Begin(w.t.Context(), "/help")
	w.must(err)
	return w.back(w.t.Context(), s, openid)
}

func TestSignInByWeChat(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		if _, err := w.enter("oABC"); fault.Of(err).Msg != "account.wechat.unknown" {
			t.Errorf("before the link: %v", err)
		}
		in := w.worker("13812340001")
		w.must(w.link(in.Token, "oABC"))
		out, err := w.enter("oABC")
		w.must(err)
		if out.Signed.Person != in.Person || out.Next != "/help" || out.Signed.EndsAt.Sub(start) < 100*24*time.Hour {
			t.Errorf("got %+v, want a long session of %s", out, in.Person)
		}
		v, err := w.accounts.Enter(t.Context(), out.Signed.Token)
		if err != nil || v.Session.Way != session.ByWeChat || !v.Session.Proved.IsZero() {
			t.Errorf("got %+v, %v, want a session that proves no phone", v.Session, err)
		}
		if _, err := w.BeginLink(w.as(out.Signed.Token), out.Signed.Token); code(err) != "conflict" {
			t.Errorf("a link by a session that WeChat opened: %v, want conflict", err)
		}
		mine, err := w.Mine(w.as(in.Token))
		if err != nil || !mine.Since.Equal(start) || mine.UsedAt.IsZero() {
			t.Errorf("got %+v, %v", mine, err)
		}
		w.must(w.Unlink(w.as(in.Token)))
		if _, err := w.enter("oABC"); code(err) != "invalid" {
			t.Errorf("after it was taken away: %v", err)
		}
	})
}

func TestWeChatAttacks(t *testing.T) {
	proves.That(t, "oidc-client")
	each(t, func(t *testing.T, w world) {
		one, two := w.worker("13812340001"), w.worker("13812340002")
		w.must(w.link(one.Token, "oABC"))
		if err := w.link(two.Token, "oABC"); code(err) != "conflict" {
			t.Errorf("somebody's WeChat: %v, want conflict", err)
		}
		s, err := w.Begin(t.Context(), "")
		w.must(err)
		if state := state(s); !regexp.MustCompile(`^[0-9a-z]{32,128}$`).MatchString(state) {
			t.Errorf("WeChat does not take the state %q", state)
		}
		refused := func(about, secret, state, c, want string) {
			t.Helper()
			w.api["good"] = "oABC"
			if out, err := w.Back(t.Context(), secret, state, c); code(err) != want || out.Signed.Token != "" {
				t.Errorf("%s: %v, want %s", about, err, want)
			}
		}
		refused("in another browser", "x", state(s), "good", "invalid")
		refused("another state", s.Secret, "x", "good", "invalid")
		refused("the right state after a wrong one", s.Secret, state(s), "good", "invalid")
		for about, c := range map[string]struct{ code, want string }{"a code that is none": {"bad", "invalid"}, "too many": {"often", "busy"}, "down": {"down", "busy"}} {
			s, err = w.Begin(t.Context(), "")
			w.must(err)
			refused(about, s.Secret, state(s), c.code, c.want)
		}
		s, err = w.Begin(t.Context(), "")
		w.must(err)
		w.clock.Move(5 * time.Minute)
		refused("too late", s.Secret, state(s), "good", "invalid")
		// Begun by one, ended by another in the same browser.
		s, err = w.BeginLink(w.as(one.Token), one.Token)
		w.must(err)
		if _, err := w.back(w.as(two.Token), s, "oDEF"); code(err) != "denied" && code(err) != "missing" {
			t.Errorf("another's link: %v", err)
		}
		if _, err := w.BeginLink(w.as(two.Token), one.Token); code(err) != "conflict" {
			t.Errorf("by another's session: %v, want conflict", err)
		}
		s, err = w.BeginLink(w.as(one.Token), one.Token)
		w.must(err)
		if _, err := w.back(t.Context(), s, "oDEF"); code(err) != "missing" {
			t.Errorf("a link by nobody: %v, want missing", err)
		}
	})
}

type thing string

func (x thing) AuthzObject() authz.Object {
	return authz.Object{Kind: "account", ID: string(x), Group: "person"}
}

// The link ends with the account and with the phone, and WeChat's id is kept nowhere.
func TestWeChatEnds(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		in := w.worker("13812340001")
		for about, end := range map[string]func(tx *op.Tx) error{
			"the account ends":   func(tx *op.Tx) error { return w.Forget(t.Context(), tx, string(in.Person)) },
			"the phone changes":  func(tx *op.Tx) error { return w.Follow(t.Context(), tx, string(in.Person), "", "") },
			"the worker says so": nil,
		} {
			w.must(w.link(in.Token, "oABC"))
			err := w.db.View(t.Context(), func(tx *db.Tx) error {
				return tx.Each(t.Context(), `select openid from person_wechat union all select openid from person_wechat_id`, nil, func(r db.Row) error {
					var kept string
					err := r.Scan(&kept)
					if strings.Contains(kept, "oABC") {
						t.Error("WeChat's id is kept")
					}
					return err
				})
			})
			w.must(err)
			if end == nil {
				w.must(w.Unlink(w.as(in.Token)))
			} else {
				_, err := op.Write(t.Context(), w.desk, "test.forget", func(*op.Tx) (thing, error) { return thing(in.Person), nil }, func(tx *op.Tx, _ thing) (bool, error) { return true, end(tx) })
				w.must(err)
			}
			if _, err := w.enter("oABC"); code(err) != "invalid" {
				t.Errorf("after %s: %v, want invalid", about, err)
			}
		}
	})
}
