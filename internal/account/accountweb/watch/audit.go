package watch

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/account/trail"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

const (
	auditPage = 50
	daysShown = 7   // when no days are said
	mostDays  = 366 // at once
)

// auditView is the trail as it was asked for.
type auditView struct {
	who, what, from, to string
	refused             bool
	page                trail.Page
	next                string
	errs                ui.FormErrors
	acts                []ui.Option
}

func (p *pages) audit(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	today := web.Now(ctx)
	v := auditView{who: q.Get("who"), what: q.Get("what"), refused: q.Get("refused") != "", from: q.Get("from"), to: q.Get("to")}
	if v.from == "" && v.to == "" {
		v.from, v.to = clock.Day(today.AddDate(0, 0, 1-daysShown)), clock.Day(today)
	}
	status := http.StatusOK
	f, err := v.filter()
	if err == nil {
		f.After = q.Get("after")
		v.page, err = p.Trail.List(ctx, f, v.who)
	}
	if err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		v.errs, status = ui.FieldErrors(ctx, err), http.StatusUnprocessableEntity
	}
	if v.page.Next != "" {
		v.next = HrefAudit + "?" + v.query(v.page.Next)
	}
	v.acts = p.acts(ctx, v.what)
	page := p.frame(ctx, t(ctx, "audit"), HrefAudit)
	page.Buttons = checksButton()
	return web.Show(w, r, status, auditPageView(page, v))
}

// filter reads the days and what was done.
func (v auditView) filter() (f op.TrailFilter, err error) {
	var form fault.Form
	day := func(name, value string, more int) time.Time {
		if value == "" {
			return time.Time{}
		}
		at, err := time.ParseInLocation(time.DateOnly, value, clock.Zone)
		if err != nil {
			form.Add(name, "watch.audit.day", nil)
		}
		return at.AddDate(0, 0, more)
	}
	f = op.TrailFilter{Refused: v.refused, Limit: auditPage, From: day("from", v.from, 0), To: day("to", v.to, 1)}
	if !f.To.IsZero() {
		f.To = f.To.Add(-time.Microsecond)
	}
	if f.From.IsZero() != f.To.IsZero() || f.To.Sub(f.From) > mostDays*24*time.Hour {
		form.Add("from", "watch.audit.days", fault.Args{"Most": mostDays})
	}
	if kind, whole := strings.CutSuffix(v.what, ".*"); whole {
		f.Prefix = kind
	} else if v.what != "" {
		f.Acts = []authz.Action{authz.Action(v.what)}
	}
	return f, form.Err("audit.read")
}

// query is the address of the page after.
func (v auditView) query(after string) string {
	q := url.Values{"who": {v.who}, "what": {v.what}, "from": {v.from}, "to": {v.to}, "after": {after}}
	if v.refused {
		q.Set("refused", "1")
	}
	return q.Encode()
}

// acts are what can be chosen: of each sort all, and each act.
func (p *pages) acts(ctx context.Context, chosen string) (all []ui.Option) {
	last := ""
	for _, act := range slices.SortedFunc(maps.Keys(p.Rules), func(a, b authz.Action) int {
		if c := strings.Compare(sort(a), sort(b)); c != 0 {
			return c
		}
		return strings.Compare(string(a), string(b))
	}) {
		kind := sort(act)
		group := kind
		if web.HasText(ctx, "watch.group."+kind) {
			group = t(ctx, "group."+kind)
		}
		if kind != last {
			all = append(all, ui.Option{Value: kind + ".*", Text: t(ctx, "group.all", "Group", group), Group: group, On: chosen == kind+".*"})
			last = kind
		}
		all = append(all, ui.Option{Value: string(act), Text: actWords(ctx, act), Group: group, On: chosen == string(act)})
	}
	return all
}

