package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"nuanxin/internal/app"
	"nuanxin/internal/guard"
	"nuanxin/internal/seal"
)

// where are the flags that every subcommand has: where the data is.
type where struct {
	Data  string `help:"The data folder." default:"nuanxin-data" type:"path" placeholder:"DIR"`
	DB    string `help:"postgres://… instead of SQLite in the data folder." placeholder:"URL"`
	Keys  string `help:"The key file; keys/ring.json in the data folder if not given." type:"path" placeholder:"FILE"`
	Suite string `help:"Cipher of a new key: aes-256-gcm (of a new key file, if not given) or sm4-gcm." enum:",aes-256-gcm,sm4-gcm" default:""`
	Hash  string `help:"Hash of a new key file's blind indexes: sha256 or sm3. It cannot be changed later." enum:"sha256,sm3" default:"sha256"`
	Guard guards `embed:"" prefix:"guard-" group:"Who guards the key file"`
}

// guards are the flags of the key file's guard.
type guards struct {
	Wrap   string         `help:"Command that wraps a key, such as one of a hardware module's." placeholder:"CMD"`
	Unwrap string         `help:"Command that unwraps it." placeholder:"CMD"`
	URL    string         `name:"url" help:"Instead of commands: HTTPS address of a key service with the transit interface of Vault or OpenBao." placeholder:"URL"`
	Key    string         `help:"The name of the key there." placeholder:"NAME"`
	Token  string         `help:"File with the token for it." type:"path" placeholder:"FILE"`
	Net    []netip.Prefix `help:"Network inside the house that the service may be in, such as 10.0.0.0/8." placeholder:"NET"`
	Port   []int          `help:"Its port, if it is not 443 or 8443." placeholder:"PORT"`
}

func (w where) config() app.Config {
	g := w.Guard
	return app.Config{
		Data: w.Data, DB: w.DB, Keys: w.Keys, Suite: seal.Suite(w.Suite), Hash: seal.Hash(w.Hash),
		Guard: guard.Config{Wrap: g.Wrap, Unwrap: g.Unwrap, URL: g.URL, Key: g.Key, Token: g.Token}, GuardNets: g.Net, GuardPorts: g.Port,
	}
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
