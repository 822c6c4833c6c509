package account_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/passkey"
	"nuanxin/internal/account/warden"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

var system = authz.AsSystem(context.Background(), "test")

// phones takes messages in place of a gateway.
type phones struct {
	mu   sync.Mutex
	all  []account.Message
	dead bool
}

func (p *phones) Send(_ context.Context, m account.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return fmt.Errorf("no line")
	}
	p.all = append(p.all, m)
	return nil
}

// last is the code of the last message to phone.
func (p *phones) last(phone string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.all) - 1; i >= 0; i-- {
		if p.all[i].Phone == phone {
			return p.all[i].Code
		}
	}
	return ""
}

// areas are organisations by their id.
type areas map[string]string

func (a areas) Area(_ context.Context, _ *op.Tx, id string) (string, error) {
	area, ok := a[id]
	if !ok {
		return "", fault.New("test.area", fault.Missing, "fault.missing")
	}
	return area, nil
}

func (a areas) Names(_ context.Context, _ *op.Tx, ids []string) (map[string]string, error) {
	names := map[string]string{}
	for _, id := range ids {
		names[id] = "南康街道总工会"
	}
	return names, nil
}

type world struct {
	*account.Service
	t      *testing.T
	db     *db.DB
	desk   *op.Desk
	clock  *clock.Fake
	phones *phones
	orgs   areas
}

func each(t *testing.T, f func(t *testing.T, w world)) {
	t.Helper()
	clk := clock.At(start)
	dbtest.Each(t, clk, []fs.FS{op.Schema, account.Schema}, func(t *testing.T, d *db.DB) {
		clk.Set(start)
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		party, err := passkey.NewParty(siteOrigin)
		if err != nil {
			t.Fatal(err)
		}
		w := world{t: t, db: d, clock: clk, phones: &phones{}, orgs: areas{}, desk: op.New(d, authz.Merge(account.Policy, warden.Policy))}
		w.Service = account.NewService(w.desk, account.Config{Ring: ring, Sender: w.phones, Orgs: w.orgs, Party: party, Cheap: true})
		f(t, w)
	})
}