// auditRows are the rows of the trail in words.
func auditRows(ctx context.Context, v auditView) (all [][]ui.Cell) {
	for _, x := range v.page.Rows {
		what := actWords(ctx, x.Action)
		if refused(x) {
			what += " · " + t(ctx, "audit.was_refused")
		}
		at := x.At.In(clock.Zone).Format("2006-01-02 15:04:05")
		all = append(all, []ui.Cell{{Text: at}, {Text: whose(ctx, x, v.page.Names)}, {Text: what}, {Text: root(ctx, x, v.page.Names)}, {Text: strings.Join(why(ctx, x), " · ")}})
	}
	return all
}

// root says what it was done to: staff by name, all else by the end of its id.
func root(ctx context.Context, x op.Trace, names map[string]string) string {
	kind := t(ctx, "root."+x.Group)
	if name := names[x.Root]; x.Group == "person" && name != "" {
		return kind + " " + name
	}
	return kind + " " + end(x.Root)
}

// why is the reason that was written, and what the act noted of itself.
func why(ctx context.Context, x op.Trace) (all []string) {
	if x.Purpose != "" {
		all = append(all, x.Purpose)
	}
	note := map[string]string{}
	if json.Unmarshal([]byte(x.Note), &note) == nil {
		for _, k := range slices.Sorted(maps.Keys(note)) {
			if k == op.Via {
				all = append(all, t(ctx, "audit.via", "Place", note[k]))
			} else {
				all = append(all, noted(ctx, k, note[k]))
			}
		}
	}
	return all
}

// whose says who it was.
func whose(ctx context.Context, x op.Trace, names map[string]string) string {
	switch x.Kind {
	case authz.Staff:
		if name := names[x.Subject]; name != "" {
			return name
		}
		return x.Subject
	case authz.Worker:
		return t(ctx, "audit.worker")
	case authz.Link:
		return t(ctx, "audit.link")
	case authz.System:
		return t(ctx, "audit.system", "Name", program(ctx, x.Subject))
	}
	return t(ctx, "audit.nobody")
}

func (p *pages) checks(w http.ResponseWriter, r *http.Request) error {
	return p.showChecks(w, r, nil)
}

func (p *pages) showChecks(w http.ResponseWriter, r *http.Request, refusal error) error {
	ctx := r.Context()
	wait := ""
	status, ok := told(r, refusal, new(ui.FormErrors), &wait)
	if !ok {
		return refusal
	}
	all, err := p.Trail.Checks(ctx)
	if err != nil {
		return err
	}
	f := p.frame(ctx, t(ctx, "checks"), HrefAudit, ui.Crumb{Text: t(ctx, "audit"), Href: HrefAudit})
	if slices.ContainsFunc(all, func(c trail.Check) bool { return c.EndedAt.IsZero() }) {
		f.Refresh = 5
	}
	return web.Show(w, r, status, checksPage(f, all, wait))
}

func (p *pages) check(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	if err := p.Trail.Ask(web.Named(r)); err != nil {
		return p.showChecks(w, r, err)
	}
	web.SetFlash(w, r, "watch.checks.asked")
	return web.See(w, r, hrefChecks)
}

// checkSteps tell what verifications found.
func checkSteps(ctx context.Context, all []trail.Check) (list []ui.Step) {
	for _, c := range all {
		s := ui.Step{State: ui.Done, Title: t(ctx, "checks.fine"), At: c.AskedAt, When: web.When(ctx, c.AskedAt)}
		s.Text = t(ctx, "checks.sub", "By", c.By, "Rows", c.Rows, "Sealed", c.Sealed, "Loose", c.Loose)
		switch {
		case c.EndedAt.IsZero():
			s.State, s.Icon, s.Title, s.Text = ui.Now, "clock", t(ctx, "checks.runs", "By", c.By), ""
		case c.Count > 0:
			s.State, s.Icon, s.Title, s.Extra = ui.Back, "alert", t(ctx, "checks.wrong", "Count", c.Count), wrongs(c.Wrong)
		}
		list = append(list, s)
	}
	return list
}
