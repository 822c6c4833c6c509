// Package desk holds the staff's pages of requests: the inbox sorted by time
// left, the page of one matter with its clocks, timeline and acts, registering
// for somebody on the phone, merging, and the pages of rules, phrases and how
// the bodies deal with what they are handed.
//
// Every page asks the office ([office.Service]) and shows what it answers; who
// may not read a request is told that it is missing, whatever the address. A
// button is shown only where the act fits the state ([request.Status.May]) and
// the reader's rights ([request.Policy]); the office decides again. A form that
// was refused, or that came after a colleague had acted, comes back as it was
// filled in.
package desk

import (
	"context"
	"embed"

	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/request/share"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need. Office, Frame and Files are required.
type Config struct {
	Office *office.Service
	Shares *share.Service // whether bodies may see the files; nil: nobody is asked
	Files  *upload.Desk
	Take   func(ctx context.Context, number, area string, rows []string) error // keeps which requests stand on a list before it leaves the house
	Frame  func(ctx context.Context) ui.StaffPage                              // the reader's name, organisation and menu; pages fill in the rest
	Bodies Bodies                                                              // nil: only the proposed bodies can be chosen
	Staff  Staff                                                               // nil: a matter can only be taken over, not given to a colleague
	Secure bool                                                                // cookies only over HTTPS
}

// Bodies are the organisations that a matter can be handed to. The org domain
// has them.
type Bodies interface {
	// Bodies finds bodies of an area by a part of their names, the likeliest first.
	Bodies(ctx context.Context, q, area string) ([]request.Body, error)
}

// Staff are the people to whom a matter can be given. The account domain has them.
type Staff interface {
	// Staff lists the cadres who may act in an area, by name.
	Staff(ctx context.Context, area string) ([]Person, error)
}

// Person is a member of the staff.
type Person struct{ ID, Name string }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

// t says a word of this package.
func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "requestdesk."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }
