package app

import (
	"encoding/pem"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"nuanxin/internal/app/ways"
	"nuanxin/internal/authz"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/realname/realnametest"
)

// identity connects an identity service to a world that is not open so far.
func (w *world) identity(t *testing.T, people map[string]string) *realnametest.Service {
	t.Helper()
	s := realnametest.New(t, w.clock, people)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	u := must[*url.URL](t)(url.Parse(s.URL))
	w.config.Realname = ways.Realname{URL: s.URL + "/check", App: realnametest.App, Key: realnametest.Key, Name: "某省身份核验", CA: file,
		Ports: []int{must[int](t)(strconv.Atoi(u.Port()))}, Nets: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	return s
}

// checkNow lets the worker check what is due, and logs what went wrong as it does.
func (w *world) checkNow(t *testing.T) {
	t.Helper()
	if err := w.app.worker.RunBeside(t.Context(), "member.realname"); err != nil {
		slog.ErrorContext(t.Context(), "long work failed", "err", err)
	}
}

// The whole program asks a service that speaks the protocol: slow, lying and down it is
// no answer; what it says in the end is a doubt that the cadre reads.
func TestIdentityService(t *testing.T) {
	w := emptyWorld(t)
	s := w.identity(t, map[string]string{"440524188001010014": "李四光"})
	w.open(t)
	w.tokens["own"] = w.worker(t, "19955510021").Token
	joined := must[member.Receipt](t)(w.app.Members.Apply(w.as(t, "own"), member.Application{Name: "李四", Document: "440524188001010014", Occupation: member.Rider, Area: "220402",
		Consents: []member.Consent{{Purpose: "membership", Version: 1}, {Purpose: "document", Version: 1}, {Purpose: "realname", Version: 1}}}))
	cadre := w.as(t, "cadre") // before the session ends
	state := func() verify.State { return must[roll.File](t)(w.app.Roll.Get(cadre, joined.ID)).Check.State }
	for _, mood := range []realnametest.Mood{realnametest.Down, realnametest.Closed, realnametest.Unsigned, realnametest.Other, realnametest.Old, realnametest.Babble, realnametest.Long} {
		s.Be(mood)
		w.checkNow(t)
		if got := state(); got != verify.Due {
			t.Errorf("%s: got %q", mood, got)
		}
		w.clock.Move(7 * time.Hour)
	}
	s.Be(realnametest.Well)
	w.checkNow(t)
	if got := state(); got != verify.Mismatch {
		t.Errorf("at last: got %q", got)
	}
	asked, bad := s.Asked()
	if len(asked) != 8 || bad != 0 || asked[0].ID != asked[7].ID {
		t.Errorf("asked %d times, %d not signed", len(asked), bad)
	}
	if f := must[roll.File](t)(w.app.Roll.Get(cadre, joined.ID)); len(f.Doubts) != 1 || f.Doubts[0].Why != verify.NameNumber || f.Check.Source != "某省身份核验" {
		t.Errorf("got %+v", f)
	}
}

// plantCheck has what is planted checked by a service that is down and then answers: it
// stands in no address.
func (w *world) plantCheck(t *testing.T, s *realnametest.Service) {
	t.Helper()
	w.tokens["checked"] = w.worker(t, planted[7]).Token
	must[member.Receipt](t)(w.app.Members.Apply(w.as(t, "checked"), member.Application{Name: bird + "庚", Document: planted[8], Occupation: member.Rider, Area: "220402",
		Consents: []member.Consent{{Purpose: "membership", Version: 1}, {Purpose: "document", Version: 1}, {Purpose: "realname", Version: 1}}}))
	for _, mood := range []realnametest.Mood{realnametest.Down, realnametest.Closed, realnametest.Unsigned, realnametest.Well} {
		s.Be(mood)
		w.checkNow(t)
		w.clock.Move(time.Hour)
	}
	asked, _ := s.Asked()
	if len(asked) == 0 || asked[0].Name != bird+"庚" || asked[0].Number != planted[8] {
		t.Errorf("what is planted was not asked about: %d questions", len(asked))
	}
	mine := must[verify.Mine](t)(w.app.Checks.Mine(authz.With(t.Context(), authz.From(w.as(t, "checked")))))
	if mine.State != verify.NoRecord {
		t.Errorf("got %q", mine.State)
	}
	for _, u := range s.URLs() {
		reveals(t, "an address that was asked for", []byte(u))
	}
}
