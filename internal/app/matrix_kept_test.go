//go:build !race

package app

import (
	"strconv"

	"nuanxin/internal/member"
	"nuanxin/internal/member/work"
	"nuanxin/internal/org"
	"nuanxin/internal/request"
	"nuanxin/internal/rights"
)

// gaps is a county whose people the city's union took while it had none, and that has a union
// by now, so that they can be handed over. The city's cadre decides.
func (m *things) gaps() {
	t := m.t
	const since = "220422"
	who := m.someone()
	must[member.Receipt](t)(m.app.Members.Apply(m.as(t, who), member.Application{Name: "没有工会的县", Occupation: member.Rider, Area: since, Consents: []member.Consent{{Purpose: "membership", Version: 1}}}))
	must[org.ID](t)(m.app.Orgs.Found(m.system, org.Draft{Kind: org.Local, Level: org.County, Name: "示例新县总工会", Area: since, Parent: m.unions[above]}))
	m.add(thing{kind: "gap", about: "a county that has a union by now", stands: "parent", area: above, ids: ids("county", since)})
}

// ownWorks are the lines of where a worker works: the address names one of the reader's own.
func (m *things) ownWorks() {
	own := must[member.Own](m.t)(m.app.Members.Mine(m.as(m.t, "own")))
	lasts := work.Now(own.Worked)
	if len(lasts) == 0 || !own.State.Holds() {
		m.t.Fatalf("they work nowhere, or are no member: %+v", own)
	}
	seq := strconv.FormatInt(lasts[0].Seq, 10)
	for _, x := range m.all {
		if x.kind == "member" && x.about == "a member" { // at the desk the same line is the member's
			x.ids["work"] = seq
		}
	}
	m.add(thing{kind: "own work", about: "a line of one's own record", stands: "own", area: middle, owner: "own", ids: ids("work", seq)})
	m.add(thing{kind: "own work", about: "a line that nobody's record has", stands: "own", area: middle, owner: "own", ids: ids("work", "99")})
}

// erasable are asks to be erased of people without an account, of whom something is kept:
// written down at the counters of other places, and one that was handed on.
func (m *things) erasable() {
	t := m.t
	write := func(area, phone string) rights.ID {
		cadre := m.as(t, cadres[area])
		must[request.Receipt](t)(m.app.Requests.Capture(cadre, request.Draft{Words: "工钱没发", Topic: "gate", Place: request.Place{Text: "路口", Area: area}, Name: "石无号", Phone: phone, Channel: request.ChannelPhone, Source: "电话"}))
		return must[rights.Receipt](t)(m.app.Rights.Write(cadre, rights.Note{Draft: rights.Draft{Kind: rights.Delete, Words: "我的都删了吧", Area: area}, Channel: rights.AtCounter, Name: "石无号", Phone: phone})).ID
	}
	add := func(which rights.ID, x thing) {
		x.kind, x.ids = "ask", ids("id", string(which), "records", "kept")
		m.add(x)
	}
	for i, area := range []string{beside, above} {
		add(write(area, "1990000700"+string(rune('0'+i))), thing{about: "to be erased without an account, of " + where(area), stands: where(area), area: area})
	}
	handed := write(middle, "19900007009")
	must[bool](t)(true, m.app.Rights.HandOn(m.as(t, "cadre"), handed, 1, string(m.unions[beside])))
	add(handed, thing{about: "to be erased without an account, handed to the union beside", stands: "handed over", area: beside})
}