func from(ctx context.Context, addr string) context.Context {
	o := pace.OriginOf(ctx)
	o.Addr = netip.MustParseAddr(addr)
	return pace.With(ctx, o)
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

func (w world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// worker signs a worker in and returns the session.
func (w world) worker(phone string) account.Signed {
	w.t.Helper()
	w.must(w.SendCode(w.t.Context(), account.ForSignIn, phone))
	in, err := w.SignIn(w.t.Context(), phone, w.phones.last(phone), true)
	w.must(err)
	return in
}

const password = "red boat on the river"

// staff adds somebody with grants and the usual password.
func (w world) staff(login, area string, grants ...account.Grant) account.ID {
	w.t.Helper()
	p, _, err := w.AddStaff(system, account.Staff{Login: login, Name: "名" + login, Area: area, Grants: grants, Password: password})
	w.must(err)
	return p
}

// as is the context of somebody who signed in as login.
func (w world) as(login string) (context.Context, account.Signed) {
	w.t.Helper()
	in, err := w.SignInStaff(w.t.Context(), login, password)
	w.must(err)
	s, err := w.Resolve(w.t.Context(), in.Token)
	w.must(err)
	return authz.With(w.t.Context(), s), in
}

// limit sets a limit from today on, as an operator would.
func (w world) limit(name string, value int64) {
	w.t.Helper()
	w.must(w.SetLimit(system, name, clock.Day(w.clock.Now()), value, "test"))
}

func TestSignIn(t *testing.T) {
	proves.That(t, "auth-flows")
	each(t, func(t *testing.T, w world) {
		one := w.worker("13812340001")
		w.clock.Move(2 * time.Minute)
		w.must(w.SendCode(t.Context(), account.ForSignIn, "+86 138-1234-0001"))
		good := w.phones.last("13812340001")
		for _, test := range []struct{ about, phone, code, want string }{
			{"a wrong code", "13812340001", wrong(good), "invalid"},
			{"another phone's code", "13812340002", good, "invalid"},
			{"no code", "13812340001", "", "invalid"},
			{"no phone", "1381234", good, "invalid"},
			{"the code, pasted with the whole message", "138 1234 0001", "验证码 " + good + "，5 分钟内有效", "ok"},
			{"the code again", "13812340001", good, "invalid"},
		} {
			in, err := w.SignIn(t.Context(), test.phone, test.code, true)
			if got := code(err); got != test.want {
				t.Errorf("%s: %s, want %s (%v)", test.about, got, test.want, err)
			}
			if err == nil && in.Person != one.Person {
				t.Errorf("%s: another person", test.about)
			}
		}
		w.clock.Move(2 * time.Minute)
		w.must(w.SendCode(t.Context(), account.ForSignIn, "13812340001"))
		w.clock.Move(5 * time.Minute)
		if _, err := w.SignIn(t.Context(), "13812340001", w.phones.last("13812340001"), true); code(err) != "invalid" {
			t.Errorf("an old code = %v, want invalid", err)
		}
		w.must(w.SendCode(t.Context(), "request", "13812340001"))
		if _, err := w.SignIn(t.Context(), "13812340001", w.phones.last("13812340001"), true); code(err) != "invalid" {
			t.Errorf("a code for another purpose = %v, want invalid", err)
		}
		if err := w.CheckCode(t.Context(), "request", "13812340001", w.phones.last("13812340001")); err != nil {
			t.Errorf("for its own purpose: %v", err)
		}
	})
}

func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestACodeWorksOnce(t *testing.T) {
	proves.That(t, "otp-single-use", "sms-otp")
	each(t, func(t *testing.T, w world) {
		for round := range 3 {
			phone := fmt.Sprintf("1381234100%d", round)
			w.must(w.SendCode(t.Context(), account.ForSignIn, phone))
			ctx := op.With(t.Context(), op.Call{ClientID: id.New[string](), Digest: "same"})
			var wg sync.WaitGroup
			var mu sync.Mutex
			in, refused := 0, 0
			for range 64 {
				wg.Go(func() {
					_, err := w.SignIn(ctx, phone, w.phones.last(phone), true)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						in++
					} else if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Busy) {
						refused++
					} else {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if in != 1 || refused != 63 {
				t.Errorf("%d signed in and %d were refused, want 1 and 63", in, refused)
			}
			w.clock.Move(2 * time.Hour)
		}
	})
}

func TestTriesAtOnceAreNoMoreThanOneByOne(t *testing.T) {
	proves.That(t, "sms-otp")
	each(t, func(t *testing.T, w world) {
		const phone = "13812341009"
		w.must(w.SendCode(t.Context(), "link", phone))
		good := w.phones.last(phone)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { _ = w.CheckCode(t.Context(), "link", phone, wrong(good)) })
		}
		wg.Wait()
		if err := w.CheckCode(t.Context(), "link", phone, good); code(err) != "invalid" {
			t.Errorf("the right code after 20 wrong ones = %v, want invalid", err)
		}
	})
}

func TestKnownAndUnknownNumbersLookTheSame(t *testing.T) {
	proves.That(t, "auth-flows")
	each(t, func(t *testing.T, w world) {
		w.worker("13812340001")
		w.clock.Move(time.Hour)
		a, b := w.SendCode(t.Context(), account.ForSignIn, "13812340001"), w.SendCode(t.Context(), account.ForSignIn, "13812340002")
		if a != nil || b != nil {
			t.Fatal(a, b)
		}
		text := func(phone string) string {
			for _, m := range w.phones.all[1:] {
				if m.Phone == phone {
					return strings.ReplaceAll(m.Text, m.Code, "******")
				}
			}
			return ""
		}
		if a, b := text("13812340001"), text("13812340002"); a != b || a == "" {
			t.Errorf("messages differ: %q and %q", a, b)
		}
		_, known := w.SignIn(t.Context(), "13812340001", wrong(w.phones.last("13812340001")), true)
		_, unknown := w.SignIn(t.Context(), "13812340002", wrong(w.phones.last("13812340002")), true)
		_, never := w.SignIn(t.Context(), "13812340003", "123456", true)
		if known.Error() != unknown.Error() || known.Error() != never.Error() {
			t.Errorf("answers differ:\n%v\n%v\n%v", known, unknown, never)
		}
		first, second := w.SendCode(t.Context(), account.ForSignIn, "13812340001"), w.SendCode(t.Context(), account.ForSignIn, "13812340002")
		if first.Error() != second.Error() {
			t.Errorf("too soon: %v and %v", first, second)
		}
	})
}

// A message may be read over a shoulder: it says nothing but the code.
func TestMessageIsNeutral(t *testing.T) {
	proves.That(t, "sms-otp")
	each(t, func(t *testing.T, w world) {
		w.must(w.SendCode(t.Context(), "link", "13812340001"))
		text := w.phones.all[0].Text
		for _, word := range []string{"诉求", "投诉", "工会", "帮扶", "困难", "link", "案"} {
			if strings.Contains(text, word) {
				t.Errorf("%q says %q", text, word)
			}
		}
	})
}

func TestMessagesAreLimited(t *testing.T) {
	proves.That(t, "abuse-budget", "sms-otp")
	each(t, func(t *testing.T, w world) {
		const phone = "13812342000"
		var times []time.Time
		for n := range 72 * 12 { // every five minutes for three days, from ever new addresses
			ctx := from(t.Context(), fmt.Sprintf("10.1.%d.%d", n/250, n%250))
			for range 2 {
				switch err := w.SendCode(ctx, fmt.Sprintf("purpose %d", n%3), phone); {
				case err == nil:
					times = append(times, w.clock.Now())
				case !fault.Is(err, fault.Busy):
					t.Fatal(err)
				}
			}
			w.clock.Move(5 * time.Minute)
		}
		for i, at := range times {
			if i > 0 && at.Sub(times[i-1]) < time.Minute {
				t.Errorf("two messages within a minute at %v", at)
			}
			if i >= 5 && at.Sub(times[i-5]) < 24*time.Hour {
				t.Errorf("six messages within 24 hours at %v", at)
			}
		}
		if len(times) != 15 {
			t.Errorf("%d messages in three days, want 15: the owner is still served", len(times))
		}
	})
}

func TestMessagesByAddressAndDay(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		for about, err := range map[string]error{
			"by an administrator": w.SetLimit(authz.With(t.Context(), authz.Subject{Kind: authz.Staff, ID: id.New[string](), Grants: []authz.Grant{{Role: authz.Admin}}}), "sms_day", "2026-01-01", 1, "x"),
			"of no known name":    w.SetLimit(system, "sms_year", "2026-01-01", 1, "x"),
			"without a source":    w.SetLimit(system, "sms_day", "2026-01-01", 1, ""),
			"from no day":         w.SetLimit(system, "sms_day", "soon", 1, "x"),
		} {
			if err == nil {
				t.Errorf("a limit %s is set", about)
			}
		}
		w.limit("sms_address_day", 3)
		w.limit("sms_day", 6)
		send := func(n int, addr string) string {
			return code(w.SendCode(from(t.Context(), addr), account.ForSignIn, fmt.Sprintf("138000%05d", n)))
		}
		for i, test := range []struct{ about, addr, want string }{
			{"first of a /64", "2001:db8:1:2::1", "ok"},
			{"second of it", "2001:db8:1:2::2", "ok"},
			{"third of it", "2001:db8:1:2:ffff::1", "ok"},
			{"a fourth of the same /64", "2001:db8:1:2:abcd::7", "busy"},
			{"another /64", "2001:db8:1:3::1", "ok"},
			{"an IPv4", "192.0.2.1", "ok"},
			{"the same, written as IPv6", "::ffff:192.0.2.1", "ok"},
			{"the day's cap is reached", "192.0.2.9", "busy"},
		} {
			if got := send(i, test.addr); got != test.want {
				t.Errorf("%s: %s, want %s", test.about, got, test.want)
			}
		}
		w.clock.Move(12 * time.Hour) // midnight in China
		if got := send(100, "192.0.2.1"); got != "ok" {
			t.Errorf("the next day: %s, want ok", got)
		}
	})
}

