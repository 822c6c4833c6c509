package webtest

import (
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// trapped notes, on each page that opens later, who calls what hostile scripts call,
// and what the content policy stops. It is kept beyond the page.
const trapped = `(()=>{
	const note=s=>{try{sessionStorage.trapped=(sessionStorage.trapped||'')+s+'\n'}catch{}};
	for(const f of ['alert','prompt','confirm','print'])window[f]=(...a)=>note(f+' '+a);
	document.addEventListener('securitypolicyviolation',e=>note('policy '+e.violatedDirective+' '+e.blockedURI));
})()`

// Trap sets a trap for hostile scripts on all pages that p opens from now on.
func (p *Page) Trap() {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: trapped})
	p.must("set the trap", err)
}

// Trapped returns what went into it since, a line each, and whatever the page in
// view holds that could run: handlers in attributes, addresses that are scripts,
// scripts of no file, frames and plug-ins.
func (p *Page) Trapped() string {
	p.t.Helper()
	return Eval[string](p, `(()=>{let got=sessionStorage.trapped||'';
		for(const e of document.querySelectorAll('*')){
			for(const a of e.attributes)if(/^on/i.test(a.name)||/^(href|src|action|formaction|xlink:href|data)$/i.test(a.name)&&/^[\s\x00-\x20]*(javascript|vbscript|data:text)/i.test(a.value))got+=e.tagName+' '+a.name+'\n';
			if(e.matches('script:not([src]):not([type="application/json"]),iframe,object,embed,applet,base,meta[http-equiv]'))got+=e.tagName+' '+e.outerHTML.slice(0,80)+'\n'}
		return got})()`)
}
