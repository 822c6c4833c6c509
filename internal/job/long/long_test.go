package long_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/job/long"
)

// Work goes on after one that fails, each is done as who ordered it, and no failure is lost.
func TestDo(t *testing.T) {
	broken := errors.New("broken")
	var did, failed []string
	k := long.Kind[string]{
		Due: func(context.Context) ([]string, error) { return []string{"a", "b", "c"}, nil },
		As: func(ctx context.Context, one string) (context.Context, error) {
			if one == "c" {
				return ctx, fault.New("x", fault.Denied, "fault.denied")
			}
			return authz.With(ctx, authz.Subject{ID: one}), nil
		},
		Carry: func(ctx context.Context, one string) error {
			if did = append(did, authz.From(ctx).ID); one == "a" {
				return broken
			}
			return nil
		},
		Failed: func(_ context.Context, one string, err error) error {
			if err != nil {
				failed = append(failed, one)
			}
			return err
		},
	}
	if err := k.Do(t.Context()); !errors.Is(err, broken) || !fault.Is(err, fault.Internal) && !fault.Is(err, fault.Denied) {
		t.Errorf("%v", err)
	}
	if d, f := strings.Join(did, ""), strings.Join(failed, ""); d != "ab" || f != "ac" {
		t.Errorf("did %s, failed %s", d, f)
	}
	if is, err := k.Waiting(t.Context()); !is || err != nil {
		t.Errorf("waits: %v, %v", is, err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := k.Do(stopped); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// Work is done with the rights of today, under the name of then; what a command or the
// program ordered keeps its own.
func TestAs(t *testing.T) {
	rights := func(_ context.Context, person string) (authz.Subject, error) {
		return authz.Subject{ID: person, Kind: authz.Staff, Grants: []authz.Grant{{Role: authz.Cadre}}}, nil
	}
	ctx, err := long.As(t.Context(), authz.Subject{ID: "1", Kind: authz.Staff, Name: "甲", Grants: []authz.Grant{{Role: authz.Admin}}}, rights)
	if who := authz.From(ctx); err != nil || who.Name != "甲" || who.Has(authz.Admin) || !who.Has(authz.Cadre) {
		t.Errorf("%+v, %v", who, err)
	}
	ctx, err = long.As(t.Context(), authz.Subject{ID: "import", Kind: authz.System}, rights)
	if who := authz.From(ctx); err != nil || who.Kind != authz.System {
		t.Errorf("%+v, %v", who, err)
	}
}

// A person is told at once what they can mend, and after a few tries what is ours.
func TestFailed(t *testing.T) {
	words := map[fault.Kind]string{fault.Denied: "rights"}
	for _, c := range []struct {
		err   error
		tries int
		word  string
		log   bool
	}{
		{nil, 1, "none is kept", false}, {fault.New("x", fault.Denied, "fault.denied"), 1, "rights", false},
		{errors.New("broken"), 1, "", true}, {errors.New("broken"), long.Patience, "broken", true},
	} {
		kept := "none is kept"
		err := long.Failed("import", c.err, words, func(word func(int) string) error {
			kept = word(c.tries)
			return nil
		})
		if kept != c.word || (err != nil) != c.log {
			t.Errorf("%v, try %d: %q, %v", c.err, c.tries, kept, err)
		}
	}
}
