package main

import (
	"io"

	"nuanxin/internal/licence"
)

// licencesCmd prints the licences of what the program carries.
type licencesCmd struct{}

// Run implements the subcommand.
func (c *licencesCmd) Run(e *env) error {
	_, err := io.WriteString(e.stdout, licence.Texts)
	return err
}
