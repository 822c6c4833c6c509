package journey

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/web/webtest"
)

// enter signs a worker in on the phone that shows p, in place of who was.
func (h *house) enter(t *testing.T, p *webtest.Page, phone string) {
	t.Helper()
	h.clock.Move(2 * time.Minute) // for another code
	h.post(t, "/sign-in/code", url.Values{"phone": {phone}})
	form := url.Values{"phone": {phone}, "code": {h.app.CodeTo(phone)}, "own": {"1"}}
	for _, step := range []string{"fetch('/sign-out',{method:'POST',body:new URLSearchParams()})", "fetch('/sign-in',{method:'POST',body:new URLSearchParams('" + form.Encode() + "')})"} {
		if !webtest.Eval[bool](p, step+".then(r=>r.ok)") {
			t.Fatalf("%s as %s was refused", step, phone)
		}
	}
}

// triedIs waits until what waits on the phone was tried so many times each.
func triedIs(t *testing.T, p *webtest.Page, want ...int) {
	t.Helper()
	var got []int
	for range 100 {
		got = webtest.Eval[[]int](p, `new Promise(ok => {
			const open = indexedDB.open('nuanxin', 1)
			open.onsuccess = () => {
				const all = open.result.transaction('outbox').objectStore('outbox').getAll()
				all.onsuccess = () => { open.result.close(); ok(all.result.map(r => r.tries)) }
			}
		})`)
		if slices.Equal(got, want) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("what waits was tried %v times, want %v", got, want)
}

// On a phone that two people share, what one of them could not send waits for
// that one: it never goes out in the other's name.
func TestWhatWaitsGoesInItsWritersName(t *testing.T) {
	proves.That(t, "browser-storage")
	const one, other = "19900000001", "19900000002"
	h := open(t)
	p := h.browser.Open(t, h.url+"/help", phoneView())
	mine := func() int {
		p.Go(h.url + "/help/mine")
		return webtest.Eval[int](p, `document.querySelectorAll('main a.row[href^="/help/2"]').length`)
	}
	h.enter(t, p, other)
	others := mine()
	h.enter(t, p, one)
	before := mine()
	p.Go(h.url + "/help")
	p.Type("#words", gate)
	h.wire.set(true, false)
	p.Click(pressSend)
	p.Wait(`!document.querySelector('[data-outbox-list]').hidden`)
	h.wire.set(false, false)

	h.enter(t, p, other)
	mine()
	triedIs(t, p, 1)
	reads(t, "with another signed in", p, "还没发出去")
	if got := mine(); got != others {
		t.Errorf("another has %d requests, want %d", got, others)
	}
	triedIs(t, p, 2)

	h.enter(t, p, one)
	mine()
	triedIs(t, p)
	if got := mine(); got != before+1 {
		t.Errorf("the writer, signed in again, has %d requests, want %d", got, before+1)
	}
}