func TestAFailedMessageSaysSo(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.phones.dead = true
		if err := w.SendCode(t.Context(), account.ForSignIn, "13812340001"); code(err) != "busy" || fault.Of(err).Msg != "account.sms.failed" {
			t.Errorf("got %v", err)
		}
	})
}

func TestARepeatedCallSendsOnce(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ctx := op.With(t.Context(), op.Call{ClientID: id.New[string](), Digest: "d"})
		for range 3 {
			w.must(w.SendCode(ctx, account.ForSignIn, "13812340001"))
		}
		if n := len(w.phones.all); n != 1 {
			t.Errorf("%d messages, want 1", n)
		}
		if _, err := w.SignIn(t.Context(), "13812340001", w.phones.last("13812340001"), true); err != nil {
			t.Error(err)
		}
	})
}

func TestOtherDomainsAsk(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		above := w.staff("zhouquan", "", account.Grant{Role: authz.Cadre})
		cadre := w.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"}, account.Grant{Role: authz.Cadre, Area: "9901"})
		in := w.worker("13812340001")
		ctx := authz.With(t.Context(), authz.Subject{ID: string(in.Person), Kind: authz.Worker})
		w.must(w.SetName(ctx, "  陈 师傅 "))
		_, err := op.Write(system, w.desk, account.Sweep, func(*op.Tx) (account.Person, error) { return account.Person{ID: in.Person}, nil }, func(tx *op.Tx, _ account.Person) (bool, error) {
			same, err := w.WorkerWith(t.Context(), tx, "13812340001")
			if err != nil || same != string(in.Person) {
				t.Errorf("the known phone = %q, %v", same, err)
			}
			other, err := w.WorkerWith(t.Context(), tx, "13812340002")
			if err != nil || other == same {
				t.Errorf("a new phone = %q, %v", other, err)
			}
			name, phone, err := w.Contact(t.Context(), tx, same)
			if err != nil || name != "陈 师傅" || phone != "13812340001" {
				t.Errorf("contact = %q %q %v", name, phone, err)
			}
			if _, _, err := w.Contact(t.Context(), tx, string(cadre)); code(err) != "missing" {
				t.Errorf("a cadre has no contact here: %v", err)
			}
			names, err := w.Names(t.Context(), tx, []string{string(cadre), same})
			if err != nil || len(names) != 1 || names[string(cadre)] != "名liuting" {
				t.Errorf("names = %v, %v", names, err)
			}
			staff, err := w.Staffed(t.Context(), tx, "990101001", authz.Cadre)
			if err != nil || len(staff) != 2 || staff[0].ID != string(cadre) || staff[1].ID != string(above) {
				t.Errorf("staffed = %v, %v, want the nearest first", staff, err)
			}
			if staff, _ = w.Staffed(t.Context(), tx, "980102", authz.Cadre); len(staff) != 1 || staff[0].ID != string(above) {
				t.Errorf("staffed next door = %v", staff)
			}
			return true, nil
		})
		w.must(err)
	})
}

