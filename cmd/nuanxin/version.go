package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"nuanxin/internal/app"
)

// commit is what `make build` was told by git. Go itself notes the commit in a plain
// `go build` of a checkout, but not in a linked worktree and not for `go run`.
var commit string

// versionCmd says which version this is.
type versionCmd struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run implements the subcommand.
func (c *versionCmd) Run(e *env) error {
	v := struct {
		Version string `json:"version"`
		Commit  string `json:"commit"`
		Schema  int64  `json:"schema"`
		Go      string `json:"go"`
	}{Version: app.Version, Commit: commit, Schema: app.SchemaVersion(), Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok && v.Commit == "" {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Commit = s.Value
			}
		}
	}
	if c.JSON {
		return json.NewEncoder(e.stdout).Encode(v)
	}
	_, err := fmt.Fprintf(e.stdout, "nuanxin %s (schema %d, %s)\n", v.Version, v.Schema, v.Go)
	return err
}

// routesCmd lists every page and API route.
type routesCmd struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run implements the subcommand.
func (c *routesCmd) Run(e *env) error {
	routes := app.Routes()
	if c.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(routes)
	}
	for _, r := range routes {
		fmt.Fprintf(e.stdout, "%-6s %-48s %-24s %v\n", r.Method, r.Pattern, r.Action, r.Roles)
	}
	return nil
}
