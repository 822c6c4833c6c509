// Package wechat lets workers sign in by WeChat's word for who it is, inside WeChat. What
// is said to WeChat is an adapter's ([API]).
//
// # What holds
//
//   - Of WeChat nothing is kept but the blind index of the id that it has for somebody at
//     our official account. No name, no picture.
//   - It is linked by a worker in a session that a code to the phone opened: the phone was
//     confirmed first. Another phone, at whose wish ever, takes the link away, because
//     whoever has the old phone has the WeChat on it.
//   - A session by WeChat is long, but proves nothing of the phone: what asks for a code
//     asks for it all the same.
//   - What a browser begins is kept for it alone and used once ([begun]).
package wechat

import (
	"context"
	"crypto/subtle"
	"embed"
	"encoding/json"
	"errors"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/begun"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

// The actions.
const (
	Begin  authz.Action = "account.begin_wechat"
	Back   authz.Action = "account.back_wechat"
	Enter  authz.Action = "account.enter_wechat"
	See    authz.Action = "account.see_wechat"
	Link   authz.Action = "account.link_wechat"
	Unlink authz.Action = "account.unlink_wechat"
)

// Policy says who may do them.
var Policy = authz.Rules{
	Begin:  authz.Anyone, // what is begun proves nothing
	Back:   authz.Anyone, // whoever shows the secret of what was begun
	Enter:  authz.Anyone, // whom WeChat names
	See:    authz.Owner,
	Link:   authz.Owner,
	Unlink: authz.Owner,
}

// API asks WeChat. It is never called in a transaction.
type API interface {
	// AppID names our official account.
	AppID() string
	// Address is where to send a browser.
	Address(redirect, state string) string
	// OpenID exchanges a code for WeChat's id of somebody.
	OpenID(ctx context.Context, code string) (string, error)
}

// What an API says when there is no id. Any other error: WeChat does not answer.
var (
	ErrCode = errors.New("WeChat does not know the code")
	ErrBusy = errors.New("WeChat was asked too often")
)

// Service is the sign-in by WeChat.
type Service struct {
	Config
	desk *op.Desk
}

// Config is what the service needs. Redirect is where browsers come back to, with the
// public address.
type Config struct {
	Ring     *seal.Ring
	Accounts *account.Service
	API      API
	Redirect string
}

// NewService returns the service.
func NewService(desk *op.Desk, c Config) *Service { return &Service{c, desk} }

// On reports whether there is an official account to sign in by.
func (s *Service) On() bool { return s != nil && s.API != nil && s.Redirect != "" }

const purpose = "wechat"

// pending is what a browser has begun.
type pending struct {
	State  string
	Person string // who links; empty: a sign-in
	Next   string
}

// Started is a sign-in that goes on at WeChat.
type Started struct {
	Secret  string // that the browser must come back with
	Address string
	Lasts   time.Duration
}

// worker is the account of a worker, the target of what they do to it.
type worker string

// AuthzObject implements op.Target.
func (w worker) AuthzObject() authz.Object {
	return authz.Object{Kind: "account", ID: string(w), Group: "person", Owner: string(w)}
}

func me(tx *op.Tx) (worker, error) {
	if tx.Subject.ID == "" || tx.Subject.Kind != authz.Worker {
		return "", fault.New(string(See), fault.Missing, "account.session.none")
	}
	return worker(tx.Subject.ID), nil
}

func unnamed(ctx context.Context) context.Context { return op.With(ctx, op.Call{}) }

// Begin begins a sign-in; next is where to go afterwards.
func (s *Service) Begin(ctx context.Context, next string) (Started, error) {
	fresh := id.New[worker]()
	return s.begin(ctx, Begin, func(*op.Tx) (worker, error) { return fresh, nil }, pending{Next: next})
}

// BeginLink begins to link the WeChat of whoever asks, whose session token opens. It must
// have begun by a code to the phone.
func (s *Service) BeginLink(ctx context.Context, token string) (Started, error) {
	return s.begin(ctx, Link, func(tx *op.Tx) (worker, error) {
		w, err := me(tx)
		if err != nil {
			return w, err
		}
		all, err := session.Of(ctx, tx, `hash = $1`, session.Hash(token))
		if err != nil {
			return w, err
		}
		if len(all) == 0 || all[0].Person != string(w) || all[0].Proved.IsZero() {
			return w, fault.New(string(Link), fault.Conflict, "account.wechat.code_first")
		}
		return w, nil
	}, pending{Person: authz.From(ctx).ID})
}

func (s *Service) begin(ctx context.Context, act authz.Action, find func(*op.Tx) (worker, error), p pending) (out Started, err error) {
	if !s.On() {
		return out, fault.New(string(act), fault.Missing, "fault.missing")
	}
	out.Secret, p.State = session.NewToken(), session.Hash(session.NewToken()) // WeChat takes letters and digits alone
	kept, err := json.Marshal(p)
	if err != nil {
		return out, err
	}
	_, err = op.Write(unnamed(ctx), s.desk, act, find, func(tx *op.Tx, _ worker) (bool, error) {
		if out.Lasts, err = s.Accounts.Begins(ctx, tx); err != nil {
			return false, err
		}
		return true, begun.Put(ctx, tx, purpose, out.Secret, string(kept), out.Lasts)
	})
	out.Address = s.API.Address(s.Redirect, p.State)
	return out, err
}

// Outcome is what came of it.
type Outcome struct {
	Signed account.Signed
	Linked bool   // whoever is signed in was to be linked
	Next   string // where to go after a sign-in
}

// Back ends what the browser with secret began: a sign-in or a link.
func (s *Service) Back(ctx context.Context, secret, state, code string) (Outcome, error) {
	ctx = unnamed(ctx)
	if !s.On() {
		return Outcome{}, fault.New(string(Back), fault.Missing, "fault.missing")
	}
	var p pending
	fresh := id.New[worker]()
	ok, err := op.Write(ctx, s.desk, Back, func(*op.Tx) (worker, error) { return fresh, nil }, func(tx *op.Tx, _ worker) (bool, error) {
		kept, ok, err := begun.Take(ctx, tx, purpose, secret)
		if err == nil && ok {
			err = json.Unmarshal([]byte(kept), &p)
		}
		ok = err == nil && ok && subtle.ConstantTimeCompare([]byte(p.State), []byte(state)) == 1
		if !ok {
			tx.Note("result", "wrong")
		}
		return ok, err
	})
	out := Outcome{Next: p.Next, Linked: p.Person != ""}
	if err != nil {
		return out, err
	}
	if !ok {
		return out, fault.New(string(Back), fault.Invalid, "account.wechat.wrong")
	}
	openid, err := s.API.OpenID(ctx, code)
	switch {
	case errors.Is(err, ErrCode):
		return out, fault.New(string(Back), fault.Invalid, "account.wechat.wrong").Because(err)
	case errors.Is(err, ErrBusy):
		return out, fault.New(string(Back), fault.Busy, "account.wechat.busy").Because(err)
	case err != nil:
		return out, fault.New(string(Back), fault.Busy, "account.wechat.down").Because(err)
	}
	index := s.Ring.Index("account|wechat", s.API.AppID()+"|"+openid)
	if p.Person != "" {
		return out, s.link(ctx, p.Person, index)
	}
	return s.enter(ctx, out, index)
}

func (s *Service) enter(ctx context.Context, out Outcome, index string) (Outcome, error) {
	who, fresh := "", id.New[worker]()
	find := func(tx *op.Tx) (worker, error) {
		who = ""
		err := tx.One(ctx, `select person_id from person_wechat_id where openid = $1`, []any{index}, &who)
		if errors.Is(err, db.ErrNone) {
			return fresh, nil
		}
		return worker(who), err
	}
	ok, err := op.Write(ctx, s.desk, Enter, find, func(tx *op.Tx, _ worker) (bool, error) {
		if who == "" {
			tx.Note("result", "nobody")
			return false, nil
		}
		in, err := s.Accounts.Welcome(ctx, tx, who, session.ByWeChat)
		if err != nil || in == nil {
			tx.Note("result", "nobody")
			return false, err
		}
		out.Signed = *in
		// Whoever takes the link away meanwhile waits for this row, or was first.
		n, err := tx.Exec(ctx, `update person_wechat set used_at = $3 where person_id = $1 and openid = $2`, who, index, tx.Now().UnixMicro())
		if err == nil && n == 0 {
			err = fault.New(string(Enter), fault.Invalid, "account.wechat.unknown")
		}
		return true, err
	})
	if err == nil && !ok {
		err = fault.New(string(Enter), fault.Invalid, "account.wechat.unknown")
	}
	return out, err
}

func (s *Service) link(ctx context.Context, person, index string) error {
	ok, err := op.Write(ctx, s.desk, Link, me, func(tx *op.Tx, w worker) (bool, error) {
		if string(w) != person { // another signed in meanwhile, in this browser
			return false, fault.New(string(Link), fault.Denied, "account.wechat.wrong")
		}
		if err := s.Forget(ctx, tx, person); err != nil {
			return false, err
		}
		n, err := tx.Exec(ctx, `insert into person_wechat_id (openid, person_id) values ($1, $2) on conflict (openid) do nothing`, index, person)
		if err != nil || n == 0 {
			return false, err
		}
		_, err = tx.Exec(ctx, `insert into person_wechat (person_id, openid, made_at, used_at) values ($1, $2, $3, null)`, person, index, tx.Now().UnixMicro())
		return true, err
	})
	if err == nil && !ok {
		err = fault.New(string(Link), fault.Conflict, "account.wechat.taken")
	}
	return err
}

// Tie is somebody's link.
type Tie struct {
	Since  time.Time // zero: there is none
	UsedAt time.Time
	owner  worker
}

// AuthzObject implements op.Target.
func (t Tie) AuthzObject() authz.Object { return t.owner.AuthzObject() }

// Mine is the link of whoever asks.
func (s *Service) Mine(ctx context.Context) (Tie, error) {
	return op.Read(ctx, s.desk, See, func(tx *op.Tx) (t Tie, err error) {
		if t.owner, err = me(tx); err != nil {
			return t, err
		}
		err = tx.One(ctx, `select made_at, used_at from person_wechat where person_id = $1`, []any{string(t.owner)}, db.Time(&t.Since), db.Time(&t.UsedAt))
		if errors.Is(err, db.ErrNone) {
			err = nil
		}
		return t, err
	})
}

// Unlink takes the link of whoever asks away.
func (s *Service) Unlink(ctx context.Context) error {
	_, err := op.Write(ctx, s.desk, Unlink, me, func(tx *op.Tx, w worker) (bool, error) { return true, s.Forget(ctx, tx, string(w)) })
	return err
}

// Forget takes a worker's link away, inside the caller's operation: the account ends.
func (s *Service) Forget(ctx context.Context, tx *op.Tx, person string) error {
	_, err := tx.Exec(ctx, `delete from person_wechat_id where person_id = $1`, person)
	if err == nil {
		_, err = tx.Exec(ctx, `delete from person_wechat where person_id = $1`, person)
	}
	return err
}

// Clear says that nothing here is in the way of another phone.
func (s *Service) Clear(context.Context, *op.Tx, string, string, string) (bool, error) {
	return true, nil
}

// Lose implements silence.Follower as [Service.Follow] does.
func (s *Service) Lose(ctx context.Context, tx *op.Tx, person, _ string) error {
	return s.Forget(ctx, tx, person)
}

// Follow takes the link away when the account moves to another phone: whoever has the old
// one has the WeChat on it.
func (s *Service) Follow(ctx context.Context, tx *op.Tx, person, _, _ string) error {
	return s.Forget(ctx, tx, person)
}
