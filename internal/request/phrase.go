package request

import (
	"slices"
	"unicode/utf8"

	"nuanxin/internal/fault"
	"nuanxin/internal/plain"
)

// Phrase is a text that staff use often, to be changed before it is sent.
type Phrase struct {
	ID   string // empty: comes with the program
	Area string
	Kind Kind // what it is for: KindTold, KindAsked, KindAnswered, KindDispatched, KindNotOurs
	ZH   string
	EN   string
}

// Tidy returns p as it is kept; it refuses one that cannot be.
func (p Phrase) Tidy() (Phrase, error) {
	var f fault.Form
	p.ZH, p.EN = plain.Text(p.ZH), plain.Text(p.EN)
	if p.ZH == "" {
		f.Add("zh", "fault.empty", nil)
	}
	for field, t := range map[string]struct {
		text string
		most int
	}{"zh": {p.ZH, 200}, "en": {p.EN, 400}} {
		if utf8.RuneCountInString(t.text) > t.most {
			f.Add(field, "fault.long", fault.Args{"Limit": t.most})
		}
	}
	if !slices.Contains(PhraseKinds(), p.Kind) {
		f.Add("kind", "request.phrase.kind", nil)
	}
	return p, f.Err(string(SetWord))
}

// PhraseKinds lists what phrases are for.
func PhraseKinds() []Kind {
	return []Kind{KindTold, KindAsked, KindAnswered, KindDispatched, KindNotOurs}
}

// BuiltinPhrases come with the program.
func BuiltinPhrases(k Kind) []Phrase {
	return slices.DeleteFunc([]Phrase{
		{Kind: KindTold, ZH: "收到了。我去问清楚，____前给你准话。", EN: "Got it. I will find out and tell you by ____."},
		{Kind: KindTold, ZH: "今天和他们当面谈，谈完第一时间告诉你。", EN: "I am meeting them today and will tell you straight after."},
		{Kind: KindAsked, ZH: "还差一样：那天的订单截图。拍一张发来就行，不急。", EN: "One thing is missing: a screenshot of that order. Send it when you can."},
		{Kind: KindAsked, ZH: "是哪个门、大概几点？说一声就行。", EN: "Which gate, and about what time? A word is enough."},
		{Kind: KindAnswered, ZH: "谈好了，____起能进。你去试试，再告诉我解决了没有。", EN: "Agreed: you can get in from ____. Try it and tell me whether it is solved."},
		{Kind: KindAnswered, ZH: "修好了。再坏就点一下，还是这件事接着办。", EN: "It is mended. If it breaks again, tell us here and the same case goes on."},
		{Kind: KindDispatched, ZH: "请到现场看一看。能办的直接办，办不了的写清原因和该谁办。", EN: "Please look on the spot. Do what you can; if you cannot, say why and who should."},
		{Kind: KindDispatched, ZH: "请核实这一项扣款的依据，把规则原文和算法发回来。", EN: "Please check the grounds of this deduction and send back the rule and the sum."},
		{Kind: KindNotOurs, ZH: "情况我们已经递过去了，对方会找你。不顺利就回来点“没解决”。", EN: "We have passed it on and they will contact you. If it goes badly, come back and tap \"not solved\"."},
	}, func(p Phrase) bool { return k != "" && p.Kind != k })
}
