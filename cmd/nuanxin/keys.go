package main

import (
	"fmt"
	"maps"
	"slices"

	"nuanxin/internal/app"
	"nuanxin/internal/app/keys"
	"nuanxin/internal/seal"
)

// keysCmd is for whoever keeps the keys. No secret is ever printed.
type keysCmd struct {
	List   keysListCmd   `cmd:"" help:"List the keys, and how much each sealed."`
	Rotate keysRotateCmd `cmd:"" help:"Add a key, by which everything is sealed from now on, also by a server that runs."`
	Reseal keysResealCmd `cmd:"" help:"Seal anew what older keys sealed, while the server runs. May be cut off and begun again."`
	Retire keysRetireCmd `cmd:"" help:"Take away keys that nothing is sealed with any more."`
	Verify keysVerifyCmd `cmd:"" help:"Open everything that is sealed, to prove that it can be opened."`
	Split  keysSplitCmd  `cmd:"" help:"Split the key file into shares for several people, some of whom can give it back."`
	Guard  keysGuardCmd  `cmd:"" help:"Have the key file guarded as the flags say."`
	Join   keysJoinCmd   `cmd:"" help:"Write the key file anew from enough shares."`
}

// keysListCmd lists the keys.
type keysListCmd struct {
	where
	JSON bool `name:"json" help:"Answer as JSON."`
}

// listed is a key as it is listed.
type listed struct {
	seal.Info
	Lost   bool             `json:"lost,omitempty"` // it sealed, and is not in the key file
	Sealed map[string]int64 `json:"sealed"`         // by table.column or files
}

// Run implements the subcommand.
func (c *keysListCmd) Run(e *env) error {
	return c.with(e.ctx, func(a *app.App) error {
		v := a.Vault()
		count, err := v.Census(e.ctx)
		if err != nil {
			return err
		}
		all := []listed{}
		for _, k := range v.Ring.Keys() {
			all = append(all, listed{k, false, count[k.ID]})
			delete(count, k.ID)
		}
		for _, k := range slices.Sorted(maps.Keys(count)) {
			all = append(all, listed{seal.Info{ID: k}, k != keys.Data, count[k]})
		}
		if c.JSON {
			return printJSON(e, all)
		}
		for _, k := range all {
			fmt.Fprintf(e.stdout, "key %d  %s\n", k.ID, k.words())
			for _, where := range slices.Sorted(maps.Keys(k.Sealed)) {
				fmt.Fprintf(e.stdout, "   %-28s %10d\n", where, k.Sealed[where])
			}
		}
		return nil
	})
}

func (k listed) words() string {
	made := "before this was kept"
	switch {
	case k.ID == keys.Data:
		return "stands for the data keys, one a person, a matter or a file, which the keys above sealed"
	case k.Lost:
		return "is NOT in the key file: what it sealed cannot be opened"
	case !k.Made.IsZero():
		made = k.Made.Format("2006-01-02")
	}
	if k.Seals {
		made += "  seals"
	}
	return fmt.Sprintf("%s  made %s", k.Suite, made)
}

// keysRotateCmd adds a key.
type keysRotateCmd struct{ where }

// Run implements the subcommand.
func (c *keysRotateCmd) Run(e *env) error {
	return c.with(e.ctx, func(a *app.App) error {
		added, backup, err := a.Vault().Rotate(e.ctx, seal.Suite(c.Suite))
		if backup == "" {
			return err
		}
		fmt.Fprintf(e.stdout, "key %d (%s) seals from now on; the file before is %s\n", added.ID, added.Suite, backup)
		fmt.Fprintln(e.stdout, "Keep a copy of the new key file in another place, split it again if it was split, and run nuanxin keys reseal when it suits.")
		return err
	})
}

// keysGuardCmd has the file guarded.
type keysGuardCmd struct{ where }

