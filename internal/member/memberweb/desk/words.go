package desk

import (
	"context"
	"strings"
	"time"

	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// stateOf is the union's word for where a membership stands.
func stateOf(ctx context.Context, m member.Member) string {
	if m.To != "" {
		return t(ctx, "state.transfer")
	}
	return t(ctx, "state."+string(m.State))
}

// stateChip is the state as icon and word.
func stateChip(ctx context.Context, m member.Member) (ui.Tone, string, string) {
	tone, icon := ui.Plain, "x"
	switch {
	case m.To != "":
		tone, icon = ui.Amber, "swap"
	case m.State == member.Applied:
		tone, icon = ui.Amber, "clock"
	case m.State == member.Active:
		tone, icon = ui.Pine, "check"
	case m.State == member.Kept:
		tone, icon = ui.Ice, "pause"
	}
	return tone, icon, stateOf(ctx, m)
}

func occupation(ctx context.Context, o member.Occupation) string {
	return t(ctx, "occupation."+string(o))
}

// orNone is text, or the word for what was not said.
func orNone(ctx context.Context, text string) string {
	if text == "" {
		return t(ctx, "none")
	}
	return text
}

// changed says what somebody did since the page was opened.
func changed(ctx context.Context, m member.Member) string {
	who := m.ChangedBy
	if who == "" {
		who = t(ctx, "self")
	}
	state := stateOf(ctx, m)
	if m.To != "" {
		state = t(ctx, "state.to", "Union", m.ToName)
	}
	if m.ChangedAt.IsZero() { // the form was on no version that there was
		return t(ctx, "changed.unknown", "State", state)
	}
	text := t(ctx, "changed", "Who", who, "When", web.When(ctx, m.ChangedAt), "State", state)
	if m.Reason != "" && (m.State == member.Refused || m.State == member.Ended) {
		text += t(ctx, "changed.why", "Why", m.Reason)
	}
	return text
}

// doubtText says one doubt in words.
func doubtText(ctx context.Context, d member.Doubt, others map[member.ID]member.Member) string {
	key := "doubt." + string(d.Why)
	if d.Other == "" {
		return t(ctx, key)
	}
	o, known := others[d.Other]
	if !known {
		return t(ctx, key, "Who", t(ctx, "doubt.elsewhere"))
	}
	return t(ctx, key, "Who", t(ctx, "doubt.who", "Name", o.Name, "State", stateOf(ctx, o)))
}

// doubtsText says all doubts in one line.
func doubtsText(ctx context.Context, all []member.Doubt, others map[member.ID]member.Member) string {
	var said []string
	for _, d := range all {
		said = append(said, doubtText(ctx, d, others))
	}
	return strings.Join(said, t(ctx, "and"))
}

// clockOf is how the union's answer stands.
func clockOf(ctx context.Context, m member.Member) ui.ClockProps {
	if !m.Waits() {
		return ui.ClockProps{State: ui.ClockDone, Share: 100, Main: stateOf(ctx, m), Small: decided(ctx, m)}
	}
	if m.DueAt.IsZero() {
		return ui.ClockProps{State: ui.ClockHold, Main: t(ctx, "due.none"), Small: t(ctx, "due.none.why")}
	}
	left, whole := m.DueAt.Sub(web.Now(ctx)), m.DueAt.Sub(m.AppliedAt)
	p := ui.ClockProps{State: ui.ClockOK, Share: 100, Main: web.TimeLeft(ctx, left), Small: t(ctx, "due", "When", web.Deadline(ctx, m.DueAt))}
	switch {
	case left < 0:
		p.State = ui.ClockLate
	case left < 24*time.Hour:
		p.State = ui.ClockSoon
	}
	if whole > 0 && p.State != ui.ClockLate {
		p.Share = min(100, max(2, int(left*100/whole)))
	}
	return p
}

// tone is the colour of the words beside a clock.
func tone(s ui.ClockState) string {
	return map[ui.ClockState]string{ui.ClockLate: "rose", ui.ClockSoon: "amber", ui.ClockOK: "pine"}[s]
}

// decided says when the union answered; nothing before it did.
func decided(ctx context.Context, m member.Member) string {
	if m.DecidedAt.IsZero() {
		return ""
	}
	return web.When(ctx, m.DecidedAt)
}

// sub are the words below a name in the list.
func sub(ctx context.Context, m member.Member) []string {
	all := []string{occupation(ctx, m.Occupation)}
	for _, s := range []string{m.Works, region.Name(m.Area), t(ctx, "channel."+string(m.Channel))} {
		if s != "" {
			all = append(all, s)
		}
	}
	return all
}

// facts are what is known of a member.
func facts(ctx context.Context, m member.Member) []ui.Pair {
	union := m.UnionName
	if m.To != "" {
		union = t(ctx, "union.to", "From", m.UnionName, "To", m.ToName)
	}
	var all []ui.Pair
	if m.Number != "" {
		all = append(all, ui.Pair{Key: t(ctx, "fact.number"), Text: m.Number})
	}
	all = append(all, []ui.Pair{
		{Key: t(ctx, "fact.phone"), Text: m.Phone},
		{Key: t(ctx, "fact.document"), Text: orNone(ctx, m.Document)},
		{Key: t(ctx, "fact.born"), Text: orNone(ctx, m.Born)},
		{Key: t(ctx, "fact.occupation"), Text: occupation(ctx, m.Occupation)},
		{Key: t(ctx, "fact.works"), Text: orNone(ctx, m.Works)},
		{Key: t(ctx, "fact.union"), Text: union},
		{Key: t(ctx, "fact.channel"), Text: t(ctx, "channel."+string(m.Channel))},
		{Key: t(ctx, "fact.applied"), Text: web.When(ctx, m.AppliedAt)},
	}...)
	if m.Reason != "" {
		all = append(all, ui.Pair{Key: t(ctx, "fact.reason"), Text: m.Reason})
	}
	return all
}

var termIcons = map[member.TermKind]string{member.Join: "check", member.Transfer: "swap", member.Keep: "pause", member.Resume: "play", member.Leave: "door", member.End: "door", member.Merge: "merge", member.Part: "swap"}

// steps are the history of a membership, the newest first.
func steps(ctx context.Context, f roll.File) []ui.Step {
	var all []ui.Step
	for i := len(f.Terms) - 1; i >= 0; i-- {
		term := f.Terms[i]
		by := term.By
		if by == "" {
			by = t(ctx, "self")
		}
		s := ui.Step{State: ui.Done, Icon: termIcons[term.Kind], Title: t(ctx, "term."+string(term.Kind), "Union", term.UnionName), At: term.From, When: t(ctx, "term.by", "By", by, "When", web.When(ctx, term.From)), Text: term.Reason}
		if term.Until.IsZero() {
			s.State = ui.Now
		}
		all = append(all, s)
	}
	return all
}

// beside compares an application with another record, line by line.
func beside(ctx context.Context, m, o member.Member, why member.Why) ui.TableProps {
	lines := []struct {
		key, a, b string
		same      bool
	}{
		{"name", m.Name, o.Name, m.Name == o.Name},
		{"document", m.Document, o.Document, why == member.SameDocument},
		{"born", m.Born, o.Born, m.Born != "" && m.Born == o.Born},
		{"phone", m.Phone, o.Phone, false}, // a phone is never two members'
		{"occupation", occupation(ctx, m.Occupation), occupation(ctx, o.Occupation), m.Occupation == o.Occupation},
		{"works", m.Works, o.Works, m.Works != "" && m.Works == o.Works},
		{"union", m.UnionName, o.UnionName, m.Union == o.Union},
		{"state", stateOf(ctx, m), stateOf(ctx, o), m.State == o.State},
		{"applied", web.Date(ctx, m.AppliedAt), web.Date(ctx, o.AppliedAt), false},
	}
	p := ui.TableProps{Caption: t(ctx, "beside", "Name", o.Name), Cols: []ui.Col{{Text: t(ctx, "beside.what")}, {Text: t(ctx, "beside.this")}, {Text: t(ctx, "beside.other")}}}
	for _, l := range lines {
		other := ui.Cell{Text: orNone(ctx, l.b)}
		if l.same {
			other.Node = same(other.Text)
		}
		p.Rows = append(p.Rows, []ui.Cell{{Text: t(ctx, "fact."+l.key)}, {Text: orNone(ctx, l.a)}, other})
	}
	return p
}

// lineEnd is the small print at the end of a line: since when it waits, or who
// it is for life.
func lineEnd(ctx context.Context, m member.Member) string {
	switch {
	case m.Waits():
		return t(ctx, "line.applied", "When", web.When(ctx, m.AppliedAt))
	case m.Number != "":
		return m.Number
	}
	return decided(ctx, m)
}

// outcomeText says what became of one of several.
func outcomeText(ctx context.Context, o outcome) string {
	if o.why != "" {
		return o.why
	}
	return t(ctx, "result.number", "Number", o.Number)
}
