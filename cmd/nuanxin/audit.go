package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"nuanxin/internal/app"
	"nuanxin/internal/app/proof"
)

// auditCmd is for whoever audits.
type auditCmd struct {
	Verify verifyCmd   `cmd:"" help:"Find every change, removal or insertion in the audit trail, with the public key alone."`
	Key    auditKeyCmd `cmd:"" help:"Print the public key and the newest anchors, to be kept elsewhere."`
}

// verifyCmd holds the audit trail against the public key. It writes nothing and
// needs no key file.
type verifyCmd struct {
	Data    string   `help:"The data folder, or a copy of it." default:"nuanxin-data" type:"path" placeholder:"DIR"`
	DB      string   `help:"postgres://… instead of SQLite in the data folder; an account that may only read is enough." placeholder:"URL"`
	Key     string   `help:"The public key: a PEM file, an answer of audit key --json, or the key itself in base64." required:"" placeholder:"FILE"`
	Against []string `help:"An earlier answer of audit key, audit verify or check with --json: its anchors must still be there. May be given several times." type:"existingfile"`
	JSON    bool     `name:"json" help:"Answer as JSON."`
}

// Run implements the subcommand.
func (c *verifyCmd) Run(e *env) error {
	text, err := os.ReadFile(c.Key)
	if errors.Is(err, os.ErrNotExist) {
		text, err = []byte(c.Key), nil
	}
	if err != nil {
		return err
	}
	public, err := proof.Read(string(text))
	if err != nil {
		return err
	}
	earlier, err := anchorsIn(c.Against)
	if err != nil {
		return err
	}
	report, err := app.VerifyAudit(e.ctx, app.Config{Data: c.Data, DB: c.DB}, public, earlier...)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(e, report)
	} else {
		c.tell(e, report)
	}
	if err == nil && !report.OK {
		return exit(1)
	}
	return err
}

func (c *verifyCmd) tell(e *env, r proof.Report) {
	fmt.Fprintf(e.stdout, "%d audit rows, %d anchors: %d wrong\n", r.Rows, r.Seals, len(r.Wrong))
	for _, w := range r.Wrong {
		fmt.Fprintln(e.stdout, "   ", w)
	}
	printAnchors(e, r.Anchors)
	if r.Loose > 0 {
		fmt.Fprintf(e.stdout, "%d rows are not sealed yet: until the next anchor, in about an hour, only their chain holds them.\n", r.Loose)
	}
	if len(c.Against) == 0 {
		fmt.Fprintln(e.stdout, "Nothing to compare with: whether all of it was set back to an earlier day shows only with --against and anchors that were kept elsewhere.")
	}
}

// auditKeyCmd prints what is kept elsewhere.
type auditKeyCmd struct {
	where
	JSON bool `name:"json" help:"Answer as JSON, as audit verify reads it."`
}

// Run implements the subcommand.
func (c *auditKeyCmd) Run(e *env) error {
	kept, err := app.AuditKey(e.ctx, c.config())
	switch {
	case err != nil:
		return err
	case c.JSON:
		return printJSON(e, kept)
	}
	fmt.Fprint(e.stdout, kept.AnchorKey)
	printAnchors(e, kept.Anchors)
	return nil
}

func printAnchors(e *env, anchors []proof.Line) {
	for _, a := range anchors {
		fmt.Fprintf(e.stdout, "newest anchor: %-10s %6d  %s  %s\n", a.Group, a.Seq, a.Until.Format(time.RFC3339), a.Hash)
	}
}

func printJSON(e *env, v any) error {
	enc := json.NewEncoder(e.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// anchorsIn reads the anchors of earlier answers.
func anchorsIn(files []string) (all []proof.Line, err error) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var kept proof.Kept
		if err := json.Unmarshal(text, &kept); err != nil || len(kept.Anchors) == 0 {
			return nil, fmt.Errorf("%s holds no anchors: it must be an answer of audit key, audit verify or check with --json", file)
		}
		all = append(all, kept.Anchors...)
	}
	return all, nil
}
