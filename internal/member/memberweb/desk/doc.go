// Package desk holds the union's pages of members: who waits, with the doubtful
// on top and those that are clear approved together; one member with the records
// that it may be the same as beside it, its history and what may be done; search,
// and a list to take along.
//
// Every page asks [member.Service] and shows what it answers; who may not read a
// member is told that it is missing, whatever the address. A button is shown only
// where the act fits the state and the reader's rights ([policy]); the
// service decides again. Whoever comes after a colleague is told what that one
// did. Names, phones and numbers stand in no address: who looks for a person
// sends a form.
package desk

import (
	"context"
	"embed"

	"nuanxin/internal/member"
	"nuanxin/internal/member/gap"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need.
type Config struct {
	Members   *member.Service
	Roll      *roll.Service
	Twins     *merge.Service                                                      // whom records were merged with
	Checks    *verify.Service                                                     // whether name and identity number belong together
	Gaps      *gap.Service                                                        // who is from where there is no union so far
	Homes     func(ctx context.Context, area string) ([]ui.Option, error)         // unions of an area that people can belong to; nil: none
	Bodies    func(ctx context.Context, area string) ([]ui.Option, error)         // that members of an area can be tied to; nil: none
	Platforms func(ctx context.Context) ([]ui.Option, error)                      // that members of the reader's area may work for; nil: none
	Station   func(ctx context.Context, which string) (string, error)             // what a station of ours is called
	Take      func(ctx context.Context, number, area string, rows []string) error // keeps who stands on a list before it leaves the house
	Frame     func(ctx context.Context) ui.StaffPage                              // the reader's name, organisation and menu; pages fill in the rest
	Origin    string                                                              // what a printed address begins with; empty: where the page was asked for
}

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

// t says a word of this package.
func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "memberdesk."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// hrefStations is where the desk keeps stations of ours, each by its id.
const hrefStations = "/desk/stations/"
