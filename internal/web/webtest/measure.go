package webtest

import (
	"encoding/json"
	"strings"
)

// Violation is one rule of axe that the page breaks, and where.
type Violation struct {
	Rule  string   `json:"rule"`
	Nodes []string `json:"nodes"`
}

// Axe runs the WCAG 2.0 to 2.2 A and AA rules and axe's best practices, and
// returns what is broken.
func (p *Page) Axe() []Violation {
	p.t.Helper()
	if !Eval[bool](p, "typeof axe==='object'") { // it is long, and costs as much as it finds
		Eval[bool](p, axeLoader())
	}
	out := Eval[string](p, `axe.run(document,{runOnly:{type:'tag',values:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']},resultTypes:['violations'],preload:false,iframes:false})
		.then(r=>JSON.stringify(r.violations.map(v=>({rule:v.id+' ('+v.impact+')',nodes:v.nodes.slice(0,5).map(n=>n.target.join(' ')+': '+((n.any[0]||n.all[0]||n.none[0]||{}).message||''))}))))`)
	var v []Violation
	p.must("read axe's answer", json.Unmarshal([]byte(out), &v))
	return v
}

func axeLoader() string { return "((0,function(){" + axe + "\n})(),true)" }

// Overflow returns what makes the page scroll sideways, or nothing.
func (p *Page) Overflow() []string {
	p.t.Helper()
	return Eval[[]string](p, `(()=>{const W=document.documentElement.clientWidth,out=[];
		if(document.documentElement.scrollWidth<=W+1)return out;
		for(const e of document.querySelectorAll('body *')){const r=e.getBoundingClientRect();
			if(r.width&&r.right>W+1&&!e.closest('.filters,.scroll-x,.steps,.seg,.sprite,.sr')){out.push(e.tagName+'.'+(e.getAttribute('class')||'')+' reaches '+Math.round(r.right)+' of '+W);if(out.length>4)break}}
		return out.length?out:['page is '+document.documentElement.scrollWidth+' wide, screen '+W]})()`)
}

// SmallTargets lists what can be pressed and is smaller than min pixels in
// either direction; links inside sentences are left out (WCAG 2.5.8).
func (p *Page) SmallTargets(min int) []string {
	p.t.Helper()
	js := `(()=>{const out=[];for(const e of document.querySelectorAll('a,button,input,select,textarea,summary,label.btn,label.thumb')){
		const r=e.getBoundingClientRect();if(!r.width||e.closest('.sr,.sprite')||e.matches('.skip,.sr')||e.closest('dialog:not([open])'))continue;
		if(e.matches('input[type=radio],input[type=checkbox],input[type=file],input[type=search]'))continue;
		if(e.tagName==='A'&&!/btn|row|choice|thumb|tk/.test(e.className)&&e.closest('p,dd,td,th,li,caption,span,label,nav.crumb,.card__head'))continue;
		if(e.tagName==='A'&&[...e.parentNode.childNodes].some(n=>n.nodeType===3&&n.textContent.trim()))continue;
		if(r.height<MIN-.5||r.width<MIN-.5)out.push(e.tagName+'.'+e.className+' '+Math.round(r.width)+'x'+Math.round(r.height)+' '+(e.textContent||e.getAttribute('aria-label')||'').trim().slice(0,14))}
		return out})()`
	return Eval[[]string](p, strings.ReplaceAll(js, "MIN", itoa(min)))
}

func itoa(n int) string {
	b, _ := json.Marshal(n) // a number marshals
	return string(b)
}

func quote(s string) string {
	b, _ := json.Marshal(s) // a string marshals
	return string(b)
}
