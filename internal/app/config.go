package app

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"

	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/wechat"
	"nuanxin/internal/app/keys"
	"nuanxin/internal/app/ways"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/guard"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/op"
	"nuanxin/internal/outbound"
	"nuanxin/internal/release"
	"nuanxin/internal/seal"
)

// Config says where the program keeps its things and how it meets the world.
// Its zero value is a county's: everything in one folder.
type Config struct {
	Data       string                 // the data folder
	DB         string                 // postgres://…; empty means SQLite in the data folder
	Keys       string                 // the key file; empty means keys/ring.json in the data folder
	Suite      seal.Suite             // of a new key file; empty means AES-256-GCM
	Hash       seal.Hash              // of a new key file's blind indexes; empty means SHA-256
	Guard      guard.Config           // of the key file
	GuardPorts []int                  // and the ports of its service; empty means 443 and 8443
	GuardNets  []netip.Prefix         // and the special networks that the service may be in
	Clock      clock.Clock            // nil means the machine's
	Driver     string                 // a SQLite driver for crash tests
	Proxies    []netip.Prefix         // whose X-Forwarded-For is believed
	People     []accountweb.DemoStaff // staff whom anybody may be in the demo
	Demo       bool                   // demo data: sign-ins and messages are shown on screen
	HomeArea   string                 // whose union hears what nobody said the place of; empty: the highest
	Origin     string                 // the public address, such as https://nuanxin.example.org; empty for plain local use
	Inside     []netip.Prefix         // networks of the house in which unions' identity providers may be; the internet may be in any case
	Scanner    string                 // the socket of a ClamAV daemon that looks at what is uploaded; empty: none
	Powers     []netip.Prefix         // networks from which alone the three powers work; empty: any
	Release    release.Config         // the program file and the key by which it was signed; empty: it is not looked at
	WeChat     WeChatConfig
	Realname   ways.Realname // the identity service; empty: none
	SMS        SMSConfig
	cheap      bool // passwords are quick to hash, for tests
}

// WeChatConfig names the official account by which workers sign in; empty: none.
type WeChatConfig struct{ AppID, Secret string }

// weChat is the sign-in by WeChat, where there is an account and an address to come back to.
func (a *App) weChat() wechat.Config {
	c := wechat.Config{Ring: a.ring, Accounts: a.Accounts}
	if w := a.config.WeChat; w.AppID != "" && a.config.Origin != "" {
		c.API, c.Redirect = ways.Official(w.AppID, w.Secret), a.config.Origin+accountweb.WeChatBackPath
	}
	return c
}

// processes are the codes of package assess of what this installation does with personal
// data: some always, some where it is switched on.
func (a *App) processes(checker verify.Checker) []string {
	on := []string{"bodies", "children"}
	if checker != nil {
		on = append(on, "identity")
	}
	if a.weChat().API != nil {
		on = append(on, "wechat")
	}
	return on
}

// SMSConfig says how text messages leave. Without a URL they are only kept for
// the demo page to show.
type SMSConfig struct {
	URL    string // the gateway's HTTPS address
	Body   string // the request's body, a template with {to}, {text}, {id}
	Header string // one header, such as "Authorization: Bearer …"
	Secret string // signs the body with HMAC-SHA256, where the gateway wants that
}

// url is where the database is.
func (c Config) url() string {
	if c.DB != "" {
		return c.DB
	}
	return filepath.Join(c.Data, "nuanxin.db")
}

// where names the place of the data for people; an address may hold a password.
func (c Config) where() string {
	if c.DB != "" {
		return "the database"
	}
	return c.Data
}

func (c Config) keyFile() string {
	if c.Keys != "" {
		return c.Keys
	}
	return filepath.Join(c.Data, "keys", "ring.json")
}

func (c Config) blobs() string { return filepath.Join(c.Data, "blobs") }

// secure reports whether people come over TLS.
func (c Config) secure() (bool, error) {
	if c.Origin == "" {
		return false, nil
	}
	u, err := url.Parse(c.Origin)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return false, fmt.Errorf("origin %q is not a web address", c.Origin)
	}
	return u.Scheme == "https", nil
}

// folder makes the data folder, readable by its owner alone.
func (c Config) folder() error {
	if c.Data == "" {
		return errors.New("a data folder is needed")
	}
	return os.MkdirAll(c.Data, 0o700)
}

// openDB opens the database.
func (c Config) openDB() db.Config { return db.Config{URL: c.url(), Clock: c.Clock, Driver: c.Driver} }

// keys is the key file with its guard. A key service may stand inside the house.
func (c Config) keys() (seal.File, error) {
	g, err := guard.New(c.Guard, outbound.Rule{Ports: c.GuardPorts, Allow: c.GuardNets})
	return seal.File{Path: c.keyFile(), Suite: c.Suite, Hash: c.Hash, Guard: g}, err
}

// openRing opens the key ring. A database without its keys is refused: new
// keys could not read it, and would hide the loss.
func (c Config) openRing(fresh bool) (*seal.Ring, error) {
	if _, err := os.Stat(c.keyFile()); errors.Is(err, os.ErrNotExist) && !fresh {
		return nil, fmt.Errorf("the key file %s is missing; put it back from where it is kept, for without it the sealed data cannot be read", c.keyFile())
	}
	file, err := c.keys()
	if err != nil {
		return nil, err
	}
	return file.Open()
}

// Vault is everything that is sealed, with its keys.
func (a *App) Vault() keys.Vault {
	return keys.Vault{DB: a.db, Desk: op.New(a.db, Policy), Blobs: a.blobs, Ring: a.ring, File: a.ring.File()}
}

// JoinKeys writes the key file that c names from the files of enough shares.
func JoinKeys(c Config, shares []string) (file string, err error) {
	to, err := c.keys()
	if err != nil {
		return "", err
	}
	return to.Path, errors.Join(os.MkdirAll(filepath.Dir(to.Path), 0o700), keys.Join(to, shares))
}
