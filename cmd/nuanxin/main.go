// Command nuanxin is the whole program: the server, the demo, and the tools of
// whoever runs it. Each subcommand has a file of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is every flag and subcommand. Flags can also be given as environment
// variables: NUANXIN_DATA, NUANXIN_DB and so on.
type cli struct {
	Demo     demoCmd     `cmd:"" help:"Start with an invented county to try everything out."`
	Serve    serveCmd    `cmd:"" help:"Start the server."`
	Import   importCmd   `cmd:"" help:"Import a list of stations from CSV or XLSX."`
	Calendar calendarCmd `cmd:"" help:"Enter a year's notice on holidays and make-up workdays."`
	Backup   backupCmd   `cmd:"" help:"Write everything but the keys to one file, while the server runs."`
	Restore  restoreCmd  `cmd:"" help:"Read a backup into a new data folder or an empty database."`
	Check    checkCmd    `cmd:"" help:"Prove that the data is whole: invariants, orphans, counters, audit chain."`
	Retain   retainCmd   `cmd:"" help:"Say how long what is kept, how much is due, and what the last night dropped."`
	Audit    auditCmd    `cmd:"" help:"Verify the audit trail by its public key alone, or print that key."`
	Evidence evidenceCmd `cmd:"" help:"Say of each requirement of ASVS 5.0 or GB/T 22239 what shows that it holds, from the results of the tests."`
	Keys     keysCmd     `cmd:"" help:"List, renew, prove and split the keys that seal personal data."`
	Release  releaseCmd  `cmd:"" help:"Sign a program file, or hold one against its signature."`
	Routes   routesCmd   `cmd:"" help:"List every page and API route with who may use it."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database's schema up to date."`
	User     userCmd     `cmd:"" help:"Add a member of staff, or set a password."`
	Version  versionCmd  `cmd:"" help:"Say which version this is."`
	Licences licencesCmd `cmd:"" help:"Print the licences of what the program carries of others."`
}

// env is what a subcommand may use of the world.
type env struct {
	ctx    context.Context
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// exit is an error that ends the program with a code of its own. What it has
// to say has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(&env{ctx, os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}

// run runs one command line and returns the program's exit code.
func run(e *env, args []string) int {
	done := -1
	parser, err := kong.New(&cli{}, kong.Name("nuanxin"),
		kong.Description("The service platform of a trade union for workers in new forms of employment."),
		kong.DefaultEnvars("NUANXIN"), kong.UsageOnError(), kong.Bind(e),
		kong.Writers(e.stdout, e.stderr), kong.Exit(func(code int) { done = code }))
	if err != nil {
		fmt.Fprintln(e.stderr, "nuanxin:", err)
		return 2
	}
	line, err := parser.Parse(args)
	if done >= 0 {
		return done
	}
	if err != nil {
		fmt.Fprintln(e.stderr, "nuanxin:", err)
		return 2
	}
	err = line.Run(e)
	var code exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(e.stderr, "nuanxin:", err)
	return 1
}
