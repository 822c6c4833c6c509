package guard

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"nuanxin/internal/outbound"
	"nuanxin/internal/seal"
)

func TestWhatIsWrongWithAConfiguration(t *testing.T) {
	for about, c := range map[string]Config{
		"one command":        {Wrap: "cat"},
		"both kinds":         {Wrap: "cat", Unwrap: "cat", URL: "https://kms.example.org/v1/transit"},
		"no address":         {Key: "nuanxin", Token: "file"},
		"no token":           {URL: "https://kms.example.org/v1/transit", Key: "nuanxin"},
		"not HTTPS":          {URL: "http://kms.example.org/v1/transit", Key: "nuanxin", Token: "file"},
		"words and no word":  {Wrap: " ", Unwrap: "cat"},
		"a name in the path": {URL: "https://user:pass@kms.example.org/", Key: "nuanxin", Token: "file"},
	} {
		if g, err := New(c, outbound.Rule{}); err == nil {
			t.Errorf("%s: taken as %v", about, g)
		}
	}
	if g, err := New(Config{}, outbound.Rule{}); g != nil || err != nil {
		t.Errorf("nothing configured: %v, %v", g, err)
	}
}

// kms is a key service that speaks the transit interface; it keeps one key, turned
// by its name, and answers whoever knows the token.
func kms(t *testing.T, token string) (Config, outbound.Rule) {
	t.Helper()
	turn := func(s, key string) string {
		out := []byte(s)
		for i := range out {
			out[i] ^= key[i%len(key)]
		}
		return string(out)
	}
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Plaintext, Ciphertext string }
		part := strings.Split(r.URL.Path, "/")
		if r.Method != http.MethodPost || len(part) != 5 || part[4] != "nuanxin" || json.NewDecoder(r.Body).Decode(&in) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if r.Header.Get("X-Vault-Token") != token {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		data := map[string]any{"key_version": 1}
		switch part[3] {
		case "encrypt":
			data["ciphertext"] = "vault:v1:" + base64.StdEncoding.EncodeToString([]byte(turn(in.Plaintext, part[4])))
		case "decrypt":
			b, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(in.Ciphertext, "vault:v1:"))
			data["plaintext"] = turn(string(b), part[4])
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
	}))
	t.Cleanup(s.Close)
	at, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(at.Port())
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return Config{URL: s.URL + "/v1/transit", Key: "nuanxin", Token: file},
		outbound.Rule{Ports: []int{port}, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: roots}
}

func TestKeyService(t *testing.T) {
	conf, rule := kms(t, "s.secret-token")
	guarded(t, conf, rule)
	if err := os.WriteFile(conf.Token, []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := New(conf, rule)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Wrap([]byte("x")); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("with a wrong token: %v", err)
	}
	rule.Allow = nil // a service inside the house must be allowed by name
	if g, err := New(conf, rule); err == nil {
		if _, err := g.Wrap([]byte("x")); err == nil {
			t.Error("an address that was not allowed was asked")
		}
	}
}

// guarded makes a ring whose file has that guard, and opens it again.
func guarded(t *testing.T, conf Config, rule outbound.Rule) {
	t.Helper()
	g, err := New(conf, rule)
	if err != nil {
		t.Fatal(err)
	}
	f := seal.File{Path: filepath.Join(t.TempDir(), "ring.json"), Guard: g}
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	if r.Index("a", "b") != again.Index("a", "b") {
		t.Error("other keys came back")
	}
	if _, err := seal.Open(f.Path, seal.AES256GCM); err == nil {
		t.Error("the file opens without its guard")
	}
}

func TestCommands(t *testing.T) {
	guarded(t, Config{Wrap: "base64", Unwrap: "base64 -d"}, outbound.Rule{})
	g, err := New(Config{Wrap: "false", Unwrap: "true"}, outbound.Rule{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Wrap([]byte("x")); err == nil {
		t.Error("a command that failed wrapped")
	}
	if _, err := g.Unwrap([]byte("x")); err == nil {
		t.Error("a command that wrote nothing unwrapped")
	}
}

// A hardware module by PKCS#11, here SoftHSM, through the script of docs/.
func TestHardwareModule(t *testing.T) {
	module := ""
	for _, at := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"} {
		if _, err := os.Stat(at); err == nil {
			module = at
		}
	}
	for _, tool := range []string{"softhsm2-util", "pkcs11-tool", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil || module == "" {
			t.Skip("SoftHSM, OpenSC and OpenSSL are not all installed here")
		}
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"softhsm2.conf": "directories.tokendir = " + dir + "\nlog.level = ERROR\n", "pin": "246810"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{"SOFTHSM2_CONF": filepath.Join(dir, "softhsm2.conf"), "PKCS11_MODULE": module, "PKCS11_TOKEN": "nuanxin", "PKCS11_KEY": "01", "PKCS11_PIN_FILE": filepath.Join(dir, "pin")} {
		t.Setenv(name, value)
	}
	for _, words := range [][]string{
		{"softhsm2-util", "--init-token", "--free", "--label", "nuanxin", "--pin", "246810", "--so-pin", "135790"},
		{"pkcs11-tool", "--module", module, "--token-label", "nuanxin", "--login", "--pin", "246810", "--keygen", "--key-type", "AES:32", "--label", "keys", "--id", "01"},
	} {
		if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", words, err, out)
		}
	}
	script, err := filepath.Abs("../../docs/pkcs11-guard.sh")
	if err != nil {
		t.Fatal(err)
	}
	guarded(t, Config{Wrap: "sh " + script + " wrap", Unwrap: "sh " + script + " unwrap"}, outbound.Rule{})
}
