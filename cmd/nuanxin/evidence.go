package main

import (
	"io"
	"os"

	"nuanxin/internal/evidence"
)

// evidenceCmd is for whoever judges the program by a standard.
type evidenceCmd struct {
	ASVS evidenceASVSCmd `cmd:"" name:"asvs" help:"OWASP ASVS 5.0, row by row: which tests show it, and whether they passed."`
	DJBH evidenceDJBHCmd `cmd:"" name:"djbh" help:"GB/T 22239-2019 level 3, 8.1.4, the same."`
}

// evidenceFlags are those of both.
type evidenceFlags struct {
	Results []string `help:"The output of go test -json; may be given several times." required:"" type:"existingfile" placeholder:"FILE"`
	Form    string   `help:"text, markdown or csv." enum:"text,markdown,csv" default:"text"`
	Strict  bool     `help:"Exit with 1 when something that concerns the program is open or failed."`
}

// evidenceASVSCmd prints the table of ASVS.
type evidenceASVSCmd struct {
	evidenceFlags
	Level string `help:"Up to which level." enum:"1,2,3" default:"2"`
	Words string `help:"The flat JSON of ASVS 5.0.0, for the words of its requirements; their licence (CC BY-SA) keeps them out of this program." type:"existingfile" placeholder:"FILE"`
}

// Run implements the subcommand.
func (c *evidenceASVSCmd) Run(e *env) error {
	rows := evidence.Upto(evidence.ASVS(), c.Level)
	if c.Words != "" {
		f, err := os.Open(c.Words)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // it was read
		if err := evidence.AddWords(rows, f); err != nil {
			return err
		}
	}
	return c.print(e, rows)
}

// evidenceDJBHCmd prints the table of GB/T 22239.
type evidenceDJBHCmd struct{ evidenceFlags }

// Run implements the subcommand.
func (c *evidenceDJBHCmd) Run(e *env) error { return c.print(e, evidence.DJBH()) }

func (c *evidenceFlags) print(e *env, rows []evidence.Row) error {
	var all []io.Reader
	for _, name := range c.Results {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // it was read
		all = append(all, f)
	}
	results, err := evidence.ReadResults(io.MultiReader(all...))
	if err != nil {
		return err
	}
	lines := evidence.Judge(rows, results)
	if err := evidence.Print(e.stdout, evidence.Form(c.Form), lines); err != nil {
		return err
	}
	if c.Strict && !evidence.Whole(lines) {
		return exit(1)
	}
	return nil
}