// Run implements the subcommand.
func (c *keysGuardCmd) Run(e *env) error {
	return c.with(e.ctx, func(a *app.App) error {
		backup, err := a.Vault().Guard(e.ctx)
		if backup == "" {
			return err
		}
		fmt.Fprintf(e.stdout, "the key file is guarded; the file before is %s\n", backup)
		fmt.Fprintln(e.stdout, "If that one was not guarded, take it to a safe place away from this machine or destroy it, and give every start the same flags.")
		return err
	})
}

// keysResealCmd seals anew.
type keysResealCmd struct{ where }

// Run implements the subcommand.
func (c *keysResealCmd) Run(e *env) error {
	return c.with(e.ctx, func(a *app.App) error {
		values, files, err := a.Vault().Reseal(e.ctx, func(values, files int64) {
			fmt.Fprintf(e.stderr, "\r%d values, %d files", values, files)
		})
		if values+files > 0 {
			fmt.Fprintln(e.stderr)
		}
		if err == nil {
			fmt.Fprintf(e.stdout, "sealed %d values and %d files anew\n", values, files)
		}
		return err
	})
}

// keysRetireCmd takes keys away.
type keysRetireCmd struct {
	where
	Key []uint32 `arg:"" optional:"" help:"Which; all that nothing is sealed with if none is given."`
}

// Run implements the subcommand.
func (c *keysRetireCmd) Run(e *env) error {
	return c.with(e.ctx, func(a *app.App) error {
		gone, backup, err := a.Vault().Retire(e.ctx, c.Key...)
		switch {
		case err != nil && backup == "":
			return err
		case backup == "":
			fmt.Fprintln(e.stdout, "every key but the newest is still in use, or there is only one; nothing was changed")
			return nil
		}
		fmt.Fprintf(e.stdout, "took away: %v. Backups from before the values were sealed anew need them still: keep %s as long as those.\n", gone, backup)
		return err
	})
}

// keysVerifyCmd opens everything.
type keysVerifyCmd struct {
	where
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run implements the subcommand.
func (c *keysVerifyCmd) Run(e *env) error {
	return c.with(e.ctx, func(a *app.App) error {
		proof, err := a.Vault().Verify(e.ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			err = printJSON(e, proof)
		} else {
			fmt.Fprintf(e.stdout, "%d values and %d files open; %d do not; %d files are no row's, and the sweep takes them\n", proof.Values, proof.Files, len(proof.Wrong), proof.Unnamed)
			for _, w := range proof.Wrong {
				fmt.Fprintln(e.stdout, "   ", w)
			}
		}
		if err == nil && len(proof.Wrong) > 0 {
			return exit(1)
		}
		return err
	})
}

// keysSplitCmd splits the key file.
type keysSplitCmd struct {
	where
	Need   int    `help:"How many shares give the file back." default:"3"`
	Shares int    `help:"How many shares there are." default:"5"`
	Out    string `help:"The folder for the shares." type:"existingdir" required:"" placeholder:"DIR"`
}

// Run implements the subcommand.
func (c *keysSplitCmd) Run(e *env) error {
	return c.with(e.ctx, func(a *app.App) error {
		names, err := a.Vault().Split(e.ctx, c.Out, c.Need, c.Shares)
		if err != nil {
			return err
		}
		for _, name := range names {
			fmt.Fprintln(e.stdout, name)
		}
		fmt.Fprintf(e.stdout, "Give each to another person, on a medium of its own, and remove them here. Any %d give the key file back: nuanxin keys join.\n", c.Need)
		return nil
	})
}

// keysJoinCmd writes the key file.
type keysJoinCmd struct {
	where
	Share []string `arg:"" help:"The files of the shares." type:"existingfile"`
}

// Run implements the subcommand.
func (c *keysJoinCmd) Run(e *env) error {
	file, err := app.JoinKeys(c.config(), c.Share)
	if err == nil {
		_, err = fmt.Fprintf(e.stdout, "%s is there again; run nuanxin keys verify now\n", file)
	}
	return err
}
