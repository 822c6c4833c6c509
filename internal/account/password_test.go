package account

import (
	"context"
	"errors"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/op"
)

// However a password comes to be hashed, it waits for room.
func TestHashingWaitsForRoom(t *testing.T) {
	proves.That(t, "costly-work")
	s := NewService(op.New(nil, Policy), Config{Cheap: true})
	for range cap(s.slots) {
		s.slots <- struct{}{}
	}
	ctx, stop := context.WithCancel(authz.AsSystem(t.Context(), "test"))
	stop()
	for about, err := range map[string]error{
		"add": failure(s.AddStaff(ctx, Staff{Login: "liuting", Name: "刘婷", Area: "99", Password: "deng-liang-zhe"})),
		"put": s.PutPassword(ctx, "liuting", "deng-liang-zhe"),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want the end of the wait", about, err)
		}
	}
}

func failure(_ ID, _ string, err error) error { return err }
