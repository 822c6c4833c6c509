// Package tell puts a request into the words of the union's staff: its title,
// who said it, who has it, how its clocks stand, and what happened line by line.
// It knows no page; the words are in the catalogue of package desk.
package tell

import (
	"context"
	"net/url"

	"nuanxin/internal/request"
	"nuanxin/internal/web"
)

// HrefRequests is the inbox.
const HrefRequests = "/desk/requests"

// Href is the staff's page of a request.
func Href(id request.ID) string { return HrefRequests + "/" + url.PathEscape(string(id)) }

// t says a word of the desk.
func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "requestdesk."+key, args...)
}
