package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"nuanxin/internal/app"
)

// userCmd looks after members of staff from the machine itself, such as the
// first administrator, whom nobody can invite.
type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Add a member of staff."`
	Password userPasswordCmd `cmd:"" help:"Set a password anew."`
	Factor   userFactorCmd   `cmd:"" help:"Take away the second factor of somebody whose phone and codes are lost."`
	Require  userRequireCmd  `cmd:"" help:"Say who must have a second factor, and from which day."`

	Passwords userPasswordsCmd `cmd:"" help:"Say by which rules passwords are changed, and from which day."`
}

// userAddCmd adds a member of staff.
type userAddCmd struct {
	where
	Login string `arg:"" help:"The name to sign in with."`
	Name  string `help:"The person's name, as workers will see it." required:""`
	Role  string `help:"What the person may be." enum:"cadre,leader,host,partner,admin,security,auditor" default:"admin"`
	Area  string `help:"For which area: a division code, or 'all' for the whole nation." placeholder:"CODE"`
	Org   string `help:"In which organisation, for hosts and partner bodies: its id." placeholder:"ID"`
}

// Run implements the subcommand. The password is read from standard input, so
// that it stands in no list of processes and in no shell history.
func (c *userAddCmd) Run(e *env) error {
	password, err := readPassword(e)
	if err != nil {
		return err
	}
	return c.with(e.ctx, func(a *app.App) error {
		err := a.AddUser(e.ctx, app.NewUser{Login: c.Login, Name: c.Name, Password: password, Role: c.Role, Area: c.Area, Org: c.Org})
		if err != nil {
			return fmt.Errorf("%s", app.Words(err))
		}
		_, err = fmt.Fprintf(e.stdout, "added %s\n", c.Login)
		return err
	})
}

// userPasswordCmd sets a password anew.
type userPasswordCmd struct {
	where
	Login string `arg:"" help:"The name to sign in with."`
}

// Run implements the subcommand.
func (c *userPasswordCmd) Run(e *env) error {
	password, err := readPassword(e)
	if err != nil {
		return err
	}
	return c.with(e.ctx, func(a *app.App) error {
		if err := a.SetPassword(e.ctx, c.Login, password); err != nil {
			return fmt.Errorf("%s", app.Words(err))
		}
		_, err := fmt.Fprintf(e.stdout, "set the password of %s; every session was ended\n", c.Login)
		return err
	})
}

// userFactorCmd takes a second factor away.
type userFactorCmd struct {
	where
	Login string `arg:"" help:"The name to sign in with."`
}

// Run implements the subcommand.
func (c *userFactorCmd) Run(e *env) error {
	return c.with(e.ctx, func(a *app.App) error {
		if err := a.ResetFactor(e.ctx, c.Login); err != nil {
			return fmt.Errorf("%s", app.Words(err))
		}
		_, err := fmt.Fprintf(e.stdout, "took the second factor of %s away; every session was ended\n", c.Login)
		return err
	})
}

// userRequireCmd sets the rule on second factors.
type userRequireCmd struct {
	where
	Who    string `arg:"" help:"Whom the rule asks for a second factor: nobody, admins, all." enum:"nobody,admins,all"`
	Since  string `help:"From which day, such as 2027-01-01." placeholder:"DAY" required:""`
	Source string `help:"By what rule." default:"GB/T 22239-2019 8.1.4.1 d"`
}

// Run implements the subcommand.
func (c *userRequireCmd) Run(e *env) error {
	return c.with(e.ctx, func(a *app.App) error {
		if err := a.RequireFactor(e.ctx, c.Who, c.Since, c.Source); err != nil {
			return fmt.Errorf("%s", app.Words(err))
		}
		_, err := fmt.Fprintf(e.stdout, "from %s on, a second factor is asked of: %s\n", c.Since, c.Who)
		return err
	})
}

// userPasswordsCmd sets the rules on passwords.
type userPasswordsCmd struct {
	where
	Profile string `arg:"" help:"usual, or djbh3: a change every 90 days, none of the last five, three kinds of signs." enum:"usual,djbh3"`
	Since   string `help:"From which day, such as 2027-01-01." placeholder:"DAY" required:""`
	Source  string `help:"By what rule." default:"GB/T 22239-2019 8.1.4.1 a"`
}

// Run implements the subcommand.
func (c *userPasswordsCmd) Run(e *env) error {
	return c.with(e.ctx, func(a *app.App) error {
		if err := a.Passwords(e.ctx, c.Profile, c.Since, c.Source); err != nil {
			return fmt.Errorf("%s", app.Words(err))
		}
		_, err := fmt.Fprintf(e.stdout, "from %s on, passwords go by the rules: %s\n", c.Since, c.Profile)
		return err
	})
}

func readPassword(e *env) (string, error) {
	fmt.Fprint(e.stderr, "Password: ")
	line, err := bufio.NewReader(e.stdin).ReadString('\n')
	switch line = strings.TrimRight(line, "\r\n"); {
	case line != "":
		return line, nil
	case err == nil, errors.Is(err, io.EOF):
		return "", errors.New("no password on standard input")
	}
	return "", fmt.Errorf("read the password: %w", err)
}
