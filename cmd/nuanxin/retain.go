package main

import (
	"fmt"
	"strconv"
	"time"

	"nuanxin/internal/app"
	"nuanxin/internal/retain"
)

// retainCmd says how long what is kept. It changes nothing.
type retainCmd struct {
	where
	JSON bool `name:"json" help:"Answer as JSON."`
}

// keptLine is one class as it is told.
type keptLine struct {
	Class  string     `json:"class"`
	Days   int64      `json:"days"` // 0: without an end
	Since  string     `json:"since,omitempty"`
	Source string     `json:"source"`
	Law    int64      `json:"law_days,omitempty"` // what the law asks for at least
	Due    int        `json:"due"`
	More   bool       `json:"due_more,omitempty"` // there may be more, which was not counted
	LastAt *time.Time `json:"last_at,omitempty"`  // the last night's proof
	Before *time.Time `json:"last_before,omitempty"`
	Gone   int64      `json:"last_gone"`
	Total  int64      `json:"total_gone"`
}

// Run implements the subcommand.
func (c *retainCmd) Run(e *env) error {
	now, err := app.Retention(e.ctx, c.config())
	if err != nil {
		return err
	}
	lines := keptLines(now)
	if c.JSON {
		return printJSON(e, lines)
	}
	for _, l := range lines {
		l.tell(e)
	}
	return nil
}

func keptLines(now retain.Standing) (all []keptLine) {
	for _, r := range now.Rules {
		l := keptLine{Class: r.Class, Days: r.Days, Since: r.Since, Source: r.Source, Law: r.Least.Days, Due: now.Due[r.Class].N, More: now.Due[r.Class].More, Gone: r.Gone, Total: r.Total}
		if !r.LastAt.IsZero() {
			l.LastAt, l.Before = &r.LastAt, &r.Before
		}
		all = append(all, l)
	}
	for _, e := range now.Endless {
		all = append(all, keptLine{Class: e.Name, Source: e.Least.Source, Law: e.Least.Days})
	}
	return all
}

func (l keptLine) tell(e *env) {
	if l.Days == 0 {
		fmt.Fprintf(e.stdout, "%-16s  without an end, at least %d days by law: chained, without one row the later ones prove nothing\n    %s\n", l.Class, l.Law, l.Source)
		return
	}
	due, last := strconv.Itoa(l.Due), "no night so far"
	if l.More {
		due += " or more"
	}
	if l.LastAt != nil {
		last = fmt.Sprintf("last %s, all from before %s: %d", l.LastAt.Format(time.RFC3339), l.Before.Format(time.RFC3339), l.Gone)
	}
	fmt.Fprintf(e.stdout, "%-16s %5d days since %s (by law %d)  due %s  %s, %d in all\n    %s\n", l.Class, l.Days, l.Since, l.Law, due, last, l.Total, l.Source)
}
