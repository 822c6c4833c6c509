package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"nuanxin/internal/app"
	"nuanxin/internal/release"
)

// releaseCmd is for whoever releases the program, and for whoever doubts a file.
type releaseCmd struct {
	Keys   releaseKeysCmd   `cmd:"" help:"Make the pair of keys by which releases are signed."`
	Sign   releaseSignCmd   `cmd:"" help:"Put the signature of a program file beside it."`
	Verify releaseVerifyCmd `cmd:"" help:"Hold a program file, this one if none is named, against its signature."`
}

// releaseKeysCmd makes the keys.
type releaseKeysCmd struct {
	Secret string `arg:"" help:"Where the secret key goes, sealed by a password that is asked for." type:"path"`
}

// Run implements the subcommand.
func (c *releaseKeysCmd) Run(e *env) error {
	password, err := releasePassword(e)
	if err != nil {
		return err
	}
	if len([]rune(password)) < 12 {
		return errors.New("the password that seals the secret key has at least 12 signs")
	}
	public, secret, err := release.NewKeys(password)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.Secret, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // never over another key
	if err != nil {
		return err
	}
	_, err = f.Write(append(secret, '\n'))
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.stdout, public)
	return err
}

// releasePassword reads the password from the environment or a line of the input.
func releasePassword(e *env) (string, error) {
	if given := os.Getenv("NUANXIN_RELEASE_PASSWORD"); given != "" {
		return given, nil
	}
	fmt.Fprint(e.stderr, "Password of the secret key: ")
	line, err := bufio.NewReader(e.stdin).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line != "" {
		err = nil
	}
	return line, err
}

// releaseSignCmd signs files.
type releaseSignCmd struct {
	Key     string   `help:"The secret key." required:"" type:"existingfile" placeholder:"FILE"`
	Comment string   `help:"What is signed along; the version and the machine if nothing is said." placeholder:"TEXT"`
	Files   []string `arg:"" help:"The program files." type:"existingfile"`
}

// Run implements the subcommand.
func (c *releaseSignCmd) Run(e *env) error {
	secret, err := os.ReadFile(c.Key)
	if err != nil {
		return err
	}
	password, err := releasePassword(e)
	if err != nil {
		return err
	}
	comment := c.Comment
	if comment == "" {
		comment = fmt.Sprintf("nuanxin %s %s/%s", app.Version, runtime.GOOS, runtime.GOARCH)
	}
	for _, file := range c.Files {
		beside, err := release.Sign(file, secret, password, comment)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.stdout, beside)
	}
	return nil
}

// releaseVerifyCmd verifies one file.
type releaseVerifyCmd struct {
	Key  string `help:"The public key." required:"" placeholder:"KEY"`
	JSON bool   `name:"json" help:"Answer as JSON."`
	File string `arg:"" optional:"" help:"The program file; this one if none is named." type:"existingfile"`
}

// Run implements the subcommand.
func (c *releaseVerifyCmd) Run(e *env) error {
	file := c.File
	if file == "" {
		var err error
		if file, err = self(); err != nil {
			return err
		}
	}
	found, err := release.Verify(file, c.Key)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e, found)
	}
	_, err = fmt.Fprintf(e.stdout, "%s is %s\nsha256 %s\n", found.File, found.Comment, found.SHA256)
	return err
}

// self is the file of this program, whatever link it was called by.
func self() (string, error) {
	file, err := os.Executable()
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(file)
}