// No phone, name or secret lies open in any table.
func TestNothingLiesOpen(t *testing.T) {
	proves.That(t, "sess-entropy", "canary-scan")
	each(t, func(t *testing.T, w world) {
		in := w.worker("13812340001")
		w.must(w.SetName(authz.With(t.Context(), authz.Subject{ID: string(in.Person), Kind: authz.Worker}), "陈大有"))
		w.staff("liuting", "990101")
		_, staff := w.as("liuting")
		w.must(w.SendCode(t.Context(), "link", "13812340009"))
		secrets := []string{"13812340001", "13812340009", "陈大有", in.Token, staff.Token, staff.Device, password, "192.0.2.77"}
		w.must(w.db.View(t.Context(), func(tx *db.Tx) error {
			tables, err := tx.Tables(t.Context())
			for _, x := range tables {
				for _, c := range x.Columns {
					err := tx.Each(t.Context(), `select cast(`+c+` as text) from `+x.Name+` where `+c+` is not null`, nil, func(r db.Row) error {
						var v string
						err := r.Scan(&v)
						for _, s := range secrets {
							if strings.Contains(v, s) || strings.Contains(v, fmt.Sprintf("%x", s)) {
								t.Errorf("%s.%s holds %s", x.Name, c, s)
							}
						}
						return err
					})
					if err != nil {
						return err
					}
				}
			}
			return err
		}))
	})
}
