package webtest

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// Modes are the settings of readers in which every page must hold: both languages, both
// themes, high contrast, and the largest text.
var Modes = []map[string]string{{}, {"theme": "dark", "lang": "en"}, {"theme": "dark", "size": "xxl", "lang": "en"}, {"contrast": "high", "size": "xxl"}}

// wide is in how many of the [Modes], from the first, axe reads a page on a wide screen,
// too: there the rest is no harder to read.
const wide = 2

// sweep is how long the tab of [Browser.Turn] may live.
const sweep = time.Hour

// target is the least that can be pressed, in pixels of either direction (ux/UX.md).
const target = 44

// Hold opens a page in all [Modes], as one reader after the other with the cookies given,
// does what is to be done there first, and holds it against what every page must keep:
// axe finds nothing on a phone in any mode, and on a wide screen in both languages, light
// and dark; nothing scrolls sideways, what can be pressed is large enough on a phone, and
// no script throws. With NUANXIN_SHOTS=folder it takes a picture of each.
func (b *Browser) Hold(t testing.TB, name, address string, cookies map[string]string, first ...func(*Page)) {
	t.Helper()
	for i, mode := range Modes {
		all := maps.Clone(cookies)
		if all == nil {
			all = map[string]string{}
		}
		maps.Copy(all, mode)
		p := b.Turn(t, address, View{Width: 320, Height: 900, Cookies: all})
		for _, act := range first {
			act(p)
		}
		p.hold(fmt.Sprintf("%s-%s%s%s%s", name, mode["theme"], mode["contrast"], mode["size"], mode["lang"]), i < wide)
	}
}

// Hold holds the page as it stands, with what its reader did there, as [Browser.Hold] does.
func (p *Page) Hold(name string) {
	p.t.Helper()
	p.hold(name, true)
}

func (p *Page) hold(name string, wide bool) {
	p.t.Helper()
	dir := os.Getenv("NUANXIN_SHOTS")
	for _, width := range []int{320, 360, 1440} {
		p.View(View{Width: width, Height: 900})
		if got := p.Overflow(); len(got) > 0 {
			p.t.Errorf("%s at %d px: got sideways scroll %v, want none", name, width, got)
		}
		if got := p.SmallTargets(target); width != 1440 && len(got) > 0 {
			p.t.Errorf("%s at %d px: got small targets %q, want none", name, width, got)
		}
		if width == 320 || width == 1440 && wide { // between the two nothing is laid out otherwise
			for _, v := range p.Axe() {
				p.t.Errorf("%s at %d px: got axe violation %v, want none", name, width, v)
			}
		}
		if dir != "" && width != 320 {
			p.Screenshot(fmt.Sprintf("%s/%s-%d.png", dir, strings.ReplaceAll(name, "/", "-"), width), true)
		}
	}
	if got := p.Exceptions(); len(got) > 0 {
		p.t.Errorf("%s: got script errors %q, want none", name, got)
	}
}

// Turn opens a page as [Browser.Open] does, for a reader who was never there, but in the
// one tab that the browser keeps for it: what the page before left behind is emptied, and
// that page is gone. A tab of its own costs more than all that is looked at.
func (b *Browser) Turn(t testing.TB, address string, v View) *Page {
	t.Helper()
	if b.tab == nil || b.tab.ctx.Err() != nil {
		b.tab = b.open(t, address, v, sweep)
		return b.tab
	}
	p := b.tab
	p.t = t
	Eval[bool](p, "(()=>{try{sessionStorage.clear()}catch{}return true})()")
	at, err := url.Parse(address)
	p.must("read "+address, err)
	_, err = chromedp.Call(p.ctx, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{Origin: at.Scheme + "://" + at.Host, StorageTypes: "all"})
	p.must("empty the memory", err)
	_, err = chromedp.Call(p.ctx, network.ClearBrowserCache, cdp.Empty{})
	p.must("empty the cache", err)
	_, err = chromedp.Call(p.ctx, network.ClearBrowserCookies, cdp.Empty{})
	p.must("empty the cookies", err)
	p.View(v)
	p.reset(address, v.Cookies)
	p.Go(address)
	return p
}
