package api

import (
	"context"

	"nuanxin/internal/web"
)

// said is what the catalogue calls c, or what the document does.
func said(ctx context.Context, c call, what, otherwise string) string {
	if key := c.key(what); web.HasText(ctx, key) {
		return web.T(ctx, key)
	}
	return otherwise
}
