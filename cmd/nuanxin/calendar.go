package main

import (
	"fmt"

	"nuanxin/internal/app"
)

// calendarCmd looks after the days on which people work.
type calendarCmd struct {
	Import calendarImportCmd `cmd:"" help:"Enter a year in the JSON form of holiday-cn."`
}

// calendarImportCmd enters a year's notice. It exits with 0 when it was entered,
// 2 when the file was refused.
type calendarImportCmd struct {
	where
	DryRun   bool   `help:"Only say what would change."`
	Source   string `help:"Number or address of the notice, if the file does not name it."`
	Corrects bool   `help:"The year was entered wrongly before: dates that were promised move, and each person is told."`
	File     string `arg:"" help:"A JSON file with year, papers and days." type:"existingfile"`
}

// Run implements the subcommand.
func (c *calendarImportCmd) Run(e *env) error {
	var told string
	err := c.with(e.ctx, func(a *app.App) (err error) {
		told, err = a.ImportCalendar(e.ctx, app.CalendarOptions{File: c.File, Source: c.Source, Corrects: c.Corrects, DryRun: c.DryRun})
		return err
	})
	if err != nil {
		fmt.Fprintln(e.stderr, "nuanxin:", app.Words(err))
		return exit(2)
	}
	_, err = fmt.Fprint(e.stdout, told)
	return err
}
