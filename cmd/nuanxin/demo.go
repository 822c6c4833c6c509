package main

import (
	"fmt"

	"nuanxin/internal/app"
	"nuanxin/internal/app/demo"
)

// demoCmd starts the server over an invented county.
type demoCmd struct {
	Data     string `help:"The data folder." default:"nuanxin-demo" type:"path" placeholder:"DIR"`
	DB       string `help:"postgres://… instead of SQLite in the data folder." placeholder:"URL"`
	Addr     string `help:"Where to listen." default:"localhost:8080" placeholder:"HOST:PORT"`
	Fresh    bool   `help:"Throw the demo's data away and start over."`
	Stations int    `help:"How many invented stations; 180000 makes a national directory." default:"300" placeholder:"N"`
	Seed     uint64 `help:"Another number makes another county." default:"1" placeholder:"N"`
}

// Run implements the subcommand.
func (c *demoCmd) Run(e *env) error {
	config := demo.Configure(app.Config{Data: c.Data, DB: c.DB})
	err := demo.Prepare(e.ctx, config, demo.Options{Fresh: c.Fresh, Stations: c.Stations, Seed: c.Seed, Progress: e.stderr})
	if err != nil {
		return err
	}
	server, err := app.Listen(e.ctx, config, c.Addr)
	if err != nil {
		return err
	}
	fmt.Fprint(e.stdout, demo.Welcome(server.URL()))
	return server.Run(e.ctx)
}
