package watch

import (
	"context"

	"nuanxin/internal/account/session"
)

// device is where somebody is signed in, in words.
func device(ctx context.Context, s session.Session) string {
	if s.Device == "" {
		return t(ctx, "session.unknown")
	}
	return s.Device
}
