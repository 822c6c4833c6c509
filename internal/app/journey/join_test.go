package journey

import (
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/web/webtest"
)

// Somebody new, with a phone that was never here, reads a poster's code and has joined
// within a minute and four taps: send the code, which goes in by itself once it is whole,
// the tile of the occupation, the tick, the button.
func TestJoiningFromAPoster(t *testing.T) {
	h := open(t)
	began := clock.System.Now()
	p := h.visit(t, "", "/join?from=poster&area=220402", phoneView())
	whole(t, "who is not signed in", p)
	count := func() { // a page of its own each time
		webtest.Eval[bool](p, `(sessionStorage.taps=+sessionStorage.taps||0,addEventListener('pointerdown',()=>sessionStorage.taps++,true),true)`)
	}
	count()
	p.Type("#phone", newPhone)
	p.FollowNamed("发验证码")
	count()
	whole(t, "the code", p)
	p.Type("#code", h.app.CodeTo(newPhone))
	p.Wait(`location.pathname==='/join'&&document.readyState==='complete'`)
	count()
	p.Named("送外卖")
	p.Type("#name", "陈示例")
	p.Click("#consent_membership")
	p.FollowNamed("入会")
	reads(t, "sent", p, "已收到")
	if took := clock.System.Now().Sub(began); took > time.Minute {
		t.Errorf("got %v, want a minute at most", took)
	}
	if taps := webtest.Eval[int](p, `+sessionStorage.taps`); taps != 4 {
		t.Errorf("got %d taps, want 4", taps)
	}
}
