package webtest

import (
	"strconv"
	"strings"

	"github.com/chromedp/chromedp"
)

// marked is what [Page.mark] found.
const marked = "[data-test-mark]"

// Named presses what people would call by these words: the visible link, button
// or choice with the fewest other words on it.
func (p *Page) Named(words string) {
	p.t.Helper()
	p.mark(words)
	p.Click(marked)
}

// FollowNamed presses what people would call by these words, and waits for the
// page it leads to.
func (p *Page) FollowNamed(words string) {
	p.t.Helper()
	p.mark(words)
	p.Follow(marked)
}

func (p *Page) mark(words string) {
	p.t.Helper()
	js := `(()=>{document.querySelectorAll('[data-test-mark]').forEach(e=>e.removeAttribute('data-test-mark'));
		const say=e=>((e.innerText||'')+' '+(e.getAttribute('aria-label')||'')).replace(/\s+/g,' ');
		const all=[...document.querySelectorAll('a,button,summary,label')].filter(e=>{const r=e.getBoundingClientRect();return r.width&&r.height&&!e.closest('.sprite')&&say(e).includes(WORDS)&&(!document.querySelector('dialog[open]')||e.closest('dialog[open]'))});
		if(!all.length)return false;
		all.sort((a,b)=>say(a).length-say(b).length)[0].setAttribute('data-test-mark','');return true})()`
	if !Eval[bool](p, strings.ReplaceAll(js, "WORDS", quote(words))) {
		p.t.Fatalf("nothing on %s is called %q: %s", p.Path(), words, p.Text("body"))
	}
}

// Set gives the field that the CSS selector finds a value at once, as a date
// picker does.
func (p *Page) Set(css, value string) {
	p.t.Helper()
	if !Eval[bool](p, `(()=>{const e=document.querySelector(`+quote(css)+`);if(!e)return false;e.value=`+quote(value)+`;
		['input','change'].forEach(k=>e.dispatchEvent(new Event(k,{bubbles:true})));return true})()`) {
		p.t.Fatalf("no field %s on %s", css, p.Path())
	}
}

// Key presses one key, wherever the focus is.
func (p *Page) Key(key string) {
	p.t.Helper()
	p.must("press the key "+key, chromedp.Do(p.ctx, chromedp.KeyEvent(key)))
}

// Enter presses the Enter key and waits for the page that it leads to.
func (p *Page) Enter() {
	p.t.Helper()
	before := Eval[float64](p, "performance.timeOrigin")
	p.Key("\r")
	p.Wait("performance.timeOrigin!==" + strconv.FormatFloat(before, 'f', -1, 64) + "&&document.readyState==='complete'")
}

// HTML returns the page as it is now.
func (p *Page) HTML() string {
	p.t.Helper()
	return Eval[string](p, "document.documentElement.outerHTML")
}
