// Package retainweb shows how long each class of personal data is kept, by what
// rule, and what the last night dropped; the security administrator of the installation
// enters rules there.
package retainweb

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/retain"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Path is where the page is.
const Path = "/desk/retention"

// Config is what the page needs.
type Config struct {
	Retain *retain.Service
	Frame  func(ctx context.Context) ui.StaffPage // the reader's name, organisation and menu
}

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "retain."+key, args...)
}

// Routes lists the page and its form.
func Routes(c Config) []web.Route {
	p := &pages{c}
	return []web.Route{
		{Method: "GET", Pattern: Path, Action: string(retain.See), Purpose: "see how long each class of data is kept, and the proof", Roles: retain.Policy.Roles(retain.See), Look: web.LookStaff, BodyLimit: 4 << 10, Handler: web.HTML(p.show)},
		{Method: "POST", Pattern: Path, Action: string(retain.Set), Purpose: "enter how long a class is kept from a day on", Roles: retain.Policy.Roles(retain.Set), Look: web.LookStaff, BodyLimit: 4 << 10, Handler: web.HTML(p.set)},
	}
}

// pages are the handlers.
type pages struct{ Config }

// form is a rule that is entered, with all that there are.
type form struct {
	retain.Draft
	days  string // as it was typed
	rules []retain.Rule
	ever  []retain.Endless
	may   bool
	reqID string
	ui.Trouble
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.page(w, r, http.StatusOK, form{Draft: retain.Draft{Since: clock.Day(web.Now(r.Context()).AddDate(0, 0, 1))}})
}

func (p *pages) page(w http.ResponseWriter, r *http.Request, status int, v form) (err error) {
	ctx := r.Context()
	if v.rules, err = p.Retain.Rules(ctx); err != nil {
		return err
	}
	if v.ever, err = p.Retain.Endless(ctx); err != nil {
		return err
	}
	if v.may, err = p.Retain.MaySet(ctx); err != nil {
		return err
	}
	v.reqID = web.NewReqID()
	f := p.Frame(ctx)
	f.Title = t(ctx, "title")
	f.Nav = slices.Clone(f.Nav)
	for i := range f.Nav {
		f.Nav[i].On = f.Nav[i].Href == Path
	}
	return web.Show(w, r, status, page(f, v))
}

func (p *pages) set(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New("retain.form", fault.Invalid, "fault.form").Because(err)
	}
	f := r.PostForm
	v := form{Draft: retain.Draft{Class: f.Get("class"), Since: f.Get("since"), Source: f.Get("source")}, days: f.Get("days")}
	var err error
	if v.Days, err = strconv.ParseInt(strings.TrimSpace(v.days), 10, 32); err != nil {
		v.Days = 0 // and is refused
	}
	if err := p.Retain.Set(web.Named(r), v.Draft); err != nil {
		var status int
		if v.Trouble, status, err = ui.TroubleOf(r.Context(), err); err != nil {
			return err
		}
		return p.page(w, r, status, v)
	}
	web.SetFlash(w, r, "retain.flash.set")
	return web.See(w, r, Path)
}

// classes are the kinds of data to choose from.
func (v form) classes(ctx context.Context) (all []ui.Option) {
	for _, r := range v.rules {
		text := t(ctx, "class."+r.Class)
		if r.Least.Days > 0 {
			text = t(ctx, "class.least", "Class", text, "Days", r.Least.Days)
		}
		all = append(all, ui.Option{Value: r.Class, Text: text, On: r.Class == v.Class})
	}
	return all
}

func table(ctx context.Context, rules []retain.Rule, ever []retain.Endless) ui.TableProps {
	p := ui.TableProps{Caption: t(ctx, "title"), Cols: []ui.Col{{Text: t(ctx, "class")}, {Text: t(ctx, "days")}, {Text: t(ctx, "since")}, {Text: t(ctx, "last")}, {Text: t(ctx, "gone")}, {Text: t(ctx, "source")}}}
	for _, r := range rules {
		last, gone := t(ctx, "never"), "0"
		if !r.LastAt.IsZero() {
			last = t(ctx, "until", "At", web.When(ctx, r.LastAt), "Before", web.Date(ctx, r.Before))
			gone = t(ctx, "gone.n", "Last", strconv.FormatInt(r.Gone, 10), "Total", strconv.FormatInt(r.Total, 10))
		}
		p.Rows = append(p.Rows, []ui.Cell{{Text: t(ctx, "class."+r.Class)}, {Text: days(ctx, r)}, {Text: since(ctx, r)}, {Text: last}, {Text: gone}, {Text: source(ctx, r)}})
	}
	for _, e := range ever {
		p.Rows = append(p.Rows, []ui.Cell{{Text: t(ctx, "class."+e.Name)}, {Text: t(ctx, "ever") + t(ctx, "days.law", "Days", e.Least.Days)}, {Text: t(ctx, "since.always")}, {Text: t(ctx, "ever.last")}, {Text: "0"}, {Text: t(ctx, "ever."+e.Name, "Source", e.Least.Source)}})
	}
	return p
}

// days says how long a class is kept, and what the law wants.
func days(ctx context.Context, r retain.Rule) string {
	text := t(ctx, "days.n", "Days", r.Days)
	if r.Least.Days > 0 {
		text += t(ctx, "days.law", "Days", r.Least.Days)
	}
	return text
}

// always is the day from which rules count that came with the program.
const always = "2000-01-01"

// since says from when on, and what comes after.
func since(ctx context.Context, r retain.Rule) string {
	text := r.Since
	if r.Since == always {
		text = t(ctx, "since.always")
	}
	for _, n := range r.Next {
		text += t(ctx, "since.next", "Since", n.Since, "Days", n.Days, "By", n.By)
	}
	return text
}

func source(ctx context.Context, r retain.Rule) string {
	if r.By == "" {
		return r.Source
	}
	return t(ctx, "source.by", "Source", r.Source, "By", r.By)
}
