package oidc

import (
	"context"
	"embed"
	"errors"
	"strings"
	"time"

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

// Entry is a union's provider.
type Entry struct {
	ID       string
	Org      string
	Name     string // of the union
	Area     string
	Issuer   string
	ClientID string
	Strong   []string // words of the provider for two factors
	MadeAt   time.Time

	sealed []byte
}

// AuthzObject implements op.Target.
func (e Entry) AuthzObject() authz.Object {
	return authz.Object{Kind: "account", ID: e.ID, Group: "person", Area: e.Area, Org: e.Org}
}

const columns = `provider_id, org_id, area, issuer, client_id, secret, strong, made_at`

func entries(ctx context.Context, tx *op.Tx, where string, args ...any) (all []Entry, err error) {
	err = tx.Each(ctx, `select `+columns+` from account_provider where ended_at is null and `+where+` order by area, provider_id`, args, func(r db.Row) error {
		var e Entry
		var strong string
		err := r.Scan(&e.ID, &e.Org, &e.Area, &e.Issuer, &e.ClientID, &e.sealed, &strong, db.Time(&e.MadeAt))
		e.Strong = strings.Fields(strong)
		all = append(all, e)
		return err
	})
	return all, err
}

// entry is the provider in force with an id, or Missing.
func entry(ctx context.Context, tx *op.Tx, provider string) (Entry, error) {
	none := fault.New("account.provider", fault.Missing, "account.provider.none")
	if !id.Valid(provider) {
		return Entry{}, none
	}
	all, err := entries(ctx, tx, `provider_id = $1`, provider)
	if err == nil && len(all) == 0 {
		err = none
	}
	if err != nil {
		return Entry{}, err
	}
	return all[0], nil
}

func secretPlace(provider string) []byte { return seal.Place("account_provider", "secret", provider) }

func insert(ctx context.Context, tx *op.Tx, e Entry, sealed []byte) error {
	_, err := tx.Exec(ctx, `
		insert into account_provider (provider_id, org_id, area, issuer, client_id, secret, strong, made_at, made_by, ended_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null)`,
		e.ID, e.Org, e.Area, e.Issuer, e.ClientID, sealed, strings.Join(e.Strong, " "), tx.Now().UnixMicro(), tx.Subject.ID)
	return err
}

func end(ctx context.Context, tx *op.Tx, provider string) error {
	for _, query := range []string{
		`delete from person_provider where provider_id = $1`,
		`delete from person_provider_subject where provider_id = $1`,
	} {
		if _, err := tx.Exec(ctx, query, provider); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `update account_provider set ended_at = $2 where provider_id = $1 and ended_at is null`, provider, tx.Now().UnixMicro())
	return err
}

// linked is whom a subject of a provider is linked to, or "".
func linked(ctx context.Context, tx *op.Tx, provider, subject string) (person string, err error) {
	err = tx.One(ctx, `select person_id from person_provider_subject where subject = $1 and provider_id = $2`, []any{subject, provider}, &person)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return person, err
}

// tie links a person to a subject; a link that they had at this provider goes. false:
// somebody else has this subject, and nothing is changed.
func tie(ctx context.Context, tx *op.Tx, person, provider, subject string) (bool, error) {
	var other string
	err := tx.One(ctx, `select person_id from person_provider_subject where subject = $1`, []any{subject}, &other)
	switch {
	case err != nil && !errors.Is(err, db.ErrNone):
		return false, err
	case err == nil && other != person:
		return false, nil
	}
	if err := untie(ctx, tx, person, provider); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `insert into person_provider_subject (subject, person_id, provider_id) values ($1, $2, $3) on conflict (subject) do nothing`, subject, person, provider)
	if err == nil && n == 0 { // somebody else was faster
		err = fault.New(string(Link), fault.Conflict, "account.provider.taken")
	}
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `insert into person_provider (person_id, provider_id, subject, made_at, used_at) values ($1, $2, $3, $4, null)`, person, provider, subject, tx.Now().UnixMicro())
	return true, err
}

// untie takes the link of a person to a provider away; with "", all their links.
func untie(ctx context.Context, tx *op.Tx, person, provider string) error {
	if provider == "" {
		_, err := tx.Exec(ctx, `delete from person_provider_subject where person_id = $1`, person)
		if err == nil {
			_, err = tx.Exec(ctx, `delete from person_provider where person_id = $1`, person)
		}
		return err
	}
	_, err := tx.Exec(ctx, `delete from person_provider_subject where person_id = $1 and provider_id = $2`, person, provider)
	if err == nil {
		_, err = tx.Exec(ctx, `delete from person_provider where person_id = $1 and provider_id = $2`, person, provider)
	}
	return err
}

// Tie is somebody's link to a provider.
type Tie struct {
	Entry
	Linked bool
	Since  time.Time
	UsedAt time.Time
}

func ties(ctx context.Context, tx *op.Tx, person string) (map[string]Tie, error) {
	all := map[string]Tie{}
	err := tx.Each(ctx, `select provider_id, made_at, used_at from person_provider where person_id = $1`, []any{person}, func(r db.Row) error {
		t := Tie{Linked: true}
		err := r.Scan(&t.ID, db.Time(&t.Since), db.Time(&t.UsedAt))
		all[t.ID] = t
		return err
	})
	return all, err
}

// within reports whether all that somebody may reach lies in the provider's area.
func within(ctx context.Context, tx *op.Tx, e Entry, person string) (bool, error) {
	var reach string
	if person == "" {
		return false, nil
	}
	err := tx.One(ctx, `select reach from person where person_id = $1 and kind = 'staff' and active`, []any{person}, &reach)
	if errors.Is(err, db.ErrNone) {
		return false, nil
	}
	return strings.HasPrefix(reach, e.Area), err
}
