package phoneweb

import (
	"context"
	"slices"

	"nuanxin/internal/account/phone"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// checked are the words for what a desk looked at.
func checked(ctx context.Context, c phone.Change) string {
	var all []string
	for _, k := range c.Checked {
		all = append(all, t(ctx, "check."+string(k)))
	}
	return web.List(ctx, all...)
}

// checks are what can be ticked.
func checks(ctx context.Context, on []phone.Check) (all []ui.Option) {
	for _, c := range phone.Checks() {
		all = append(all, ui.Option{Value: string(c), Text: t(ctx, "check."+string(c)), On: slices.Contains(on, c)})
	}
	return all
}

// facts are what is known of a change that waits.
func facts(ctx context.Context, c phone.Change) []ui.Pair {
	return []ui.Pair{
		{Key: t(ctx, "fact.new"), Text: web.MaskPhone(c.New)},
		{Key: t(ctx, "fact.due"), Text: web.When(ctx, c.DueAt)},
		{Key: t(ctx, "fact.by"), Text: t(ctx, "by", "Office", c.Office, "Name", c.ByName)},
		{Key: t(ctx, "fact.checked"), Text: checked(ctx, c)},
		{Key: t(ctx, "fact.note"), Text: c.Note},
	}
}

// steps tell the changes as a timeline. To the worker nothing of the desk's note is
// kept back: it is about them.
func steps(ctx context.Context, all []phone.Change) (list []ui.Step) {
	for _, c := range all {
		s := ui.Step{State: ui.Done, Icon: "phone", At: c.AskedAt, When: web.When(ctx, c.AskedAt)}
		s.Title = t(ctx, "step."+string(c.Way)+"."+string(c.State), "New", masked(ctx, c.New), "Old", masked(ctx, c.Old))
		if c.Old == c.New && c.Old != "" {
			s.Title = t(ctx, "step.desk.same", "New", masked(ctx, c.New))
		}
		switch c.State {
		case phone.Waiting:
			s.State, s.Icon = ui.Now, "clock"
		case phone.Objected, phone.Revoked, phone.Failed:
			s.State, s.Icon = ui.Back, "x"
		}
		if c.Way == phone.AtDesk {
			s.Text = t(ctx, "step.desk", "Office", c.Office, "Name", c.ByName, "Checked", checked(ctx, c))
			if c.Note != "" {
				s.Text += t(ctx, "step.note", "Note", c.Note)
			}
		}
		list = append(list, s)
	}
	return list
}

// now is the number that an account has, if any.
func now(ctx context.Context, number string) string {
	if number == "" {
		return t(ctx, "none")
	}
	return web.MaskPhone(number)
}

// masked is a number, or the word for one that is no longer kept.
func masked(ctx context.Context, number string) string {
	if number == "" {
		return t(ctx, "forgotten")
	}
	return web.MaskPhone(number)
}
