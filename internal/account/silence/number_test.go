package silence_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
)

type at string

// AuthzObject implements op.Target.
func (a at) AuthzObject() authz.Object {
	return authz.Object{Kind: "account", ID: string(a), Group: "person"}
}

// The whole identity number, typed in a session, counts there alone, for some minutes.
func TestTheNumberIsShown(t *testing.T) {
	proves.That(t, "sess-stepup")
	each(t, func(t *testing.T, w *world) {
		first := w.signIn(number)
		w.house.known[string(first.Person)] = numbered
		as := func(in account.Signed) context.Context {
			s, err := w.accounts.Resolve(t.Context(), in.Token)
			w.must(err)
			return authz.With(t.Context(), s)
		}
		whole := func(in account.Signed) bool { return authz.From(as(in)).Whole(w.clock.Now()) }
		second := w.signIn(number)
		for _, wrong := range []string{"", "31002X", "110105194912310021", idcard.MaskID(document)} {
			if err := w.Show(as(first), first.Token, wrong); code(err) != "invalid" {
				t.Errorf("%q: got %v, want invalid", wrong, err)
			}
		}
		if err := w.Show(as(first), second.Token+"x", document); code(err) != "missing" {
			t.Errorf("in a session that is not there: got %v", err)
		}
		if whole(first) {
			t.Fatal("it is shown")
		}
		w.must(w.Show(as(first), first.Token, " "+strings.ToLower(document)+" "))
		if !whole(first) || whole(second) {
			t.Error("shown not here, or elsewhere")
		}
		if err := w.Show(as(first), first.Token, document); code(err) != "busy" {
			t.Errorf("a sixth try: got %v, want busy", err)
		}
		w.clock.Move(15 * time.Minute)
		if whole(first) {
			t.Error("shown for ever")
		}
		if got, err := w.Shown(as(first)); err != nil || !got.Has || !got.Shut {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func TestWhoMayShow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cadre := authz.With(t.Context(), authz.Subject{ID: id.Of[string]("staff"), Kind: authz.Staff, Grants: []authz.Grant{{Role: authz.Cadre, Area: county}}})
		for _, ctx := range []context.Context{t.Context(), cadre, system} {
			if err := w.Show(ctx, "x", document); code(err) != "missing" {
				t.Errorf("got %v, want missing", err)
			}
			if _, err := w.Shown(ctx); code(err) != "missing" {
				t.Errorf("got %v, want missing", err)
			}
		}
		if _, err := w.Asked(t.Context(), ""); code(err) != "missing" {
			t.Errorf("got %v, want missing", err)
		}
	})
}
