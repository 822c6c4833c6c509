package kin

import (
	"context"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/rights"
)

const columns = `k.ask_id, k.person_id, r.area, r.union_name, k.wants, k.parts, k.relation, k.proof, k.state, k.by_id, k.by_name, k.asked_at, k.ready_at,
	k.decided_by, k.decided_at, k.ground, k.open_until, k.stopped_at, k.ended_at, k.version`

// from has the cases with their asks: one root, and one fate.
const from = ` from rights_kin k join rights_ask r on r.ask_id = k.ask_id where `

// Rows and ByColumns are where the cases stand, for the layer of the database.
const Rows = "rights_kin k join rights_ask r on r.ask_id = k.ask_id"

// ByColumns are the columns that decide about a row.
var ByColumns = authz.Columns{ID: "k.person_id", Area: "r.area", Owner: "k.person_id"}

func some(ctx context.Context, tx *op.Tx, where string, args db.Args) ([]Case, error) {
	var all []Case
	err := tx.Each(ctx, `select `+columns+from+where, args, func(r db.Row) error {
		var c Case
		var parts string
		err := r.Scan(&c.Ask, &c.Person, &c.Area, &c.Union, &c.Wants, &parts, &c.Relation, &c.Proof, &c.State, &c.ByID, &c.By, db.Time(&c.AskedAt), db.Time(&c.ReadyAt),
			&c.DecidedBy, db.Time(&c.DecidedAt), &c.Ground, db.Time(&c.OpenUntil), db.Time(&c.StoppedAt), db.Time(&c.EndedAt), &c.Version)
		for _, p := range strings.Fields(parts) {
			c.Parts = append(c.Parts, Part(p))
		}
		all = append(all, c)
		return err
	})
	return all, err
}

// of returns the case of an ask; the zero Case is none.
func of(ctx context.Context, tx *op.Tx, ask rights.ID) (Case, error) {
	all, err := some(ctx, tx, `k.ask_id = $1`, db.Args{string(ask)})
	if err != nil || len(all) == 0 {
		return Case{}, err
	}
	return all[0], nil
}

// keep writes a proposal; one that came to nothing before makes room for it.
func keep(ctx context.Context, tx *op.Tx, c Case) error {
	if _, err := tx.Exec(ctx, `delete from rights_kin where ask_id = $1`, string(c.Ask)); err != nil {
		return err
	}
	var parts []string
	for _, p := range c.Parts {
		parts = append(parts, string(p))
	}
	_, err := tx.Exec(ctx, `insert into rights_kin (ask_id, person_id, wants, parts, relation, proof, state, by_id, by_name, asked_at, ready_at, decided_by, ground, version)
		values ($1, $2, $3, $4, $5, $6, 'waits', $7, $8, $9, $10, '', '', $11)`,
		string(c.Ask), c.Person, string(c.Wants), strings.Join(parts, " "), string(c.Relation), string(c.Proof), c.ByID, c.By, c.AskedAt.UnixMicro(), c.ReadyAt.UnixMicro(), c.Version)
	return err
}

// turn writes how a case stands now, for whoever saw the version before.
func turn(ctx context.Context, tx *op.Tx, c Case) error {
	n, err := tx.Exec(ctx, `update rights_kin set state = $3, decided_by = $4, decided_at = $5, ground = $6, open_until = $7, stopped_at = $8, ended_at = $9, version = version + 1
		where ask_id = $1 and version = $2`, string(c.Ask), c.Version, string(c.State), c.DecidedBy, db.Micros(c.DecidedAt), string(c.Ground), db.Micros(c.OpenUntil), db.Micros(c.StoppedAt), db.Micros(c.EndedAt))
	if err == nil && n == 0 {
		err = changed()
	}
	return err
}

// days is a dated rule.
func days(ctx context.Context, tx *op.Tx, name string) (int, error) {
	n, err := rights.Rule(ctx, tx, name, clock.Day(tx.Now()))
	return int(n), err
}
