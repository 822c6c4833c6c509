// Package guard has the guards of a key file ([seal.Guard]): a key management service
// that speaks the transit interface of Vault and OpenBao, and two commands, by which
// a hardware module is reached through the tools that come with it (PKCS#11).
//
// A guard wraps the key that the file is sealed with. The service or module is asked
// when the program starts and when keys change; while it is away, what runs goes on.
package guard

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"nuanxin/internal/outbound"
	"nuanxin/internal/seal"
)

// Config says how a key file is guarded; its zero value: it is not.
type Config struct {
	Wrap   string // a command that reads a key and writes it wrapped; words are parted by spaces
	Unwrap string // and the one that does the opposite

	URL   string // instead: HTTPS address of a key service, such as https://kms.example.org/v1/transit
	Key   string // the name of its key
	Token string // the file with the token that it asks for
}

// New returns the guard, nil for none, or what is wrong with c.
func New(c Config, rule outbound.Rule) (seal.Guard, error) {
	switch {
	case c == Config{}:
		return nil, nil //nolint:nilnil // no guard
	case c.URL != "" && c.Wrap+c.Unwrap != "":
		return nil, errors.New("guard: commands and a key service were given; the keys have one guard")
	case c.URL == "" && c.Key+c.Token != "":
		return nil, errors.New("guard: a key service needs its address")
	case c.URL == "":
		return newCommand(c)
	case c.Key == "" || c.Token == "":
		return nil, errors.New("guard: a key service needs the name of its key and the file of its token")
	}
	t := &transit{client: outbound.New(rule), key: c.Key, token: c.Token}
	base, err := t.client.Target(strings.TrimSuffix(c.URL, "/"))
	if err != nil {
		return nil, fmt.Errorf("guard: the key service: %w", err)
	}
	t.base = base
	return t, nil
}

// wait is how long a guard may take; a module may ask its keeper for a card.
const wait = 60 * time.Second

// command wraps by commands.
type command struct{ wrap, unwrap []string }

func newCommand(c Config) (*command, error) {
	g := &command{strings.Fields(c.Wrap), strings.Fields(c.Unwrap)}
	if len(g.wrap) == 0 || len(g.unwrap) == 0 {
		return nil, errors.New("guard: both commands are needed, to wrap and to unwrap")
	}
	return g, nil
}

// Wrap implements [seal.Guard].
func (g *command) Wrap(plain []byte) ([]byte, error) { return run(g.wrap, plain) }

// Unwrap implements [seal.Guard].
func (g *command) Unwrap(wrapped []byte) ([]byte, error) { return run(g.unwrap, wrapped) }

// run gives input to a command and returns what it writes. What it says of an error
// is passed on: a tool of its keeper's own choice says no secret.
func run(words []string, input []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the operator's own command
	cmd.WaitDelay = time.Second
	cmd.Stdin = bytes.NewReader(input)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", words[0], err, bytes.TrimSpace(said.Bytes()))
	}
	if out.Len() == 0 {
		return nil, fmt.Errorf("%s wrote nothing", words[0])
	}
	return out.Bytes(), nil
}

// transit asks a key service that never gives its key away
// (https://openbao.org/api-docs/secret/transit/).
type transit struct {
	client *outbound.Client
	base   *url.URL
	key    string
	token  string
}

// Wrap implements [seal.Guard].
func (g *transit) Wrap(plain []byte) ([]byte, error) {
	got, err := g.ask("encrypt", map[string]string{"plaintext": base64.StdEncoding.EncodeToString(plain)}, "ciphertext")
	return []byte(got), err
}

// Unwrap implements [seal.Guard].
func (g *transit) Unwrap(wrapped []byte) ([]byte, error) {
	got, err := g.ask("decrypt", map[string]string{"ciphertext": string(wrapped)}, "plaintext")
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(got)
}

// ask calls the service and returns one value of its answer.
func (g *transit) ask(what string, body map[string]string, field string) (string, error) {
	token, err := os.ReadFile(g.token)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.base.JoinPath(what, g.key).String(), bytes.NewReader(text))
	if err != nil {
		return "", err
	}
	r.Header.Set("X-Vault-Token", strings.TrimSpace(string(token)))
	r.Header.Set("Content-Type", "application/json")
	a, err := g.client.Do(r)
	if err != nil {
		return "", err
	}
	if a.Status != http.StatusOK {
		return "", fmt.Errorf("the key service answered %d", a.Status) // its words may repeat what it was sent
	}
	var answer struct {
		Data map[string]any `json:"data"`
	}
	if err := json.Unmarshal(a.Body, &answer); err != nil {
		return "", errors.New("the key service did not answer as it should")
	}
	got, _ := answer.Data[field].(string)
	if got == "" {
		return "", errors.New("the key service did not answer as it should")
	}
	return got, nil
}
