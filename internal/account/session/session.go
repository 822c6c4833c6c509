// Package session keeps the places where somebody is signed in. A session is found
// by the hash of its secret alone; the secret itself is kept nowhere.
//
// All of it happens inside an operation of package account, which says who may.
package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// Session is one place where somebody is signed in.
type Session struct {
	ID      string
	Kind    authz.Kind
	Person  string
	Org     string // of a link
	Only    string // of a link: the one root it opens
	Label   string // of a link: what it is called
	Device  string // in words, such as "Android"
	Way     Way    // by what they signed in; empty: before this was kept
	MadeAt  time.Time
	SeenAt  time.Time
	EndsAt  time.Time
	Proved  time.Time // staff: when they last proved themselves by all they have
	Shown   time.Time // a worker: when they typed their whole identity number here
	Current bool      // the one that asks
	Hash    string    // of the secret, as it is kept
}

// Way is by what somebody signed in.
type Way string

// The ways in.
const (
	ByCode     Way = "code"     // a worker: by a code sent to the phone
	ByPassword Way = "password" // staff: by name, password and what else is asked
	ByPasskey  Way = "passkey"  // staff: by a passkey alone
	ByProvider Way = "oidc"     // staff: at the union's own provider
	ByWeChat   Way = "wechat"   // a worker: by WeChat's word for who it is
	ByLink     Way = "link"     // a body: by a link and a code
)

// Link is who a link session is: a partner of one body, in one matter.
func (s Session) Link() authz.Subject {
	return authz.Subject{ID: s.ID, Kind: authz.Link, Name: s.Label, Only: s.Only, Grants: []authz.Grant{{Role: authz.Partner, Org: s.Org}}}
}

// Over reports whether s has ended by t, or was left alone too long.
func (s Session) Over(t time.Time, l pace.Limits) bool {
	idle := s.Kind == authz.Staff && t.Sub(s.SeenAt) >= l.Minutes("session_staff_idle_min")
	return !t.Before(s.EndsAt) || idle
}

// NoteEvery is how long a session may go on before it is noted as seen. For
// staff the end by idleness depends on it; for others a day tells enough.
func (s Session) NoteEvery(l pace.Limits) time.Duration {
	if s.Kind == authz.Staff {
		return min(10*time.Minute, l.Minutes("session_staff_idle_min")/3)
	}
	return 24 * time.Hour
}

const columns = `hash, session_id, kind, person_id, org_id, only_id, label, device, made_at, seen_at, ends_at, proved_at, way, proven_at`

// Of returns the sessions for which where holds, the last seen first.
func Of(ctx context.Context, tx *op.Tx, where string, arg any) ([]Session, error) {
	var all []Session
	err := tx.Each(ctx, `select `+columns+` from account_session where `+where+` order by seen_at desc, session_id`, []any{arg}, func(r db.Row) error {
		var s Session
		err := r.Scan(&s.Hash, &s.ID, &s.Kind, db.Text(&s.Person), db.Text(&s.Org), db.Text(&s.Only), &s.Label, &s.Device,
			db.Time(&s.MadeAt), db.Time(&s.SeenAt), db.Time(&s.EndsAt), db.Time(&s.Proved), &s.Way, db.Time(&s.Shown))
		all = append(all, s)
		return err
	})
	return all, err
}

// Live returns the sessions of person that are not over, without their hashes, and
// marks the one with the hash current.
func Live(ctx context.Context, tx *op.Tx, person, current string, l pace.Limits) (live []Session, err error) {
	all, err := Of(ctx, tx, `person_id = $1`, person)
	for _, s := range all {
		if s.Current, s.Hash = s.Hash == current, ""; !s.Over(tx.Now(), l) {
			live = append(live, s)
		}
	}
	return live, err
}

// End ends all sessions of person and what waits to become one, but for the one with
// the hash keep.
func End(ctx context.Context, tx *op.Tx, person, keep string) error {
	if _, err := tx.Exec(ctx, `delete from account_half where person_id = $1`, person); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from account_held where person_id = $1`, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from account_session where person_id = $1 and hash <> $2`, person, keep)
	return err
}

// EndOne ends the session of person with an id; with an empty id it is [End].
func EndOne(ctx context.Context, tx *op.Tx, person, session, keep string) error {
	if session == "" {
		return End(ctx, tx, person, keep)
	}
	if !id.Valid(session) {
		return nil // like one that has ended; PostgreSQL does not even compare it
	}
	_, err := tx.Exec(ctx, `delete from account_session where person_id = $1 and session_id = $2`, person, session)
	return err
}

// Insert keeps s under the hash of its secret.
func Insert(ctx context.Context, tx *op.Tx, s Session, hash string) error {
	_, err := tx.Exec(ctx, `insert into account_session (`+columns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		hash, s.ID, string(s.Kind), db.Null(s.Person), db.Null(s.Org), db.Null(s.Only), s.Label, s.Device,
		s.MadeAt.UnixMicro(), s.SeenAt.UnixMicro(), s.EndsAt.UnixMicro(), db.Micros(s.Proved), string(s.Way), db.Micros(s.Shown))
	return err
}

// Prove notes in the session whose secret is token that the worker who asks proved
// lately who they are. Missing: the session is over, or somebody else's.
func Prove(ctx context.Context, tx *op.Tx, token string) error {
	n, err := tx.Exec(ctx, `update account_session set proved_at = $3 where hash = $1 and person_id = $2 and kind = 'worker'`,
		Hash(token), tx.Subject.ID, tx.Now().UnixMicro())
	if err == nil && n == 0 {
		err = fault.New("account.prove", fault.Missing, "account.session.none")
	}
	return err
}

// NewToken is 256 random bits, in signs that a cookie may hold.
func NewToken() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: it would end the program
	return base64.RawURLEncoding.EncodeToString(b)
}

// Hash is what is kept of a secret with 256 bits: no salt is needed.
func Hash(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}
