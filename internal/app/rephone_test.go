package app

import (
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// TestAllFollowsThePhone changes the number of a worker at the desk and holds that
// all that hung on the old one hangs on the new one: the account, the membership, how
// the desk finds either, and where messages go.
func TestAllFollowsThePhone(t *testing.T) {
	const old, fresh = "19900000003", "19900000013"
	w, mine, membership := told(t)
	changes, _, err := w.app.Phones.Mine(w.as(t, "own"))
	if err != nil || phone.Waits(changes) == nil {
		t.Fatalf("the worker sees %v, %v, want the change that waits", changes, err)
	}
	if s := w.ask(t, "/me", "nx="+w.tokens["own"]).Body.String(); !strings.Contains(s, "有人在给你换手机号") {
		t.Error("the page 我的 does not tell that a change waits")
	}
	w.clock.Move(25 * time.Hour)
	if err := w.app.Phones.Settle(authz.AsSystem(t.Context(), "test")); err != nil {
		t.Fatal(err)
	}
	if err := w.app.Deliver(w.app.background()); err != nil {
		t.Fatal(err)
	}
	w.tokens["own"] = w.worker(t, fresh).Token
	w.tokens["cadre"] = must[account.Signed](t)(w.app.Accounts.SignInStaff(t.Context(), "cadre", testPassword)).Token
	ctx, cadre := w.as(t, "own"), w.as(t, "cadre")

	if got := must[member.Own](t)(w.app.Members.Mine(ctx)); got.ID != membership || got.Phone != "199****0013" {
		t.Errorf("the membership: got %s with %s", got.ID, got.Phone)
	}
	for number, want := range map[string]int{old: 0, fresh: 1} {
		if got := must[roll.Page](t)(w.app.Roll.List(cadre, roll.Filter{Phone: number})); len(got.Rows) != want {
			t.Errorf("members found by %s: %d, want %d", number, len(got.Rows), want)
		}
		if got := must[request.Page[request.Row]](t)(w.app.Requests.List(cadre, request.Filter{Group: request.GroupAll, Phone: number})); len(got.Rows) != 2*want {
			t.Errorf("requests found by %s: %d, want %d", number, len(got.Rows), 2*want)
		}
	}
	seen := must[request.Identity](t)(w.app.Requests.Reveal(op.With(cadre, op.Call{Purpose: "回电话"}), request.Ref{ID: mine.ID}))
	if seen.Phone != fresh || !seen.PhoneOK {
		t.Errorf("the desk reads %q, confirmed %v, want the new number", seen.Phone, seen.PhoneOK)
	}
	before := len(w.app.sent.To(old))
	must[request.Receipt](t)(w.app.Requests.Answer(cadre, request.Ref{ID: mine.ID}, request.Message{Words: "充电的地方找好了"}))
	if err := w.app.Deliver(w.app.background()); err != nil {
		t.Fatal(err)
	}
	if got := w.app.sent.To(fresh)[0].Text; !strings.Contains(got, mine.Number) || len(w.app.sent.To(old)) != before {
		t.Errorf("told: %q to the new number, %d more to the old one", got, len(w.app.sent.To(old))-before)
	}
	// The old number is anybody's now, and opens nothing of theirs.
	w.tokens["next"] = w.worker(t, old).Token
	if _, err := w.app.Members.Mine(w.as(t, "next")); !fault.Is(err, fault.Missing) {
		t.Errorf("whoever gets the old number: %v, want nothing", err)
	}
}

// A number that another account has comes over only from one that nothing hangs on.
func TestNumberOfAnotherMember(t *testing.T) {
	w, _, _ := told(t)
	change := func(to string) error {
		w.clock.Move(2 * time.Minute)
		ctx := w.as(t, "worker")
		must[bool](t)(true, w.app.Phones.SendNew(ctx, to))
		return w.app.Phones.Change(ctx, w.tokens["worker"], to, w.app.CodeTo(to))
	}
	w.tokens["worker"] = w.worker(t, "19900000001").Token
	for _, taken := range []string{"19900000003", "19900000002"} { // a member with requests; an applicant
		if err := change(taken); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want it refused", taken, err)
		}
	}
	w.worker(t, "19900000055")
	if err := change("19900000055"); err != nil {
		t.Errorf("an empty account's number: %v", err)
	}
}
