package world

import "time"

// DataAsk is something that somebody asked about their own data.
type DataAsk struct {
	At       time.Time
	Worker   int    // who asked; -1: a cadre wrote it down for Name
	Name     string // invented, like all
	Kind     string // as in package rights
	Words    string
	By       string    // the cadre who wrote it down, or answered
	Answered time.Time // zero: it waits
	Answer   string
	Died     int // whom relatives ask about: an index in Workers; 0: nobody
}

// askData invents what people asked about their data, in the order of time.
func (w *World) askData() {
	day := func(days float64) time.Time {
		return awake(w.Now.Add(-time.Duration(days * 24 * float64(time.Hour))).Truncate(time.Minute))
	}
	w.Asks = []DataAsk{
		{At: day(21), Worker: 1, Kind: "correct", Words: "会籍里写的是骑手，我上个月起改开货车了，帮我改一下。", By: "liuting", Answered: day(19), Answer: "打电话核对过了，职业已经改成货车司机。以后换了工作，也可以在会籍页自己说一声。"},
		{At: day(8.5), Worker: -1, Name: "家属（示例）", Kind: "kin", Words: "他上个月走了。要办抚恤，想要他的会籍记录，账号也不留了。", By: "liuting", Died: 4},
		{At: day(6), Worker: 0, Kind: "explain", Words: "我报过门禁的事，想知道我的手机号给没给过物业。"},
		{At: day(1.3), Worker: -1, Name: "高示例", Kind: "delete", Words: "不跑单了，去年谈心时留的电话请删掉。", By: "liuting"},
	}
}
