package twins

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// two shows two records side by side.
func (p *pages) two(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	shut(w)
	return web.Show(w, r, http.StatusOK, twoPage(p.below(r.Context(), titleOf(r.Context(), v)), v))
}

func titleOf(ctx context.Context, v merge.Two) string {
	if v.Beyond {
		return t(ctx, "two.title", "Name", v.A.Name)
	}
	return t(ctx, "with", "A", v.A.Name, "B", v.B.Name)
}

// line says in short who a record is.
func line(ctx context.Context, m member.Member) string {
	all := []string{web.T(ctx, "memberdesk.state."+string(m.State)), m.UnionName, m.Phone}
	if m.Number != "" {
		all = append(all, m.Number)
	}
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), " · ")
}

// whyText is for what two records may be one.
func whyText(ctx context.Context, p twin.Pair) string {
	if p.Why == twin.SamePhone && !p.Certain() {
		return t(ctx, "why.phone_reused")
	}
	return t(ctx, "why."+string(p.Why))
}

// value is what a record knows of a field, masked where it is a number.
func value(ctx context.Context, f merge.Field, m member.Member) string {
	text := map[merge.Field]string{merge.Name: m.Name, merge.Phone: m.Phone, merge.Document: m.Document, merge.Number: m.Number}[f]
	if f == merge.Occupation {
		text = web.T(ctx, "memberdesk.occupation."+string(m.Occupation))
	}
	return orNone(ctx, text)
}

func orNone(ctx context.Context, text string) string {
	if text == "" {
		return t(ctx, "none")
	}
	return text
}

// table puts the two beside each other; what differs is marked.
func table(ctx context.Context, v merge.Two) ui.TableProps {
	p := ui.TableProps{Caption: t(ctx, "table"), Cols: []ui.Col{{Text: t(ctx, "table.what")}, {Text: t(ctx, "table.a")}, {Text: t(ctx, "table.b")}}}
	add := func(key, a, b string, differs bool) {
		other := ui.Cell{Text: b}
		if differs {
			other.Node = marked(b)
		}
		p.Rows = append(p.Rows, []ui.Cell{{Text: t(ctx, "field."+key)}, {Text: a}, other})
	}
	for _, f := range merge.Fields() {
		add(string(f), value(ctx, f, v.A.Member), value(ctx, f, v.B.Member), slices.Contains(v.Differ, f))
	}
	add("works", orNone(ctx, v.A.Works), orNone(ctx, v.B.Works), v.A.Works != v.B.Works) // nobody chooses: the kept one has both
	state := func(m member.Member) string { return web.T(ctx, "memberdesk.state."+string(m.State)) }
	add("union", v.A.UnionName, v.B.UnionName, v.A.Union != v.B.Union)
	add("state", state(v.A.Member), state(v.B.Member), v.A.State != v.B.State)
	add("applied", web.Date(ctx, v.A.AppliedAt), web.Date(ctx, v.B.AppliedAt), web.Date(ctx, v.A.AppliedAt) != web.Date(ctx, v.B.AppliedAt))
	account := func(m member.Member) string {
		if m.Person == "" {
			return t(ctx, "account.none")
		}
		return t(ctx, "account.yes")
	}
	one, two := account(v.A.Member), account(v.B.Member)
	if one == two && v.A.Person != v.B.Person {
		two = t(ctx, "account.other")
	}
	add("account", one, two, v.A.Person != v.B.Person)
	add("ties", strconv.Itoa(lasting(v.A)), strconv.Itoa(lasting(v.B)), lasting(v.A) != lasting(v.B))
	add("matters", strconv.Itoa(v.A.Matters), strconv.Itoa(v.B.Matters), v.A.Matters != v.B.Matters)
	add("consents", agreed(ctx, v.A), agreed(ctx, v.B), agreed(ctx, v.A) != agreed(ctx, v.B))
	return p
}

// lasting counts the ties that last.
func lasting(s merge.Side) (n int) {
	for _, tie := range s.Ties {
		if tie.Until == "" {
			n++
		}
	}
	return n
}

// agreed are the purposes that somebody agrees to now.
func agreed(ctx context.Context, s merge.Side) string {
	var all []string
	for _, g := range s.Consents {
		if g.WithdrawnAt.IsZero() {
			all = append(all, web.T(ctx, "memberdesk.consent."+g.Purpose))
		}
	}
	if len(all) == 0 {
		return t(ctx, "none")
	}
	return strings.Join(all, t(ctx, "and"))
}

// history are the steps of one record, the newest first.
func history(ctx context.Context, s merge.Side) (all []ui.Step) {
	for _, term := range slices.Backward(s.Terms) {
		by := term.By
		if by == "" {
			by = t(ctx, "self")
		}
		step := ui.Step{State: ui.Done, Title: web.T(ctx, "memberdesk.term."+string(term.Kind), "Union", term.UnionName), At: term.From, When: t(ctx, "term.by", "By", by, "When", web.When(ctx, term.From)), Text: term.Reason}
		if term.Until.IsZero() {
			step.State = ui.Now
		}
		all = append(all, step)
	}
	return all
}

// mergeable reports whether the reader may merge the second record into the first.
func mergeable(ctx context.Context, keep, gone member.Member) bool {
	alive := func(m member.Member) bool {
		return m.State.Holds() || m.State == member.Left || m.State == member.Ended
	}
	return may(ctx, member.Combine, keep) && may(ctx, member.Combine, gone) && alive(keep) && alive(gone) && gone.To == "" && (keep.State.Belongs() || !gone.State.Belongs())
}

// undoable is the merger that can be taken back now.
func undoable(ctx context.Context, v merge.Two) (merge.Merger, bool) {
	if len(v.Mergers) == 0 || !v.Mergers[0].Undoable(web.Now(ctx)) || !may(ctx, member.Divide, v.A.Member) || !may(ctx, member.Divide, v.B.Member) {
		return merge.Merger{}, false
	}
	return v.Mergers[0], true
}

// whyNot says why something was not done.
func whyNot(ctx context.Context, err error) string {
	f := fault.Of(err)
	if f.Msg == "member.changed" {
		return t(ctx, "changed")
	}
	if key := f.Msg; f.Kind == fault.Conflict && web.HasText(ctx, key) {
		if fields, ok := f.Args["Fields"].(string); ok {
			var said []string
			for one := range strings.SplitSeq(fields, ",") {
				said = append(said, t(ctx, "field."+one))
			}
			return web.T(ctx, key, "Fields", strings.Join(said, t(ctx, "and")))
		}
		return web.TArgs(ctx, key, f.Args)
	}
	return web.FailureOf(ctx, err).Detail
}
