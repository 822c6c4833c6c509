package main

import (
	"encoding/json"
	"fmt"
	"io"

	"nuanxin/internal/app"
)

// importCmd imports lists.
type importCmd struct {
	Stations importStationsCmd `cmd:"" help:"Import a list of stations."`
}

// importStationsCmd imports a list of stations. It exits with 0 when every row
// was understood, 1 when some are doubtful, 2 when the file or a row was refused.
type importStationsCmd struct {
	where
	DryRun   bool   `help:"Only say what would happen."`
	JSON     bool   `name:"json" help:"Answer as JSON: one object per row."`
	Encoding string `help:"How the text is written." enum:"auto,utf-8,gbk" default:"auto"`
	Area     string `help:"Only accept stations within this area, a division code." placeholder:"CODE"`
	Datum    string `help:"Whose coordinates the file holds, where it does not say so; without it they are not taken." enum:",wgs84,gcj02,bd09" default:""`
	Public   bool   `help:"Show added stations to workers at once."`
	File     string `arg:"" help:"A CSV or XLSX file." type:"existingfile"`
}

// Run implements the subcommand.
func (c *importStationsCmd) Run(e *env) error {
	var report app.ImportReport
	err := c.with(e.ctx, func(a *app.App) (err error) {
		report, err = a.ImportStations(e.ctx, app.ImportOptions{File: c.File, Encoding: c.Encoding, Area: c.Area, Datum: c.Datum, Public: c.Public, DryRun: c.DryRun, Progress: progress(e.stderr)})
		return err
	})
	if err != nil {
		fmt.Fprintln(e.stderr, "nuanxin:", app.Words(err))
		return exit(2)
	}
	if c.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(report.Lines)
	} else {
		_, err = fmt.Fprint(e.stdout, report.Text())
	}
	if err != nil {
		return err
	}
	if code := report.Exit(); code != 0 {
		return exit(code)
	}
	return nil
}

// progress tells about every five thousand rows how far a long import has come.
func progress(w io.Writer) func(done, total int) {
	told := 0
	return func(done, total int) {
		if told = min(told, done); done-told >= 5000 {
			told = done
			fmt.Fprintf(w, "nuanxin: %d of %d rows; nobody sees any of them until all are done\n", done, total)
		}
	}
}
