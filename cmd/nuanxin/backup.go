package main

import (
	"fmt"

	"nuanxin/internal/app"
)

// backupCmd writes a backup.
type backupCmd struct {
	where
	File string `arg:"" help:"The file to write; it must not exist." type:"path"`
}

// Run implements the subcommand.
func (c *backupCmd) Run(e *env) error {
	sum, err := app.Backup(e.ctx, c.config(), c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s: %d rows, %d files, %d bytes\n", c.File, sum.Rows, sum.Blobs, sum.Bytes)
	fmt.Fprintf(e.stdout, "The keys are not in it. Keep a copy of %s in another place: without it the backup cannot be read.\n", sum.KeyFile)
	return nil
}

// restoreCmd reads a backup.
type restoreCmd struct {
	where
	File string `arg:"" help:"The backup." type:"existingfile"`
}

// Run implements the subcommand.
func (c *restoreCmd) Run(e *env) error {
	sum, err := app.Restore(e.ctx, c.config(), c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "restored %d rows and %d files; run nuanxin check now\n", sum.Rows, sum.Blobs)
	return nil
}

// checkCmd proves that the data is whole.
type checkCmd struct {
	where
	JSON    bool     `name:"json" help:"Answer as JSON."`
	Against []string `help:"An earlier answer of check --json: its anchors must still be there. May be given several times." type:"existingfile"`
}

// Run implements the subcommand.
func (c *checkCmd) Run(e *env) error {
	earlier, err := anchorsIn(c.Against)
	if err != nil {
		return err
	}
	report, err := app.Check(e.ctx, c.config(), earlier...)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(e, report)
	} else {
		for _, r := range report.Results {
			fmt.Fprintf(e.stdout, "%-28s %10d looked at  %d wrong\n", r.Name, r.Seen, len(r.Wrong))
			for _, w := range r.Wrong {
				fmt.Fprintln(e.stdout, "   ", w)
			}
		}
		printAnchors(e, report.Anchors)
	}
	if err == nil && !report.OK {
		return exit(1)
	}
	return err
}
