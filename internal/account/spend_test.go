package account_test

import (
	"context"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/op"
)

func TestSpendCapture(t *testing.T) {
	proves.That(t, "abuse-budget")
	each(t, func(t *testing.T, w world) {
		w.limit("capture_address_hour", 2)
		w.limit("capture_person_day", 1)
		spend := func(ctx context.Context) string {
			return code(w.db.Update(ctx, func(tx *db.Tx) error {
				return w.SpendCapture(ctx, &op.Tx{Tx: tx, Subject: authz.From(ctx)})
			}))
		}
		here, there := from(t.Context(), "192.0.2.1"), from(t.Context(), "192.0.2.2")
		worker := authz.With(here, authz.Subject{ID: "0190a1b2-0000-7000-8000-00000000000b", Kind: authz.Worker})
		staff := authz.With(here, authz.Subject{ID: "0190a1b2-0000-7000-8000-00000000000c", Kind: authz.Staff})
		for _, test := range []struct {
			about string
			ctx   context.Context
			want  string
		}{
			{"the first without a name", here, "ok"},
			{"the second", here, "ok"},
			{"the third from one address is too much", here, "busy"},
			{"another address has its own", there, "ok"},
			{"somebody signed in at the full address", worker, "ok"},
			{"but not all day", worker, "busy"},
			{"staff who register for others are not counted", staff, "ok"},
		} {
			if got := spend(test.ctx); got != test.want {
				t.Errorf("%s: %s, want %s", test.about, got, test.want)
			}
		}
		w.clock.Move(time.Hour)
		if got := spend(here); got != "ok" {
			t.Errorf("an hour later: %s, want ok", got)
		}
	})
}
