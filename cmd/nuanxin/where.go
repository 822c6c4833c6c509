package main

import (
	"context"
	"errors"
	"fmt"

	"nuanxin/internal/app"
	"nuanxin/internal/seal"
)

// where are the flags that every subcommand has: where the data is.
type where struct {
	Data  string `help:"The data folder." default:"nuanxin-data" type:"path" placeholder:"DIR"`
	DB    string `help:"postgres://… instead of SQLite in the data folder." placeholder:"URL"`
	Keys  string `help:"The key file; keys/ring.json in the data folder if not given." type:"path" placeholder:"FILE"`
	Suite string `help:"Cipher of a new key: aes-256-gcm (of a new key file, if not given) or sm4-gcm." enum:",aes-256-gcm,sm4-gcm" default:""`
}

func (w where) config() app.Config {
	return app.Config{Data: w.Data, DB: w.DB, Keys: w.Keys, Suite: seal.Suite(w.Suite)}
}

// with opens the program's data, runs fn and closes it.
func (w where) with(ctx context.Context, fn func(*app.App) error) (err error) {
	a, err := app.Open(ctx, w.config())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return fn(a)
}

// migrateCmd brings the schema up to date.
type migrateCmd struct{ where }

// Run implements the subcommand.
func (c *migrateCmd) Run(e *env) error {
	version, err := app.Migrate(e.ctx, c.config())
	if err == nil {
		_, err = fmt.Fprintf(e.stdout, "schema %d\n", version)
	}
	return err
}
