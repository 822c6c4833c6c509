// Package rules is what a union sets about its requests: the limits of the
// clocks, and the texts that are used often.
package rules

import (
	"context"

	"nuanxin/internal/request/office"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Where the pages are.
const (
	Phrases = tell.HrefRequests + "/phrases"
	Limits  = tell.HrefRequests + "/rules"
)

// Pages are the handlers.
type Pages struct {
	Office *office.Service
	Frame  func(ctx context.Context, title string) ui.StaffPage
}

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "requestdesk."+key, args...)
}
