package accountweb

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/web"
)

// Sessions finds out who asks. Its zero value but for Accounts works on plain
// http.
type Sessions struct {
	Accounts *account.Service
	Secure   bool           // served over TLS: cookies are bound to the host and to TLS
	Proxies  []netip.Prefix // whose X-Forwarded-For is believed
}

// cookies are the names of our secrets in the browser.
type cookies bool // secure

func (c cookies) session() string { return c.name("nx") }
func (c cookies) device() string  { return c.name("nxd") }
func (c cookies) half() string    { return c.name("nxh") }
func (c cookies) begun() string   { return c.name("nxb") }
func (c cookies) held() string    { return c.name("nxs") }

// name binds a cookie to this very host where the browser can be sure of it.
func (c cookies) name(s string) string {
	if c {
		return "__Host-" + s
	}
	return s
}

// set leaves a cookie for as long as lasts, or until the browser is closed when
// that is 0; without a value it ends one. It is told as an age, not as a date:
// on a phone whose clock is wrong, a date may have passed already.
func (c cookies) set(w http.ResponseWriter, name, value string, lasts time.Duration) {
	k := &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(lasts.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: bool(c)} //nolint:gosec // Secure follows the site: on one machine it may be plain HTTP
	if value == "" {
		k.MaxAge = -1
	}
	http.SetCookie(w, k)
}

func read(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// Begin leaves the secret of a fresh sign-in in the browser: a staff member's until
// the browser is closed, a worker's or a link's a little longer than it is good for,
// so that a form that comes too late is known for one, see [Again].
func (s Sessions) Begin(w http.ResponseWriter, in account.Signed) {
	c := cookies(s.Secure)
	lasts := in.Lasts + keepEnded
	if in.Device != "" {
		lasts = 0
		c.set(w, c.device(), in.Device, keepDevice)
	}
	c.set(w, c.session(), in.Token, lasts)
}

// Welcome lets a worker in and on to next, or leads to what they are asked first.
func (s Sessions) Welcome(w http.ResponseWriter, r *http.Request, in account.Signed, own bool, next string) error {
	c := cookies(s.Secure)
	if in.Held {
		c.set(w, c.held(), in.Token, in.Lasts)
		return web.See(w, r, HeldPath+"?next="+url.QueryEscape(next))
	}
	if s.Held(r) != "" {
		c.set(w, c.held(), "", 0)
	}
	if own { // the session itself ends earlier, and is prolonged by use
		in.Lasts = 400 * 24 * time.Hour
	}
	s.Begin(w, in)
	return web.See(w, r, next)
}

// Held is the secret of a sign-in that waits, or "".
func (s Sessions) Held(r *http.Request) string { return read(r, cookies(s.Secure).held()) }

// End takes the secret of a session that is over out of the browser.
func (s Sessions) End(w http.ResponseWriter) {
	c := cookies(s.Secure)
	c.set(w, c.session(), "", 0)
}

// keepDevice is how long a browser is remembered as one from which a staff
// member signed in before.
const keepDevice = 180 * 24 * time.Hour

// keepEnded is how long the secret of a session that is over stays in a browser.
const keepEnded = 7 * 24 * time.Hour

type visitKey struct{}

// VisitOf returns the visit of the request: who, in which session.
func VisitOf(ctx context.Context) account.Visit {
	v, _ := ctx.Value(visitKey{}).(account.Visit)
	return v
}

// Handler puts who asks, and from where, into the context of next. Whoever comes
// with a session that is over goes on as nobody.
func (s Sessions) Handler(next http.Handler) http.Handler {
	h := func(w http.ResponseWriter, r *http.Request) error {
		c := cookies(s.Secure)
		token := read(r, c.session())
		from := s.address(r)
		ctx := pace.With(r.Context(), pace.Origin{Addr: from, Agent: r.UserAgent(), Session: token, Device: read(r, c.device())})
		if from.IsValid() {
			ctx = op.From(ctx, from.Unmap().String())
		}
		if token != "" && !strings.HasPrefix(r.URL.Path, web.AssetPath) {
			v, err := s.Accounts.Enter(ctx, token)
			switch {
			case err == nil:
				ctx = context.WithValue(authz.With(ctx, v.Subject), visitKey{}, v)
				web.SetReader(ctx, v.Subject.ID)
			case fault.Is(err, fault.Missing):
				ctx = context.WithValue(ctx, endedKey{}, true) // and stays known for one, so that a form may be sent again, see Again
			default:
				return err
			}
		} else if token == "" && read(r, c.device()) != "" { // staff signed in here before, and out, perhaps in another tab
			ctx = context.WithValue(ctx, endedKey{}, true)
		}
		if err := web.CheckWriter(r); err != nil {
			return err
		}
		if first := before(VisitOf(ctx), r); first != "" {
			return web.See(w, r, first)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
		return nil
	}
	pages, programs := web.HTML(h), web.API(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			programs.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// before is where whoever must do something first is led, or "": a first password
// is changed before the desk opens, and who must have a second factor sees nothing
// else until there is one.
func before(v account.Visit, r *http.Request) string {
	path := r.URL.Path
	switch {
	case r.Method != http.MethodGet || strings.HasPrefix(path, web.AssetPath) || strings.HasPrefix(path, "/api/"):
		return ""
	case v.MustChange && strings.HasPrefix(path, "/desk") && path != SettingsPath:
		return SettingsPath
	case v.MustFactor && !v.MustChange && path != FactorPath:
		return FactorPath
	}
	return ""
}

// address is the reader's own: the last one in X-Forwarded-For that no proxy of
// ours has. What a stranger writes there is not believed.
func (s Sessions) address(r *http.Request) netip.Addr {
	at := hostAddr(r.RemoteAddr)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !s.ours(at) {
			return at
		}
		before, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return at
		}
		at = before
	}
	return at
}

func (s Sessions) ours(a netip.Addr) bool {
	return slices.ContainsFunc(s.Proxies, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}

func hostAddr(hostPort string) netip.Addr {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = hostPort
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{} // a test's or a socket's: all count as one place
	}
	return a
}

// The addresses that other pages lead to.
const (
	SignInPath      = "/sign-in"       // workers
	StaffSignInPath = "/staff/sign-in" // staff
	LostPath        = "/sign-in/lost"  // what to do when the phone is lost
	HeldPath        = "/sign-in/again" // what is asked after long
	SignOutPath     = "/sign-out"      // POST
	SettingsPath    = "/desk/me"       // staff
	StaffPath       = "/desk/staff"    // administrators
	RightsPath      = "/desk/roles"    // who may do what, in words
)

// Staff answers for staff alone: others are led to the sign-in and back.
func Staff(h web.Handler) web.Handler {
	return kind(authz.Staff, StaffSignInPath, h)
}

// Worker answers for workers alone: others are led to the sign-in and back.
func Worker(h web.Handler) web.Handler {
	return kind(authz.Worker, SignInPath, h)
}

func kind(k authz.Kind, signIn string, h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if authz.From(r.Context()).Kind == k {
			return h(w, r)
		}
		if r.Method != http.MethodGet {
			return web.See(w, r, signIn)
		}
		return web.See(w, r, signIn+"?next="+url.QueryEscape(r.URL.RequestURI()))
	}
}

// Token is the secret of the session that r shows, or "".
func (s Sessions) Token(r *http.Request) string { return read(r, cookies(s.Secure).session()) }
