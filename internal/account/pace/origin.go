package pace

import (
	"context"
	"net/netip"
	"strings"
)

// Origin is where a call comes from, as part of who asks. Pages put it into the
// context; without one, all calls count as from one unknown place.
type Origin struct {
	Addr    netip.Addr
	Agent   string // the browser's own words about itself; only its kind is kept
	Session string // the secret of the session that was shown, ended by a new sign-in
	Device  string // the secret that marks a known device
}

type originKey struct{}

// With returns a context in which calls come from o.
func With(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginOf returns where the call of ctx comes from.
func OriginOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// Place is the address as it is counted: an IPv6 customer has a /64.
func (o Origin) Place() string {
	a := o.Addr.Unmap()
	if a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// Kind is the kind of device, in words that do not tell one from another.
func (o Origin) Kind() string {
	agent := strings.ToLower(o.Agent)
	var words []string
	for _, w := range []struct{ sign, word string }{
		{"harmony", "HarmonyOS"}, {"android", "Android"}, {"iphone", "iPhone"}, {"ipad", "iPad"},
		{"windows", "Windows"}, {"macintosh", "Mac"}, {"linux", "Linux"},
	} {
		if strings.Contains(agent, w.sign) {
			words = append(words, w.word)
			break
		}
	}
	for _, w := range []struct{ sign, word string }{
		{"micromessenger", "WeChat"}, {"edg/", "Edge"}, {"firefox", "Firefox"}, {"chrome", "Chrome"}, {"safari", "Safari"},
	} {
		if strings.Contains(agent, w.sign) {
			words = append(words, w.word)
			break
		}
	}
	return strings.Join(words, " · ")
}
